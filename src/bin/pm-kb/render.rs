//! Render: incidents, labels, evidence and hits as terminal text.

use anstyle::AnsiColor;
use anstyle::Style;
use comfy_table::ContentArrangement;
use comfy_table::Table;
use pm_kb::classification::Classification;
use pm_kb::classification::Evidence;
use pm_kb::classification::VerdictSource;
use pm_kb::incident::ActionState;
use pm_kb::incident::Fact;
use pm_kb::incident::Moment;
use pm_kb::query::Hit;
use pm_kb::record::Record;
use pm_kb::taxonomy::Decay;
use pm_kb::taxonomy::Facet;
use pm_kb::taxonomy::FailureMode;

use crate::terminal::Terminal;
use crate::terminal::clean;
use crate::terminal::cut;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const MARK: Style = Style::new()
    .bold()
    .fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

/// The incident's labels in three words: mode, decay, confidence.
pub(crate) fn labels(of: &Classification) -> String {
    let sure = match of.verdicts.get(&Facet::FailureMode) {
        Some(VerdictSource::Human) => "human",
        _ => of.confidence.id(),
    };
    format!(
        "{:<21}  {:<11}  {:<6}",
        of.failure_mode.id(),
        of.decay.id(),
        sure
    )
}

/// A table of incidents; cut to the terminal's width where there is one.
pub(crate) fn table(records: &[Record], terminal: &Terminal) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["DATE", "SEV", "MODE", "DECAY", "CONFIDENCE", "ID", "TITLE"]);
    match terminal.width() {
        Some(width) => {
            table.set_content_arrangement(ContentArrangement::Disabled);
            let title_width = width.saturating_sub(62).max(16);
            for record in records {
                let mut row = row(record);
                row[5] = cut(&row[5], 28);
                row[6] = cut(&row[6], title_width);
                table.add_row(row);
            }
        }
        None => {
            for record in records {
                table.add_row(row(record));
            }
        }
    }
    table.trim_fmt()
}

fn row(record: &Record) -> Vec<String> {
    let labels = &record.classification;
    let human = labels.verdicts.get(&Facet::FailureMode) == Some(&VerdictSource::Human);
    vec![
        record
            .facts
            .day()
            .map_or_else(|| "undated".to_owned(), |day| day.to_string()),
        record
            .facts
            .severity
            .as_ref()
            .map_or_else(|| "-".to_owned(), |severity| severity.value.to_string()),
        labels.failure_mode.to_string(),
        labels.decay.to_string(),
        if human {
            "human".to_owned()
        } else {
            labels.confidence.to_string()
        },
        clean(record.id.as_str()),
        clean(&record.title),
    ]
}

