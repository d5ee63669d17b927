//! Told length: how long something lasted or took to be noticed, as a sentence says it.

use std::sync::LazyLock;

use regex::Regex;

use crate::parser::duration;
use crate::parser::duration::Duration;
use crate::parser::event::Event;

/// Words before a length that make it that of the incident.
static LASTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?:for|lasted|lasting|lasts|took|dauerte|duró|durante|während|pendant|durou)\s+
        (?:a\s+(?:total\s+)?(?:duration|period|time)\s+of\s+|(?:about|approximately|roughly|around|nearly|almost|some|ungefähr|etwa|unos|unas|environ|cerca\s+de)\s+)*$",
    )
    .expect("a constant")
});
static DURATION_OF: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:duration|outage|downtime|disruption|interruption) (?:of|was)\s+(?:about |approximately |roughly )?$").expect("a constant")
});
/// What a sentence speaks of that says how long the incident lasted.
static HARM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:outage|incident|disruption|downtime|unavailable|down|degrad\w+|fail\w*|errors?|delay\w*|impact\w*|affected|experienc\w+|latency|lost|loss|ausfall|störung|caíd\w+|panne|stopped|refused)\b").expect("a constant")
});
static VAGUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:aggregate|average|median|up to|at least|more than|less than|over|each|per|every|mean|typical(?:ly)?|usual(?:ly)?)\b").expect("a constant")
});
static NOTICED_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:detected|noticed|discovered|found|spotted|alert(?:ed|s)?|alarm(?:ed)?|paged?|fired)\b[^.,;]{0,40}\b(?:after|within|in)\s+(?:about |only |just )?$").expect("a constant")
});
static TOOK_TO_NOTICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(?:to (?:notice|detect|find out|realise|realize|discover)|(?:before|until|went by before|passed before) (?:we|anyone|anybody|somebody|someone|the team)[^.,;]{0,20}(?:notic|reali[sz]|detect|knew)|after (?:it|the (?:incident|outage|issue|problem|failure|impact|errors?|fault)) (?:had )?(?:began|begun|started|start|occurred)\b|(?:later|after (?:the |its )?(?:start|onset|release|launch|deployment|change|switch))[^.,;]{0,60}(?:notic|alert|alarm|detect|page|report|complain))").expect("a constant")
});
/// Words before a length that make it the time to another step than the detection.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:mitigated|resolved|fixed|restored|recovered|rolled back|ended)\b[^.;]{0,60}$",
    )
    .expect("a constant")
});
static ALARM_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:alert|alarm|page[rd]?|noticed|detected|monitor)\b[^.;]{0,80}$")
        .expect("a constant")
});
static AFTER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^\s*after\b").expect("a constant"));
/// Words behind a length that make it the time since somebody noticed.
static AFTER_REPORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\s*after (?:the |our )?(?:first )?(?:report|alert|alarm|page|complaint|detection)\b",
    )
    .expect("a constant")
});
static UNNOTICED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:unnoticed|undetected)\s+(?:for\s+)?(?:about |almost |nearly )?$")
        .expect("a constant")
});

/// How long the incident lasted, in minutes and where the length stands; `None` where that is not said or vague.
pub(crate) fn of_harm(sentence: &str) -> Option<(i64, usize)> {
    if !HARM.is_match(sentence) || VAGUE.is_match(sentence) {
        return None;
    }
    let lasts = |length: &Duration| {
        let before = sentence.get(..length.start).unwrap_or_default();
        let after = sentence.get(length.end..).unwrap_or_default();
        let in_brackets = before.ends_with('(') && after.starts_with(')');
        LASTS.is_match(before) || DURATION_OF.is_match(before) || in_brackets
    };
    duration::durations(sentence)
        .into_iter()
        .find(lasts)
        .map(|length| (length.whole(), length.start))
}

/// How long the repair took from the report on: `restored 40 minutes after the alert`.
pub(crate) fn to_repair(sentence: &str) -> Option<(i64, usize)> {
    let from_report =
        |length: &Duration| AFTER_REPORT.is_match(sentence.get(length.end..).unwrap_or_default());
    // Few sentences have the word, and to find lengths and events costs a hundred times as much as to look for it.
    let word = b"after";
    let mut stretches = sentence.as_bytes().windows(word.len());
    if !stretches.any(|stretch| stretch.eq_ignore_ascii_case(word)) {
        return None;
    }
    let mut lengths = duration::durations(sentence).into_iter();
    let told = lengths.find(from_report)?;
    let mends = Event::of(sentence).mends() && !VAGUE.is_match(sentence);
    mends.then(|| (told.whole(), told.start))
}

/// How long it took to be noticed.
pub(crate) fn to_notice(sentence: &str) -> Option<(i64, usize)> {
    let noticed = |length: &Duration| {
        let before = sentence.get(..length.start).unwrap_or_default();
        let after = sentence.get(length.end..).unwrap_or_default();
        NOTICED_AFTER.is_match(before)
            || UNNOTICED.is_match(before)
            || (ALARM_BEFORE.is_match(before) && AFTER.is_match(after))
            || (TOOK_TO_NOTICE.is_match(after) && !BEFORE.is_match(before))
    };
    duration::durations(sentence)
        .into_iter()
        .find(noticed)
        .map(|length| (length.whole(), length.start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_the_incident_counts() {
        let minutes = |sentence: &str| of_harm(sentence).map(|(minutes, _)| minutes);
        assert_eq!(
            minutes("It experienced 1.1% error rates for a duration of 5 hours 38 minutes."),
            Some(338)
        );
        assert_eq!(
            minutes("An outage lasting 1 hour and 48 minutes."),
            Some(108)
        );
        assert_eq!(
            minutes("The service was unavailable (6 hours and 33 minutes)."),
            Some(393)
        );
        assert_eq!(minutes("Errors for an aggregate of 33 minutes."), None);
        assert_eq!(minutes("We keep backups for 30 days."), None);
        assert_eq!(
            to_notice("The alert fired after 4 minutes.").map(|(minutes, _)| minutes),
            Some(4)
        );
        let notice = |sentence: &str| to_notice(sentence).map(|(minutes, _)| minutes);
        assert_eq!(
            notice(
                "Our engineers received an alert at 07:14, nine minutes after the incident started."
            ),
            Some(9)
        );
        assert_eq!(notice("It was resolved 40 minutes after it began."), None);
        assert_eq!(
            to_notice("It went unnoticed for three days.").map(|(minutes, _)| minutes),
            Some(4320)
        );
    }
}
