//! Chronology: the four clocks, the day and the durations, from the most trusted source that states each.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use crate::incident::Fact;
use crate::incident::Facts;
use crate::incident::Origin;
use crate::parser::DateOrder;
use crate::parser::Options;
use crate::parser::calendar::Point;
use crate::parser::calendar::Setting;
use crate::parser::course;
use crate::parser::duration;
use crate::parser::entry::Entry;
use crate::parser::key::Key;
use crate::parser::narrative;
use crate::parser::outline::Outline;
use crate::parser::outline::Passage;
use crate::parser::source::Source;
use crate::parser::stamp;
use crate::parser::stamp::Day;
use crate::parser::statement::Statements;
use crate::parser::timeline;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// The first passages of prose whose date is taken for that of the incident.
const LEADING: usize = 4;

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
    /// Its day where a key states it.
    pub(crate) date: Option<Reading>,
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
}

/// Reads what keys state.
pub(crate) fn of_keys(
    statements: &Statements<'_>,
    source: &mut Source<'_>,
    options: &Options,
) -> Chronology {
    let mut chronology = Chronology::default();
    let mut reader = KeyReader {
        source,
        options,
        setting: Setting::default(),
    };
    for entry in statements.of(Key::Date) {
        let (date, range) = reader.date(entry);
        chronology.date = chronology.date.or(date);
        reader.setting.day = chronology.date.map(|reading| reading.point.date());
        if let Some((from, to)) = range {
            chronology.onset = chronology.onset.or(Some(from));
            chronology.resolved = chronology.resolved.or(Some(to));
        }
    }
    chronology.onset = reader.clock(statements, &[Key::Onset]).or(chronology.onset);
    chronology.detected = reader.clock(statements, &[Key::Detected]);
    chronology.diagnosed = reader.clock(statements, &[Key::Diagnosed]);
    chronology.mitigated = reader.clock(statements, &[Key::Mitigated]);
    chronology.resolved = reader
        .clock(statements, &[Key::Resolved, Key::End])
        .or(chronology.resolved);
    chronology.to_detect = reader.length(statements, Key::TimeToDetect);
    chronology.to_diagnose = reader.length(statements, Key::TimeToDiagnose);
    chronology.to_mitigate = reader.length(statements, Key::TimeToMitigate);
    chronology.to_resolve = reader
        .length(statements, Key::TimeToResolve)
        .or_else(|| reader.length(statements, Key::Duration));
    chronology
}

/// Adds what the title, the file's name, the timeline and the prose tell.
pub(crate) fn add_text(
    chronology: &mut Chronology,
    statements: &Statements<'_>,
    outline: &Outline,
    options: &Options,
    name: &str,
) {
    let order = options.date_order;
    let mut setting = Setting {
        day: None,
        zone: timeline::declared_zone(outline),
    };
    setting.day = chronology
        .date
        .or(chronology.onset)
        .or(chronology.detected)
        .map(|reading| reading.point.date());
    let named = named_day(outline, name, order);
    setting.day = setting.day.or(named.map(|reading| reading.point.date()));
    let lead = lead_day(outline, &setting, order);
    setting.day = setting.day.or(lead.map(|reading| reading.point.date()));
    let zero =
        zero_point(statements, &setting, order).or(chronology.onset.map(|onset| onset.point));
    let entries = timeline::entries(outline, &setting, order, zero);
    let narrative = narrative::read(outline, &setting, order);
    let course = course::of(&entries, &narrative);
    chronology.onset = chronology.onset.or(course.onset);
    chronology.detected = chronology.detected.or(course.detected);
    chronology.diagnosed = chronology.diagnosed.or(course.diagnosed);
    chronology.mitigated = chronology.mitigated.or(course.mitigated);
    chronology.resolved = chronology.resolved.or(course.resolved);
    chronology.date = chronology.date.or(named).or(lead);
    chronology.first = entries.first().map(|entry| Reading {
        point: entry.point,
        at: entry.at,
        origin: Origin::Timeline,
    });
}

