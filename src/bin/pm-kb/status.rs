//! `status`: what the knowledge base holds, what is unlabelled, whether sources, index and rules are in step.

use pm_kb::knowledge_base::Status;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::input;
use crate::json;
use crate::terminal;

/// The arguments of `status`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    output: format::Output,
}

/// Tells the state of the knowledge base.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let base = base::open(desk)?;
    let status = base.status()?;
    let gone: Vec<String> = base
        .records()?
        .into_iter()
        .filter(|record| !record.path.is_empty() && !input::name::path(&record.path).exists())
        .map(|record| record.source)
        .collect();
    if format != Format::Text {
        format::one(&mut desk.terminal, format, &json::status(&status, &gone))?;
        return Ok(Exit::Done);
    }
    let folder = terminal::clean(&base.dir().display().to_string());
    desk.terminal.line(&format!("{:<14} {folder}", "folder"))?;
    for (name, value) in lines(&status, base.rules().digest()) {
        desk.terminal.line(&format!("{name:<14} {value}"))?;
    }
    if !gone.is_empty() {
        desk.terminal.line(&format!(
            "{:<14} {} no longer where they were",
            "sources",
            gone.len()
        ))?;
        for source in gone.iter().take(10) {
            desk.terminal
                .line(&format!("  {}", terminal::clean(source)))?;
        }
    }
    Ok(Exit::Done)
}

fn lines(status: &Status, ruleset: &str) -> Vec<(&'static str, String)> {
    let (documents, incidents, unlabelled) =
        (status.documents(), status.incidents(), status.unlabelled());
    let mut lines = vec![
        ("documents", documents.to_string()),
        (
            "incidents",
            format!("{incidents} ({} undated)", status.undated),
        ),
        ("labelled", (incidents - unlabelled).to_string()),
    ];
    if unlabelled > 0 {
        lines.push((
            "unlabelled",
            format!("{unlabelled}: `pm-kb list is:unclassified`"),
        ));
    }
    if documents > incidents {
        let others = status.kinds.iter().filter(|(kind, _)| !kind.is_counted());
        let kinds: Vec<String> = others
            .map(|(kind, count)| format!("{count} {}", kind.id()))
            .collect();
        lines.push(("not counted", kinds.join(", ")));
    }
    let index = match status.index_behind {
        Some(0) => "in step".to_owned(),
        Some(behind) => format!("{behind} changes behind: a search folds them in"),
        None => "to be made anew: the next search does it".to_owned(),
    };
    lines.push(("index", index));
    let rules = match status.labelled_by_other_rules {
        0 => format!("in step ({ruleset})"),
        behind => format!("{behind} documents labelled by other rules: `pm-kb reclassify`"),
    };
    lines.push(("rules", rules));
    lines
}
