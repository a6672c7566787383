//! The files that follow from the Rust types: TypeScript for the window, OpenAPI for the hub's callers.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::commands;
use crate::workspace::{SELECTION, Workspace};

/// The window's types, relative to the top.
pub const TYPES: &str = "ui/src/lib/rpc/types.ts";
/// The hub's description, relative to the top.
pub const OPENAPI: &str = "docs/openapi.json";

/// What `cargo xtask codegen` can be told.
#[derive(clap::Args)]
pub struct Options {
    /// Write nothing; fail when a file is not what the Rust types give
    #[arg(long)]
    check: bool,
}

/// The programs that print the files.
pub enum Printers {
    /// Build them first.
    Build,
    /// They are built.
    Built,
}

/// Writes the generated files, or checks them.
pub fn codegen(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    if options.check {
        let stale = stale(workspace, &Printers::Build)?;
        return Ok(report(&stale));
    }
    for (file, text) in generate(workspace, &Printers::Build)? {
        let path = workspace.path(file);
        if fs::read_to_string(&path).is_ok_and(|present| present == text) {
            println!("{file} is up to date");
            continue;
        }
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(&path, text).with_context(|| format!("could not write {file}"))?;
        println!("wrote {file}");
    }
    Ok(ExitCode::SUCCESS)
}

/// A sentence for each generated file that is not what the Rust types give.
pub fn stale(workspace: &Workspace, printers: &Printers) -> Result<Vec<String>> {
    Ok(generate(workspace, printers)?
        .into_iter()
        .filter_map(|(file, text)| {
            let present = fs::read_to_string(workspace.path(file)).unwrap_or_default();
            first_difference(&present, &text).map(|line| format!("{file}:{line}: stale, run cargo xtask codegen"))
        })
        .collect())
}

/// Prints what is stale.
pub fn report(stale: &[String]) -> ExitCode {
    for sentence in stale {
        println!("{sentence}");
    }
    if stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn generate(workspace: &Workspace, printers: &Printers) -> Result<Vec<(&'static str, String)>> {
    if let Printers::Build = printers {
        // Built and started in two steps: `cargo run` takes one package only, and with it another set of features.
        let mut cargo = workspace.cargo();
        cargo.arg("build").args(SELECTION).args(["--quiet", "--example", "typescript", "--bin", "deskbell-hub"]);
        commands::run(&mut cargo)?;
    }
    let types = commands::output(&mut Command::new(workspace.program("examples/typescript")))?;
    let openapi = commands::output(Command::new(workspace.program("deskbell-hub")).arg("openapi"))?;
    Ok(vec![(TYPES, ended_by_newline(&types)), (OPENAPI, ended_by_newline(&openapi))])
}

fn ended_by_newline(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

/// The number of the first line in which two texts differ.
fn first_difference(present: &str, wanted: &str) -> Option<usize> {
    if present == wanted {
        return None;
    }
    let same = present.lines().zip(wanted.lines()).take_while(|(left, right)| left == right).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_file_is_told_by_its_first_wrong_line() {
        assert_eq!(first_difference("a\nb\nc\n", "a\nb\nc\n"), None);
        assert_eq!(first_difference("a\nb\nc\n", "a\nx\nc\n"), Some(2));
        assert_eq!(first_difference("", "a\n"), Some(1));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(first_difference("a", "a\n"), Some(2));
    }
}
