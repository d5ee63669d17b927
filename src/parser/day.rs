//! Day: the days that a title, a file's name and the first sentences state, and how the document orders its numbers.

use std::sync::LazyLock;

use crate::expression::Regex;
use jiff::civil::Date;

use crate::incident::Origin;
use crate::parser::DateOrder;
use crate::parser::calendar::Point;
use crate::parser::calendar::Setting;
use crate::parser::chronology::Reading;
use crate::parser::entry::Entry;
use crate::parser::event::Event;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::sentence;
use crate::parser::stamp;
use crate::parser::stamp::Stamp;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// The first passages of prose whose date may be that of the incident.
const LEADING: usize = 4;

/// The most keys and the most passages that are searched for a date.
const MOST_ENTRIES: usize = 200;
const MOST_PASSAGES: usize = 1_000;

static COMPACT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\d])((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[^\d]|$)")
        .expect("a constant")
});
static WRITTEN_OUT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?\p{L}{3,9},?\s+(?:19|20)\d\d|\p{L}{3,9}\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d)\b").expect("a constant")
});
static NUMERIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(\d{1,2})[/-](\d{1,2})[/-]((?:19|20)\d\d)\b").expect("a constant")
});

static WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+(\d{1,2})[/-](\d{1,2})[/-]((?:19|20)\d\d)\b").expect("a constant")
});

/// A day written as `20260703`.
pub(crate) fn compact(text: &str) -> Option<Date> {
    let found = COMPACT.captures(text)?;
    Date::new(
        found[1].parse().ok()?,
        found[2].parse().ok()?,
        found[3].parse().ok()?,
    )
    .ok()
}

fn in_words(text: &str, order: Option<DateOrder>) -> Option<Date> {
    stamp::first(text, order)
        .and_then(|stamp| stamp.date())
        .or_else(|| compact(text))
}

/// The day in the title.
pub(crate) fn of_title(outline: &Outline, order: Option<DateOrder>) -> Option<Reading> {
    let (title, at) = outline.title.as_ref()?;
    Some(Reading {
        point: Point::Day(in_words(title, order)?),
        at: *at,
        origin: Origin::Title,
    })
}

/// The day in the title that states no year, in that of the nearest of the document's dates.
pub(crate) fn of_title_in(
    outline: &Outline,
    order: Option<DateOrder>,
    span: Option<(Date, Date)>,
) -> Option<Reading> {
    let (title, at) = outline.title.as_ref()?;
    let stamp = stamp::first(title, order)
        .filter(|stamp| matches!(stamp.day, Some(stamp::Day::NoYear(..))))?;
    let setting = Setting {
        day: Some(span?.0),
        zone: None,
        span,
    };
    Some(Reading {
        point: Point::Day(setting.date(&stamp)?),
        at: *at,
        origin: Origin::Title,
    })
}

/// The day in the file's name.
pub(crate) fn of_name(name: &str, order: Option<DateOrder>) -> Option<Reading> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let date = in_words(file, order)?;
    Some(Reading {
        point: Point::Day(date),
        at: 0,
        origin: Origin::FileName,
    })
}

/// The first whole date anywhere, for the year of days that state none.
pub(crate) fn any(entries: &[Entry], outline: &Outline, order: Option<DateOrder>) -> Option<Date> {
    let in_text = |text: &str| stamp::stamps(text, order).iter().find_map(Stamp::date);
    let in_entries = entries
        .iter()
        .take(MOST_ENTRIES)
        .find_map(|entry| in_text(&entry.text()));
    let prose = |passage: &&Passage| !matches!(passage.kind, BlockKind::Code | BlockKind::Quote);
    in_entries.or_else(|| {
        outline
            .passages
            .iter()
            .filter(prose)
            .take(MOST_ENTRIES)
            .find_map(|passage| in_text(passage.piece.text()))
    })
}

/// The first and the last whole date anywhere.
pub(crate) fn span(
    entries: &[Entry],
    outline: &Outline,
    order: Option<DateOrder>,
) -> Option<(Date, Date)> {
    let in_text = |text: &str| -> Vec<Date> {
        let stamps = stamp::stamps(text, order);
        stamps.iter().filter_map(Stamp::date).collect()
    };
    let prose = outline.passages.iter().filter(|passage| {
        !matches!(
            passage.kind,
            BlockKind::Code | BlockKind::Quote | BlockKind::KeyValue
        )
    });
    let of_entries = entries
        .iter()
        .take(MOST_ENTRIES)
        .flat_map(|entry| in_text(&entry.text()));
    let dates: Vec<Date> = prose
        .take(MOST_PASSAGES)
        .flat_map(|passage| in_text(passage.piece.text()))
        .chain(of_entries)
        .collect();
    dates.iter().min().copied().zip(dates.iter().max().copied())
}