/// The day in the title, else in the file's name.
fn named_day(outline: &Outline, name: &str, order: Option<DateOrder>) -> Option<Reading> {
    let in_title = outline.title.as_ref().and_then(|(title, at)| {
        let date = stamp::first(title, order)
            .and_then(|stamp| stamp.date())
            .or_else(|| compact_day(title))?;
        Some(Reading {
            point: Point::Day(date),
            at: *at,
            origin: Origin::Title,
        })
    });
    in_title.or_else(|| {
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let spaced = file.replace('_', " ");
        let date = stamp::first(&spaced, order)
            .and_then(|stamp| stamp.date())
            .or_else(|| compact_day(&spaced))?;
        Some(Reading {
            point: Point::Day(date),
            at: usize::MAX,
            origin: Origin::FileName,
        })
    })
}

static COMPACT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\d])((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[^\d]|$)")
        .expect("a constant")
});

/// A day written as `20260703`.
pub(crate) fn compact_day(text: &str) -> Option<Date> {
    let found = COMPACT.captures(text)?;
    Date::new(
        found[1].parse().ok()?,
        found[2].parse().ok()?,
        found[3].parse().ok()?,
    )
    .ok()
}

/// The first whole date in the first sentences of the prose.
fn lead_day(outline: &Outline, setting: &Setting, order: Option<DateOrder>) -> Option<Reading> {
    let leads = |passage: &&Passage| {
        matches!(passage.kind, BlockKind::Paragraph | BlockKind::ListItem)
            && matches!(
                outline.kind(passage),
                SectionKind::Body
                    | SectionKind::Summary
                    | SectionKind::WhatHappened
                    | SectionKind::Impact
            )
    };
    outline
        .passages
        .iter()
        .filter(leads)
        .take(LEADING)
        .find_map(|passage| {
            let stamp = stamp::stamps(passage.piece.text(), order)
                .into_iter()
                .find(|stamp| stamp.day.is_some())?;
            let date = setting.date(&stamp)?;
            Some(Reading {
                point: Point::Day(date),
                at: passage.piece.visible.original(stamp.start),
                origin: Origin::Prose,
            })
        })
}

/// The moment that relative times count from.
fn zero_point(
    statements: &Statements<'_>,
    setting: &Setting,
    order: Option<DateOrder>,
) -> Option<Point> {
    let entry = statements
        .entries
        .iter()
        .find(|entry| matches!(entry.key.trim(), "T0" | "T+0" | "T" | "T-0"))?;
    setting.point(&stamp::first(&entry.text(), order)?)
}

struct KeyReader<'r, 's> {
    source: &'r mut Source<'s>,
    options: &'r Options,
    setting: Setting,
}

impl KeyReader<'_, '_> {
    /// The day that a value states, and the two points of a range of clock times in it.
    fn date(&mut self, entry: &Entry) -> (Option<Reading>, Option<(Reading, Reading)>) {
        let text = entry.text();
        let stamps = stamp::stamps(&text, self.options.date_order);
        let at = entry.values.first().map_or(entry.at, |value| value.at);
        let Some(first) = stamps.first() else {
            if text.chars().any(|character| character.is_ascii_digit()) && !is_vague(&text) {
                self.source.warn(
                    at,
                    format!("`{}` is not a date", clip(&text)),
                    "write it as in `2026-07-03`",
                );
            }
            return (None, None);
        };
        self.complain(first.day.as_ref(), at);
        let reading = |point| Reading {
            point,
            at,
            origin: entry.origin,
        };
        let Some(date) = self.setting.date(first) else {
            return (None, None);
        };
        let setting = Setting {
            day: Some(date),
            zone: stamps
                .iter()
                .find_map(|stamp| stamp.zone.clone())
                .or_else(|| self.setting.zone.clone()),
        };
        let range = match stamps.get(1) {
            Some(second) if first.time.is_some() && second.time.is_some() => {
                setting.point(first).zip(setting.point(second))
            }
            _ => None,
        };
        (
            Some(reading(Point::Day(date))),
            range.map(|(from, to)| (reading(from), reading(to))),
        )
    }

    fn clock(&mut self, statements: &Statements<'_>, keys: &[Key]) -> Option<Reading> {
        for key in keys {
            for entry in statements.of(*key) {
                if let Some(reading) = self.point(entry) {
                    return Some(reading);
                }
            }
        }
        None
    }

    fn point(&mut self, entry: &Entry) -> Option<Reading> {
        let text = entry.text();
        let at = entry.values.first().map_or(entry.at, |value| value.at);
        let first = stamp::first(&text, self.options.date_order)?;
        self.complain(first.day.as_ref(), at);
        if let Some(wrong) = &first.no_time {
            self.source.warn(
                at,
                format!("`{wrong}` is not a time of day"),
                "hours go to 23, minutes to 59",
            );
        }
        let point = self.setting.point(&first)?;
        Some(Reading {
            point,
            at,
            origin: entry.origin,
        })
    }