/// A hit: its labels, where the best passage stands, and the passage with the matched words marked.
pub(crate) fn hit(hit: &Hit, terminal: &Terminal) -> String {
    let record = &hit.record;
    let day = record
        .facts
        .day()
        .map_or_else(|| "undated".to_owned(), |day| day.to_string());
    let severity = record
        .facts
        .severity
        .as_ref()
        .map(|severity| format!("  {}", severity.value));
    let mut text = format!(
        "{}  {}\n   {day}  {}  {}{}",
        terminal.paint(BOLD, &clean(hit.id.as_str())),
        clean(&record.title),
        record.classification.failure_mode,
        record.classification.decay,
        severity.unwrap_or_default(),
    );
    if let Some(passage) = &hit.passage {
        let place = format!(
            "{} · {}:{}",
            passage.section,
            clean(&record.source),
            passage.line
        );
        text.push_str(&format!(
            "\n   {}\n   {}",
            terminal.paint(DIM, &place),
            snippet(hit, terminal)
        ));
    }
    text
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

/// Everything that is known of one incident.
pub(crate) fn incident(record: &Record, terminal: &Terminal) -> String {
    let mut lines = vec![terminal.paint(BOLD, &clean(&record.title))];
    lines.push(format!(
        "{}  ({})",
        clean(record.id.as_str()),
        clean(&record.source)
    ));
    if !record.is_counted() {
        lines.push(format!("not counted as an incident: {}", record.kind.id()));
    }
    lines.push(String::new());
    lines.extend(label_lines(&record.classification));
    lines.push(String::new());
    lines.extend(fact_lines(record));
    lines.extend(section(
        "Evidence",
        evidence_lines(&record.classification.evidence, &record.source),
    ));
    lines.extend(section(
        "Mentioned and set aside",
        evidence_lines(&record.classification.counter_evidence, &record.source),
    ));
    lines.extend(section("Action items", action_lines(record)));
    lines.join("\n")
}

fn section(title: &str, lines: Vec<String>) -> Vec<String> {
    if lines.is_empty() {
        return Vec::new();
    }
    let mut all = vec![String::new(), title.to_owned()];
    all.extend(lines);
    all
}

fn label_line(name: &str, value: &str) -> String {
    format!("{name:<16} {value}")
}

fn label_lines(of: &Classification) -> Vec<String> {
    let by = |facet| match of.verdicts.get(&facet) {
        Some(VerdictSource::Human) => " (human verdict)",
        _ => "",
    };
    let reason = of
        .reason
        .map(|reason| format!(" ({reason})"))
        .unwrap_or_default();
    let kind = match of.failure_mode {
        FailureMode::None if of.decay == Decay::None => {
            of.none_kind.map(|kind| format!(" ({kind})"))
        }
        _ => None,
    };
    let decay_kind = of
        .model_decay_kind
        .map(|kind| format!(" ({kind})"))
        .unwrap_or_default();
    let mut lines = vec![
        label_line(
            "failure mode",
            &format!(
                "{}{}{reason}{}",
                of.failure_mode,
                kind.unwrap_or_default(),
                by(Facet::FailureMode)
            ),
        ),
        label_line(
            "decay",
            &format!("{}{decay_kind}{}", of.decay, by(Facet::Decay)),
        ),
    ];
    if of.verdicts.get(&Facet::FailureMode) != Some(&VerdictSource::Human) && of.is_classified() {
        lines.push(label_line(
            "confidence",
            &format!("{} ({:.0} %)", of.confidence, of.probability * 100.0),
        ));
    }
    for secondary in &of.secondary {
        lines.push(label_line(
            "also",
            &format!("{} ({})", secondary.mode, secondary.role),
        ));
    }
    if let Some(response) = of.value(Facet::Response) {
        lines.push(label_line(
            "response",
            &format!("{}{}", response.replace(',', ", "), rollback(of)),
        ));
    }
    for (name, facet) in [
        ("detection", Facet::Detection),
        ("first diagnosis", Facet::FirstDiagnosis),
        ("silent", Facet::Silent),
        ("stage", Facet::Stage),
    ] {
        if let Some(value) = of.value(facet) {
            let value = value.replace("true", "yes").replace("false", "no");
            lines.push(label_line(name, &format!("{value}{}", by(facet))));
        }
    }
    if of.disputed {
        lines.push(label_line("disputed", "a person and the rules disagree"));
    }
    if of.contradictory {
        lines.push(label_line(
            "contradictory",
            "summary and root cause point to different modes",
        ));
    }
    lines
}

fn rollback(of: &Classification) -> String {
    let target = of
        .rollback_target
        .map(|target| format!("rollback of {target}"));
    let helped = of.rollback_helped.map(|helped| {
        if helped {
            "which helped"
        } else {
            "which did not help"
        }
    });
    match (target, helped) {
        (Some(target), Some(helped)) => format!(" ({target}, {helped})"),
        (Some(target), None) => format!(" ({target})"),
        (None, Some(helped)) => format!(" (rollback, {helped})"),
        (None, None) => String::new(),
    }
}

fn fact_lines(record: &Record) -> Vec<String> {
    let facts = &record.facts;
    let mut lines = Vec::new();
    let mut tell = |name: &str, value: Option<String>, line: u32| {
        if let Some(value) = value {
            let place = if line > 0 {
                format!("  (line {line})")
            } else {
                String::new()
            };
            lines.push(format!("{}{place}", label_line(name, &clean(&value))));
        }
    };
    let text = |fact: &Option<Fact<String>>| {
        (
            fact.as_ref().map(|f| f.value.clone()),
            fact.as_ref().map_or(0, |f| f.line),
        )
    };
    let clock = |fact: &Option<Fact<Moment>>| {
        (
            fact.as_ref().map(|f| shown(&f.value)),
            fact.as_ref().map_or(0, |f| f.line),
        )
    };
    let minutes = |fact: &Option<Fact<i64>>| {
        (
            fact.as_ref().map(|f| duration(f.value)),
            fact.as_ref().map_or(0, |f| f.line),
        )
    };
    let severity = facts.severity.as_ref().map(|severity| {
        let raw = facts
            .severity_raw
            .as_ref()
            .filter(|raw| raw.value != severity.value.to_string());
        raw.map_or_else(
            || severity.value.to_string(),
            |raw| format!("{} ({})", severity.value, raw.value),
        )
    });
    tell(
        "date",
        facts.date.as_ref().map(|date| date.value.to_string()),
        facts.date.as_ref().map_or(0, |d| d.line),
    );
    for (name, (value, line)) in [
        ("onset", clock(&facts.onset)),
        ("detected", clock(&facts.detected)),
        ("mitigated", clock(&facts.mitigated)),
        ("resolved", clock(&facts.resolved)),
        ("time to detect", minutes(&facts.minutes_to_detect)),
        ("time to diagnose", minutes(&facts.minutes_to_diagnose)),
        ("time to mitigate", minutes(&facts.minutes_to_mitigate)),
        ("time to resolve", minutes(&facts.minutes_to_resolve)),
        (
            "severity",
            (
                severity,
                facts.severity.as_ref().map_or(0, |severity| severity.line),
            ),
        ),
        ("status", text(&facts.status)),
        ("services", (names(&facts.services), 0)),
        ("models", (names(&facts.models), 0)),
        ("assets", (names(&facts.assets), 0)),
        ("team", text(&facts.team)),
        ("came from team", text(&facts.origin_team)),
        ("trigger", text(&facts.trigger)),
        (
            "hours lost",
            (
                facts
                    .hours_lost
                    .as_ref()
                    .map(|hours| hours.value.to_string()),
                facts.hours_lost.as_ref().map_or(0, |h| h.line),
            ),
        ),
        ("money", text(&facts.money)),
        ("users affected", text(&facts.users_affected)),
        ("related", (names(&facts.links), 0)),
        ("page", text(&facts.url)),
    ] {
        tell(name, value, line);
    }
    lines
}

fn names(facts: &[Fact<String>]) -> Option<String> {
    let names: Vec<&str> = facts.iter().map(|fact| fact.value.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn shown(moment: &Moment) -> String {
    match moment.offset_seconds {
        Some(_) => moment.instant().strftime("%Y-%m-%d %H:%M UTC").to_string(),
        None => moment.local.strftime("%Y-%m-%d %H:%M").to_string(),
    }
}

/// Minutes as people say them: `3d 4h`, `2h 5min`, `40min`.
pub(crate) fn duration(minutes: i64) -> String {
    let (days, hours, rest) = (minutes / 1440, minutes % 1440 / 60, minutes % 60);
    match (days, hours, rest) {
        (0, 0, rest) => format!("{rest}min"),
        (0, hours, 0) => format!("{hours}h"),
        (0, hours, rest) => format!("{hours}h {rest}min"),
        (days, 0, _) => format!("{days}d"),
        (days, hours, _) => format!("{days}d {hours}h"),
    }
}

/// Evidence, one entry a quote: what it speaks for, where it stands, the rule that found it.
pub(crate) fn evidence_lines(evidence: &[Evidence], source: &str) -> Vec<String> {
    evidence
        .iter()
        .flat_map(|one| {
            let said = match one.state {
                pm_kb::classification::State::Affirmed => String::new(),
                state => format!(", {}", state.id()),
            };
            [
                format!("  {}: {}{said}", one.facet, one.value),
                format!("    “{}”", clean(&one.quote)),
                format!(
                    "    {}:{}:{}  {}  {}",
                    clean(source),
                    one.line,
                    one.column,
                    one.section,
                    one.rule
                ),
            ]
        })
        .collect()
}

fn action_lines(record: &Record) -> Vec<String> {
    record
        .facts
        .action_items
        .iter()
        .map(|item| {
            let mark = match item.state {
                ActionState::Open => " ",
                ActionState::Done => "x",
                ActionState::Dropped => "-",
            };
            let mut about: Vec<String> = Vec::new();
            about.extend(item.owner.as_deref().map(clean));
            about.extend(item.team.as_deref().map(clean));
            about.extend(item.due.map(|due| format!("due {due}")));
            about.push(format!("line {}", item.line));
            format!("  [{mark}] {} ({})", clean(&item.text), about.join(", "))
        })
        .collect()
}
