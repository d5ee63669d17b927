//! Search: a query to ranked ids, counts, and what its words were taken for. Nothing else comes out of the index.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use tantivy::DocId;
use tantivy::SegmentReader;
use tantivy::columnar::Column;

use crate::error::Result;
use crate::index::failed;
use crate::index::reader::Reader;
use crate::index::schema;
use crate::index::search::bits::Bits;
use crate::index::search::count::Counts;
use crate::index::search::lexicon::Lexicon;
use crate::index::search::matching::Matching;
use crate::index::search::plan::Plan;
use crate::index::search::rank::Worth;
use crate::index::search::segment::Frequencies;
use crate::index::search::segment::Segment;
use crate::index::search::slot::Slot;
use crate::query::Explanation;
use crate::query::Notice;
use crate::query::NoticeKind;
use crate::query::Query;
use crate::text::Span;

pub use crate::index::search::count::Facets;
pub use crate::index::search::passage::Finder;

mod bits;
mod count;
mod cursor;
mod explanation;
pub(super) mod lexicon;
mod matching;
mod passage;
mod plan;
mod rank;
pub(super) mod segment;
pub(super) mod slot;
mod ways;

/// How many of the best are looked at again for how near their words stand.
const WINDOW: usize = 200;

/// The order of the hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Best first; newest first where nothing ranks.
    #[default]
    Score,
    /// Newest first, the undated last.
    Date,
    /// Worst first, those without a severity last.
    Severity,
}

/// What is wanted of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// How many hits.
    pub limit: usize,
    /// After how many.
    pub offset: usize,
    /// In which order.
    pub sort: Sort,
    /// All matches are counted by mode, decay, service and quarter where they are at most so many; 0 for never.
    pub facets: usize,
    /// Whether each hit is to say what its score is made of.
    pub explain: bool,
}

impl Wanted {
    /// The first so many, best first.
    pub fn first(limit: usize) -> Wanted {
        Wanted {
            limit,
            ..Wanted::default()
        }
    }
}

/// One match.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The incident's id.
    pub id: String,
    /// How well it matches; 0 where nothing ranks.
    pub score: f32,
    /// What the score is made of, where that is wanted and something ranks.
    pub explanation: Option<Explanation>,
}

/// What a search found.
#[derive(Debug)]
pub struct Ranking {
    /// The matches asked for, in order.
    pub hits: Vec<Ranked>,
    /// How many there are in all.
    pub total: usize,
    /// The counts, where they are wanted.
    pub facets: Facets,
    /// Words that were replaced, or that no document has.
    pub notices: Vec<Notice>,
    /// Finds the best passage of a hit.
    pub finder: Finder,
}

impl Reader {
    /// Looks for what a query asks. The same index and query give the same answer: equal scores are ordered by id.
    ///
    /// # Errors
    /// [`crate::error::Error::Index`] where the index cannot be read.
    pub fn search(&self, query: &Query, wanted: Wanted) -> Result<Ranking> {
        search(self.segments(), query, wanted).map_err(failed("search the index"))
    }
}

fn search(readers: &[SegmentReader], query: &Query, wanted: Wanted) -> tantivy::Result<Ranking> {
    let segments = Segment::all(readers)?;
    let plan = plan::plan(query, Lexicon::new(readers)?, &segments)?;
    let lookup = Lookup::new(&segments, plan)?;
    let sort = match wanted.sort {
        Sort::Score if lookup.worth.is_nothing() => Sort::Date,
        sort => sort,
    };
    let mut candidates = Vec::new();
    let mut matches = Vec::new();
    for at in 0..segments.len() {
        let documents = lookup.matching(at).documents(&lookup.plan.root)?;
        lookup.candidates(at, sort, &documents, &mut candidates)?;
        matches.push(documents);
    }
    let mut notices = lookup.plan.notices.clone();
    if sort != Sort::Score {
        notices.extend(lookup.keep_whole(&mut candidates, &mut matches)?);
    }
    let total: usize = matches.iter().map(Bits::count).sum();
    let upto = wanted.offset.saturating_add(wanted.limit);
    let mut best = lookup.best(candidates, upto.max(WINDOW))?;
    if sort == Sort::Score {
        lookup.rank_again(&mut best)?;
    }
    let mut hits = Vec::new();
    for candidate in best.into_iter().skip(wanted.offset).take(wanted.limit) {
        let id = segments[candidate.segment].id(candidate.doc)?;
        let explanation = match wanted.explain && !lookup.worth.is_nothing() {
            true => Some(lookup.explain(&candidate)?),
            false => None,
        };
        let score = candidate.score;
        hits.push(Ranked {
            id,
            score,
            explanation,
        });
    }
    Ok(Ranking {
        hits,
        total,
        facets: facets(&segments, &matches, total <= wanted.facets)?,
        notices,
        finder: Finder::new(&lookup.plan, &lookup.worth.slots),
    })
}

