//! Narrative: what sentences say of times: from when to when, and what happened at a time.

use std::sync::LazyLock;

use crate::expression::Regex;
use jiff::civil::Date;

use crate::incident::Moment;
use crate::incident::Origin;
use crate::parser::DateOrder;
use crate::parser::calendar::Setting;
use crate::parser::chronology::Reading;
use crate::parser::event::Event;
use crate::parser::fold::fold;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::sentence;
use crate::parser::stamp;
use crate::parser::teller::OTHER_TIME;
use crate::parser::teller::Teller;
use crate::parser::told_length;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// The most bytes of a document's prose that are searched for times.
const MOST_BYTES: usize = 200_000;
/// A time that lies further than this from the day of the incident is of another time, in days.
const FAR: i32 = 300;

/// The most days between an incident and the page on it, for the page's day to give way.
const LONGEST_WRITING: i32 = 7;

/// A sentence with a time in it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// The first time in it.
    pub(crate) reading: Reading,
    /// What it says that happened.
    pub(crate) event: Event,
    /// Whether it is the time until which something lasted.
    pub(crate) lasts: bool,
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

    /// When the harm began, where it went on past midnight into the next day.
    fn evening(&self) -> Option<Moment> {
        let (from, to) = self.range?;
        let next = from.point.date().tomorrow().ok();
        (next == Some(to.point.date())).then(|| from.point.moment())?
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
        let Some((from, _)) = self.range else {
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
                evening: None,
            };
            self.take_lengths(&teller, kind);
            let teller = Teller {
                evening: self.evening(),
                ..teller
            };
            let told: Vec<(Told, Date)> = teller
                .told(kind)
                .into_iter()
                .filter(|(_, date)| near(*date, about))
                .collect();
            let first = teller.first_day().filter(|_| sums_up(kind));
            let day = first.or_else(|| day_after(&told, teller.known.day));
            let noticed = day.and_then(|day| teller.noticed(kind, day));
            // Only a day that the prose itself has told of.
            let last = self.told.last().map(|told| told.reading.point.date());
            let same_day = last.and_then(|day| teller.of_same_day(kind, day));
            known.day = day;
            self.told.extend(told.into_iter().map(|(told, _)| told));
            self.told.extend(noticed);
            self.told.extend(same_day);
        }
    }

    /// A heading that names the day of a step: `Immediate measure (4 July)`.
    fn take_heading(
        &mut self,
        outline: &Outline,
        passage: &Passage,
        known: &mut Setting,
        order: Option<DateOrder>,
    ) {
        let section = &outline.sections[passage.section];
        if section.kind == SectionKind::Title {
            return;
        }
        let stamp = stamp::first(&section.heading, order).filter(|stamp| stamp.day.is_some());
        let Some(point) = stamp.and_then(|stamp| known.point(&stamp)) else {
            return;
        };
        known.day = Some(point.date());
        if matches!(
            section.kind,
            SectionKind::Resolution | SectionKind::Mitigation
        ) {
            let event = Event {
                recovers: true,
                ..Event::default()
            };
            let reading = Reading {
                point,
                at: section.span.start,
                origin: Origin::Prose,
            };
            self.told.push(Told {
                reading,
                event,
                lasts: false,
                section: section.kind,
            });
        }
    }

    /// The first clock time that is told of a day, in sections that tell what happened.
    pub(crate) fn first_clock_of(&self, day: Option<Reading>) -> Option<Reading> {
        let date = day?.point.date();
        let of_day = |told: &&Told| {
            sums_up(told.section)
                && told.reading.point.moment().is_some()
                && told.reading.point.date() == date
                && !told.event.mends()
                && !told.event.is_report()
        };
        self.told.iter().find(of_day).map(|told| told.reading)
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
        }
        self.to_detect = self
            .to_detect
            .or_else(|| told_length::to_notice(sentence).map(at));
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
    // `4 October: users are sent to an agent` is what was done, whatever stands over it.
    let begins = || {
        let first = stamp::first(passage.piece.text(), None);
        first.is_some_and(|stamp| stamp.start <= 2 && stamp.day.is_some())
    };
    match kind {
        SectionKind::Actions if passage.kind == BlockKind::ListItem && begins() => {
            SectionKind::Resolution
        }
        SectionKind::Actions if prose && OF_REPAIR.is_match(&fold(heading)) => {
            SectionKind::Resolution
        }
        kind => kind,
    }
}

/// Whether a timeline has entries: passages that begin with their time.
fn has_entries(outline: &Outline, order: Option<DateOrder>) -> bool {
    let timeline = outline
        .passages
        .iter()
        .filter(|passage| outline.kind(passage) == SectionKind::Timeline);
    let begins = |passage: &&Passage| {
        let first = stamp::first(passage.piece.text(), order);
        first.is_some_and(|stamp| stamp.start <= 12)
    };
    timeline.filter(begins).take(2).count() == 2
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
    let is_listed = has_entries(outline, order);
    for passage in outline.passages.iter().filter(is_prose).filter(|passage| {
        let kind = kind_of(outline, passage);
        tells(kind) || (kind == SectionKind::Timeline && !is_listed)
    }) {
        let text = passage.piece.text();
        bytes += text.len();
        if bytes > MOST_BYTES {
            break;
        }
        let mut kind = kind_of(outline, passage);
        if kind == SectionKind::Timeline {
            kind = SectionKind::WhatHappened;
        }
        if passage.section != section {
            section = passage.section;
            known.day = narrative
                .day_of(kind)
                .or_else(|| narrative.day_near(setting.day));
            narrative.take_heading(outline, passage, &mut known, order);
        }
        narrative.take_passage(passage, kind, &mut known, order);
    }
    narrative
}

/// The day of bare clock times behind a sentence: the last that it tells of, but no earlier one that it only mentions.
fn day_after(told: &[(Told, Date)], known: Option<Date>) -> Option<Date> {
    let back = |date: Date| known.is_some_and(|known| date < known);
    let mentions = |date: Date| back(date) && told.len() > 1 && !back(told[0].1);
    let mut days = told.iter().rev().map(|(_, date)| *date);
    days.find(|date| !mentions(*date)).or(known)
}

fn near(date: Date, day: Option<Date>) -> bool {
    day.is_none_or(|day| {
        day.until(date)
            .is_ok_and(|span| span.get_days().abs() <= FAR)
    })
}
