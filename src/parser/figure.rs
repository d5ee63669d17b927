//! Figure: hours, money and people lost or affected, as sentences state them.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::Fact;
use crate::incident::Facts;
use crate::incident::Origin;
use crate::parser::key::Key;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::sentence;
use crate::parser::source::Source;
use crate::parser::statement;
use crate::parser::statement::Statements;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

mod amount;

/// More hours than this nobody has spent: a century of ten thousand people.
const MOST_HOURS: f64 = 1e9;

static HOURS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?P<n>\d[\d,]*(?:\.\d+)?|ten|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:one|two|three|four|five)\s+hundred)\+?\s*
        (?:(?:engineer(?:ing)?|person|people|man|developer|dev|staff|team|working|work)(?:'s|s'|s)?[\s-]+(?:hours|hrs|h)\b
        |hours\s+of\s+(?:engineering|engineers'?|developers?'?|staff|debugging)\b(?:\s+time)?)",
    )
    .expect("a constant")
});
static MONEY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)(?:(?:USD|EUR|GBP|CHF|JPY|AUD|CAD|US\$|[$€£¥])\s?(?:\d{1,3}(?:[\x20\u{a0}]\d{3})+|\d[\d,.]*\d?)\s?(?:k\b|m\b|bn\b|thousand|million|billion|Mio\.?)?
        |\b(?:\d{1,3}(?:[\x20\u{a0}]\d{3})+|\d[\d,.]*)\s?(?:k\b|m\b|thousand|million|billion|Mio\.?|Millionen|millones(?:\s+de)?|milhões\s+de)?\s?(?:USD|EUR|GBP|CHF|JPY|AUD|CAD|€|£|dollars?|euros?|pounds?|francs?|yen|dólares|reais)\b)",
    )
    .expect("a constant")
});
static LOSS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:los[st]|loss(?:es)?|lose|cost|costs|revenue|margin|refund\w*|damage|vouchers?|compensat\w+|credit\w*|write.?off|misdirected|overpa\w+|bought too|wasted|sales|fraud\w*|bill|invoice|spent|extra pay|budget|baskets?|umsatz|verlust|schaden|pérdida|coste|perte|coût|prejuízo|custo)\b").expect("a constant")
});
static PEOPLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?:about\s|around\s|roughly\s|some\s|approximately\s|an\sestimated\s|nearly\s|almost\s|over\s|more\sthan\s|at\sleast\s|up\sto\s)?~?
        (?P<n>(?:\d{1,3}(?:[\x20\u{a0}]\d{3})+|\d+(?:[.,]\d+)*)\s?(?:k|m|million|thousand|mio\.?)?|\d{1,3}(?:\.\d+)?\s?%)\s+(?:of\s+(?:the\s|our\s|all\s)?)?
        (?P<w>(?:[\p{L}-]+\s+){0,2}?(?:users?|customers?|clients?|members?|accounts?|requests?|orders?|transactions?|payments?|merchants?|sellers?|buyers?|drivers?|riders?|couriers?|patients?|passengers?|visitors?|subscribers?|applicants?|people|students?|companies|tenants|organi[sz]ations|stores?|shops?|devices?|sessions?|checkouts?|bookings?|calls?|messages?|emails?|uploads?|jobs?|searches|deliveries|parcels?|hosts?|servers?|machines|instances|nodes|households|hotels|restaurants|pages|documents|invoices|files|images|photos|records|events|domains|websites|clusters|kunden|nutzer|clientes|usuarios|usuários|utilisateurs))\b",
    )
    .expect("a constant")
});
static HARMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:affect\w*|impact\w*|fail\w*|could not|couldn't|unable|saw|see|received|experienc\w*|lost|were|was|declin\w*|reject\w*|refus\w*|cancel\w*|abandon\w*|delay\w*|wrong\w*|error\w*|timed out|waited|without|hit|denied|missed|blocked|late|stayed|remained|kept|got\s+(?:no|a|an|the|two)|had\s+(?:no|to)|did\s+not|betroffen|afectad\w*|touchés|afetad\w*)\b").expect("a constant")
});

/// Sections in the order in which they are asked for figures.
const ORDER: &[&[SectionKind]] = &[
    &[SectionKind::Impact],
    &[SectionKind::Summary, SectionKind::Metrics],
    &[
        SectionKind::Body,
        SectionKind::WhatHappened,
        SectionKind::Other,
        SectionKind::Metadata,
    ],
    &[
        SectionKind::Resolution,
        SectionKind::Response,
        SectionKind::Detection,
        SectionKind::RootCause,
        SectionKind::RuledOut,
    ],
];

