//! Where things lie in the checkout, and which crates there are.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::commands;

/// The one selection of packages and features with which programs and tests are built. Another one would unify the
/// features of the dependencies differently, and build half of them again.
///
/// The tasks themselves are left out: the program that runs cannot be replaced on every system. The simulator is, too: built
/// together, the faults that it can plant would be in the programs.
pub const SELECTION: &[&str] =
    &["--workspace", "--exclude", "xtask", "--exclude", "deskbell-sim", "--features", "deskbell/custom-protocol"];

/// The checkout and its build directory.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
    packages: Vec<Package>,
}

/// A crate of ours and what it depends on, as its `Cargo.toml` says.
#[derive(Debug, Clone)]
pub struct Package {
    /// As in `Cargo.toml`.
    pub name: String,
    /// Every dependency, of ours or not.
    pub dependencies: Vec<Dependency>,
}

/// One line of a `Cargo.toml`'s dependencies.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// The package's name.
    pub name: String,
    /// Needed by its tests only.
    pub for_tests: bool,
}

impl Workspace {
    /// The workspace this program was built from.
    pub fn find() -> Result<Workspace> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies outside the workspace")?;
        let mut cargo = Command::new(commands::cargo());
        cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root);
        let metadata: Value = serde_json::from_str(&commands::output(&mut cargo)?)?;
        Ok(Workspace {
            root: root.to_owned(),
            target: metadata["target_directory"].as_str().context("cargo metadata names no target directory")?.into(),
            packages: packages(&metadata),
        })
    }

    /// The top of the checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file or directory by its path from the top.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A place of the tasks' own in the build directory.
    pub fn scratch(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }

    /// A built program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A built program, to be started at the top of the checkout.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.program(program));
        command.current_dir(&self.root);
        command
    }

    /// The crates of the workspace.
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// `cargo` at the top of the checkout, as it is when somebody types it.
    ///
    /// The cargo that runs this task has told it about its own package. Some build scripts (that of `ring`) look at
    /// these variables: inherited, they would build half of the dependencies anew whenever the two ways alternate.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(commands::cargo());
        command.current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(is_of_running_package) {
                command.env_remove(name);
            }
        }
        command
    }
}

fn is_of_running_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|beginning| variable.starts_with(beginning))
}

fn packages(metadata: &Value) -> Vec<Package> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    list(&metadata["packages"])
        .iter()
        .map(|package| Package {
            name: text(&package["name"]),
            dependencies: list(&package["dependencies"])
                .iter()
                .map(|dependency| Dependency {
                    name: text(&dependency["name"]),
                    for_tests: dependency["kind"] == "dev",
                })
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_says_of_the_running_package_is_told_from_what_a_person_sets() {
        assert!(is_of_running_package("CARGO_PKG_NAME"));
        assert!(is_of_running_package("CARGO_MANIFEST_DIR"));
        assert!(!is_of_running_package("CARGO_TARGET_DIR"));
        assert!(!is_of_running_package("CARGO_HOME"));
    }
}
