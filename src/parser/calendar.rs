//! Calendar: stamps to days and moments, with the day and the zone that the text around them gives.

use jiff::civil::Date;
use jiff::civil::DateTime;

use crate::incident::Moment;
use crate::parser::stamp::Day;
use crate::parser::stamp::Stamp;
use crate::parser::zone::Zone;

/// Years that an incident may have; what lies outside is a slip.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2100;

/// A point in time as far as it is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// A day and a clock time.
    Moment(Moment),
    /// A day.
    Day(Date),
}

impl Point {
    /// The day as written.
    pub(crate) fn date(&self) -> Date {
        match self {
            Point::Moment(moment) => moment.local.date(),
            Point::Day(date) => *date,
        }
    }

    /// The moment, where a clock time is stated.
    pub(crate) fn moment(&self) -> Option<Moment> {
        match self {
            Point::Moment(moment) => Some(*moment),
            Point::Day(_) => None,
        }
    }

    /// Whole days to a later day, in minutes; none where they are not at least two apart.
    pub(crate) fn days_until(&self, later: &Point) -> Option<i64> {
        days(self.date(), later.date())
            .filter(|days| *days >= 2)
            .map(|days| days * 1440)
    }

    /// Minutes to a later point of the same precision.
    pub(crate) fn minutes_until(&self, later: &Point) -> Option<i64> {
        match (self, later) {
            (Point::Moment(from), Point::Moment(to)) => Some(
                same_zone(*from, *to)
                    .0
                    .minutes_until(&same_zone(*from, *to).1),
            ),
            // Of two times on one day nothing is known.
            (Point::Day(from), Point::Day(to)) => days(*from, *to)
                .filter(|days| *days != 0)
                .map(|days| days * 1440),
            _ => None,
        }
    }
}

fn days(from: Date, to: Date) -> Option<i64> {
    from.until(to).ok().map(|span| i64::from(span.get_days()))
}

/// Two moments of which one has no zone are taken to share that of the other.
fn same_zone(mut from: Moment, mut to: Moment) -> (Moment, Moment) {
    from.offset_seconds = from.offset_seconds.or(to.offset_seconds);
    to.offset_seconds = to.offset_seconds.or(from.offset_seconds);
    (from, to)
}

/// What the text around a stamp gives it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Setting {
    /// The day of a clock time without one; its year is that of days without one.
    pub(crate) day: Option<Date>,
    /// The zone of a clock time without one.
    pub(crate) zone: Option<Zone>,
    /// The first and the last whole date of the document.
    pub(crate) span: Option<(Date, Date)>,
}

impl Setting {
    /// The day of a stamp, if it states or inherits one.
    pub(crate) fn date(&self, stamp: &Stamp) -> Option<Date> {
        let date = match stamp.day {
            Some(Day::Full(date)) => date,
            Some(Day::NoYear(month, day)) => self.nearest(month, day)?,
            Some(Day::OfMonth(day)) => self.nearest_of_month(day)?,
            Some(Day::Ambiguous(_) | Day::Impossible(_)) => return None,
            None => self.day?,
        };
        YEARS.contains(&date.year()).then_some(date)
    }

    /// The same with another day.
    pub(crate) fn on(&self, day: Option<Date>) -> Setting {
        Setting {
            day,
            ..self.clone()
        }
    }

    /// The day without a year that lies nearest to the day known.
    fn nearest(&self, month: i8, day: i8) -> Option<Date> {
        let known = self.day?;
        let candidates: Vec<Date> = [known.year() - 1, known.year(), known.year() + 1]
            .into_iter()
            .filter_map(|year| Date::new(year, month, day).ok())
            .collect();
        // Of several years the one that lies between the dates whose year is written.
        if let Some((first, last)) = self.span {
            let within = |date: &&Date| (first..=last).contains(*date);
            let mut inside = candidates.iter().filter(within);
            if let (Some(date), None) = (inside.next(), inside.next()) {
                return Some(*date);
            }
        }
        candidates.into_iter().min_by_key(|date| {
            known
                .until(*date)
                .map_or(i32::MAX, |span| span.get_days().abs())
        })
    }

    /// The day of a month that lies nearest to the day known.
    fn nearest_of_month(&self, day: i8) -> Option<Date> {
        let known = self.day?;
        let first = known.first_of_month();
        let months = [
            first.checked_sub(jiff::Span::new().months(1)).ok()?,
            first,
            first.checked_add(jiff::Span::new().months(1)).ok()?,
        ];
        months
            .into_iter()
            .filter_map(|month| Date::new(month.year(), month.month(), day).ok())
            .min_by_key(|date| {
                known
                    .until(*date)
                    .map_or(i32::MAX, |span| span.get_days().abs())
            })
    }

    /// The point that a stamp states here.
    pub(crate) fn point(&self, stamp: &Stamp) -> Option<Point> {
        let date = self.date(stamp)?;
        if stamp.no_time.is_some() {
            return None;
        }
        let Some(time) = stamp.time else {
            return Some(Point::Day(date));
        };
        let local = DateTime::from_parts(date, time);
        let zone = stamp.zone.as_ref().or(self.zone.as_ref());
        Some(Point::Moment(Moment {
            local,
            offset_seconds: zone.and_then(|zone| zone.offset(local)),
        }))
    }
}
