//! `search`: have we seen this before? Best first, with the passage and its section.

use std::collections::BTreeMap;
use std::io::Read as _;

use anyhow::Context as _;
use pm_kb::index::Wanted;
use pm_kb::query::Hit;
use pm_kb::query::Query;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::help;
use crate::input;
use crate::json;
use crate::message;
use crate::render;
use crate::terminal;
use crate::words::Words;

/// The arguments of `search`.
#[derive(clap::Args)]
#[command(after_help = help::SEARCH)]
pub(crate) struct Args {
    #[command(flatten)]
    words: Words,
    /// Require every word.
    #[arg(long)]
    all: bool,
    /// Show at most so many.
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Leave out the first so many.
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: usize,
    /// Only the paths of the documents.
    #[arg(long, conflicts_with_all = ["json", "format"])]
    files: bool,
    #[command(flatten)]
    output: format::Output,
}

/// So much of a query is read from standard input; the query's own limit is far below.
const MOST_BYTES: u64 = 1 << 20;

/// Searches.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let text = match args.words.is_stdin() {
        true => from_stdin()?,
        false => args.words.text(),
    };
    let mut base = base::open(desk)?;
    let mut query = Query::parse(&text, &base.vocabulary()?);
    if args.all {
        query.require_all();
    }
    let wanted = Wanted {
        limit: args.limit,
        offset: args.offset,
        ..Wanted::default()
    };
    let found = base.search(&query, wanted)?;
    let understood = query.notices.iter().map(ToString::to_string);
    for notice in understood.chain(found.notices) {
        message::note(&mut desk.terminal, &notice);
    }
    match format {
        Format::Text if args.files => {
            for hit in &found.hits {
                desk.terminal.line(&terminal::clean(&file(hit)))?;
            }
        }
        Format::Text => show(&found.hits, found.total, args, desk)?,
        _ => format::many(&mut desk.terminal, format, found.hits.iter().map(json::hit))?,
    }
    Ok(if found.total == 0 {
        Exit::Negative
    } else {
        Exit::Done
    })
}

/// Where a hit's document stands; what it was called where it came on standard input.
fn file(hit: &Hit) -> String {
    if hit.record.path.is_empty() {
        hit.record.source.clone()
    } else {
        input::name::shown(&input::name::path(&hit.record.path))
    }
}

fn show(hits: &[Hit], total: usize, args: &Args, desk: &mut Desk) -> anyhow::Result<()> {
    for hit in hits {
        let shown = render::hit(hit, &desk.terminal);
        desk.terminal.line(&format!("{}. {shown}", hit.rank))?;
        desk.terminal.line("")?;
    }
    if hits.is_empty() {
        let said = match (total, args.offset) {
            (0, _) => "nothing found".to_owned(),
            (total, 0) => format!("{total} found"),
            (total, offset) => format!("{total} found, none of them past --offset {offset}"),
        };
        message::notice(&mut desk.terminal, &said);
        return Ok(());
    }
    let shown_to = args.offset + hits.len();
    desk.terminal.line(&format!(
        "{}–{shown_to} of {total}    {}",
        args.offset + 1,
        modes(hits)
    ))?;
    Ok(())
}

/// How the hits that are shown spread over the failure modes.
fn modes(hits: &[Hit]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for hit in hits {
        *counts
            .entry(hit.record.classification.failure_mode.id())
            .or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    counts
        .iter()
        .map(|(mode, count)| format!("{mode} {count}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn from_stdin() -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(MOST_BYTES)
        .read_to_end(&mut bytes)
        .context("cannot read standard input")?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
