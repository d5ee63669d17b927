//! Told name: the services, the models and the trigger that sentences name, where nothing else states them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::Fact;
use crate::incident::Facts;
use crate::incident::Origin;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::sentence;
use crate::parser::source::Source;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// The most names of one kind that are told.
const MOST: usize = 5;
/// The most passages that are read.
const MOST_PASSAGES: usize = 400;
/// The first passages, of which one name is enough.
const LEADING: usize = 5;
/// The longest trigger, in bytes.
const LONGEST_TRIGGER: usize = 200;
/// How often words of machine learning stand in a document that speaks of a model.
const LEARNING_WORDS: usize = 3;

static MODEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:[Tt]he|[Oo]ur|[Aa]n?|[Tt]his|its|their)\s+((?:[a-z][a-z0-9]*(?:-[a-z0-9]+)*\s+)?[a-z][a-z0-9]*(?:-[a-z0-9]+)*)\s+(model|ranker|classifier|scorer|recommender|forecaster)\b|\b([a-z][a-z0-9]*(?:[-_][a-z0-9]+)*[-_](?:model|ranker|classifier|scorer|recommender|forecaster)(?:[-_]v?\d+)?)\b").expect("a constant")
});
static SERVICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:[Tt]he|[Oo]ur)\s+([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\s+(?:micro)?services?\b")
        .expect("a constant")
});
static TRIGGERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:(?:was|were|is|been|got) (?:first |initially |inadvertently )?(?:triggered|set off|kicked off) (?:by|when)|(?:the )?trigger(?: of the (?:incident|outage|failure))? (?:was|is)(?: that)?)\s+([^.;]{5,300})").expect("a constant")
});
/// What is triggered and is no incident.
static OTHER_TRIGGER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:alerts?|alarms?|pages?|rollback|rebuild|restart|job|pipeline|build|failover|backfill|retraining)\b[^.;]{0,40}$").expect("a constant")
});
static LEARNING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:train(?:ed|ing)?|retrain\w*|inference|predictions?|scores?|scoring|recall|precision|auc|features?|embeddings?|drift\w*|labels?|machine learning)\b").expect("a constant")
});

/// Words before `model` or `service` that name none.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "new", "old", "older", "newer", "previous", "former", "current", "latest", "last", "next", "first", "second", "third", "same", "other",
    "another", "whole", "entire", "original", "existing", "different", "better", "worse", "good", "bad", "right", "wrong", "correct",
    "trained", "retrained", "deployed", "served", "live", "fixed", "broken", "stale", "fresh", "corrected", "updated", "rolled-back",
    "data", "domain", "mental", "threat", "permission", "security", "object", "pricing-plan", "business", "operating", "shared", "machine-learning",
    "ml", "language", "production", "champion", "challenger", "candidate", "shadow", "base", "baseline", "fallback", "small", "large", "big",
    "smaller", "larger", "simple", "simpler", "single", "main", "underlying", "affected", "said", "very", "only", "own", "such", "more",
    "customer", "health", "self", "web", "cloud", "managed", "third-party", "external", "internal", "upstream", "downstream", "full",
    "normal", "degraded", "critical", "public", "private", "core", "back", "in", "of", "to", "and", "or", "for", "with", "that", "which",
    "online", "offline", "nightly", "daily", "weekly", "two", "three", "several", "all", "both", "each", "every", "many", "most", "some",
    "consumer", "calling", "dependent", "systemd", "windows", "linux", "customers", "users", "quality", "time", "one", "no", "as", "on", "by",
    "the", "a", "an", "our", "its", "their", "this", "tree", "graph", "transformer", "embedding", "two-tower", "sequence", "linear", "neural",
    "reweighted", "pre-trained", "finetuned", "fine-tuned",
];

/// Words that a name does not hold.
const ARTICLES: &[&str] = &["the", "a", "an", "our", "its", "their", "this"];

/// Fills in what no key and no code span states.
pub(crate) fn fill(outline: &Outline, source: &Source<'_>, facts: &mut Facts) {
    let told: Vec<&Passage> = outline
        .passages
        .iter()
        .filter(|it| tells(outline, it))
        .take(MOST_PASSAGES)
        .collect();
    if facts.models.is_empty() && is_of_learning(&told) {
        facts.models = names(&told, source, &MODEL, 2);
    }
    if facts.services.is_empty() {
        facts.services = names(&told, source, &SERVICE, 2);
    }
    if facts.trigger.is_none() {
        facts.trigger = trigger(outline, &told, source);
    }
}

fn tells(outline: &Outline, passage: &Passage) -> bool {
    let prose = matches!(
        passage.kind,
        BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Title
    );
    let kind = outline.kind(passage);
    prose
        && !matches!(
            kind,
            SectionKind::Support
                | SectionKind::People
                | SectionKind::Actions
                | SectionKind::RuledOut
        )
}

