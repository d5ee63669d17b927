//! Finding, lint: what a maintainer of rules should mend.

use crate::rule::RuleSet;

/// Something that should be mended in a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// The file that declares it, with its line.
    pub place: String,
    /// What was found and what to do.
    pub message: String,
}

/// Everything that should be mended, sorted by rule.
pub(crate) fn lint(_rules: &RuleSet) -> Vec<Finding> {
    Vec::new()
}
