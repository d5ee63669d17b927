//! `rebuild`: a new index, made from the record.

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::json;

/// The arguments of `rebuild`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    output: format::Output,
}

/// Makes the index anew; searches go on meanwhile.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let mut base = base::open(desk)?.announced_as("pm-kb rebuild");
    base.rebuild()?;
    let status = base.status()?;
    if format == Format::Text {
        let count = format::documents(status.documents());
        let text = format!("the index was made anew: {count}");
        desk.terminal.line(&text)?;
    } else {
        format::one(
            &mut desk.terminal,
            format,
            &json::rebuilt(status.documents()),
        )?;
    }
    Ok(Exit::Done)
}