fn is_of_learning(told: &[&Passage]) -> bool {
    let words = told
        .iter()
        .flat_map(|passage| LEARNING.find_iter(passage.piece.text()));
    words.take(LEARNING_WORDS).count() == LEARNING_WORDS
}

/// The names that a pattern finds at least so often, the most frequent first.
fn names(
    told: &[&Passage],
    source: &Source<'_>,
    pattern: &Regex,
    least: usize,
) -> Vec<Fact<String>> {
    let mut found: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (number, passage) in told.iter().enumerate() {
        // What the first passages speak of is what the document is about.
        let weight = if number < LEADING { least } else { 1 };
        for words in pattern.captures_iter(passage.piece.text()) {
            let Some((name, at)) = name(&words) else {
                continue;
            };
            let at = passage.piece.visible.original(at);
            found.entry(name).or_insert((0, at)).0 += weight;
        }
    }
    let mut ranked: Vec<(String, (usize, usize))> = found
        .into_iter()
        .filter(|(_, (count, _))| *count >= least)
        .collect();
    ranked.sort_by(|(name, (count, _)), (other, (others, _))| {
        others.cmp(count).then(name.cmp(other))
    });
    ranked
        .into_iter()
        .take(MOST)
        .map(|(value, (_, at))| Fact {
            value,
            line: source.line(at),
            origin: Origin::Prose,
        })
        .collect()
}

/// The name in a match without the words that name nothing; what is left says which model or service.
fn name(words: &crate::expression::Captures<'_>) -> Option<(String, usize)> {
    if let Some(whole) = words.iter().skip(3).flatten().next() {
        return Some((whole.as_str().to_owned(), whole.start()));
    }
    let phrase = words.get(1)?;
    let telling: Vec<&str> = phrase
        .as_str()
        .split_whitespace()
        .filter(|word| !PLAIN.contains(word))
        .collect();
    let last_is_plain = phrase
        .as_str()
        .split_whitespace()
        .next_back()
        .is_some_and(|word| PLAIN.contains(&word));
    let holds_article = phrase
        .as_str()
        .split_whitespace()
        .any(|word| ARTICLES.contains(&word));
    if telling.is_empty() || last_is_plain || holds_article {
        return None;
    }
    let telling = telling.join(" ");
    let name = match words.get(2) {
        Some(noun) => format!("{telling} {}", noun.as_str()),
        None => telling,
    };
    Some((name, phrase.start()))
}

/// What set it off, in the words of the first sentence that says so.
fn trigger(outline: &Outline, told: &[&Passage], source: &Source<'_>) -> Option<Fact<String>> {
    let may_tell = |passage: &&&Passage| {
        matches!(
            outline.kind(passage),
            SectionKind::Body
                | SectionKind::Summary
                | SectionKind::WhatHappened
                | SectionKind::RootCause
                | SectionKind::Trigger
                | SectionKind::Impact
        )
    };
    told.iter().filter(may_tell).find_map(|passage| {
        let text = passage.piece.text();
        sentence::sentences(text)
            .into_iter()
            .find_map(|(start, end)| {
                let sentence = text.get(start..end)?;
                let found = TRIGGERED.captures(sentence)?;
                let before = sentence.get(..found.get(0)?.start())?;
                let words = found.get(1).filter(|_| !OTHER_TRIGGER.is_match(before))?;
                let value = words.as_str().trim().trim_end_matches(',');
                (value.len() <= LONGEST_TRIGGER).then(|| Fact {
                    value: value.to_owned(),
                    line: source.line(passage.piece.visible.original(start + words.start())),
                    origin: Origin::Prose,
                })
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::document::Limits;
    use crate::parser;

    fn facts(text: &str) -> Facts {
        let document = Document::read("a.md", text.as_bytes().to_vec(), &Limits::default());
        parser::parse(&document.expect("text"), &parser::Options::default())
            .postmortem
            .facts
    }

    fn values(facts: &[Fact<String>]) -> Vec<&str> {
        facts.iter().map(|fact| fact.value.as_str()).collect()
    }

    #[test]
    fn names_that_are_told_twice_are_names() {
        let text = "# T\n\nThe churn model was trained on old features. We retrained the churn model. The new model scores well.\n\nThe payment service was slow, and our payment service waited. The outage was triggered by a deploy of the gateway. The other service was fine.\n";
        let facts = facts(text);
        assert_eq!(values(&facts.models), ["churn model"]);
        assert_eq!(values(&facts.services), ["payment"]);
        let trigger = facts.trigger.map(|fact| fact.value);
        assert_eq!(trigger.as_deref(), Some("a deploy of the gateway"));
    }

    #[test]
    fn what_is_not_told_is_absent() {
        let text = "# T\n\nThe data model was changed. An alert was triggered by the queue. Our service was down, and the web service too.\n";
        let facts = facts(text);
        assert!(
            facts.models.is_empty() && facts.services.is_empty(),
            "{facts:?}"
        );
        assert_eq!(facts.trigger, None);
    }
}
