//! Narrative: what sentences say of times: from when to when, and what happened at a time.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use crate::incident::Moment;
use crate::incident::Origin;
use crate::parser::DateOrder;
use crate::parser::calendar::Point;
use crate::parser::calendar::Setting;
use crate::parser::chronology::Reading;
use crate::parser::clause;
use crate::parser::event::Event;
use crate::parser::fold::fold;
use crate::parser::later;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::range;
use crate::parser::sentence;
use crate::parser::stamp;
use crate::parser::told_length;
use crate::parser::weekday;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// The most bytes of a document's prose that are searched for times.
const MOST_BYTES: usize = 200_000;
/// A time that lies further than this from the day of the incident is of another time, in days.
const FAR: i32 = 200;

/// The most days between an incident and the page on it, for the page's day to give way.
const LONGEST_WRITING: i32 = 7;

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
    /// Minutes to detection, as told, and where.
    pub(crate) to_detect: Option<(i64, usize)>,
    /// Minutes from beginning to end, as told, and where.
    pub(crate) to_resolve: Option<(i64, usize)>,
    /// Minutes from detection to the end of the harm, as told, and where.
    pub(crate) to_repair: Option<(i64, usize)>,
}

impl Narrative {
    /// Whether a range of clock times would still tell more than what is known.
    fn wants_range(&self) -> bool {
        self.range
            .is_none_or(|(from, to)| from.point.moment().is_none() && to.point.moment().is_none())
    }

    /// The day of bare clock times in a section: those of the repair are of the day on which it was noticed.
    fn day_of(&self, kind: SectionKind) -> Option<Date> {
        let repairs = matches!(
            kind,
            SectionKind::Resolution | SectionKind::Mitigation | SectionKind::Response
        );
        let noticed = |told: &&Told| told.section == SectionKind::Detection;
        let last = self.told.iter().rfind(noticed).filter(|_| repairs)?;
        Some(last.reading.point.date())
    }

    /// The day of the harm where a range of clock times tells it, else the day known.
    fn day_near(&self, day: Option<Date>) -> Option<Date> {
        let Some((from, _)) = self.range.filter(|(from, _)| from.point.moment().is_some()) else {
            return day;
        };
        let began = from.point.date();
        let close = |day: Date| {
            began
                .until(day)
                .is_ok_and(|span| (0..=LONGEST_WRITING).contains(&span.get_days()))
        };
        day.is_none_or(close).then_some(began).or(day)
    }

    /// What the sentences of a passage tell; the last day that they name is that of bare clock times behind them.
    fn take_passage(
        &mut self,
        passage: &Passage,
        kind: SectionKind,
        known: &mut Setting,
        order: Option<DateOrder>,
    ) {
        let text = passage.piece.text();
        let about = known.day;
        for (start, end) in sentence::sentences(text) {
            let teller = Teller {
                passage,
                start,
                sentence: &text[start..end],
                known,
                order,
                last: self
                    .told
                    .iter()
                    .rev()
                    .find_map(|told| told.reading.point.moment()),
            };
            self.take_lengths(&teller, kind);
            let told: Vec<(Told, Date)> = teller
                .told(kind)
                .into_iter()
                .filter(|(_, date)| near(*date, about))
                .collect();
            let day = told.last().map(|(_, date)| *date).or(teller.known.day);
            let noticed = day.and_then(|day| teller.noticed(kind, day));
            known.day = day;
            self.told.extend(told.into_iter().map(|(told, _)| told));
            self.told.extend(noticed);
        }
    }

    /// From when to when, and how long, as a sentence says it.
    fn take_lengths(&mut self, teller: &Teller<'_>, kind: SectionKind) {
        let sentence = teller.sentence;
        let at = |(minutes, at): (i64, usize)| {
            (
                minutes,
                teller.passage.piece.visible.original(teller.start + at),
            )
        };
        self.to_repair = self
            .to_repair
            .or_else(|| told_length::to_repair(sentence).map(at));
        if self.wants_range() && sums_up(kind) && !OTHER_TIME.is_match(sentence) {
            self.take_range(teller.range());
        }
        if sums_up(kind) || kind == SectionKind::Detection {
            self.to_resolve = self
                .to_resolve
                .or_else(|| told_length::of_harm(sentence).map(at));
            self.to_detect = self
                .to_detect
                .or_else(|| told_length::to_notice(sentence).map(at));
        }
    }

    /// The first range, unless a later one tells the clock times of the same days.
    fn take_range(&mut self, range: Option<(Reading, Reading)>) {
        let Some((from, to)) = range else {
            return;
        };
        let finer = self.range.is_none_or(|(known, _)| {
            from.point.moment().is_some() && known.point.date() == from.point.date()
        });
        if finer {
            self.range = Some((from, to));
        }
    }

