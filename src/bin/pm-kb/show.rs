//! `show`: one incident with its facts, its labels, the words that prove them, and its text.

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::json;
use crate::render;
use crate::terminal;

/// The arguments of `show`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The incident's id, or as much of its beginning as no other id has.
    id: String,
    /// The original bytes, and nothing else.
    #[arg(long, conflicts_with_all = ["json", "format", "text"])]
    raw: bool,
    /// The document's text below the labels.
    #[arg(long, conflicts_with_all = ["json", "format"])]
    text: bool,
    #[command(flatten)]
    output: format::Output,
}

/// Shows one incident.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let base = base::open(desk)?;
    let id = &base::meant(&args.id, &base, desk)?;
    if args.raw {
        desk.terminal.bytes(&base.original(id)?)?;
        return Ok(Exit::Done);
    }
    let record = base.record(id)?;
    if format != Format::Text {
        format::one(&mut desk.terminal, format, &json::incident(&record))?;
        return Ok(Exit::Done);
    }
    let shown = render::incident(&record, &desk.terminal);
    desk.terminal.text(&shown)?;
    if args.text {
        let (document, _) = base.postmortem(id)?;
        let text = document.text.trim_start_matches('\u{feff}');
        desk.terminal.line("")?;
        for (number, line) in terminal::clean_block(text).lines().enumerate() {
            desk.terminal.line(&format!("{:>5}  {line}", number + 1))?;
        }
    }
    Ok(Exit::Done)
}
