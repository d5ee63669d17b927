//! Completions and the manual page, made from the same description as the help.

use anyhow::Context as _;
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

/// The arguments of `man`.
#[derive(clap::Args)]
pub(crate) struct ManArgs {
    /// The command; the page of pm-kb itself where none is named.
    command: Option<String>,
}

/// Prints a manual page.
pub(crate) fn man(args: &ManArgs, desk: &mut Desk) -> anyhow::Result<Exit> {
    let mut all = Cli::command();
    all.build();
    let page = match &args.command {
        None => all,
        Some(name) => {
            let known = all.find_subcommand(name).cloned();
            known.ok_or_else(|| {
                anyhow::anyhow!("there is no command `{name}` — `pm-kb --help` lists them")
            })?
        }
    };
    let mut written = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut written)
        .context("cannot write the page")?;
    desk.terminal.bytes(&written)?;
    Ok(Exit::Done)
}
