//! Teller: what one sentence tells of each of its times.

use std::cell::OnceCell;
use std::sync::LazyLock;

use crate::expression::Regex;
use jiff::civil::Date;

use crate::incident::Moment;
use crate::incident::Origin;
use crate::parser::DateOrder;
use crate::parser::calendar::Point;
use crate::parser::calendar::Setting;
use crate::parser::chronology::Reading;
use crate::parser::clause;
use crate::parser::event;
use crate::parser::event::Event;
use crate::parser::later;
use crate::parser::narrative::Told;
use crate::parser::passage::Passage;
use crate::parser::range;
use crate::parser::stamp;
use crate::parser::stamp::Stamp;
use crate::parser::weekday;
use crate::parser::zone::Zone;
use crate::postmortem::SectionKind;

/// Words by which a sentence speaks of another time than that of the incident.
pub(crate) static OTHER_TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:scheduled (?:for|from)|planned for|maintenance window|business hours|(?:was|is|were|are) due (?:at|by|on)|usually|normally|every (?:day|night|week|hour)|compared (?:to|with)|against the|the week before|last year|will be|we plan|until the|open to feedback|template)\b").expect("a constant")
});

/// Words before the time until which something lasted.
static LASTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:took|lasted|continued|persisted|went on|dragged on)\b[^.;]{0,60}\buntil\s+(?:about\s|around\s|approximately\s|the\s)*$").expect("a constant")
});

/// What a sentence says of the day told of before it.
static SAME_DAY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:the same (?:day|morning|afternoon|evening|night)|that (?:same |very )?(?:day|evening|afternoon|night))\b").expect("a constant")
});
static FIRST_THOUGHT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:the|our|their|a) (?:\w+ )?(?:first|initial) (?:explanation|thought|guess|suspicion|assumption|theory|hypothesis|suspect)\b").expect("a constant")
});

/// The most bytes before a time in which such words are of that time, where they stand outside its clause.
const NEAR: usize = 60;

/// Whether a time is of another story: such words stand in its clause or shortly before it.
fn is_of_other_time(sentence: &str, stamp: &Stamp, words: &str) -> bool {
    let mut from = stamp.start.saturating_sub(NEAR);
    while !sentence.is_char_boundary(from) {
        from += 1;
    }
    OTHER_TIME.is_match(words)
        || OTHER_TIME.is_match(sentence.get(from..stamp.end).unwrap_or_default())
}

/// Whether a point is a moment before the last one that was told of, on the same day.
fn steps_back(last: Option<Moment>, point: Point) -> bool {
    let (Some(last), Some(moment)) = (last, point.moment()) else {
        return false;
    };
    moment.local < last.local && moment.local.date() == last.local.date()
}

/// A sentence with what is known before it.
pub(crate) struct Teller<'a> {
    /// The passage that it stands in.
    pub(crate) passage: &'a Passage,
    /// Where it begins in that.
    pub(crate) start: usize,
    /// The sentence.
    pub(crate) sentence: &'a str,
    /// The day and the zone of bare clock times.
    pub(crate) known: &'a Setting,
    /// How ambiguous dates are read.
    pub(crate) order: Option<DateOrder>,
    /// The last moment that was told of before the sentence.
    pub(crate) last: Option<Moment>,
    /// The evening on which the harm began, where it went on past midnight.
    pub(crate) evening: Option<Moment>,
}

