//! Course: the four clocks from a timeline and from sentences, each from the surest words that tell it.

use crate::incident::Origin;
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

/// The last entry that says that it was over; what the first of several says is of another time.
fn last_resolved(entries: &[TimelineEntry]) -> Option<&TimelineEntry> {
    let last = entries.iter().rposition(|entry| entry.event.resolved)?;
    (last > 0 || entries.len() <= 2).then(|| &entries[last])
}

/// Whether an entry says that the incident began, and not that somebody reported it.
fn says_onset(entry: &TimelineEntry) -> bool {
    entry.event.onset && !entry.event.is_report()
}

/// Reads the clocks from a timeline and from prose; in doubt the timeline's own words prevail.
pub(crate) fn of(entries: &[TimelineEntry], in_timeline: bool, narrative: &Narrative) -> Course {
    let prose_sure = narrative
        .told
        .iter()
        .any(|told| told.section == SectionKind::Detection);
    let line = of_timeline(entries);
    let prose = of_prose(narrative);
    let (begin, end) = narrative.range.unzip();
    let sure_onset = entries.iter().find(|entry| says_onset(entry)).map(reading);
    let sure_end = last_resolved(entries).map(reading);
    let told_onset = || match entries.len() {
        0 | 1 => prose.onset,
        _ => earlier(prose.onset, line.detected),
    };
    let resolved = sure_end.or(end).or(line.resolved).or(prose.resolved);
    // The one step of the repair that is told may be the end of the harm, where the end of all is known from elsewhere.
    let step = prose
        .resolved
        .filter(|step| resolved.is_some_and(|end| is_before(step, &end)));
    Course {
        onset: sure_onset.or(begin).or(line.onset).or_else(told_onset),
        detected: line
            .detected
            .filter(|_| in_timeline || !prose_sure)
            .or(prose.detected)
            .or(line.detected),
        diagnosed: line.diagnosed.or(prose.diagnosed),
        mitigated: line.mitigated.or(prose.mitigated).or(step),
        resolved,
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
    let resolved = resolution(entries);
    // Where only the day of the end is told, the harm ended with the step that helped at a clock time.
    let helped = || {
        let end = resolved.filter(|end| end.point.moment().is_none())?;
        let steps = entries
            .iter()
            .skip(detection? + 1)
            .map(|entry| (entry, reading(entry)));
        let mut steps = steps.filter(|(entry, step)| {
            let event = entry.event;
            step.point.moment().is_some()
                && event.recovers
                && !event.fails
                && step.point.date() < end.point.date()
        });
        steps.next().map(|(_, step)| step)
    };
    let diagnosed = entries
        .iter()
        .find(|entry| entry.event.diagnosed)
        .map(reading);
    Course {
        onset,
        detected,
        diagnosed,
        mitigated: mitigated.or_else(helped),
        resolved,
    }
}

/// The first entry that tells of somebody or something noticing.
fn detection(entries: &[TimelineEntry]) -> Option<usize> {
    entries
        .iter()
        .position(|entry| entry.event.detected && (entry.event.fails || !entry.event.resolved))
}

/// The entry in which the failure itself begins: said so, or the first failure before anybody noticed.
fn onset(entries: &[TimelineEntry], detection: Option<usize>) -> Option<Reading> {
    if let Some(entry) = entries.iter().find(|entry| says_onset(entry)) {
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
        let first = before.first().filter(|entry| {
            let event = entry.event;
            !event.changes
                && !event.diagnosed
                && !event.mitigated
                && !event.resolved
                && !event.recovers
        });
        first.filter(|entry| {
            entry.section != SectionKind::Response && (detection.is_some() || entries.len() >= 3)
        })
    };
    let changed = || {
        before
            .iter()
            .rfind(|entry| entry.event.changes)
            .filter(|_| detection.is_some())
    };
    failing
        .or_else(at_once)
        .or_else(silent)
        .or_else(changed)
        .map(reading)
}

/// The last entry that says that all is well, or that something was mended and nothing failed afterwards.
fn resolution(entries: &[TimelineEntry]) -> Option<Reading> {
    if let Some(entry) = last_resolved(entries) {
        return Some(reading(entry));
    }
    let last = entries.iter().rposition(|entry| entry.event.recovers)?;
    let failing_later = entries[last + 1..]
        .iter()
        .any(|entry| entry.event.fails && !entry.event.detected);
    (last > 0 && !failing_later).then(|| reading(&entries[last]))
}

fn of_prose(narrative: &Narrative) -> Course {
    let told = &narrative.told;
    let detected = prose_detection(told);
    let later: Vec<&Told> = told
        .iter()
        .filter(|told| is_later(told, detected))
        .collect();
    let steps = repair_steps(&later);
    let last = |wanted: fn(&Told) -> bool| {
        later
            .iter()
            .rfind(|told| tells_end(told.section) && wanted(told))
            .copied()
    };
    let said = || last(|told| told.event.resolved);
    let done = || {
        last(|told| told.event.recovers && !told.event.fails && told.section == SectionKind::Body)
    };
    let mitigated = later
        .iter()
        .find(|told| told.event.mitigated && tells_end(told.section));
    let first = steps
        .first()
        .filter(|told| steps.len() > 1 && told.event.mends());
    let end = steps.last().copied().or_else(said).or_else(done);
    let is_only_a_day = end.is_some_and(|end| end.reading.point.moment().is_none());
    Course {
        onset: prose_onset(told, detected),
        detected,
        diagnosed: told
            .iter()
            .find(|told| told.event.diagnosed)
            .map(|told| told.reading),
        mitigated: mitigated
            .or(first)
            .or_else(|| soon_after(&later, detected?).filter(|_| is_only_a_day))
            .map(|told| told.reading),
        resolved: end.map(|told| told.reading),
    }
}

/// A document without sections tells the first step of the repair at its clock time, soon after the detection.
fn soon_after<'a, 'b>(later: &'b [&'a Told], detected: Reading) -> Option<&'b &'a Told> {
    later.iter().find(|told| {
        let minutes = detected.point.minutes_until(&told.reading.point);
        told.section == SectionKind::Body
            && told.event.recovers
            && !told.event.fails
            && told.reading.point.moment().is_some()
            && minutes.is_some_and(|minutes| minutes <= LONGEST_SILENCE)
    })
}

