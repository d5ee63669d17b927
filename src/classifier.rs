//! Rules and a post-mortem to a classification: detect, contextualise, score, decide.

use std::collections::BTreeSet;

mod context;
mod decide;
mod detect;
mod evidence;
mod facet;
mod gate;
mod lean;
mod lint;
mod score;
mod sentence;
mod standing;
mod telling;
mod trial;
mod usage;

use crate::classification::Classification;
use crate::classification::State;
use crate::postmortem::BlockKind;
use crate::postmortem::Postmortem;
use crate::postmortem::SectionKind;
use crate::rule;
use crate::rule::Features;
use crate::rule::RuleSet;
use crate::rule::Words;
use crate::text::LineIndex;
use crate::text::Position;

use crate::classifier::lean::Lean;
use crate::classifier::score::Scores;
use crate::classifier::sentence::Sentence;
use crate::classifier::telling::Told;

pub use crate::classifier::detect::Hit;
pub use crate::classifier::lint::Fault;
pub use crate::classifier::lint::Finding;
pub use crate::classifier::lint::lint;
pub use crate::classifier::telling::cause;
pub use crate::classifier::trial::Trial;
pub use crate::classifier::trial::trials;
pub use crate::classifier::usage::Judge;
pub use crate::classifier::usage::RuleUsage;
pub use crate::classifier::usage::Usage;

/// The labels that the rules give a post-mortem, with their evidence; `text` is the document that it was parsed from.
pub fn classify(rules: &RuleSet, text: &str, postmortem: &Postmortem) -> Classification {
    let reading = Reading::of(rules, postmortem);
    decide::decide(&reading, text).0
}

/// How far the kind of cause stands out from all others, 0 to 1: what the calibration turns into a probability.
pub fn certainty(rules: &RuleSet, postmortem: &Postmortem) -> f64 {
    decide::certainty(&Reading::of(rules, postmortem))
}

/// How the labels came about, stage by stage, as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// First stage: the sentences, with section and place.
    pub sentences: Vec<ReadSentence>,
    /// Second and third stage: what rules found, and how the text around qualifies it.
    pub hits: Vec<ReadHit>,
    /// Fourth stage: the scores of every label with any, highest first.
    pub scores: Vec<ReadScore>,
    /// Fifth stage: why the labels are what they are, one line each.
    pub reasons: Vec<String>,
    /// The labels.
    pub classification: Classification,
}

/// A sentence as the rules saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadSentence {
    /// The section.
    pub section: SectionKind,
    /// What block it stands in.
    pub block: BlockKind,
    /// Where it starts in the file.
    pub position: Position,
    /// Its visible text.
    pub text: String,
    /// What the rules were matched on.
    pub shadow: String,
}

/// What a rule found in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadHit {
    /// Index into [`Explanation::sentences`].
    pub sentence: usize,
    /// The rule.
    pub rule: String,
    /// Its cue.
    pub cue: String,
    /// What it speaks for.
    pub label: String,
    /// The words that were found, as the rules saw them.
    pub words: String,
    /// How the text around qualifies them.
    pub state: State,
    /// What qualifies them so, in words; `None` for what is stated as a fact.
    pub why: Option<String>,
    /// The cue's weight.
    pub weight: f64,
}

/// The score of a label, and the sentences that it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadScore {
    /// The label.
    pub label: String,
    /// What the sentences come to together.
    pub score: f64,
    /// The sentences, as indices into [`Explanation::sentences`], each with what it adds for itself, highest first; the
    /// first counts in full, every further one less.
    pub shares: Vec<(usize, f64)>,
}

/// The labels with everything that led to them; see [`classify`].
pub fn explain(rules: &RuleSet, text: &str, postmortem: &Postmortem) -> Explanation {
    let reading = Reading::of(rules, postmortem);
    let (classification, reasons) = decide::decide(&reading, text);
    let lines = LineIndex::new(text);
    let sentences = reading.sentences.iter().map(|sentence| {
        let block = &postmortem.blocks[sentence.block];
        ReadSentence {
            section: sentence.section,
            block: sentence.kind,
            position: lines.position(text, block.original(sentence.range.0)),
            text: block.text[sentence.range.0..sentence.range.1]
                .trim()
                .to_owned(),
            shadow: sentence.shadow.text.trim().to_owned(),
        }
    });
    let (_, triggers) = detect::detect(rules, &reading.sentences);
    let whys = context::explained(rules, &reading.sentences, &triggers, &reading.hits);
    let hits = reading.hits.iter().zip(whys).map(|(hit, why)| {
        let cue = &rules.cues()[hit.cue];
        let rule = &rules.rules()[cue.rule];
        ReadHit {
            sentence: hit.sentence,
            rule: rule.id.clone(),
            cue: cue.name.clone(),
            label: rule.label.to_string(),
            words: reading.sentences[hit.sentence].shadow.text[hit.start..hit.end].to_owned(),
            state: hit.state,
            why,
            weight: cue.weight,
        }
    });
    Explanation {
        sentences: sentences.collect(),
        hits: hits.collect(),
        scores: reading.scores.listed(),
        reasons,
        classification,
    }
}

