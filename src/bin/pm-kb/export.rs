//! `export`: every document with its original bytes, as JSON Lines or as the files that they were.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use pm_kb::error::Error;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::secrets::redacted;
use pm_kb::query::Query;
use pm_kb::record::Record;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::help;
use crate::input;
use crate::json;
use crate::message;
use crate::output;
use crate::terminal;
use crate::words::Words;

/// The arguments of `export`.
#[derive(clap::Args)]
#[command(after_help = help::EXPORT)]
pub(crate) struct Args {
    #[command(flatten)]
    words: Words,
    /// Write to this file, at once and whole, and not to standard output.
    #[arg(long, value_name = "FILE", conflicts_with = "markdown")]
    output: Option<PathBuf>,
    /// Write the original documents into this new or empty folder, each under its id.
    #[arg(long, value_name = "DIR")]
    markdown: Option<PathBuf>,
    /// Take out keys, tokens, passwords, e-mail addresses and phone numbers.
    #[arg(long)]
    redact: bool,
}

/// Exports all documents, or those that a query selects.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    if args.output.is_none() && args.markdown.is_none() {
        desk.terminal.speak_json();
    }
    let mut base = base::open(desk)?.announced_as("pm-kb export");
    let text = args.words.text();
    let query = match Query::parse_strict(&text, &base.vocabulary()?) {
        Ok(query) => query,
        Err(notices) => {
            message::bad_query(&mut desk.terminal, &text, &notices);
            return Ok(Exit::Usage);
        }
    };
    let wanted = wanted(&mut base, &query)?;
    let count = match &args.markdown {
        Some(folder) => as_files(&base, folder, &wanted, args.redact)?,
        None => as_lines(&base, args, &wanted, desk)?,
    };
    desk.terminal.flush()?;
    message::notice(
        &mut desk.terminal,
        &format!("exported {}", crate::format::documents(count)),
    );
    Ok(if count == 0 && !query.is_empty() {
        Exit::Negative
    } else {
        Exit::Done
    })
}

/// Writes the documents one a line, to a file or to standard output.
fn as_lines(
    base: &KnowledgeBase,
    args: &Args,
    wanted: &Option<BTreeSet<String>>,
    desk: &mut Desk,
) -> anyhow::Result<usize> {
    let Some(file) = &args.output else {
        return each(base, wanted, &mut |record, bytes| {
            Ok(desk.terminal.line(&line(record, bytes, args.redact)?)?)
        });
    };
    let mut lines = String::new();
    let count = each(base, wanted, &mut |record, bytes| {
        lines.push_str(&line(record, bytes, args.redact)?);
        lines.push('\n');
        Ok(())
    })?;
    output::write(file, lines.as_bytes())?;
    Ok(count)
}

fn line(record: &Record, bytes: &[u8], redact: bool) -> anyhow::Result<String> {
    Ok(match redact {
        true => json::redacted(record, &redacted(&record.source, bytes)?),
        false => json::exported(record, bytes),
    })
}

/// The ids that a query selects; `None` for all.
fn wanted(base: &mut KnowledgeBase, query: &Query) -> anyhow::Result<Option<BTreeSet<String>>> {
    if query.is_empty() {
        return Ok(None);
    }
    let records = base.select(query)?;
    Ok(Some(
        records
            .into_iter()
            .map(|record| record.id.to_string())
            .collect(),
    ))
}

/// Hands out every wanted document; how many there were.
fn each(
    base: &KnowledgeBase,
    wanted: &Option<BTreeSet<String>>,
    take: &mut dyn FnMut(&Record, &[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<usize> {
    let mut count = 0;
    let mut failed = None;
    let ended = base.export(&mut |record, bytes| {
        let is_wanted = wanted
            .as_ref()
            .is_none_or(|ids| ids.contains(record.id.as_str()));
        if is_wanted {
            take(record, bytes).map_err(|error| {
                failed = Some(error);
                // Only to end the walk: the error itself is told below.
                Error::Invalid {
                    what: "document",
                    value: record.id.to_string(),
                    expected: "one that can be written".to_owned(),
                }
            })?;
            count += 1;
        }
        Ok(())
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(ended.map(|()| count)?),
    }
}

/// Writes the documents as files into a folder of their own.
fn as_files(
    base: &KnowledgeBase,
    folder: &Path,
    wanted: &Option<BTreeSet<String>>,
    redact: bool,
) -> anyhow::Result<usize> {
    let shown = input::name::shown(folder);
    fs::create_dir_all(folder).with_context(|| format!("cannot make {shown}"))?;
    let mut entries = fs::read_dir(folder).with_context(|| format!("cannot read {shown}"))?;
    anyhow::ensure!(
        entries.next().is_none(),
        "{} is not empty — name a new folder: an export never replaces anything",
        terminal::clean(&shown)
    );
    each(base, wanted, &mut |record, bytes| {
        let name = format!("{}.{}", record.id, ending(&record.source));
        let file = folder.join(name);
        match redact {
            true => output::write(&file, redacted(&record.source, bytes)?.as_bytes()),
            false => output::write(&file, bytes),
        }
    })
}

/// The ending that makes the file a document again.
fn ending(source: &str) -> &'static str {
    let is = |ending: &str| {
        let from = source.len().saturating_sub(ending.len());
        source
            .get(from..)
            .is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    match () {
        () if is(".markdown") => "markdown",
        () if is(".mdx") => "mdx",
        () if is(".txt") => "txt",
        () => "md",
    }
}
