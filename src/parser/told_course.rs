//! Told course: the four clocks from what sentences tell of times, by the sections that they stand in.

use crate::parser::chronology::Reading;
use crate::parser::course::Course;
use crate::parser::course::is_before;
use crate::parser::narrative::Narrative;
use crate::parser::narrative::Told;
use crate::postmortem::SectionKind;

/// Reads the clocks from sentences.
pub(crate) fn of(narrative: &Narrative) -> Course {
    let told = &narrative.told;
    let detected = prose_detection(told).filter(|detected| !is_second(told, detected));
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
        let told_so = |told: &&&Told| {
            matches!(told.section, SectionKind::Body | SectionKind::Detection)
                && told.event.recovers
                && !told.event.fails
        };
        later.iter().rfind(told_so).copied()
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
        onset: prose_onset(told, detected, end.map(|end| end.reading)),
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

/// Whether something was resolved before: what was noticed then is the next failure, and the first may be untold.
fn is_second(told: &[Told], detected: &Reading) -> bool {
    told.iter().any(|told| {
        let timed = told.reading.point.moment().is_some();
        timed
            && is_repair(told.section)
            && told.event.resolved
            && is_before(&told.reading, detected)
    })
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
        let is_day = later.moment().is_none() && noticed.date() <= later.date();
        is_before(&detected, &told.reading) || same_day || is_day
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
    let in_repair = || reports(is_repair).filter(|told| told.reading.point.moment().is_some());
    in_section
        .or_else(elsewhere)
        .or_else(in_impact)
        .or_else(in_repair)
        .or_else(|| came_to_light(told))
        .map(|told| told.reading)
}

/// The day on which somebody looked into it, between what began it and its repair, where nothing says who noticed.
fn came_to_light(told: &[Told]) -> Option<&Told> {
    let at = told
        .iter()
        .position(|told| told.event.looks && told.event.is_silent())?;
    let began = |told: &Told| told.event.changes || told.event.fails || told.event.onset;
    let is_between =
        told[..at].iter().any(began) && told[at + 1..].iter().any(|told| told.event.may_mend());
    is_between.then(|| &told[at])
}

/// The most minutes between what is told first and the detection, for the first to be the beginning.
const LONGEST_SILENCE: i64 = 24 * 60;

/// When the harm began: said so, or the first failure or change before it was noticed, in the sections that tell of it.
fn prose_onset(told: &[Told], detected: Option<Reading>, end: Option<Reading>) -> Option<Reading> {
    let known = detected.or(end);
    let before = |told: &&Told| known.is_none_or(|known| !is_before(&known, &told.reading));
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
    let changing = || candidates().find(|told| told.event.changes && known.is_some());
    // What is told first, shortly before it was noticed, is where it began, whatever the words.
    let first = || {
        let mut timed = candidates().filter(|told| told.reading.point.moment().is_some());
        let first = timed.next().filter(|told| !told.event.mends())?;
        let minutes = first.reading.point.minutes_until(&known?.point)?;
        (1..=LONGEST_SILENCE).contains(&minutes).then_some(first)
    };
    let told = said
        .or_else(trigger)
        .or_else(failing)
        .or_else(changing)
        .or_else(first)?;
    let day = told.reading.point;
    if day.moment().is_some() || known.is_none_or(|known| known.point.moment().is_none()) {
        return Some(told.reading);
    }
    // `On Friday it was down. At 14:05 a node was replaced`: the clock time of that day.
    let finer = candidates().find(|told| begins_at(told)).or_else(first);
    let finer = finer.filter(|finer| finer.reading.point.date() == day.date());
    Some(finer.unwrap_or(told).reading)
}

/// Whether something failed or was changed at a clock time.
fn begins_at(told: &Told) -> bool {
    let event = told.event;
    told.reading.point.moment().is_some() && (event.fails || event.changes) && !event.resolved
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
