//! Explanation: the five stages of a classification as text that a person can follow and argue with, or as JSON.

use pm_kb::classification::Classification;
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

/// So many sentences are named for each label.
const MOST_SHARES: usize = 3;

/// The stages of one document as text.
pub(crate) fn text(rules: &RuleSet, source: &str, text: &str, postmortem: &Postmortem) -> String {
    let of = classifier::explain(rules, text, postmortem);
    let mut lines = vec![clean(source)];
    lines.extend(read(&of, postmortem));
    lines.extend(found(&of));
    lines.extend(scored(&of));
    lines.push("5 decided".to_owned());
    lines.extend(
        of.reasons
            .iter()
            .map(|reason| format!("  {}", clean(reason))),
    );
    lines.push(format!("  = {}", labels(&of.classification)));
    lines.extend(render::evidence_lines(&of.classification.evidence, source));
    let against = &of.classification.counter_evidence;
    if !against.is_empty() {
        lines.push("  against it".to_owned());
        lines.extend(render::evidence_lines(against, source));
    }
    lines.join("\n")
}

/// The labels of the cause, why there is none where there is none, and how often such labels are right.
fn labels(of: &Classification) -> String {
    let reason = of
        .reason
        .map_or(String::new(), |reason| format!(" ({reason})"));
    let others = of.secondary.iter();
    let others = others.map(|one| format!(", {} {}", one.role, one.mode));
    format!(
        "{}{reason} {}{}, confidence {}: of labels this sure, {:.0} in 100 were right",
        of.failure_mode,
        of.decay,
        others.collect::<String>(),
        of.confidence,
        of.probability * 100.0
    )
}

/// Fourth stage: what the sentences add to every label, the strongest first; each further one counts less.
fn scored(of: &Explanation) -> Vec<String> {
    let mut lines =
        vec!["4 scored: what each sentence adds, the next ones less and less".to_owned()];
    for one in of
        .scores
        .iter()
        .filter(|one| one.score.abs() >= LEAST_SCORE)
    {
        let shares = one
            .shares
            .iter()
            .take(MOST_SHARES)
            .map(|(sentence, value)| {
                let line = of.sentences[*sentence].position.line;
                format!("{value:.1} line {line}")
            });
        let mut shares: Vec<String> = shares.collect();
        if one.shares.len() > MOST_SHARES {
            shares.push(format!("{} more", one.shares.len() - MOST_SHARES));
        }
        let (score, label) = (one.score, clean(&one.label));
        lines.push(format!("  {score:>7.2}  {label:<34} {}", shares.join(", ")));
    }
    lines
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
            "1 read: {} sentences of {}, in `{}`",
            of.sentences.len(),
            clean(&postmortem.title),
            clean(&postmortem.language)
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
        let why = hit
            .why
            .as_ref()
            .map_or(String::new(), |why| format!(", for {}", clean(why)));
        lines.push(format!(
            "  {:>4}:{:<4} {:<14} {:<12} {:<32} {:<14} {:>4}  “{}”{why}",
            sentence.position.line,
            sentence.position.column,
            sentence.section.id(),
            hit.state.id(),
            clean(&hit.label),
            hit.rule,
            hit.weight,
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
                "words": hit.words, "state": hit.state.id(), "why": hit.why, "weight": hit.weight})
        })
        .collect();
    let scores: Vec<Value> = of
        .scores
        .iter()
        .map(|one| {
            let shares = one.shares.iter();
            let shares =
                shares.map(|(sentence, value)| json!({"sentence": sentence, "value": value}));
            json!({"label": one.label, "score": one.score, "shares": shares.collect::<Vec<_>>()})
        })
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
