//! Explanation: the five stages of a classification as text that a person can follow and argue with, or as JSON.

use pm_kb::classifier;
use pm_kb::classifier::Explanation;
use pm_kb::postmortem::Postmortem;
use pm_kb::rule::RuleSet;
use serde_json::Value;
use serde_json::json;

use crate::render;
use crate::terminal::clean;

/// Labels whose score is below this are left out of the text.
const LEAST_SCORE: f64 = 0.05;

/// The stages of one document as text.
pub(crate) fn text(rules: &RuleSet, source: &str, text: &str, postmortem: &Postmortem) -> String {
    let of = classifier::explain(rules, text, postmortem);
    let mut lines = vec![clean(source)];
    lines.extend(read(&of, postmortem));
    lines.extend(found(&of));
    lines.push("4 scored".to_owned());
    let scores = of
        .scores
        .iter()
        .filter(|(_, score)| score.abs() >= LEAST_SCORE);
    lines.extend(scores.map(|(label, score)| format!("  {score:>7.2}  {label}")));
    lines.push("5 decided".to_owned());
    lines.extend(
        of.reasons
            .iter()
            .map(|reason| format!("  {}", clean(reason))),
    );
    lines.push(format!(
        "  = {} {} {}",
        of.classification.failure_mode, of.classification.decay, of.classification.confidence
    ));
    lines.extend(render::evidence_lines(&of.classification.evidence, source));
    lines.join("\n")
}

/// First stage: how much was read in which sections.
fn read(of: &Explanation, postmortem: &Postmortem) -> Vec<String> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for sentence in &of.sentences {
        match counts
            .iter_mut()
            .find(|(section, _)| *section == sentence.section.id())
        {
            Some((_, count)) => *count += 1,
            None => counts.push((sentence.section.id(), 1)),
        }
    }
    let sections: Vec<String> = counts
        .iter()
        .map(|(section, count)| format!("{section} {count}"))
        .collect();
    vec![
        format!(
            "1 read: {} sentences of {}",
            of.sentences.len(),
            clean(&postmortem.title)
        ),
        format!("  {}", sections.join(", ")),
    ]
}

/// Second and third stage: what rules found, in the order of the document, and how the text around qualifies it.
fn found(of: &Explanation) -> Vec<String> {
    let mut lines = vec![format!("2 found, 3 qualified: {} cues", of.hits.len())];
    let mut hits: Vec<_> = of.hits.iter().collect();
    hits.sort_by(|one, other| {
        (one.sentence, &one.rule, &one.cue).cmp(&(other.sentence, &other.rule, &other.cue))
    });
    for hit in hits {
        let sentence = &of.sentences[hit.sentence];
        lines.push(format!(
            "  {:>4}:{:<4} {:<14} {:<12} {:<32} {:<14} “{}”",
            sentence.position.line,
            sentence.position.column,
            sentence.section.id(),
            hit.state.id(),
            clean(&hit.label),
            hit.rule,
            clean(hit.words.trim()),
        ));
    }
    lines
}

/// The stages of one document as JSON: `pm-kb/explanation/1`.
pub(crate) fn json(rules: &RuleSet, source: &str, text: &str, postmortem: &Postmortem) -> Value {
    let of = classifier::explain(rules, text, postmortem);
    let sentences: Vec<Value> = of
        .sentences
        .iter()
        .map(|one| {
            json!({"section": one.section.id(), "line": one.position.line, "column": one.position.column,
                "text": one.text})
        })
        .collect();
    let hits: Vec<Value> = of
        .hits
        .iter()
        .map(|hit| {
            json!({"sentence": hit.sentence, "rule": hit.rule, "cue": hit.cue, "label": hit.label,
                "words": hit.words, "state": hit.state.id(), "weight": hit.weight})
        })
        .collect();
    let scores: Vec<Value> = of
        .scores
        .iter()
        .map(|(label, score)| json!({"label": label, "score": score}))
        .collect();
    json!({
        "schema": "pm-kb/explanation/1",
        "source": source,
        "sentences": sentences,
        "hits": hits,
        "scores": scores,
        "reasons": of.reasons,
        "failure_mode": of.classification.failure_mode.id(),
        "decay": of.classification.decay.id(),
    })
}