/// A month of a year, for the year of days that state none, where no date states it: `In February 2024`.
static MONTH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:january|february|march|april|may|june|july|august|september|october|november|december) (?:of )?((?:19|20)\d\d)\b").expect("a constant")
});

/// The first day without a year, in the year that a month is named with.
pub(crate) fn in_named_year(outline: &Outline, order: Option<DateOrder>) -> Option<Date> {
    let prose = || {
        outline
            .passages
            .iter()
            .filter(|passage| !matches!(passage.kind, BlockKind::Code | BlockKind::Quote))
            .take(MOST_ENTRIES)
    };
    let found = prose().find_map(|passage| MONTH.captures(passage.piece.text()))?;
    let year: i16 = found[1].parse().ok()?;
    let known = Setting {
        day: Date::new(year, 7, 1).ok(),
        ..Setting::default()
    };
    let mut days = prose().flat_map(|passage| stamp::stamps(passage.piece.text(), order));
    days.find(|stamp| matches!(stamp.day, Some(stamp::Day::NoYear(..))))
        .and_then(|stamp| known.date(&stamp))
}

/// The day that the first sentences of the prose name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LeadDay {
    /// The day.
    pub(crate) reading: Reading,
    /// Whether its sentence tells of an event.
    pub(crate) tells: bool,
    /// Whether it is the day on which the page was written, and not one of the incident.
    pub(crate) is_of_page: bool,
}

/// The day that the first sentences name: one that tells of an event goes before others, the day of the page comes last.
pub(crate) fn of_lead(
    outline: &Outline,
    setting: &Setting,
    order: Option<DateOrder>,
) -> Option<LeadDay> {
    let leads = |passage: &&Passage| {
        matches!(passage.kind, BlockKind::Paragraph | BlockKind::ListItem)
            && is_lead(outline.kind(passage))
    };
    let passages = || outline.passages.iter().filter(leads).take(LEADING);
    let days = |setting: &Setting| -> Vec<LeadDay> {
        passages()
            .flat_map(|passage| lead_in(passage, setting, order))
            .collect()
    };
    let mut found = days(setting);
    // The day of the page has the year that the day of the incident lacks.
    if setting.day.is_none()
        && let Some(page) = found.iter().find(|lead| lead.is_of_page)
    {
        found = days(&setting.on(Some(page.reading.point.date())));
    }
    let own = || found.iter().filter(|lead| !lead.is_of_page);
    let first = own().next();
    let after_page = found.first().is_some_and(|lead| lead.is_of_page);
    let telling = own().find(|lead| lead.tells).filter(|_| after_page);
    telling.or(first).or(found.first()).copied()
}

fn is_lead(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::Body | SectionKind::Summary | SectionKind::WhatHappened | SectionKind::Impact
    )
}

/// The first day of each kind that a passage names: of the page, and of the incident.
fn lead_in(passage: &Passage, setting: &Setting, order: Option<DateOrder>) -> Vec<LeadDay> {
    let text = passage.piece.text();
    let stamps = stamp::stamps(text, order);
    let sentences = sentence::sentences(text);
    let mut found: Vec<LeadDay> = Vec::new();
    for stamp in stamps.iter().filter(|stamp| stamp.day.is_some()) {
        let Some(date) = setting.date(stamp) else {
            continue;
        };
        let holds = |(start, end): &&(usize, usize)| (*start..*end).contains(&stamp.start);
        let Some((start, end)) = sentences.iter().find(holds).copied() else {
            continue;
        };
        let is_of_page = is_of_page(text, (start, end), stamp);
        if found.iter().any(|lead| lead.is_of_page == is_of_page) {
            continue;
        }
        let event = Event::of(&text[start..end]);
        // Of a sentence with several days none is the day of what follows.
        let inside = |stamp: &&Stamp| stamp.day.is_some() && (start..end).contains(&stamp.start);
        let days = stamps.iter().filter(inside).count();
        found.push(LeadDay {
            reading: Reading {
                point: Point::Day(date),
                at: passage.piece.visible.original(stamp.start),
                origin: Origin::Prose,
            },
            tells: days == 1 && (event.fails || event.onset || event.detected),
            is_of_page,
        });
    }
    found
}

static OF_PAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:published|posted|last (?:updated|modified|edited)|updated|reported|written|report (?:of|from|date)|publié|veröffentlicht|publicado)(?:\s+(?:on|at|le|am|el|em))?[\s:*_,]*$")
        .expect("a constant")
});
static BYLINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:\bby\b|\bauthors?\b|\bmin(?:ute)?s? read\b|\bvon\b|\bpar\b|\bpor\b)")
        .expect("a constant")
});

