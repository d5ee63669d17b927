//! Prints: the fingerprints of all documents at hand, so that near copies of one are found without reading the others.

use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::error::Result;
use crate::fingerprint::Fingerprint;
use crate::incident::IncidentId;
use crate::store::Filed;
use crate::store::Sketch;
use crate::store::View;

/// From this similarity on a document is a near-duplicate of another, if nothing that it states speaks against it.
pub(super) const DUPLICATE: f64 = 0.85;

/// From this similarity on a document is what became of another whose file is gone, however short it is.
pub(super) const SURE: f64 = 0.95;

/// From this similarity on a document is what became of another whose file is gone.
pub(super) const DESCENDANT: f64 = 0.6;

/// What is compared of one document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Print {
    pub(super) fingerprint: Fingerprint,
    pub(super) title: String,
    /// The day that it counts in, as `YYYY-MM-DD`.
    pub(super) day: Option<String>,
    /// The id that it states.
    pub(super) stated: Option<String>,
    /// Whether it is so short that another text may be much the same by chance; not asked of what is filed already.
    pub(super) is_brief: bool,
    /// Whether it is an incident.
    pub(super) is_counted: bool,
    /// Whether it is a duplicate of another.
    pub(super) is_duplicate: bool,
}

impl Print {
    fn of_sketch(sketch: Sketch) -> Option<Print> {
        Some(Print {
            fingerprint: Fingerprint::from_bytes(&sketch.fingerprint)?,
            title: sketch.title,
            day: sketch.day,
            stated: sketch.stated,
            is_brief: false,
            is_counted: sketch.is_counted,
            is_duplicate: sketch.is_duplicate,
        })
    }

    /// What is compared of a record; `None` where its text is too short for a fingerprint.
    pub(super) fn of(filed: &Filed) -> Option<Print> {
        let (record, lineage) = (&filed.record, &filed.record.lineage);
        Some(Print {
            fingerprint: Fingerprint::from_bytes(filed.fingerprint.as_deref()?)?,
            title: record.title.clone(),
            day: record.facts.day().map(|day| day.to_string()),
            stated: lineage.stated.as_ref().map(ToString::to_string),
            is_brief: false,
            is_counted: filed.read_kind.is_counted(),
            is_duplicate: lineage.duplicate_of.is_some(),
        })
    }

    /// Whether what two documents state shows that they are of different incidents, however alike their texts are: ids,
    /// days, or numbers in their titles that differ.
    pub(super) fn contradicts(&self, other: &Print) -> bool {
        fn differ<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
            one.is_some() && other.is_some() && one != other
        }
        differ(&self.stated, &other.stated)
            || differ(&self.day, &other.day)
            || titles_differ(&self.title, &other.title)
    }
}

/// Whether two titles name different things by number: `Incident 17` and `Incident 18`, but not `X` and `Copy of X (1)`.
fn titles_differ(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    let numbers = |title: &str| -> Vec<String> {
        title
            .split(|character: char| !character.is_alphanumeric())
            .filter(|word| word.contains(|character: char| character.is_ascii_digit()))
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (numbers(&one), numbers(&other));
    // A title without a number says nothing against one that has some.
    !one.iter().all(|number| other.contains(number))
        && !other.iter().all(|number| one.contains(number))
}

/// The fingerprints of all documents of a store at one revision, and of what this process has filed since.
#[derive(Debug, Default)]
pub(super) struct Prints {
    rev: i64,
    prints: BTreeMap<IncidentId, Print>,
    bands: HashMap<(usize, u64), Vec<IncidentId>>,
}

impl Prints {
    /// The prints of a store: those at hand, if nobody else has written to it since.
    pub(super) fn current(view: &View<'_>, at_hand: Option<Prints>) -> Result<Prints> {
        let rev = view.meta()?.rev;
        if let Some(prints) = at_hand.filter(|prints| prints.rev == rev) {
            return Ok(prints);
        }
        let mut prints = Prints {
            rev,
            ..Prints::default()
        };
        view.sketches(&mut |sketch| {
            let id = sketch.id.clone();
            prints.set(&id, Print::of_sketch(sketch));
        })?;
        Ok(prints)
    }

    /// Says up to which revision these are all prints.
    pub(super) fn settle(&mut self, rev: i64) {
        self.rev = rev;
    }

    /// Takes in a record as it is filed now.
    pub(super) fn put(&mut self, filed: &Filed) {
        self.set(&filed.record.id, Print::of(filed));
    }

    /// Forgets a record that was removed.
    pub(super) fn forget(&mut self, id: &IncidentId) {
        self.set(id, None);
    }

    fn set(&mut self, id: &IncidentId, print: Option<Print>) {
        let before = self.prints.get(id).map(|before| before.fingerprint.bands());
        let bands = print.as_ref().map(|print| print.fingerprint.bands());
        if before != bands {
            self.enlist(id, before, false);
            self.enlist(id, bands, true);
        }
        match print {
            Some(print) => self.prints.insert(id.clone(), print),
            None => self.prints.remove(id),
        };
    }

    fn enlist(&mut self, id: &IncidentId, bands: Option<[u64; Fingerprint::BANDS]>, is_in: bool) {
        for key in bands.into_iter().flatten().enumerate() {
            let ids = self.bands.entry(key).or_default();
            match (is_in, ids.binary_search(id)) {
                (true, Err(place)) => ids.insert(place, id.clone()),
                (false, Ok(place)) => {
                    ids.remove(place);
                }
                _ => {}
            }
        }
    }

    /// As [`Prints::near`], but every document is compared: none is missed, however little similarity is asked for.
    pub(super) fn like(&self, print: &Print, least: f64) -> Vec<(f64, &IncidentId, &Print)> {
        self.compared(self.prints.keys(), print, least)
    }

    /// The documents at least so similar to one, most similar first, those of equal similarity by id. They are found by
    /// their bands, so those that are much less similar than [`DUPLICATE`] may be missed.
    pub(super) fn near(&self, print: &Print, least: f64) -> Vec<(f64, &IncidentId, &Print)> {
        let mut candidates: Vec<&IncidentId> = print
            .fingerprint
            .bands()
            .into_iter()
            .enumerate()
            .filter_map(|band| self.bands.get(&band))
            .flatten()
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        self.compared(candidates.into_iter(), print, least)
    }

    fn compared<'a>(
        &'a self,
        candidates: impl Iterator<Item = &'a IncidentId>,
        print: &Print,
        least: f64,
    ) -> Vec<(f64, &'a IncidentId, &'a Print)> {
        let mut near: Vec<(f64, &IncidentId, &Print)> = candidates
            .filter_map(|id| {
                let other = self.prints.get(id)?;
                let similarity = print.fingerprint.similarity(&other.fingerprint);
                (similarity >= least).then_some((similarity, id, other))
            })
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        near
    }
}

#[cfg(test)]
mod tests {
    use super::titles_differ;

    #[test]
    fn numbers_in_titles_tell_incidents_apart_and_copies_do_not() {
        assert!(titles_differ("Incident 17", "Incident 18"));
        assert!(titles_differ("Outage 2026-01-02", "Outage 2026-02-03"));
        assert!(!titles_differ(
            "Stale features",
            "Copy of Stale features (1)"
        ));
        assert!(!titles_differ("Stale features", "The features were stale"));
        assert!(!titles_differ("2026-01-02 Outage 5", "Outage 5"));
    }
}
