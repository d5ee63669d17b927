//! Event: what the words of a timeline entry or of a sentence say that happened, by `schema/events.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::expression::Regex;

use crate::schema;

/// The most bytes of a text that are looked at.
const LONGEST: usize = 1_000;

struct Table(BTreeMap<String, Regex>);

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let lists: BTreeMap<String, Vec<String>> = toml::from_str(schema::file("events.toml"))
        .expect("schema/events.toml is checked by a test");
    let compile = |patterns: &Vec<String>| {
        let joined: Vec<String> = patterns
            .iter()
            .map(|pattern| format!("(?:{pattern})"))
            .collect();
        Regex::any_case(&joined.join("|")).expect("patterns are checked by a test")
    };
    Table(
        lists
            .iter()
            .map(|(name, patterns)| (name.clone(), compile(patterns)))
            .collect(),
    )
});

fn find(name: &str, text: &str) -> Option<usize> {
    TABLE.0.get(name)?.find(text).map(|found| found.start())
}

/// The text with `failure alert` and the like as plain `alert`.
fn strip_alert_names(text: &str) -> std::borrow::Cow<'_, str> {
    match TABLE.0.get("alert_names") {
        Some(names) => names.replace_all(text, "alert"),
        None => text.into(),
    }
}

/// Whether a text tells of an alert that reached nobody: `into a mailbox that is read on working days`.
pub(crate) fn is_unheard(text: &str) -> bool {
    find("unheard", text).is_some()
}

/// Where a text says that the incident began.
pub(crate) fn onset_at(text: &str) -> Option<usize> {
    find("onset", text)
}

/// What a text says that happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// The incident began, in these words.
    pub(crate) onset: bool,
    /// Something failed.
    pub(crate) fails: bool,
    /// Something was changed.
    pub(crate) changes: bool,
    /// Somebody or something noticed.
    pub(crate) detected: bool,
    /// What failed is told before who noticed: the failure itself, and not a report of it.
    pub(crate) fails_first: bool,
    /// The cause was found.
    pub(crate) diagnosed: bool,
    /// The harm ended.
    pub(crate) mitigated: bool,
    /// It was over, in these words.
    pub(crate) resolved: bool,
    /// The harm itself was over, in words said of nothing else.
    pub(crate) ended: bool,
    /// Something was mended.
    pub(crate) recovers: bool,
    /// Somebody looked into it.
    pub(crate) looks: bool,
}

impl Event {
    /// What a sentence says, without what the words of another time in it say already.
    pub(crate) fn without(self, other: Event) -> Event {
        Event {
            onset: self.onset && !other.onset,
            detected: self.detected && !other.detected,
            diagnosed: self.diagnosed && !other.diagnosed,
            mitigated: self.mitigated && !other.mitigated,
            resolved: self.resolved && !other.resolved,
            ended: self.ended && !other.ended,
            recovers: self.recovers && !other.recovers,
            ..self
        }
    }

    /// Whether the words tell of no event.
    pub(crate) fn is_silent(self) -> bool {
        Event {
            looks: false,
            ..self
        } == Event::default()
    }

    /// Whether it tells that somebody reported or noticed, and not the failure itself.
    pub(crate) fn is_report(self) -> bool {
        self.detected && !self.fails_first
    }

    /// Whether it tells of a step of the repair.
    pub(crate) fn mends(self) -> bool {
        self.resolved || self.recovers || self.mitigated
    }

    /// Whether it may tell of one, said among the steps of a repair.
    pub(crate) fn may_mend(self) -> bool {
        self.mends() || !(self.fails || self.detected || self.onset)
    }

    /// Reads a text.
    pub(crate) fn of(text: &str) -> Event {
        let mut end = text.len().min(LONGEST);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &*strip_alert_names(&text[..end]);
        let fails = find("fails", text);
        let heard = |_: &usize| find("not_detected", text).is_none() && !is_unheard(text);
        let detected = find("detected", text).filter(heard);
        let undone = find("not_resolved", text).is_some();
        let mut event = Event {
            onset: find("onset", text).is_some() && find("not_onset", text).is_none(),
            fails: fails.is_some(),
            changes: find("changes", text).is_some(),
            detected: detected.is_some(),
            fails_first: matches!((fails, detected), (Some(fails), Some(detected)) if fails < detected),
            diagnosed: find("diagnosed", text).is_some(),
            mitigated: find("mitigated", text).is_some() && !undone,
            resolved: find("resolved", text).is_some() && !undone,
            ended: find("ended", text).is_some() && !undone,
            recovers: find("recovers", text).is_some() && !undone,
            looks: false,
        };
        // It only counts where nothing else is told.
        event.looks = event.is_silent() && find("looks", text).is_some();
        event
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let lists: BTreeMap<String, Vec<String>> =
            toml::from_str(schema::file("events.toml")).expect("TOML");
        for name in [
            "onset",
            "fails",
            "changes",
            "detected",
            "diagnosed",
            "ended",
            "mitigated",
            "resolved",
            "recovers",
            "alert_names",
            "not_detected",
            "not_onset",
            "not_resolved",
            "unheard",
            "looks",
        ] {
            for pattern in &lists[name] {
                let regex = Regex::new(pattern);
                assert!(
                    regex.is_ok_and(|regex| !regex.is_match("")),
                    "{name}: {pattern}"
                );
            }
        }
        assert_eq!(lists.len(), TABLE.0.len());
    }

    #[test]
    fn a_report_of_a_failure_is_not_the_failure() {
        let report = Event::of("students report that the hub is down");
        assert!(report.detected && !report.fails_first);
        let failure = Event::of("Site is hard down, engineers respond to alarms");
        assert!(failure.detected && failure.fails_first);
        assert!(!Event::of("rollback attempted, no effect, still failing").recovers);
        assert!(Event::of("All services are back to normal").resolved);
        assert!(!Event::of("not resolved yet").resolved);
    }
}
