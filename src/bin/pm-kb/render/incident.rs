//! One incident as terminal text: labels, facts with their lines, evidence, action items.

use pm_kb::classification::Classification;
use pm_kb::classification::VerdictSource;
use pm_kb::incident::ActionItem;
use pm_kb::incident::ActionState;
use pm_kb::incident::Fact;
use pm_kb::incident::Moment;
use pm_kb::incident::Origin;
use pm_kb::record::Record;
use pm_kb::taxonomy::Decay;
use pm_kb::taxonomy::Facet;
use pm_kb::taxonomy::FailureMode;

use crate::input;
use crate::render::BOLD;
use crate::render::evidence_lines;
use crate::terminal::Terminal;
use crate::terminal::clean;

/// Everything that is known of one incident.
pub(crate) fn incident(record: &Record, terminal: &Terminal) -> String {
    let source = input::name::here(&record.source, &record.path);
    let id = clean(record.id.as_str());
    let mut lines = vec![
        terminal.paint(BOLD, &clean(&record.title)),
        format!("{id}  ({})", clean(&source)),
    ];
    if !record.is_counted() {
        lines.push(format!("not counted as an incident: {}", record.kind.id()));
    }
    let labels = &record.classification;
    lines.push(String::new());
    lines.extend(label_lines(labels));
    lines.extend(facet_lines(labels));
    lines.push(String::new());
    lines.extend(fact_lines(record));
    let said = evidence_lines(&labels.evidence, &source);
    lines.extend(section("Evidence", said));
    let set_aside = evidence_lines(&labels.counter_evidence, &source);
    lines.extend(section("Mentioned and set aside", set_aside));
    let actions = record.facts.action_items.iter().map(action).collect();
    lines.extend(section("Action items", actions));
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

fn named(name: &str, value: &str) -> String {
    format!("{name:<16} {value}")
}

fn in_parentheses(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| format!(" ({})", value.to_string()))
}

/// Who gave a label, where it was a person.
fn by(of: &Classification, facet: Facet) -> &'static str {
    match of.verdicts.get(&facet) {
        Some(VerdictSource::Human) => " (human verdict)",
        _ => "",
    }
}

/// Mode and decay, how sure they are, and what else failed.
fn label_lines(of: &Classification) -> Vec<String> {
    let is_none = of.failure_mode == FailureMode::None && of.decay == Decay::None;
    let mode = format!(
        "{}{}{}{}",
        of.failure_mode,
        in_parentheses(of.none_kind.filter(|_| is_none)),
        in_parentheses(of.reason),
        by(of, Facet::FailureMode)
    );
    let decay = format!(
        "{}{}{}",
        of.decay,
        in_parentheses(of.model_decay_kind),
        by(of, Facet::Decay)
    );
    let mut lines = vec![named("failure mode", &mode), named("decay", &decay)];
    if of.verdicts.get(&Facet::FailureMode) != Some(&VerdictSource::Human) && of.is_classified() {
        let sure = format!("{} ({:.0} %)", of.confidence, of.probability * 100.0);
        lines.push(named("confidence", &sure));
    }
    for also in &of.secondary {
        lines.push(named("also", &format!("{} ({})", also.mode, also.role)));
    }
    lines
}

/// What was done, who noticed, what was believed, and what contradicts.
fn facet_lines(of: &Classification) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(response) = of.value(Facet::Response) {
        let response = format!("{}{}", response.replace(',', ", "), rollback(of));
        lines.push(named("response", &response));
    }
    for (name, facet) in [
        ("detection", Facet::Detection),
        ("first diagnosis", Facet::FirstDiagnosis),
        ("silent", Facet::Silent),
        ("stage", Facet::Stage),
    ] {
        if let Some(value) = of.value(facet) {
            let value = value.replace("true", "yes").replace("false", "no");
            lines.push(named(name, &format!("{value}{}", by(of, facet))));
        }
    }
    if of.disputed {
        lines.push(named("disputed", "a person and the rules disagree"));
    }
    if of.contradictory {
        let said = "summary and root cause point to different modes";
        lines.push(named("contradictory", said));
    }
    lines
}

