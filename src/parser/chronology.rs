//! Chronology: the four clocks, the day and the durations, from the most trusted source that states each.

use std::sync::LazyLock;

use crate::expression::Regex;
use jiff::civil::Date;

use crate::incident::Fact;
use crate::incident::Facts;
use crate::incident::Origin;
use crate::parser::DateOrder;
use crate::parser::Options;
use crate::parser::calendar::Point;
use crate::parser::calendar::Setting;
use crate::parser::course;
use crate::parser::day;
use crate::parser::day::LeadDay;
use crate::parser::declared_zone;
use crate::parser::doubt;
use crate::parser::key_clock;
use crate::parser::matter::Matter;
use crate::parser::narrative;
use crate::parser::passage::Outline;
use crate::parser::source::Source;
use crate::parser::stamp;
use crate::parser::timeline;
use crate::parser::timeline::Place;

/// The day of clock times where none is known; it is never told.
const NO_DAY: Date = Date::constant(2000, 1, 3);

/// A sentence that says what `T0` is.
static ZERO: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bT\s?\+?0\s?(?:=|:|is|was|being)\s").expect("a constant"));

/// A point in time and where it is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The point.
    pub(crate) point: Point,
    /// Where it stands in the original.
    pub(crate) at: usize,
    /// What states it.
    pub(crate) origin: Origin,
}

/// What is known of the course of an incident.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chronology {
    /// Whether no day is known at all: its clocks are of a day that stands for any.
    pub(crate) is_dayless: bool,
    /// Its day where a key states it.
    pub(crate) date: Option<Reading>,
    /// Whether that is the date of a page, and not for certain of the incident.
    pub(crate) is_day_weak: bool,
    /// Whether that is named as the day of the incident.
    pub(crate) is_day_of_incident: bool,
    /// The day in the title, and the day of the first sentence that tells of an event.
    pub(crate) named: [Option<Reading>; 2],
    /// Days of less trust: that of a page, of the file's name, the first in the prose.
    pub(crate) fallback: [Option<Reading>; 3],
    /// The first entry of its timeline.
    pub(crate) first: Option<Reading>,
    /// When it began.
    pub(crate) onset: Option<Reading>,
    /// When it was noticed.
    pub(crate) detected: Option<Reading>,
    /// When the cause was found.
    pub(crate) diagnosed: Option<Reading>,
    /// When the harm ended.
    pub(crate) mitigated: Option<Reading>,
    /// When it was over.
    pub(crate) resolved: Option<Reading>,
    /// Minutes to detection, as stated.
    pub(crate) to_detect: Option<Fact<i64>>,
    /// Minutes to diagnosis, as stated.
    pub(crate) to_diagnose: Option<Fact<i64>>,
    /// Minutes to mitigation, as stated.
    pub(crate) to_mitigate: Option<Fact<i64>>,
    /// Minutes to resolution, as stated.
    pub(crate) to_resolve: Option<Fact<i64>>,
    /// Minutes to detection as a sentence tells them, and where it stands.
    pub(crate) told_to_detect: Option<(i64, usize)>,
    /// Minutes to resolution as a sentence tells them, and where it stands.
    pub(crate) told_to_resolve: Option<(i64, usize)>,
    /// Minutes from detection to the end of the harm as a sentence tells them, and where it stands.
    pub(crate) told_to_repair: Option<(i64, usize)>,
}

impl Chronology {
    /// Takes in the days that the title, the file's name and the first sentences name.
    fn name_days(&mut self, title: Option<Reading>, file: Option<Reading>, lead: Option<LeadDay>) {
        let of_incident = lead.filter(|lead| !lead.is_of_page);
        let telling = of_incident.filter(|lead| lead.tells);
        self.named = [title, telling.map(|lead| lead.reading)];
        self.is_day_weak &= !self.is_confirmed();
        let weak = self.date.filter(|_| self.is_day_weak);
        self.fallback = [weak, file, of_incident.map(|lead| lead.reading)];
    }

