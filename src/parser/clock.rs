//! Clock: times of day as they are written in text.

use std::sync::LazyLock;

use crate::expression::Captures;
use crate::expression::Regex;
use jiff::civil::Time;

use crate::parser::stamp::Stamp;
use crate::parser::zone;
use crate::parser::zone::Zone;

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    let zone = zone::PATTERN;
    Regex::new(&format!(
        r"(?x)
        (?P<h1>\b\d{{1,2}}|T\d{{2}}):(?P<m1>\d{{2}})(?::(?P<s1>\d{{2}})(?:[.,]\d+)?)?(?:\s?(?:Uhr|hrs|hours|h|uur)\b)?(?:\s?(?P<p1>(?i:[ap]\.?m\b\.?))|(?P<p3>(?i:[ap]\b)))?(?:\s?[(\[]?(?P<z1>{zone}))?
        | \b(?P<h2>\d{{1,2}})\s?(?P<p2>(?i:[ap]\.?m\b\.?))(?:\s?[(\[]?(?P<z2>{zone}))?
        | \b(?P<h3>[01]\d|2[0-3])(?P<m3>[0-5]\d)\s?(?:h|hrs|hours)?\s?(?P<z3>UTC|GMT|Z\b)
        | \b(?P<h4>\d{{1,2}})[h:](?P<m4>\d{{2}})\b(?:\s?(?P<z4>{zone}))?
        | \b(?P<h5>\d{{1,2}})(?:[.:](?P<m5>\d{{2}}))?\s?Uhr\b(?:\s?(?P<z5>{zone}))?
        | (?P<p6>午前|午後|오전|오후|上午|下午)?\s?(?P<h6>\d{{1,2}})\s?[時时시点點](?:\s?(?P<m6>\d{{1,2}})\s?[分분])?
        | T(?P<h8>[01]\d|2[0-3])(?P<m8>[0-5]\d)(?:[0-5]\d)?(?P<z8>{zone})?
        | \b(?P<w7>[Nn]oon|[Mm]idnight)\b(?:\s?(?P<z7>{zone}))?
        "
    ))
    .expect("a constant")
});

static BARE_TIME: LazyLock<Regex> = LazyLock::new(|| {
    let zone = zone::PATTERN;
    Regex::new(&format!(
        r"^\s([01]\d|2[0-3])\.?([0-5]\d)(?:\s?({zone}))?(?:\s*$|\s*[,;:|)–—-])"
    ))
    .expect("a constant")
});

static DOTTED: LazyLock<Regex> = LazyLock::new(|| {
    let zone = zone::PATTERN;
    Regex::new(&format!(
        r"^\W*(?P<whole>(?P<h1>[01]?\d|2[0-3])\.(?P<m1>[0-5]\d)(?:\s?(?P<z1>{zone}))?)(?:\s|[:–—-]|$)"
    ))
    .expect("a constant")
});

/// The clock time that an entry of a timeline begins with, written with a dot as in `05.40`.
pub(crate) fn dotted(text: &str) -> Option<Stamp> {
    let found = DOTTED.captures(text)?;
    let whole = found.name("whole")?;
    let zone = found.name("z1").and_then(|zone| Zone::read(zone.as_str()));
    Some(Stamp {
        start: whole.start(),
        end: whole.end(),
        day: None,
        time: Some(clock(&found)?),
        no_time: None,
        zone,
    })
}

/// The clock times of a text in their order.
pub(crate) fn find(text: &str) -> Vec<Stamp> {
    let mut stamps = Vec::new();
    let mut at = 0;
    while let Some(found) = TIME.captures_at(text, at) {
        let Some(whole) = found.get(0) else {
            break;
        };
        at = whole.end().max(at + 1);
        let Some(mut stamp) = time_stamp(text, &found) else {
            continue;
        };
        if let Some(end) = found
            .name("z1")
            .filter(|zone| is_end(text, whole.start(), zone.as_str()))
        {
            stamp.zone = None;
            stamp.end = end.start();
            at = end.start();
        }
        stamps.push(stamp);
    }
    stamps
}

/// The `-13:45` of `13:30-13:45` is no zone: behind a date it may be one, where there are such zones.
fn is_end(text: &str, start: usize, zone: &str) -> bool {
    let Some((hours, minutes)) = zone
        .strip_prefix(['-', '\u{2212}'])
        .and_then(|rest| rest.split_once(':'))
    else {
        return false;
    };
    let before = text.get(..start).unwrap_or_default().trim_end();
    let dated = text.get(start..).is_some_and(|time| time.starts_with('T'))
        || before.ends_with(|last: char| last.is_ascii_digit());
    let exists = hours.parse::<u8>().is_ok_and(|hours| hours <= 12)
        && matches!(minutes, "00" | "15" | "30" | "45");
    !dated || !exists
}

/// A clock time without a colon, as in `2025-01-14 1600` and `2022-03-10 11.56`.
pub(crate) fn add_bare(text: &str, stamp: &mut Stamp) {
    if stamp.time.is_some() || stamp.no_time.is_some() || stamp.date().is_none() {
        return;
    }
    let Some(found) = text
        .get(stamp.end..)
        .and_then(|rest| BARE_TIME.captures(rest))
    else {
        return;
    };
    let part = |number: usize| {
        found
            .get(number)
            .and_then(|part| part.as_str().parse::<i8>().ok())
    };
    stamp.time = part(1)
        .zip(part(2))
        .and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
    stamp.zone = found.get(3).and_then(|zone| Zone::read(zone.as_str()));
    stamp.end += found.get(3).or(found.get(2)).map_or(0, |last| last.end());
}

fn number<T: std::str::FromStr>(found: &Captures<'_>, name: &str) -> Option<T> {
    found
        .name(name)?
        .as_str()
        .trim_start_matches('T')
        .parse()
        .ok()
}

/// `3:2:1`, `1.30h` and ports behind a name are no clock times.
fn is_number(before: &str) -> bool {
    let mut back = before.chars().rev();
    match back.next() {
        Some(':' | '.') => true,
        Some('-') => back.next().is_some_and(char::is_alphabetic),
        _ => false,
    }
}

fn time_stamp(text: &str, found: &Captures<'_>) -> Option<Stamp> {
    let whole = found.get(0)?;
    if is_number(&text[..whole.start()]) {
        return None;
    }
    let zone = ["z1", "z2", "z3", "z4", "z5", "z7", "z8"]
        .iter()
        .find_map(|name| found.name(name));
    let time = match found.name("w7").map(|word| word.as_str().to_lowercase()) {
        Some(word) => Time::new(if word == "noon" { 12 } else { 0 }, 0, 0, 0).ok(),
        None => clock(found),
    };
    let mut end = whole.end();
    if text[end..].starts_with([')', ']']) && whole.as_str().contains(['(', '[']) {
        end += 1;
    }
    let no_time = time.is_none().then(|| whole.as_str().trim().to_owned());
    let zone = zone.and_then(|zone| Zone::read(zone.as_str()));
    Some(Stamp {
        start: whole.start(),
        end,
        day: None,
        time,
        no_time,
        zone,
    })
}

fn clock(found: &Captures<'_>) -> Option<Time> {
    let hour: i8 = ["h1", "h2", "h3", "h4", "h5", "h6", "h8"]
        .iter()
        .find_map(|name| number(found, name))?;
    let minute: i8 = ["m1", "m3", "m4", "m5", "m6", "m8"]
        .iter()
        .find_map(|name| number(found, name))
        .unwrap_or(0);
    let second: i8 = number(found, "s1").unwrap_or(0);
    let half = ["p1", "p2", "p3", "p6"]
        .iter()
        .find_map(|name| found.name(name))
        .map(|half| half.as_str().to_lowercase());
    let hour = match half.as_deref() {
        Some(half) if half.starts_with('p') || ["午後", "오후", "下午"].contains(&half) => {
            if hour < 12 {
                hour + 12
            } else {
                hour
            }
        }
        Some(half) if half.starts_with('a') || ["午前", "오전", "上午"].contains(&half) => {
            if hour == 12 {
                0
            } else {
                hour
            }
        }
        _ => hour,
    };
    Time::new(hour, minute, second.min(59), 0).ok()
}
