//! `eval --facts`: the facts that are read against those of a careful reader, field by field, with every miss.

use std::path::Path;

use pm_kb::diagnostic::Diagnostic;
use pm_kb::document::Document;
use pm_kb::evaluation::facts::FactsEvaluation;
use pm_kb::evaluation::facts::FieldMiss;
use pm_kb::evaluation::facts::GoldFacts;
use pm_kb::evaluation::facts::Reading;
use pm_kb::parser;
use pm_kb::parser::Parsed;

use crate::Desk;
use crate::eval::Args;
use crate::eval::Table;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::input;
use crate::json;
use crate::message::Problems;
use crate::terminal::clean;

/// Compares what is read from the documents of a folder with a table of gold facts.
pub(super) fn run(
    args: &Args,
    table: &Table<'_>,
    format: Format,
    desk: &mut Desk,
) -> anyhow::Result<Exit> {
    let mut problems = Problems::default();
    let gold = GoldFacts::read(&input::name::shown(table.file), table.text)?;
    // Not the day of today: the figures of a folder are the same tomorrow.
    let options = parser::Options {
        date_order: args.date_order.map(Into::into),
        ..parser::Options::default()
    };
    let (mut read, mut refused) = (Vec::new(), 0);
    for one in gold {
        let file = table.folder.join(&one.file);
        match understood(&file, &options) {
            Ok(parsed) => read.push((one, parsed)),
            Err(refusal) => {
                refused += 1;
                let name = input::name::shown(&file);
                problems.tell(&mut desk.terminal, &name, &refusal);
            }
        }
    }
    problems.close(&mut desk.terminal);
    let evaluation = FactsEvaluation::of(read.iter().map(|(gold, parsed)| (gold, reading(parsed))));
    match format {
        Format::Text => tell(&evaluation, args.no_misses, desk)?,
        _ => format::one(
            &mut desk.terminal,
            format,
            &json::facts_evaluation(&evaluation),
        )?,
    }
    Ok(match refused {
        0 => Exit::Done,
        _ => Exit::Refused,
    })
}

fn understood(file: &Path, options: &parser::Options) -> Result<Parsed, Diagnostic> {
    let limits = &options.limits;
    let input = input::read(file, limits.document_bytes).map_err(|refusal| refusal.diagnostic())?;
    let document = Document::read(&input.source, input.bytes, limits)?;
    Ok(parser::parse(&document, options))
}

fn reading(parsed: &Parsed) -> Reading<'_> {
    Reading {
        postmortem: &parsed.postmortem,
        diagnostics: &parsed.diagnostics,
    }
}

fn tell(of: &FactsEvaluation, no_misses: bool, desk: &mut Desk) -> anyhow::Result<()> {
    let mut lines = vec![format!(
        "{:<22}  {:>6}  {:>5}  {:>5}  {:>7}  {:>5}  {:>10}  {:>8}",
        "field", "stated", "right", "share", "missing", "wrong", "not stated", "invented"
    )];
    lines.extend(of.fields.iter().map(|(name, score)| {
        format!(
            "{name:<22}  {:>6}  {:>5}  {:>5.3}  {:>7}  {:>5}  {:>10}  {:>8}",
            score.stated,
            score.right,
            score.share(),
            score.missing,
            score.wrong,
            score.not_stated,
            score.invented
        )
    }));
    desk.terminal.text(&lines.join("\n"))?;
    if no_misses || of.misses.is_empty() {
        return Ok(());
    }
    desk.terminal.line("")?;
    let misses: Vec<String> = of.misses.iter().map(miss).collect();
    desk.terminal.text(&misses.join("\n"))?;
    Ok(())
}

fn miss(of: &FieldMiss) -> String {
    let shown = |value: &Option<String>| match value {
        Some(value) => format!("`{}`", clean(value)),
        None => "nothing".to_owned(),
    };
    let (gold, given) = (shown(&of.gold), shown(&of.given));
    format!(
        "{}: {} {given} instead of {gold}",
        clean(&of.file),
        of.field
    )
}
