//! Render: labels, evidence and hits as terminal text.

use anstyle::AnsiColor;
use anstyle::Style;
use pm_kb::classification::Classification;
use pm_kb::classification::Evidence;
use pm_kb::classification::State;
use pm_kb::classification::VerdictSource;
use pm_kb::query::Explanation;
use pm_kb::query::Hit;
use pm_kb::record::Record;
use pm_kb::similar::Likeness;
use pm_kb::similar::Trait;
use pm_kb::taxonomy::Facet;

use crate::freshness::Freshness;
use crate::input;
use crate::terminal::Terminal;
use crate::terminal::clean;

mod incident;
mod table;

pub(crate) use incident::incident;
pub(crate) use table::table;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const MARK: Style = Style::new()
    .bold()
    .fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

const WARNING: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

/// The incident's labels in three words: mode, decay, confidence; padded for eyes, not for pipes.
pub(crate) fn labels(of: &Classification, terminal: &Terminal) -> String {
    let (mode, decay, sure) = (of.failure_mode.id(), of.decay.id(), sureness(of));
    if terminal.is_aligned() {
        format!("{mode:<21}  {decay:<11}  {sure:<6}")
    } else {
        format!("{mode} {decay} {sure}")
    }
}

fn sureness(of: &Classification) -> &'static str {
    match of.verdicts.get(&Facet::FailureMode) {
        Some(VerdictSource::Human) => "human",
        _ => of.confidence.id(),
    }
}

fn day(record: &Record) -> String {
    let day = record.facts.written_day();
    day.map_or_else(|| "undated".to_owned(), |day| day.to_string())
}

fn severity(record: &Record) -> Option<String> {
    let severity = record.facts.severity.as_ref()?;
    Some(severity.value.to_string())
}

/// A hit: its labels, where the best passage stands, and the passage with the matched words marked.
pub(crate) fn hit(hit: &Hit, freshness: Freshness, terminal: &Terminal) -> String {
    let record = &hit.record;
    let severity = severity(record).map(|severity| format!("  {severity}"));
    let mut text = format!(
        "{}  {}\n   {}  {}  {}{}",
        terminal.paint(BOLD, &clean(hit.id.as_str())),
        clean(&record.title),
        day(record),
        record.classification.failure_mode,
        record.classification.decay,
        severity.unwrap_or_default(),
    );
    if let Some(passage) = &hit.passage {
        let place = format!(
            "{} · {}:{}",
            passage.section,
            clean(&input::name::here(&record.source, &record.path)),
            passage.line
        );
        text.push_str(&format!(
            "\n   {}\n   {}",
            terminal.paint(DIM, &place),
            snippet(hit, terminal)
        ));
    }
    if let Some(remark) = freshness.remark() {
        text.push_str(&format!("\n   {}", terminal.paint(WARNING, remark)));
    }
    if let Some(explanation) = &hit.explanation {
        for line in explained(hit.score, explanation) {
            text.push_str(&format!("\n   {line}"));
        }
    }
    text
}

/// Why an incident is similar, in one line.
pub(crate) fn reasons(of: &Likeness) -> String {
    let told = of.reasons.iter().map(|reason| {
        let values: Vec<String> = reason.values.iter().map(|value| clean(value)).collect();
        let values = values.join(", ");
        match reason.of {
            Trait::FailureMode => format!("failure mode {values}"),
            Trait::Words => format!("both speak of {values}"),
            of => format!("{} {values}", of.id()),
        }
    });
    told.collect::<Vec<_>>().join("; ")
}

/// A zone of the index as people call it.
fn place(zone: &'static str) -> &'static str {
    match zone {
        "lead" => "summary",
        "cause" => "root cause",
        "body" => "elsewhere",
        other => other,
    }
}

/// What a score is made of, in lines.
fn explained(score: f32, of: &Explanation) -> Vec<String> {
    let mut lines = vec![format!("score {score:.2}")];
    let places = |zones: &[&'static str]| {
        zones
            .iter()
            .map(|zone| place(zone))
            .collect::<Vec<_>>()
            .join(", ")
    };
    for part in &of.parts {
        let typed = clean(&part.typed);
        lines.push(match (part.score > 0.0, part.is_stand_in) {
            (false, _) => format!("  {:>6}  `{typed}`: not there", "0"),
            (true, true) => format!(
                "  {:>+6.2}  other words for `{typed}`, or parts of it: {}",
                part.score,
                places(&part.zones)
            ),
            (true, false) => {
                format!("  {:>+6.2}  `{typed}`: {}", part.score, places(&part.zones))
            }
        });
    }
    if of.coverage < 0.9995 {
        lines.push(format!(
            "  ×{:>5.2}  it lacks some of the words",
            of.coverage
        ));
    }
    if of.nearness > 0.0 {
        lines.push(format!(
            "  {:>+6.2}  words that stand near each other",
            of.nearness
        ));
    }
    lines
}

fn snippet(hit: &Hit, terminal: &Terminal) -> String {
    let Some(passage) = &hit.passage else {
        return String::new();
    };
    let mut text = String::new();
    let mut done = 0;
    for mark in &passage.marks {
        let (Some(before), Some(marked)) = (
            passage.snippet.get(done..mark.start),
            passage.snippet.get(mark.start..mark.end),
        ) else {
            continue;
        };
        text.push_str(&clean(before));
        text.push_str(&terminal.paint(MARK, &clean(marked)));
        done = mark.end;
    }
    text.push_str(&clean(passage.snippet.get(done..).unwrap_or_default()));
    text
}

/// Evidence, one entry a quote: what it speaks for, where it stands, the rule that found it.
pub(crate) fn evidence_lines(evidence: &[Evidence], source: &str) -> Vec<String> {
    evidence
        .iter()
        .flat_map(|one| {
            let said = match one.state {
                State::Affirmed => String::new(),
                state => format!(", {}", state.id()),
            };
            [
                format!("  {}: {}{said}", one.facet, clean(&one.value)),
                format!("    “{}”", clean(&one.quote)),
                format!(
                    "    {}:{}:{}  {}  {}",
                    clean(source),
                    one.line,
                    one.column,
                    one.section,
                    clean(&one.rule)
                ),
            ]
        })
        .collect()
}
