//! Course: the four clocks from a timeline and from sentences, each from the surest words that tell it.

use std::sync::LazyLock;

use regex::Regex;

use crate::incident::Origin;
use crate::parser::chronology::Reading;
use crate::parser::event;
use crate::parser::narrative::Narrative;
use crate::parser::narrative::Told;
use crate::parser::timeline::Place;
use crate::parser::timeline::TimelineEntry;
use crate::parser::told_course;
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

/// The end of a row of a table that says of an attempt that it did not help.
static IN_VAIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\|\s*(?:none|nothing|no(?: \w+)? (?:effect|change|improvement|difference|help)|without (?:effect|success)|did not help|failed|no)\W*$").expect("a constant")
});

/// What notices in the minute in which something fails.
static AT_ONCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:alert|alarm|monitor|pag(?:e|ing)|immediately|instantly|at once|automatic|within (?:seconds|a minute|the same minute))").expect("a constant")
});

fn reading(entry: &TimelineEntry) -> Reading {
    Reading {
        point: entry.point,
        at: entry.at,
        origin: Origin::Timeline,
    }
}

/// The last entry that says that it was over; what the first of several says is of another time.
fn last_resolved(entries: &[TimelineEntry]) -> Option<&TimelineEntry> {
    let ended = || entries.iter().rposition(|entry| entry.event.ended);
    let resolved = || entries.iter().rposition(|entry| entry.event.resolved);
    let last = ended().or_else(resolved)?;
    // What mends itself as it is noticed goes on in the entry that says so: `New blocks again`.
    let goes_on = |entry: &&TimelineEntry| {
        entry.event.recovers
            && !entry.event.fails
            && entry.point.date() == entries[last].point.date()
    };
    if entries[last].event.is_report() || entries[last].event.fails && entries[last].event.detected
    {
        let later = entries[last + 1..].iter().find(goes_on);
        return later.or((last > 0 || entries.len() <= 2).then(|| &entries[last]));
    }
    (last > 0 || entries.len() <= 2).then(|| &entries[last])
}

/// The most bytes before the words for a beginning in an entry that is about it; further on it is a thought of somebody.
const NEAR_BEGIN: usize = 100;

/// Whether an entry says that the incident began, and not that somebody reported it.
fn says_onset(entry: &TimelineEntry) -> bool {
    let begins = || event::onset_at(&entry.text).is_none_or(|at| at < NEAR_BEGIN);
    entry.event.onset && !entry.event.is_report() && begins()
}

/// Reads the clocks from a timeline and from prose; in doubt the timeline's own words prevail.
pub(crate) fn of(entries: &[TimelineEntry], place: Place, narrative: &Narrative) -> Course {
    let prose_sure = narrative
        .told
        .iter()
        .any(|told| told.section == SectionKind::Detection);
    let line = of_timeline(entries);
    let prose = told_course::of(narrative);
    let (begin, end) = narrative.range.unzip();
    let sure_onset = entries.iter().find(|entry| says_onset(entry)).map(reading);
    let sure_end = last_resolved(entries).map(reading);
    if place == Place::Posts {
        return of_posts(line, prose, narrative);
    }
    let told_onset = || match entries.len() {
        0 | 1 => prose.onset,
        _ => earlier(prose.onset, line.detected.or(prose.detected)),
    };
    let last = || (entries.len() <= 1).then(|| last_step(narrative)).flatten();
    let end = finer(end, prose.resolved);
    let end = lasting(narrative, end).or(end);
    let resolved = sure_end.or(end).or(line.resolved).or(prose.resolved);
    let resolved = resolved.or_else(last);
    // The one step of the repair that is told may be the end of the harm, where the end of all is known from elsewhere.
    let step = prose
        .resolved
        .filter(|step| resolved.is_some_and(|end| is_before(step, &end)));
    let begin = finer(begin, prose.onset);
    // An end before anybody noticed is that of something else, and tells nothing of the repair.
    let noticed = line.detected.or(prose.detected);
    let end_of_all = resolved.filter(|end| noticed.is_none_or(|noticed| !is_before(end, &noticed)));
    let mitigated = prose
        .mitigated
        .filter(|step| end_of_all.is_none_or(|end| !is_before(&end, step)));
    Course {
        onset: sure_onset.or(begin).or(line.onset).or_else(told_onset),
        detected: line
            .detected
            .filter(|_| place == Place::Timeline || !prose_sure)
            .or(prose.detected)
            .or(line.detected),
        diagnosed: line.diagnosed.or(prose.diagnosed),
        mitigated: line.mitigated.or(mitigated).or(step),
        resolved,
    }
}

