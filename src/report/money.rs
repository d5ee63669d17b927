//! Money: what incidents say they lost, added up by currency where an amount can be read without doubt.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::expression::Regex;

use crate::report::selection::Selection;
use crate::tally::Name;

/// A currency's code with its sign and the words that mean it.
const CURRENCIES: &[(&str, &str, &[&str])] = &[
    (
        "USD",
        "$",
        &["$", "usd", "us$", "dollar", "dollars", "us dollars"],
    ),
    ("EUR", "€", &["€", "eur", "euro", "euros"]),
    (
        "GBP",
        "£",
        &["£", "gbp", "pound", "pounds", "pounds sterling"],
    ),
    ("JPY", "¥", &["¥", "jpy", "yen"]),
    ("INR", "₹", &["₹", "inr", "rupee", "rupees"]),
    ("CHF", "CHF ", &["chf", "francs", "swiss francs"]),
    ("CAD", "CA$", &["cad", "ca$", "canadian dollars"]),
    ("AUD", "A$", &["aud", "a$", "australian dollars"]),
    ("SEK", "SEK ", &["sek", "swedish kronor"]),
    ("BRL", "R$", &["brl", "r$", "reais"]),
];

/// An amount with its currency before or behind it, and nothing else but a word of roughness. A number such as `1.234`,
/// which means two things in two countries, does not fit.
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    let roughly = r"(?:about|around|roughly|approximately|approx\.?|circa|some|nearly|almost|an estimated|estimated|~|≈)?";
    let number = r"(?<number>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?)";
    let times = r"(?<times>thousand|million|billion|mn|bn|k|m)?";
    let pattern = format!(
        r"^{roughly}\s*(?<before>[^\d\s~≈]{{1,3}})?\s*{number}\s*{times}(?:\s*(?<after>[^\d]{{1,20}}))?$"
    );
    Regex::new(&pattern).expect("the pattern is tested")
});

/// Amounts of money by currency.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Money {
    /// The sum of each currency, by its code.
    pub sums: BTreeMap<&'static str, f64>,
    /// How many incidents are in the sums.
    pub added: usize,
    /// How many state an amount, in whatever words.
    pub stated: usize,
    /// How many incidents they are.
    pub of: usize,
}

/// What some incidents state, read once: their money is added up in many ways.
#[derive(Default)]
pub struct Amounts(HashMap<Name, Option<(&'static str, f64)>>);

impl Amounts {
    /// Reads what some incidents state.
    pub fn of(incidents: &Selection<'_>) -> Amounts {
        let mut amounts = Amounts::default();
        for text in incidents
            .iter()
            .filter_map(|entry| entry.costs.money.as_ref())
        {
            let known = amounts.0.entry(text.clone());
            known.or_insert_with(|| parse(text));
        }
        amounts
    }

    /// Adds up what some of them state.
    pub fn sum(&self, incidents: &Selection<'_>) -> Money {
        let mut money = Money {
            of: incidents.len(),
            ..Money::default()
        };
        for text in incidents
            .iter()
            .filter_map(|entry| entry.costs.money.as_ref())
        {
            money.stated += 1;
            if let Some((code, amount)) = self.0.get(text).copied().flatten() {
                *money.sums.entry(code).or_default() += amount;
                money.added += 1;
            }
        }
        money
    }
}

impl Money {
    /// Adds up what some incidents state.
    pub fn of(incidents: &Selection<'_>) -> Money {
        Amounts::of(incidents).sum(incidents)
    }

    /// The sums in words, the largest number first: `$3.12 million, £247,000`; empty where nothing could be added.
    pub fn words(&self) -> String {
        let mut sums: Vec<(&str, f64)> =
            self.sums.iter().map(|(code, sum)| (*code, *sum)).collect();
        sums.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        let words: Vec<String> = sums.iter().map(|(code, sum)| shown(code, *sum)).collect();
        words.join(", ")
    }
}

/// Code of the currency and amount of a text that is an amount of money and nothing else.
pub fn parse(text: &str) -> Option<(&'static str, f64)> {
    let lower = text.trim().trim_end_matches('.').to_lowercase();
    let found = AMOUNT.captures(&lower)?;
    let part = |name| found.name(name).map(|part| part.as_str().trim());
    let code = match (part("before"), part("after")) {
        (Some(word), None) | (None, Some(word)) => currency(word)?,
        _ => return None,
    };
    let number: f64 = part("number")?.replace(',', "").parse().ok()?;
    let times = match part("times") {
        Some("k" | "thousand") => 1e3,
        Some("m" | "mn" | "million") => 1e6,
        Some("bn" | "billion") => 1e9,
        _ => 1.0,
    };
    Some((code, number * times))
}

fn currency(word: &str) -> Option<&'static str> {
    let mut all = CURRENCIES.iter();
    let found = all.find(|(_, _, words)| words.contains(&word))?;
    Some(found.0)
}

fn shown(code: &str, amount: f64) -> String {
    let sign = CURRENCIES.iter().find(|(other, _, _)| *other == code);
    let sign = sign.map_or(code, |(_, sign, _)| sign);
    if amount >= 1e6 {
        let millions = format!("{:.2}", amount / 1e6);
        let millions = millions.trim_end_matches('0').trim_end_matches('.');
        return format!("{sign}{millions} million");
    }
    let digits = format!("{:.0}", amount);
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_only_where_it_can_mean_one_thing() {
        for (text, expected) in [
            ("58,000 pounds", Some(("GBP", 58_000.0))),
            ("3.1 million dollars", Some(("USD", 3_100_000.0))),
            ("€74,000", Some(("EUR", 74_000.0))),
            ("$1.2m", Some(("USD", 1_200_000.0))),
            ("about 40 k EUR", Some(("EUR", 40_000.0))),
            ("USD 12.50", Some(("USD", 12.5))),
            ("~ £9k", Some(("GBP", 9_000.0))),
            ("1.234 euros", None),
            ("$3 to $5 million", None),
            ("between 3 and 5 dollars", None),
            ("$5 per user", None),
            ("$5 USD", None),
            ("23,700 failed payments", None),
            ("12,34 dollars", None),
            ("5", None),
            ("", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn sums_are_told_as_a_person_would() {
        assert_eq!(shown("USD", 3_123_700.0), "$3.12 million");
        assert_eq!(shown("GBP", 247_000.0), "£247,000");
        assert_eq!(shown("EUR", 900.0), "€900");
        assert_eq!(shown("CHF", 2_000_000.0), "CHF 2 million");
    }
}
