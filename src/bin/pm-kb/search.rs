//! `search`: have we seen this before? Best first, with the passage and its section.

use std::collections::BTreeMap;
use std::io::Read as _;

use pm_kb::query::Hit;
use pm_kb::query::Query;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::json;
use crate::render;
use crate::terminal;

/// The arguments of `search`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Words, "phrases", filters; `-` reads the query from standard input.
    #[arg(allow_hyphen_values = true, trailing_var_arg = false)]
    query: Vec<String>,
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
    #[arg(long, conflicts_with = "json")]
    files: bool,
    /// What is written.
    #[arg(long, value_enum, default_value = "text")]
    format: crate::list::Format,
    /// Short for `--format json`.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "Examples:
  pm-kb search stale embeddings after a failed cron job
  pm-kb search '\"schema change\"' mode:schema-drift quarter:2026-Q2
  pm-kb search 'root-cause:kafka' --files | xargs less";

/// So much of a query is read from standard input; the query's own limit is far below.
const MOST_BYTES: u64 = 1 << 20;

/// Searches.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let text = if args.query == ["-"] {
        from_stdin()?
    } else {
        args.query.join(" ")
    };
    let mut base = base::open(desk)?;
    let mut query = Query::parse(&text, &base.vocabulary()?);
    if args.all {
        query.require_all();
    }
    let found = base.search(&query, args.limit, args.offset)?;
    for notice in query
        .notices
        .iter()
        .map(ToString::to_string)
        .chain(found.notices)
    {
        desk.terminal
            .notice(&format!("note: {}", terminal::clean(&notice)));
    }
    match if args.json {
        crate::list::Format::Json
    } else {
        args.format
    } {
        crate::list::Format::Json => {
            let all: Vec<_> = found.hits.iter().map(json::hit).collect();
            desk.terminal.line(&serde_json::to_string_pretty(&all)?)?;
        }
        crate::list::Format::Jsonl => {
            for hit in &found.hits {
                desk.terminal
                    .line(&serde_json::to_string(&json::hit(hit))?)?;
            }
        }
        crate::list::Format::Text if args.files => {
            for hit in &found.hits {
                let path = if hit.record.path.is_empty() {
                    &hit.record.source
                } else {
                    &hit.record.path
                };
                desk.terminal.line(&terminal::clean(path))?;
            }
        }
        crate::list::Format::Text => show(&found.hits, found.total, args, desk)?,
    }
    Ok(if found.hits.is_empty() {
        Exit::Negative
    } else {
        Exit::Done
    })
}

fn show(hits: &[Hit], total: usize, args: &Args, desk: &mut Desk) -> anyhow::Result<()> {
    for hit in hits {
        let shown = render::hit(hit, &desk.terminal);
        desk.terminal.line(&format!("{}. {shown}", hit.rank))?;
        desk.terminal.line("")?;
    }
    if hits.is_empty() {
        desk.terminal.notice("nothing found");
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
        .read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