    /// Whether the title or the first sentences name the day that is stated, too: then it is no day of a page.
    fn is_confirmed(&self) -> bool {
        let day = self.date.map(|stated| stated.point.date());
        let mut named = self.named.iter().flatten();
        day.is_some_and(|day| named.any(|named| named.point.date() == day))
    }
}

/// Reads the course of an incident: what keys state first, then what the timeline and the prose tell.
pub(crate) fn read(matter: &Matter<'_>, source: &mut Source<'_>) -> Chronology {
    let outline = matter.outline;
    let file = day::of_name(matter.name, None);
    let order = matter
        .options
        .date_order
        .or_else(|| proved_order(outline, file, source.text));
    let span = day::span(matter.statements.entries, outline, order);
    let title = day::of_title(outline, order).or_else(|| day::of_title_in(outline, order, span));
    let named = title.or(file).map(|reading| reading.point.date());
    let mut setting = Setting {
        day: named.or_else(|| day::any(matter.statements.entries, &Outline::default(), order)),
        zone: declared_zone::find(outline),
        span,
    };
    let dated = || {
        day::any(matter.statements.entries, outline, order)
            .or_else(|| day::in_named_year(outline, order))
    };
    // Where no day is known at all clock times still tell how long it took.
    let is_dayless = setting.day.is_none() && dated().is_none();
    if is_dayless {
        setting.day = Some(NO_DAY);
    }
    let lead = day::of_lead(outline, &setting, order).filter(|_| !is_dayless);
    setting.day = setting.day.or(lead.map(|lead| lead.reading.point.date()));
    let mut chronology = key_clock::read(&matter.statements, source, setting.clone(), order);
    chronology.is_dayless = is_dayless;
    chronology.name_days(title, file, lead);
    let context = text_day(&chronology, lead).or(setting.day);
    setting.day = context.or_else(dated);
    add_text(&mut chronology, matter, &setting, order);
    chronology
}

/// How the document itself proves that day and month are ordered.
fn proved_order(outline: &Outline, file: Option<Reading>, text: &str) -> Option<DateOrder> {
    let named = [file, day::of_title(outline, None)].into_iter().flatten();
    let written_out = day::written_out(text).into_iter().map(|date| (date, 0));
    let anchors: Vec<(Date, i32)> = named
        .map(|reading| (reading.point.date(), 3))
        .chain(written_out)
        .collect();
    day::order(text, &anchors)
}

/// The day that clock times in the text are of: the one stated, or the one just before that the first sentences tell of.
fn text_day(chronology: &Chronology, lead: Option<LeadDay>) -> Option<Date> {
    let known = chronology
        .date
        .or(chronology.onset)
        .or(chronology.detected)
        .map(|reading| reading.point.date());
    let told = lead
        .filter(|lead| lead.tells)
        .map(|lead| lead.reading.point.date());
    let before = if chronology.is_day_weak { 60 } else { 3 };
    let close = |told: &Date| {
        known.is_none_or(|known| {
            told.until(known)
                .is_ok_and(|span| (-1..=before).contains(&span.get_days()))
        })
    };
    told.filter(close).or(known)
}

fn add_text(
    chronology: &mut Chronology,
    matter: &Matter<'_>,
    setting: &Setting,
    order: Option<DateOrder>,
) {
    let outline = matter.outline;
    let zero = zero_point(matter, setting, order).or(chronology.onset.map(|onset| onset.point));
    let (entries, place) = timeline::entries(outline, setting, order, zero);
    let mut narrative = narrative::read(outline, setting, order);
    if chronology.is_day_of_incident {
        narrative.keep_near(setting.day);
    }
    if place == Place::Posts {
        // `Resolved Nov 8, 17:10` over an update is when that was posted.
        let posted = |reading: &Reading| entries.iter().any(|entry| entry.point == reading.point);
        chronology.resolved = chronology.resolved.filter(|end| !posted(end));
    }
    let course = course::of(&entries, place, &narrative);
    let onset = finer(chronology.onset, course.onset);
    chronology.onset = finer(onset, narrative.first_clock_of(onset));
    chronology.detected = finer(chronology.detected, course.detected);
    chronology.diagnosed = finer(chronology.diagnosed, course.diagnosed);
    chronology.mitigated = finer(chronology.mitigated, course.mitigated);
    chronology.resolved = finer(chronology.resolved, course.resolved);
    chronology.told_to_detect = narrative.to_detect;
    chronology.told_to_resolve = narrative.to_resolve;
    chronology.told_to_repair = narrative.to_repair;
    chronology.first = entries.first().map(|entry| Reading {
        point: entry.point,
        at: entry.at,
        origin: Origin::Timeline,
    });
}

