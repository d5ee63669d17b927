//! Told length: how long something lasted or took to be noticed, as a sentence says it.

use std::sync::LazyLock;

use crate::expression::Regex;

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
/// `The problem was fixed in about 40 minutes`.
static FIXED_IN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:problem|issue|incident|outage|bug|service|everything|it|this|error|errors) (?:was|were|had been|has been) (?:\w+ly )?(?:fixed|resolved|restored|mitigated|solved|repaired|over|back)(?: up)? (?:in|within|after) (?:about |around |approximately |roughly |just |only )*$").expect("a constant")
});
/// `That is 26 hours in which nobody could sign in`.
static IN_WHICH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^\s*(?:in|during) which\b").expect("a constant"));
/// What a sentence speaks of that says how long the incident lasted.
static HARM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:outage|incident|disruption|downtime|unavailable|down|degrad\w+|fail\w*|errors?|delay\w*|impact\w*|affected|experienc\w+|latency|lost|loss|ausfall|störung|caíd\w+|panne|stopped|refused|unable|could not|couldn.t|cannot|offline|unreachable|wrong|broken|stale|missing|empty|frozen|no (?:one|body|customers?|users?|requests?|mail|data|new|traffic|\w+ (?:could|received|was|were|had)))\b|\bnobody\b").expect("a constant")
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
    Regex::new(r"(?i)\b(?:alert(?:s|ed)?|alarm(?:s|ed)?|page[rd]?|noticed|detected|notified|monitor(?:s|ing)?)\b[^.;]{0,80}$")
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
/// `The operator stopped the line forty minutes after the start of the shift`.
static AFTER_START: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(?:after|into) (?:the )?(?:start|beginning|onset|opening) of\b")
        .expect("a constant")
});
static UNNOTICED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:unnoticed|undetected)\s+(?:for\s+)?(?:about |almost |nearly )?$")
        .expect("a constant")
});

/// `Nobody noticed for eleven days`.
static NOBODY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:nobody|no one|none of us|no alert|no alarm|no monitor|we did not|we didn.t|not)\b[^.;]{0,40}\b(?:notice[sd]?|noticing|reali[sz]ed?|detect(?:ed)?|saw|seen|spotted|spot|caught|catch|fired?|found|find out|knew|know)\b[^.;,]{0,25}\bfor (?:about |almost |nearly |over |more than |roughly |some |around |another |the first )*$").expect("a constant")
});
/// `Shift leads reported it on the second day of the release`.
const ORDINALS: &[&str] = &[
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth",
];
static NTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:on )?the (second|third|fourth|fifth|sixth|seventh|eighth) day (?:of|after)\b",
    )
    .expect("a constant")
});
static NOTICING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:noticed|reported|detected|discovered|complained|spotted|alert|alarm|found)\b",
    )
    .expect("a constant")
});
static AT_ONCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:alert(?:s|ed)?|alarm(?:s|ed)?|monitor(?:s|ing)?|page[rd]?|paged|noticed|detected)\b[^.;,]{0,40}\b(?:in|within) the same (?:minute|moment)\b").expect("a constant")
});

/// How long the incident lasted, in minutes and where the length stands; `None` where that is not said or vague.
pub(crate) fn of_harm(sentence: &str) -> Option<(i64, usize)> {
    if !(HARM.is_match(sentence) || sentence.contains("fix")) || VAGUE.is_match(sentence) {
        return None;
    }
    let lasts = |length: &Duration| {
        let before = sentence.get(..length.start).unwrap_or_default();
        let after = sentence.get(length.end..).unwrap_or_default();
        let in_brackets = before.ends_with('(') && after.starts_with(')');
        let in_which = IN_WHICH.is_match(after);
        let fixed = FIXED_IN.is_match(before);
        fixed || LASTS.is_match(before) || DURATION_OF.is_match(before) || in_brackets || in_which
    };
    duration::durations(sentence)
        .into_iter()
        .find(|length| lasts(length) && length.whole() > 0)
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
            || NOBODY.is_match(before)
            || (ALARM_BEFORE.is_match(before) && AFTER.is_match(after))
            || (AFTER_START.is_match(after) && Event::of(before).is_report())
            || (TOOK_TO_NOTICE.is_match(after) && !BEFORE.is_match(before))
    };
    let told = duration::durations(sentence).into_iter().find(noticed);
    let nth = || {
        let found = NTH_DAY
            .captures(sentence)
            .filter(|_| NOTICING.is_match(sentence))?;
        let number = ORDINALS
            .iter()
            .position(|word| found[1].eq_ignore_ascii_case(word))?;
        Some((number as i64 * 24 * 60, found.get(0)?.start()))
    };
    let at_once = || AT_ONCE.find(sentence).map(|found| (0, found.start()));
    told.map(|length| (length.whole(), length.start))
        .or_else(at_once)
        .or_else(nth)
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
        assert_eq!(notice("Nobody noticed for eleven days."), Some(15_840));
        assert_eq!(notice("The alert fired in the same minute."), Some(0));
        assert_eq!(
            minutes("For two hours no customer received mail."),
            Some(120)
        );
    }
}
