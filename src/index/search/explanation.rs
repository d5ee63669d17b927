//! Explanation: how the score of a hit is taken apart, word by word.

use crate::index::schema::Zone;
use crate::index::search::Candidate;
use crate::index::search::Lookup;
use crate::index::search::rank;
use crate::index::search::segment::Frequencies;
use crate::index::search::slot::Slot;
use crate::query::Explanation;
use crate::query::Part;

impl Lookup<'_> {
    /// What the score of a candidate is made of.
    pub(super) fn explain(&self, candidate: &Candidate) -> tantivy::Result<Explanation> {
        let found = &self.found[candidate.segment];
        let mut parts = Vec::new();
        for slot in self.worth.ranked.iter().copied() {
            let score = worth(&found[slot], self.worth.slots[slot], candidate);
            parts.push(self.part(&self.plan.slots[slot], score, candidate)?);
        }
        for (at, extra) in self.plan.extras.iter().enumerate() {
            let has = |slot: usize| frequency(&found[slot], candidate).is_some();
            let found = &self.extras[candidate.segment][at];
            let score = worth(found, self.worth.extras[at], candidate);
            if score > 0.0 && !extra.instead_of.is_some_and(has) {
                let part = self.part(&extra.slot, score, candidate)?;
                parts.push(Part {
                    is_stand_in: true,
                    ..part
                });
            }
        }
        let sum: f32 = parts.iter().map(|part| part.score).sum();
        let tempered = candidate.score - candidate.nearness;
        let whole = self
            .matching(candidate.segment)
            .branch(&self.plan.root, true)?;
        Ok(Explanation {
            coverage: if sum > 0.0 { tempered / sum } else { 1.0 },
            parts,
            nearness: candidate.nearness,
            has_all: whole.contains(candidate.doc),
        })
    }

    fn part(&self, slot: &Slot, score: f32, candidate: &Candidate) -> tantivy::Result<Part> {
        let segment = &self.segments[candidate.segment];
        let positions = match score > 0.0 {
            true => segment.positions(slot, &[candidate.doc])?,
            false => Vec::new(),
        };
        let zones = Zone::ALL.iter().zip(&positions);
        let zones = zones.filter(|(_, places)| places.iter().any(|places| !places.is_empty()));
        Ok(Part {
            typed: slot.typed.clone(),
            score,
            zones: zones.map(|(zone, _)| zone.name()).collect(),
            is_stand_in: false,
        })
    }
}

fn frequency(found: &Frequencies, candidate: &Candidate) -> Option<f32> {
    let at = found.binary_search_by_key(&candidate.doc, |(doc, _)| *doc);
    at.ok().map(|at| found[at].1)
}

fn worth(found: &Frequencies, worth: f32, candidate: &Candidate) -> f32 {
    frequency(found, candidate).map_or(0.0, |frequency| worth * rank::saturated(frequency))
}
