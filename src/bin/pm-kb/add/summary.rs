//! The summary of an `add`: what became of how many documents, and what to look at next.

use pm_kb::health::Finding;
use pm_kb::health::Health;

use crate::Desk;
use crate::health;
use crate::input;
use crate::message;

/// How the run went, in numbers.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) added: usize,
    pub(super) updated: usize,
    pub(super) unchanged: usize,
    pub(super) refused: usize,
    pub(super) health: Health,
}

/// Tells the summary as notices.
pub(super) fn summary(counts: &Counts, found: &input::Found, desk: &mut Desk) {
    let mut parts = vec![format!("{} added", counts.added)];
    for (count, word) in [
        (counts.updated, "updated"),
        (counts.unchanged, "unchanged"),
        (counts.refused, "refused"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    message::notice(&mut desk.terminal, &parts.join(", "));
    let health = &counts.health;
    let count = |finding| health.findings.get(&finding).map_or(0, Vec::len);
    for (count, what) in [
        (
            count(Finding::Duplicate) + count(Finding::Several) + count(Finding::NotAnIncident),
            "stored but not counted as incidents: `pm-kb list --all` shows them",
        ),
        (
            count(Finding::Undated),
            "without a date, so in no quarter: `pm-kb list is:undated` shows them",
        ),
        (
            count(Finding::Unclassified) + count(Finding::Language),
            "without a label: `pm-kb list is:unclassified` shows them",
        ),
    ] {
        if count > 0 {
            message::notice(&mut desk.terminal, &format!("{count} {what}"));
        }
    }
    if let Some(told) = health::in_short(health) {
        message::notice(&mut desk.terminal, &told);
    }
    if let Some(kinds) = found.skipped.summary() {
        message::notice(&mut desk.terminal, &format!("skipped: {kinds}"));
    }
}
