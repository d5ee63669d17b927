//! Example, RuleTests: the sentences inside a rule's file that show what it finds and what it does not.

use toml::Spanned;

use crate::classification::State;
use crate::rule::file::Parsed;
use crate::rule::file::TestTexts;
use crate::text::Position;

/// An example of a rule: a text, and where it stands in the rule's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub position: Position,
}

/// The examples of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleTests {
    /// The rule finds something, stated as a fact.
    pub matches: Vec<Example>,
    /// It finds nothing.
    pub no_match: Vec<Example>,
    /// It finds something that the text denies.
    pub negated: Vec<Example>,
    /// It finds something that was believed for a while.
    pub suspected: Vec<Example>,
    /// It finds something that is planned.
    pub planned: Vec<Example>,
    /// It finds something that would or could be.
    pub hypothetical: Vec<Example>,
    /// It finds something of another incident.
    pub historical: Vec<Example>,
    /// It finds something that is one of a list of possibilities.
    pub listed: Vec<Example>,
    /// It should find something, and does not yet.
    pub todo_match: Vec<Example>,
}

impl RuleTests {
    /// Reads the examples of a rule.
    pub(crate) fn of(file: &Parsed<'_>, texts: &TestTexts) -> RuleTests {
        let of = |texts: &[Spanned<String>]| -> Vec<Example> {
            let examples = texts.iter().map(|text| Example {
                text: text.get_ref().clone(),
                position: file.position(text.span().start),
            });
            examples.collect()
        };
        RuleTests {
            matches: of(&texts.matches),
            no_match: of(&texts.no_match),
            negated: of(&texts.negated),
            suspected: of(&texts.suspected),
            planned: of(&texts.planned),
            hypothetical: of(&texts.hypothetical),
            historical: of(&texts.historical),
            listed: of(&texts.listed),
            todo_match: of(&texts.todo_match),
        }
    }

    /// The texts whose finding must have a state, with that state.
    pub fn stated(&self) -> [(State, &[Example]); 7] {
        [
            (State::Affirmed, &self.matches),
            (State::Negated, &self.negated),
            (State::Suspected, &self.suspected),
            (State::Planned, &self.planned),
            (State::Hypothetical, &self.hypothetical),
            (State::Historical, &self.historical),
            (State::Listed, &self.listed),
        ]
    }
}
