//! `search`: have we seen this before? Best first, with the passage and its section.

use std::io::Read as _;

use anyhow::Context as _;
use pm_kb::index;
use pm_kb::index::Facets;
use pm_kb::index::Wanted;
use pm_kb::knowledge_base::Found;
use pm_kb::query::Hit;
use pm_kb::query::Query;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::freshness::Freshness;
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
    /// The order of the hits.
    #[arg(long, value_enum, default_value = "score")]
    sort: Sort,
    /// Say what each score is made of.
    #[arg(long, conflicts_with = "files")]
    explain: bool,
    /// Count all matches by mode, decay, service and quarter, however many there are. Without it they are counted where
    /// the output is a terminal, or where they are few.
    #[arg(long, conflicts_with = "files")]
    facets: bool,
    /// Only the paths of the documents.
    #[arg(long, conflicts_with_all = ["json", "format"])]
    files: bool,
    #[command(flatten)]
    output: format::Output,
}

/// The order of the hits.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Sort {
    /// Best first; newest first where nothing ranks.
    Score,
    /// Newest first, the undated last.
    Date,
    /// Gravest first, those without severity last.
    Severity,
}

/// So much of a query is read from standard input; the query's own limit is far below.
const MOST_BYTES: u64 = 1 << 20;

/// So many matches are counted unasked where the output is no terminal: more would cost more than the search.
const FEW: usize = 1000;

/// So many values of a field are shown below the hits.
const VALUES: usize = 5;

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
    let found = base.search(&query, wanted(args, format, desk))?;
    let understood = query.notices.iter().map(ToString::to_string);
    for notice in understood.chain(found.notices.iter().cloned()) {
        message::note(&mut desk.terminal, &notice);
    }
    if found.total == 0
        && let Some(wider) = query.without_filters()
    {
        let more = base.search(&wider, Wanted::default())?.total;
        if more > 0 {
            let notice = format!("nothing meets the filters; without them there are {more}");
            message::note(&mut desk.terminal, &notice);
        }
    }
    match format {
        Format::Text if args.files => {
            for hit in &found.hits {
                desk.terminal.line(&terminal::clean(&file(hit)))?;
            }
        }
        Format::Text => show(&found, args, desk)?,
        _ => write(&found, args, format, desk)?,
    }
    Ok(if found.total == 0 {
        Exit::Negative
    } else {
        Exit::Done
    })
}

fn wanted(args: &Args, format: Format, desk: &Desk) -> Wanted {
    let is_shown = format == Format::Text && !args.files;
    Wanted {
        limit: args.limit,
        offset: args.offset,
        sort: match args.sort {
            Sort::Score => index::Sort::Score,
            Sort::Date => index::Sort::Date,
            Sort::Severity => index::Sort::Severity,
        },
        facets: match (args.facets, is_shown) {
            (true, _) => usize::MAX,
            (false, true) if desk.terminal.width().is_some() => usize::MAX,
            (false, true) => FEW,
            (false, false) => 0,
        },
        explain: args.explain,
    }
}

fn write(found: &Found, args: &Args, format: Format, desk: &mut Desk) -> anyhow::Result<()> {
    let mut list = format::List::of(format);
    for hit in &found.hits {
        list.write(&mut desk.terminal, &json::hit(hit, Freshness::of(hit)))?;
    }
    if args.facets {
        let counts = json::facets(found.total, &found.facets);
        list.write(&mut desk.terminal, &counts)?;
    }
    Ok(list.close(&mut desk.terminal)?)
}

/// Where a hit's document stands; what it was called where it came on standard input.
fn file(hit: &Hit) -> String {
    if hit.record.path.is_empty() {
        hit.record.source.clone()
    } else {
        input::name::shown(&input::name::path(&hit.record.path))
    }
}

fn show(found: &Found, args: &Args, desk: &mut Desk) -> anyhow::Result<()> {
    for hit in &found.hits {
        let shown = render::hit(hit, Freshness::of(hit), &desk.terminal);
        desk.terminal.line(&format!("{}. {shown}", hit.rank))?;
        desk.terminal.line("")?;
    }
    if found.hits.is_empty() {
        let said = match (found.total, args.offset) {
            (0, _) => "nothing found".to_owned(),
            (total, 0) => format!("{total} found"),
            (total, offset) => format!("{total} found, none of them past --offset {offset}"),
        };
        message::notice(&mut desk.terminal, &said);
        return Ok(());
    }
    let (from, to) = (args.offset + 1, args.offset + found.hits.len());
    desk.terminal
        .line(&format!("{from}–{to} of {}", found.total))?;
    for line in counts(&found.facets) {
        desk.terminal.line(&line)?;
    }
    Ok(())
}

/// How all matches spread, a line for each field that has values.
fn counts(facets: &Facets) -> Vec<String> {
    let told = facets.iter().filter(|(_, values)| !values.is_empty());
    told.map(|(field, values)| {
        let shown = values.iter().take(VALUES);
        let mut shown: Vec<String> = shown
            .map(|(value, count)| format!("{} {count}", terminal::clean(value)))
            .collect();
        if values.len() > VALUES {
            shown.push(format!("and {} more", values.len() - VALUES));
        }
        format!("{field:<8} {}", shown.join(", "))
    })
    .collect()
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
