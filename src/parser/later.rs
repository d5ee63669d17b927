//! Later: times that a sentence counts from the one told before: `Eight minutes later our monitoring paged`.

use std::sync::LazyLock;

use crate::expression::Regex;
use jiff::Span;
use jiff::civil::Date;
use jiff::civil::Weekday;

use crate::incident::Moment;
use crate::parser::duration;
use crate::parser::stamp::Stamp;

/// The longest step that is counted from the time before, in minutes: longer ones are of another story.
const LONGEST_STEP: i64 = 14 * 24 * 60;

static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(?:later|afterwards|after that|after this|thereafter|into (?:the|this) (?:outage|incident)|after (?:the|this|that|his|her|their) (?:call|alert|page|report|complaint|deploy(?:ment)?|release|restart|message|mail))\b").expect("a constant")
});
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:after|within|in)\s+(?:only |just |about |around |roughly |another |a further )*$")
        .expect("a constant")
});
static OF_HARM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(?:of|without|with|the longest|at least)\b").expect("a constant")
});
static UNTIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?:until|till|before|not\s+before|only\s+on|only)\s+(?:the\s+(?:following|next)\s+|late\s+on\s+|on\s+)?
        (?:(mon|tues|wednes|thurs|fri|satur|sun)day|the\s+(?:next|following)\s+(day|morning|week))\b",
    )
    .expect("a constant")
});
static NOTICES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:notic|detect|reali[sz]|discover|spot|found|find|knew|know|aware|caught|seen|saw|report|complain)").expect("a constant")
});

/// A step from the time told before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Minutes from the time told before.
    pub(crate) minutes: i64,
    /// Where it stands in the sentence, without a day and a time of its own.
    pub(crate) stamp: Stamp,
}

/// The steps of a sentence, in their order.
pub(crate) fn steps(sentence: &str) -> Vec<Step> {
    if !sentence.contains("later") && !sentence.contains("fter") && !sentence.contains("ithin") {
        return Vec::new();
    }
    let is_step = |length: &duration::Duration| {
        let before = sentence.get(..length.start).unwrap_or_default();
        let after = sentence.get(length.end..).unwrap_or_default();
        let opens = BEFORE.is_match(before) && !OF_HARM.is_match(after);
        (BEHIND.is_match(after) || opens) && (0..=LONGEST_STEP).contains(&length.whole())
    };
    let found = duration::durations(sentence).into_iter().filter(is_step);
    found
        .map(|length| Step {
            minutes: length.whole(),
            stamp: Stamp {
                start: length.start,
                end: length.end,
                day: None,
                time: None,
                no_time: None,
                zone: None,
            },
        })
        .collect()
}

/// The moment so many minutes after another.
pub(crate) fn after(moment: Moment, minutes: i64) -> Option<Moment> {
    let span = Span::new().try_minutes(minutes).ok()?;
    let local = moment.local.checked_add(span).ok()?;
    Some(Moment { local, ..moment })
}

/// The day until which nobody noticed: `Nobody noticed until Thursday`, and where it stands; the next of its name after `day`.
pub(crate) fn noticed(sentence: &str, day: Date) -> Option<(Date, usize)> {
    let found = UNTIL
        .captures(sentence)
        .filter(|_| NOTICES.is_match(sentence))?;
    let at = found.get(0)?.start();
    let days = match (found.get(1), found.get(2)) {
        (Some(name), _) => {
            let ahead = i64::from(day.weekday().until(named(name.as_str())));
            if ahead == 0 { 7 } else { ahead }
        }
        (None, Some(unit)) if unit.as_str().eq_ignore_ascii_case("week") => 7,
        _ => 1,
    };
    Some((day.checked_add(Span::new().days(days)).ok()?, at))
}

fn named(begin: &str) -> Weekday {
    match begin.to_lowercase().as_str() {
        "mon" => Weekday::Monday,
        "tues" => Weekday::Tuesday,
        "wednes" => Weekday::Wednesday,
        "thurs" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "satur" => Weekday::Saturday,
        _ => Weekday::Sunday,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn steps_are_counted_from_the_time_before() {
        let minutes = |sentence: &str| -> Vec<i64> {
            steps(sentence).iter().map(|step| step.minutes).collect()
        };
        assert_eq!(minutes("Eight minutes later our monitoring paged."), [8]);
        assert_eq!(minutes("After another 20 minutes, it was back."), [20]);
        assert_eq!(minutes("An hour and a half later it was over."), [90]);
        assert!(minutes("After 20 minutes of silence we called.").is_empty());
        assert!(minutes("It was later found that 5 minutes suffice.").is_empty());
    }

    #[test]
    fn a_weekday_of_discovery_is_the_next_of_its_name() {
        let monday = date(2025, 3, 10);
        let day = |sentence: &str| noticed(sentence, monday).map(|(day, _)| day);
        assert_eq!(
            day("Nobody noticed until Thursday."),
            Some(date(2025, 3, 13))
        );
        assert_eq!(
            day("It was only discovered the next morning, not before Monday."),
            Some(date(2025, 3, 17))
        );
        assert_eq!(day("We are closed until Thursday."), None);
    }
}