/// What is stated, or the clock time that is told of the day that is stated.
fn finer(stated: Option<Reading>, told: Option<Reading>) -> Option<Reading> {
    course::finer(stated, told).or(told)
}

/// The moment that relative times count from.
fn zero_point(matter: &Matter<'_>, setting: &Setting, order: Option<DateOrder>) -> Option<Point> {
    let Matter {
        statements,
        outline,
        ..
    } = matter;
    let entry = statements
        .entries
        .iter()
        .find(|entry| matches!(entry.key.trim(), "T0" | "T+0" | "T" | "T-0"));
    let told = || {
        let texts = outline.passages.iter().map(|passage| passage.piece.text());
        let mut told = texts.filter_map(|text| text.get(ZERO.find(text)?.end()..));
        told.find_map(|rest| setting.point(&stamp::first(rest, order)?))
    };
    match entry {
        Some(entry) => setting.point(&stamp::first(&entry.text(), order)?),
        None => told(),
    }
}

/// Fills in the clocks and durations, unless they contradict each other.
pub(crate) fn fill(
    chronology: &Chronology,
    source: &mut Source<'_>,
    options: &Options,
    facts: &mut Facts,
) {
    let known = doubt::sifted(chronology, source, options);
    let moment = |reading: Option<Reading>| {
        let reading = reading?;
        Some(Fact {
            value: reading.point.moment()?,
            line: source.line(reading.at),
            origin: reading.origin,
        })
    };
    fill_minutes(&known, source, facts);
    if chronology.is_dayless {
        return;
    }
    facts.onset = moment(known.onset);
    facts.detected = moment(known.detected);
    facts.mitigated = moment(known.mitigated);
    facts.resolved = moment(known.resolved);
    facts.date = date(&known, source);
}

/// Durations: as stated, else computed, else as a sentence tells them, else in whole days.
fn fill_minutes(known: &Chronology, source: &Source<'_>, facts: &mut Facts) {
    let began = known
        .onset
        .or(known.date.filter(|_| known.is_day_of_incident));
    let length = |from, to, told| between(source, from, to, told);
    let from_detection = known.to_detect.as_ref().map(|fact| fact.value);
    // A time to mitigate that is shorter than the time to detect was counted from the detection.
    let from_onset = |stated: &Option<Fact<i64>>| {
        let mut stated = stated.clone()?;
        stated.value += from_detection
            .filter(|detect| *detect > stated.value)
            .unwrap_or(0);
        Some(stated)
    };
    let detect = || length(began, known.detected, known.told_to_detect);
    facts.minutes_to_detect = known.to_detect.clone().or_else(detect);
    let diagnose = || length(known.detected, known.diagnosed, None);
    facts.minutes_to_diagnose = known.to_diagnose.clone().or_else(diagnose);
    facts.minutes_to_mitigate =
        from_onset(&known.to_mitigate).or_else(|| length(began, known.mitigated, None));
    let resolve = || length(began, known.resolved, known.told_to_resolve);
    // Where the beginning has no clock, but the time to detection is told: that and the rest.
    let in_two_steps = || {
        let mut end = between(source, known.detected, known.resolved, None)?;
        let told = facts.minutes_to_detect.as_ref()?;
        end.value += (told.origin != Origin::Computed).then_some(told.value)?;
        Some(end)
    };
    facts.minutes_to_resolve = from_onset(&known.to_resolve)
        .or_else(resolve)
        .or_else(in_two_steps);
    let stated = |fact: &Option<Fact<i64>>| {
        let fact = fact.clone()?;
        (fact.origin != Origin::Computed).then_some(fact)
    };
    let left = || {
        let mut end =
            stated(&facts.minutes_to_mitigate).or_else(|| stated(&facts.minutes_to_resolve))?;
        end.value -= stated(&facts.minutes_to_detect)?.value;
        (end.value >= 0).then_some(end)
    };
    facts.minutes_to_repair = repair(known, source).or_else(left);
}

