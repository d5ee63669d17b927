//! `list`: the incidents in a table, newest first, all or those that a query selects.

use pm_kb::knowledge_base::Listing;
use pm_kb::knowledge_base::Order;
use pm_kb::query::Field;
use pm_kb::query::Query;

use crate::Desk;
use crate::base;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::help;
use crate::json;
use crate::message;
use crate::render;
use crate::words::Words;

/// The arguments of `list`.
#[derive(clap::Args)]
#[command(after_help = help::LIST)]
pub(crate) struct Args {
    #[command(flatten)]
    words: Words,
    /// Show templates, index pages, meetings and duplicates too.
    #[arg(long)]
    all: bool,
    /// The order.
    #[arg(long, value_enum, default_value = "date")]
    sort: Sort,
    /// Show at most so many.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[command(flatten)]
    output: format::Output,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Sort {
    /// Newest first, the undated last.
    Date,
    /// Gravest first, those without severity last.
    Severity,
    /// By id.
    Id,
}

/// Lists incidents.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let text = args.words.text();
    let mut base = base::open(desk)?;
    base::note_verdicts_behind(&base, desk)?;
    let query = match Query::parse_strict(&text, &base.vocabulary()?) {
        Ok(query) => query,
        Err(notices) => {
            message::bad_query(&mut desk.terminal, &text, &notices);
            return Ok(Exit::Usage);
        }
    };
    let listing = Listing {
        order: args.sort.into(),
        counted_only: !args.all && !query.mentions(&Field::Kind),
        most: args.limit.unwrap_or(usize::MAX).max(1),
    };
    let mut records = base.list(&query, listing)?;
    let found = records.len();
    records.truncate(args.limit.unwrap_or(usize::MAX));
    match format {
        Format::Text if found == 0 => message::notice(&mut desk.terminal, "no incident matches"),
        Format::Text => {
            let table = render::table(&records, &desk.terminal);
            desk.terminal.text(&table)?;
        }
        _ => format::many(
            &mut desk.terminal,
            format,
            records.iter().map(json::incident),
        )?,
    }
    Ok(if found == 0 && !text.trim().is_empty() {
        Exit::Negative
    } else {
        Exit::Done
    })
}

impl From<Sort> for Order {
    fn from(sort: Sort) -> Order {
        match sort {
            Sort::Date => Order::Date,
            Sort::Severity => Order::Severity,
            Sort::Id => Order::Id,
        }
    }
}
