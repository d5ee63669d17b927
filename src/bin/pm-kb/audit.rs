//! `audit`: incidents drawn at random and read blind, and what that says of the labels, the rules and the headlines.

use std::path::PathBuf;

use pm_kb::audit::Drawn;
use pm_kb::knowledge_base::AUDITS;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Wanted;
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
use crate::message::Problems;
use crate::terminal::clean;
use crate::words::Words;

mod dialogue;
mod status;
mod table;

/// The arguments of `audit`.
#[derive(clap::Args)]
#[command(after_help = help::AUDIT)]
pub(crate) struct Args {
    #[command(flatten)]
    words: Words,
    /// Draw so many incidents more, stratified by what the rules say of them; else those drawn before are read on.
    #[arg(long = "number", short = 'n', value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    count: Option<u32>,
    /// What the draw begins with; the same seed over the same base draws the same. Else the time.
    #[arg(long, value_name = "NUMBER", requires = "count")]
    seed: Option<u64>,
    /// Write what is to be read as a table for a spreadsheet: the documents, and empty columns for what you find.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["import", "status"])]
    export: Option<PathBuf>,
    /// Take in the findings of a table that was exported; `-` reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "count", "status"])]
    import: Option<PathBuf>,
    /// Say how often the labels are right here, what that does to the headlines, and what changed rules would answer now.
    #[arg(long, conflicts_with_all = ["query", "count", "keys"])]
    status: bool,
    /// Read by keys even where standard input is no terminal: one answer a line.
    #[arg(long, conflicts_with_all = ["export", "import"])]
    keys: bool,
    /// Who reads; else git's `user.name` and `user.email`, else your login.
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    #[command(flatten)]
    output: format::Output,
}

/// Audits.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> anyhow::Result<Exit> {
    let format = args.output.chosen(&mut desk.terminal);
    let mut base = base::open(desk)?;
    base.take_in_verdicts(false)?;
    let (_, odd) = base.audit_log(Some(desk.now))?;
    tell_odd_lines(&base, &odd, desk);
    if args.status {
        return status::tell(&mut base, format, desk);
    }
    if let Some(file) = &args.import {
        let by = (&mut base, args.author.as_deref());
        let exit = decision::take_in(file, by, desk, table::import)?;
        status::tell(&mut base, format, desk)?;
        return Ok(exit);
    }
    let text = args.words.text();
    let query = match Query::parse_strict(&text, &base.vocabulary()?) {
        Ok(query) => (!query.is_empty()).then_some(query),
        Err(notices) => {
            message::bad_query(&mut desk.terminal, &text, &notices);
            return Ok(Exit::Usage);
        }
    };
    if let Some(count) = args.count {
        draw(&mut base, (args, count), query.as_ref(), desk)?;
    }
    let open = open(&base)?;
    if let Some(file) = &args.export {
        table::export(file, &open, &base, desk)?;
        return Ok(Exit::Done);
    }
    let keyboard = Keyboard::of(args.keys).filter(|_| format == Format::Text);
    if let Some(keyboard) = keyboard.filter(|_| !open.is_empty()) {
        let author = author::required(args.author.as_deref(), &base)?;
        dialogue::run((&mut base, author), &open, keyboard, desk)?;
        return status::tell(&mut base, format, desk);
    }
    show(&open, format, desk)?;
    Ok(Exit::Done)
}

/// Draws, and says what was drawn.
fn draw(
    base: &mut KnowledgeBase,
    (args, count): (&Args, u32),
    query: Option<&Query>,
    desk: &mut Desk,
) -> anyhow::Result<()> {
    let author = author::required(args.author.as_deref(), base)?;
    let second = u64::try_from(desk.now.as_second()).unwrap_or_default();
    let wanted = Wanted {
        count: count as usize,
        seed: args.seed.unwrap_or(second),
        author,
        now: desk.now,
    };
    let drawn = base.draw_audit(query, &wanted)?;
    let text = match drawn.first() {
        None => "nothing is left to draw: people have labelled all of it, or it was drawn before"
            .to_owned(),
        Some(first) => format!(
            "audit {}: {} drawn{} with seed {}, written to {}, which is made to be committed",
            first.audit,
            format::documents(drawn.len()),
            match drawn.len() > wanted.count {
                true => ", at least two of each failure mode,",
                false => "",
            },
            wanted.seed,
            base.dir().join(AUDITS).display()
        ),
    };
    message::notice(&mut desk.terminal, &text);
    Ok(())
}

/// What was drawn and is still to be read, each incident once.
fn open(base: &KnowledgeBase) -> anyhow::Result<Vec<Drawn>> {
    let (log, _) = base.audit_log(None)?;
    let mut seen = std::collections::BTreeSet::new();
    let mut open: Vec<Drawn> = log.open().cloned().collect();
    open.retain(|drawn| {
        seen.insert(drawn.incident.clone()) && base.record(drawn.incident.as_str()).is_ok()
    });
    Ok(open)
}

/// What is to be read, without a word of what the rules say of it.
fn show(open: &[Drawn], format: Format, desk: &mut Desk) -> anyhow::Result<()> {
    if format != Format::Text {
        format::many(&mut desk.terminal, format, open.iter().map(json::drawn))?;
        return Ok(());
    }
    for drawn in open {
        let line = format!("{}  {}", drawn.audit, clean(drawn.incident.as_str()));
        desk.terminal.line(&line)?;
    }
    let text = match open.len() {
        0 => "nothing is to be read: `pm-kb audit -n 40` draws, `pm-kb audit --status` says what was found".to_owned(),
        count => format!(
            "{} to be read blind: here in a terminal, or `pm-kb audit --export audit.csv`",
            format::documents(count)
        ),
    };
    message::notice(&mut desk.terminal, &text);
    Ok(())
}

fn tell_odd_lines(base: &KnowledgeBase, odd: &[pm_kb::diagnostic::Diagnostic], desk: &mut Desk) {
    let file = crate::input::name::shown(&base.audits_file());
    let mut problems = Problems::default();
    for diagnostic in odd {
        problems.tell(&mut desk.terminal, &file, diagnostic);
    }
    problems.close(&mut desk.terminal);
}