/// Minutes from the detection to the end of the harm; a mitigation before the detection is of something else.
fn repair(known: &Chronology, source: &Source<'_>) -> Option<Fact<i64>> {
    let detected = known.detected?;
    let after = |end: &Reading| detected.point.date() <= end.point.date();
    let end = known.mitigated.filter(after).or(known.resolved)?;
    let timed = detected.point.moment().and(end.point.moment()).is_some();
    let told = known.told_to_repair.filter(|_| !timed);
    let told = told.map(|(value, at)| Fact {
        value,
        line: source.line(at),
        origin: Origin::Prose,
    });
    told.or_else(|| between(source, Some(detected), Some(end), None))
}

/// Minutes from one reading to another: computed, else as told, else in whole days.
fn between(
    source: &Source<'_>,
    from: Option<Reading>,
    to: Option<Reading>,
    told: Option<(i64, usize)>,
) -> Option<Fact<i64>> {
    let computed = |minutes: fn(&Point, &Point) -> Option<i64>| {
        let (from, to) = (from?, to?);
        let value = minutes(&from.point, &to.point).filter(|minutes| *minutes >= 0)?;
        Some(Fact {
            value,
            line: source.line(to.at),
            origin: Origin::Computed,
        })
    };
    let told = || {
        told.map(|(value, at)| Fact {
            value,
            line: source.line(at),
            origin: Origin::Prose,
        })
    };
    computed(Point::minutes_until)
        .or_else(told)
        .or_else(|| computed(Point::days_until))
}

/// Whether a reading lies on a day after the one that is stated.
fn is_after(reading: Reading, stated: Option<Reading>) -> bool {
    stated.is_some_and(|stated| stated.point.date() < reading.point.date())
}

/// The most days that a day which is named may lie before that of the detection and still be the day of the incident.
const LONGEST_UNNOTICED: i32 = 60;

/// The day that a title or the first sentences name, where only the later day of the detection is known.
fn named_before(known: &Chronology) -> Option<Reading> {
    let detected = known.detected?;
    let first = known.first.map(|first| first.point.date());
    let before = |reading: &Reading| {
        let day = reading.point.date();
        let span = day.until(detected.point.date());
        span.is_ok_and(|span| (1..=LONGEST_UNNOTICED).contains(&span.get_days()))
            && (detected.point.moment().is_none() || first == Some(day))
    };
    let named = known.named.into_iter().chain(known.fallback);
    named.flatten().find(before)
}

/// The day of the incident: that of its onset, else the one stated, else that of the first clock, of the title, of the
/// first sentence that tells of an event, of the timeline, of the page or of the file's name.
fn date(known: &Chronology, source: &Source<'_>) -> Option<Fact<Date>> {
    let stated = known.date.filter(|_| !known.is_day_weak);
    let sources = [
        known.onset.filter(|onset| !is_after(*onset, stated)),
        stated,
        known.onset,
        named_before(known),
        known.detected,
        known.named[0],
        known.named[1],
        known.first,
    ];
    let reading = sources.into_iter().chain(known.fallback).flatten().next()?;
    let line = if reading.origin == Origin::FileName {
        0
    } else {
        source.line(reading.at)
    };
    Some(Fact {
        value: reading.point.date(),
        line,
        origin: reading.origin,
    })
}
