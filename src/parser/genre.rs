//! Genre: what tells pages of other sorts from a post-mortem: runbooks, proposals, release notes, newsletters, readings.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::Facts;
use crate::parser::fold::fold;
use crate::parser::passage::Outline;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// How many headings of one genre make a page one of it.
const ENOUGH_HEADINGS: usize = 2;
/// How many signs make a page one about somebody else's incident.
const ENOUGH_SIGNS: usize = 2;
/// The most passages that are searched for such signs.
const MOST_PASSAGES: usize = 60;

/// Headings that stand in pages of one genre and hardly in a post-mortem, folded.
#[rustfmt::skip]
const GENRES: &[&[&str]] = &[
    // Runbooks and guides.
    &["prerequisites", "steps", "step by step", "procedure", "before you start", "before you begin", "escalation", "when to use this",
      "when to use this runbook", "usage", "commands", "installation", "install", "configuration", "troubleshooting", "verification",
      "getting started", "quick start", "setup", "diagnosis steps", "useful commands", "useful links", "symptoms and fixes", "how to use"],
    // Proposals and decisions.
    &["motivation", "proposal", "alternatives", "alternatives considered", "rollout", "rollout plan", "open questions", "goals", "non goals",
      "unresolved questions", "considered options", "decision", "decision outcome", "consequences", "drawbacks", "prior art", "design",
      "detailed design", "requirements", "success criteria", "scope", "out of scope", "migration plan", "estimates", "milestones and estimates"],
    // Release notes.
    &["new", "new features", "features", "fixed", "bug fixes", "known issues", "upgrade", "upgrading", "upgrade notes", "added", "changed",
      "deprecated", "removed", "breaking changes", "deprecations", "improvements and fixes", "dependencies", "thanks to our contributors"],
    // Newsletters and reports of a period.
    &["highlights", "lowlights", "upcoming", "upcoming events", "incident of the month", "in numbers", "numbers", "events", "community",
      "hiring", "announcements", "shout outs", "kudos", "okrs", "goals for next month", "plans for next week", "plans for next month"],
    // Exercises.
    &["goal", "goals", "objective", "objectives", "scenario", "scenarios", "schedule", "success criteria", "abort criteria",
      "abort conditions", "hypothesis", "blast radius", "rules of engagement", "participants", "steady state"],
    // Descriptions of a process.
    &["what belongs in it", "when to write one", "when do we write one", "who writes it", "review", "roles", "roles and responsibilities",
      "checklist", "severity levels", "definitions", "communication", "template", "tips", "purpose", "who should read this", "audience",
      "severities", "cadence", "how to declare an incident", "what is an incident", "what is a post mortem", "faq"],
];

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^how (?:we|to|our teams?) (?:write|run|do|handle|review|respond|learn|work|manage|declare|hold)\b|\b(?:newsletter|bulletin|round ?up|cheat ?sheet|release notes|changelog|style guide|glossary)\b|\b(?:operations?|ops|availability|reliability|sla|slo|uptime) (?:report|review|digest)\b|\breport for (?:january|february|march|april|may|june|july|august|september|october|november|december|q[1-4]|(?:19|20)\d\d)\b|^(?:rfc|adr|design doc|proposal|release|version)\W?\s?v?\d").expect("a constant")
});

/// Notes on a change that was made, which speak of what was wrong as post-mortems do.
static CHANGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:fix(?:es)?|improvements?|implementation|debug summary|debugging|refactor(?:ing)?|error resolution|audit report|fix summary|implementation (?:notes|summary))\b").expect("a constant")
});
#[rustfmt::skip]
const CHANGE_HEADINGS: &[&str] = &[
    "files changed", "files modified", "files affected", "related files", "changes made", "solution implemented", "solutions implemented",
    "solution applied", "implementation details", "implementation", "technical implementation", "how it works", "testing", "verification",
    "validation", "validation queries", "current architecture", "deployment", "troubleshooting", "before vs after", "code changes",
];
static INCIDENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:incident|outage|post ?mortem|downtime|disruption|failures?|down|rca|pir|retrospective)\b").expect("a constant")
});

