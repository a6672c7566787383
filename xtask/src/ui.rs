//! The part in TypeScript: its packages and its build, each only when something changed.

use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::commands;
use crate::workspace::Workspace;

/// What the built UI depends on, besides the packages that the lockfile names.
const SOURCES: &[&str] = &[
    "src",
    "messages",
    // What lies beside it is written by the build.
    "project.inlang/settings.json",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
];

/// What its checks and tests depend on besides.
const CHECKED: &[&str] = &["test", "dev", "window", "eslint.config.js", "vitest.window.config.ts"];

/// Written by the build itself.
const WRITTEN: &[&str] = &["paraglide"];

/// Where it is remembered what passed.
const PASSED: &str = "xtask/ui-passed";

/// Installs the packages that `package-lock.json` names, unless they are there.
pub fn install(workspace: &Workspace) -> Result<()> {
    check_node()?;
    let lock = fs::read(workspace.path("ui/package-lock.json")).context("could not read ui/package-lock.json")?;
    let stamp = workspace.path("ui/node_modules/.installed-package-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    commands::run(commands::npm(workspace).args(["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, lock).with_context(|| format!("could not write {}", stamp.display()))
}

/// Builds `ui/dist`, unless it is what the sources give.
pub fn build(workspace: &Workspace) -> Result<()> {
    let stamp = workspace.scratch("xtask/ui-build");
    let sources = fingerprint(&workspace.path("ui"), SOURCES)?;
    let is_built = workspace.path("ui/dist/index.html").exists();
    if is_built && fs::read_to_string(&stamp).is_ok_and(|built| built == sources) {
        return Ok(());
    }
    commands::run(commands::npm(workspace).args(["run", "build"]))?;
    write(&stamp, &sources)
}

/// How many checks passed on exactly these sources, if all of them did the last time.
pub fn passed_before(workspace: &Workspace) -> Option<usize> {
    let remembered = fs::read_to_string(workspace.scratch(PASSED)).ok()?;
    let (passed, sources) = remembered.split_once('\n')?;
    (sources == checked(workspace).ok()?).then(|| passed.parse().ok())?
}

/// Remembers how many checks passed on these sources.
pub fn remember_passed(workspace: &Workspace, passed: usize) -> Result<()> {
    write(&workspace.scratch(PASSED), &format!("{passed}\n{}", checked(workspace)?))
}

fn checked(workspace: &Workspace) -> Result<String> {
    fingerprint(&workspace.path("ui"), &[SOURCES, CHECKED].concat())
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(file.parent().context("the file has no directory")?)?;
    fs::write(file, text).with_context(|| format!("could not write {}", file.display()))
}

fn check_node() -> Result<()> {
    let version = commands::output(std::process::Command::new("node").arg("--version"))
        .context("Node 20.19 or later is needed: https://nodejs.org")?;
    if parts(&version) < Some((20, 19)) {
        bail!("Node 20.19 or later is needed, here is {}", version.trim());
    }
    Ok(())
}

/// Major and minor of what `node --version` prints.
fn parts(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Name and content of every source: differs when any of them is added, changed or removed. Not the time: the build
/// writes some of them again as they are.
fn fingerprint(ui: &Path, names: &[&str]) -> Result<String> {
    let mut lines = String::new();
    for name in names {
        describe(&ui.join(name), &mut lines)?;
    }
    Ok(lines)
}

fn describe(path: &Path, lines: &mut String) -> Result<()> {
    let Ok(metadata) = path.metadata() else {
        return Ok(());
    };
    if !metadata.is_dir() {
        let mut content = DefaultHasher::new();
        fs::read(path)?.hash(&mut content);
        writeln!(lines, "{} {:016x}", path.display(), content.finish())?;
        return Ok(());
    }
    let mut entries: Vec<_> = fs::read_dir(path)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if !WRITTEN.iter().any(|name| entry.file_name() == *name) {
            describe(&entry.path(), lines)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(parts("v20.9.0\n") < Some((20, 19)));
        assert!(parts("v20.19.2") >= Some((20, 19)) && parts("v101.1.0") >= Some((20, 19)));
        assert!(parts("none") < Some((20, 19)));
    }

    #[test]
    fn a_source_that_appears_changes_or_goes_is_noticed() {
        let ui = std::env::temp_dir().join(format!("deskbell-ui-{}", std::process::id()));
        fs::create_dir_all(ui.join("src/lib/paraglide")).unwrap();
        fs::write(ui.join("src/main.ts"), "1").unwrap();
        let first = fingerprint(&ui, SOURCES).unwrap();
        assert_eq!(first, fingerprint(&ui, SOURCES).unwrap());

        fs::write(ui.join("src/lib/paraglide/messages.js"), "generated").unwrap();
        assert_eq!(first, fingerprint(&ui, SOURCES).unwrap());

        fs::write(ui.join("src/main.ts"), "1").unwrap();
        assert_eq!(first, fingerprint(&ui, SOURCES).unwrap(), "written again as it was");

        fs::write(ui.join("src/main.ts"), "2").unwrap();
        let changed = fingerprint(&ui, SOURCES).unwrap();
        assert_ne!(first, changed);

        fs::write(ui.join("src/lib/other.ts"), "").unwrap();
        assert_ne!(changed, fingerprint(&ui, SOURCES).unwrap());
        fs::remove_file(ui.join("src/lib/other.ts")).unwrap();
        assert_eq!(changed, fingerprint(&ui, SOURCES).unwrap());
        fs::remove_dir_all(ui).unwrap();
    }
}
