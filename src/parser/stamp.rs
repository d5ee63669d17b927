//! Stamp: dates and clock times as they are written in text, with their zones.

use jiff::civil::Date;
use jiff::civil::Time;

use crate::parser::DateOrder;
use crate::parser::clock;
use crate::parser::date;
use crate::parser::word_clock;
use crate::parser::zone::Zone;

/// A day as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Day {
    /// A day of a year.
    Full(Date),
    /// A day and a month; the year is to be told from elsewhere.
    NoYear(i8, i8),
    /// A day of the month: `on the 18th`; month and year are to be told from elsewhere.
    OfMonth(i8),
    /// Day and month cannot be told apart.
    Ambiguous(String),
    /// No such day.
    Impossible(String),
}

/// A date, a clock time, or both, as they stand in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// First byte in the text.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
    /// The day.
    pub(crate) day: Option<Day>,
    /// The clock time.
    pub(crate) time: Option<Time>,
    /// A clock time that there is not, as written.
    pub(crate) no_time: Option<String>,
    /// The zone.
    pub(crate) zone: Option<Zone>,
}

impl Stamp {
    /// The day where it is certain.
    pub(crate) fn date(&self) -> Option<Date> {
        match self.day {
            Some(Day::Full(date)) => Some(date),
            _ => None,
        }
    }
}

/// The stamps of a text in their order. A date and the clock time that follows it are one stamp.
pub(crate) fn stamps(text: &str, order: Option<DateOrder>) -> Vec<Stamp> {
    let worded = word_clock::find(text);
    if worded.is_empty()
        && !text.bytes().any(|byte| byte.is_ascii_digit())
        && !text.contains("noon")
        && !text.contains("idnight")
    {
        return Vec::new();
    }
    // Emphasis that Markdown did not take for such stands against a date without a gap.
    let spaced = text.replace('_', " ");
    let text = spaced.as_str();
    let dates = date::find(text, order);
    let mut times: Vec<Stamp> = clock::find(text);
    let is_new = |word: &Stamp| {
        times
            .iter()
            .all(|time| time.end <= word.start || word.end <= time.start)
    };
    let worded: Vec<Stamp> = worded.into_iter().filter(is_new).collect();
    times.extend(worded);
    times.retain(|time| !is_in_date(text, time, &dates));
    let mut joined = join(text, dates, times);
    joined
        .iter_mut()
        .for_each(|stamp| clock::add_bare(text, stamp));
    joined
}

/// Whether what looks like a clock time is a part of a date; dates are in their order.
fn is_in_date(text: &str, time: &Stamp, dates: &[Stamp]) -> bool {
    let next = dates.partition_point(|date| date.end <= time.start);
    dates.get(next).is_some_and(|date| date.start < time.end)
        && !text[time.start..].starts_with('T')
}

/// The first stamp of a text.
pub(crate) fn first(text: &str, order: Option<DateOrder>) -> Option<Stamp> {
    stamps(text, order).into_iter().next()
}

fn join(text: &str, dates: Vec<Stamp>, times: Vec<Stamp>) -> Vec<Stamp> {
    let mut all: Vec<Stamp> = dates.into_iter().chain(times).collect();
    all.sort_by_key(|stamp| (stamp.start, stamp.end));
    let mut joined: Vec<Stamp> = Vec::with_capacity(all.len());
    for stamp in all {
        let gap = joined
            .last()
            .map(|last| text.get(last.end..stamp.start).unwrap_or_default());
        match (joined.last_mut(), gap) {
            (Some(last), Some(gap))
                if last.time.is_none()
                    && last.no_time.is_none()
                    && last.day.is_some()
                    && stamp.day.is_none()
                    && is_glue(gap) =>
            {
                last.time = stamp.time;
                last.no_time = stamp.no_time;
                last.zone = stamp.zone;
                last.end = stamp.end;
            }
            (Some(last), Some(gap))
                if last.day.is_none()
                    && stamp.day.is_some()
                    && stamp.time.is_none()
                    && is_back_glue(gap) =>
            {
                last.day = stamp.day;
                last.end = stamp.end;
            }
            _ => joined.push(stamp),
        }
    }
    joined
}

/// Words between a date and its clock time.
#[rustfmt::skip]
const GLUE: &[&str] = &[
    "", "at", "um", "gegen", "a las", "à", "às", "alle", "about", "around", "roughly", "approximately",
    "approx", "approx.", "at about", "at approximately", "at roughly", "at around", "circa", "ca.", "from",
    "beginning at", "starting at", "beginning", "starting", "between", "shortly after", "at approx.", "vers",
];

/// What may stand between a date and its clock time.
fn is_glue(gap: &str) -> bool {
    let gap = gap
        .trim()
        .trim_matches([
            ',', '-', '–', '—', '@', '|', '*', '_', '~', '(', '[', '/', ':', ';', '≈',
        ])
        .trim();
    GLUE.contains(&gap.to_lowercase().as_str())
}

