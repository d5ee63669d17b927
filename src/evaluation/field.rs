//! Field: the columns that a table of gold facts may have, how each is read from a post-mortem, and when two are the same.

use jiff::tz::Offset;

use crate::evaluation::facts::Reading;
use crate::incident::ActionItem;
use crate::incident::ActionState;
use crate::incident::Fact;
use crate::incident::Facts;
use crate::incident::Moment;
use crate::postmortem::SectionKind;

/// What was read for a field.
pub(crate) enum Answer {
    /// The field has one value or none.
    One(Option<String>),
    /// The field is a list.
    Many(Vec<String>),
    /// This gold value cannot be held against what a single document says.
    NotScored,
}

/// A column of a table of gold facts.
pub(crate) struct Field {
    /// The column's name.
    pub(crate) name: &'static str,
    /// Reads the answer; it is told what the gold says.
    pub(crate) read: fn(Reading<'_>, &str) -> Answer,
    /// Whether an answer (second) is what the gold (first) says.
    pub(crate) same: fn(&str, &str) -> bool,
}

const fn field(
    name: &'static str,
    read: fn(Reading<'_>, &str) -> Answer,
    same: fn(&str, &str) -> bool,
) -> Field {
    Field { name, read, same }
}

/// Every column that is scored, in the order in which scores are shown.
pub(crate) const FIELDS: &[Field] = &[
    field(
        "title",
        |of, gold| not(gold, "-", text(&of.postmortem.title)),
        equal_folded,
    ),
    field(
        "kind",
        |of, gold| not(gold, "duplicate", text(of.postmortem.kind.id())),
        same_kind,
    ),
    field("lang", |of, _| text(&of.postmortem.language), equal),
    field("date", |of, _| one(&facts(of).date), equal),
    field(
        "date_source",
        |of, _| {
            Answer::One(
                facts(of)
                    .date
                    .as_ref()
                    .map(|date| date.origin.id().to_owned()),
            )
        },
        equal,
    ),
    field(
        "quarter",
        |of, _| Answer::One(facts(of).quarter().map(|quarter| quarter.to_string())),
        equal,
    ),
    field("severity", |of, _| one(&facts(of).severity), equal),
    field(
        "severity_raw",
        |of, _| one(&facts(of).severity_raw),
        overlaps,
    ),
    field(
        "onset",
        |of, gold| clock(&facts(of).onset, gold),
        same_minute,
    ),
    field(
        "detected",
        |of, gold| clock(&facts(of).detected, gold),
        same_minute,
    ),
    field(
        "mitigated",
        |of, gold| clock(&facts(of).mitigated, gold),
        same_minute,
    ),
    field(
        "resolved",
        |of, gold| clock(&facts(of).resolved, gold),
        same_minute,
    ),
    field(
        "minutes_to_detect",
        |of, _| one(&facts(of).minutes_to_detect),
        within_a_minute,
    ),
    field(
        "minutes_to_diagnose",
        |of, _| one(&facts(of).minutes_to_diagnose),
        within_a_minute,
    ),
    field(
        "minutes_to_mitigate",
        |of, _| one(&facts(of).minutes_to_mitigate),
        within_a_minute,
    ),
    field(
        "minutes_to_resolve",
        |of, _| one(&facts(of).minutes_to_resolve),
        within_a_minute,
    ),
    field(
        "ttd_hours",
        |of, _| hours(facts(of).minutes_to_detect.as_ref().map(|fact| fact.value)),
        close,
    ),
    field(
        "ttr_hours",
        |of, _| hours(minutes_after_detection(facts(of))),
        close,
    ),
    field("status", |of, _| one(&facts(of).status), equal_folded),
    field("services", |of, _| many(&facts(of).services), equal_folded),
    field("models", |of, _| many(&facts(of).models), equal_folded),
    field("assets", |of, _| many(&facts(of).assets), equal_folded),
    field("team", |of, _| one(&facts(of).team), equal_folded),
    field(
        "origin_team",
        |of, _| one(&facts(of).origin_team),
        equal_folded,
    ),
    field("has_root_cause_section", |of, _| has_root_cause(of), equal),
    field("trigger", |of, _| one(&facts(of).trigger), overlaps),
    field("n_whys", |of, _| count(facts(of).whys.len()), equal),
    field(
        "n_action_items",
        |of, _| count(facts(of).action_items.len()),
        equal,
    ),
    field(
        "n_actions_done",
        |of, _| items(of, |item| item.state == ActionState::Done),
        equal,
    ),
    field(
        "n_actions_owned",
        |of, _| items(of, |item| item.owner.is_some() || item.team.is_some()),
        equal,
    ),
    field(
        "n_actions_due",
        |of, _| items(of, |item| item.due.is_some()),
        equal,
    ),
    field(
        "n_actions_linked",
        |of, _| items(of, |item| item.link.is_some()),
        equal,
    ),
    field("hours_lost", |of, _| one(&facts(of).hours_lost), equal),
    field("money", |of, _| one(&facts(of).money), overlaps),
    field(
        "users_affected",
        |of, _| one(&facts(of).users_affected),
        overlaps,
    ),
    field("links", |of, _| many(&facts(of).links), equal_folded),
    field("url", |of, _| one(&facts(of).url), equal),
    field("warnings", said, overlaps),
];

fn facts(of: Reading<'_>) -> &Facts {
    &of.postmortem.facts
}

fn text(value: &str) -> Answer {
    Answer::One(Some(value.to_owned()))
}

/// The answer, except to a gold value that cannot be compared.
fn not(gold: &str, incomparable: &str, answer: Answer) -> Answer {
    match gold == incomparable {
        true => Answer::NotScored,
        false => answer,
    }
}

fn one<T: ToString>(fact: &Option<Fact<T>>) -> Answer {
    Answer::One(fact.as_ref().map(|fact| fact.value.to_string()))
}

fn many(facts: &[Fact<String>]) -> Answer {
    Answer::Many(facts.iter().map(|fact| fact.value.clone()).collect())
}

fn count(number: usize) -> Answer {
    Answer::One(Some(number.to_string()))
}

fn items(of: Reading<'_>, which: fn(&ActionItem) -> bool) -> Answer {
    count(
        facts(of)
            .action_items
            .iter()
            .filter(|item| which(item))
            .count(),
    )
}

fn has_root_cause(of: Reading<'_>) -> Answer {
    let mut sections = of.postmortem.sections.iter();
    let found = sections.any(|section| section.kind == SectionKind::RootCause);
    text(if found { "yes" } else { "no" })
}

/// A clock; a gold value that knows only the day is not held against a time.
fn clock(fact: &Option<Fact<Moment>>, gold: &str) -> Answer {
    if (2..=10).contains(&gold.len()) {
        return Answer::NotScored;
    }
    Answer::One(fact.as_ref().map(|fact| written(&fact.value)))
}

/// A moment as gold tables write it: `2026-07-03T10:15-07:00`.
fn written(moment: &Moment) -> String {
    let local = moment.local.strftime("%Y-%m-%dT%H:%M");
    match moment.offset_seconds {
        None => local.to_string(),
        Some(0) => format!("{local}Z"),
        Some(seconds) => {
            let offset = Offset::from_seconds(seconds).unwrap_or(Offset::UTC);
            let sign = if offset.is_negative() { '-' } else { '+' };
            let minutes = seconds.abs() / 60;
            format!("{local}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
    }
}

fn hours(minutes: Option<i64>) -> Answer {
    Answer::One(minutes.map(|minutes| (minutes as f64 / 60.0).to_string()))
}

/// Minutes from detection to the end of the harm.
fn minutes_after_detection(facts: &Facts) -> Option<i64> {
    let clock = |fact: &Option<Fact<Moment>>| fact.as_ref().map(|fact| fact.value);
    let end = clock(&facts.mitigated).or(clock(&facts.resolved));
    if let (Some(detected), Some(end)) = (clock(&facts.detected), end) {
        return Some(detected.minutes_until(&end));
    }
    facts.minutes_to_repair.as_ref().map(|fact| fact.value)
}

/// Which of the wanted warnings were said; others do not count.
fn said(of: Reading<'_>, gold: &str) -> Answer {
    let said = |wanted: &str| {
        let wanted = wanted.to_lowercase();
        let mut diagnostics = of.diagnostics.iter();
        diagnostics.any(|diagnostic| diagnostic.message.to_lowercase().contains(&wanted))
    };
    match gold {
        "-" => Answer::NotScored,
        gold => Answer::Many(
            gold.split(';')
                .map(str::trim)
                .filter(|wanted| said(wanted))
                .map(str::to_owned)
                .collect(),
        ),
    }
}

fn equal(gold: &str, ours: &str) -> bool {
    gold == ours
}

fn equal_folded(gold: &str, ours: &str) -> bool {
    let words =
        |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_lowercase).collect() };
    words(gold) == words(ours)
}

fn overlaps(gold: &str, ours: &str) -> bool {
    let (gold, ours) = (gold.to_lowercase(), ours.to_lowercase());
    gold.contains(&ours) || ours.contains(&gold)
}

fn within_a_minute(gold: &str, ours: &str) -> bool {
    let numbers = gold.parse::<f64>().ok().zip(ours.parse::<f64>().ok());
    numbers.is_some_and(|(gold, ours)| (gold - ours).abs() <= 1.0)
}

/// Hours that were written with one decimal.
fn close(gold: &str, ours: &str) -> bool {
    let numbers = gold.parse::<f64>().ok().zip(ours.parse::<f64>().ok());
    numbers.is_some_and(|(gold, ours)| (gold - ours).abs() <= 0.1 + gold * 0.02)
}

/// The same minute as it is written; the offset counts where both state one.
fn same_minute(gold: &str, ours: &str) -> bool {
    let parts = |text: &str| {
        let minute = text.get(..16).unwrap_or(text).to_owned();
        let rest = text.get(16..).unwrap_or_default();
        let seconds = rest.starts_with(':').then(|| rest.get(3..)).flatten();
        (minute, seconds.unwrap_or(rest).to_owned())
    };
    let ((gold, gold_offset), (ours, ours_offset)) = (parts(gold), parts(ours));
    let open = gold_offset.is_empty() || ours_offset.is_empty();
    gold == ours && (open || gold_offset == ours_offset)
}

/// `notes` and `other` of the gold are documents that are not counted, whatever they are called.
fn same_kind(gold: &str, ours: &str) -> bool {
    gold == ours || (matches!(gold, "notes" | "other") && ours != "postmortem")
}
