//! Narrative: what sentences say of times: from when to when, and what happened at a time.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use crate::incident::Origin;
use crate::parser::DateOrder;
use crate::parser::calendar::Point;
use crate::parser::calendar::Setting;
use crate::parser::chronology::Reading;
use crate::parser::event::Event;
use crate::parser::outline::Outline;
use crate::parser::outline::Passage;
use crate::parser::sentence;
use crate::parser::stamp;
use crate::parser::stamp::Day;
use crate::parser::stamp::Stamp;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// The most bytes of a document's prose that are searched for times.
const MOST_BYTES: usize = 200_000;
/// A time that lies further than this from the day of the incident is of another time, in days.
const FAR: i32 = 200;

static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^[\s,)\]*_]*(?:(?P<and>and|und|y|et|e)|to|until|till|through|thru|bis|hasta|até|jusqu.à|à|a|[-–—→~]|->|>|から)[\s*_~(]*(?:around |about |approximately |roughly |approx\.? |the |el |la |las |le )*(?:(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?,?\s+)?$").expect("a constant")
});
static OPENS_BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:between|zwischen|entre)\b[^.]{0,40}$").expect("a constant")
});
static DAYS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(\d{1,2})(?:st|nd|rd|th|\.)?\s*(?:to|until|till|through|and|bis|[-–—])\s*(?:(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?,?\s+)?(\d{1,2}(?:st|nd|rd|th|\.)?\s+\p{L}{3,9}\.?(?:,?\s+\d{4})?)\b").expect("a constant")
});
static DAYS_US: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(\p{L}{3,9}\.?)\s+(\d{1,2})(?:st|nd|rd|th)?\s*(?:to|until|through|[-–—])\s*(\d{1,2})(?:st|nd|rd|th)?(,?\s+\d{4})\b").expect("a constant")
});
static OTHER_TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:scheduled (?:for|from)|planned for|maintenance window|business hours|usually|normally|every (?:day|night|week|hour)|compared (?:to|with)|against the|the week before|last year|will be|we plan|until the|open to feedback|template)\b").expect("a constant")
});

/// A sentence with a time in it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// The first time in it.
    pub(crate) reading: Reading,
    /// What it says that happened.
    pub(crate) event: Event,
    /// Where it stands.
    pub(crate) section: SectionKind,
}

/// What a document tells of times outside its timeline.
#[derive(Debug, Clone, Default)]
pub(crate) struct Narrative {
    /// From when to when the harm lasted.
    pub(crate) range: Option<(Reading, Reading)>,
    /// Sentences with times, in their order.
    pub(crate) told: Vec<Told>,
}

/// Sections that tell what happened.
fn tells(kind: SectionKind) -> bool {
    !matches!(
        kind,
        SectionKind::Title
            | SectionKind::Actions
            | SectionKind::Lessons
            | SectionKind::Lucky
            | SectionKind::WentWell
            | SectionKind::WentWrong
            | SectionKind::Support
            | SectionKind::People
            | SectionKind::RuledOut
            | SectionKind::Timeline
    )
}

/// Sections whose first range of times is that of the incident.
fn sums_up(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::Body
            | SectionKind::Summary
            | SectionKind::Impact
            | SectionKind::WhatHappened
            | SectionKind::Metadata
            | SectionKind::Metrics
    )
}

/// Reads the prose of a document.
pub(crate) fn read(outline: &Outline, setting: &Setting, order: Option<DateOrder>) -> Narrative {
    let mut narrative = Narrative::default();
    let mut day = setting.day;
    let mut section = usize::MAX;
    let mut bytes = 0;
    let prose = |passage: &&Passage| {
        matches!(
            passage.kind,
            BlockKind::Paragraph | BlockKind::ListItem | BlockKind::TableRow
        )
    };
    for passage in outline.passages.iter().filter(prose) {
        let kind = outline.kind(passage);
        let text = passage.piece.text();
        bytes += text.len();
        if !tells(kind) || bytes > MOST_BYTES {
            continue;
        }
        if passage.section != section {
            section = passage.section;
            day = setting.day;
        }
        for (start, end) in sentence::sentences(text) {
            let sentence = &text[start..end];
            let known = Setting {
                day: day.or(setting.day),
                zone: setting.zone.clone(),
            };
            let teller = Teller {
                passage,
                start,
                sentence,
                known: &known,
                order,
            };
            if narrative.range.is_none() && sums_up(kind) && !OTHER_TIME.is_match(sentence) {
                narrative.range = teller.range();
            }
            if let Some((told, date)) = teller.told(kind) {
                if near(date, setting.day) {
                    day = Some(date);
                    narrative.told.push(told);
                }
            }
        }
    }
    narrative
}

