//! Search: what is looked for; the index gives ids and their order, every word that is shown is read from the store.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::time::Duration;

use crate::error::Error;
use crate::error::Result;
use crate::index;
use crate::index::Facets;
use crate::index::Ranking;
use crate::index::Reader;
use crate::index::Wanted;
use crate::knowledge_base::CaughtUp;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::read_again;
use crate::query::Hit;
use crate::query::Query;

/// How long a search waits for others who write to the index, before it searches what is there.
const PATIENCE: Duration = Duration::from_millis(200);

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
    /// Looks for incidents. An index that is behind is brought up first; one that is damaged is made anew, and where that
    /// cannot be done the search goes without it.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Damaged`].
    pub fn search(&mut self, query: &Query, wanted: Wanted) -> Result<Found> {
        let mut notices = Vec::new();
        let ranking = self.ranking(query, wanted, &mut notices)?;
        notices.extend(ranking.notices.iter().map(ToString::to_string));
        let mut hits = Vec::new();
        self.store.read(|view| {
            for ranked in &ranking.hits {
                // What was removed since the index was read is no hit.
                let Some(filed) = view.find(&ranked.id)? else {
                    continue;
                };
                let bytes = view.original(&filed)?;
                let (document, postmortem) = read_again(&filed.record, bytes)?;
                hits.push(Hit {
                    rank: wanted.offset + hits.len() + 1,
                    score: ranked.score,
                    id: filed.record.id.clone(),
                    record: filed.record,
                    passage: ranking.finder.passage(&document.text, &postmortem),
                });
            }
            Ok(())
        })?;
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
        let ranking = self.ranking(query, wanted, &mut Vec::new())?;
        Ok(ranking.hits.into_iter().map(|ranked| ranked.id).collect())
    }

    fn ranking(
        &mut self,
        query: &Query,
        wanted: Wanted,
        notices: &mut Vec<String>,
    ) -> Result<Ranking> {
        let is_new = self.meta()?.index_gen == 0;
        match self.catch_up_within(PATIENCE) {
            Ok(CaughtUp::Rebuilt { reason }) if !is_new => {
                notices.push(format!("the search index was made anew: {reason}"));
            }
            Ok(_) => {}
            Err(Error::Locked { holder }) => {
                notices.push(format!(
                    "the newest changes may be missing: another command is writing ({holder})"
                ));
            }
            Err(error @ (Error::Index { .. } | Error::File { .. })) => {
                notices.push(format!("the newest changes may be missing: {error}"));
            }
            Err(error) => return Err(error),
        }
        let failure = match self.ranking_of_index(query, wanted) {
            Ok(ranking) => return Ok(ranking),
            Err(error) => error,
        };
        let is_mended = match self.index_lock_within(PATIENCE, || false) {
            Ok(Some(lock)) => self.make_anew(&lock).is_ok(),
            _ => false,
        };
        if is_mended && let Ok(ranking) = self.ranking_of_index(query, wanted) {
            notices.push(format!("the search index was made anew: {failure}"));
            return Ok(ranking);
        }
        notices.push(format!("searched without the index: {failure}"));
        self.ranking_without_index(query, wanted)
    }

    /// Searches the index in use. A panic there is its own, and a failure like others.
    fn ranking_of_index(&self, query: &Query, wanted: Wanted) -> Result<Ranking> {
        let generation = self.generation(&self.meta()?);
        let search = || Reader::open(&generation)?.search(query, wanted);
        catch_unwind(AssertUnwindSafe(search)).unwrap_or_else(|_| {
            Err(Error::Index {
                doing: "search the index",
                source: "it failed while it was read".into(),
            })
        })
    }

    /// Searches an index that is made of the whole store in memory and forgotten.
    fn ranking_without_index(&self, query: &Query, wanted: Wanted) -> Result<Ranking> {
        let reader = self.store.read(|view| {
            let mut documents = Vec::new();
            for filed in view.all()? {
                let bytes = view.original(&filed)?;
                let (_, postmortem) = read_again(&filed.record, bytes)?;
                documents.push(index::document(&filed.record, &postmortem, filed.rev));
            }
            Reader::in_memory(documents)
        })?;
        reader.search(query, wanted)
    }
}