    /// Forgets what lies further than a day from the day of the incident before it began.
    pub(crate) fn keep_near(&mut self, day: Option<Date>) {
        let Some(day) = day else {
            return;
        };
        let before = |date: Date| date.until(day).is_ok_and(|span| span.get_days() > 1);
        self.range = self.range.filter(|(from, _)| !before(from.point.date()));
        self.told.retain(|told| !before(told.reading.point.date()));
    }
}

static OF_REPAIR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:remediation|mitigation|resolution|recovery|response)\b").expect("a constant")
});

/// What a passage is read as: `Remediation and prevention` tells of the repair before it tells what is to be done.
fn kind_of(outline: &Outline, passage: &Passage) -> SectionKind {
    let kind = outline.kind(passage);
    let prose = passage.kind == BlockKind::Paragraph;
    let heading = &outline.sections[passage.section].heading;
    match kind {
        SectionKind::Actions if prose && OF_REPAIR.is_match(&fold(heading)) => {
            SectionKind::Resolution
        }
        kind => kind,
    }
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
    let mut known = setting.clone();
    let mut section = usize::MAX;
    let mut bytes = 0;
    let is_prose = |passage: &&Passage| {
        matches!(
            passage.kind,
            BlockKind::Paragraph | BlockKind::ListItem | BlockKind::TableRow
        )
    };
    for passage in outline
        .passages
        .iter()
        .filter(is_prose)
        .filter(|passage| tells(kind_of(outline, passage)))
    {
        let text = passage.piece.text();
        bytes += text.len();
        if bytes > MOST_BYTES {
            break;
        }
        let kind = kind_of(outline, passage);
        if passage.section != section {
            section = passage.section;
            known.day = narrative
                .day_of(kind)
                .or_else(|| narrative.day_near(setting.day));
        }
        narrative.take_passage(passage, kind, &mut known, order);
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
    /// The last moment that was told of before the sentence.
    last: Option<Moment>,
}

impl Teller<'_> {
    fn reading(&self, point: Point, at: usize) -> Reading {
        Reading {
            point,
            at: self.passage.piece.visible.original(self.start + at),
            origin: Origin::Prose,
        }
    }

    /// What the sentence tells of each of its times.
    fn told(&self, section: SectionKind) -> Vec<(Told, Date)> {
        if OTHER_TIME.is_match(self.sentence) {
            return Vec::new();
        }
        let mut stamps = stamp::stamps(self.sentence, self.order);
        let steps = later::steps(self.sentence);
        stamps.extend(steps.iter().map(|step| step.stamp.clone()));
        stamps.sort_by_key(|stamp| stamp.start);
        let zone = stamps.iter().find_map(|stamp| stamp.zone.clone());
        let clauses = clause::around(self.sentence, &stamps);
        let mut day = self.known.day;
        let mut last = self.last;
        let mut found = Vec::new();
        for (stamp, words) in stamps.iter().zip(clauses) {
            let zone = stamp
                .zone
                .clone()
                .or_else(|| zone.clone())
                .or_else(|| self.known.zone.clone());
            let before = self.sentence.get(..stamp.start).unwrap_or_default();
            let known = Setting {
                day: day
                    .filter(|_| stamp.day.is_none())
                    .and_then(|day| weekday::before(before, day))
                    .or(day),
                zone,
            };
            let step = steps.iter().find(|step| step.stamp == *stamp);
            let point = match step {
                Some(step) => last
                    .and_then(|last| later::after(last, step.minutes))
                    .map(Point::Moment),
                None => known.point(stamp),
            };
            let Some(point) = point else {
                continue;
            };
            last = point.moment().or(last);
            day = Some(point.date());
            let event = Event::of(words).or_of(self.sentence);
            found.push((
                Told {
                    reading: self.reading(point, stamp.start),
                    event,
                    section,
                },
                point.date(),
            ));
        }
        found
    }

    /// The day on which it was noticed at last: `Nobody noticed until Thursday`.
    fn noticed(&self, section: SectionKind, day: Date) -> Option<Told> {
        let (date, at) = later::noticed(self.sentence, day)?;
        Some(Told {
            reading: self.reading(Point::Day(date), at),
            event: Event {
                detected: true,
                ..Event::default()
            },
            section,
        })
    }

    fn range(&self) -> Option<(Reading, Reading)> {
        let found = range::read(self.sentence, self.known, self.order)?;
        Some((
            self.reading(found.from.0, found.from.1),
            self.reading(found.to.0, found.to.1),
        ))
    }
}
