//! Key clock: the day, the clocks and the durations that keys of front matter and metadata state.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::Fact;
use crate::incident::Origin;
use crate::parser::AMBIGUOUS;
use crate::parser::DateOrder;
use crate::parser::calendar::Point;
use crate::parser::calendar::Setting;
use crate::parser::chronology::Chronology;
use crate::parser::chronology::Reading;
use crate::parser::clause;
use crate::parser::day;
use crate::parser::duration;
use crate::parser::entry::Entry;
use crate::parser::event::Event;
use crate::parser::fold::fold;
use crate::parser::key::Key;
use crate::parser::range;
use crate::parser::range::Range;
use crate::parser::source::Source;
use crate::parser::stamp;
use crate::parser::stamp::Day;
use crate::parser::statement::Statements;

/// Lengths of time that an incident can have, in minutes: up to a hundred years.
const LENGTHS: std::ops::RangeInclusive<f64> = 0.0..=52_596_000.0;

static LOOKS_LIKE_DATE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{8}").expect("a constant"));

static STEP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(?:T?\+|after|about|~|≈)*\s*(\d[^:]{0,30}?|[a-z]+ [a-z]+)(?:\s+(?:later|after (?:the )?(?:start|onset|beginning)))?\s*$").expect("a constant")
});

/// A bare clock time this many minutes before the onset is one of the next day.
const ROLL_OVER_MINUTES: i64 = -180;

/// Reads what keys state; bare clock times are of the day and zone in `setting` unless a key states the day.
pub(crate) fn read(
    statements: &Statements<'_>,
    source: &mut Source<'_>,
    setting: Setting,
    order: Option<DateOrder>,
) -> Chronology {
    let mut chronology = Chronology::default();
    let mut reader = Reader {
        source,
        order,
        setting,
    };
    let mut range = None;
    for entry in statements.of(Key::Date) {
        let (date, found) = reader.date(entry);
        if chronology.date.is_none() && date.is_some() {
            chronology.date = date;
            chronology.is_day_weak = is_weak(entry, statements);
            chronology.is_day_of_incident = is_of_incident(entry);
            reader.setting.day = date.map(|reading| reading.point.date());
        }
        range = range.or(found);
    }
    chronology.onset = reader
        .clock(statements, &[Key::Onset], None)
        .or(range.map(|(from, _)| from));
    let onset = chronology.onset;
    // `Detected by: alert at 12:36` states both.
    chronology.detected = reader.clock(statements, &[Key::Detected, Key::Detection], onset);
    chronology.diagnosed = reader.clock(statements, &[Key::Diagnosed], onset);
    chronology.mitigated = reader.clock(statements, &[Key::Mitigated], onset);
    chronology.resolved = reader
        .clock(statements, &[Key::Resolved, Key::End], onset)
        .or(range.map(|(_, to)| to));
    reader.add_told(statements, &mut chronology);
    reader.lengths(statements, &mut chronology);
    chronology
}

/// Whether a key names the day of the incident itself, and not merely a date.
fn is_of_incident(entry: &Entry) -> bool {
    let key = fold(&entry.key);
    [
        "incident",
        "occurred",
        "event",
        "outage",
        "vorfall",
        "incidente",
    ]
    .iter()
    .any(|word| key.contains(word))
}

/// Keys of site generators.
const GENERATOR: &[&str] = &[
    "layout",
    "linktitle",
    "redirect from",
    "permalink",
    "slug",
    "draft",
    "excerpt",
    "image",
    "thumbnail",
    "cover",
    "resources",
    "nav order",
    "aliases",
    "hero",
    "series",
];

/// Whether a date is that of a page: one of the keys beside it is of a site generator.
fn is_weak(entry: &Entry, statements: &Statements<'_>) -> bool {
    let mut front = statements
        .entries
        .iter()
        .filter(|other| other.origin == Origin::FrontMatter);
    let is_page = |key: Option<Key>| {
        let of_page = [
            Key::Title,
            Key::Date,
            Key::Published,
            Key::Tags,
            Key::Owner,
            Key::Url,
            Key::Language,
        ];
        key.is_none_or(|key| of_page.contains(&key))
    };
    entry.origin == Origin::FrontMatter
        && fold(&entry.key) == "date"
        && (front
            .clone()
            .any(|other| GENERATOR.contains(&fold(&other.key).as_str()))
            || (front.clone().count() > 1 && front.all(|other| is_page(other.fact))))
}

