//! Report: what a tally says about a period: who is counted, which patterns show, what they cost, and how sure that is.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::error::Error;
use crate::incident::IncidentId;
use crate::query::Query;
use crate::tally::Entry;
use crate::tally::Tally;

pub mod accuracy;
pub mod action;
pub mod audit;
pub mod breakdown;
pub mod chart;
pub mod contents;
pub mod control;
pub mod correction;
pub mod csv;
mod declared;
pub mod diagnosis;
pub mod difference;
pub mod headline;
pub mod html;
pub mod investment;
pub mod markdown;
pub mod measure;
pub mod money;
mod names;
pub mod outline;
pub mod pattern;
pub mod period;
pub mod placing;
pub mod population;
pub mod quality;
pub mod repeat;
pub mod review;
pub mod rollback;
pub mod scope;
pub mod selection;
pub mod sensitivity;
pub mod statistics;
pub mod svg;
pub mod text;
pub mod trend;
pub mod wording;

use action::OpenAction;
use audit::Audit;
use audit::Correction;
use breakdown::Breakdown;
use breakdown::By;
use control::Control;
use control::Funding;
use diagnosis::Ledger;
use difference::Difference;
use difference::Earlier;
use headline::Headline;
use investment::Effect;
use investment::Investment;
use pattern::Pattern;
use period::Calendar;
use period::Period;
use population::Dated;
use quality::Quality;
use repeat::Repeats;
use rollback::Rollbacks;
use scope::Questions;
use scope::Scope;
use selection::Members;
use selection::Selection;
use sensitivity::Sensitivity;
use statistics::RateRatio;
use statistics::Share;
use trend::QuarterCounts;

/// What a report is made from and by, so that it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// A digest of everything that was counted.
    pub kb_digest: Option<String>,
    /// Pack version and digest of the rules in force.
    pub rules: String,
    /// Name and version of the program.
    pub program: String,
    /// How often the rules were right on labelled documents that they were not fitted on; of nothing where unknown.
    pub measured: Share,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The time.
    pub period: Period,
    /// How the team cuts its years.
    pub calendar: Calendar,
    /// The day on which the report is made, in UTC.
    pub today: Date,
    /// The filter that restricted the population, as it was typed; the tally holds no other incidents.
    pub filter: Option<String>,
    /// What is looked for.
    pub patterns: Vec<Pattern>,
    /// What would catch incidents.
    pub controls: Vec<Control>,
    /// What the team has built, and when.
    pub investments: Vec<Investment>,
    /// An earlier report to explain the differences to.
    pub earlier: Option<Earlier>,
    /// The incidents whose labels were checked in an audit.
    pub audited: BTreeSet<IncidentId>,
    /// What the audits found; the shares are corrected by it.
    pub audit: Option<Audit>,
    /// Leave secrets and personal data out of the words of documents.
    pub redact: bool,
    /// What it is made from.
    pub provenance: Provenance,
}

impl Request {
    /// A request with the shipped patterns and controls and nothing else.
    ///
    /// # Errors
    /// [`Error::Rule`] where a shipped file is broken, which a test rules out.
    pub fn of(period: Period, today: Date) -> Result<Request, Error> {
        Ok(Request {
            period,
            calendar: Calendar::default(),
            today,
            filter: None,
            patterns: pattern::shipped()?,
            controls: control::shipped()?,
            investments: Vec::new(),
            earlier: None,
            audited: BTreeSet::new(),
            audit: None,
            redact: true,
            provenance: Provenance::default(),
        })
    }

    /// The filters that a tally must be counted with to answer this request.
    pub fn questions(&self) -> Vec<Query> {
        scope::questions(self)
    }
}

/// What a tally says about a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Every document counted or listed, sorted by id; all figures point here.
    pub entries: Vec<Entry>,
    /// The period asked for.
    pub asked: Scope,
    /// Its trailing four quarters; everything below is of them, where nothing else is said.
    pub window: Scope,
    /// The patterns of the window, counted in other ways.
    pub sensitivities: Vec<Sensitivity>,
    /// How the number of incidents of the period compares with that of the period before.
    pub rate: Option<RateRatio>,
    /// The labels of the last eight quarters, oldest first.
    pub trend: Vec<QuarterCounts>,
    /// The incidents by the values of each field.
    pub breakdowns: Vec<Breakdown>,
    /// What was rolled back, and whether it helped.
    pub rollbacks: Rollbacks,
    /// What was first believed, and what was true.
    pub ledger: Ledger,
    /// For each entry, the earlier incident that it repeats.
    pub repeats: Repeats,
    /// What the controls would have caught, the most worthwhile first.
    pub funding: Vec<Funding>,
    /// What the investments changed.
    pub effects: Vec<Effect>,
    /// What is known, and how well.
    pub quality: Quality,
    /// The action items of the whole base that are not done.
    pub open_actions: Vec<OpenAction>,
    /// The undated incidents of the whole base.
    pub undated: Members,
    /// The documents of the whole base that are no incidents.
    pub not_counted: Members,
    /// What page one tells of the window.
    pub headlines: Vec<Headline>,
    /// Why the patterns differ from those of an earlier report, where one was given.
    pub difference: Option<Difference>,
    /// What was asked.
    pub request: Request,
}

