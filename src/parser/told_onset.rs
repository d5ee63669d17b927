//! Told onset: the beginning that an entry of a timeline tells of afterwards: `22:41 Identified. Errors began at 21:50.`

use std::sync::LazyLock;

use crate::expression::Regex;
use jiff::Span;

use crate::parser::DateOrder;
use crate::parser::calendar::Point;
use crate::parser::calendar::Setting;
use crate::parser::clause;
use crate::parser::event::Event;
use crate::parser::stamp;
use crate::parser::timeline::TimelineEntry;
use crate::parser::zone::Zone;

static BEGAN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:(?:began|begun|started|starting|beginning|commenced|occurring|occurred|happening|ongoing) (?:at|on|around|about|since|from)|since|(?:began|started)|(?:start|beginning|onset) of the (?:\w+ )?(?:outage|incident|impact|problem|disruption))\s*\(?\s*~?(?:about |around |approximately |roughly |at )*$",
    )
    .expect("a constant")
});

/// `It had been running since 15:10` tells of what is well.
static WELL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:running|working|up|healthy|back|stable|fine|live|online|active|normal|recovered|restored)\b[^.;]{0,60}$",
    )
    .expect("a constant")
});

/// Takes the words that tell of an earlier beginning out of an entry, as an entry of their own.
pub(crate) fn take(entry: &mut TimelineEntry, order: Option<DateOrder>) -> Option<TimelineEntry> {
    let Point::Moment(own) = entry.point else {
        return None;
    };
    let stamps = stamp::stamps(&entry.text, order);
    let told = stamps.iter().skip(1).position(|stamp| {
        let before = entry.text.get(..stamp.start).unwrap_or_default();
        stamp.time.is_some() && BEGAN.is_match(before) && !WELL.is_match(before)
    })? + 1;
    let words = clause::around(&entry.text, &stamps)[told].to_owned();
    let setting = Setting {
        day: Some(own.local.date()),
        zone: own.offset_seconds.map(Zone::Fixed),
        span: None,
    };
    let Point::Moment(mut began) = setting.point(&stamps[told])? else {
        return None;
    };
    if stamps[told].day.is_none() && began.local > own.local {
        began.local = began.local.checked_sub(Span::new().days(1)).ok()?;
    }
    entry.text = entry.text.replacen(&words, " ", 1);
    let event = Event {
        onset: true,
        fails: true,
        ..Event::default()
    };
    Some(TimelineEntry {
        point: Point::Moment(began),
        at: entry.at,
        section: entry.section,
        text: words,
        event,
    })
}
