//! Stamp: dates and clock times as they are written in text, with their zones.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::civil::Time;
use regex::Captures;
use regex::Regex;

use crate::parser::DateOrder;
use crate::parser::zone;
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

const MONTHS: &[(&str, i8)] = &[
    ("jan", 1),
    ("ene", 1),
    ("feb", 2),
    ("fev", 2),
    ("fév", 2),
    ("mar", 3),
    ("mär", 3),
    ("mrz", 3),
    ("maa", 3),
    ("apr", 4),
    ("abr", 4),
    ("avr", 4),
    ("may", 5),
    ("mai", 5),
    ("mei", 5),
    ("mag", 5),
    ("jun", 6),
    ("juin", 6),
    ("giu", 6),
    ("jul", 7),
    ("juil", 7),
    ("lug", 7),
    ("aug", 8),
    ("ago", 8),
    ("aoû", 8),
    ("aou", 8),
    ("sep", 9),
    ("set", 9),
    ("oct", 10),
    ("okt", 10),
    ("out", 10),
    ("ott", 10),
    ("nov", 11),
    ("dec", 12),
    ("dez", 12),
    ("dic", 12),
    ("déc", 12),
];

const MONTH: &str = r"(?:jan(?:uary|uar|vier|eiro)?|enero|ene|feb(?:ruary|ruar|rero|braio)?|fev(?:ereiro)?|février|fevrier|févr|mar(?:ch|zo|ço|co|s)?|märz|mrz|maart|apr(?:il|ile)?|abr(?:il)?|avr(?:il)?|may|mai|mayo|maio|mei|maggio|jun[ei]?|junio|junho|juin|giugno|jul[yi]?|julio|julho|juillet|juil|luglio|aug(?:ust|ustus)?|ago(?:sto)?|août|aout|sep(?:tember|tiembre|tembre)?|sept|set(?:embro|tembre)?|oct(?:ober|ubre|obre)?|okt(?:ober)?|out(?:ubro)?|ottobre|nov(?:ember|iembre|embre|embro)?|dec(?:ember|embre)?|dez(?:ember|embro)?|dic(?:iembre|embre)?|déc(?:embre)?)";

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?ix)
        (?P<y1>\b(?:19|20)\d\d)(?:-|/|\.)(?P<m1>\d{{1,2}})(?:-|/|\.)(?P<d1>\d{{1,2}})(?:\b|T)
        | (?P<y2>(?:19|20)\d\d)\s?[年년]\s?(?P<m2>\d{{1,2}})\s?[月월]\s?(?P<d2>\d{{1,2}})\s?[日일]
        | \b(?P<d3>\d{{1,2}})(?:st|nd|rd|th|\.|er|º)?(?:\s+(?:of|de)|\s?[–—-]\s?\d{{1,2}}(?:st|nd|rd|th|\.)?)?\s+(?P<m3>{MONTH})\b\.?(?:,?\s+(?:(?:de|of|del)\s+)?(?P<y3>(?:19|20)\d\d)\b)?
        | \b(?P<m4>{MONTH})\.?\s+(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?:\s?[–—-]\s?(?:{MONTH}\.?\s+)?\d{{1,2}}(?:st|nd|rd|th)?)?\b(?:,?\s+(?P<y4>(?:19|20)\d\d)\b)?
        | \b(?P<a5>\d{{1,2}})(?P<s5>/|\.|-)(?P<b5>\d{{1,2}})(?:/|\.|-)(?P<y5>(?:19|20)?\d\d)\b
        | \b(?P<d6>\d{{1,2}})[-\x20](?P<m6>{MONTH})[-\x20](?P<y6>(?:19|20)?\d\d)\b
        | \b(?:on|of|from|since|until|by)\s+the\s+(?P<d8>\d{{1,2}})(?:st|nd|rd|th)\b(?:\s+at\b)?
        | (?P<m7>\d{{1,2}})\s?[月월]\s?(?P<d7>\d{{1,2}})\s?[日일]
        "
    ))
    .expect("a constant")
});

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    let zone = zone::PATTERN;
    Regex::new(&format!(
        r"(?x)
        (?P<h1>\b\d{{1,2}}|T\d{{2}}):(?P<m1>\d{{2}})(?::(?P<s1>\d{{2}})(?:[.,]\d+)?)?(?:\s?(?P<p1>(?i:[ap]\.?m\b\.?)))?(?:\s?[(\[]?(?P<z1>{zone}))?
        | \b(?P<h2>\d{{1,2}})\s?(?P<p2>(?i:[ap]\.?m\b\.?))(?:\s?[(\[]?(?P<z2>{zone}))?
        | \b(?P<h3>[01]\d|2[0-3])(?P<m3>[0-5]\d)\s?(?:h|hrs|hours)?\s?(?P<z3>UTC|GMT|Z\b)
        | \b(?P<h4>\d{{1,2}})[h:](?P<m4>\d{{2}})\b(?:\s?(?P<z4>{zone}))?
        | \b(?P<h5>\d{{1,2}})(?:[.:](?P<m5>\d{{2}}))?\s?Uhr\b(?:\s?(?P<z5>{zone}))?
        | (?P<p6>午前|午後|오전|오후|上午|下午)?\s?(?P<h6>\d{{1,2}})\s?[時时시点點](?:\s?(?P<m6>\d{{1,2}})\s?[分분])?
        | \b(?P<w7>[Nn]oon|[Mm]idnight)\b(?:\s?(?P<z7>{zone}))?
        "
    ))
    .expect("a constant")
});

static BARE_TIME: LazyLock<Regex> = LazyLock::new(|| {
    let zone = zone::PATTERN;
    Regex::new(&format!(
        r"^\s([01]\d|2[0-3])\.?([0-5]\d)(?:\s?({zone}))?(?:\s*$|\s*[,;:|)–—-])"
    ))
    .expect("a constant")
});

/// The stamps of a text in their order. A date and the clock time that follows it are one stamp.
pub(crate) fn stamps(text: &str, order: Option<DateOrder>) -> Vec<Stamp> {
    if !text.bytes().any(|byte| byte.is_ascii_digit())
        && !text.contains("noon")
        && !text.contains("idnight")
    {
        return Vec::new();
    }
    // Emphasis that Markdown did not take for such stands against a date without a gap.
    let spaced = text.replace('_', " ");
    let text = spaced.as_str();
    let dates: Vec<Stamp> = DATE
        .captures_iter(text)
        .filter_map(|found| date_stamp(&found, order))
        .collect();
    let times: Vec<Stamp> = TIME
        .captures_iter(text)
        .filter_map(|found| time_stamp(text, &found))
        .filter(|time| {
            !dates.iter().any(|date| {
                time.start < date.end
                    && date.start < time.end
                    && !text[time.start..].starts_with('T')
            })
        })
        .collect();
    let mut joined = join(text, dates, times);
    joined
        .iter_mut()
        .for_each(|stamp| add_bare_time(text, stamp));
    joined
}

/// A clock time without a colon, as in `2025-01-14 1600` and `2022-03-10 11.56`.
fn add_bare_time(text: &str, stamp: &mut Stamp) {
    if stamp.time.is_some() || stamp.no_time.is_some() || stamp.date().is_none() {
        return;
    }
    let Some(found) = text
        .get(stamp.end..)
        .and_then(|rest| BARE_TIME.captures(rest))
    else {
        return;
    };
    let part = |number: usize| {
        found
            .get(number)
            .and_then(|part| part.as_str().parse::<i8>().ok())
    };
    stamp.time = part(1)
        .zip(part(2))
        .and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
    stamp.zone = found.get(3).and_then(|zone| Zone::read(zone.as_str()));
    stamp.end += found.get(3).or(found.get(2)).map_or(0, |last| last.end());
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

/// What may stand between a date and its clock time.
fn is_glue(gap: &str) -> bool {
    let gap = gap
        .trim()
        .trim_matches([
            ',', '-', '–', '—', '@', '|', '*', '_', '~', '(', '[', '/', ':', ';', '≈',
        ])
        .trim();
    matches!(
        gap.to_lowercase().as_str(),
        "" | "at"
            | "um"
            | "gegen"
            | "a las"
            | "à"
            | "às"
            | "alle"
            | "about"
            | "around"
            | "roughly"
            | "approximately"
            | "approx"
            | "approx."
            | "at about"
            | "at approximately"
            | "at roughly"
            | "at around"
            | "circa"
            | "ca."
            | "from"
            | "|  |"
    )
}

/// What may stand between a clock time and the date that follows it.
fn is_back_glue(gap: &str) -> bool {
    let gap = gap.trim().trim_matches([',', ')', ']']).trim();
    matches!(
        gap.to_lowercase().as_str(),
        "" | "on" | "on the" | "am" | "el" | "le" | "em" | "of"
    )
}

fn number<T: std::str::FromStr>(found: &Captures<'_>, name: &str) -> Option<T> {
    found
        .name(name)?
        .as_str()
        .trim_start_matches('T')
        .parse()
        .ok()
}

fn month(found: &Captures<'_>, name: &str) -> Option<i8> {
    let written = found.name(name)?.as_str().to_lowercase();
    MONTHS
        .iter()
        .filter(|(begin, _)| written.starts_with(begin))
        .max_by_key(|(begin, _)| begin.len())
        .map(|(_, month)| *month)
}

fn date_stamp(found: &Captures<'_>, order: Option<DateOrder>) -> Option<Stamp> {
    let whole = found.get(0)?;
    let day = day(found, order)?;
    let end = whole.end() - usize::from(whole.as_str().ends_with('T'));
    Some(Stamp {
        start: whole.start(),
        end,
        day: Some(day),
        time: None,
        no_time: None,
        zone: None,
    })
}

fn day(found: &Captures<'_>, order: Option<DateOrder>) -> Option<Day> {
    let written = || {
        found
            .get(0)
            .map_or("", |whole| whole.as_str())
            .trim_end_matches('T')
            .to_owned()
    };
    let full = |year: i16, month: i8, day: i8| match Date::new(year, month, day) {
        Ok(date) => Day::Full(date),
        Err(_) => Day::Impossible(written()),
    };
    if let (Some(year), Some(month), Some(day)) = (
        number(found, "y1"),
        number(found, "m1"),
        number(found, "d1"),
    ) {
        return Some(full(year, month, day));
    }
    if let (Some(year), Some(month), Some(day)) = (
        number(found, "y2"),
        number(found, "m2"),
        number(found, "d2"),
    ) {
        return Some(full(year, month, day));
    }
    for (m, d, y) in [("m3", "d3", "y3"), ("m4", "d4", "y4"), ("m6", "d6", "y6")] {
        if let (Some(month), Some(day)) = (month(found, m), number::<i8>(found, d)) {
            return match number::<i16>(found, y) {
                Some(year) => Some(full(century(year), month, day)),
                None => Date::new(2024, month, day)
                    .is_ok()
                    .then_some(Day::NoYear(month, day)),
            };
        }
    }
    if let (Some(month), Some(day)) = (number::<i8>(found, "m7"), number::<i8>(found, "d7")) {
        return Date::new(2024, month, day)
            .is_ok()
            .then_some(Day::NoYear(month, day));
    }
    if let Some(day) = number::<i8>(found, "d8") {
        return (1..=31).contains(&day).then_some(Day::OfMonth(day));
    }
    let (first, second, year): (i8, i8, i16) = (
        number(found, "a5")?,
        number(found, "b5")?,
        number(found, "y5")?,
    );
    let separator = found.name("s5")?.as_str();
    numeric(first, second, century(year), separator, order, &written())
}

/// A date of three numbers with the year last: with dots the day comes first, else only a number above 12 tells.
fn numeric(
    first: i8,
    second: i8,
    year: i16,
    separator: &str,
    order: Option<DateOrder>,
    written: &str,
) -> Option<Day> {
    let full = |month, day| {
        Date::new(year, month, day).map_or_else(|_| Day::Impossible(written.to_owned()), Day::Full)
    };
    let short_year = written
        .rsplit(['/', '.', '-'])
        .next()
        .is_some_and(|year| year.len() == 2);
    match (first, second) {
        _ if separator == "." && short_year => None,
        _ if separator == "." => Some(full(second, first)),
        (13.., 1..=12) => Some(full(second, first)),
        (1..=12, 13..) => Some(full(first, second)),
        (1..=12, 1..=12) if first == second => Some(full(first, second)),
        (1..=12, 1..=12) => Some(match order {
            Some(DateOrder::Dmy) => full(second, first),
            Some(DateOrder::Mdy) => full(first, second),
            None => Day::Ambiguous(written.to_owned()),
        }),
        _ if short_year => None,
        _ => Some(Day::Impossible(written.to_owned())),
    }
}

fn century(year: i16) -> i16 {
    if year < 100 { year + 2000 } else { year }
}

fn time_stamp(text: &str, found: &Captures<'_>) -> Option<Stamp> {
    let whole = found.get(0)?;
    let zone = ["z1", "z2", "z3", "z4", "z5", "z7"]
        .iter()
        .find_map(|name| found.name(name))
        .and_then(|zone| Zone::read(zone.as_str()));
    let written = whole.as_str().trim().to_owned();
    let time = match found.name("w7") {
        Some(word) => Time::new(
            if word.as_str().to_lowercase() == "noon" {
                12
            } else {
                0
            },
            0,
            0,
            0,
        )
        .ok(),
        None => clock(found),
    };
    // `3:2:1`, `1:30h` and ports behind a name are no clock times.
    let before = text[..whole.start()].chars().next_back();
    if before.is_some_and(|before| {
        before == ':'
            || before == '.'
            || (before == '-' && text[..whole.start() - 1].ends_with(|c: char| c.is_alphabetic()))
    }) {
        return None;
    }
    let mut end = whole.end();
    if text[end..].starts_with([')', ']']) && whole.as_str().contains(['(', '[']) {
        end += 1;
    }
    let no_time = time.is_none().then_some(written);
    Some(Stamp {
        start: whole.start(),
        end,
        day: None,
        time,
        no_time,
        zone,
    })
}

fn clock(found: &Captures<'_>) -> Option<Time> {
    let hour: i8 = ["h1", "h2", "h3", "h4", "h5", "h6"]
        .iter()
        .find_map(|name| number(found, name))?;
    let minute: i8 = ["m1", "m3", "m4", "m5", "m6"]
        .iter()
        .find_map(|name| number(found, name))
        .unwrap_or(0);
    let second: i8 = number(found, "s1").unwrap_or(0);
    let half = ["p1", "p2", "p6"]
        .iter()
        .find_map(|name| found.name(name))
        .map(|half| half.as_str().to_lowercase());
    let hour = match half.as_deref() {
        Some(half) if half.starts_with('p') || ["午後", "오후", "下午"].contains(&half) => {
            if hour < 12 {
                hour + 12
            } else {
                hour
            }
        }
        Some(half) if half.starts_with('a') || ["午前", "오전", "上午"].contains(&half) => {
            if hour == 12 {
                0
            } else {
                hour
            }
        }
        _ => hour,
    };
    Time::new(hour, minute, second.min(59), 0).ok()
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
