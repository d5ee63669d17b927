//! Duration: lengths of time as they are written, in minutes.

use std::sync::LazyLock;

use crate::expression::Regex;

/// A length of time in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Duration {
    /// Minutes, with fractions.
    pub(crate) minutes: f64,
    /// First byte in the text.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
}

impl Duration {
    /// Whole minutes, rounded.
    pub(crate) fn whole(self) -> i64 {
        self.minutes.round() as i64
    }
}

const WORD: &str = r"(?:one|two|three|four|five|six)\s+and\s+a\s+half|a\s+quarter\s+of\s+an|three\s+quarters\s+of\s+an|(?:twenty|thirty|forty|fifty)-(?:one|two|three|four|five|six|seven|eight|nine)|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:an?\s+)?half(?:\s+an?)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|ninety";
const UNIT: &str = r"weeks?|wochen?|semanas?|semaines?|days?|tage?n?|d[ií]as?|jours?|dias?|giorni|hours?|hrs?|h|stunden?|std|horas?|heures?|ore|minutes?|mins?|min|minuten|minutos?|minuti|m|seconds?|secs?|sekunden|segundos?|secondes?|s|日間|日|時間|时间|小时|小時|시간|分間|分钟|分|분|秒|초|d|w";

static PART: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"(?i)(?:(?:(?P<n>\d+(?:[.,]\d+)?)\s?[-–]?\s?|(?P<w>{WORD})(?:\s+|-))(?P<u>{UNIT})(?:\b|\.|$|(?P<next>\d)|(?P<cjk>\s|[ぁ-んァ-ヶ約、。])))")).expect("a constant")
});
/// `1 h 40`
static MINUTES_MORE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s([0-5]\d)(?:$|[\s,;)](?:$|\D))").expect("a constant"));
/// `an hour and a half`
static HALF_MORE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s+and\s+a\s+half\b").expect("a constant"));
/// `an hour and a quarter`
static QUARTER_MORE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s+and\s+(a|three)\s+quarters?\b").expect("a constant"));
static ISO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bP(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\b").expect("a constant")
});
static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\s*~?(\d{1,3}):([0-5]\d)(?::([0-5]\d))?\s*(?:h|hours|hrs|\(?hh:mm(?::ss)?\)?)?\s*$",
    )
    .expect("a constant")
});

const WORDS: &[(&str, f64)] = &[
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("ninety", 90.0),
    ("a", 1.0),
    ("an", 1.0),
];

/// The lengths of time in a text, in their order; `1 hour and 48 minutes` is one.
pub(crate) fn durations(text: &str) -> Vec<Duration> {
    let mut found: Vec<Duration> = Vec::new();
    let mut at = 0;
    let mut unit_before = 0.0;
    while let Some(part) = PART.captures_at(text, at) {
        let (Some(whole), Some(unit)) = (part.get(0), part.name("u")) else {
            break;
        };
        let follows = at == whole.start() && at > 0;
        if !follows && is_inside(&text[..whole.start()]) {
            at = whole.start() + whole.as_str().chars().next().map_or(1, char::len_utf8);
            continue;
        }
        at = unit.end().max(whole.start() + 1);
        let number = part
            .name("n")
            .or(part.name("w"))
            .map_or("", |number| number.as_str());
        let Some((number, each)) = amount(number).zip(minutes_in(unit.as_str())) else {
            continue;
        };
        let start = whole.start();
        let (minutes, end) = with_more(text, (number * each, unit.end()), each);
        at = at.max(end);
        let last_unit = std::mem::replace(&mut unit_before, each);
        match found.last_mut() {
            Some(last) if joins(text.get(last.end..start).unwrap_or("-")) && each < last_unit => {
                last.minutes += minutes;
                last.end = end;
            }
            _ => found.push(Duration {
                minutes,
                start,
                end,
            }),
        }
    }
    found
}

/// A length with the minutes or the half that follow its unit: `1 h 40`, `an hour and a half`.
fn with_more(text: &str, (minutes, end): (f64, usize), each: f64) -> (f64, usize) {
    let rest = text.get(end..).unwrap_or_default();
    if let Some(half) = HALF_MORE.find(rest) {
        return (minutes + each / 2.0, end + half.end());
    }
    if let Some(quarter) = QUARTER_MORE.captures(rest) {
        let share = if &quarter[1] == "a" { 0.25 } else { 0.75 };
        return (minutes + each * share, end + quarter[0].len());
    }
    let more = MINUTES_MORE.captures(rest).filter(|_| each == 60.0);
    match more.as_ref().and_then(|more| more.get(1)) {
        Some(number) => {
            let more = number.as_str().parse::<f64>().unwrap_or(0.0);
            (minutes + more, end + number.end())
        }
        None => (minutes, end),
    }
}

