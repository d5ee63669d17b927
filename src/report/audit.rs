//! Audit: what people found in a random sample of documents, laid over every share of a report.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::error::Error;
use crate::incident::IncidentId;
use crate::tally::Entry;
use crate::tally::Labels;
use crate::tally::Tally;
use crate::taxonomy::Facet;
use crate::taxonomy::Response;

use crate::report::Request;
use crate::report::correction::Checked;
use crate::report::correction::Counts;
use crate::report::correction::correct;
use crate::report::measure::Measured;
use crate::report::placing::Placing;
use crate::report::placing::of_entries;
use crate::report::placing::placings;
use crate::report::scope::Questions;
use crate::report::scope::Scope;

/// The incidents of the audits: as people found them, as the rules have them, and what each stands for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Audit {
    /// As people found them, counted with the questions of the request.
    pub truth: Tally,
    /// As the rules have them, counted alike.
    pub ruled: Tally,
    /// How many incidents each stands for, itself included.
    pub weights: BTreeMap<IncidentId, f64>,
}

/// An incident of the audits in one share, with its name.
type Found<'a> = (&'a IncidentId, Checked);

/// What the audits say of the shares of a report.
pub(super) struct Correction<'a> {
    entries: &'a [Entry],
    /// The places of all entries in every share.
    placings: Vec<Placing>,
    /// What the audits found in every share.
    found: Vec<BTreeMap<IncidentId, Checked>>,
}

impl<'a> Correction<'a> {
    /// Puts the audits of a request beside its entries; `None` where there is none.
    pub(super) fn of(
        request: &Request,
        questions: &Questions,
        entries: &'a [Entry],
    ) -> Result<Option<Correction<'a>>, Error> {
        let Some(audit) = &request.audit else {
            return Ok(None);
        };
        let placings = of_entries(request, questions, entries);
        let found = audit.found(request)?;
        let found = found.iter().map(|(_, found)| {
            let found = found.iter().map(|(id, checked)| ((*id).clone(), *checked));
            found.collect()
        });
        Ok(Some(Correction {
            entries,
            found: found.collect(),
            placings,
        }))
    }

    /// Corrects the shares of a scope.
    pub(super) fn lay(&self, scope: &mut Scope) {
        let all = scope.population.all.clone();
        let shares = scope.by_failure_mode.iter_mut().chain(&mut scope.by_decay);
        let shares = shares.map(|one| &mut one.measured);
        let shares = shares.chain(&mut scope.patterns);
        let each = self.placings.iter().zip(&self.found);
        for (measured, (placing, found)) in shares.zip(each) {
            self.lay_over(measured, (placing, found), &mut all.iter());
        }
    }

    fn lay_over(
        &self,
        measured: &mut Measured,
        (placing, found): (&Placing, &BTreeMap<IncidentId, Checked>),
        population: &mut dyn Iterator<Item = usize>,
    ) {
        if placing.facets.is_empty() {
            return;
        }
        let mut counts = Counts::default();
        for at in population {
            let entry = &self.entries[at];
            let place = placing.places[at] as usize;
            match (
                is_known(&entry.labels, &placing.facets),
                found.get(&entry.id),
            ) {
                (true, Some(checked)) => counts.audited[checked.ruled as usize][place] += 1,
                (true, None) => counts.known[place] += 1,
                (false, _) => counts.unknown[place] += 1,
            }
        }
        let audit: Vec<Checked> = found.values().copied().collect();
        measured.corrected = correct(&counts, &audit);
    }
}

impl Audit {
    /// How many incidents were audited.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// Every share of a request, with what was found of each audited incident whose labels in it people have decided.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the tallies were not counted with [`Request::questions`].
    pub fn found(&self, request: &Request) -> Result<Vec<(Placing, Vec<Found<'_>>)>, Error> {
        let truths = placings(request, self.truth.clone())?;
        let ruled = placings(request, self.ruled.clone())?;
        let (people, rules) = (self.truth.entries(), self.ruled.entries());
        let mut all = Vec::new();
        for (truth, ruled) in truths.into_iter().zip(ruled) {
            let mut found = Vec::new();
            for (at, (person, rule)) in people.iter().zip(rules).enumerate() {
                let weight = self.weights.get(&person.id);
                let Some(weight) = weight.filter(|_| is_known(&person.labels, &truth.facets))
                else {
                    continue;
                };
                let checked = Checked {
                    ruled: ruled.places[at],
                    truth: truth.places[at],
                    weight: *weight,
                    is_wrong: differ(&person.labels, &rule.labels, &truth.facets),
                };
                found.push((&person.id, checked));
            }
            all.push((truth, found));
        }
        Ok(all)
    }
}

/// Whether people have decided all of some labels.
fn is_known(labels: &Labels, facets: &BTreeSet<Facet>) -> bool {
    facets.is_subset(&labels.human)
}

/// Whether one of some labels is another one. Of what was done, only whether it was rolled back.
fn differ(one: &Labels, other: &Labels, facets: &BTreeSet<Facet>) -> bool {
    facets.iter().any(|facet| match facet {
        Facet::Response => {
            let rolled_back = |labels: &Labels| labels.response.contains(&Response::Rollback);
            rolled_back(one) != rolled_back(other)
        }
        facet => one.value(*facet) != other.value(*facet),
    })
}
