//! Bits: a set of the documents of one segment.

use tantivy::DocId;

/// A set of documents, all below a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    size: u32,
}

impl Bits {
    pub(super) fn none(size: u32) -> Bits {
        Bits {
            words: vec![0; (size as usize).div_ceil(64)],
            size,
        }
    }

    pub(super) fn all(size: u32) -> Bits {
        let mut bits = Bits {
            words: vec![u64::MAX; (size as usize).div_ceil(64)],
            size,
        };
        let spare = size % 64;
        if let (Some(last), true) = (bits.words.last_mut(), spare > 0) {
            *last = (1 << spare) - 1;
        }
        bits
    }

    pub(super) fn insert(&mut self, doc: DocId) {
        if doc < self.size {
            self.words[doc as usize / 64] |= 1 << (doc % 64);
        }
    }

    pub(super) fn contains(&self, doc: DocId) -> bool {
        doc < self.size && self.words[doc as usize / 64] & (1 << (doc % 64)) != 0
    }

    pub(super) fn unite(&mut self, other: &Bits) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    pub(super) fn intersect(&mut self, other: &Bits) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    pub(super) fn subtract(&mut self, other: &Bits) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// How many documents are in it.
    pub(super) fn count(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// The documents, ascending.
    pub(super) fn docs(&self) -> impl Iterator<Item = DocId> + '_ {
        (0u32..).zip(&self.words).flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_keep_to_their_size() {
        let mut all = Bits::all(70);
        assert_eq!((all.count(), all.docs().last()), (70, Some(69)));
        let mut some = Bits::none(70);
        for doc in [0, 63, 64, 69, 70, 500] {
            some.insert(doc);
        }
        assert_eq!(some.docs().collect::<Vec<_>>(), [0, 63, 64, 69]);
        all.subtract(&some);
        assert_eq!(all.count(), 66);
        all.unite(&some);
        assert_eq!(all, Bits::all(70));
        all.intersect(&some);
        assert!(all == some && !all.contains(70) && all.contains(64));
        assert_eq!(Bits::all(0).count() + Bits::all(64).count(), 64);
    }
}
