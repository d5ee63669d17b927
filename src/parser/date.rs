//! Date: days as they are written in text.

use std::sync::LazyLock;

use crate::expression::Captures;
use crate::expression::Regex;
use jiff::civil::Date;

use crate::parser::DateOrder;
use crate::parser::stamp::Day;
use crate::parser::stamp::Stamp;

#[rustfmt::skip]
const MONTHS: &[(&str, i8)] = &[
    ("jan", 1), ("ene", 1), ("feb", 2), ("fev", 2), ("fév", 2), ("mar", 3), ("mär", 3), ("mrz", 3),
    ("maa", 3), ("apr", 4), ("abr", 4), ("avr", 4), ("may", 5), ("mai", 5), ("mei", 5), ("mag", 5),
    ("jun", 6), ("juin", 6), ("giu", 6), ("jul", 7), ("juil", 7), ("lug", 7), ("aug", 8), ("ago", 8),
    ("aoû", 8), ("aou", 8), ("sep", 9), ("set", 9), ("oct", 10), ("okt", 10), ("out", 10), ("ott", 10),
    ("nov", 11), ("dec", 12), ("dez", 12), ("dic", 12), ("déc", 12),
];

/// The names of months in seven languages, and what they are shortened to.
const MONTH: &str = r"(?:jan(?:uary|uar|vier|eiro)?|enero|ene|feb(?:ruary|ruar|rero|braio)?|fev(?:ereiro)?|février|fevrier|févr|mar(?:ch|zo|ço|co|s)?|märz|mrz|maart|apr(?:il|ile)?|abr(?:il)?|avr(?:il)?|may|mai|mayo|maio|mei|maggio|jun[ei]?|junio|junho|juin|giugno|jul[yi]?|julio|julho|juillet|juil|luglio|aug(?:ust|ustus)?|ago(?:sto)?|août|aout|sep(?:tember|tiembre|tembre)?|sept|set(?:embro|tembre)?|oct(?:ober|ubre|obre)?|okt(?:ober)?|out(?:ubro)?|ottobre|nov(?:ember|iembre|embre|embro)?|dec(?:ember|embre)?|dez(?:ember|embro)?|dic(?:iembre|embre)?|déc(?:embre)?)";

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?ix)
        (?P<y1>\b(?:19|20)\d\d)(?:-|/|\.)(?P<m1>\d{{1,2}})(?:-|/|\.)(?P<d1>\d{{1,2}})(?:\b|T)
        | \b(?P<y9>20\d\d)(?P<m9>0[1-9]|1[0-2])(?P<d9>0[1-9]|[12]\d|3[01])T[0-2]\d[0-5]\d
        | (?P<y2>(?:19|20)\d\d)\s?[年년]\s?(?P<m2>\d{{1,2}})\s?[月월]\s?(?P<d2>\d{{1,2}})\s?[日일]
        | (?:\b(?:on|of|from|since|until|by)\s+the\s+)?\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th|\.|er|º)?(?:\s+(?:of|de)|\s?[–—-]\s?\d{{1,2}}(?:st|nd|rd|th|\.)?)?\s+(?P<m3>{MONTH})\b\.?(?:,?\s+(?:(?:de|of|del)\s+)?(?P<y3>(?:19|20)\d\d)\b)?
        | \b(?P<m4>{MONTH})\.?\s+(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?:\s?[–—-]\s?(?:{MONTH}\.?\s+)?\d{{1,2}}(?:st|nd|rd|th)?)?\b(?:,?\s+(?P<y4>(?:19|20)\d\d)\b)?
        | \b(?P<a5>\d{{1,2}})(?P<s5>/|\.|-)(?P<b5>\d{{1,2}})(?:/|\.|-)(?P<y5>(?:19|20)?\d\d)\b
        | \b(?P<d6>\d{{1,2}})[-/\x20](?P<m6>{MONTH})[-/\x20](?P<y6>(?:19|20)?\d\d)\b
        | \b(?:on|of|from|since|until|by)\s+the\s+(?P<d8>\d{{1,2}})(?:st|nd|rd|th)\b(?:\s+at\b)?
        | (?P<m7>\d{{1,2}})\s?[月월]\s?(?P<d7>\d{{1,2}})\s?[日일]
        "
    ))
    .expect("a constant")
});

/// The dates of a text in their order.
pub(crate) fn find(text: &str, order: Option<DateOrder>) -> Vec<Stamp> {
    DATE.captures_iter(text)
        .filter_map(|found| date_stamp(&found, order))
        .collect()
}