struct Reader<'r, 's> {
    source: &'r mut Source<'s>,
    order: Option<DateOrder>,
    setting: Setting,
}

impl Reader<'_, '_> {
    /// The day that a value states, and the two points where it states a range.
    fn date(&mut self, entry: &Entry) -> (Option<Reading>, Option<(Reading, Reading)>) {
        let text = entry.text();
        let at = value_at(entry);
        let reading = |point| Reading {
            point,
            at,
            origin: entry.origin,
        };
        let Some(first) = stamp::first(&text, self.order) else {
            if let Some(date) = day::compact(&text) {
                return (Some(reading(Point::Day(date))), None);
            }
            if LOOKS_LIKE_DATE.is_match(&text) {
                self.source.warn(
                    at,
                    format!("`{}` is not a date", clip(&text)),
                    "write it as in `2026-07-03`",
                );
            }
            return (None, None);
        };
        self.complain(first.day.as_ref(), at);
        let range = range::read(&text, &self.setting, self.order);
        let point = range
            .map(|range: Range| range.from.0)
            .or_else(|| self.setting.point(&first));
        let date = match (point, &first.day) {
            (Some(point), Some(_)) => Some(reading(Point::Day(point.date()))),
            (Some(point), None) if range.is_some() => Some(reading(Point::Day(point.date()))),
            _ => None,
        };
        (
            date,
            range.map(|range| (reading(range.from.0), reading(range.to.0))),
        )
    }

    /// `When: reported 18 June, fixed 19 June` states two clocks in the value of one key.
    fn add_told(&self, statements: &Statements<'_>, chronology: &mut Chronology) {
        for entry in statements.of(Key::Date) {
            let text = entry.text();
            let stamps = stamp::stamps(&text, self.order);
            if stamps.len() < 2 {
                continue;
            }
            for (stamp, words) in stamps.iter().zip(clause::around(&text, &stamps)) {
                let reading = self.setting.point(stamp).map(|point| Reading {
                    point,
                    at: value_at(entry),
                    origin: entry.origin,
                });
                let event = Event::of(words);
                if event.is_report() {
                    chronology.detected = chronology.detected.or(reading);
                } else if event.resolved || event.recovers {
                    chronology.resolved = chronology.resolved.or(reading);
                }
            }
        }
    }

    fn clock(
        &mut self,
        statements: &Statements<'_>,
        keys: &[Key],
        onset: Option<Reading>,
    ) -> Option<Reading> {
        for key in keys {
            // `Reported by: on-call (alert at 12:36)` names people, and states a time.
            let reported = statements
                .of(Key::Owner)
                .filter(|entry| *key == Key::Detection && fold(&entry.key).starts_with("reported"));
            // What is a sentence is read as one, with the day of the text around it.
            let is_value =
                |entry: &&Entry| *key != Key::Detection || !entry.text().trim_end().ends_with('.');
            for entry in statements.of(*key).filter(is_value).chain(reported) {
                if let Some(reading) = self.point(entry, onset) {
                    return Some(reading);
                }
            }
        }
        None
    }

    fn point(&mut self, entry: &Entry, onset: Option<Reading>) -> Option<Reading> {
        let text = entry.text();
        let at = value_at(entry);
        let first = stamp::first(&text, self.order)?;
        self.complain(first.day.as_ref(), at);
        if let Some(wrong) = &first.no_time {
            self.source.warn(
                at,
                format!("`{wrong}` is not a time of day"),
                "hours go to 23, minutes to 59",
            );
        }
        let mut setting = self.setting.clone();
        if first.day.is_none() {
            setting.day = onset.map(|onset| onset.point.date()).or(setting.day);
        }
        let mut point = setting.point(&first)?;
        if first.day.is_none()
            && let Some(onset) = onset
            && onset
                .point
                .minutes_until(&point)
                .is_some_and(|minutes| minutes < ROLL_OVER_MINUTES)
        {
            setting.day = setting.day?.tomorrow().ok();
            point = setting.point(&first)?;
        }
        Some(Reading {
            point,
            at,
            origin: entry.origin,
        })
    }