    fn complain(&mut self, day: Option<&Day>, at: usize) {
        match day {
            Some(Day::Impossible(text)) => self.source.warn(at, format!("`{text}` is not a date"), "there is no such day; write it as in `2026-07-03`"),
            Some(Day::Ambiguous(text)) => self.source.warn(
                at,
                format!("`{text}` is an ambiguous date: day or month first"),
                "write it as in `2026-07-03`, or set `date_order = \"dmy\"` or `\"mdy\"` (`--date-order`)",
            ),
            _ => {}
        }
    }

    fn length(&mut self, statements: &Statements<'_>, key: Key) -> Option<Fact<i64>> {
        statements.of(key).find_map(|entry| {
            let text = entry.text();
            let minutes = match text.parse::<i64>() {
                Ok(minutes) if entry.key.to_lowercase().contains("minutes") => minutes,
                _ => duration::parse(&text)?.whole(),
            };
            let at = entry.values.first().map_or(entry.at, |value| value.at);
            Some(Fact {
                value: minutes,
                line: self.source.line(at),
                origin: entry.origin,
            })
        })
    }
}

/// A quarter, a month or a year is no day, and no mistake.
fn is_vague(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits <= 5
}

fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Fills in the clocks and durations, unless they contradict each other.
pub(crate) fn fill(
    chronology: &Chronology,
    source: &mut Source<'_>,
    options: &Options,
    facts: &mut Facts,
) {
    let mut known = chronology.clone();
    reject_future(&mut known, source, options);
    reject_contradictions(&mut known, source);
    let moment = |reading: Option<Reading>, source: &Source<'_>| {
        let reading = reading?;
        Some(Fact {
            value: reading.point.moment()?,
            line: source.line(reading.at),
            origin: reading.origin,
        })
    };
    facts.onset = moment(known.onset, source);
    facts.detected = moment(known.detected, source);
    facts.mitigated = moment(known.mitigated, source);
    facts.resolved = moment(known.resolved, source);
    let length = |from: Option<Reading>, to: Option<Reading>, source: &Source<'_>| {
        let (from, to) = (from?, to?);
        let minutes = from.point.minutes_until(&to.point)?;
        (minutes >= 0).then(|| Fact {
            value: minutes,
            line: source.line(to.at),
            origin: Origin::Computed,
        })
    };
    facts.minutes_to_detect = known
        .to_detect
        .clone()
        .or_else(|| length(known.onset, known.detected, source));
    facts.minutes_to_diagnose = known
        .to_diagnose
        .clone()
        .or_else(|| length(known.detected, known.diagnosed, source));
    facts.minutes_to_mitigate = known
        .to_mitigate
        .clone()
        .or_else(|| length(known.onset, known.mitigated, source));
    facts.minutes_to_resolve = known
        .to_resolve
        .clone()
        .or_else(|| length(known.onset, known.resolved, source));
    facts.date = date(&known, source);
}

/// The day of the incident: that of its onset, else the one stated, else that of the first clock.
fn date(known: &Chronology, source: &Source<'_>) -> Option<Fact<Date>> {
    let reading = known
        .onset
        .or(known.date)
        .or(known.detected)
        .or(known.first)?;
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

/// An end before its start: both lines are named, neither is used.
fn reject_contradictions(known: &mut Chronology, source: &mut Source<'_>) {
    let before = |from: Option<Reading>, to: Option<Reading>| match (from, to) {
        (Some(from), Some(to)) => from
            .point
            .minutes_until(&to.point)
            .filter(|minutes| *minutes < 0)
            .map(|_| (from, to)),
        _ => None,
    };
    for (end, name) in [
        (known.resolved, "end"),
        (known.mitigated, "mitigation"),
        (known.detected, "detection"),
    ] {
        let Some((from, to)) = before(known.onset, end) else {
            continue;
        };
        let (first, last) = (source.line(from.at), source.line(to.at));
        source.warn(
            to.at,
            format!("{name} before start: line {last} lies before line {first}"),
            "neither is used; correct one of them",
        );
        match name {
            "end" => known.resolved = None,
            "mitigation" => known.mitigated = None,
            _ => known.detected = None,
        }
        known.onset = None;
    }
}
