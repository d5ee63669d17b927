//! `show`: one incident with its facts, its labels, the words that prove them, and its text.

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::json;
use crate::render;
use crate::terminal;

/// The arguments of `show`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The incident's id.
    id: String,
    /// The original bytes, and nothing else.
    #[arg(long, conflicts_with_all = ["json", "text"])]
    raw: bool,
    /// The document's text below the labels.
    #[arg(long)]
    text: bool,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// Shows one incident.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let base = base::open(desk)?;
    let id = args.id.as_str();
    if args.raw {
        desk.terminal.bytes(&base.original(id)?)?;
        return Ok(Exit::Done);
    }
    let record = base.record(id)?;
    if args.json {
        desk.terminal
            .line(&serde_json::to_string_pretty(&json::incident(&record))?)?;
        return Ok(Exit::Done);
    }
    let shown = render::incident(&record, &desk.terminal);
    desk.terminal.text(&shown)?;
    if args.text {
        let (document, _) = base.postmortem(id)?;
        desk.terminal.line("")?;
        for (number, line) in terminal::clean_block(&document.text).lines().enumerate() {
            desk.terminal.line(&format!("{:>5}  {line}", number + 1))?;
        }
    }
    Ok(Exit::Done)
}
