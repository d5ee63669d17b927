//! Detection: which cues and which words of context stand in which sentence. Detection never decides.

use crate::classification::State;
use crate::postmortem::BlockKind;
use crate::rule::Places;
use crate::rule::RuleSet;

use crate::classifier::sentence::Sentence;

/// A cue found in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Index of the sentence.
    pub sentence: usize,
    /// Index into [`RuleSet::cues`].
    pub cue: usize,
    /// Where it starts in the sentence's shadow.
    pub start: usize,
    /// Where it ends there.
    pub end: usize,
    /// How the text around qualifies it.
    pub state: State,
}

/// Words of context found in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trigger {
    /// Index into [`RuleSet::contexts`].
    pub(crate) context: usize,
    /// The first and one past the last word in the sentence.
    pub(crate) words: (usize, usize),
}

/// Runs all cues and context rules over all sentences.
pub(crate) fn detect(rules: &RuleSet, sentences: &[Sentence]) -> (Vec<Hit>, Vec<Vec<Trigger>>) {
    let mut hits = Vec::new();
    let mut triggers = vec![Vec::new(); sentences.len()];
    let mut places = Places::default();
    for (index, sentence) in sentences.iter().enumerate() {
        if sentence.kind == BlockKind::Code {
            continue;
        }
        let (cues, contexts) = rules.candidates(&sentence.shadow.text, &mut places);
        for cue in cues {
            let found = find(rules, cue, (sentences, index), &places);
            hits.extend(found.map(|(start, end)| Hit {
                sentence: index,
                cue,
                start,
                end,
                state: State::Affirmed,
            }));
        }
        for context in contexts {
            find_all(rules, context, (sentence, &places), &mut triggers[index]);
        }
    }
    (hits, triggers)
}

/// The first match of a cue in a sentence, where nothing voids it.
fn find(
    rules: &RuleSet,
    at: usize,
    (sentences, index): (&[Sentence], usize),
    places: &Places,
) -> Option<(usize, usize)> {
    let cue = &rules.cues()[at];
    let sentence = &sentences[index];
    let elsewhere = !cue.sections.is_empty() && !cue.sections.contains(&sentence.section);
    if elsewhere || !rules.is_enabled(&rules.rules()[cue.rule]) {
        return None;
    }
    let shadow = sentence.shadow.text.as_str();
    let found = rules.find_cue(at, shadow, places)?;
    if rules.is_void(at, shadow, places) {
        return None;
    }
    let beside = index.saturating_sub(1)..=(index + 1).min(sentences.len() - 1);
    let lonely = cue.near.as_ref().is_some_and(|near| {
        !beside
            .into_iter()
            .any(|other| near.find(&sentences[other].shadow.text).is_some())
    });
    (!lonely).then_some(found)
}

/// All matches of a context rule in a sentence, those left out that a pseudo-trigger covers.
fn find_all(
    rules: &RuleSet,
    index: usize,
    (sentence, places): (&Sentence, &Places),
    into: &mut Vec<Trigger>,
) {
    let shadow = sentence.shadow.text.as_str();
    let mut from = 0;
    // A bound on the number of triggers keeps one long sentence from costing more than its length.
    for _ in 0..8 {
        let Some((start, end)) = rules.find_context(index, (shadow, from), places) else {
            break;
        };
        from = end;
        if !rules.is_covered(index, (shadow, start, end), places) {
            into.push(Trigger {
                context: index,
                words: (
                    sentence.shadow.word_at(start),
                    sentence.shadow.word_at(end - 1) + 1,
                ),
            });
        }
    }
}