static OF_OTHERS: LazyLock<[Regex; 6]> = LazyLock::new(|| {
    [
        r"(?i)\bpublic(?:ly available)? (?:post-?mortem|incident report|write-?up)\b|\bpost-?mortem of (?:another|a (?:large|big|well-known|major))\b",
        r"(?i)\b(?:we|us|our \w+) (?:were|was|are) (?:not|never|luckily not) (?:affected|hit|impacted)\b|\b(?:did not|didn.t) affect us\b",
        r"(?i)\b(?:reading|book|paper|journal) (?:club|group)\b|\bthis (?:month|week|time) we read\b",
        r"(?i)\b(?:would|could|can) (?:it|this|that|the same)(?: also)? happen (?:to us|here|with us)\b",
        r"(?i)\btheir (?:summary|post-?mortem|report|write-?up|engineers|status page|outage|incident|customers)\b",
        r"(?i)\b(?:another|other|somebody else.s) (?:company|companies|vendor)\b|\bother people.s (?:incidents|outages)\b",
    ]
    .map(|sign| Regex::new(sign).expect("a constant"))
});

/// Whether a page is of another sort than a post-mortem, by its name, its headings or what it speaks of.
pub(crate) fn is_other(outline: &Outline, facts: &Facts, title: &str) -> bool {
    let clocks = [
        &facts.onset,
        &facts.detected,
        &facts.mitigated,
        &facts.resolved,
    ];
    let timed = clocks.into_iter().flatten().count();
    if timed == 0 && is_change(outline, title) {
        return true;
    }
    if facts.severity.is_some() || timed >= 2 {
        return false;
    }
    let folded = fold(title);
    NAMED.is_match(&folded) || is_of_others(outline) || (timed == 0 && has_headings(outline))
}

/// Whether at least two headings are of one genre, and none is of an incident.
fn has_headings(outline: &Outline) -> bool {
    let tells = outline.sections.iter().any(|section| {
        matches!(
            section.kind,
            SectionKind::RootCause
                | SectionKind::Impact
                | SectionKind::Timeline
                | SectionKind::Detection
        )
    });
    let headings: BTreeSet<String> = outline
        .sections
        .iter()
        .map(|section| bare(&section.heading))
        .collect();
    let of_one = |genre: &&[&str]| {
        let found = headings
            .iter()
            .filter(|heading| genre.contains(&heading.as_str()));
        found.count() >= ENOUGH_HEADINGS
    };
    !tells && GENRES.iter().any(of_one)
}

/// Whether it is named a fix and divided as notes on one are.
fn is_change(outline: &Outline, title: &str) -> bool {
    let folded = fold(title);
    let headings: BTreeSet<String> = outline
        .sections
        .iter()
        .map(|section| bare(&section.heading))
        .collect();
    let found = headings
        .iter()
        .filter(|heading| CHANGE_HEADINGS.contains(&heading.as_str()));
    CHANGE.is_match(&folded) && !INCIDENT.is_match(&folded) && found.count() >= ENOUGH_HEADINGS
}

/// A heading, folded, without its number.
fn bare(heading: &str) -> String {
    let folded = fold(heading);
    folded
        .trim_start_matches(|first: char| !first.is_alphabetic())
        .to_owned()
}

/// Whether it speaks of an incident of others.
fn is_of_others(outline: &Outline) -> bool {
    let told = outline
        .passages
        .iter()
        .filter(|passage| !matches!(passage.kind, BlockKind::Code | BlockKind::Quote))
        .take(MOST_PASSAGES);
    let told: Vec<&str> = told.map(|passage| passage.piece.text()).collect();
    let shows = |sign: &&Regex| told.iter().any(|text| sign.is_match(text));
    OF_OTHERS.iter().filter(shows).count() >= ENOUGH_SIGNS
}
