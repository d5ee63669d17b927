//! Reporting: which incidents a query selects, and the report over those of a period.

use crate::error::Error;
use crate::error::Result;
use crate::knowledge_base::KnowledgeBase;
use crate::knowledge_base::beside;
use crate::knowledge_base::find;
use crate::query::Query;
use crate::record::Record;
use crate::report;
use crate::report::Extent;
use crate::report::Report;
use crate::report::Request;
use crate::report::audit::Audit;
use crate::report::control;
use crate::report::investment;
use crate::report::pattern;
use crate::report::period::Days;
use crate::report::statistics::Share;
use crate::secret::Secrets;
use crate::store::Counted;
use crate::store::Order;
use crate::tally::Counting;
use crate::tally::Tally;
use crate::tally::Words;

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
    pub fn report(
        &mut self,
        mut request: Request,
        population: Option<&Query>,
        extent: Extent,
    ) -> Result<Report> {
        self.add_team_files(&mut request)?;
        request.filter = population.map(|query| query.text.clone());
        request.provenance.rules = self.rules_digest();
        let policy = self.policy();
        let bins = &policy.calibration.bins;
        request.provenance.measured = Share::of(
            bins.iter().map(|bin| bin.right as usize).sum(),
            bins.iter().map(|bin| bin.n as usize).sum(),
        );
        let questions = request.questions();
        request.audit = self.audit(&questions)?;
        if let Some(audit) = &request.audit {
            request.audited.extend(audit.weights.keys().cloned());
        }
        let window = request.period.window(request.calendar).days;
        let tally = match population {
            Some(query) if !query.is_of_columns() => Tally::count(&questions, &self.select(query)?),
            population => self.counted((&questions, population), window)?,
        };
        request.provenance.kb_digest = Some(digest(&tally, request.audit.as_ref()));
        let tally = match request.redact {
            true => tally.redacted(),
            false => tally,
        };
        let mut report = report::build(&request, tally)?;
        self.lay_in_words(&mut report, extent)?;
        Ok(report)
    }

    /// Counts the whole base, or what a query of columns selects: by what is kept for that where it can be, else record by
    /// record.
    fn counted(
        &self,
        (questions, population): (&[Query], Option<&Query>),
        window: Days,
    ) -> Result<Tally> {
        match self.counted_by_kept((questions, population), window) {
            // What is damaged there may be whole in the records, which are read in its place.
            Ok(None) | Err(Error::Damaged { .. }) => {}
            Ok(Some(tally)) => return Ok(tally),
            Err(error) => return Err(error),
        }
        let mut counting = Counting::new(questions);
        self.store.read(|view| {
            view.each(|filed| {
                if population.is_none_or(|query| query.matches(&filed.record)) {
                    counting.add(&filed.record);
                }
            })
        })?;
        Ok(counting.finish())
    }

    /// Counts by what is kept for that; `None` where the questions need the records, or it is not whole.
    fn counted_by_kept(
        &self,
        (questions, population): (&[Query], Option<&Query>),
        window: Days,
    ) -> Result<Option<Tally>> {
        let mut counting = Counting::new(questions);
        if let Some(query) = population {
            counting = counting.only(query);
        }
        counting = counting.in_detail(window.first, window.last);
        if !counting.needs_no_record() {
            return Ok(None);
        }
        let is_all = self.store.read(|view| {
            view.each_counted(|counted| match counted {
                Counted::Kept(id, kept) => counting.add_kept(id, &kept).then_some(1),
                Counted::Bundle(bytes, gone) => counting.add_bundle(bytes, gone),
            })
        })?;
        Ok(is_all.then(|| counting.finish()))
    }

    /// Reads the words of the incidents that a report shows with their words.
    fn lay_in_words(&self, report: &mut Report, extent: Extent) -> Result<()> {
        let places = report.named(extent);
        self.store.read(|view| {
            for place in places {
                let entry = &mut report.entries[place];
                if *entry.words() != Words::default() {
                    continue;
                }
                let record = find(view, entry.id.as_str())?.record;
                entry.complete(&record);
                entry.lay_in(Words::of(&record));
                if entry.has_secret && report.request.redact {
                    entry.redact(Secrets::shipped());
                }
            }
            Ok(())
        })
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
        let text = beside::text(&path)?;
        Ok(text.map(|text| (path.display().to_string(), text)))
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
