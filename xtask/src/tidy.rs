//! What no compiler checks: the house keeps its shape.

mod alone;
mod arrows;
mod coverage;
mod lines;
mod markup;
mod pages;
mod styles;
mod texts;

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::Args;

use crate::codegen::{self, Printers};
use crate::commands;
use crate::workspace::Workspace;

/// A file of the checkout, by its path from the top.
struct Source {
    path: String,
    text: String,
}

/// Arguments of `cargo xtask tidy`.
#[derive(Args)]
pub struct Options {
    /// Only what can be seen without building: generated files are not compared
    #[arg(long)]
    quick: bool,
}

/// Prints what is wrong, stale generated files included.
pub fn tidy(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut findings = findings(workspace)?;
    if !options.quick {
        findings.extend(stale(workspace));
    }
    for finding in &findings {
        println!("{finding}");
    }
    println!("{} to mend", findings.len());
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn stale(workspace: &Workspace) -> Vec<String> {
    match codegen::stale(workspace, &Printers::Build) {
        Ok(stale) => stale,
        Err(error) => vec![format!("what is generated cannot be compared: {error:#}")],
    }
}

/// A sentence for everything that is wrong and can be seen without building.
pub fn findings(workspace: &Workspace) -> Result<Vec<String>> {
    let mut findings = arrows::findings(workspace.packages());
    findings.extend(alone::findings(workspace)?);
    let sources = sources(workspace)?;
    let tests: Vec<String> = sources.iter().flat_map(coverage::tests_of).collect();
    match sources.iter().find(|source| source.path == coverage::PAGE) {
        Some(page) => findings.extend(coverage::findings(page, &tests)),
        None => findings.push(format!("{} is not there", coverage::PAGE)),
    }
    for source in sources {
        if pages::is_page(&source.path) {
            findings.extend(pages::findings(&source, |file| workspace.path(file).exists()));
        } else {
            findings.extend(lines::findings(&source));
            findings.extend(texts::findings(&source));
            findings.extend(styles::findings(&source));
        }
    }
    Ok(findings)
}

/// The files under version control and the new ones, as far as they are looked at here.
fn sources(workspace: &Workspace) -> Result<Vec<Source>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(workspace.root());
    let list = commands::output(&mut git).context("tidy needs git to know which files there are")?;
    let mut sources = Vec::new();
    for path in list.split('\0').filter(|path| lines::is_counted(path) || pages::is_page(path)) {
        // A file that was removed and not yet committed is still listed.
        if let Ok(text) = fs::read_to_string(workspace.path(path)) {
            sources.push(Source { path: path.to_owned(), text });
        }
    }
    Ok(sources)
}