/// What every sentence's place counts, with its terms: what a table of words is fitted on.
pub fn terms(rules: &RuleSet, postmortem: &Postmortem) -> Vec<(f64, BTreeSet<String>)> {
    let sentences = sentence::sentences(postmortem);
    let all = sentences.iter().map(|sentence| {
        let terms = rule::terms(&sentence.shadow.text);
        (lean::place(rules, sentence), terms)
    });
    all.filter(|(place, _)| *place > 0.0).collect()
}

/// What the table of a facet sees of every sentence of a document: what a table is fitted on; `None` for no facet's name.
pub fn features(rules: &RuleSet, postmortem: &Postmortem, table: &str) -> Option<Vec<Features>> {
    let table = telling::TABLES
        .into_iter()
        .find(|known| known.name == table)?;
    let sentences = sentence::sentences(postmortem);
    let (mut hits, triggers) = detect::detect(rules, &sentences);
    context::qualify(rules, &sentences, &triggers, &mut hits);
    let words: Vec<Vec<&str>> = sentences.iter().map(telling::stems).collect();
    let told = Told {
        rules,
        sentences: &sentences,
        hits: &hits,
        words: &words,
    };
    Some(told.features(table))
}

/// The state that words in a document have, whatever rule might find them: the basis of the tests of context rules.
pub fn qualify(rules: &RuleSet, postmortem: &Postmortem, words: &str) -> Option<State> {
    let sentences = sentence::sentences(postmortem);
    let (_, triggers) = detect::detect(rules, &sentences);
    let (sentence, start) = sentences.iter().enumerate().find_map(|(index, sentence)| {
        Some((index, sentence.shadow.text.find(&format!(" {words} "))? + 1))
    })?;
    let mut hits = [Hit {
        sentence,
        cue: usize::MAX,
        start,
        end: start + words.len(),
        state: State::Affirmed,
    }];
    context::qualify(rules, &sentences, &triggers, &mut hits);
    Some(hits[0].state)
}

/// A post-mortem as far as the rules have read it: everything that the decision looks at.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) rules: &'a RuleSet,
    pub(crate) postmortem: &'a Postmortem,
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) hits: Vec<Hit>,
    pub(crate) scores: Scores,
    /// The numbers of the words of every sentence.
    pub(crate) numbers: Vec<Vec<u32>>,
    /// What the table of leanings knows of every sentence.
    pub(crate) words: Vec<Words>,
    pub(crate) lean: Lean,
}

impl<'a> Reading<'a> {
    /// How many words there are.
    pub(crate) fn word_count(&self) -> usize {
        let sentences = self.sentences.iter();
        sentences.map(|sentence| sentence.shadow.words.len()).sum()
    }

    /// Reads a post-mortem: sentences, hits, states, scores.
    fn of(rules: &'a RuleSet, postmortem: &'a Postmortem) -> Reading<'a> {
        let sentences = sentence::sentences(postmortem);
        let (mut hits, triggers) = detect::detect(rules, &sentences);
        context::qualify(rules, &sentences, &triggers, &mut hits);
        let scores = Scores::of(rules, &sentences, &hits);
        let lexicon = rules.lexicon();
        let numbers = sentences.iter();
        let numbers = numbers.map(|sentence| lexicon.words(&sentence.shadow.text));
        let numbers: Vec<Vec<u32>> = numbers.collect();
        let words = lean::words(rules, &sentences, &numbers);
        let lean = Lean::of(rules, &words);
        Reading {
            rules,
            postmortem,
            sentences,
            hits,
            scores,
            numbers,
            words,
            lean,
        }
    }

    /// What the tables of the facets look at.
    pub(crate) fn told(&self) -> Told<'_, u32> {
        Told {
            rules: self.rules,
            sentences: &self.sentences,
            hits: &self.hits,
            words: &self.numbers,
        }
    }
}
