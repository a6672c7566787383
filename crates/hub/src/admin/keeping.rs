//! `backup`, `restore`, `doctor`: keeping the data.

use super::cli::say;
use crate::clock::{Clock, Random, SystemClock, SystemRandom, number};
use crate::hub::{FILE, HubError, lock, open_store};
use crate::store::StoreError;
use crate::upkeep::doctor::{self, Finding, Repaired};
use crate::upkeep::{Backup, Restored, backup, restore};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Findings of one kind that are shown to a person one by one.
const SHOWN: usize = 10;
/// Exit code where something is wrong with the data: not that of a program that could not look.
const SOMETHING_IS_WRONG: u8 = 3;

/// `deskbell-hub backup`
#[derive(Debug, Clone, clap::Args)]
pub struct BackupArgs {
    /// Data directory
    #[arg(long)]
    data: PathBuf,
    /// File to write; it will be readable by its owner alone
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Replace the file where it is there already
    #[arg(long)]
    replace: bool,
    /// Answer with one JSON document
    #[arg(long)]
    json: bool,
}

/// `deskbell-hub restore`
#[derive(Debug, Clone, clap::Args)]
pub struct RestoreArgs {
    /// Data directory; made where there is none
    #[arg(long)]
    data: PathBuf,
    /// Backup to put back
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Answer with one JSON document
    #[arg(long)]
    json: bool,
}

/// `deskbell-hub doctor`
#[derive(Debug, Clone, clap::Args)]
pub struct DoctorArgs {
    /// Data directory
    #[arg(long)]
    data: PathBuf,
    /// Put right what follows from something else; the hub must be stopped
    #[arg(long)]
    repair: bool,
    /// Answer with one JSON document
    #[arg(long)]
    json: bool,
}

pub(super) fn run_backup(args: &BackupArgs) -> anyhow::Result<()> {
    let Backup { file, bytes, head } = backup(&args.data, &args.to, args.replace)?;
    if args.json {
        return say(format_args!("{:#}", json!({ "file": file, "bytes": bytes, "head": head })));
    }
    say(format_args!("The backup {} is there: {bytes} bytes, complete, and read back.", file.display()))
}

pub(super) fn run_restore(args: &RestoreArgs) -> anyhow::Result<()> {
    let restored = restore(&args.data, &args.from, &SystemRandom, SystemClock.now_ms())?;
    let Restored { aside, generation, head, sign_ins_kept } = &restored;
    if args.json {
        let told = json!({ "aside": aside, "gen": generation, "head": head, "sign_ins_kept": sign_ins_kept });
        return say(format_args!("{told:#}"));
    }
    let was = match aside {
        Some(aside) => format!("What was there before is in {}; nothing of it was deleted.", aside.display()),
        None => "There was nothing before.".into(),
    };
    let devices = if *sign_ins_kept {
        "Everybody stays signed in as they were, and passwords are those of today."
    } else {
        "Who was signed in when the backup was made still is; others sign in again."
    };
    say(format_args!(
        "The backup is in place. Start the hub as always.\n{was}\n{devices}\n\
         Every program notices at its next connection and loads everything again, in place. What a member wrote after the \
         backup is kept in their program and offered to them to send again; customers' messages of that time are only in \
         what was there before."
    ))
}

pub(super) fn run_doctor(args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let Repaired { repaired, remaining } = examine(&args.data, args.repair)?;
    if args.json {
        let told = json!({ "ok": remaining.is_empty(), "findings": remaining, "repaired": repaired });
        say(format_args!("{told:#}"))?;
    } else {
        say(format_args!("{}", report(&repaired, &remaining, args.repair)))?;
    }
    Ok(if remaining.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(SOMETHING_IS_WRONG) })
}

/// Looks, beside a hub at work or alone; repairs only alone.
fn examine(data: &Path, repair: bool) -> anyhow::Result<Repaired> {
    let file = data.join(FILE);
    if !file.is_file() {
        return Err(HubError::from(StoreError::NoOrganization).into());
    }
    let held = match lock(data) {
        Ok(lock) => Some(lock),
        Err(HubError::InUse(_)) if !repair => None,
        Err(error) => return Err(error.into()),
    };
    let mut reader = match deskbell_sqlite::open_reader(&file) {
        Err(deskbell_sqlite::OpenError::NotADatabase(_)) => return Err(HubError::NotADatabase(file).into()),
        opened => opened.map_err(StoreError::from)?,
    };
    // First of all, as it is: a damaged file cannot even be brought up to date.
    let damage = doctor::damage(&reader)?;
    if !damage.is_empty() {
        return Ok(Repaired { repaired: Vec::new(), remaining: damage });
    }
    if held.is_none() {
        let transaction = reader.transaction()?;
        return Ok(Repaired { repaired: Vec::new(), remaining: doctor::examine(&transaction)? });
    }
    drop(reader);
    let mut store = open_store(&file)?;
    let random: &dyn Random = &SystemRandom;
    let done = if repair {
        doctor::repair(&mut store, &mut || number(random), SystemClock.now_ms())?
    } else {
        Repaired { repaired: Vec::new(), remaining: doctor::examine(store.connection())? }
    };
    store.checkpoint()?;
    Ok(done)
}

fn report(repaired: &[Finding], remaining: &[Finding], repair: bool) -> String {
    let mut lines = Vec::new();
    list("Put right", repaired, &mut lines);
    list("Wrong", remaining, &mut lines);
    if remaining.is_empty() {
        lines.push("All is well.".into());
        return lines.join("\n");
    }
    if remaining.iter().any(|f| f.repairable) && !repair {
        lines.push(
            "Stop the hub and run `deskbell-hub doctor --repair`: it puts right what follows from the rest.".into(),
        );
    }
    if remaining.iter().any(|f| !f.repairable) {
        lines.push(
            "What is marked with ! cannot be put right from the data that are there: make a backup, then restore an \
             earlier one, or ask for help with this list."
                .into(),
        );
    }
    lines.join("\n")
}

fn list(title: &str, findings: &[Finding], lines: &mut Vec<String>) {
    let mut by_fault: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_fault.entry(finding.fault).or_default().push(finding);
    }
    for (fault, findings) in by_fault {
        lines.push(format!("{title}: {} ({})", fault.code(), findings.len()));
        for finding in findings.iter().take(SHOWN) {
            let sign = if finding.repairable { ' ' } else { '!' };
            lines.push(format!(" {sign} {}: {}", finding.subject, finding.message));
        }
        if findings.len() > SHOWN {
            lines.push(format!("   ... and {} more (--json has all)", findings.len() - SHOWN));
        }
    }
}