impl Teller<'_> {
    fn reading(&self, point: Point, at: usize) -> Reading {
        Reading {
            point,
            at: self.passage.piece.visible.original(self.start + at),
            origin: Origin::Prose,
        }
    }

    /// What a time inherits: its own zone or that of the sentence, and the weekday that is named before it.
    fn setting(&self, stamp: &Stamp, day: Option<Date>, zone: Option<&Zone>) -> Setting {
        let zone = stamp.zone.as_ref().or(zone).or(self.known.zone.as_ref());
        let before = self.sentence.get(..stamp.start).unwrap_or_default();
        let named = day.filter(|_| stamp.day.is_none());
        let named = named.and_then(|day| weekday::before(before, day));
        Setting {
            span: self.known.span,
            day: named.or(day),
            zone: zone.cloned(),
        }
    }

    /// The times of the sentence and the steps among them, in their order.
    fn stamps(&self) -> (Vec<Stamp>, Vec<later::Step>) {
        let mut stamps = stamp::stamps(self.sentence, self.order);
        let steps = later::steps(self.sentence);
        stamps.extend(steps.iter().map(|step| step.stamp.clone()));
        stamps.sort_by_key(|stamp| stamp.start);
        (stamps, steps)
    }

    /// What the sentence tells of each of its times.
    pub(crate) fn told(&self, section: SectionKind) -> Vec<(Told, Date)> {
        let (stamps, steps) = self.stamps();
        let zone = stamps.iter().find_map(|stamp| stamp.zone.clone());
        let clauses = clause::around(self.sentence, &stamps);
        let is_unheard = !stamps.is_empty() && event::is_unheard(self.sentence);
        let mut day = self.known.day;
        let mut last = self.last;
        let own: Vec<Event> = clauses.iter().map(|words| Event::of(words)).collect();
        // What no words of a time tell, once a sentence: one may have hundreds of times.
        let rest = OnceCell::new();
        let mut began = false;
        let mut found = Vec::new();
        for (number, (stamp, words)) in stamps.iter().zip(clauses).enumerate() {
            if is_of_other_time(self.sentence, stamp, words) {
                continue;
            }
            let known = self.setting(stamp, day, zone.as_ref());
            let step = steps.iter().find(|step| step.stamp == *stamp);
            let stepped = step.map(|step| later::after(last?, step.minutes));
            let point = match stepped {
                Some(moment) => moment.map(Point::Moment),
                None => known.point(stamp),
            };
            let Some(point) = point.map(|point| self.past_midnight(stamp, point)) else {
                continue;
            };
            let mut event = own[number];
            // A time that steps back is only mentioned: what the sentence tells is of another.
            if event.is_silent() && !steps_back(last, point) {
                event = *rest.get_or_init(|| {
                    let whole = Event::of(self.sentence);
                    own.iter().fold(whole, |event, other| event.without(*other))
                });
            }
            event.detected &= !is_unheard;
            // `It began at 22:00 and was stopped on Monday at 09:00`.
            event.resolved |= began && event.recovers;
            began |= event.onset;
            last = point.moment().or(last);
            day = Some(point.date());
            let before = self.sentence.get(..stamp.start).unwrap_or_default();
            found.push((
                Told {
                    reading: self.reading(point, stamp.start),
                    event,
                    lasts: before.contains("until") && LASTS.is_match(before),
                    section,
                },
                point.date(),
            ));
        }
        found
    }

    /// A bare clock time before that evening's beginning is one of the next day.
    fn past_midnight(&self, stamp: &Stamp, point: Point) -> Point {
        let (Some(evening), Point::Moment(moment)) = (self.evening, point) else {
            return point;
        };
        let is_before = moment.local < evening.local && moment.local.date() == evening.local.date();
        let next = later::after(moment, 24 * 60).filter(|_| is_before && stamp.day.is_none());
        next.map_or(point, Point::Moment)
    }

    /// The day on which it was noticed at last: `Nobody noticed until Thursday`.
    pub(crate) fn noticed(&self, section: SectionKind, day: Date) -> Option<Told> {
        let (date, at) = later::noticed(self.sentence, day)?;
        Some(Told {
            reading: self.reading(Point::Day(date), at),
            event: Event {
                detected: true,
                ..Event::default()
            },
            lasts: false,
            section,
        })
    }

    /// What a sentence without a time tells of the day that was told of: `The first explanation was the weather`, `The old
    /// model was back the same day`.
    pub(crate) fn of_same_day(&self, section: SectionKind, day: Date) -> Option<Told> {
        let has = |word: &str| self.sentence.contains(word);
        let says = (has("same ") || has("hat ")) && SAME_DAY.is_match(self.sentence);
        let thought =
            !says && (has("first ") || has("initial ")) && FIRST_THOUGHT.is_match(self.sentence);
        if !(says || thought) || !self.stamps().0.is_empty() {
            return None;
        }
        let event = match thought {
            true => Event {
                detected: true,
                ..Event::default()
            },
            false => Some(Event::of(self.sentence)).filter(|event| event.mends())?,
        };
        Some(Told {
            reading: self.reading(Point::Day(day), 0),
            event,
            lasts: false,
            section,
        })
    }

    /// The first day, where the sentence says from which day to which.
    pub(crate) fn first_day(&self) -> Option<Date> {
        match range::read(self.sentence, self.known, self.order)?.from.0 {
            Point::Day(date) => Some(date),
            Point::Moment(_) => None,
        }
    }

    /// From when to when, as the sentence says it.
    pub(crate) fn range(&self) -> Option<(Reading, Reading)> {
        let found = range::read(self.sentence, self.known, self.order)?;
        Some((
            self.reading(found.from.0, found.from.1),
            self.reading(found.to.0, found.to.1),
        ))
    }
}