fn near(date: Date, day: Option<Date>) -> bool {
    day.is_none_or(|day| {
        day.until(date)
            .is_ok_and(|span| span.get_days().abs() <= FAR)
    })
}

struct Teller<'a> {
    passage: &'a Passage,
    start: usize,
    sentence: &'a str,
    known: &'a Setting,
    order: Option<DateOrder>,
}

impl Teller<'_> {
    fn reading(&self, point: Point, at: usize) -> Reading {
        Reading {
            point,
            at: self.passage.piece.visible.original(self.start + at),
            origin: Origin::Prose,
        }
    }

    fn told(&self, section: SectionKind) -> Option<(Told, Date)> {
        if OTHER_TIME.is_match(self.sentence) {
            return None;
        }
        let stamps = stamp::stamps(self.sentence, self.order);
        let dated = stamps.iter().find(|stamp| stamp.day.is_some());
        let timed = stamps.iter().find(|stamp| stamp.time.is_some());
        let mut first = timed.or(dated)?.clone();
        if first.day.is_none() {
            first.day = dated
                .filter(|dated| dated.start < first.start || stamps.len() == 2)
                .and_then(|dated| dated.day.clone());
        }
        let zone = stamps.iter().find_map(|stamp| stamp.zone.clone());
        let known = Setting {
            day: self.known.day,
            zone: zone.or_else(|| self.known.zone.clone()),
        };
        let point = known.point(&first)?;
        let event = Event::of(self.sentence);
        Some((
            Told {
                reading: self.reading(point, first.start),
                event,
                section,
            },
            point.date(),
        ))
    }

    fn range(&self) -> Option<(Reading, Reading)> {
        self.range_of_stamps().or_else(|| self.range_of_days())
    }

    fn range_of_stamps(&self) -> Option<(Reading, Reading)> {
        let stamps = stamp::stamps(self.sentence, self.order);
        stamps.windows(2).enumerate().find_map(|(number, pair)| {
            let (from, to) = (&pair[0], &pair[1]);
            let gap = BETWEEN.captures(self.sentence.get(from.end..to.start)?)?;
            let before = self.sentence.get(..from.start)?;
            if (gap.name("and").is_some() && !OPENS_BETWEEN.is_match(before))
                || from.time.is_some() != to.time.is_some()
            {
                return None;
            }
            let day_before = stamps[..number].iter().rev().find_map(|stamp| stamp.date());
            self.ordered(from, to, day_before)
        })
    }

    /// Both ends of a range: the day of one serves the other, and an end before its start is of the next day.
    fn ordered(
        &self,
        from: &Stamp,
        to: &Stamp,
        day_before: Option<Date>,
    ) -> Option<(Reading, Reading)> {
        let zone = from
            .zone
            .clone()
            .or_else(|| to.zone.clone())
            .or_else(|| self.known.zone.clone());
        let known = Setting {
            day: day_before.or(self.known.day),
            zone,
        };
        let to_date = to.day.as_ref().and_then(|_| known.date(to));
        let start_day = if from.day.is_none() {
            to_date.or(known.day)
        } else {
            known.date(from)
        };
        let start = Setting {
            day: start_day,
            ..known.clone()
        }
        .point(from)?;
        let mut end = Setting {
            day: Some(start.date()),
            ..known.clone()
        }
        .point(to)?;
        if start.minutes_until(&end)? < 0 && to.day.is_none() && to.time.is_some() {
            end = Setting {
                day: Some(start.date().tomorrow().ok()?),
                ..known
            }
            .point(to)?;
        }
        (start.minutes_until(&end)? > 0)
            .then(|| (self.reading(start, from.start), self.reading(end, to.start)))
    }

    /// `From 18 to 22 September 2025`.
    fn range_of_days(&self) -> Option<(Reading, Reading)> {
        let (first, whole, at) = if let Some(found) = DAYS.captures(self.sentence) {
            (
                found[1].parse::<i8>().ok()?,
                found[2].to_owned(),
                found.get(0)?.start(),
            )
        } else {
            let found = DAYS_US.captures(self.sentence)?;
            (
                found[2].parse::<i8>().ok()?,
                format!("{} {}{}", &found[1], &found[3], &found[4]),
                found.get(0)?.start(),
            )
        };
        let last = stamp::first(&whole, self.order)?;
        if !matches!(last.day, Some(Day::Full(_) | Day::NoYear(..))) {
            return None;
        }
        let end = self.known.date(&last)?;
        let start = Date::new(end.year(), end.month(), first)
            .ok()
            .filter(|start| *start < end)?;
        Some((
            self.reading(Point::Day(start), at),
            self.reading(Point::Day(end), at),
        ))
    }
}
