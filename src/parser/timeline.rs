//! Timeline: the entries of a document that begin with their time.

use std::sync::LazyLock;

use crate::expression::Regex;
use jiff::civil::Date;

use crate::parser::DateOrder;
use crate::parser::calendar::Point;
use crate::parser::calendar::Setting;
use crate::parser::clock;
use crate::parser::duration;
use crate::parser::event::Event;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::piece::PieceKind;
use crate::parser::stamp;
use crate::parser::stamp::Stamp;
use crate::parser::status_page;
use crate::parser::told_onset;
use crate::parser::zone::Zone;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// The most entries that are looked at.
const MOST: usize = 2_000;
/// A clock time that steps back by more than this many hours is one of the next day; by less, an entry out of order.
const ROLL_OVER_HOURS: i32 = 3;

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct TimelineEntry {
    /// Its time.
    pub(crate) point: Point,
    /// Where it stands in the original.
    pub(crate) at: usize,
    /// The section that it stands in.
    pub(crate) section: SectionKind,
    /// Its words.
    pub(crate) text: String,
    /// What they say that happened.
    pub(crate) event: Event,
}

static RELATIVE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\W*T\s?(?:(?P<sign>[+\x{2212}-])\s?(?P<length>\d[\dhms: ]*(?:h|m|min|s|hours?|minutes?)?)|0\b)",
    )
    .expect("a constant")
});
/// Where the entries of a timeline were found, which is how far they are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a timeline of its own.
    Timeline,
    /// Here and there in the text.
    Text,
    /// The updates of a status page: their times are those of the posts, and not of what they tell of.
    Posts,
}

/// The entries of a document in their order, and where they stand; `zero` is the moment that `T+15m` counts from.
pub(crate) fn entries(
    outline: &Outline,
    setting: &Setting,
    order: Option<DateOrder>,
    zero: Option<Point>,
) -> (Vec<TimelineEntry>, Place) {
    let in_timeline = |passage: &Passage| outline.kind(passage) == SectionKind::Timeline;
    let found = Walk::new(setting, order, zero, true).run(outline, in_timeline);
    // `Resolved 14:59` among the other events of a timeline is no post.
    let others = found
        .iter()
        .filter(|entry| !status_page::is_labelled(&entry.text));
    if others.count() < 2 {
        let updates = status_page::entries(outline, setting, order);
        if !updates.is_empty() {
            return (updates, Place::Posts);
        }
    }
    if found.len() >= 2 {
        return (found, Place::Timeline);
    }
    let elsewhere = Walk::new(setting, order, zero, false).run(outline, |passage| {
        !matches!(
            outline.kind(passage),
            SectionKind::Support
                | SectionKind::Resolution
                | SectionKind::Mitigation
                | SectionKind::Actions
                | SectionKind::Lessons
                | SectionKind::Metadata
                | SectionKind::People
                | SectionKind::RuledOut
                | SectionKind::Title
        )
    });
    if elsewhere.len() >= 3 {
        (elsewhere, Place::Text)
    } else {
        (found, Place::Timeline)
    }
}

struct Walk<'a> {
    setting: &'a Setting,
    order: Option<DateOrder>,
    zero: Option<Point>,
    /// Whether words may stand before the time, as they do in prose.
    free: bool,
    day: Option<Date>,
    zone: Option<Zone>,
    last: Option<jiff::civil::DateTime>,
    /// The section whose heading is the stamp of the last entry: its text belongs to that.
    headed: Option<usize>,
    entries: Vec<TimelineEntry>,
}

