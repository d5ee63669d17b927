//! Control, Funding: what would have caught the incidents, declared in `schema/controls.toml`, and what it would spare.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use crate::error::Error;
use crate::incident::Severity;
use crate::query::Query;
use crate::schema;
use crate::tally::Entry;

use crate::report::breakdown::degraded_minutes;
use crate::report::breakdown::unnoticed_minutes;
use crate::report::declared::SourceFile;
use crate::report::money::Amounts;
use crate::report::money::Money;
use crate::report::selection::Members;
use crate::report::selection::Selection;
use crate::report::selection::Stated;

/// Something that a team can build, and the incidents that it catches.
#[derive(Debug, Clone, PartialEq)]
pub struct Control {
    /// Its name in outputs.
    pub id: String,
    /// A heading.
    pub title: String,
    /// What it does, and why it would have caught them.
    pub why: String,
    /// The filters of the incidents that it catches: any of them.
    pub catches: Vec<Query>,
}

/// What a control would have caught in the window.
#[derive(Debug, Clone, PartialEq)]
pub struct Funding {
    /// Where the control stands among those of the request.
    pub control: usize,
    /// The incidents that it would have caught.
    pub incidents: Members,
    /// Minutes from onset to detection.
    pub unnoticed: Stated,
    /// Minutes of degraded service.
    pub degraded: Stated,
    /// Engineering hours.
    pub hours: Stated,
    /// Money, by currency.
    pub money: Money,
    /// Their action items that are not done.
    pub open_actions: usize,
    /// The worst severity among them.
    pub worst: Option<Severity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    control: Vec<Declared>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    id: Spanned<String>,
    title: String,
    why: String,
    catches: Vec<Spanned<String>>,
}

/// The shipped controls.
///
/// # Errors
/// [`Error::Rule`] where `schema/controls.toml` is broken, which a test rules out.
pub fn shipped() -> Result<Vec<Control>, Error> {
    parse("schema/controls.toml", schema::file("controls.toml"), &[])
}

/// Reads a file of controls; its ids may not be those of the controls that are there already.
///
/// # Errors
/// [`Error::Rule`] with file, line and column of the first thing that cannot be used.
pub fn parse(file: &str, text: &str, present: &[Control]) -> Result<Vec<Control>, Error> {
    let source = SourceFile { name: file, text };
    let declared: File = source.read()?;
    let mut ids: BTreeSet<String> = present.iter().map(|control| control.id.clone()).collect();
    let mut controls = Vec::new();
    for control in declared.control {
        source.check_id(&control.id)?;
        let place = control.id.span();
        let id = control.id.into_inner();
        if !ids.insert(id.clone()) {
            return Err(source.error(place, format!("the id `{id}` is taken; choose another")));
        }
        if control.catches.is_empty() {
            let message = format!("the control `{id}` catches nothing; give it a filter");
            return Err(source.error(place, message));
        }
        let catches = control
            .catches
            .iter()
            .map(|text| source.spanned_filter(text));
        controls.push(Control {
            id,
            title: control.title,
            why: control.why,
            catches: catches.collect::<Result<_, _>>()?,
        });
    }
    Ok(controls)
}

/// How much an incident weighs by its severity: 1 for SEV0 down to 0.1 for SEV5; unstated counts as SEV3.
pub fn weight(entry: &Entry) -> f64 {
    match entry.severity.map(Severity::rank) {
        Some(0) => 1.0,
        Some(1) => 0.8,
        Some(2) => 0.6,
        Some(4) => 0.2,
        Some(5) => 0.1,
        _ => 0.4,
    }
}

/// What each control would have caught, those that would have spared most first: by the weight of the severities, then
/// by the time that passed unnoticed. A control that would have caught nothing is left out.
pub fn funding<'a>(window: &Selection<'a>, catches: &[Vec<usize>]) -> Vec<Funding> {
    let amounts = Amounts::of(window);
    let mut funding: Vec<(f64, Funding)> = catches
        .iter()
        .enumerate()
        .map(|(control, questions)| {
            let caught = window.filter(|entry| questions.iter().any(|one| entry.answers(*one)));
            (
                caught.iter().map(weight).sum(),
                fund((control, &amounts), &caught),
            )
        })
        .filter(|(_, one)| !one.incidents.is_empty())
        .collect();
    funding.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then(b.1.unnoticed.sum.total_cmp(&a.1.unnoticed.sum))
            .then(a.1.control.cmp(&b.1.control))
    });
    funding.into_iter().map(|(_, one)| one).collect()
}

fn fund((control, amounts): (usize, &Amounts), caught: &Selection<'_>) -> Funding {
    Funding {
        control,
        incidents: caught.members(),
        unnoticed: caught.stated(unnoticed_minutes),
        degraded: caught.stated(degraded_minutes),
        hours: caught.stated(|entry| entry.costs.hours),
        money: amounts.sum(caught),
        open_actions: caught.iter().map(|entry| entry.open.len()).sum(),
        worst: caught.iter().filter_map(|entry| entry.severity).min(),
    }
}