/// Whether something was told of a time after the detection, or of a day.
fn is_later(told: &Told, detected: Option<Reading>) -> bool {
    detected.is_none_or(|detected| {
        let (noticed, later) = (detected.point, told.reading.point);
        let same_day = noticed.moment().is_none() && noticed.date() == later.date();
        is_before(&detected, &told.reading) || same_day || later.moment().is_none()
    })
}

/// The steps of the repair: those of the sections about it, else those of the response.
fn repair_steps<'a>(told: &[&'a Told]) -> Vec<&'a Told> {
    let steps_in = |wanted: fn(SectionKind) -> bool| -> Vec<&'a Told> {
        told.iter()
            .filter(|told| wanted(told.section) && told.event.may_mend())
            .copied()
            .collect()
    };
    let steps = steps_in(is_repair);
    if steps.is_empty() {
        steps_in(|kind| kind == SectionKind::Response)
    } else {
        steps
    }
}

fn is_repair(kind: SectionKind) -> bool {
    matches!(kind, SectionKind::Resolution | SectionKind::Mitigation)
}

fn tells_end(kind: SectionKind) -> bool {
    is_repair(kind)
        || matches!(
            kind,
            SectionKind::Response
                | SectionKind::WhatHappened
                | SectionKind::Summary
                | SectionKind::Body
                | SectionKind::Other
        )
}

fn is_before(one: &Reading, other: &Reading) -> bool {
    match one.point.minutes_until(&other.point) {
        Some(minutes) => minutes > 0,
        None => one.point.date() < other.point.date(),
    }
}

fn prose_detection(told: &[Told]) -> Option<Reading> {
    let in_section = told
        .iter()
        .find(|told| told.section == SectionKind::Detection);
    // `This is the report on the incident of Monday` has no clock time.
    let reports = |wanted: fn(SectionKind) -> bool| {
        let mut reports = told
            .iter()
            .filter(|told| told.event.is_report() && wanted(told.section));
        let first = reports.clone().next();
        reports
            .find(|told| told.reading.point.moment().is_some())
            .or(first)
    };
    let elsewhere = || {
        reports(|kind| {
            !matches!(
                kind,
                SectionKind::Impact | SectionKind::RootCause | SectionKind::Resolution
            )
        })
    };
    let in_impact = || reports(|kind| kind == SectionKind::Impact);
    in_section
        .or_else(elsewhere)
        .or_else(in_impact)
        .map(|told| told.reading)
}

/// The most minutes between what is told first and the detection, for the first to be the beginning.
const LONGEST_SILENCE: i64 = 24 * 60;

/// When the harm began: said so, or the first failure or change before it was noticed, in the sections that tell of it.
fn prose_onset(told: &[Told], detected: Option<Reading>) -> Option<Reading> {
    let before =
        |told: &&Told| detected.is_none_or(|detected| !is_before(&detected, &told.reading));
    let report =
        |told: &&Told| told.event.detected && !told.event.fails_first && !told.event.changes;
    let candidates = || {
        told.iter()
            .filter(|told| tells_onset(told.section) && !report(told))
            .filter(before)
    };
    let said = candidates().find(|told| told.event.onset);
    let trigger = || candidates().find(|told| told.section == SectionKind::Trigger);
    let failing = || candidates().find(|told| told.event.fails && !told.event.recovers);
    let changing = || candidates().find(|told| told.event.changes && detected.is_some());
    // What is told first, shortly before it was noticed, is where it began, whatever the words.
    let first = || {
        let mut timed = candidates().filter(|told| told.reading.point.moment().is_some());
        let first = timed.next().filter(|told| !told.event.mends())?;
        let minutes = first.reading.point.minutes_until(&detected?.point)?;
        (1..=LONGEST_SILENCE).contains(&minutes).then_some(first)
    };
    said.or_else(trigger)
        .or_else(failing)
        .or_else(changing)
        .or_else(first)
        .map(|told| told.reading)
}

fn tells_onset(kind: SectionKind) -> bool {
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
}
