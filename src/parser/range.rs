//! Range: from when to when, as a text says it.

use std::sync::LazyLock;

use crate::expression::Regex;
use jiff::civil::Date;

use crate::parser::DateOrder;
use crate::parser::calendar::Point;
use crate::parser::calendar::Setting;
use crate::parser::stamp;
use crate::parser::stamp::Day;
use crate::parser::stamp::Stamp;
use crate::parser::zone::Zone;

static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^[\s,)\]*`]*
        (?:(?P<and>and|und|y|et|e)|to|until|till|through|thru|bis|hasta|até|jusqu.à|alle|ai|à|às|a|[-–—→~]|->|=>|>|から)
        [\s*~(`]*(?:around\s|about\s|approximately\s|roughly\s|approx\.?\s|the\s|el\s|la\s|las\s|le\s)*
        (?:(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?,?\s+)?$",
    )
    .expect("a constant")
});
static OPENS_BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:between|zwischen|entre|tra)\b[^.]{0,40}$").expect("a constant")
});
static DAYS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(\d{1,2})(?:st|nd|rd|th|\.)?\s*(?:to|until|till|through|and|bis|[-–—])\s*
        (?:(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?,?\s+)?
        (\d{1,2}(?:st|nd|rd|th|\.)?\s+\p{L}{3,9}\.?(?:,?\s+\d{4})?)\b",
    )
    .expect("a constant")
});
static DAYS_US: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(\p{L}{3,9}\.?)\s+(\d{1,2})(?:st|nd|rd|th)?\s*(?:to|until|through|[-–—])\s*(\d{1,2})(?:st|nd|rd|th)?(,?\s+\d{4})\b")
        .expect("a constant")
});

/// Two points in time and where each begins in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    /// The first.
    pub(crate) from: (Point, usize),
    /// The last.
    pub(crate) to: (Point, usize),
}

/// The range that a text states; of several the first beginning and the last end.
pub(crate) fn read(text: &str, known: &Setting, order: Option<DateOrder>) -> Option<Range> {
    of_stamps(text, known, order).or_else(|| of_days(text, known, order))
}

fn of_stamps(text: &str, known: &Setting, order: Option<DateOrder>) -> Option<Range> {
    let stamps = stamp::stamps(text, order);
    let mut found: Option<Range> = None;
    for (number, pair) in stamps.windows(2).enumerate() {
        let (from, to) = (&pair[0], &pair[1]);
        if !is_range(text, from, to) {
            continue;
        }
        let before = stamps[..number].iter().rev();
        let mut days = before.filter(|stamp| stamp.day.is_some());
        let known = known.on(days.find_map(|stamp| known.date(stamp)).or(known.day));
        let Some(range) = ordered(from, to, &known) else {
            continue;
        };
        match &mut found {
            None => found = Some(range),
            Some(whole)
                if whole
                    .to
                    .0
                    .minutes_until(&range.to.0)
                    .is_some_and(|minutes| minutes > 0) =>
            {
                whole.to = range.to
            }
            Some(_) => {}
        }
    }
    found
}

fn is_range(text: &str, from: &Stamp, to: &Stamp) -> bool {
    let (Some(gap), Some(before)) = (text.get(from.end..to.start), text.get(..from.end)) else {
        return false;
    };
    let Some(between) = BETWEEN.captures(gap) else {
        return false;
    };
    (from.time.is_some() == to.time.is_some() || (from.day.is_some() && to.day.is_some()))
        && (between.name("and").is_none() || OPENS_BETWEEN.is_match(before))
}

/// Both ends: the day of one serves the other, and an end before its start is of the next day.
fn ordered(from: &Stamp, to: &Stamp, known: &Setting) -> Option<Range> {
    let zone = one_zone(from, to).or_else(|| known.zone.clone());
    let (mut first, mut last) = (from.clone(), to.clone());
    first.zone = zone.clone();
    last.zone = if from.zone.is_some() && to.zone.is_some() && !disagree(from, to) {
        to.zone.clone()
    } else {
        zone
    };
    let to_date = to.day.as_ref().and_then(|_| known.date(to));
    let start_day = if from.day.is_none() {
        to_date.or(known.day)
    } else {
        known.date(from)
    };
    let on = |day: Option<Date>| Setting {
        zone: None,
        ..known.on(day)
    };
    let start = on(start_day).point(&first)?;
    let mut end = on(Some(start.date())).point(&last)?;
    if start.minutes_until(&end)? < 0 && to.day.is_none() && to.time.is_some() {
        end = on(Some(start.date().tomorrow().ok()?)).point(&last)?;
    }
    (start.minutes_until(&end)? > 0).then_some(Range {
        from: (start, from.start),
        to: (end, to.start),
    })
}

/// `11:58 PST until 13:44 US/Pacific` in June: a fixed name used for the zone that has rules.
fn disagree(from: &Stamp, to: &Stamp) -> bool {
    matches!(
        (&from.zone, &to.zone),
        (Some(Zone::Fixed(_)), Some(Zone::Named(_))) | (Some(Zone::Named(_)), Some(Zone::Fixed(_)))
    )
}

fn one_zone(from: &Stamp, to: &Stamp) -> Option<Zone> {
    let named = [&from.zone, &to.zone]
        .into_iter()
        .flatten()
        .find(|zone| matches!(zone, Zone::Named(_)));
    named.or(from.zone.as_ref()).or(to.zone.as_ref()).cloned()
}

/// `From 18 to 22 September 2025`.
fn of_days(text: &str, known: &Setting, order: Option<DateOrder>) -> Option<Range> {
    let (first, whole, at) = if let Some(found) = DAYS.captures(text) {
        (
            found[1].parse::<i8>().ok()?,
            found[2].to_owned(),
            found.get(0)?.start(),
        )
    } else {
        let found = DAYS_US.captures(text)?;
        let whole = format!("{} {}{}", &found[1], &found[3], &found[4]);
        (found[2].parse::<i8>().ok()?, whole, found.get(0)?.start())
    };
    let last = stamp::first(&whole, order)?;
    if !matches!(last.day, Some(Day::Full(_) | Day::NoYear(..))) {
        return None;
    }
    let end = known.date(&last)?;
    let start = Date::new(end.year(), end.month(), first)
        .ok()
        .filter(|start| *start < end)?;
    Some(Range {
        from: (Point::Day(start), at),
        to: (Point::Day(end), at),
    })
}