/// Makes a report.
///
/// # Errors
/// [`Error::Invalid`] where the tally was not counted with [`Request::questions`].
pub fn build(request: &Request, tally: Tally) -> Result<Report, Error> {
    let questions = Questions::of(request, &tally)?;
    let entries = tally.into_entries();
    let repeats = Repeats::of(&entries);
    let dated = Dated::of(&entries);
    let (period, calendar) = (request.period, request.calendar);
    let measure = |against: &measure::Against<'_>| {
        scope::measure(against, (&questions, &repeats), &request.audited)
    };
    let mut asked = measure(&scope::against_asked(&dated, period, calendar));
    let mut window = measure(&scope::against_window(&dated, period, calendar));
    if let Some(correction) = Correction::of(request, &questions, &entries)? {
        correction.lay(&mut asked);
        correction.lay(&mut window);
    }
    let incidents = Selection::at(&entries, &window.population.all);
    let last = period.stretch(calendar).days.last;
    let before = &asked.previous;
    let mut report = Report {
        sensitivities: scope::sensitivities(&entries, &window, &request.patterns),
        rate: RateRatio::of(
            (asked.population.all.len(), asked.stretch.days.count()),
            (before.incidents.len(), before.stretch.days.count()),
        ),
        trend: trend::trend(&dated, calendar, calendar.quarter_of(last)),
        breakdowns: breakdown::breakdowns(&incidents),
        rollbacks: Rollbacks::of(&incidents),
        ledger: Ledger::of(&incidents),
        funding: control::funding(&incidents, &questions.controls),
        effects: scope::effects(&dated, request, &questions),
        quality: Quality::of(&incidents),
        open_actions: action::open_actions(&entries, request.today),
        undated: population::undated(&entries),
        not_counted: population::not_counted(&entries),
        request: request.clone(),
        asked,
        window,
        repeats,
        entries,
        headlines: Vec::new(),
        difference: None,
    };
    report.headlines = headline::headlines(&report);
    let earlier = request.earlier.as_ref();
    report.difference = earlier.map(|earlier| difference::difference(&report, earlier));
    Ok(report)
}

/// Beyond so many incidents a report for programs tells the words only of those that it names: to read the words of a
/// hundred thousand takes as long as to export them.
const WORDS: usize = 2_000;

/// So many open action items stand in a report for programs, the oldest.
pub const OPEN_ACTIONS: usize = 1_000;

/// How much of a report is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The sheet for leadership.
    PageOne,
    /// What people read.
    Outline,
    /// All that it was made from, for programs.
    Everything,
}

impl Report {
    /// The places of the incidents whose words are shown.
    pub fn named(&self, extent: Extent) -> BTreeSet<usize> {
        if extent == Extent::PageOne {
            return contents::named_on_the_sheet(self).into_iter().collect();
        }
        let mut named: BTreeSet<usize> = contents::named(self).collect();
        if extent == Extent::Everything {
            let (asked, window) = (&self.asked.population.all, &self.window.population.all);
            if asked.len().max(window.len()) <= WORDS {
                named.extend(asked.iter().chain(window.iter()));
            }
            let open = self.open_actions.iter().take(OPEN_ACTIONS);
            named.extend(open.map(|one| one.place));
        }
        named
    }

    /// The ids of some incidents, sorted.
    pub fn ids<'a>(&'a self, members: &'a Members) -> impl Iterator<Item = &'a IncidentId> {
        members.iter().map(|place| &self.entries[place].id)
    }

    /// The day of the first incident of the whole base.
    pub fn first_day(&self) -> Option<Date> {
        let counted = self.entries.iter().filter(|entry| entry.is_counted);
        counted.filter_map(|entry| entry.day).min()
    }

    /// The first day of the oldest quarter of the trend.
    pub fn trend_began(&self) -> Date {
        let calendar = self.request.calendar;
        let last = calendar.quarter_of(self.asked.stretch.days.last);
        calendar.days_of(last.shifted(1 - trend::QUARTERS)).first
    }

    /// Some incidents, to be counted further.
    pub fn select(&self, members: &Members) -> Selection<'_> {
        Selection::at(&self.entries, members)
    }

    /// The breakdown of the window by a field.
    pub fn by(&self, by: By) -> &Breakdown {
        let found = self.breakdowns.iter().find(|one| one.by == by);
        found.expect("a report is broken down by every field")
    }

    /// Whether the period asked for is its own window.
    pub fn is_its_own_window(&self) -> bool {
        self.asked.stretch == self.window.stretch
    }
}
