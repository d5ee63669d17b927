//! Verdicts of a team to an evaluation: how often the rules say what people decided, now and when they decided it.

use std::collections::BTreeMap;

use crate::evaluation::Score;
use crate::incident::IncidentId;
use crate::taxonomy::Facet;

/// A label that a person has decided, beside what the rules say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The incident.
    pub incident: IncidentId,
    /// The label.
    pub facet: Facet,
    /// What the person says; `None` where there is nothing.
    pub found: Option<String>,
    /// What the rules said when it was decided; the outer `None` where nobody wrote that down, as in front matter.
    pub then: Option<Option<String>>,
    /// What the rules in force say.
    pub now: Option<String>,
}

/// What became of a label since it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The rules were wrong and are right.
    Gained,
    /// The rules were right and are wrong.
    Lost,
    /// The rules are wrong, as they were, or it is not known whether they were.
    Wrong,
    /// The rules are right, as they were, or it is not known whether they were.
    Right,
}

impl Outcome {
    /// The word as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            Outcome::Gained => "gained",
            Outcome::Lost => "lost",
            Outcome::Wrong => "wrong",
            Outcome::Right => "right",
        }
    }
}

impl Judged {
    /// What became of it.
    pub fn outcome(&self) -> Outcome {
        let is_right = self.now == self.found;
        let was_right = self.then.as_ref().map(|then| *then == self.found);
        match (was_right, is_right) {
            (Some(false), true) => Outcome::Gained,
            (Some(true), false) => Outcome::Lost,
            (_, true) => Outcome::Right,
            (_, false) => Outcome::Wrong,
        }
    }
}

/// One label in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tallied {
    /// How often the rules in force are right.
    pub now: Score,
    /// How often the rules of that time were right, where that is known.
    pub then: Score,
    /// How many were wrong and are right.
    pub gained: usize,
    /// How many were right and are wrong.
    pub lost: usize,
}

/// Every label in numbers, in the order of the codebook.
pub fn tallied(judged: &[Judged]) -> BTreeMap<Facet, Tallied> {
    let mut all: BTreeMap<Facet, Tallied> = BTreeMap::new();
    for one in judged {
        let tallied = all.entry(one.facet).or_default();
        tallied.now.count(one.now == one.found);
        if let Some(then) = &one.then {
            tallied.then.count(*then == one.found);
        }
        match one.outcome() {
            Outcome::Gained => tallied.gained += 1,
            Outcome::Lost => tallied.lost += 1,
            Outcome::Wrong | Outcome::Right => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(found: &str, then: Option<&str>, now: &str) -> Judged {
        Judged {
            incident: "a".parse().expect("an id"),
            facet: Facet::FailureMode,
            found: Some(found.to_owned()),
            then: then.map(|then| Some(then.to_owned())),
            now: Some(now.to_owned()),
        }
    }

    #[test]
    fn gains_and_losses_are_told_apart_from_what_was_never_right() {
        let all = [
            judged("none", Some("data-drift"), "none"),
            judged("none", Some("none"), "data-drift"),
            judged("none", Some("data-drift"), "schema-drift"),
            judged("none", None, "none"),
        ];
        let outcomes: Vec<&str> = all.iter().map(|one| one.outcome().id()).collect();
        assert_eq!(outcomes, ["gained", "lost", "wrong", "right"]);
        let mode = tallied(&all)[&Facet::FailureMode];
        assert_eq!(
            (mode.now, mode.then),
            (Score { right: 2, of: 4 }, Score { right: 1, of: 3 })
        );
        assert_eq!((mode.gained, mode.lost), (1, 1));
    }
}
