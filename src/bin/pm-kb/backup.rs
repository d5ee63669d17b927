//! `backup` and `restore`: the record and the team's files in one file, and a knowledge base made from it.

use std::fs;
use std::path::PathBuf;

use pm_kb::knowledge_base::KnowledgeBase;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::help;
use crate::input;
use crate::json;
use crate::message;

/// The arguments of `backup`.
#[derive(clap::Args)]
#[command(after_help = help::BACKUP)]
pub(crate) struct Args {
    /// The file to write; it must not exist yet.
    file: PathBuf,
    #[command(flatten)]
    output: format::Output,
}

/// The arguments of `restore`.
#[derive(clap::Args)]
#[command(after_help = help::BACKUP)]
pub(crate) struct RestoreArgs {
    /// The backup.
    file: PathBuf,
    #[command(flatten)]
    output: format::Output,
}

/// Writes a backup.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    anyhow::ensure!(
        fs::symlink_metadata(&args.file).is_err(),
        "{} is there already — name a new file: a backup never replaces anything",
        args.file.display()
    );
    let base = base::open(desk)?.announced_as("pm-kb backup");
    let documents = base.status()?.documents();
    let files = base.backup(&args.file)?;
    let file = input::name::shown(&args.file);
    if format == Format::Text {
        let more = match files.len() {
            0 => String::new(),
            count => format!(" and {count} files of the team: {}", files.join(", ")),
        };
        let text = format!("backed up {}{more} to {file}", format::documents(documents));
        desk.terminal.line(&crate::terminal::clean(&text))?;
    } else {
        let object = json::backup("backed-up", &file, documents, (&files, &[]));
        format::one(&mut desk.terminal, format, &object)?;
    }
    Ok(Exit::Done)
}

/// Makes a knowledge base from a backup, where there is none.
pub(crate) fn restore(args: &RestoreArgs, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let folder = base::wanted(desk);
    anyhow::ensure!(
        !base::is_in(&folder),
        "there is a knowledge base in {} already — name another folder with `--kb DIR`, or move it away",
        folder.display()
    );
    let restored = KnowledgeBase::restore(&args.file, &folder)?;
    let documents = restored.base.status()?.documents();
    let place = input::name::shown(&folder);
    if format == Format::Text {
        let text = format!("restored {} to {place}", format::documents(documents));
        desk.terminal.line(&crate::terminal::clean(&text))?;
        for (files, what) in [
            (&restored.brought, "brought"),
            (&restored.kept, "left as it is"),
        ] {
            for file in files {
                desk.terminal.line(&format!("  {file}: {what}"))?;
            }
        }
    } else {
        let files = (&restored.brought[..], &restored.kept[..]);
        let object = json::backup("restored", &place, documents, files);
        format::one(&mut desk.terminal, format, &object)?;
    }
    desk.terminal.flush()?;
    let mut base = restored.base.announced_as("pm-kb restore");
    if let Err(error) = base.catch_up() {
        let text = format!("restored; the search index will catch up: {error}");
        message::warning(&mut desk.terminal, &text);
    }
    Ok(Exit::Done)
}
