//! Feature: what a table of a facet may see of a sentence, and the name that it has there.

use std::collections::BTreeMap;

use crate::classification::State;
use crate::postmortem::SectionKind;
use crate::rule::RuleSet;

/// What is seen of one sentence, by the names of the features, each with its strength.
pub type Features = BTreeMap<String, f64>;

/// Something that is seen of a sentence; words are stems, as text or as numbers of a [`crate::rule::Lexicon`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Feature<W> {
    /// A word in it.
    Word(W),
    /// A word in the heading above it.
    Heading(W),
    /// In which part of the document it stands, counted from 0.
    Part(usize),
    /// It stands at the beginning of the document.
    Beginning,
    /// In which section it stands.
    Section(SectionKind),
    /// What block it stands in, where that says something.
    Kind(&'static str),
    /// A cue found in it, as index into [`RuleSet::cues`].
    Cue(usize, State),
    /// What a strong cue found in it speaks for.
    Label(usize, State),
    /// A cue found in the sentence before it.
    Before(usize, State),
}

impl Feature<&str> {
    /// Its name in a table.
    pub fn name(self, rules: &RuleSet) -> String {
        let cue = |cue: usize, state: State| {
            let cue = &rules.cues()[cue];
            let label = &rules.rules()[cue.rule].label_name;
            (label, &cue.name, state.id())
        };
        match self {
            Feature::Word(stem) => stem.to_owned(),
            Feature::Heading(stem) => format!("heading: {stem}"),
            Feature::Part(part) => format!("part: {}", part + 1),
            Feature::Beginning => "beginning:".to_owned(),
            Feature::Section(section) => format!("section: {section}"),
            Feature::Kind(kind) => format!("kind: {kind}"),
            Feature::Cue(index, state) => {
                let (label, name, state) = cue(index, state);
                format!("{label} {name} {state}")
            }
            Feature::Label(index, state) => {
                let (label, _, state) = cue(index, state);
                format!("{label} {state}")
            }
            Feature::Before(index, state) => {
                let (label, name, state) = cue(index, state);
                format!("before: {label} {name} {state}")
            }
        }
    }
}