fn rollback(of: &Classification) -> String {
    let target = of
        .rollback_target
        .map(|target| format!("rollback of {target}"));
    let helped = of.rollback_helped.map(|helped| match helped {
        true => "which helped",
        false => "which did not help",
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
    let lines = [
        fact("date", &facts.date, ToString::to_string),
        fact("onset", &facts.onset, moment),
        fact("detected", &facts.detected, moment),
        fact("mitigated", &facts.mitigated, moment),
        fact("resolved", &facts.resolved, moment),
        fact("time to detect", &facts.minutes_to_detect, duration),
        fact("time to diagnose", &facts.minutes_to_diagnose, duration),
        fact("time to mitigate", &facts.minutes_to_mitigate, duration),
        fact("time to resolve", &facts.minutes_to_resolve, duration),
        fact("severity", &facts.severity, |severity| {
            let value = severity.to_string();
            let raw = facts.severity_raw.as_ref().map(|raw| &raw.value);
            let raw = raw.filter(|raw| **raw != value);
            format!("{value}{}", in_parentheses(raw))
        }),
        fact("status", &facts.status, String::clone),
        list("services", &facts.services),
        list("models", &facts.models),
        list("assets", &facts.assets),
        fact("team", &facts.team, String::clone),
        fact("came from team", &facts.origin_team, String::clone),
        fact("trigger", &facts.trigger, String::clone),
        fact("hours lost", &facts.hours_lost, ToString::to_string),
        fact("money", &facts.money, String::clone),
        fact("users affected", &facts.users_affected, String::clone),
        list("related", &facts.links),
        fact("page", &facts.url, String::clone),
    ];
    lines.into_iter().flatten().collect()
}

/// A fact with the line that states it, where it is stated.
fn fact<T>(name: &str, fact: &Option<Fact<T>>, say: impl Fn(&T) -> String) -> Option<String> {
    let fact = fact.as_ref()?;
    let place = match (fact.origin, fact.line) {
        (Origin::Verdict, _) => "  (human verdict)".to_owned(),
        (_, 0) => String::new(),
        (_, line) => format!("  (line {line})"),
    };
    Some(format!("{}{place}", named(name, &clean(&say(&fact.value)))))
}

fn list(name: &str, facts: &[Fact<String>]) -> Option<String> {
    let names: Vec<String> = facts.iter().map(|fact| clean(&fact.value)).collect();
    let by = match facts.iter().any(|fact| fact.origin == Origin::Verdict) {
        true => "  (human verdict)",
        false => "",
    };
    (!names.is_empty()).then(|| format!("{}{by}", named(name, &names.join(", "))))
}

fn moment(moment: &Moment) -> String {
    match moment.offset_seconds {
        Some(_) => moment.instant().strftime("%Y-%m-%d %H:%M UTC").to_string(),
        None => moment.local.strftime("%Y-%m-%d %H:%M").to_string(),
    }
}

/// Minutes as people say them: `3d 4h`, `2h 5min`, `40min`.
fn duration(minutes: &i64) -> String {
    if *minutes < 0 {
        return format!("-{}", duration(&minutes.saturating_neg()));
    }
    let (days, hours, rest) = (minutes / 1440, minutes % 1440 / 60, minutes % 60);
    match (days, hours, rest) {
        (0, 0, rest) => format!("{rest}min"),
        (0, hours, 0) => format!("{hours}h"),
        (0, hours, rest) => format!("{hours}h {rest}min"),
        (days, 0, _) => format!("{days}d"),
        (days, hours, _) => format!("{days}d {hours}h"),
    }
}

fn action(item: &ActionItem) -> String {
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
}
