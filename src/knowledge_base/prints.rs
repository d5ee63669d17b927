//! Prints: the fingerprints of all documents at hand, so that near copies of one are found without reading the others.

use std::collections::BTreeSet;
use std::collections::HashMap;

use crate::error::Result;
use crate::fingerprint::Fingerprint;
use crate::store;
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

/// A document that is like another.
#[derive(Debug)]
pub(super) struct Like {
    /// How alike they are, 0 to 1.
    pub(super) similarity: f64,
    /// The document.
    pub(super) filed: Filed,
    /// What is compared of it.
    pub(super) print: Print,
}

/// The sketches of all documents of a store at one revision, and of what this process has filed since.
///
/// Fingerprints agree in no more numbers than their sketches do in bytes, so that few records need to be read to find
/// those that are alike.
#[derive(Debug, Default)]
pub(super) struct Prints {
    rev: i64,
    /// By the numbers of the records; all zero where there is none.
    sketches: Vec<Sketch>,
    /// So many of them were there when the command began.
    settled: usize,
    /// How often was asked.
    asked: usize,
    /// For each band that a sketch has, the record that had it last.
    last: HashMap<u64, u32>,
    /// For each record and each of the bands that it had first, the record that had it before.
    before: Vec<[u32; BANDS]>,
    /// The records that have other bands since.
    edited: Vec<usize>,
}

/// The bands of a sketch.
const BANDS: usize = size_of::<Sketch>() / Fingerprint::ROWS;

/// From so many questions on it pays to know all bands rather than to look through all sketches.
const MANY: usize = 24;

/// No record.
const NOBODY: u32 = u32::MAX;

impl Prints {
    /// The prints of a store: those at hand, if nobody else has written to it since.
    pub(super) fn current(view: &View<'_>, at_hand: Option<Prints>) -> Result<Prints> {
        let rev = view.meta()?.rev;
        if let Some(prints) = at_hand.filter(|prints| prints.rev == rev) {
            return Ok(prints);
        }
        let sketches = view.sketches()?;
        Ok(Prints {
            rev,
            settled: sketches.len(),
            sketches,
            ..Prints::default()
        })
    }

    /// Says up to which revision these are all prints.
    pub(super) fn settle(&mut self, rev: i64) {
        self.rev = rev;
    }

    /// Says that a new command begins: what was filed before may have lost its file since.
    pub(super) fn begin(&mut self) {
        self.settled = self.sketches.len();
    }

    /// Takes in a record as it is filed now.
    pub(super) fn put(&mut self, filed: &Filed) {
        self.set(filed.number, store::sketch(filed.fingerprint.as_deref()));
    }

    /// Forgets a record that was removed.
    pub(super) fn forget(&mut self, filed: &Filed) {
        self.set(filed.number, store::sketch(None));
    }

    fn set(&mut self, number: i64, sketch: Sketch) {
        let Ok(at) = usize::try_from(number) else {
            return;
        };
        if self.sketches.len() <= at {
            self.sketches.resize(at + 1, store::sketch(None));
        }
        let is_other = self.sketches[at] != sketch;
        self.sketches[at] = sketch;
        if self.asked < MANY {
            return;
        }
        if at < self.before.len() {
            self.edited.extend(is_other.then_some(at));
        } else {
            (self.before.len()..=at).for_each(|at| self.enlist(at));
        }
    }

    /// Makes the next record findable by its bands.
    fn enlist(&mut self, at: usize) {
        let number = u32::try_from(at).unwrap_or(NOBODY);
        let mut before = [NOBODY; BANDS];
        for (before, key) in before.iter_mut().zip(keys(&self.sketches[at])) {
            *before = self.last.insert(key, number).unwrap_or(NOBODY);
        }
        self.before.push(before);
    }

    /// The documents that may be as similar to one whose file is gone: those that were there when the command began.
    pub(super) fn like(&self, view: &View<'_>, print: &Print, least: f64) -> Result<Vec<Like>> {
        let sketch = store::sketch(Some(&print.fingerprint.to_bytes()));
        let settled = self.sketches.iter().take(self.settled);
        compared(
            view,
            alike(settled.enumerate(), &sketch, least),
            (print, least),
        )
    }

    /// The documents at least so similar to one, most similar first, those of equal similarity by id. They agree in a
    /// band, so some that are much less similar than [`DUPLICATE`] are left out.
    pub(super) fn near(&mut self, view: &View<'_>, print: &Print, least: f64) -> Result<Vec<Like>> {
        let sketch = store::sketch(Some(&print.fingerprint.to_bytes()));
        self.asked += 1;
        if self.asked == MANY {
            (0..self.sketches.len()).for_each(|at| self.enlist(at));
        }
        let numbers = match self.asked < MANY {
            true => alike(self.sketches.iter().enumerate(), &sketch, least),
            false => {
                let found = self.by_bands(&sketch).into_iter();
                let found = found.filter_map(|at| Some((at, self.sketches.get(at)?)));
                alike(found, &sketch, least)
            }
        };
        let mut near = compared(view, numbers, (print, least))?;
        near.retain(|like| like.print.fingerprint.shares_band(&print.fingerprint));
        Ok(near)
    }

    /// The records that may agree with a sketch in a band.
    fn by_bands(&self, sketch: &Sketch) -> BTreeSet<usize> {
        let mut found: BTreeSet<usize> = self.edited.iter().copied().collect();
        for (band, key) in keys(sketch).enumerate() {
            let mut next = self.last.get(&key).copied().unwrap_or(NOBODY);
            while let Some(before) = self.before.get(next as usize) {
                found.insert(next as usize);
                next = before[band];
            }
        }
        found
    }
}

/// The bands of a sketch, each with its place.
fn keys(sketch: &Sketch) -> impl Iterator<Item = u64> {
    let (bands, _) = sketch.as_chunks::<{ Fingerprint::ROWS }>();
    let numbers = bands
        .iter()
        .map(|band| u64::from(u32::from_le_bytes(*band)));
    (0u64..)
        .zip(numbers)
        .map(|(place, number)| (place << 32) | number)
}

/// The numbers of the sketches whose fingerprints may be so similar to that of one.
fn alike<'a>(
    sketches: impl Iterator<Item = (usize, &'a Sketch)>,
    sketch: &Sketch,
    least: f64,
) -> Vec<i64> {
    let none = store::sketch(None);
    let agree = |other: &Sketch| {
        let same = other.iter().zip(sketch).map(|(a, b)| u8::from(a == b));
        f64::from(same.sum::<u8>()) >= least * sketch.len() as f64
    };
    sketches
        .filter(|(_, other)| agree(other) && **other != none)
        .filter_map(|(number, _)| i64::try_from(number).ok())
        .collect()
}

/// The records of some numbers that are so similar, most similar first, those of equal similarity by id.
fn compared(
    view: &View<'_>,
    numbers: Vec<i64>,
    (print, least): (&Print, f64),
) -> Result<Vec<Like>> {
    let mut like = Vec::new();
    for number in numbers {
        let Some(filed) = view.numbered(number)? else {
            continue;
        };
        let Some(other) = Print::of(&filed) else {
            continue;
        };
        let similarity = print.fingerprint.similarity(&other.fingerprint);
        if similarity >= least {
            like.push(Like {
                similarity,
                print: other,
                filed,
            });
        }
    }
    like.sort_by(|a, b| {
        let by_id = || a.filed.record.id.cmp(&b.filed.record.id);
        b.similarity.total_cmp(&a.similarity).then_with(by_id)
    });
    Ok(like)
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
