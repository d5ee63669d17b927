//! Search: what is looked for; the index gives ids and their order, every word that is shown is read from the store.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::error::Error;
use crate::error::Result;
use crate::index;
use crate::index::Facets;
use crate::index::Finder;
use crate::index::Indexed;
use crate::index::Ranking;
use crate::index::Reader;
use crate::index::Wanted;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::blocks_again;
use crate::knowledge_base::catch_up::CaughtUp;
use crate::knowledge_base::catch_up::Standing;
use crate::knowledge_base::catch_up::guarded;
use crate::knowledge_base::catch_up::standing;
use crate::knowledge_base::catch_up::unusable;
use crate::knowledge_base::text_again;
use crate::query::Hit;
use crate::query::Passage;
use crate::query::Query;
use crate::store::Change;
use crate::store::Filed;
use crate::store::View;

/// How long a search waits for others who write to the index, before it goes on without them.
const PATIENCE: Duration = Duration::from_millis(200);

/// So many changes are folded in at every search rather than written to the index: reading commands then write nothing.
pub(super) const FEW: i64 = 16;

/// How many changes are read at a time.
const PORTION: usize = 50;

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The hits asked for, best first.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: usize,
    /// How all of them spread over mode, decay, service and quarter, where that was asked for.
    pub facets: Facets,
    /// What is to be said about the search itself.
    pub notices: Vec<String>,
}

impl KnowledgeBase {
    /// Looks for incidents. What the index does not hold yet is folded in; an index that is damaged is made anew, and
    /// where that cannot be done the search goes without it.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Damaged`].
    pub fn search(&mut self, query: &Query, wanted: Wanted) -> Result<Found> {
        let mut notices = Vec::new();
        let (ranking, hits) = self.answer(&mut notices, |view, reader| {
            let ranking = reader.search(query, wanted)?;
            let hits = hits((view, reader), &ranking, wanted.offset)?;
            Ok((ranking, hits))
        })?;
        notices.extend(ranking.notices.iter().map(ToString::to_string));
        Ok(Found {
            hits,
            total: ranking.total,
            facets: ranking.facets,
            notices,
        })
    }

    /// The ids of all incidents that a query finds.
    pub(super) fn found_ids(&mut self, query: &Query) -> Result<BTreeSet<String>> {
        let wanted = Wanted {
            limit: usize::MAX,
            ..Wanted::default()
        };
        let ranking = self.answer(&mut Vec::new(), |_, reader| reader.search(query, wanted))?;
        Ok(ranking.hits.into_iter().map(|ranked| ranked.id).collect())
    }

    /// Asks an index that equals one moment of the record, the best that can be had; the same moment is at hand to read
    /// from. What had to be done for it is noticed.
    pub(super) fn answer<T>(
        &mut self,
        notices: &mut Vec<String>,
        ask: impl Fn(&View<'_>, &Reader) -> Result<T>,
    ) -> Result<T> {
        match self.ask_index(FEW, &ask) {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) | Err(Error::Index { .. }) => {}
            Err(error) => return Err(error),
        }
        let is_new = self.meta()?.index_gen == 0;
        match self.catch_up_within(PATIENCE) {
            Ok(CaughtUp::Rebuilt { reason }) if !is_new => {
                notices.push(format!("the search index was made anew: {reason}"));
            }
            // Whoever cannot write to the index can read it, or make one in memory.
            Ok(_) | Err(Error::Locked { .. } | Error::Index { .. } | Error::File { .. }) => {}
            Err(error) => return Err(error),
        }
        let failure = match self.ask_index(i64::MAX, &ask) {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) => "it is too far behind".to_owned(),
            Err(Error::Index { doing, source }) => format!("cannot {doing}: {source}"),
            Err(error) => return Err(error),
        };
        if self.mend(PATIENCE)
            && let Ok(Some(answer)) = self.ask_index(i64::MAX, &ask)
        {
            notices.push(format!("the search index was made anew: {failure}"));
            return Ok(answer);
        }
        notices.push(format!("searched without the index: {failure}"));
        self.store.read(|view| ask(view, &without_index(view)?))
    }

    /// Makes the index anew, if nobody else is at it; whether that was done.
    fn mend(&mut self, patience: Duration) -> bool {
        match self.index_lock_within(patience, || false) {
            Ok(Some(lock)) => self.make_anew(&lock).is_ok(),
            _ => false,
        }
    }

    /// Asks the index in use, with what has changed since folded in; `None` where these are more than `most` changes.
    fn ask_index<T>(
        &self,
        most: i64,
        ask: impl Fn(&View<'_>, &Reader) -> Result<T>,
    ) -> Result<Option<T>> {
        let generation = self.generation(&self.meta()?);
        guarded(|| {
            // The index before the record: what is in the index is then in the record, too, or was.
            let mut reader = Reader::open(&generation)?;
            self.store.read(|view| {
                match standing(reader.payload(), &view.meta()?) {
                    Standing::InStep => {}
                    Standing::Behind(by) if by > most => return Ok(None),
                    Standing::Behind(_) => {
                        let since = reader.payload().rev;
                        reader.fold_in(changes(view, since)?)?;
                    }
                    Standing::Unusable(reason) => return Err(unusable(reason)),
                }
                ask(view, &reader).map(Some)
            })
        })
    }
}