impl<'a> Walk<'a> {
    fn new(
        setting: &'a Setting,
        order: Option<DateOrder>,
        zero: Option<Point>,
        free: bool,
    ) -> Walk<'a> {
        Walk {
            setting,
            order,
            zero,
            free,
            day: setting.day,
            zone: setting.zone.clone(),
            last: None,
            headed: None,
            entries: Vec::new(),
        }
    }

    fn run(mut self, outline: &Outline, wanted: impl Fn(&Passage) -> bool) -> Vec<TimelineEntry> {
        for passage in outline.passages.iter().filter(|passage| wanted(passage)) {
            if self.entries.len() >= MOST {
                break;
            }
            match passage.kind {
                BlockKind::Code if self.free => self.code(passage),
                BlockKind::Quote | BlockKind::Code | BlockKind::Title | BlockKind::KeyValue => {}
                BlockKind::Heading => self.heading(passage),
                _ => self.passage(passage),
            }
            if let Some(last) = self.entries.last_mut()
                && last.section == SectionKind::Title
            {
                last.section = outline.kind(passage);
            }
        }
        let mut entries = Vec::with_capacity(self.entries.len());
        for mut entry in self.entries {
            entries.extend(told_onset::take(&mut entry, self.order));
            entry.event = Event::of(&entry.text);
            entries.push(entry);
        }
        entries
    }

    /// A heading may be a stamp, a day, or the head of the whole timeline with its first day.
    fn heading(&mut self, passage: &Passage) {
        self.headed = None;
        let text = passage.piece.text();
        let stamps = stamp::stamps(text, self.order);
        match stamps.first() {
            Some(first) if first.time.is_some() && first.start <= 24 => {
                self.add(first, text, passage.piece.visible.original(0));
                self.headed = Some(passage.section);
            }
            Some(first) if first.day.is_some() => self.set_day(first),
            _ => {}
        }
    }

    fn set_day(&mut self, stamp: &Stamp) {
        let setting = self.setting.on(self.day.or(self.setting.day));
        if let Some(date) = setting.date(stamp) {
            self.day = Some(date);
            self.last = None;
        }
    }

    fn passage(&mut self, passage: &Passage) {
        let text = passage.piece.text();
        if let Some(entry) = self.relative(passage, text) {
            self.entries.push(entry);
            return;
        }
        let mut stamps = stamp::stamps(text, self.order);
        if (self.free || passage.kind == BlockKind::ListItem)
            && let Some(dotted) = clock::dotted(text)
            && stamps.first().is_none_or(|first| first.start > dotted.end)
        {
            stamps.insert(0, dotted);
        }
        let Some(first) = stamps.first() else {
            self.continue_entry(passage, text);
            return;
        };
        let row = matches!(passage.piece.kind, PieceKind::Row(_));
        let before = text.get(..first.start).unwrap_or_default();
        let begins = if self.free {
            is_lead_in(before)
        } else {
            !before.chars().any(char::is_alphanumeric)
        };
        let labelled = before.chars().count() <= 60
            && text.len().saturating_sub(first.end) <= 24
            && before.split_whitespace().count() <= 7;
        if first.time.is_none() && !row && is_only_a_day(text, first) {
            self.set_day(first);
        } else if begins || labelled || (row && stamps.len() <= 3) {
            self.split(passage, text, &stamps);
        } else {
            self.continue_entry(passage, text);
        }
    }

    /// A block of code is the timeline itself, where its lines begin with clock times and nothing else was one.
    fn code(&mut self, passage: &Passage) {
        if !self.entries.is_empty() {
            return;
        }
        let text = passage.piece.text();
        let mut at = 0;
        for line in text.split_inclusive('\n').take(MOST) {
            let stamps = stamp::stamps(line, self.order);
            let begins = |stamp: &&Stamp| {
                let before = line.get(..stamp.start).unwrap_or_default();
                // What has its day in every line is the log of a program.
                stamp.time.is_some()
                    && stamp.day.is_none()
                    && !before.contains(char::is_alphanumeric)
            };
            if let Some(first) = stamps.first().filter(begins) {
                let place = passage.piece.visible.original(at + first.start);
                self.add(first, line, place);
            }
            at += line.len();
        }
    }

    /// One passage may hold several entries: `00:31 restarted. 00:38 healthy.`
    fn split(&mut self, passage: &Passage, text: &str, stamps: &[Stamp]) {
        let row = matches!(passage.piece.kind, PieceKind::Row(_));
        let mut starts: Vec<&Stamp> = vec![&stamps[0]];
        if !row {
            let begins = |stamp: &&Stamp| {
                let before = text.get(..stamp.start).unwrap_or_default().trim_end();
                stamp.time.is_some()
                    && (before.ends_with(['.', ';', '!'])
                        || passage.piece.breaks.contains(&stamp.start))
            };
            starts.extend(stamps[1..].iter().filter(begins));
        }
        for (number, stamp) in starts.iter().enumerate() {
            let end = starts.get(number + 1).map_or(text.len(), |next| next.start);
            let from = if number == 0 { 0 } else { stamp.start };
            let words = text.get(from..end).unwrap_or_default();
            self.add(stamp, words, passage.piece.visible.original(stamp.start));
        }
    }

    fn add(&mut self, stamp: &Stamp, words: &str, at: usize) {
        let known = Setting {
            zone: stamp.zone.clone().or(self.zone.clone()),
            ..self.setting.on(self.day.or(self.setting.day))
        };
        let Some(mut point) = known.point(stamp) else {
            return;
        };
        if let Point::Moment(moment) = &mut point {
            if stamp.day.is_none()
                && let Some(last) = self.last
                && moment.local < last
                && hours_between(moment.local, last) > ROLL_OVER_HOURS
                && let Ok(next) = moment.local.checked_add(jiff::Span::new().days(1))
            {
                moment.local = next;
                moment.offset_seconds = known.zone.as_ref().and_then(|zone| zone.offset(next));
            }
            self.day = Some(moment.local.date());
            self.last = Some(moment.local);
        } else {
            self.day = Some(point.date());
        }
        let text = words.trim().to_owned();
        self.entries.push(TimelineEntry {
            point,
            at,
            section: SectionKind::Title,
            text,
            event: Event::default(),
        });
    }

    fn relative(&mut self, passage: &Passage, text: &str) -> Option<TimelineEntry> {
        let found = RELATIVE.captures(text)?;
        let Point::Moment(mut moment) = self.zero? else {
            return None;
        };
        let minutes = match found.name("length") {
            Some(length) => offset(length.as_str().trim())?,
            None => 0,
        };
        let before = found.name("sign").is_some_and(|sign| sign.as_str() != "+");
        let minutes = if before { -minutes } else { minutes };
        moment.local = moment
            .local
            .checked_add(jiff::Span::new().try_minutes(minutes).ok()?)
            .ok()?;
        Some(TimelineEntry {
            point: Point::Moment(moment),
            at: passage.piece.visible.original(0),
            section: SectionKind::Title,
            text: text.to_owned(),
            event: Event::default(),
        })
    }

    /// Text below a stamp that is a heading, or a further paragraph of an entry.
    fn continue_entry(&mut self, passage: &Passage, text: &str) {
        if let Some(last) = self.entries.last_mut()
            && self.headed == Some(passage.section)
            && last.text.len() < 600
        {
            last.text.push_str(". ");
            last.text.extend(text.chars().take(400));
        }
    }
}

