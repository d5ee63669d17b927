//! Amount: an amount of money that was lost, told from budgets, limits, prices and rates.

use std::ops::Range;
use std::sync::LazyLock;

use crate::expression::Match;
use crate::expression::Regex;
use crate::parser::figure::MONEY;

/// What stands right before an amount that bounds something, and is no loss.
static BOUND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)(?:\b(?:budgets?|limits?|thresholds?|caps?|ceilings?|quotas?|targets?|tolerances?|allowances?|prices?|fees?)\s
            (?:(?:of|is|was|are|were|at|to|from)\s)?
        |\b(?:capped|limited|priced|set)\s(?:at|to)\s
        |\bexceed(?:s|ed|ing)?\s
        |\b(?:orders|transactions|payments|claims|amounts|purchases|transfers|baskets|invoices|refunds|chargebacks|losses)\s
            (?:above|over|under|below|of\smore\sthan|up\sto|less\sthan|greater\sthan|larger\sthan)\s)
        (?:about\s|around\s|roughly\s|~\s?)?$",
    )
    .expect("a constant")
});
/// What stands right behind an amount that is a price or a rate.
static RATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(?:/|(?:per|apiece|each)\b|an?\s(?:minute|hour|day|week|month|quarter|year|call|request|unit|seat|piece|head|click)\b)")
        .expect("a constant")
});
/// A sentence that says that nothing was lost.
static NOTHING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:no\s(?:money|revenue|loss(?:es)?|costs?|damage)\b|nothing\swas\slost|(?:did\snot|didn't)\s(?:lose|cost))")
        .expect("a constant")
});
/// What joins the two ends of a range.
static TO: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^\s?(?:to|and|–|-)\s?").expect("a constant"));

/// Where the first amount of a sentence stands that may have been lost; both ends where it is a range.
pub(super) fn find(sentence: &str) -> Option<Range<usize>> {
    if NOTHING.is_match(sentence) {
        return None;
    }
    let trimmed = |found: Match<'_>| found.start()..found.start() + found.as_str().trim_end().len();
    let mut found = MONEY.find_iter(sentence).map(trimmed);
    let first = found
        .find(|at| !BOUND.is_match(&sentence[..at.start]) && !RATE.is_match(&sentence[at.end..]))?;
    Some(range(sentence, &first).unwrap_or(first))
}

/// The whole of a range of which an amount is the first end.
fn range(sentence: &str, first: &Range<usize>) -> Option<Range<usize>> {
    let between = sentence[..first.start].strip_suffix("between ");
    let joint = TO.find(&sentence[first.end..])?;
    let second = first.end + joint.end();
    let last = MONEY.find_at(sentence, second)?;
    let start = between.map_or(first.start, str::len);
    let is_range = between.is_some() || joint.as_str().trim() != "and";
    (is_range && last.start() == second)
        .then_some(start..last.start() + last.as_str().trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn what_was_lost_is_told_from_what_was_allowed() {
        for (sentence, expected) in [
            ("We lost about $12,000 in revenue", Some("$12,000")),
            ("Refunds of EUR 8,400 were paid out", Some("EUR 8,400")),
            (
                "Refunds worth 300 dollars and a loss of 9,000 euros",
                Some("300 dollars"),
            ),
            (
                "The loss is between $30,000 and $50,000",
                Some("between $30,000 and $50,000"),
            ),
            ("It cost $3m to $5m", Some("$3m to $5m")),
            (
                "Orders above $500 were refunded, which cost 2,000 dollars",
                Some("2,000 dollars"),
            ),
            ("The monthly budget of $40,000 was not exceeded", None),
            ("The model costs $3 per thousand calls", None),
            ("Losses of $900 a day", None),
            ("The limit was 10,000 dollars; the bill was paid", None),
            ("No money was lost; exposure was capped at $100,000", None),
            ("The alert fires when losses exceed $5,000", None),
            ("Nothing was said of costs", None),
        ] {
            let found = find(sentence).map(|at| &sentence[at]);
            assert_eq!(found, expected, "{sentence}");
        }
    }
}