/// Whether a number goes on from what stands before it, as in `v2.5 h` and `x12h`.
fn is_inside(before: &str) -> bool {
    before.ends_with(|last: char| last.is_ascii_alphanumeric() || matches!(last, '.' | ',' | '_'))
}

/// The length of time that a value states; `None` where it states none or a range of several.
pub(crate) fn parse(value: &str) -> Option<Duration> {
    if let Some(found) = ISO.captures(value).filter(|found| found[0].len() > 2) {
        let part = |number: usize| {
            found
                .get(number)
                .and_then(|part| part.as_str().parse::<f64>().ok())
                .unwrap_or(0.0)
        };
        let minutes = part(1) * 1440.0 + part(2) * 60.0 + part(3) + part(4) / 60.0;
        return Some(Duration {
            minutes,
            start: 0,
            end: value.len(),
        });
    }
    if let Some(found) = CLOCK.captures(value) {
        let part = |number: usize| {
            found
                .get(number)
                .and_then(|part| part.as_str().parse::<f64>().ok())
                .unwrap_or(0.0)
        };
        return Some(Duration {
            minutes: part(1) * 60.0 + part(2) + part(3) / 60.0,
            start: 0,
            end: value.len(),
        });
    }
    durations(value).into_iter().next()
}

fn joins(gap: &str) -> bool {
    matches!(
        gap.trim().trim_matches(',').trim().to_lowercase().as_str(),
        "" | "and" | "und" | "y" | "et" | "e" | "と"
    )
}

fn amount(written: &str) -> Option<f64> {
    let written = written.to_lowercase();
    let word = |written: &str| {
        let known = WORDS.iter().find(|(word, _)| *word == written);
        known.map(|(_, value)| *value)
    };
    let first = written
        .split(char::is_whitespace)
        .next()
        .unwrap_or_default();
    if written.ends_with("and a half") {
        return word(first).map(|whole| whole + 0.5);
    }
    if written.contains("quarter") {
        return Some(if first == "three" { 0.75 } else { 0.25 });
    }
    if written.contains("half") {
        return Some(0.5);
    }
    if let Some((tens, ones)) = written.split_once('-') {
        return Some(word(tens)? + word(ones)?);
    }
    word(&written).or_else(|| written.replace(',', ".").parse().ok())
}

fn minutes_in(unit: &str) -> Option<f64> {
    let unit = unit.to_lowercase();
    let first = unit.chars().next()?;
    Some(match unit.as_str() {
        "m" | "分" | "分間" | "分钟" | "분" => 1.0,
        "秒" | "초" => 1.0 / 60.0,
        "日" | "日間" => 1440.0,
        "時間" | "时间" | "小时" | "小時" | "시간" | "ore" => 60.0,
        "std" | "stunde" | "stunden" => 60.0,
        "semana" | "semanas" | "semaine" | "semaines" => 10_080.0,
        "giorni" | "jour" | "jours" => 1440.0,
        _ => match first {
            'w' => 10_080.0,
            'd' | 't' => 1440.0,
            'h' => 60.0,
            'm' => 1.0,
            's' => 1.0 / 60.0,
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_in_every_notation() {
        for (text, expected) in [
            ("1h 20m", 80),
            ("0h 16m", 16),
            ("673h 34m", 40_414),
            ("95 minutes", 95),
            ("about two hours", 120),
            ("1 hour and 48 minutes", 108),
            ("6 hours and 33 minutes", 393),
            ("PT2H", 120),
            ("PT1H30M", 90),
            ("2.5 hours", 150),
            ("38m", 38),
            ("half an hour", 30),
            ("two and a half hours", 150),
            ("an hour and a half", 90),
            ("an hour and a quarter", 75),
            ("1 h 40", 100),
            ("2 h 2026", 120),
            ("three quarters of an hour", 45),
            ("thirty-five minutes", 35),
            ("nineteen minutes", 19),
            ("an hour", 60),
            ("three days", 4320),
            ("1:48", 108),
            ("5 hours 38 minutes", 338),
            ("1 Stunde 20 Minuten", 80),
            ("2 horas y 15 minutos", 135),
            ("3時間20分", 200),
            ("48 hours (during the weekend)", 2880),
            ("1h30m", 90),
            ("90 s", 2),
        ] {
            assert_eq!(parse(text).map(Duration::whole), Some(expected), "{text}");
        }
        for text in [
            "unknown",
            "X hours Y minutes",
            "SEV1",
            "",
            "40 models",
            "a model",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
