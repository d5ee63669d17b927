//! Evidence: the words of the document that speak for a label, with their place in the file.

use crate::classification::Evidence;
use crate::classification::State;
use crate::rule::Cause;
use crate::rule::Label;
use crate::taxonomy::Decay;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;
use crate::text::LineIndex;

use crate::classifier::Reading;
use crate::classifier::detect::Hit;
use crate::classifier::lean;
use crate::classifier::score::Share;

/// The longest quote, in characters.
const LONGEST: usize = 200;

/// Makes evidence of shares, for one document.
pub(crate) struct Witness<'a> {
    reading: &'a Reading<'a>,
    text: &'a str,
    lines: LineIndex,
}

impl<'a> Witness<'a> {
    pub(crate) fn new(reading: &'a Reading<'a>, text: &'a str) -> Witness<'a> {
        Witness {
            reading,
            text,
            lines: LineIndex::new(text),
        }
    }

    /// The strongest affirmed evidence for a label, under the field and value of that label.
    pub(crate) fn supporting(&self, label: Label, most: usize) -> Vec<Evidence> {
        let Some((facet, value)) = label.facet() else {
            return Vec::new();
        };
        self.supporting_as(label, most, (facet, &value))
    }

    /// The strongest affirmed evidence for a label, as evidence for another field and value.
    pub(crate) fn supporting_as(
        &self,
        label: Label,
        most: usize,
        (facet, value): (Facet, &str),
    ) -> Vec<Evidence> {
        let affirmed = |share: &&Share| {
            share.value > 0.0 && self.reading.hits[share.hit].state == State::Affirmed
        };
        let shares = self.reading.scores.shares(label).iter();
        shares
            .filter(affirmed)
            .take(most)
            .map(|share| self.evidence(share, facet, value))
            .collect()
    }

    /// The sentences whose everyday words lean most to a kind of cause.
    pub(crate) fn leaning(&self, cause: Cause, most: usize) -> Vec<Evidence> {
        let (facet, value) = match cause {
            Cause::Mode(mode) => (Facet::FailureMode, mode.id()),
            Cause::Model => (Facet::Decay, Decay::ModelDecay.id()),
            Cause::Ordinary => (Facet::FailureMode, FailureMode::None.id()),
            Cause::Untold => (Facet::FailureMode, FailureMode::Unknown.id()),
        };
        lean::leaning_most(self.reading.rules, &self.reading.words, cause, most)
            .into_iter()
            .map(|place| self.words(place, (facet, value), format!("PMK-WORDS-{}", cause.id())))
            .collect()
    }

    /// The sentence that tells a value, with its probability: by the rule that speaks for the value there, or by its words.
    pub(crate) fn told(
        &self,
        (sentence, probability): (usize, f64),
        facet: Facet,
        value: &str,
    ) -> Option<Evidence> {
        self.reading.sentences.get(sentence)?;
        let rules = self.reading.rules;
        let speaks = |hit: &&Hit| {
            let label = rules.rules()[rules.cues()[hit.cue].rule].label;
            hit.sentence == sentence
                && hit.state == State::Affirmed
                && label
                    .facet()
                    .is_some_and(|(of, says)| of == facet && says == value)
        };
        let weight = |hit: &Hit| rules.cues()[hit.cue].weight;
        let strongest = self
            .reading
            .hits
            .iter()
            .filter(speaks)
            .reduce(|one, other| {
                if weight(other) > weight(one) {
                    other
                } else {
                    one
                }
            });
        let rule = match strongest {
            Some(hit) => rules.rules()[rules.cues()[hit.cue].rule].id.clone(),
            None => format!("PMK-WORDS-{}", facet.id().replace('_', "-")),
        };
        Some(self.words((sentence, probability), (facet, value), rule))
    }

    /// A whole sentence as evidence.
    fn words(
        &self,
        (index, contribution): (usize, f64),
        (facet, value): (Facet, &str),
        rule: String,
    ) -> Evidence {
        let sentence = &self.reading.sentences[index];
        let block = &self.reading.postmortem.blocks[sentence.block];
        let position = self
            .lines
            .position(self.text, block.original(sentence.range.0));
        Evidence {
            facet,
            value: value.to_owned(),
            rule,
            state: State::Affirmed,
            section: sentence.section,
            line: position.line,
            column: position.column,
            quote: quote(&block.text[sentence.range.0..sentence.range.1]),
            contribution: (contribution * 1000.0).round() / 1000.0,
        }
    }

    /// The strongest hit of a label that the text denies, suspected or tells of another time.
    pub(crate) fn opposing(&self, label: Label) -> Option<Evidence> {
        let (facet, value) = label.facet()?;
        let mut found: Vec<(f64, usize)> = Vec::new();
        for (index, hit) in self.reading.hits.iter().enumerate() {
            let cue = &self.reading.rules.cues()[hit.cue];
            let same = self.reading.rules.rules()[cue.rule].label == label;
            if same
                && matches!(
                    hit.state,
                    State::Negated | State::Suspected | State::Historical
                )
            {
                found.push((cue.weight, index));
            }
        }
        found.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        let (weight, hit) = *found.first()?;
        if weight < 3.0 {
            return None;
        }
        let share = Share {
            sentence: self.reading.hits[hit].sentence,
            hit,
            value: 0.0,
        };
        Some(self.evidence(&share, facet, &value))
    }

    /// The evidence that a share stands for.
    pub(crate) fn evidence(&self, share: &Share, facet: Facet, value: &str) -> Evidence {
        let hit = &self.reading.hits[share.hit];
        let rules = self.reading.rules;
        let sentence = &self.reading.sentences[hit.sentence];
        let block = &self.reading.postmortem.blocks[sentence.block];
        let word = sentence
            .shadow
            .words
            .get(sentence.shadow.word_at(hit.start));
        let at = block.original(word.map_or(sentence.range.0, |(_, at)| *at));
        let position = self.lines.position(self.text, at);
        Evidence {
            facet,
            value: value.to_owned(),
            rule: rules.rules()[rules.cues()[hit.cue].rule].id.clone(),
            state: hit.state,
            section: sentence.section,
            line: position.line,
            column: position.column,
            quote: quote(&block.text[sentence.range.0..sentence.range.1]),
            contribution: (share.value * 1000.0).round() / 1000.0,
        }
    }
}

/// A sentence as a quote: on one line, cut at a word where it is long.
fn quote(text: &str) -> String {
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.chars().count() <= LONGEST {
        return plain;
    }
    let mut cut: String = plain.chars().take(LONGEST - 1).collect();
    if let Some(space) = cut.rfind(' ') {
        cut.truncate(space);
    }
    cut.push('\u{2026}');
    cut
}
