//! Facets of short post-mortems in words that no table was fitted on: what is told, what is denied, what is not told at all.

use pm_kb::classification::Classification;
use pm_kb::classifier;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::parser;
use pm_kb::rule::RuleSet;
use pm_kb::taxonomy::Facet;

/// Facet, value (`-`: none), and a text that tells it.
const TOLD: &[(Facet, &str, &str)] = &[
    (
        Facet::Detection,
        "monitoring",
        "The pager of the ranking team rang at 02:10 because an alert on click rate fired. The feature job had failed.",
    ),
    (
        Facet::Detection,
        "customer",
        "On Monday a bakery that uses our forecasts phoned support and complained about absurd orders. The table was old.",
    ),
    (
        Facet::Detection,
        "staff",
        "A data scientist preparing a talk noticed that all embeddings of one shop were equal. No alert had fired.",
    ),
    (
        Facet::Detection,
        "-",
        "The vendor renamed a column. The model read empty values for two days. The parser was fixed.",
    ),
    (
        Facet::Silent,
        "true",
        "No alert fired and every dashboard stayed green; an analyst noticed by chance that the scores were flat.",
    ),
    (
        Facet::Silent,
        "false",
        "The training job crashed at once, the alarm fired and the on-call was paged at 03:00.",
    ),
    (
        Facet::FirstDiagnosis,
        "model",
        "At first the team blamed the new model version and tuned its hyperparameters for a week. The cause was a renamed field.",
    ),
    (
        Facet::FirstDiagnosis,
        "data-drift",
        "The first explanation was data drift: the holiday season had changed what customers buy. In fact a join dropped rows.",
    ),
    (
        Facet::FirstDiagnosis,
        "infra",
        "We first suspected the network and the load balancer, and spent the morning there. The feature table was three days old.",
    ),
    (
        Facet::FirstDiagnosis,
        "-",
        "The diff showed the renamed column at once. The parser was fixed and the days were loaded again.",
    ),
    (
        Facet::Response,
        "rollback",
        "At noon we rolled the model back to the previous version, and error was normal again.",
    ),
    (
        Facet::Response,
        "rollback",
        "The ranker of March was reinstated on Thursday and stayed in service.",
    ),
    (
        Facet::RollbackHelped,
        "true",
        "We rolled back to version 4 at 11:00. Approvals were back at their usual level within minutes.",
    ),
    (
        Facet::RollbackHelped,
        "false",
        "We rolled back to version 4 at 11:00. It made no difference, the error stayed as high as before.",
    ),
    (
        Facet::RollbackTarget,
        "model",
        "At noon we rolled the model back to the previous version, and error was normal again.",
    ),
];

/// No rollback was carried out here.
const NOT_ROLLED_BACK: &[&str] = &[
    "A rollback was considered and rejected, because the old model reads the same table.",
    "We would have gone back to the previous version, but it needs columns that no longer exist.",
    "Rolling back is planned for next week; we will revert the release then.",
    "After the fix the error rate went back to normal.",
    "The rollback was blocked by an incompatible schema.",
    "Putting back the former weights was suggested and turned down.",
    "There was no earlier version to go back to.",
];

fn classify(rules: &RuleSet, text: &str) -> Classification {
    let document = Document::read("one.md", text.as_bytes().to_vec(), &Limits::default())
        .expect("a readable document");
    let parsed = parser::parse(&document, &parser::Options::default());
    classifier::classify(rules, text, &parsed.postmortem)
}

#[test]
fn what_a_text_tells_is_found_and_what_it_does_not_tell_stays_empty() {
    let rules = RuleSet::shipped();
    let mut wrong = Vec::new();
    for (facet, value, text) in TOLD {
        let labels = classify(&rules, text);
        let found = labels.value(*facet).unwrap_or_else(|| "-".to_owned());
        let right = found.split(',').any(|one| one == *value);
        if !right {
            wrong.push(format!("{facet} {found} instead of {value}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rollback_that_was_not_carried_out_is_none() {
    let rules = RuleSet::shipped();
    for text in NOT_ROLLED_BACK {
        let labels = classify(&rules, text);
        let response = labels.value(Facet::Response).unwrap_or_default();
        assert!(!response.contains("rollback"), "{response}: {text}");
    }
}

#[test]
fn every_facet_that_is_given_has_its_sentence_as_evidence() {
    let rules = RuleSet::shipped();
    for (_, _, text) in TOLD {
        let labels = classify(&rules, text);
        for facet in [
            Facet::Detection,
            Facet::FirstDiagnosis,
            Facet::Silent,
            Facet::Stage,
        ] {
            let evidence = labels.evidence.iter().find(|one| one.facet == facet);
            assert_eq!(
                labels.value(facet),
                evidence.map(|one| one.value.clone()),
                "{facet} of {text}"
            );
            assert!(
                evidence.is_none_or(|one| text.contains(one.quote.trim_end_matches('\u{2026}')))
            );
        }
    }
}

#[test]
fn a_summary_and_a_root_cause_that_disagree_are_flagged() {
    let rules = RuleSet::shipped();
    let text = "# Fraud model missed rings\n\n## Summary\n\nThe fraud model scored with stale embeddings: the values in the feature store were nine days old.\n\n\
        ## Root cause\n\nThe vendor renamed the field `device_id` to `dev_id` and changed its type from integer to string, so the parser no longer read it.\n";
    assert!(classify(&rules, text).contradictory);
}
