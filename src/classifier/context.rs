//! Context: whether what was found is stated, denied, suspected, planned, of another time, or one of a list.

use std::collections::BTreeSet;

use crate::classification::State;
use crate::postmortem::SectionKind;
use crate::rule::Direction;
use crate::rule::Label;
use crate::rule::RuleSet;

use crate::classifier::detect::Hit;
use crate::classifier::detect::Trigger;
use crate::classifier::sentence::Sentence;

/// How many different modes in one sentence make it a list of possibilities.
const LIST: usize = 4;

/// Sets the state of every hit.
pub(crate) fn qualify(
    rules: &RuleSet,
    sentences: &[Sentence],
    triggers: &[Vec<Trigger>],
    hits: &mut [Hit],
) {
    let lists = lists(rules, hits);
    for hit in hits.iter_mut() {
        if rules.cues().get(hit.cue).is_some_and(|cue| cue.stateless) {
            continue;
        }
        let here = Place {
            rules,
            sentences,
            triggers,
            at: hit.sentence,
        };
        hit.state = if lists.contains(&hit.sentence) {
            State::Listed
        } else {
            here.state(hit)
        };
    }
}

/// What gave every hit its state, in words; `None` for what is stated as a fact.
pub(crate) fn explained(
    rules: &RuleSet,
    sentences: &[Sentence],
    triggers: &[Vec<Trigger>],
    hits: &[Hit],
) -> Vec<Option<String>> {
    let lists = lists(rules, hits);
    let told = |hit: &Hit| {
        if hit.state == State::Affirmed {
            return None;
        }
        if lists.contains(&hit.sentence) {
            return Some(format!("{LIST} modes or more in one sentence"));
        }
        let here = Place {
            rules,
            sentences,
            triggers,
            at: hit.sentence,
        };
        let whys = here.whys(hit).into_iter();
        let why = whys
            .filter(|(state, _)| *state == hit.state)
            .map(|(_, why)| why);
        why.min().map(|why| here.told(why))
    };
    hits.iter().map(told).collect()
}

/// What gives a hit a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// A trigger in the sentence, by its number there.
    Trigger(usize),
    /// A denial that a gap of the cue has swallowed.
    Inside,
    /// The next sentence.
    Next,
    /// The section.
    Section,
    /// The answer to a question, or that it is one.
    Answer,
}

/// The sentences that name so many different modes that they can only be lists.
fn lists(rules: &RuleSet, hits: &[Hit]) -> BTreeSet<usize> {
    let mut named: std::collections::BTreeMap<usize, BTreeSet<Label>> =
        std::collections::BTreeMap::new();
    for hit in hits {
        let Some(cue) = rules.cues().get(hit.cue) else {
            continue;
        };
        let label = rules.rules()[cue.rule].label;
        if matches!(label, Label::Mode(_)) && cue.weight >= 4.0 {
            named.entry(hit.sentence).or_default().insert(label);
        }
    }
    named.retain(|_, labels| labels.len() >= LIST);
    named.into_keys().collect()
}

/// Words that deny what follows in the same clause.
const DENIALS: &[&str] = &[" not ", " never ", " no "];

/// A sentence among its neighbours.
struct Place<'a> {
    rules: &'a RuleSet,
    sentences: &'a [Sentence],
    triggers: &'a [Vec<Trigger>],
    at: usize,
}