/// The course of a status page: what it tells of prevails over when that was posted, unless it lies behind it.
fn of_posts(line: Course, prose: Course, narrative: &Narrative) -> Course {
    let (begin, end) = narrative.range.unzip();
    let until = |told: Option<Reading>, posted: Option<Reading>| {
        let told = told.filter(|told| posted.is_none_or(|posted| !is_before(&posted, told)));
        told.or(posted)
    };
    let first = line.detected;
    Course {
        onset: begin.or_else(|| earlier(prose.onset, first)).or(line.onset),
        detected: until(prose.detected, first),
        diagnosed: line.diagnosed,
        mitigated: prose.mitigated,
        resolved: until(end.or(prose.resolved), line.resolved),
    }
}

/// The most days for which what was left over is cleared behind the end of a range.
const LONGEST_CLEARING: i32 = 14;

/// The later day or moment until which a sentence says that it lasted: `The clean-up took until 2 November, 14:00`.
fn lasting(narrative: &Narrative, end: Option<Reading>) -> Option<Reading> {
    let end = end?;
    let lasts = |told: &&Told| {
        let days = end.point.date().until(told.reading.point.date());
        told.lasts
            && is_before(&end, &told.reading)
            && days.is_ok_and(|span| span.get_days() <= LONGEST_CLEARING)
    };
    narrative.told.iter().rfind(lasts).map(|told| told.reading)
}

/// The last step that is told where nothing says that it was over: `It was fixed on 14 June with a new release.`
fn last_step(narrative: &Narrative) -> Option<Reading> {
    let sums_up = |told: &&Told| {
        matches!(
            told.section,
            SectionKind::Summary | SectionKind::WhatHappened | SectionKind::Other
        )
    };
    let last = narrative.told.iter().rfind(sums_up)?;
    (last.event.recovers && !last.event.fails).then_some(last.reading)
}

/// What is stated, or the clock time that is told of the day that is stated.
pub(crate) fn finer(stated: Option<Reading>, told: Option<Reading>) -> Option<Reading> {
    let same_day = |stated: &Reading, told: &Reading| {
        stated.point.moment().is_none()
            && told.point.moment().is_some()
            && stated.point.date() == told.point.date()
    };
    match (stated, told) {
        (Some(stated), Some(told)) if same_day(&stated, &told) => Some(told),
        (stated, _) => stated,
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
    // `News reports of a comet` before the outage begins are no report of the outage.
    let began = entries.iter().position(says_onset).unwrap_or(0);
    let tells = |entry: &TimelineEntry| {
        entry.event.detected && (entry.event.fails || !entry.event.resolved)
    };
    let tells_failure = |(number, entry): (usize, &TimelineEntry)| {
        tells(entry) && (number >= began || entry.event.fails)
    };
    let first = entries.iter().enumerate().position(tells_failure);
    first.or_else(|| entries.iter().position(tells))
}

/// The entry in which the failure itself begins: said so, or the first failure before anybody noticed.
fn onset(entries: &[TimelineEntry], detection: Option<usize>) -> Option<Reading> {
    if let Some(entry) = entries.iter().find(|entry| says_onset(entry)) {
        return Some(reading(entry));
    }
    let until = detection.unwrap_or(entries.len().min(2));
    let before = entries.get(..until).unwrap_or_default();
    // Steps of the response are no beginning, whatever they speak of.
    let of_harm = |entry: &&TimelineEntry| entry.section != SectionKind::Response;
    let failing = before
        .iter()
        .find(|entry| entry.event.fails && of_harm(entry));
    let at_once = || {
        detection
            .map(|number| &entries[number])
            .filter(|entry| entry.event.fails_first && AT_ONCE.is_match(&entry.text))
    };
    let silent = || {
        let first = before.first().filter(|entry| {
            let event = entry.event;
            !event.changes && !event.diagnosed && !event.mends()
        });
        first.filter(|entry| of_harm(entry) && (detection.is_some() || entries.len() >= 3))
    };
    let changed = || {
        before
            .iter()
            .rfind(|entry| entry.event.changes && of_harm(entry))
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
    if let Some(entry) = last_trial(entries) {
        return Some(reading(entry));
    }
    let last = entries.iter().rposition(|entry| entry.event.recovers)?;
    let failing_later = entries[last + 1..]
        .iter()
        .any(|entry| entry.event.fails && !entry.event.detected);
    (last > 0 && !failing_later).then(|| reading(&entries[last]))
}

/// The last of several attempts, where one before it was in vain and it was not: `14:10 | cache cleared | no effect`.
fn last_trial(entries: &[TimelineEntry]) -> Option<&TimelineEntry> {
    let (last, before) = entries.split_last()?;
    let in_vain = |entry: &TimelineEntry| IN_VAIN.is_match(&entry.text);
    let tried = entries
        .iter()
        .all(|entry| entry.section == SectionKind::Response);
    (tried && before.iter().any(in_vain) && !in_vain(last)).then_some(last)
}

/// Whether one reading lies before another.
pub(crate) fn is_before(one: &Reading, other: &Reading) -> bool {
    match one.point.minutes_until(&other.point) {
        Some(minutes) => minutes > 0,
        None => one.point.date() < other.point.date(),
    }
}