fn facets(segments: &[Segment<'_>], matches: &[Bits], wanted: bool) -> tantivy::Result<Facets> {
    if !wanted {
        return Ok(Facets::new());
    }
    let mut counts = Counts::default();
    for (segment, documents) in segments.iter().zip(matches) {
        counts.add(segment, documents)?;
    }
    Ok(counts.finish())
}

/// A match on its way into the order.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// What counts before the score.
    first: i64,
    score: f32,
    /// How much of the score is for words that stand near each other.
    nearness: f32,
    segment: usize,
    doc: DocId,
}

impl Candidate {
    /// Better ones first.
    fn order(&self, other: &Candidate) -> Ordering {
        other
            .first
            .cmp(&self.first)
            .then_with(|| other.score.total_cmp(&self.score))
    }
}

/// A plan with what was found of it in every segment.
struct Lookup<'a> {
    segments: &'a [Segment<'a>],
    plan: Plan,
    found: Vec<Vec<Frequencies>>,
    extras: Vec<Vec<Frequencies>>,
    occurs: Vec<bool>,
    needed: Vec<bool>,
    worth: Worth,
}

impl<'a> Lookup<'a> {
    fn new(segments: &'a [Segment<'a>], plan: Plan) -> tantivy::Result<Lookup<'a>> {
        let mut found = Vec::new();
        let mut extras = Vec::new();
        for segment in segments {
            let frequencies = |slot: &Slot| segment.frequencies(slot);
            let slots = plan.slots.iter().map(frequencies);
            found.push(slots.collect::<tantivy::Result<Vec<_>>>()?);
            let slots = plan.extras.iter().map(|extra| frequencies(&extra.slot));
            extras.push(slots.collect::<tantivy::Result<Vec<_>>>()?);
        }
        let occurs: Vec<bool> = (0..plan.slots.len())
            .map(|slot| found.iter().any(|found| !found[slot].is_empty()))
            .collect();
        let needed = occurs
            .iter()
            .map(|occurs| *occurs || plan.is_sentence)
            .collect();
        let documents = segments.iter().map(|segment| segment.reader.num_docs());
        let documents = usize::try_from(documents.sum::<u32>()).unwrap_or(usize::MAX);
        let worth = Worth::of(&plan, documents, &found, &extras);
        Ok(Lookup {
            segments,
            plan,
            found,
            extras,
            occurs,
            needed,
            worth,
        })
    }

    fn matching(&self, segment: usize) -> Matching<'_> {
        Matching {
            segment: &self.segments[segment],
            found: &self.found[segment],
            occurs: &self.occurs,
            needed: &self.needed,
        }
    }

    fn candidates(
        &self,
        at: usize,
        sort: Sort,
        documents: &Bits,
        candidates: &mut Vec<Candidate>,
    ) -> tantivy::Result<()> {
        let matching = self.matching(at);
        let scores = self
            .worth
            .scores(&self.plan, &matching, &self.extras[at], documents)?;
        let whole = matching.branch(&self.plan.root, true)?;
        let fast = self.segments[at].reader.fast_fields();
        let days: Option<Column<i64>> = match sort {
            Sort::Date => fast.column_opt(schema::DAY)?,
            _ => None,
        };
        let severities: Option<Column<u64>> = match sort {
            Sort::Severity => fast.column_opt(schema::SEVERITY)?,
            _ => None,
        };
        let day = |doc| days.as_ref().and_then(|days| days.first(doc));
        let rank = |doc| severities.as_ref().and_then(|ranks| ranks.first(doc));
        for doc in documents.docs() {
            let first = match sort {
                Sort::Score => i64::from(whole.contains(doc)),
                Sort::Date => day(doc).unwrap_or(i64::MIN),
                Sort::Severity => {
                    rank(doc).map_or(i64::MIN, |rank| -i64::try_from(rank).unwrap_or(0))
                }
            };
            candidates.push(Candidate {
                first,
                score: scores[doc as usize],
                nearness: 0.0,
                segment: at,
                doc,
            });
        }
        Ok(())
    }

    /// Leaves only the matches with all of the words, if there are any: in an order other than by rank, the newest of
    /// those with a single word would come before all that is meant. Says how many are left out.
    fn keep_whole(
        &self,
        candidates: &mut Vec<Candidate>,
        matches: &mut [Bits],
    ) -> tantivy::Result<Option<Notice>> {
        let mut whole = Vec::new();
        for (at, documents) in matches.iter().enumerate() {
            let mut all = self.matching(at).branch(&self.plan.root, true)?;
            all.intersect(documents);
            whole.push(all);
        }
        let count = |bits: &[Bits]| bits.iter().map(Bits::count).sum::<usize>();
        let (some, all) = (count(matches), count(&whole));
        if all == 0 || all == some {
            return Ok(None);
        }
        candidates.retain(|candidate| whole[candidate.segment].contains(candidate.doc));
        matches.clone_from_slice(&whole);
        let left_out = some - all;
        Ok(Some(Notice {
            kind: NoticeKind::Narrowed,
            span: Span::new(0, 0),
            found: format!("{left_out} more have some of the words, not all"),
            outcome: "left out, for the order is not by rank".to_owned(),
            suggestion: None,
        }))
    }

    /// The best so many, in order.
    fn best(
        &self,
        mut candidates: Vec<Candidate>,
        count: usize,
    ) -> tantivy::Result<Vec<Candidate>> {
        if candidates.len() > count {
            let (_, last, _) = candidates.select_nth_unstable_by(count - 1, Candidate::order);
            let last = *last;
            // All that equal the last one: which of them are taken is for their ids to say.
            candidates.retain(|candidate| candidate.order(&last) != Ordering::Greater);
        }
        self.put_in_order(&mut candidates)?;
        candidates.truncate(count);
        Ok(candidates)
    }

    /// Puts better ones first, equal ones by their ids. These are read only for equals of different segments: within one
    /// their numbers have their order.
    fn put_in_order(&self, candidates: &mut [Candidate]) -> tantivy::Result<()> {
        let number = |one: &Candidate| (one.segment, self.segments[one.segment].id_number(one.doc));
        candidates.sort_by(|a, b| a.order(b).then_with(|| number(a).cmp(&number(b))));
        for equals in candidates.chunk_by_mut(|a, b| a.order(b) == Ordering::Equal) {
            let first = equals[0].segment;
            if equals.iter().all(|one| one.segment == first) {
                continue;
            }
            let mut named = Vec::with_capacity(equals.len());
            for one in equals.iter() {
                named.push((self.segments[one.segment].id(one.doc)?, *one));
            }
            named.sort_by(|a, b| a.0.cmp(&b.0));
            for (place, (_, one)) in equals.iter_mut().zip(named) {
                *place = one;
            }
        }
        Ok(())
    }

    /// Adds to the score of the first ones how near their words stand, and orders them again.
    fn rank_again(&self, best: &mut [Candidate]) -> tantivy::Result<()> {
        let window = best.len().min(WINDOW);
        let best = &mut best[..window];
        for segment in 0..self.segments.len() {
            let mut docs: Vec<DocId> = best
                .iter()
                .filter(|candidate| candidate.segment == segment)
                .map(|candidate| candidate.doc)
                .collect();
            docs.sort_unstable();
            let bonuses = self
                .worth
                .nearness(&self.plan, &self.matching(segment), &docs)?;
            let bonuses: BTreeMap<DocId, f32> = docs.into_iter().zip(bonuses).collect();
            for candidate in best
                .iter_mut()
                .filter(|candidate| candidate.segment == segment)
            {
                candidate.nearness = bonuses.get(&candidate.doc).copied().unwrap_or_default();
                candidate.score += candidate.nearness;
            }
        }
        self.put_in_order(best)
    }
}
