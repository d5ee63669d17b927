//! Trial: the examples inside rule files, tried one by one, and which cues they bear witness to.

use std::collections::BTreeSet;

use crate::classification::State;
use crate::postmortem::Block;
use crate::postmortem::BlockKind;
use crate::postmortem::Postmortem;
use crate::postmortem::Section;
use crate::postmortem::SectionKind;
use crate::rule::Rule;
use crate::rule::RuleSet;
use crate::text::Position;
use crate::text::Span;

use crate::classifier::Reading;
use crate::classifier::qualify;

/// An example of a rule, tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The rule.
    pub rule: String,
    /// What the example shows: `match`, `no-match`, `todo-match`, or a state.
    pub shows: &'static str,
    /// Which of the examples of this sort it is, counted from 1.
    pub number: usize,
    /// The file that declares it.
    pub file: String,
    /// Where it stands in the file.
    pub position: Position,
    /// The example.
    pub text: String,
    /// What went wrong; `None` where the rule does what the example shows.
    pub failure: Option<String>,
    /// The rule is known not to do it yet: no failure counts.
    pub is_todo: bool,
}

/// A document of one paragraph without heading.
fn document(text: &str) -> Postmortem {
    let section = |kind| Section {
        kind,
        heading: String::new(),
        level: 0,
        parent: None,
        span: Span::default(),
    };
    Postmortem {
        language: "en".to_owned(),
        sections: vec![section(SectionKind::Title), section(SectionKind::Body)],
        blocks: vec![Block {
            section: 1,
            kind: BlockKind::Paragraph,
            text: text.to_owned(),
            span: Span::new(0, text.len()),
            map: vec![(0, 0)],
        }],
        ..Postmortem::default()
    }
}

/// Tries every example of the rules that are in force, in the order of the rules' ids; then those of context rules.
pub fn trials(rules: &RuleSet) -> Vec<Trial> {
    let in_force = rules.rules().iter().filter(|rule| rules.is_enabled(rule));
    let mut all: Vec<Trial> = in_force.flat_map(|rule| of_rule(rules, rule)).collect();
    all.extend(of_contexts(rules));
    all
}

fn of_rule(rules: &RuleSet, rule: &Rule) -> Vec<Trial> {
    let mut all = Vec::new();
    let tests = &rule.tests;
    let stated = tests.stated().into_iter().map(|(state, texts)| {
        let shows = match state {
            State::Affirmed => "match",
            state => state.id(),
        };
        (shows, Some(state), texts)
    });
    let others = [
        ("no-match", None, tests.no_match.as_slice()),
        (
            "todo-match",
            Some(State::Affirmed),
            tests.todo_match.as_slice(),
        ),
    ];
    for (shows, expected, examples) in stated.chain(others) {
        for (number, example) in (1..).zip(examples) {
            let (states, _) = found(rules, rule, &example.text);
            let right = match expected {
                Some(state) => states.contains(&state),
                // What is found but denied is no match.
                None => !states.contains(&State::Affirmed),
            };
            all.push(Trial {
                rule: rule.id.clone(),
                shows,
                number,
                file: rule.file.clone(),
                position: example.position,
                text: example.text.clone(),
                failure: (!right).then(|| told(rule, &states, expected)),
                is_todo: shows == "todo-match",
            });
        }
    }
    all
}

/// What went wrong, in words.
fn told(rule: &Rule, states: &[State], expected: Option<State>) -> String {
    let mut names: Vec<&str> = states.iter().map(|state| state.id()).collect();
    names.sort_unstable();
    names.dedup();
    let found = match names.is_empty() {
        true => "finds nothing here".to_owned(),
        false => format!("finds this as {}", names.join(" and ")),
    };
    let wanted = match expected {
        Some(state) => format!("expected {}", state.id()),
        None => "expected nothing".to_owned(),
    };
    format!("`{}` {found}, {wanted}", rule.id)
}

/// The states of what a rule finds in an example, and the cues that find it.
fn found(rules: &RuleSet, rule: &Rule, text: &str) -> (Vec<State>, Vec<usize>) {
    let postmortem = document(text);
    let reading = Reading::of(rules, &postmortem);
    let hits = reading.hits.iter();
    let of_rule = hits.filter(|hit| rule.cues.contains(&hit.cue));
    of_rule.map(|hit| (hit.state, hit.cue)).unzip()
}

fn of_contexts(rules: &RuleSet) -> Vec<Trial> {
    let mut all = Vec::new();
    for context in rules.contexts() {
        for (number, test) in (1..).zip(&context.tests) {
            let state = qualify(rules, &document(&test.text), &test.target);
            let failure = match state {
                Some(state) if state == test.expect => None,
                Some(state) => Some(format!(
                    "`{}` is {}, expected {}",
                    test.target,
                    state.id(),
                    test.expect.id()
                )),
                None => Some(format!("`{}` does not stand in the text", test.target)),
            };
            all.push(Trial {
                rule: context.id.clone(),
                shows: test.expect.id(),
                number,
                file: context.file.clone(),
                position: test.position,
                text: test.text.clone(),
                failure,
                is_todo: false,
            });
        }
    }
    all
}

/// The cues that find something in an example of their own rule, as indices into [`RuleSet::cues`].
pub(super) fn witnessed(rules: &RuleSet) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    for rule in rules.rules() {
        for (_, examples) in rule.tests.stated() {
            for example in examples {
                seen.extend(found(rules, rule, &example.text).1);
            }
        }
    }
    seen
}
