//! Usage: what every rule finds in many documents: how often, in what state, with whom, and how often rightly.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::classification::Evidence;
use crate::classification::State;
use crate::postmortem::Postmortem;
use crate::rule::Label;
use crate::rule::RuleSet;
use crate::taxonomy::Facet;

use crate::classifier::Reading;
use crate::classifier::evidence::Witness;
use crate::classifier::score::Share;

/// In so many sentences two rules must meet before it is told.
const OFTEN: usize = 3;

/// What every rule finds in some documents.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Usage {
    /// How many documents were read.
    pub documents: usize,
    /// What each rule found; rules that found nothing have no entry.
    pub rules: BTreeMap<String, RuleUsage>,
    /// In how many sentences two rules about causes both found something that the text affirms.
    pub together: BTreeMap<(String, String), usize>,
}

/// What one rule finds in some documents.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleUsage {
    /// In how many documents it finds something.
    pub documents: usize,
    /// In how many of them the text affirms it.
    pub affirmed: usize,
    /// In how many sentences it is affirmed.
    pub sentences: usize,
    /// Of the documents with something affirmed, those whose labels are known.
    pub judged: usize,
    /// Of these, those that have the label that it speaks for.
    pub right: usize,
    /// The first place where it is affirmed, else the first at all.
    pub example: Option<(String, Evidence)>,
}

/// Whether a document has a label; `None` where that is not known.
pub type Judge<'a> = &'a dyn Fn(Label) -> Option<bool>;

impl Usage {
    /// Reads a document, whose text and name are given.
    pub fn add(
        &mut self,
        rules: &RuleSet,
        (name, text, postmortem): (&str, &str, &Postmortem),
        judge: Judge<'_>,
    ) {
        self.documents += 1;
        let reading = Reading::of(rules, postmortem);
        let mut states: BTreeMap<usize, BTreeMap<usize, BTreeSet<State>>> = BTreeMap::new();
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        for (index, hit) in reading.hits.iter().enumerate() {
            let rule = rules.cues()[hit.cue].rule;
            let of_rule = states.entry(rule).or_default();
            of_rule.entry(hit.sentence).or_default().insert(hit.state);
            let best = first.entry(rule).or_insert(index);
            if reading.hits[*best].state != State::Affirmed && hit.state == State::Affirmed {
                *best = index;
            }
        }
        let mut affirmed: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (rule, sentences) in &states {
            let known = &rules.rules()[*rule];
            let used = self.rules.entry(known.id.clone()).or_default();
            used.documents += 1;
            let stated = sentences
                .iter()
                .filter(|(_, states)| states.contains(&State::Affirmed));
            let stated: Vec<usize> = stated.map(|(sentence, _)| *sentence).collect();
            if !stated.is_empty() {
                used.affirmed += 1;
                if let Some(right) = judge(known.label) {
                    used.judged += 1;
                    used.right += usize::from(right);
                }
            }
            used.sentences += stated.len();
            let better = used
                .example
                .as_ref()
                .is_none_or(|(_, one)| one.state != State::Affirmed && !stated.is_empty());
            if better {
                let quote = quote(&reading, text, (known.label, first[rule]));
                used.example = Some((name.to_owned(), quote));
            }
            if is_cause(known.label) {
                for sentence in stated {
                    affirmed.entry(sentence).or_default().push(*rule);
                }
            }
        }
        for meeting in affirmed.values() {
            for (at, one) in meeting.iter().enumerate() {
                for other in &meeting[at + 1..] {
                    let id = |rule: &usize| rules.rules()[*rule].id.clone();
                    *self.together.entry((id(one), id(other))).or_default() += 1;
                }
            }
        }
    }

    /// Pairs of rules that meet in at least half of the sentences of one of them, with the count and the share, the
    /// closest first.
    pub fn meetings(&self) -> Vec<(&str, &str, usize, f64)> {
        let sentences = |rule: &str| self.rules.get(rule).map_or(0, |used| used.sentences);
        let mut pairs: Vec<(&str, &str, usize, f64)> = self
            .together
            .iter()
            .filter(|(_, count)| **count >= OFTEN)
            .map(|((one, other), count)| {
                let least = sentences(one).min(sentences(other)).max(1);
                (
                    one.as_str(),
                    other.as_str(),
                    *count,
                    *count as f64 / least as f64,
                )
            })
            .filter(|(_, _, _, share)| *share >= 0.5)
            .collect();
        pairs.sort_by(|a, b| {
            b.3.total_cmp(&a.3)
                .then(b.2.cmp(&a.2))
                .then((a.0, a.1).cmp(&(b.0, b.1)))
        });
        pairs
    }
}

fn is_cause(label: Label) -> bool {
    matches!(
        label,
        Label::Mode(_) | Label::ModelDecay(_) | Label::Ordinary(_)
    )
}

/// The words of a hit as evidence; those of signals, which are of no facet, under that of the failure mode.
fn quote(reading: &Reading<'_>, text: &str, (label, hit): (Label, usize)) -> Evidence {
    let (facet, value) = label
        .facet()
        .unwrap_or((Facet::FailureMode, label.to_string()));
    let share = Share {
        sentence: reading.hits[hit].sentence,
        hit,
        value: 0.0,
    };
    Witness::new(reading, text).evidence(&share, facet, &value)
}