fn number<T: std::str::FromStr>(found: &Captures<'_>, name: &str) -> Option<T> {
    found.name(name)?.as_str().parse().ok()
}

fn month(found: &Captures<'_>, name: &str) -> Option<i8> {
    let written = found.name(name)?.as_str().to_lowercase();
    MONTHS
        .iter()
        .filter(|(begin, _)| written.starts_with(begin))
        .max_by_key(|(begin, _)| begin.len())
        .map(|(_, month)| *month)
}

fn date_stamp(found: &Captures<'_>, order: Option<DateOrder>) -> Option<Stamp> {
    let whole = found.get(0)?;
    let day = day(found, order)?;
    // `20260405T1215`: the day ends where its last digit does.
    let basic = found.name("d9").map(|day| day.end());
    let end = basic.unwrap_or(whole.end() - usize::from(whole.as_str().ends_with('T')));
    Some(Stamp {
        start: whole.start(),
        end,
        day: Some(day),
        time: None,
        no_time: None,
        zone: None,
    })
}

fn written(found: &Captures<'_>) -> String {
    found
        .get(0)
        .map_or("", |whole| whole.as_str())
        .trim_end_matches('T')
        .to_owned()
}

fn full(found: &Captures<'_>, year: i16, month: i8, day: i8) -> Day {
    Date::new(year, month, day).map_or_else(|_| Day::Impossible(written(found)), Day::Full)
}

/// Whether what may be a short month is more likely a word: `11 out of 30`, `came out 2 times`, `set 3`.
fn is_word(found: &Captures<'_>, name: &str) -> bool {
    let written = found.name(name).map(|month| month.as_str().to_lowercase());
    let of = |whole: &str| whole.contains(" de ");
    matches!(written.as_deref(), Some("out" | "set" | "ago"))
        && !found.get(0).is_some_and(|whole| of(whole.as_str()))
}

/// A day of a month whose year is not written.
fn no_year(month: i8, day: i8) -> Option<Day> {
    Date::new(2024, month, day)
        .is_ok()
        .then_some(Day::NoYear(month, day))
}

fn day(found: &Captures<'_>, order: Option<DateOrder>) -> Option<Day> {
    for (y, m, d) in [("y1", "m1", "d1"), ("y2", "m2", "d2"), ("y9", "m9", "d9")] {
        if let (Some(year), Some(month), Some(day)) =
            (number(found, y), number(found, m), number(found, d))
        {
            return Some(full(found, year, month, day));
        }
    }
    for (m, d, y) in [("m3", "d3", "y3"), ("m4", "d4", "y4"), ("m6", "d6", "y6")] {
        if let (Some(month), Some(day)) = (month(found, m), number::<i8>(found, d)) {
            return match number::<i16>(found, y) {
                None if is_word(found, m) => None,
                Some(year) => Some(full(found, century(year), month, day)),
                None => no_year(month, day),
            };
        }
    }
    if let (Some(month), Some(day)) = (number::<i8>(found, "m7"), number::<i8>(found, "d7")) {
        return no_year(month, day);
    }
    if let Some(day) = number::<i8>(found, "d8") {
        return (1..=31).contains(&day).then_some(Day::OfMonth(day));
    }
    numeric(found, order)
}

/// A date of three numbers with the year last: with dots the day comes first, else only a number above 12 tells.
fn numeric(found: &Captures<'_>, order: Option<DateOrder>) -> Option<Day> {
    let (first, second, year): (i8, i8, i16) = (
        number(found, "a5")?,
        number(found, "b5")?,
        number(found, "y5")?,
    );
    let dotted = found.name("s5")?.as_str() == ".";
    let short_year = year < 100;
    let full = |month, day| Some(full(found, century(year), month, day));
    match (first, second) {
        _ if dotted && short_year => None,
        _ if dotted => full(second, first),
        (13.., 1..=12) => full(second, first),
        (1..=12, 13..) => full(first, second),
        (1..=12, 1..=12) if first == second => full(first, second),
        (1..=12, 1..=12) => match order {
            Some(DateOrder::Dmy) => full(second, first),
            Some(DateOrder::Mdy) => full(first, second),
            None => Some(Day::Ambiguous(written(found))),
        },
        _ if short_year => None,
        _ => Some(Day::Impossible(written(found))),
    }
}

fn century(year: i16) -> i16 {
    if year < 100 { year + 2000 } else { year }
}
