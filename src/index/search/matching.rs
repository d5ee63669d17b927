//! Matching: which documents of a segment meet a query, and which have all of its words.

use std::collections::BTreeSet;

use tantivy::columnar::Column;

use crate::index::schema;
use crate::index::search::bits::Bits;
use crate::index::search::plan::Branch;
use crate::index::search::plan::Node;
use crate::index::search::segment::Frequencies;
use crate::index::search::segment::Segment;
use crate::query::Filter;
use crate::query::Period;
use crate::query::Test;

/// A segment with what was found of each slot in it.
pub(super) struct Matching<'a> {
    pub(super) segment: &'a Segment<'a>,
    pub(super) found: &'a [Frequencies],
    /// Which slots any document of any segment has.
    pub(super) occurs: &'a [bool],
    /// Which slots a document must have to have all: those that occur and tell something.
    pub(super) needed: &'a [bool],
}

impl Matching<'_> {
    fn size(&self) -> u32 {
        self.segment.reader.max_doc()
    }

    /// The living documents that meet a branch.
    pub(super) fn documents(&self, branch: &Branch) -> tantivy::Result<Bits> {
        let mut documents = self.branch(branch, false)?;
        if let Some(alive) = self.segment.reader.alive_bitset() {
            let mut living = Bits::none(self.size());
            alive.iter_alive().for_each(|doc| living.insert(doc));
            documents.intersect(&living);
        }
        Ok(documents)
    }

    /// The documents that meet a branch; with `whole`, those that have all that ranks as well.
    pub(super) fn branch(&self, branch: &Branch, whole: bool) -> tantivy::Result<Bits> {
        let mut documents = Bits::all(self.size());
        for node in &branch.must {
            documents.intersect(&self.node(node, whole)?);
        }
        if whole {
            for node in branch.should.iter().filter(|node| self.is_needed(node)) {
                documents.intersect(&self.node(node, true)?);
            }
        } else if !branch.should_is_optional {
            let mut some = Bits::none(self.size());
            for node in &branch.should {
                some.unite(&self.node(node, false)?);
            }
            documents.intersect(&some);
        }
        for node in &branch.must_not {
            documents.subtract(&self.node(node, false)?);
        }
        Ok(documents)
    }

    fn is_needed(&self, node: &Node) -> bool {
        match node {
            Node::Text(slot) => self.needed.get(*slot).is_none_or(|needed| *needed),
            _ => true,
        }
    }

    pub(super) fn node(&self, node: &Node, whole: bool) -> tantivy::Result<Bits> {
        match node {
            Node::Text(slot) => {
                let mut documents = Bits::none(self.size());
                for (doc, _) in self.found.get(*slot).into_iter().flatten() {
                    documents.insert(*doc);
                }
                Ok(documents)
            }
            Node::Filter(filter) => self.filter(filter),
            Node::Any(nodes) => {
                let mut documents = Bits::none(self.size());
                for node in nodes {
                    documents.unite(&self.node(node, whole)?);
                }
                Ok(documents)
            }
            Node::Group(branch) => self.branch(branch, whole),
        }
    }

    fn filter(&self, filter: &Filter) -> tantivy::Result<Bits> {
        let mut documents = Bits::none(self.size());
        let terms = match &filter.test {
            Test::Days(period) => {
                self.days(period, &mut documents)?;
                return Ok(documents);
            }
            Test::Ranks(from, to) => (*from..=*to)
                .map(|rank| schema::filter_term(&filter.field, &rank.to_string()))
                .collect(),
            Test::Is(value) => BTreeSet::from([schema::filter_term(&filter.field, value)]),
            Test::StartsWith(start) => self
                .segment
                .terms_from(&schema::filter_term(&filter.field, start))?,
        };
        self.segment
            .with_terms(&terms, &mut |doc| documents.insert(doc))?;
        Ok(documents)
    }

    fn days(&self, period: &Period, documents: &mut Bits) -> tantivy::Result<()> {
        let fast = self.segment.reader.fast_fields();
        let column: Option<Column<i64>> = fast.column_opt(schema::DAY)?;
        let Some(column) = column else {
            return Ok(());
        };
        let from = period.from.map_or(i64::MIN, schema::day_number);
        let to = period.to.map_or(i64::MAX, schema::day_number);
        for doc in 0..self.size() {
            if column
                .first(doc)
                .is_some_and(|day| (from..=to).contains(&day))
            {
                documents.insert(doc);
            }
        }
        Ok(())
    }
}
