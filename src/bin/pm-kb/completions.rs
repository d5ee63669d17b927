//! Completions and the manual page, made from the same description as the help.

use clap::CommandFactory as _;

use crate::Cli;
use crate::Desk;
use crate::exit::Exit;

/// The arguments of `completions`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shell.
    shell: clap_complete::Shell,
}

/// Prints the completions for a shell.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pm-kb", &mut script);
    desk.terminal.bytes(&script)?;
    Ok(Exit::Done)
}

/// Prints the manual page.
pub(crate) fn man(desk: &mut Desk) -> anyhow::Result<Exit> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    desk.terminal.bytes(&page)?;
    Ok(Exit::Done)
}