/// What may stand between a clock time and the date that follows it.
fn is_back_glue(gap: &str) -> bool {
    let gap = gap.trim().trim_matches([',', ')', ']']).trim();
    matches!(
        gap.to_lowercase().as_str(),
        "" | "on" | "on the" | "am" | "el" | "le" | "em" | "of"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> Vec<String> {
        stamps(text, None)
            .iter()
            .map(|stamp| {
                let day = match &stamp.day {
                    Some(Day::Full(date)) => date.to_string(),
                    Some(Day::NoYear(month, day)) => format!("{month}/{day}"),
                    Some(Day::OfMonth(day)) => format!("day {day}"),
                    Some(Day::Ambiguous(text)) => format!("ambiguous {text}"),
                    Some(Day::Impossible(text)) => format!("impossible {text}"),
                    None => String::new(),
                };
                let time = stamp
                    .time
                    .map(|time| time.strftime("%H:%M").to_string())
                    .unwrap_or_default();
                let zone = stamp
                    .zone
                    .as_ref()
                    .map(|zone| format!("{zone:?}"))
                    .unwrap_or_default();
                [day, time, zone]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    }

    #[test]
    fn dates_in_every_notation() {
        for (text, expected) in [
            ("2026-07-03", "2026-07-03"),
            ("2026/07/03", "2026-07-03"),
            ("July 3, 2026", "2026-07-03"),
            ("July 3rd, 2026", "2026-07-03"),
            ("3 July 2026", "2026-07-03"),
            ("Tuesday, 18 December, 2019", "2019-12-18"),
            ("29th of November 2015", "2015-11-29"),
            ("October 29-30, 2025", "2025-10-29"),
            ("4 – 7 August 2025", "2025-08-04"),
            ("03.07.2026", "2026-07-03"),
            ("3. Juli 2026", "2026-07-03"),
            ("3 de julio de 2026", "2026-07-03"),
            ("2026年7月3日", "2026-07-03"),
            ("25/12/2026", "2026-12-25"),
            ("03/07/2026", "ambiguous 03/07/2026"),
            ("2026-02-30", "impossible 2026-02-30"),
            ("9 Sept 2024", "2024-09-09"),
            ("1er mai 2024", "2024-05-01"),
            ("12 Feb", "2/12"),
            ("on the 18th", "day 18"),
            ("by the 4th September 2018", "2018-09-04"),
            ("3-Jul-2026", "2026-07-03"),
        ] {
            assert_eq!(show(text), [expected], "{text}");
        }
    }

    #[test]
    fn clocks_with_and_without_their_day() {
        for (text, expected) in [
            ("2026-07-03T10:11:12Z", "2026-07-03 10:11 Fixed(0)"),
            ("2026-07-03 10:11 UTC", "2026-07-03 10:11 Fixed(0)"),
            ("20260405T121500Z", "2026-04-05 12:15 Fixed(0)"),
            ("12/May/26 9:14 AM", "2026-05-12 09:14"),
            ("2026-07-03T10:11+02:00", "2026-07-03 10:11 Fixed(7200)"),
            ("2026-07-03 11:14 PM", "2026-07-03 23:14"),
            ("~2026-03-03 19:30", "2026-03-03 19:30"),
            (
                "July 3, 2026 at 10:15 AM PDT",
                "2026-07-03 10:15 Fixed(-25200)",
            ),
            ("12 May 2024, 00:00", "2024-05-12 00:00"),
            ("10:15 a.m.", "10:15"),
            ("7pm", "19:00"),
            ("12:28p", "12:28"),
            ("12:00 AM", "00:00"),
            ("14h30", "14:30"),
            ("14:30 Uhr", "14:30"),
            ("午後3時05分", "15:05"),
            ("1430 UTC", "14:30 Fixed(0)"),
            ("10:02 (Europe/Berlin)", "10:02 Named(\"Europe/Berlin\")"),
            ("18:45 on 3 July 2026", "2026-07-03 18:45"),
            ("_7/25/23_", "2023-07-25"),
            ("2025-01-14 1600", "2025-01-14 16:00"),
            ("2022-03-10 11.56", "2022-03-10 11:56"),
            ("2021-05-25 - 09:30 UTC", "2021-05-25 09:30 Fixed(0)"),
        ] {
            assert_eq!(show(text), [expected], "{text}");
        }
        assert_eq!(
            show("from 16:13 to 16:54 PDT"),
            ["16:13", "16:54 Fixed(-25200)"]
        );
        assert_eq!(
            show("port localhost:8080 and version 1.2.10"),
            Vec::<String>::new()
        );
        assert_eq!(stamps("25:61", None)[0].no_time.as_deref(), Some("25:61"));
    }
}