/// Whether a day is that of the page: `Published 20 May`, or a short line with a day and who wrote it.
fn is_of_page(text: &str, (start, end): (usize, usize), stamp: &Stamp) -> bool {
    let before = text.get(start..stamp.start).unwrap_or_default();
    let told = stamp.time.is_none() && OF_PAGE.is_match(before);
    let line = text.get(start..end).unwrap_or_default().trim();
    let rest = |event: Event| !(event.fails || event.onset || event.resolved);
    let byline = line.len() <= 100 && BYLINE.is_match(line) && line.len() == text.trim().len();
    told || (byline && stamp.time.is_none() && rest(Event::of(line)))
}

/// How the document orders day and month, where one of its own dates leaves no doubt; anchors are days that are certain,
/// each with how many days off a reading may be.
pub(crate) fn order(text: &str, anchors: &[(Date, i32)]) -> Option<DateOrder> {
    let (mut day_first, mut month_first) = (false, false);
    for found in NUMERIC.captures_iter(text).take(200) {
        let number = |group: usize| found[group].parse::<i16>().unwrap_or(0);
        let (first, second, year) = (number(1), number(2), number(3));
        match (first, second) {
            (13..=31, 1..=12) => day_first = true,
            (1..=12, 13..=31) => month_first = true,
            (1..=12, 1..=12) if first != second => {
                day_first |= is_near(year, second, first, anchors);
                month_first |= is_near(year, first, second, anchors);
            }
            _ => {}
        }
    }
    let (by_day, by_month) = by_weekday(text);
    match (day_first || by_day, month_first || by_month) {
        (true, false) => Some(DateOrder::Dmy),
        (false, true) => Some(DateOrder::Mdy),
        _ => None,
    }
}

/// What weekdays beside ambiguous dates prove: `Friday, 07/03/2026` is the third of July.
fn by_weekday(text: &str) -> (bool, bool) {
    let (mut day_first, mut month_first) = (false, false);
    for found in WEEKDAY.captures_iter(text).take(50) {
        let number = |group: usize| found[group].parse::<i16>().unwrap_or(0);
        let is_it = |month: i16, day: i16| {
            let date = i8::try_from(month).ok().zip(i8::try_from(day).ok());
            let date = date.and_then(|(month, day)| Date::new(number(4), month, day).ok());
            let name = date.map(|date| date.strftime("%A").to_string().to_lowercase());
            name.is_some_and(|name| name.starts_with(&found[1].to_lowercase()))
        };
        let (first, second) = (number(2), number(3));
        let (as_day, as_month) = (is_it(second, first), is_it(first, second));
        day_first |= as_day && !as_month;
        month_first |= as_month && !as_day;
    }
    (day_first, month_first)
}

/// Whether a reading of an ambiguous date lies beside a day that is certain.
fn is_near(year: i16, month: i16, day: i16, anchors: &[(Date, i32)]) -> bool {
    let date = i8::try_from(month)
        .ok()
        .zip(i8::try_from(day).ok())
        .and_then(|(month, day)| Date::new(year, month, day).ok());
    date.is_some_and(|date| {
        anchors.iter().any(|(anchor, days)| {
            anchor
                .until(date)
                .is_ok_and(|span| span.get_days().abs() <= *days)
        })
    })
}

/// The dates that a text writes out, as `11 October 2018`: they prove how its numbers are ordered.
pub(crate) fn written_out(text: &str) -> Vec<Date> {
    WRITTEN_OUT
        .find_iter(text)
        .take(20)
        .filter_map(|found| stamp::first(found.as_str(), None)?.date())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_numbers_is_proved_or_open() {
        assert_eq!(order("03/07/2026", &[]), None);
        assert_eq!(
            order("03/07/2026 and 25/07/2026", &[]),
            Some(DateOrder::Dmy)
        );
        assert_eq!(
            order("03/07/2026 and 07/25/2026", &[]),
            Some(DateOrder::Mdy)
        );
        assert_eq!(order("25/07/2026 and 07/25/2026", &[]), None);
        assert_eq!(order("Friday, 07/03/2026", &[]), Some(DateOrder::Mdy));
        assert_eq!(order("Sat 07/03/2026", &[]), Some(DateOrder::Dmy));
        assert_eq!(order("Monday, 07/03/2026", &[]), None);
        assert_eq!(
            order("7/5/2023", &[(Date::constant(2023, 7, 5), 0)]),
            Some(DateOrder::Mdy)
        );
    }

    #[test]
    fn a_file_name_gives_its_day() {
        let day = |name: &str| of_name(name, None).map(|reading| reading.point.date().to_string());
        assert_eq!(
            day("a/b/2026-07-03-stale.md").as_deref(),
            Some("2026-07-03")
        );
        assert_eq!(
            day("postmortem-20260703-001.md").as_deref(),
            Some("2026-07-03")
        );
        assert_eq!(day("INC-4711.md"), None);
        assert_eq!(day("search-8f3c1d7e2b9a4056a1c4e8d20b7f6935.md"), None);
    }
}
