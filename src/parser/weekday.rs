//! Weekday: the day of a clock time that is told with the name of its weekday only: `on Monday at 08:00`.

use std::sync::LazyLock;

use crate::expression::Regex;
use jiff::Span;
use jiff::civil::Date;
use jiff::civil::Weekday;

/// A weekday this many days back is that of the week told of; one further back is the next of its name.
const BACK: i64 = 2;

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(mon|tues|wednes|thurs|fri|satur|sun)day(?:\s(?:morning|noon|afternoon|evening|night))?,?\s+
        (?:at|around|about|by)?\s*(?:about\s|around\s)?$",
    )
    .expect("a constant")
});

static NEXT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\bthe\s(?:next|following)\s(?:day|morning|noon|afternoon|evening),?\s+
        (?:at|around|about|by|shortly\safter)?\s*(?:about\s|around\s)?$",
    )
    .expect("a constant")
});

/// The day of the weekday that a text ends with, near the day told of before; `None` where it ends with none.
pub(crate) fn before(text: &str, day: Date) -> Option<Date> {
    if NEXT.is_match(text) {
        return day.tomorrow().ok();
    }
    let found = NAMED.captures(text)?;
    let wanted = match found[1].to_lowercase().as_str() {
        "mon" => Weekday::Monday,
        "tues" => Weekday::Tuesday,
        "wednes" => Weekday::Wednesday,
        "thurs" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "satur" => Weekday::Saturday,
        _ => Weekday::Sunday,
    };
    let ahead = i64::from(day.weekday().until(wanted));
    let days = if ahead >= 7 - BACK { ahead - 7 } else { ahead };
    day.checked_add(Span::new().days(days)).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_weekday_lies_near_the_day_told_of() {
        let thursday = date(2025, 5, 8);
        for (text, expected) in [
            ("they called on Monday at ", Some(date(2025, 5, 12))),
            ("on Thursday at about ", Some(thursday)),
            ("it broke Wednesday evening, ", Some(date(2025, 5, 7))),
            ("Friday, around ", Some(date(2025, 5, 9))),
            ("The next morning at ", Some(date(2025, 5, 9))),
            ("on Mondays the job runs at ", None),
            ("at ", None),
        ] {
            assert_eq!(before(text, thursday), expected, "{text}");
        }
    }
}