/// The records of a ranking, each with the passage that speaks best for it.
fn hits(
    (view, reader): (&View<'_>, &Reader),
    ranking: &Ranking,
    offset: usize,
) -> Result<Vec<Hit>> {
    let mut hits = Vec::with_capacity(ranking.hits.len());
    for ranked in &ranking.hits {
        let filed = view
            .find(&ranked.id)?
            .ok_or_else(|| unusable(format!("it holds `{}`, the record does not", ranked.id)))?;
        let passage = passage((view, reader), &filed, &ranking.finder)?;
        hits.push(Hit {
            rank: offset + hits.len() + 1,
            score: ranked.score,
            explanation: ranked.explanation.clone(),
            content: filed.content,
            id: filed.record.id.clone(),
            record: filed.record,
            passage,
        });
    }
    Ok(hits)
}

/// The passage of a document that speaks best for it.
pub(super) fn passage(
    (view, reader): (&View<'_>, &Reader),
    filed: &Filed,
    finder: &Finder,
) -> Result<Option<Passage>> {
    let bytes = view.original(filed)?;
    let document = text_again(&filed.record, bytes)?;
    let text = &document.text;
    if let Some(blocks) = reader.blocks(filed.record.id.as_str(), text)? {
        return Ok(finder.passage_of(text, &blocks));
    }
    Ok(finder.passage(text, &blocks_again(&document)))
}

/// What has changed after a revision, as the index takes it.
fn changes(view: &View<'_>, after: i64) -> Result<Vec<(String, Option<Indexed>)>> {
    let mut after = after;
    let mut documents = Vec::new();
    loop {
        let portion = view.changes(after, PORTION)?;
        let Some(last) = portion.last() else {
            return Ok(documents);
        };
        after = last.rev();
        for change in portion {
            documents.push(match change {
                Change::Filed { filed, original } => {
                    let document = indexed(&filed, original)?;
                    (filed.record.id.to_string(), Some(document))
                }
                Change::Removed { id, .. } => (id.to_string(), None),
            });
        }
    }
}

/// A record as the index takes it, with the text of its original bytes.
pub(super) fn indexed(filed: &Filed, original: Vec<u8>) -> Result<Indexed> {
    let document = text_again(&filed.record, original)?;
    let (record, postmortem) = (&filed.record, blocks_again(&document));
    Ok(index::document(
        record,
        &document.text,
        &postmortem,
        filed.rev,
    ))
}

/// An index that is made of the whole record in memory and forgotten.
fn without_index(view: &View<'_>) -> Result<Reader> {
    let documents = changes(view, 0)?;
    Reader::in_memory(documents.into_iter().filter_map(|(_, document)| document))
}
