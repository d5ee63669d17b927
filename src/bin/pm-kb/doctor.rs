//! `doctor`: whether the record is as it was written and the index equal to it.

use pm_kb::knowledge_base::Checkup;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::help;
use crate::json;
use crate::message;
use crate::terminal;

/// The arguments of `doctor`.
#[derive(clap::Args)]
#[command(after_help = help::DOCTOR)]
pub(crate) struct Args {
    /// Make a damaged index anew. Nothing is ever changed in the record.
    #[arg(long)]
    repair: bool,
    #[command(flatten)]
    output: format::Output,
}

/// Checks record and index.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let mut base = base::open(desk)?.announced_as("pm-kb doctor");
    let checkup = base.doctor(args.repair)?;
    if format == Format::Text {
        for line in lines(&checkup) {
            desk.terminal.line(&line)?;
        }
    } else {
        format::one(&mut desk.terminal, format, &json::checkup(&checkup))?;
    }
    desk.terminal.flush()?;
    if !checkup.record.is_empty() {
        let text = "nothing mends a damaged record: restore a backup into a new folder, and add the documents again that are newer";
        message::notice(&mut desk.terminal, text);
    } else if !checkup.index.is_empty() {
        message::notice(
            &mut desk.terminal,
            "`pm-kb doctor --repair` makes the index anew",
        );
    }
    Ok(if checkup.is_clean() {
        Exit::Done
    } else {
        Exit::Negative
    })
}

fn lines(checkup: &Checkup) -> Vec<String> {
    let mut lines = Vec::new();
    let mut tell = |what: &str, found: &[String]| {
        lines.extend(
            found
                .iter()
                .map(|one| format!("{what:<9}  {}", terminal::clean(one))),
        );
    };
    tell("damaged", &checkup.record);
    tell("index", &checkup.index);
    tell("repaired", &checkup.repaired);
    tell("note", &checkup.notes);
    let verdict = match (checkup.record.is_empty(), checkup.index.is_empty()) {
        (true, true) => "sound: every row of the record is as it was written, the index equals it",
        (true, false) => "the record is sound, the index is not",
        (false, _) => "the record is damaged; the index was not looked at",
    };
    lines.push(verdict.to_owned());
    lines
}
