//! Doubt: clocks that cannot be right: of the future, of another document, an end before its beginning.

use crate::incident::Origin;
use crate::parser::Options;
use crate::parser::chronology::Chronology;
use crate::parser::chronology::Reading;
use crate::parser::source::Source;

/// The course without the clocks that cannot be right; what was stated and is left out is said.
pub(crate) fn sifted(
    chronology: &Chronology,
    source: &mut Source<'_>,
    options: &Options,
) -> Chronology {
    let mut known = chronology.clone();
    reject_future(&mut known, source, options);
    reject_foreign(&mut known);
    reject_contradictions(&mut known, source);
    reject_late_detection(&mut known, source);
    known
}

fn reject_future(known: &mut Chronology, source: &mut Source<'_>, options: &Options) {
    let Some(today) = options.today else {
        return;
    };
    for slot in [
        &mut known.date,
        &mut known.onset,
        &mut known.detected,
        &mut known.diagnosed,
        &mut known.mitigated,
        &mut known.resolved,
    ] {
        if let Some(reading) = slot.filter(|reading| reading.point.date() > today) {
            source.warn(
                reading.at,
                format!("`{}` lies in the future", reading.point.date()),
                "it is taken for a slip and left out",
            );
            *slot = None;
        }
    }
}

/// Whether a key states a reading, and not the timeline or a sentence.
fn is_stated(reading: Reading) -> bool {
    matches!(reading.origin, Origin::FrontMatter | Origin::Metadata)
}

/// The most days before the day stated that a time which is only told may lie.
const LONGEST_BEFORE: i32 = 60;

/// What is told of a time long before the day that is stated is left over from another document.
fn reject_foreign(known: &mut Chronology) {
    let Some(date) = known.date.filter(|_| !known.is_day_weak) else {
        return;
    };
    let foreign = |reading: Reading| {
        let span = reading.point.date().until(date.point.date());
        !is_stated(reading) && span.is_ok_and(|span| span.get_days() > LONGEST_BEFORE)
    };
    for slot in [
        &mut known.detected,
        &mut known.diagnosed,
        &mut known.mitigated,
        &mut known.resolved,
    ] {
        *slot = slot.filter(|reading| !foreign(*reading));
    }
}

/// An end on a day before the detection, both stated: both lines are named, neither is used. What is only told may have
/// mended itself before anybody noticed.
fn reject_late_detection(known: &mut Chronology, source: &mut Source<'_>) {
    let (Some(detected), Some(resolved)) = (known.detected, known.resolved) else {
        return;
    };
    // What is told of a later day than that of the end is of another time, or of a look back.
    let timed = resolved
        .point
        .moment()
        .and(detected.point.moment())
        .is_some();
    let minutes = resolved
        .point
        .minutes_until(&detected.point)
        .filter(|_| timed);
    if !is_stated(detected) && minutes.is_some_and(|minutes| minutes > 24 * 60) {
        known.detected = None;
        return;
    }
    let late = resolved.point.date() < detected.point.date();
    if late && is_stated(detected) && is_stated(resolved) {
        let (first, last) = (source.line(detected.at), source.line(resolved.at));
        source.warn(
            resolved.at,
            format!("end before detection: line {last} lies before line {first}"),
            "neither is used; correct one of them",
        );
        (known.detected, known.resolved) = (None, None);
    }
}

/// An end before its start: where both are stated, both lines are named and neither is used; what was only told gives way.
fn reject_contradictions(known: &mut Chronology, source: &mut Source<'_>) {
    for (which, name) in [(0, "end"), (1, "mitigation"), (2, "detection")] {
        let end = [known.resolved, known.mitigated, known.detected][which];
        let (Some(from), Some(to)) = (known.onset, end) else {
            continue;
        };
        if from
            .point
            .minutes_until(&to.point)
            .is_none_or(|minutes| minutes >= 0)
        {
            continue;
        }
        if is_stated(from) && is_stated(to) {
            let (first, last) = (source.line(from.at), source.line(to.at));
            source.warn(
                to.at,
                format!("{name} before start: line {last} lies before line {first}"),
                "neither is used; correct one of them",
            );
        }
        // What is less trusted gives way; of two of the same trust neither is used.
        if from.origin >= to.origin {
            known.onset = None;
        }
        if to.origin >= from.origin {
            match which {
                0 => known.resolved = None,
                1 => known.mitigated = None,
                _ => known.detected = None,
            }
        }
    }
}
