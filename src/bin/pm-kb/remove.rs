//! `remove`: forget documents.

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::message;
use crate::terminal;

/// The arguments of `remove`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The ids.
    #[arg(required = true)]
    ids: Vec<String>,
}

/// Forgets documents; nothing is forgotten where one id is not known.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let mut base = base::open(desk)?;
    let ids: Vec<&str> = args.ids.iter().map(String::as_str).collect();
    base.remove(&ids)?;
    for id in &ids {
        desk.terminal
            .line(&format!("removed    {}", terminal::clean(id)))?;
    }
    desk.terminal.flush()?;
    if let Err(error) = base.catch_up_if_due() {
        let text = format!("removed; the search index will catch up: {error}");
        message::warning(&mut desk.terminal, &text);
    }
    Ok(Exit::Done)
}
