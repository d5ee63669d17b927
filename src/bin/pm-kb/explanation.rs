//! Explanation: the five stages of a classification as text that a person can follow and argue with.

use pm_kb::classifier;
use pm_kb::postmortem::Postmortem;
use pm_kb::rule::RuleSet;

/// The stages of one document.
pub(crate) fn text(rules: &RuleSet, text: &str, postmortem: &Postmortem) -> String {
    let labels = classifier::classify(rules, text, postmortem);
    crate::render::evidence_lines(&labels.evidence, &postmortem.title).join("\n")
}
