//! Scores: what the hits of a document add up to, for each label.

use std::collections::BTreeMap;

use crate::classification::State;
use crate::postmortem::BlockKind;
use crate::rule::Label;
use crate::rule::Policy;
use crate::rule::RuleSet;
use crate::rule::Signal;

use crate::classifier::ReadScore;
use crate::classifier::detect::Hit;
use crate::classifier::sentence::Sentence;

/// What one sentence adds to one label.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Share {
    /// The sentence.
    pub(crate) sentence: usize,
    /// The strongest hit in it, as index into the hits.
    pub(crate) hit: usize,
    /// What it adds, before the falloff.
    pub(crate) value: f64,
}

/// The shares of every label, highest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Scores {
    shares: BTreeMap<Label, Vec<Share>>,
    sums: BTreeMap<Label, f64>,
}

impl Scores {
    /// Adds up the hits.
    pub(crate) fn of(rules: &RuleSet, sentences: &[Sentence], hits: &[Hit]) -> Scores {
        let policy = rules.policy();
        let mut cells: BTreeMap<(Label, usize), Vec<usize>> = BTreeMap::new();
        for (index, hit) in hits.iter().enumerate() {
            let label = rules.rules()[rules.cues()[hit.cue].rule].label;
            cells.entry((label, hit.sentence)).or_default().push(index);
        }
        let mut shares: BTreeMap<Label, Vec<Share>> = BTreeMap::new();
        for ((label, sentence), indices) in &cells {
            let (hit, weight) = weigh(rules, hits, indices);
            let marks = Marks::of(&cells, *sentence, hits);
            let value = weight
                * place(policy, *label, &sentences[*sentence])
                * marks.factor(policy, *label);
            if value != 0.0 {
                shares.entry(*label).or_default().push(Share {
                    sentence: *sentence,
                    hit,
                    value,
                });
            }
        }
        for list in shares.values_mut() {
            list.sort_by(|one, other| {
                other
                    .value
                    .total_cmp(&one.value)
                    .then(one.sentence.cmp(&other.sentence))
            });
        }
        let sums = shares
            .iter()
            .map(|(label, list)| (*label, sum(policy, list)))
            .collect();
        Scores { shares, sums }
    }

    /// The score of a label.
    pub(crate) fn get(&self, label: Label) -> f64 {
        self.sums.get(&label).copied().unwrap_or(0.0)
    }

    /// What each sentence adds to a label, highest first.
    pub(crate) fn shares(&self, label: Label) -> &[Share] {
        self.shares.get(&label).map_or(&[], Vec::as_slice)
    }

    /// All labels that have a score, highest first.
    pub(crate) fn listed(&self) -> Vec<ReadScore> {
        let read = |(label, sum): (&Label, &f64)| {
            let shares = self.shares(*label).iter();
            ReadScore {
                label: label.to_string(),
                score: *sum,
                shares: shares.map(|share| (share.sentence, share.value)).collect(),
            }
        };
        let mut all: Vec<ReadScore> = self.sums.iter().map(read).collect();
        all.sort_by(|one, other| {
            let by_score = other.score.total_cmp(&one.score);
            by_score.then_with(|| one.label.cmp(&other.label))
        });
        all
    }
}

/// The strongest hit of one label in one sentence, and what all of them weigh.
fn weigh(rules: &RuleSet, hits: &[Hit], indices: &[usize]) -> (usize, f64) {
    let policy = rules.policy();
    let mut weighed: Vec<(f64, usize)> = indices
        .iter()
        .map(|index| {
            let hit = &hits[*index];
            (
                rules.cues()[hit.cue].weight * policy.state(hit.state),
                *index,
            )
        })
        .collect();
    weighed.sort_by(|one, other| {
        other
            .0
            .abs()
            .total_cmp(&one.0.abs())
            .then(one.1.cmp(&other.1))
    });
    let best = weighed[0];
    let further: f64 = weighed[1..].iter().map(|(weight, _)| weight).sum();
    let total = best.0 + policy.sum.further * further;
    (best.1, total.clamp(-policy.sum.cap, policy.sum.cap))
}

/// What else stands in a sentence.
struct Marks {
    names_cause: bool,
}

impl Marks {
    fn of(cells: &BTreeMap<(Label, usize), Vec<usize>>, sentence: usize, hits: &[Hit]) -> Marks {
        let affirmed = |signal| {
            cells
                .get(&(Label::Signal(signal), sentence))
                .is_some_and(|indices| {
                    indices
                        .iter()
                        .any(|index| hits[*index].state == State::Affirmed)
                })
        };
        Marks {
            names_cause: affirmed(Signal::Cause),
        }
    }

    fn factor(&self, policy: &Policy, label: Label) -> f64 {
        let causal = matches!(
            label,
            Label::Mode(_) | Label::ModelDecay(_) | Label::Ordinary(_)
        );
        if causal && self.names_cause {
            policy.sum.cause
        } else {
            1.0
        }
    }
}

/// What a hit counts where it stands.
fn place(policy: &Policy, label: Label, sentence: &Sentence) -> f64 {
    let group = match label {
        Label::Mode(_) | Label::ModelDecay(_) | Label::Ordinary(_) => "cause",
        Label::Detection(_) | Label::Silent(_) => "detection",
        Label::Response(_) | Label::RollbackTarget(_) | Label::RollbackHelped(_) => "response",
        Label::FirstDiagnosis(_) => "first-diagnosis",
        Label::Signal(Signal::NoCause) => "no-cause",
        _ => "default",
    };
    let kind = match sentence.kind {
        BlockKind::Quote => 0.5,
        BlockKind::Code => 0.0,
        BlockKind::KeyValue => 0.7,
        _ => 1.0,
    };
    kind * policy.section(group, sentence.section)
}

fn sum(policy: &Policy, shares: &[Share]) -> f64 {
    let mut factor = 1.0;
    let mut total = 0.0;
    for share in shares {
        if share.value > 0.0 {
            total += share.value * factor;
            factor *= policy.sum.falloff;
        } else {
            total += share.value;
        }
    }
    total
}
