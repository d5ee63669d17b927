//! `pm-kb/evaluation/1`, `pm-kb/facts-evaluation/1`, `pm-kb/verdicts-evaluation/1`: labels and facts against those of people.

use pm_kb::evaluation::Evaluation;
use pm_kb::evaluation::Score;
use pm_kb::evaluation::facts::FactsEvaluation;
use pm_kb::evaluation::verdicts::Judged;
use pm_kb::evaluation::verdicts::tallied;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// An evaluation of the rules: `pm-kb/evaluation/1`.
pub(crate) fn evaluation(of: &Evaluation) -> Value {
    let score =
        |score: Score| json!({"right": score.right, "of": score.of, "share": score.share()});
    let facets: Map<String, Value> = of
        .facets
        .iter()
        .map(|(name, one)| ((*name).to_owned(), score(*one)))
        .collect();
    let calibration: Map<String, Value> = of
        .calibration
        .iter()
        .map(|(sure, one)| {
            let mut told = score(*one);
            told["promised"] = json!(of.promise(*sure));
            (sure.to_string(), told)
        })
        .collect();
    let modes: Vec<Value> = of
        .modes
        .iter()
        .map(|(mode, one)| {
            json!({"value": mode.id(), "gold": one.gold, "given": one.given, "right": one.right,
                "precision": one.precision(), "recall": one.recall(), "f1": one.f1()})
        })
        .collect();
    let confusion: Vec<Value> = of
        .confusion
        .iter()
        .map(|((gold, given), count)| json!({"gold": gold.id(), "given": given.id(), "count": count}))
        .collect();
    json!({
        "schema": "pm-kb/evaluation/1",
        "failure_mode": score(of.strict),
        "failure_mode_lenient": score(of.lenient),
        "macro_f1": of.macro_f1(),
        "mode_and_rollback": score(of.mode_and_rollback),
        "coverage": score(of.coverage),
        "false_modes": score(of.false_modes),
        "facets": facets,
        "modes": modes,
        "confusion": confusion,
        "calibration": calibration,
    })
}

/// An evaluation of the facts: `pm-kb/facts-evaluation/1`.
pub(crate) fn facts_evaluation(of: &FactsEvaluation) -> Value {
    let fields = of.fields.iter().map(|(name, score)| {
        json!({"field": name, "stated": score.stated, "right": score.right, "share": score.share(),
            "missing": score.missing, "wrong": score.wrong, "not_stated": score.not_stated, "invented": score.invented})
    });
    let misses = of.misses.iter().map(|miss| {
        json!({"file": miss.file, "field": miss.field, "gold": miss.gold, "given": miss.given})
    });
    json!({
        "schema": "pm-kb/facts-evaluation/1",
        "documents": of.documents,
        "fields": fields.collect::<Vec<_>>(),
        "misses": misses.collect::<Vec<_>>(),
    })
}

/// An evaluation on a team's own verdicts: `pm-kb/verdicts-evaluation/1`.
pub(crate) fn verdicts_evaluation(judged: &[Judged]) -> Value {
    let score =
        |score: Score| json!({"right": score.right, "of": score.of, "share": score.share()});
    let labels = tallied(judged);
    let labels = labels.iter().map(|(facet, one)| {
        json!({"label": facet.id(), "now": score(one.now), "then": score(one.then), "gained": one.gained,
            "lost": one.lost})
    });
    let verdicts = judged.iter().map(|one| {
        json!({"id": one.incident.as_str(), "label": one.facet.id(), "found": one.found,
            "then": one.then.clone().flatten(), "now": one.now, "outcome": one.outcome().id()})
    });
    json!({
        "schema": "pm-kb/verdicts-evaluation/1",
        "labels": labels.collect::<Vec<_>>(),
        "verdicts": verdicts.collect::<Vec<_>>(),
    })
}