/// The minutes of an offset: `15m`, `1h10`, `1:20`, or a bare number.
fn offset(length: &str) -> Option<i64> {
    if let Ok(minutes) = length.parse() {
        return Some(minutes);
    }
    if let Some((hours, minutes)) = length.split_once('h')
        && let (Ok(hours), Ok(minutes)) =
            (hours.trim().parse::<i64>(), minutes.trim().parse::<i64>())
    {
        return hours.checked_mul(60)?.checked_add(minutes);
    }
    Some(duration::parse(length)?.whole())
}

fn hours_between(from: jiff::civil::DateTime, to: jiff::civil::DateTime) -> i32 {
    from.until(to)
        .and_then(|span| span.total(jiff::Unit::Hour))
        .map_or(0, |hours| hours as i32)
}

/// Words before the time of an entry.
#[rustfmt::skip]
const LEAD_IN: &[&str] = &[
    "at", "on", "about", "around", "approximately", "approx", "circa", "ca", "the", "from", "by", "um", "gegen", "am", "a", "las", "el",
    "vers", "le", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "sunday",
];

/// What may stand before the stamp that an entry begins with.
fn is_lead_in(before: &str) -> bool {
    let words: Vec<String> = before
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.len() <= 3 && words.iter().all(|word| LEAD_IN.contains(&word.as_str()))
}

fn is_only_a_day(text: &str, stamp: &Stamp) -> bool {
    let rest = text.len() - (stamp.end - stamp.start);
    rest <= 24
        && !text
            .get(stamp.end..)
            .unwrap_or_default()
            .chars()
            .any(char::is_alphabetic)
}
