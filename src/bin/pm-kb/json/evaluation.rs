//! `pm-kb/evaluation/1` and `pm-kb/facts-evaluation/1`: labels and facts held against those of a reader.

use pm_kb::evaluation::Evaluation;
use pm_kb::evaluation::Score;
use pm_kb::evaluation::facts::FactsEvaluation;
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
        .map(|(sure, one)| (sure.to_string(), score(*one)))
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