/// Fills in the figures that no key states.
pub(crate) fn fill(
    outline: &Outline,
    statements: &Statements<'_>,
    source: &Source<'_>,
    facts: &mut Facts,
) {
    facts.hours_lost = stated_hours(statements, source).or_else(|| {
        find(outline, source, |sentence| {
            let found = HOURS.captures(sentence)?;
            Some((number(&found["n"])?, found.get(0)?.start()))
        })
    });
    facts.money = facts
        .money
        .take()
        .filter(|fact| MONEY.is_match(&fact.value))
        .or_else(|| {
            find(outline, source, |sentence| {
                money(sentence).filter(|_| LOSS.is_match(sentence))
            })
        })
        .or_else(|| headed_money(outline, source));
    facts.users_affected = facts
        .users_affected
        .take()
        .filter(|fact| is_number(&fact.value))
        .or_else(|| find_people(outline, source));
}

/// The first amount of money in a sentence that may have been lost, and where it stands.
fn money(sentence: &str) -> Option<(String, usize)> {
    let found = amount::find(sentence)?;
    let amount = sentence[found.clone()].trim().trim_end_matches(['.', ',']);
    Some((amount.to_owned(), found.start))
}

/// The first amount in a section that is headed by a word for losses.
fn headed_money(outline: &Outline, source: &Source<'_>) -> Option<Fact<String>> {
    let headed = |passage: &&Passage| {
        passage.kind != BlockKind::Heading
            && LOSS.is_match(&outline.sections[passage.section].heading)
    };
    outline.passages.iter().filter(headed).find_map(|passage| {
        let (value, at) = money(passage.piece.text())?;
        Some(Fact {
            value,
            line: source.line(passage.piece.visible.original(at)),
            origin: Origin::Prose,
        })
    })
}

fn find_people(outline: &Outline, source: &Source<'_>) -> Option<Fact<String>> {
    let in_impact = |sentence: &str, sure: bool| {
        let found = PEOPLE.captures(sentence)?;
        let whole = found.get(0)?;
        if !is_count(sentence, whole.start(), &found["w"]) {
            return None;
        }
        let rest = sentence.get(whole.end()..)?;
        let harmed = HARMED.is_match(rest) || (sure && HARMED.is_match(sentence));
        harmed.then(|| (whole.as_str().trim().to_owned(), whole.start()))
    };
    find_in(outline, source, ORDER[0], |sentence| {
        in_impact(sentence, true)
    })
    .or_else(|| {
        find_in(outline, source, ORDER[1], |sentence| {
            in_impact(sentence, false)
        })
    })
}

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:(?:about|around|roughly|some|approximately|nearly|almost|over|more than|at least|up to|ca\.?|less than|fewer than)\s)*[~≈<>]?\s?\d").expect("a constant")
});

/// Whether a value begins with a number, or counts people or things somewhere.
fn is_number(value: &str) -> bool {
    NUMBER.is_match(value) || PEOPLE.is_match(value)
}

/// Whether a number counts the people or things behind it, and is not a clock time or a length of time.
fn is_count(sentence: &str, start: usize, words: &str) -> bool {
    const NOT: &[&str] = &[
        "utc",
        "days",
        "day",
        "hours",
        "hour",
        "minutes",
        "weeks",
        "months",
        "years",
        "a",
        "an",
        "the",
        "bad",
        "internal",
        "forbidden",
        "gateway",
        "http",
        "status",
        "percent",
        "of",
        "and",
        "to",
        "per",
    ];
    let before = &sentence[..start];
    let clock = before.ends_with([':', '.', '-', '/', '$', '€', '£']);
    // `scaled from 1 to 0 nodes`
    let change = before.ends_with("to ") && before.contains("from ");
    !clock
        && !change
        && !words
            .split_whitespace()
            .any(|word| NOT.contains(&word.to_lowercase().as_str()))
}

