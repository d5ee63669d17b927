//! `review`: the labels that matter most and are least sure, to be decided one after the other, here or in a spreadsheet.

use std::path::PathBuf;

use pm_kb::knowledge_base::ReviewItem;
use pm_kb::query::Query;

use crate::Desk;
use crate::author;
use crate::base;
use crate::decision;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::help;
use crate::json;
use crate::keyboard::Keyboard;
use crate::message;
use crate::terminal::clean;
use crate::words::Words;

mod dialogue;
mod table;

/// The arguments of `review`.
#[derive(clap::Args)]
#[command(after_help = help::REVIEW)]
pub(crate) struct Args {
    #[command(flatten)]
    words: Words,
    /// Write the queue as a table for a spreadsheet, with empty columns for the decisions.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["import", "format", "json"])]
    export: Option<PathBuf>,
    /// Take in the decisions of a table that was exported; `-` reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "limit", "format", "json"])]
    import: Option<PathBuf>,
    /// At most so many incidents.
    #[arg(long, short = 'n', value_name = "N")]
    limit: Option<usize>,
    /// Decide by keys even where standard input is no terminal: one command a line.
    #[arg(long, conflicts_with_all = ["export", "import", "format", "json"])]
    keys: bool,
    /// Who decides; else git's `user.name` and `user.email`, else your login.
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    #[command(flatten)]
    output: format::Output,
}

/// Reviews.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let mut base = base::open(desk)?;
    base.take_in_verdicts(false)?;
    if let Some(file) = &args.import {
        let by = (&mut base, args.author.as_deref());
        return decision::take_in(file, by, desk, table::import);
    }
    let text = args.words.text();
    let query = match Query::parse_strict(&text, &base.vocabulary()?) {
        Ok(query) => (!query.is_empty()).then_some(query),
        Err(notices) => {
            message::bad_query(&mut desk.terminal, &text, &notices);
            return Ok(Exit::Usage);
        }
    };
    let mut queue = base.review_queue(query.as_ref(), desk.today())?;
    let whole = queue.len();
    queue.truncate(args.limit.unwrap_or(usize::MAX));
    if queue.is_empty() {
        message::notice(&mut desk.terminal, "nothing is left to review");
    }
    if let Some(file) = &args.export {
        table::export(file, &queue, desk)?;
        return Ok(Exit::Done);
    }
    let keyboard = Keyboard::of(args.keys).filter(|_| format == Format::Text);
    if let Some(keyboard) = keyboard.filter(|_| !queue.is_empty()) {
        let author = author::required(args.author.as_deref(), &base)?;
        dialogue::run((&mut base, author), &queue, keyboard, desk)?;
        return Ok(Exit::Done);
    }
    show(&queue, (whole, format), desk)?;
    Ok(Exit::Done)
}

/// The queue as text or JSON.
fn show(
    queue: &[ReviewItem],
    (whole, format): (usize, Format),
    desk: &mut Desk,
) -> anyhow::Result<()> {
    if format != Format::Text {
        let ranked = (1..).zip(queue);
        let objects = ranked.map(|(rank, item)| json::review(rank, item));
        format::many(&mut desk.terminal, format, objects)?;
        return Ok(());
    }
    for (rank, item) in (1..).zip(queue) {
        let labels = &item.record.classification;
        let id = clean(item.record.id.as_str());
        let line = format!("{rank}. {id}  {}", clean(&item.record.title));
        desk.terminal.line(&line)?;
        let line = format!(
            "   {} {} {}  {}",
            labels.failure_mode,
            labels.decay,
            labels.confidence,
            table::reasons(item)
        );
        desk.terminal.line(&line)?;
    }
    if !queue.is_empty() {
        let text = format!(
            "{} of {whole} in the queue; decide them here in a terminal, or `pm-kb review --export review.csv`",
            queue.len()
        );
        message::notice(&mut desk.terminal, &text);
    }
    Ok(())
}