impl Place<'_> {
    fn state(&self, hit: &Hit) -> State {
        let states = self.whys(hit).into_iter().map(|(state, _)| state);
        strongest(&states.collect(), self.reversed())
    }

    /// Every state that something gives a hit, with what does.
    fn whys(&self, hit: &Hit) -> Vec<(State, Why)> {
        let sentence = &self.sentences[self.at];
        let words = (
            sentence.shadow.word_at(hit.start),
            sentence.shadow.word_at(hit.end - 1) + 1,
        );
        let causal = self.is_causal(hit);
        let contexts = self.rules.contexts();
        let triggers = self.triggers[self.at].iter().enumerate();
        let mut whys: Vec<(State, Why)> = triggers
            .filter(|(_, trigger)| causal || !contexts[trigger.context].causes_only)
            .filter(|(_, trigger)| self.reaches(trigger, words))
            .filter_map(|(number, trigger)| {
                Some((contexts[trigger.context].state?, Why::Trigger(number)))
            })
            .collect();
        let others = [
            (self.denied_inside(hit), Why::Inside),
            (causal.then(|| self.by_next()).flatten(), Why::Next),
            (self.by_section(causal), Why::Section),
            (self.answer(), Why::Answer),
        ];
        whys.extend(
            others
                .into_iter()
                .filter_map(|(state, why)| Some((state?, why))),
        );
        whys
    }

    /// What gives a hit its state, in words.
    fn told(&self, why: Why) -> String {
        let sentence = &self.sentences[self.at];
        match why {
            Why::Trigger(number) => {
                let trigger = &self.triggers[self.at][number];
                let (start, end) = trigger.words;
                let words = sentence.shadow.text.split(' ').skip(1 + start);
                let words: Vec<&str> = words.take(end - start).collect();
                let id = &self.rules.contexts()[trigger.context].id;
                format!("“{}” {id}", words.join(" "))
            }
            Why::Inside => "a denial inside the words".to_owned(),
            Why::Next => "what the next sentence says".to_owned(),
            Why::Section => format!("the section {}", sentence.section),
            Why::Answer => "it is asked, not stated".to_owned(),
        }
    }

    /// Whether what was found speaks of a cause; words without a rule may.
    fn is_causal(&self, hit: &Hit) -> bool {
        let label = self
            .rules
            .cues()
            .get(hit.cue)
            .map(|cue| self.rules.rules()[cue.rule].label);
        matches!(
            label,
            None | Some(Label::Mode(_) | Label::ModelDecay(_) | Label::Ordinary(_))
        )
    }

    /// Whether a gap of the cue has swallowed a denial: the cue matches without it as well.
    fn denied_inside(&self, hit: &Hit) -> Option<State> {
        let cue = self.rules.cues().get(hit.cue).filter(|cue| !cue.contrast)?;
        let found = &self.sentences[self.at].shadow.text[hit.start..hit.end];
        DENIALS.iter().find_map(|denial| {
            let at = found.find(denial)?;
            let without = format!(" {}{} ", &found[..at], &found[at + denial.len() - 1..]);
            cue.pattern.find(&without).map(|_| State::Negated)
        })
    }

    /// Whether a trigger qualifies the words.
    fn reaches(&self, trigger: &Trigger, words: (usize, usize)) -> bool {
        let context = &self.rules.contexts()[trigger.context];
        let (start, end) = trigger.words;
        match context.direction {
            Direction::Forward => {
                end <= words.0 && words.0 - end < context.reach && !self.ends_between(end, words.0)
            }
            Direction::Backward => {
                start >= words.1
                    && start - words.1 < context.reach
                    && !self.ends_between(words.1, start)
            }
            Direction::Sentence => true,
            Direction::Previous | Direction::Terminate | Direction::Reversal => false,
        }
    }

    /// Whether the reach of a trigger ends somewhere in a range of words.
    fn ends_between(&self, from: usize, to: usize) -> bool {
        self.triggers[self.at].iter().any(|trigger| {
            let ends = matches!(
                self.rules.contexts()[trigger.context].direction,
                Direction::Terminate | Direction::Reversal
            );
            ends && from <= trigger.words.0 && trigger.words.1 <= to
        })
    }

    fn has(&self, at: usize, direction: Direction) -> Option<State> {
        let trigger = self
            .triggers
            .get(at)?
            .iter()
            .find(|trigger| self.rules.contexts()[trigger.context].direction == direction)?;
        Some(
            self.rules.contexts()[trigger.context]
                .state
                .unwrap_or(State::Affirmed),
        )
    }

    /// What the next sentence of the same block says of this one: "None of it was true."
    fn by_next(&self) -> Option<State> {
        let next = self.sentences.get(self.at + 1)?;
        if next.block != self.sentences[self.at].block {
            return None;
        }
        self.has(self.at + 1, Direction::Previous)
    }

    /// Some sections are plans or rejected ideas as a whole.
    fn by_section(&self, causal: bool) -> Option<State> {
        match self.sentences[self.at].section {
            SectionKind::Actions => Some(State::Planned),
            SectionKind::RuledOut if causal => Some(State::Suspected),
            _ => None,
        }
    }

    /// The state that a question has from the answer after it; a question that asks why takes its content for granted.
    fn answer(&self) -> Option<State> {
        let sentence = &self.sentences[self.at];
        if !sentence.is_question
            || sentence.shadow.text.starts_with(" why ")
            || sentence.shadow.text.contains(" why did ")
        {
            return None;
        }
        let next = self
            .sentences
            .get(self.at + 1)
            .map_or("", |next| next.shadow.text.as_str());
        if next.starts_with(" yes ") {
            None
        } else if next.starts_with(" no ") || next.contains(" not ") {
            Some(State::Negated)
        } else {
            Some(State::Hypothetical)
        }
    }

    /// Whether the sentence overturns an earlier belief.
    fn reversed(&self) -> bool {
        self.has(self.at, Direction::Reversal).is_some()
    }
}

/// The state that decides among several; after a reversal a suspicion no longer counts.
fn strongest(states: &BTreeSet<State>, reversed: bool) -> State {
    const ORDER: &[State] = &[
        State::Listed,
        State::Negated,
        State::Historical,
        State::Planned,
        State::Hypothetical,
        State::Suspected,
    ];
    let mut found = ORDER.iter().copied().filter(|state| states.contains(state));
    match found.next() {
        Some(State::Suspected) if reversed => State::Suspected,
        Some(state) => state,
        None => State::Affirmed,
    }
}