fn stated_hours(statements: &Statements<'_>, source: &Source<'_>) -> Option<Fact<f64>> {
    statements.of(Key::HoursLost).find_map(|entry| {
        let text = entry.text();
        let digits: String = text
            .trim_start_matches(['~', '≈', ' '])
            .chars()
            .take_while(|character| character.is_ascii_digit() || matches!(character, '.' | ','))
            .collect();
        // `1e999` is no number of hours, and no `1` either.
        let rest = text.split_once(&digits).map_or("", |(_, rest)| rest);
        let has_exponent = rest.starts_with(['e', 'E'])
            && rest[1..].starts_with(|c: char| c.is_ascii_digit() || c == '+');
        let value = number(digits.trim_end_matches(['.', ',']))
            .filter(|value| !has_exponent && *value <= MOST_HOURS)?;
        let days = text.to_lowercase().contains("day");
        (!days).then(|| statement::fact(entry, value, source))
    })
}

fn find<T>(
    outline: &Outline,
    source: &Source<'_>,
    read: impl Fn(&str) -> Option<(T, usize)>,
) -> Option<Fact<T>> {
    ORDER
        .iter()
        .find_map(|kinds| find_in(outline, source, kinds, &read))
}

fn find_in<T>(
    outline: &Outline,
    source: &Source<'_>,
    kinds: &[SectionKind],
    read: impl Fn(&str) -> Option<(T, usize)>,
) -> Option<Fact<T>> {
    let wanted = |passage: &&Passage| {
        kinds.contains(&outline.kind(passage))
            && matches!(
                passage.kind,
                BlockKind::Paragraph
                    | BlockKind::ListItem
                    | BlockKind::TableRow
                    | BlockKind::KeyValue
            )
    };
    outline
        .passages
        .iter()
        .filter(wanted)
        .take(500)
        .find_map(|passage| {
            let text = passage.piece.text();
            sentence::sentences(text)
                .into_iter()
                .find_map(|(start, end)| {
                    let (value, at) = read(&text[start..end])?;
                    let line = source.line(passage.piece.visible.original(start + at));
                    Some(Fact {
                        value,
                        line,
                        origin: Origin::Prose,
                    })
                })
        })
}

fn number(written: &str) -> Option<f64> {
    const TENS: &[(&str, f64)] = &[
        ("ten", 10.0),
        ("twelve", 12.0),
        ("twenty", 20.0),
        ("thirty", 30.0),
        ("forty", 40.0),
        ("fifty", 50.0),
        ("sixty", 60.0),
        ("seventy", 70.0),
        ("eighty", 80.0),
        ("ninety", 90.0),
    ];
    const ONES: &[(&str, f64)] = &[
        ("one", 100.0),
        ("two", 200.0),
        ("three", 300.0),
        ("four", 400.0),
        ("five", 500.0),
    ];
    let lower = written.to_lowercase();
    if let Some((_, value)) = TENS.iter().find(|(word, _)| *word == lower) {
        return Some(*value);
    }
    if let Some((word, _)) = lower.split_once(char::is_whitespace) {
        return ONES
            .iter()
            .find(|(one, _)| *one == word)
            .map(|(_, value)| *value);
    }
    // `1,200` is a thousand, `1,5` is one and a half.
    let plain = match lower.rsplit_once(',') {
        Some((_, last)) if last.len() == 3 => lower.replace(',', ""),
        _ => lower.replace(',', "."),
    };
    plain
        .parse::<f64>()
        .ok()
        .filter(|value| value.is_finite() && (0.0..1e9).contains(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_meant() {
        assert_eq!(number("1,200"), Some(1200.0));
        assert_eq!(number("1,5"), Some(1.5));
        assert_eq!(number("Eighty"), Some(80.0));
        assert_eq!(number("two hundred"), Some(200.0));
        assert_eq!(number("1e999"), None);
        assert_eq!(number(""), None);
    }

    #[test]
    fn units_belong_to_their_numbers() {
        assert_eq!(
            HOURS
                .captures("Eighty engineer-hours went by")
                .map(|found| found["n"].to_owned())
                .as_deref(),
            Some("Eighty")
        );
        assert!(HOURS.captures("It took 80 hours.").is_none());
        assert_eq!(
            MONEY
                .find("about 1.3 million euros")
                .map(|found| found.as_str()),
            Some("1.3 million euros")
        );
        assert_eq!(
            MONEY
                .find("cost us $4,500 a day")
                .map(|found| found.as_str().trim()),
            Some("$4,500")
        );
        assert_eq!(
            PEOPLE
                .find("About 5,100 customers saw it")
                .map(|found| found.as_str()),
            Some("About 5,100 customers")
        );
    }
}
