//! Course: the four clocks from a timeline and from sentences, each from the surest words that tell it.

use crate::incident::Origin;
use crate::parser::calendar::Point;
use crate::parser::chronology::Reading;
use crate::parser::narrative::Narrative;
use crate::parser::narrative::Told;
use crate::parser::timeline::TimelineEntry;
use crate::postmortem::SectionKind;

/// The clocks as the text tells them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Course {
    /// When it began.
    pub(crate) onset: Option<Reading>,
    /// When it was noticed.
    pub(crate) detected: Option<Reading>,
    /// When the cause was found.
    pub(crate) diagnosed: Option<Reading>,
    /// When the harm ended.
    pub(crate) mitigated: Option<Reading>,
    /// When it was over.
    pub(crate) resolved: Option<Reading>,
}

fn reading(entry: &TimelineEntry) -> Reading {
    Reading {
        point: entry.point,
        at: entry.at,
        origin: Origin::Timeline,
    }
}

/// Reads the clocks from a timeline and from prose; in doubt the timeline's own words prevail.
pub(crate) fn of(entries: &[TimelineEntry], narrative: &Narrative) -> Course {
    let line = of_timeline(entries);
    let prose = of_prose(narrative);
    let range = narrative.range;
    let sure_onset = entries.iter().find(|entry| entry.event.onset).map(reading);
    let sure_end = entries
        .iter()
        .rev()
        .find(|entry| entry.event.resolved)
        .map(reading);
    Course {
        onset: sure_onset
            .or(range.map(|(from, _)| from))
            .or(line.onset)
            .or_else(|| {
                if entries.len() < 2 {
                    prose.onset
                } else {
                    earlier(prose.onset, line.detected)
                }
            }),
        detected: line.detected.or(prose.detected),
        diagnosed: line.diagnosed.or(prose.diagnosed),
        mitigated: line.mitigated.or(prose.mitigated),
        resolved: sure_end
            .or(range.map(|(_, to)| to))
            .or(line.resolved)
            .or(prose.resolved),
    }
}

/// A reading, if it lies before another.
fn earlier(reading: Option<Reading>, other: Option<Reading>) -> Option<Reading> {
    let (reading, other) = (reading?, other?);
    reading
        .point
        .minutes_until(&other.point)
        .filter(|minutes| *minutes >= 0)
        .map(|_| reading)
}

fn of_timeline(entries: &[TimelineEntry]) -> Course {
    let detection = detection(entries);
    let detected = detection.map(|number| reading(&entries[number]));
    let onset = onset(entries, detection);
    let mitigated = entries
        .iter()
        .find(|entry| entry.event.mitigated)
        .map(reading);
    let diagnosed = entries
        .iter()
        .find(|entry| entry.event.diagnosed)
        .map(reading);
    Course {
        onset,
        detected,
        diagnosed,
        mitigated,
        resolved: resolution(entries),
    }
}

/// The first entry that tells of somebody or something noticing.
fn detection(entries: &[TimelineEntry]) -> Option<usize> {
    entries
        .iter()
        .position(|entry| entry.event.detected && !(entry.event.resolved && !entry.event.fails))
}

/// The entry in which the failure itself begins: said so, or the first failure before anybody noticed.
fn onset(entries: &[TimelineEntry], detection: Option<usize>) -> Option<Reading> {
    if let Some(entry) = entries.iter().find(|entry| entry.event.onset) {
        return Some(reading(entry));
    }
    let until = detection.unwrap_or(entries.len().min(2));
    let before = entries.get(..until).unwrap_or_default();
    let failing = before.iter().find(|entry| entry.event.fails);
    let at_once = || {
        detection
            .map(|number| &entries[number])
            .filter(|entry| entry.event.fails_first)
    };
    let silent = || {
        before
            .first()
            .filter(|entry| !entry.event.changes && !entry.event.diagnosed && detection.is_some())
    };
    failing.or_else(at_once).or_else(silent).map(reading)
}

/// The last entry that says that all is well, or that something was mended and nothing failed afterwards.
fn resolution(entries: &[TimelineEntry]) -> Option<Reading> {
    if let Some(entry) = entries.iter().rev().find(|entry| entry.event.resolved) {
        return Some(reading(entry));
    }
    let last = entries.iter().rposition(|entry| entry.event.recovers)?;
    let failing_later = entries[last + 1..]
        .iter()
        .any(|entry| entry.event.fails && !entry.event.detected);
    (last > 0 && !failing_later).then(|| reading(&entries[last]))
}

fn of_prose(narrative: &Narrative) -> Course {
    let detected = prose_detection(&narrative.told);
    Course {
        onset: prose_onset(&narrative.told, detected),
        detected,
        diagnosed: None,
        mitigated: narrative
            .told
            .iter()
            .find(|told| told.event.mitigated && mends(told.section))
            .map(|told| told.reading),
        resolved: prose_resolution(&narrative.told),
    }
}

fn mends(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::Resolution
            | SectionKind::Mitigation
            | SectionKind::Response
            | SectionKind::WhatHappened
            | SectionKind::Summary
            | SectionKind::Body
    )
}

fn prose_detection(told: &[Told]) -> Option<Reading> {
    let in_section = told
        .iter()
        .find(|told| told.section == SectionKind::Detection);
    let elsewhere = || {
        told.iter().find(|told| {
            told.event.detected && !told.event.fails_first && told.section != SectionKind::Impact
        })
    };
    in_section.or_else(elsewhere).map(|told| told.reading)
}

fn prose_onset(told: &[Told], detected: Option<Reading>) -> Option<Reading> {
    let before = |told: &&Told| {
        detected.is_none_or(|detected| {
            told.reading
                .point
                .minutes_until(&detected.point)
                .is_none_or(|minutes| minutes >= 0)
                && told.reading.point.date() <= detected.point.date()
        })
    };
    let opens = |kind: SectionKind| {
        matches!(
            kind,
            SectionKind::Summary
                | SectionKind::Body
                | SectionKind::WhatHappened
                | SectionKind::Impact
                | SectionKind::Trigger
                | SectionKind::RootCause
                | SectionKind::Other
                | SectionKind::Background
        )
    };
    let candidates = || {
        told.iter()
            .filter(|told| opens(told.section) && !(told.event.detected && !told.event.fails_first))
            .filter(before)
    };
    let said = candidates().find(|told| told.event.onset);
    let failing = || candidates().find(|told| told.event.fails && !told.event.recovers);
    let changing = || candidates().find(|told| told.event.changes && detected.is_some());
    said.or_else(failing)
        .or_else(changing)
        .map(|told| told.reading)
}

fn prose_resolution(told: &[Told]) -> Option<Reading> {
    let in_section =
        |kind: SectionKind| matches!(kind, SectionKind::Resolution | SectionKind::Mitigation);
    let mended = told.iter().rev().find(|told| {
        in_section(told.section)
            && (told.event.resolved || told.event.recovers || told.event.mitigated)
    });
    let said = || {
        told.iter().rev().find(|told| {
            told.event.resolved
                && !matches!(told.section, SectionKind::Detection | SectionKind::Impact)
        })
    };
    mended.or_else(said).map(|told| told.reading)
}

/// Whether a point is a moment, and not only a day.
pub(crate) fn is_moment(reading: &Reading) -> bool {
    matches!(reading.point, Point::Moment(_))
}
