//! Alike: the documents that share the rare words of a sample, and which words these are.

use std::collections::BTreeMap;

use tantivy::DocId;
use tantivy::SegmentReader;

use crate::error::Result;
use crate::index::failed;
use crate::index::reader::Reader;
use crate::index::sample::Sample;
use crate::index::search::Finder;
use crate::index::search::lexicon::Lexicon;
use crate::index::search::segment::Segment;
use crate::index::search::slot::Slot;
use crate::index::search::slot::Way;
use crate::query::Zone;

/// So many words of a sample are compared, those that say most.
const TERMS: usize = 40;

/// A word that more than this share of the documents has is no reason to call two of them similar.
const FREQUENT: f32 = 0.2;

/// So many documents may always have a word.
const FEW: usize = 3;

/// How much a word counts that no document has: it may be a slip, or a name.
const UNKNOWN: f32 = 1.0;

/// How soon further occurrences of a word in a document stop counting, above the weights of the zones.
const SATURATION: f32 = 1.5;

/// A document that shares words with a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// The incident's id.
    pub id: String,
    /// How much of what the sample is about the document is about, too: 0 to 1.
    pub share: f32,
    /// Of how many words of the sample that is the share.
    pub of_words: usize,
    /// The rare words that both have, as the sample writes them, those that say most first.
    pub words: Vec<String>,
    /// Finds the passage of the document where these words stand.
    pub finder: Finder,
}

/// A word of a sample, looked up.
struct Looked {
    slot: Slot,
    shown: String,
    is_common: bool,
    /// What it says about the sample: how much the sample is about it, and how rare it is.
    worth: f32,
    /// How many documents have it.
    count: usize,
    /// By segment: the documents that have it, and how much of it.
    found: Vec<Vec<(DocId, f32)>>,
}

impl Reader {
    /// The documents that share most of what a sample is about, the likeliest first. Equal shares are ordered by id.
    ///
    /// # Errors
    /// [`crate::error::Error::Index`] where the index cannot be read.
    pub fn alike(&self, sample: &Sample, most: usize) -> Result<Vec<Alike>> {
        alike(self.segments(), sample, most).map_err(failed("look for similar documents"))
    }
}

fn alike(readers: &[SegmentReader], sample: &Sample, most: usize) -> tantivy::Result<Vec<Alike>> {
    let segments = Segment::all(readers)?;
    let documents: u32 = readers.iter().map(SegmentReader::num_docs).sum();
    let documents = documents as f32;
    let mut looked = look_up(readers, &segments, sample, documents)?;
    looked.sort_by(|a, b| {
        b.worth
            .total_cmp(&a.worth)
            .then_with(|| a.shown.cmp(&b.shown))
    });
    looked.truncate(TERMS);
    let total: f32 = looked.iter().map(|one| one.worth).sum();
    let mut alike = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        let mut shares: BTreeMap<DocId, f32> = BTreeMap::new();
        for one in &looked {
            for (doc, amount) in &one.found[at] {
                *shares.entry(*doc).or_default() += one.worth * amount / (amount + SATURATION);
            }
        }
        for (doc, share) in shares {
            alike.push((
                share / total.max(f32::MIN_POSITIVE),
                segment.id(doc)?,
                at,
                doc,
            ));
        }
    }
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    alike.truncate(most);
    let rare = (documents * FREQUENT).max(FEW as f32);
    let told = alike.into_iter().map(|(share, id, at, doc)| {
        let shared: Vec<&Looked> = (looked.iter())
            .filter(|one| !one.is_common && one.count as f32 <= rare && has(&one.found[at], doc))
            .collect();
        Alike {
            id,
            share,
            of_words: looked.len(),
            words: shared.iter().map(|one| one.shown.clone()).collect(),
            finder: Finder::of_slots(shared.iter().map(|one| (&one.slot, one.worth))),
        }
    });
    Ok(told.collect())
}

fn has(found: &[(DocId, f32)], doc: DocId) -> bool {
    found.binary_search_by_key(&doc, |(doc, _)| *doc).is_ok()
}

fn look_up(
    readers: &[SegmentReader],
    segments: &[Segment<'_>],
    sample: &Sample,
    documents: f32,
) -> tantivy::Result<Vec<Looked>> {
    let mut lexicon = Lexicon::new(readers)?;
    let mut looked = Vec::new();
    for term in &sample.terms {
        let ways = match term.is_compound {
            true => vec![Way::word(term.word.clone(), 1.0)],
            false => {
                let forms = lexicon.forms(&term.word)?.into_iter();
                forms.map(|form| Way::word(form, 1.0)).collect()
            }
        };
        let slot = Slot {
            typed: term.word.clone(),
            zone: Zone::Anywhere,
            ways,
        };
        let mut found = Vec::new();
        for segment in segments {
            found.push(segment.frequencies(&slot)?);
        }
        let count: usize = found.iter().map(Vec::len).sum();
        let rarity = (1.0 + (documents - count as f32 + 0.5) / (count as f32 + 0.5)).ln();
        let known = if count == 0 { UNKNOWN } else { 1.0 };
        looked.push(Looked {
            slot,
            shown: term.shown.clone(),
            is_common: term.is_common,
            worth: term.weight * rarity * rarity * known,
            count,
            found,
        });
    }
    Ok(looked)
}
