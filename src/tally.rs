//! Tally: what a report needs of every incident, counted where the records are; tallies of parts can be merged.
//!
//! A tally holds one compact entry for each incident, since every figure of a report names its incidents. The filters
//! of the patterns are answered while counting: statistics need no record and no query engine afterwards.

use crate::error::Error;
use crate::query::Query;
use crate::record::Record;
use crate::secret::Secrets;

mod asking;
pub mod bundle;
mod counting;
mod entry;
mod figures;
mod kept;
mod labels;
mod quote;

pub use crate::tally::counting::Counting;
pub use crate::tally::entry::Clocks;
pub use crate::tally::entry::Costs;
pub use crate::tally::entry::Entry;
pub use crate::tally::entry::Name;
pub use crate::tally::entry::OpenItem;
pub use crate::tally::entry::Words;
pub use crate::tally::kept::Kept;
pub use crate::tally::labels::Labels;
pub use crate::tally::quote::Quote;

/// Characters of a digest.
const DIGEST: usize = 16;

/// What a report needs of every incident.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tally {
    questions: Vec<String>,
    entries: Vec<Entry>,
}

impl Tally {
    /// Counts some records, with the filters that the report will ask about.
    pub fn count<'a>(questions: &[Query], records: impl IntoIterator<Item = &'a Record>) -> Tally {
        let mut counting = Counting::new(questions);
        records.into_iter().for_each(|record| counting.add(record));
        counting.finish()
    }

    /// A digest of what was counted, in hexadecimal: the same records with the same labels and facts have the same.
    pub fn digest(&self) -> String {
        let contents: Vec<u8> = (self.entries.iter())
            .flat_map(|entry| entry.content)
            .collect();
        let digest = blake3::hash(&contents).to_hex();
        digest.chars().take(DIGEST).collect()
    }

    /// The same tally without the secrets and personal data in names and words.
    pub fn redacted(mut self) -> Tally {
        for entry in self.entries.iter_mut().filter(|entry| entry.has_secret) {
            entry.redact(Secrets::shipped());
        }
        self
    }

    /// Sorts the entries by id; of several with the same id the last one stays.
    fn in_order(mut self) -> Tally {
        if self.entries.is_sorted_by(|one, next| one.id < next.id) {
            return self;
        }
        match self.order() {
            Some(order) => self.lay_out(order),
            None => self.sort_and_drop(),
        }
        self
    }

    /// The places of the entries in the order of their ids; `None` where two have the same. Entries are large, so that a
    /// hundred thousand of them are moved once.
    fn order(&self) -> Option<Vec<usize>> {
        let entries = &self.entries;
        let mut order: Vec<(u128, usize)> = (entries.iter())
            .map(|entry| beginning(entry.id.as_str()))
            .zip(0..)
            .collect();
        let id = |place: usize| entries[place].id.as_str();
        order.sort_by(|(one, at), (next, then)| one.cmp(next).then_with(|| id(*at).cmp(id(*then))));
        let are_same =
            |pair: &[(u128, usize)]| pair[0].0 == pair[1].0 && id(pair[0].1) == id(pair[1].1);
        let has_twins = order.windows(2).any(are_same);
        (!has_twins).then(|| order.into_iter().map(|(_, place)| place).collect())
    }

    /// Moves every entry to its place: the next one is that of `order`.
    fn lay_out(&mut self, mut order: Vec<usize>) {
        for start in 0..order.len() {
            let mut here = start;
            while order[here] != start {
                let next = order[here];
                self.entries.swap(here, next);
                order[here] = here;
                here = next;
            }
            order[here] = here;
        }
    }

    fn sort_and_drop(&mut self) {
        self.entries.reverse();
        self.entries.sort_by(|one, next| one.id.cmp(&next.id));
        self.entries.dedup_by(|next, one| next.id == one.id);
    }

    /// The tally of two parts; a document in both is counted once, as the second part has it.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the parts were asked different questions.
    pub fn merge(mut self, other: Tally) -> Result<Tally, Error> {
        if self.questions != other.questions {
            return Err(Error::Invalid {
                what: "tally",
                value: other.questions.join("; "),
                expected: format!("the same questions, `{}`", self.questions.join("; ")),
            });
        }
        self.entries.extend(other.entries);
        Ok(self.in_order())
    }

    /// The filters that were asked about, as text, in the order of the answers.
    pub fn questions(&self) -> &[String] {
        &self.questions
    }

    /// The entries, sorted by id.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries, sorted by id.
    pub fn into_entries(self) -> Vec<Entry> {
        self.entries
    }
}

/// The first bytes of an id as a number: those that differ in them are told apart without a look at the id itself.
fn beginning(id: &str) -> u128 {
    let mut beginning = [0; 16];
    let bytes = id.as_bytes();
    let length = bytes.len().min(16);
    beginning[..length].copy_from_slice(&bytes[..length]);
    u128::from_be_bytes(beginning)
}
