//! Rule, Cue, ContextRule, Policy, RuleSet: what the classifier knows, declared in `/schema` and in a team's own files.

/// The rules in force: the shipped pack, and what a team has added or switched off.
#[derive(Debug)]
pub struct RuleSet {
    digest: String,
}

impl RuleSet {
    /// The shipped pack.
    pub fn shipped() -> RuleSet {
        RuleSet {
            digest: "0".to_owned(),
        }
    }

    /// Pack version and digest of everything that decides: the same text, the same labels.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}
