//! Reporting: which incidents a query selects, and the report over those of a period.

use std::fs;
use std::io;

use crate::error::Error;
use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::find;
use crate::knowledge_base::secrets;
use crate::query::Query;
use crate::record::Record;
use crate::report;
use crate::report::Report;
use crate::report::Request;
use crate::report::audit::Audit;
use crate::report::control;
use crate::report::investment;
use crate::report::pattern;
use crate::report::statistics::Share;
use crate::store::Order;
use crate::tally::Tally;

/// What is to be listed of the records that a query selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// In which order.
    pub order: Order,
    /// Only what counts as an incident.
    pub counted_only: bool,
    /// At most so many, at least one.
    pub most: usize,
}

impl KnowledgeBase {
    /// The records that a query selects, ordered by id. Words select as in a search, at least one of them each.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Damaged`].
    pub fn select(&mut self, query: &Query) -> Result<Vec<Record>> {
        let mut records = self.records()?;
        if query.has_text() {
            let found = self.found_ids(query)?;
            records.retain(|record| found.contains(record.id.as_str()));
            return Ok(records);
        }
        records.retain(|record| query.matches(record));
        Ok(records)
    }

    /// The first of the records that a query selects, in an order; only these are read.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Damaged`].
    pub fn list(&mut self, query: &Query, listing: Listing) -> Result<Vec<Record>> {
        let found = match query.is_empty() {
            true => None,
            false => Some(self.found_ids(query)?),
        };
        self.store.read(|view| {
            let mut ids = Vec::new();
            view.in_order(listing.order, listing.counted_only, |id| {
                if found.as_ref().is_none_or(|found| found.contains(id)) {
                    ids.push(id.to_owned());
                }
                ids.len() < listing.most
            })?;
            let mut records = Vec::with_capacity(ids.len());
            for id in ids {
                records.push(find(view, &id)?.record);
            }
            Ok(records)
        })
    }

    /// A report over the incidents that a query selects; over all where there is none.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Damaged`], [`Error::Invalid`].
    pub fn report(&mut self, mut request: Request, population: Option<&Query>) -> Result<Report> {
        self.add_team_files(&mut request)?;
        request.filter = population.map(|query| query.text.clone());
        self.rules()
            .digest()
            .clone_into(&mut request.provenance.rules);
        let bins = &self.rules().policy().calibration.bins;
        request.provenance.measured = Share::of(
            bins.iter().map(|bin| bin.right as usize).sum(),
            bins.iter().map(|bin| bin.n as usize).sum(),
        );
        let questions = request.questions();
        request.audit = self.audit(&questions)?;
        if let Some(audit) = &request.audit {
            request.audited.extend(audit.weights.keys().cloned());
        }
        let tally = match population {
            Some(query) => Tally::count(&questions, &self.select(query)?),
            None => self.counted(&questions)?,
        };
        request.provenance.kb_digest = Some(digest(&tally, request.audit.as_ref()));
        let tally = match request.redact {
            true => secrets::redacted_tally(tally)?,
            false => tally,
        };
        report::build(&request, tally)
    }

    /// Counts the whole base, one record after the other, so that only what a report needs is held.
    fn counted(&self, questions: &[Query]) -> Result<Tally> {
        let mut tally = Tally::new(questions);
        self.store
            .read(|view| view.each(|filed| tally.add(questions, &filed.record)))?;
        Ok(tally)
    }

    /// Adds what the team has declared beside the base: patterns, controls, investments.
    pub(super) fn add_team_files(&self, request: &mut Request) -> Result<()> {
        if let Some((name, text)) = self.team_file("patterns.toml")? {
            let own = pattern::parse(&name, &text, &request.patterns)?;
            request.patterns.extend(own);
        }
        if let Some((name, text)) = self.team_file("controls.toml")? {
            let own = control::parse(&name, &text, &request.controls)?;
            request.controls.extend(own);
        }
        if let Some((name, text)) = self.team_file("investments.toml")? {
            request.investments.extend(investment::parse(&name, &text)?);
        }
        Ok(())
    }

    /// The name and the text of a file that a team may have put into the base's folder.
    fn team_file(&self, name: &str) -> Result<Option<(String, String)>> {
        let path = self.dir().join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some((path.display().to_string(), text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::File {
                doing: "read",
                path,
                source,
            }),
        }
    }
}

/// A digest of everything that was counted, audits included: the same one makes the same report.
fn digest(tally: &Tally, audit: Option<&Audit>) -> String {
    let Some(audit) = audit else {
        return tally.digest();
    };
    let weights = audit.weights.iter();
    let weights = weights.map(|(id, weight)| format!("{id} {weight}\n"));
    let counted = [tally.digest(), audit.truth.digest(), audit.ruled.digest()];
    let counted = counted.into_iter().chain(weights).collect::<String>();
    let hash = blake3::hash(counted.as_bytes()).to_hex();
    hash.chars().take(tally.digest().len()).collect()
}
