//! Scope: counts and patterns of one stretch of time, and the questions that a tally must have been asked for them.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::incident::IncidentId;
use crate::query::Query;
use crate::tally::Entry;
use crate::tally::Tally;
use crate::taxonomy::Decay;
use crate::taxonomy::FailureMode;
use crate::taxonomy::Response;

use crate::report::Request;
use crate::report::investment;
use crate::report::investment::Effect;
use crate::report::measure::Against;
use crate::report::measure::Measured;
use crate::report::measure::Split;
use crate::report::measure::Within;
use crate::report::measure::measure as measure_family;
use crate::report::pattern::Computed;
use crate::report::pattern::Counted;
use crate::report::pattern::Pattern;
use crate::report::period::Calendar;
use crate::report::period::Period;
use crate::report::period::Stretch;
use crate::report::population::Dated;
use crate::report::population::Population;

use crate::report::population::is_classified;
use crate::report::repeat::Repeats;
use crate::report::repeat::can_repeat;
use crate::report::selection::Members;
use crate::report::selection::Selection;
use crate::report::sensitivity::Sensitivity;

/// One value of a label, measured among the classified.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueShare {
    /// The value's id.
    pub value: &'static str,
    /// Its share.
    pub measured: Measured,
}

/// The incidents of another stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Previous {
    /// The time.
    pub stretch: Stretch,
    /// The incidents.
    pub incidents: Members,
}

/// Counts and patterns of one stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// The time.
    pub stretch: Stretch,
    /// The time directly before, with its incidents.
    pub previous: Previous,
    /// Who is counted.
    pub population: Population,
    /// The six modes and `none`, in the order of the codebook.
    pub by_failure_mode: Vec<ValueShare>,
    /// Data decay, model decay, none, unknown.
    pub by_decay: Vec<ValueShare>,
    /// The patterns, in the order of the request.
    pub patterns: Vec<Measured>,
}

/// How a pattern is answered by the entries of a tally.
enum Asked {
    /// By the answers to two questions: numerator, denominator.
    Filters(usize, usize),
    /// By the entries themselves.
    Computed(Computed),
}

/// Where the filters of a request stand among the questions of a tally.
pub(super) struct Questions {
    patterns: Vec<Asked>,
    pub(super) controls: Vec<Vec<usize>>,
    pub(super) investments: Vec<usize>,
}

/// Every filter of a request, once.
pub(super) fn questions(request: &Request) -> Vec<Query> {
    let of_patterns = request
        .patterns
        .iter()
        .flat_map(|pattern| match &pattern.counted {
            Counted::Filters(filters) => vec![&filters.numerator, &filters.denominator],
            Counted::Computed(_) => Vec::new(),
        });
    let of_controls = request.controls.iter().flat_map(|control| &control.catches);
    let of_investments = request.investments.iter().map(|one| &one.filter);
    let mut seen = BTreeSet::new();
    of_patterns
        .chain(of_controls)
        .chain(of_investments)
        .filter(|query| seen.insert(query.text.as_str()))
        .cloned()
        .collect()
}

impl Questions {
    pub(super) fn of(request: &Request, tally: &Tally) -> Result<Questions, Error> {
        let place = |query: &Query| {
            let mut questions = tally.questions().iter();
            questions
                .position(|question| *question == query.text)
                .ok_or_else(|| Error::Invalid {
                    what: "filter",
                    value: query.text.clone(),
                    expected: "one that the tally was counted with".to_owned(),
                })
        };
        let patterns = request
            .patterns
            .iter()
            .map(|pattern| match &pattern.counted {
                Counted::Filters(filters) => Ok(Asked::Filters(
                    place(&filters.numerator)?,
                    place(&filters.denominator)?,
                )),
                Counted::Computed(computed) => Ok(Asked::Computed(*computed)),
            });
        let controls = request.controls.iter();
        let investments = request.investments.iter();
        Ok(Questions {
            patterns: patterns.collect::<Result<_, Error>>()?,
            controls: controls
                .map(|control| control.catches.iter().map(place).collect())
                .collect::<Result<_, _>>()?,
            investments: investments
                .map(|one| place(&one.filter))
                .collect::<Result<_, _>>()?,
        })
    }

    /// What the pattern at a place of the request counts.
    pub(super) fn split<'s>(&'s self, pattern: usize, repeats: &'s Repeats) -> Split<'s> {
        self.patterns[pattern].split(repeats)
    }
}

/// The period asked for, the one before and the same one a year earlier.
pub(super) fn against_asked<'a>(
    dated: &Dated<'a>,
    period: Period,
    calendar: Calendar,
) -> Against<'a> {
    Against {
        now: within(dated, period.stretch(calendar)),
        previous: within(dated, period.previous(calendar)),
        year_before: period
            .year_before(calendar)
            .map(|stretch| within(dated, stretch)),
    }
}

