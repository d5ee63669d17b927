//! Word clock: times of day that are written in words: `half past nine`, `at seven in the morning`.

use std::sync::LazyLock;

use jiff::civil::Time;
use regex::Captures;
use regex::Regex;

use crate::parser::stamp::Stamp;

const HOUR: &str = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|1[0-2]|[1-9]";
const HALF: &str = r"[ap]\.?m\b|in\s+the\s+(?:early\s+)?(?:morning|afternoon|evening)|at\s+night|(?:that|this)\s+(?:morning|afternoon|evening|night)";

/// Words without which no text has such a time; to look for them costs next to nothing.
const HINTS: [&str; 12] = [
    "half past",
    "quarter past",
    "quarter to",
    "clock",
    "morning",
    "afternoon",
    "evening",
    "night",
    " pm",
    " am",
    "p.m",
    "a.m",
];

static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?ix)\b(?:
            (?P<part>half\s+past|quarter\s+past|quarter\s+to)\s+(?P<h1>{HOUR})\b
            | (?P<h2>{HOUR})\s+o.clock\b
            | (?:at|around|about|by|until|till|since|from|before|after|nearly|almost|shortly)\s+(?P<h3>{HOUR})(?P<must>\s+(?:{HALF}))
        )(?:\s+(?P<half>{HALF}))?"
    ))
    .expect("a constant")
});
static HALF_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(morning|afternoon|evening|night)\b[^.;]{0,24}$").expect("a constant")
});

const HOURS: [&str; 12] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
];

/// The times of day in words, in their order.
pub(crate) fn find(text: &str) -> Vec<Stamp> {
    if !HINTS.iter().any(|hint| text.contains(hint)) {
        return Vec::new();
    }
    CLOCK
        .captures_iter(text)
        .filter_map(|found| stamp(text, &found))
        .collect()
}

fn stamp(text: &str, found: &Captures<'_>) -> Option<Stamp> {
    let hour = found.name("h1").or(found.name("h2")).or(found.name("h3"))?;
    let start = found.name("part").unwrap_or(hour).start();
    let written = found.name("half").or(found.name("must"));
    let before = || {
        let before = HALF_BEFORE.captures(text.get(..start)?)?;
        Some(before[1].to_lowercase())
    };
    let half = written.map(|half| half.as_str().to_lowercase());
    let (hour, minute) = match found.name("part").map(|part| part.as_str().to_lowercase()) {
        Some(part) if part.ends_with("to") => (number(hour.as_str())? - 1, 45),
        Some(part) if part.starts_with("half") => (number(hour.as_str())?, 30),
        Some(_) => (number(hour.as_str())?, 15),
        None => (number(hour.as_str())?, 0),
    };
    let hour = of_day(hour, half.or_else(before).as_deref())?;
    Some(Stamp {
        start,
        end: found.get(0)?.end(),
        day: None,
        time: Some(Time::new(hour, minute, 0, 0).ok()?),
        no_time: None,
        zone: None,
    })
}

fn number(written: &str) -> Option<i8> {
    let word = HOURS
        .iter()
        .position(|hour| written.eq_ignore_ascii_case(hour));
    word.and_then(|at| i8::try_from(at + 1).ok())
        .or_else(|| written.parse().ok())
}

/// The hour of the day; where no half of the day is told, one that is only likely in daylight is taken for it.
fn of_day(hour: i8, half: Option<&str>) -> Option<i8> {
    let (first, second) = (hour % 12, hour % 12 + 12);
    let Some(half) = half.map(str::trim) else {
        return (7..=12).contains(&hour).then_some(hour);
    };
    Some(match half {
        half if half.contains("morning") || half.starts_with('a') && half.ends_with(['m', '.']) => {
            first
        }
        half if half.contains("night") && first < 6 => first,
        _ => second,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_words() {
        for (text, expected) in [
            ("began to shout at about half past nine.", Some("09:30")),
            ("At seven in the morning people bought", Some("07:00")),
            ("a quarter to five in the afternoon", Some("16:45")),
            ("it was ten o'clock at night", Some("22:00")),
            ("on Friday evening, at half past eight,", Some("20:30")),
            ("around 3 in the morning the disk was full", Some("03:00")),
            ("by eleven that morning", Some("11:00")),
            ("since six p.m.", Some("18:00")),
            ("shortly after midnight", None),
            ("five to ten customers called", None),
            ("half past three", None),
            ("one in the morning batch, two in the evening", None),
            ("at one of the morning meetings", None),
        ] {
            let found = find(text).first().and_then(|stamp| stamp.time);
            let shown = found.map(|time| time.strftime("%H:%M").to_string());
            assert_eq!(shown.as_deref(), expected, "{text}");
        }
    }
}
