//! Accuracy: how often each label is right on a team's own documents, by the audits, and where it is not.

use std::collections::BTreeMap;

use crate::taxonomy::Facet;

use crate::report::audit::Audit;
use crate::report::correction::wilson;

/// How often the rules are right about one label.
#[derive(Debug, Clone, PartialEq)]
pub struct Accuracy {
    /// The label.
    pub facet: Facet,
    /// How many audited incidents have an answer to it.
    pub audited: usize,
    /// How many of them the rules have right.
    pub right: usize,
    /// The share of all incidents that they have right: each audited one counts as often as it stands for others.
    pub share: f64,
    /// Its 95 % interval, by Wilson's method with so many incidents as would say as much with equal weights (Kish, 1965).
    pub interval: (f64, f64),
    /// How often the rules said the first where a person found the second; `-` for nothing.
    pub confusion: BTreeMap<(String, String), usize>,
}

/// How often the rules are right about every label that the audits have answered, in the order of the codebook.
pub fn accuracies(audit: &Audit) -> Vec<Accuracy> {
    Facet::ALL
        .iter()
        .filter_map(|facet| Accuracy::of(*facet, audit))
        .collect()
}

impl Accuracy {
    fn of(facet: Facet, audit: &Audit) -> Option<Accuracy> {
        let pairs = audit.truth.entries().iter().zip(audit.ruled.entries());
        let pairs = pairs.filter(|(truth, _)| truth.labels.human.contains(&facet));
        let (mut audited, mut right, mut confusion) = (0, 0, BTreeMap::new());
        let (mut sum, mut squares, mut weighed) = (0.0, 0.0, 0.0);
        for (truth, ruled) in pairs {
            let said =
                |labels: &crate::tally::Labels| labels.value(facet).unwrap_or("-".to_owned());
            let (found, given) = (said(&truth.labels), said(&ruled.labels));
            let weight = audit.weights.get(&truth.id).copied().unwrap_or(1.0);
            let is_right = found == given;
            audited += 1;
            right += usize::from(is_right);
            sum += weight;
            squares += weight * weight;
            weighed += if is_right { weight } else { 0.0 };
            *confusion.entry((given, found)).or_default() += 1;
        }
        (audited > 0).then(|| Accuracy {
            facet,
            audited,
            right,
            share: weighed / sum,
            interval: wilson(weighed / sum, sum * sum / squares),
            confusion,
        })
    }
}