/// The window of a period and the stretch before it.
pub(super) fn against_window<'a>(
    dated: &Dated<'a>,
    period: Period,
    calendar: Calendar,
) -> Against<'a> {
    Against {
        now: within(dated, period.window(calendar)),
        previous: within(dated, period.before_window(calendar)),
        year_before: None,
    }
}

fn within<'a>(dated: &Dated<'a>, stretch: Stretch) -> Within<'a> {
    Within {
        incidents: dated.within(stretch.days),
        stretch,
    }
}

/// Counts one stretch of time. Modes, decays and patterns are three families of tests.
pub(super) fn measure(
    against: &Against<'_>,
    (questions, repeats): (&Questions, &Repeats),
    audited: &BTreeSet<IncidentId>,
) -> Scope {
    let modes = FailureMode::ALL
        .iter()
        .filter(|mode| **mode != FailureMode::Unknown);
    let patterns = questions.patterns.iter().map(|asked| asked.split(repeats));
    Scope {
        stretch: against.now.stretch.clone(),
        previous: Previous {
            stretch: against.previous.stretch.clone(),
            incidents: against.previous.incidents.members(),
        },
        population: Population::of(&against.now.incidents, audited),
        by_failure_mode: shares(against, modes.copied(), FailureMode::id, |entry| {
            entry.labels.failure_mode
        }),
        by_decay: shares(against, Decay::ALL.iter().copied(), Decay::id, |entry| {
            entry.labels.decay
        }),
        patterns: measure_family(&patterns.collect::<Vec<_>>(), against),
    }
}

fn shares<T: Copy + PartialEq>(
    against: &Against<'_>,
    values: impl Iterator<Item = T>,
    id: impl Fn(T) -> &'static str,
    label: impl Fn(&Entry) -> T + Copy,
) -> Vec<ValueShare> {
    let values: Vec<T> = values.collect();
    let splits: Vec<Split<'_>> = values
        .iter()
        .map(|value| -> Split<'_> {
            Box::new(move |all| {
                let classified = all.filter(is_classified);
                (
                    classified.filter(|entry| label(entry) == *value),
                    classified,
                )
            })
        })
        .collect();
    let measured = measure_family(&splits, against);
    let shares = values.iter().zip(measured);
    shares
        .map(|(value, measured)| ValueShare {
            value: id(*value),
            measured,
        })
        .collect()
}

impl Asked {
    fn split<'s>(&'s self, repeats: &'s Repeats) -> Split<'s> {
        match self {
            Asked::Filters(numerator, denominator) => Box::new(|all| {
                let among = all.filter(|entry| entry.answers(*denominator));
                (among.filter(|entry| entry.answers(*numerator)), among)
            }),
            Asked::Computed(Computed::Silent) => Box::new(|all| {
                let among = all.filter(|entry| entry.labels.silent.is_some());
                (
                    among.filter(|entry| entry.labels.silent == Some(true)),
                    among,
                )
            }),
            Asked::Computed(Computed::UnhelpfulRollbacks) => Box::new(|all| {
                let among = all.filter(|entry| {
                    entry.labels.response.contains(&Response::Rollback)
                        && entry.labels.rollback_helped.is_some()
                });
                (
                    among.filter(|entry| entry.labels.rollback_helped == Some(false)),
                    among,
                )
            }),
            Asked::Computed(Computed::Repeats) => Box::new(|all| {
                let among = all.filter(can_repeat);
                (among.places(|place| repeats.get(place).is_some()), among)
            }),
            Asked::Computed(Computed::RepeatsWithOpenAction) => Box::new(|all| {
                let among = all.places(|place| repeats.get(place).is_some());
                (among.places(|place| repeats.of_open_action(place)), among)
            }),
        }
    }
}

/// The patterns of a scope, counted in other ways.
pub(super) fn sensitivities(
    entries: &[Entry],
    scope: &Scope,
    patterns: &[Pattern],
) -> Vec<Sensitivity> {
    let each = patterns.iter().zip(&scope.patterns);
    each.map(|(pattern, measured)| {
        let numerator = Selection::at(entries, &measured.incidents);
        let denominator = Selection::at(entries, &measured.among);
        Sensitivity::of(&numerator, &denominator, pattern.both_ways)
    })
    .collect()
}

/// The effects of the investments of a request, up to the end of its period or the day on which it is made.
pub(super) fn effects(dated: &Dated<'_>, request: &Request, questions: &Questions) -> Vec<Effect> {
    let last = request
        .period
        .stretch(request.calendar)
        .days
        .last
        .min(request.today);
    let each = request
        .investments
        .iter()
        .enumerate()
        .zip(&questions.investments);
    each.filter_map(|(investment, question)| investment::effect(dated, investment, *question, last))
        .collect()
}
