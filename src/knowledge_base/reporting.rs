//! Reporting: which incidents a query selects, and the report over those of a period.

use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::query::Query;
use crate::record::Record;
use crate::report;
use crate::report::Report;
use crate::report::Request;
use crate::tally::Tally;

impl KnowledgeBase {
    /// The records that a query selects, ordered by id. Words select as in a search, at least one of them each.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Damaged`].
    pub fn select(&mut self, query: &Query) -> Result<Vec<Record>> {
        if query.has_text() {
            let found = self.search(query, usize::MAX, 0)?;
            let mut records: Vec<Record> = found.hits.into_iter().map(|hit| hit.record).collect();
            records.sort_by(|a, b| a.id.cmp(&b.id));
            return Ok(records);
        }
        let mut records = self.records()?;
        records.retain(|record| query.matches(record));
        Ok(records)
    }

    /// A report over the incidents that a query selects; over all where there is none.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Damaged`], [`Error::Invalid`].
    pub fn report(&mut self, mut request: Request, population: Option<&Query>) -> Result<Report> {
        let records = match population {
            Some(query) => self.select(query)?,
            None => self.records()?,
        };
        request.filter = population.map(|query| query.text.clone());
        self.rules()
            .digest()
            .clone_into(&mut request.provenance.rules);
        let tally = Tally::count(&request.questions(), &records);
        report::build(&request, tally)
    }
}
