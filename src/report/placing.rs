//! Placing: where every incident stands in every share of a report: counted, among those it is counted among, or outside.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::tally::Entry;
use crate::tally::Tally;
use crate::taxonomy::Decay;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;

use crate::report::Request;
use crate::report::pattern::Computed;
use crate::report::pattern::Counted;
use crate::report::pattern::PageOne;
use crate::report::pattern::Pattern;
use crate::report::population::is_classified;
use crate::report::repeat::Repeats;
use crate::report::scope::Questions;
use crate::report::selection::Selection;

/// Where an incident stands in a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Place {
    /// Neither counted nor counted among.
    #[default]
    Outside,
    /// In the denominator alone.
    Among,
    /// In numerator and denominator.
    Counted,
}

/// What a share counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A failure mode among the classified.
    Mode(FailureMode),
    /// A decay among the classified.
    Decay(Decay),
    /// A pattern, as its place among those of the request.
    Pattern(usize),
}

/// One share of a report with the place of every incident in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placing {
    /// What it counts.
    pub subject: Subject,
    /// What it is called: the pattern's id, or the filter that it counts.
    pub id: String,
    /// The labels that it rests on; none where it hangs on other incidents too, so that no label of one decides it.
    pub facets: BTreeSet<Facet>,
    /// Whether page one may tell it.
    pub is_headline: bool,
    /// The places of the entries, in their order.
    pub places: Vec<Place>,
}

/// Where the incidents of a tally stand in every share of a request: modes, decays, then patterns.
///
/// # Errors
/// [`Error::Invalid`] where the tally was not counted with [`Request::questions`].
pub fn placings(request: &Request, tally: Tally) -> Result<Vec<Placing>, Error> {
    let questions = Questions::of(request, &tally)?;
    Ok(of_entries(request, &questions, &tally.into_entries()))
}

/// The same of entries that were counted already.
pub(super) fn of_entries(
    request: &Request,
    questions: &Questions,
    entries: &[Entry],
) -> Vec<Placing> {
    let mut placings = of_labels(entries);
    let all = Selection::of(entries, |_| true);
    let repeats = Repeats::of(entries);
    for (at, pattern) in request.patterns.iter().enumerate() {
        let (counted, among) = questions.split(at, &repeats)(&all);
        let mut places = vec![Place::Outside; entries.len()];
        among
            .members()
            .iter()
            .for_each(|place| places[place] = Place::Among);
        counted
            .members()
            .iter()
            .for_each(|place| places[place] = Place::Counted);
        placings.push(Placing {
            subject: Subject::Pattern(at),
            id: pattern.id.clone(),
            facets: facets(pattern),
            is_headline: pattern.headline != PageOne::Never,
            places,
        });
    }
    placings
}

fn of_labels(entries: &[Entry]) -> Vec<Placing> {
    let place = |is_counted: &dyn Fn(&Entry) -> bool| {
        let place = |entry: &Entry| match (is_classified(entry), is_counted(entry)) {
            (false, _) => Place::Outside,
            (true, false) => Place::Among,
            (true, true) => Place::Counted,
        };
        entries.iter().map(place).collect::<Vec<Place>>()
    };
    let modes = FailureMode::ALL.iter();
    let modes = modes
        .filter(|mode| **mode != FailureMode::Unknown)
        .map(|mode| Placing {
            subject: Subject::Mode(*mode),
            id: format!("mode:{mode}"),
            facets: BTreeSet::from([Facet::FailureMode]),
            is_headline: mode.is_mode(),
            places: place(&|entry| entry.labels.failure_mode == *mode),
        });
    let decays = Decay::ALL.iter().map(|decay| Placing {
        subject: Subject::Decay(*decay),
        id: format!("decay:{decay}"),
        facets: BTreeSet::from([Facet::FailureMode, Facet::Decay]),
        is_headline: false,
        places: place(&|entry| entry.labels.decay == *decay),
    });
    modes.chain(decays).collect()
}

/// The labels that a pattern rests on.
fn facets(pattern: &Pattern) -> BTreeSet<Facet> {
    match &pattern.counted {
        Counted::Filters(filters) => {
            let mut facets = filters.numerator.facets();
            facets.extend(filters.denominator.facets());
            facets
        }
        Counted::Computed(Computed::Silent) => BTreeSet::from([Facet::Silent]),
        Counted::Computed(Computed::UnhelpfulRollbacks) => {
            BTreeSet::from([Facet::Response, Facet::RollbackHelped])
        }
        Counted::Computed(Computed::Repeats | Computed::RepeatsWithOpenAction) => BTreeSet::new(),
    }
}