    fn complain(&mut self, day: Option<&Day>, at: usize) {
        match day {
            Some(Day::Impossible(text)) => self.source.warn(
                at,
                format!("`{text}` is not a date"),
                "there is no such day; write it as in `2026-07-03`",
            ),
            Some(Day::Ambiguous(text)) => self.source.warn(
                at,
                format!("`{text}` is an {AMBIGUOUS}: day or month first"),
                "say which with `--date-order dmy` (or mdy) when you add it again, or for all with `date_order = \"dmy\"` in .pm-kb/config.toml",
            ),
            _ => {}
        }
    }

    fn lengths(&mut self, statements: &Statements<'_>, chronology: &mut Chronology) {
        chronology.to_detect = self
            .length(statements, Key::TimeToDetect)
            .or_else(|| self.after_start(statements))
            .or_else(|| self.step(statements, &[Key::Detected, Key::Detection]));
        chronology.to_diagnose = self.length(statements, Key::TimeToDiagnose);
        chronology.to_mitigate = self.length(statements, Key::TimeToMitigate);
        chronology.to_resolve = self
            .length(statements, Key::TimeToResolve)
            .or_else(|| self.length(statements, Key::Duration))
            .or_else(|| self.step(statements, &[Key::Resolved, Key::End]));
    }

    fn length(&mut self, statements: &Statements<'_>, key: Key) -> Option<Fact<i64>> {
        statements.of(key).find_map(|entry| {
            let text = entry.text();
            let unit = fold(&entry.key);
            let minutes = match text.trim().parse::<f64>() {
                Ok(number) if unit.contains("minute") || unit.ends_with(" min") => number.round(),
                Ok(number) if unit.contains("hour") => (number * 60.0).round(),
                _ => duration::parse(&text)?.whole() as f64,
            };
            if !LENGTHS.contains(&minutes) {
                let shown: String = text.chars().take(60).collect();
                self.source.warn(
                    value_at(entry),
                    format!("`{shown}` is no length of time"),
                    "write it as in `95 min` or `PT1H35M`",
                );
                return None;
            }
            Some(Fact {
                value: minutes as i64,
                line: self.source.line(value_at(entry)),
                origin: entry.origin,
            })
        })
    }

    /// `Detected: +35 min`: nothing but a length, from the start on.
    fn step(&self, statements: &Statements<'_>, keys: &[Key]) -> Option<Fact<i64>> {
        keys.iter()
            .flat_map(|key| statements.of(*key))
            .find_map(|entry| {
                let text = entry.text();
                let length = STEP.captures(&text)?.get(1)?.as_str();
                let parsed = duration::parse(length)?;
                let whole = parsed.start == 0 && parsed.end >= length.len();
                whole.then(|| Fact {
                    value: parsed.whole(),
                    line: self.source.line(value_at(entry)),
                    origin: entry.origin,
                })
            })
    }

    /// `Detected: 11:05, 35 minutes after start`.
    fn after_start(&mut self, statements: &Statements<'_>) -> Option<Fact<i64>> {
        [Key::Detected, Key::Detection]
            .into_iter()
            .flat_map(|key| statements.of(key))
            .find_map(|entry| {
                let text = entry.text();
                let length = duration::durations(&text).into_iter().find(|length| {
                    let rest = text
                        .get(length.end..)
                        .unwrap_or_default()
                        .trim_start()
                        .to_lowercase();
                    [
                        "after start",
                        "after the start",
                        "after onset",
                        "after the onset",
                        "after impact",
                        "after it began",
                    ]
                    .iter()
                    .any(|words| rest.starts_with(words))
                })?;
                Some(Fact {
                    value: length.whole(),
                    line: self.source.line(value_at(entry)),
                    origin: entry.origin,
                })
            })
    }
}

fn value_at(entry: &Entry) -> usize {
    entry.values.first().map_or(entry.at, |value| value.at)
}

fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}
