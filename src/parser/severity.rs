//! Severity as it is written in every usual scale.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::Severity;
use crate::parser::fold::fold;

static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|[^\p{L}\d])(?:sev(?:erity)?|severidade?|schweregrad|gravit[eéà]|s|p|prio(?:rity)?|level|tier|cat(?:egory)?|class|kategorie|categor[ií]a|severity::|priority::)[\s_:#/-]*([0-5])(?:$|[^\d.])").expect("a constant")
});
static BARE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*([0-5])\s*(?:$|[(\[]|[-–—:]\s*\p{L})").expect("a constant"));

/// Words between two severities of which the first was given first: `SEV1, downgraded to SEV2`.
static CHANGED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:(?:down|up)graded|lowered|raised|reduced|then|later|initially|at first)\b|→|->",
    )
    .expect("a constant")
});
/// A severity and nothing else, by a name that is used for nothing else: `SEV 2`, `Priority 2`, `P1`.
static ALONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:sev(?:erity)?|prio(?:rity)?|p|s)[\s_:#-]*[0-5]\W*$")
        .expect("a constant")
});

/// Whether a text is a severity and nothing else.
pub(crate) fn is_alone(text: &str) -> bool {
    ALONE.is_match(text)
}

const WORDS: &[(&str, u8)] = &[
    ("highest", 1),
    ("critical", 1),
    ("blocker", 1),
    ("catastrophic", 1),
    ("severe", 1),
    ("kritisch", 1),
    ("critico", 1),
    ("critica", 1),
    ("critique", 1),
    ("urgent", 1),
    ("致命的", 1),
    ("重大", 1),
    ("严重", 1),
    ("심각", 1),
    ("high", 2),
    ("major", 2),
    ("hoch", 2),
    ("alta", 2),
    ("alto", 2),
    ("elevee", 2),
    ("eleve", 2),
    ("majeur", 2),
    ("majeure", 2),
    ("mayor", 2),
    ("maior", 2),
    ("haute", 2),
    ("wichtig", 2),
    ("grave", 2),
    ("significant", 2),
    ("高", 2),
    ("높음", 2),
    ("medium", 3),
    ("moderate", 3),
    ("mittel", 3),
    ("media", 3),
    ("medio", 3),
    ("moyenne", 3),
    ("moyen", 3),
    ("moderada", 3),
    ("中", 3),
    ("보통", 3),
    ("low", 4),
    ("minor", 4),
    ("niedrig", 4),
    ("gering", 4),
    ("baja", 4),
    ("bajo", 4),
    ("baixa", 4),
    ("baixo", 4),
    ("faible", 4),
    ("mineure", 4),
    ("mineur", 4),
    ("menor", 4),
    ("leve", 4),
    ("bassa", 4),
    ("低", 4),
    ("낮음", 4),
    ("lowest", 5),
    ("informational", 5),
    ("cosmetic", 5),
    ("negligible", 5),
    ("trivial", 5),
];

/// The severity that a value states; `None` where it states none or offers a choice.
pub(crate) fn of(value: &str) -> Option<Severity> {
    let value = value.trim();
    if value.is_empty() || value.len() > 200 {
        return None;
    }
    let numbered: Vec<u8> = numbers(value);
    if let Some(first) = numbered.first() {
        let one = numbered.iter().all(|other| other == first) || CHANGED.is_match(value);
        return one.then(|| Severity::of_rank(*first)).flatten();
    }
    if let Some(found) = BARE.captures(value) {
        return Severity::of_rank(found[1].parse().ok()?);
    }
    let folded = fold(value);
    let ranks: Vec<u8> = folded
        .split(' ')
        .filter_map(|word| {
            WORDS
                .iter()
                .find(|(known, _)| *known == word)
                .map(|(_, rank)| *rank)
        })
        .collect();
    let first = *ranks.first()?;
    // `Critical / High / Medium` is a choice, `High (major outage)` is not.
    let open = value.contains(['/', '|']) && ranks.iter().any(|rank| *rank != first);
    let leads = folded
        .split(' ')
        .position(|word| WORDS.iter().any(|(known, _)| *known == word))
        .is_some_and(|at| at < 4);
    (!open && leads).then(|| Severity::of_rank(first)).flatten()
}

fn numbers(value: &str) -> Vec<u8> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(number) = NUMBERED
        .captures_at(value, at)
        .and_then(|captures| captures.get(1))
    {
        found.extend(number.as_str().parse::<u8>());
        at = number.end();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scale_has_its_rank() {
        for (text, rank) in [
            ("SEV1", 1),
            ("SEV-0", 0),
            ("Sev 2", 2),
            ("P2", 2),
            ("S3", 3),
            ("severity::1", 1),
            ("Severity 4", 4),
            ("2", 2),
            ("1 (patient safety, no harm found)", 1),
            ("Critical", 1),
            ("High (feature completely non-functional)", 2),
            ("Critical - Complete feature failure", 1),
            ("🔴 SEV-1", 1),
            ("medium", 3),
            ("Hoch", 2),
            ("P1 (SEV1)", 1),
            ("Minor", 4),
            ("Category 1", 1),
            ("Highest (P1)", 1),
            ("SEV1, downgraded to SEV2", 1),
        ] {
            assert_eq!(of(text).map(Severity::rank), Some(rank), "{text}");
        }
        for text in [
            "P1 / P2 / P3",
            "SEV-1 | SEV-2 | SEV-3",
            "🔴 Sev 1 / 🟡 Sev 2",
            "Critical / High / Medium / Low",
            "",
            "TBD",
            "none",
            "12",
            "2026-07-03",
            "3 hours",
        ] {
            assert_eq!(of(text).map(Severity::rank), None, "{text}");
        }
    }
}
