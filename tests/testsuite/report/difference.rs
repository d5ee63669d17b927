//! Why a share differs from that of an earlier report.

use pm_kb::report::Request;
use pm_kb::report::difference::Cause;
use pm_kb::report::difference::Earlier;
use pm_kb::report::markdown;

use super::base::Base;
use super::base::incident;
use super::json;
use super::quarter;
use super::report_earlier;

const STALE: &str = "mode:feature-staleness decay:data-decay response:rollback";
const OTHER: &str = "mode:schema-drift decay:data-decay response:rollback";

/// An earlier report as it comes back from its JSON.
fn earlier(base: &Base, request: &Request) -> Earlier {
    let written = json(&base.report(request)).to_string();
    report_earlier::parse("old.json", &written).expect("a report of ours")
}

/// The causes that moved incidents of the pattern about rollbacks, with the share after each.
fn steps(
    base: &Base,
    request: &Request,
    earlier: Earlier,
) -> Vec<(Cause, usize, usize, Vec<String>)> {
    let request = Request {
        earlier: Some(earlier),
        ..request.clone()
    };
    let report = base.report(&request);
    let difference = report.difference.expect("an earlier report was given");
    let pattern = difference.patterns.into_iter().find(|one| one.pattern == 0);
    let steps = pattern.map_or(Vec::new(), |one| one.steps);
    steps
        .into_iter()
        .map(|step| (step.cause, step.share.count, step.share.total, step.moved))
        .collect()
}

#[test]
fn every_cause_is_told_from_the_others() {
    let request = quarter("2026-Q3");
    let base = Base::new()
        .with(incident("stays", "2026-07-01", STALE))
        .with(incident("by-rule", "2026-07-02", OTHER))
        .with(incident("by-people", "2026-07-03", OTHER))
        .with(incident("gone", "2026-07-04", OTHER));
    let old = earlier(&base, &request);
    assert!(
        steps(&base, &request, old.clone()).is_empty(),
        "nothing changed"
    );

    let mut by_people = incident("by-people", "2026-07-03", STALE);
    by_people.classification.verdicts.insert(
        pm_kb::taxonomy::Facet::FailureMode,
        pm_kb::classification::VerdictSource::Human,
    );
    let now = Base::new()
        .with(incident("stays", "2026-07-01", STALE))
        .with(incident("by-rule", "2026-07-02", STALE))
        .with(by_people)
        .with(incident("new", "2026-07-05", STALE));
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        steps(&now, &request, old.clone()),
        [
            (Cause::Incidents, 2, 4, ids(&["gone", "new"])),
            (Cause::LabelsByRule, 3, 4, ids(&["by-rule"])),
            (Cause::LabelsByPeople, 4, 4, ids(&["by-people"])),
        ]
    );
    let page = markdown::render(&now.report(&Request {
        earlier: Some(old),
        ..request
    }));
    assert!(page.contains("labels changed by people"), "{page}");
}

#[test]
fn a_window_that_moves_on_is_no_new_incident() {
    let base = Base::new()
        .with(incident("falls-out", "2025-07-01", STALE))
        .with(incident("stays", "2026-01-01", OTHER))
        .with(incident("comes-in", "2026-07-01", STALE));
    let old = earlier(&base, &quarter("2026-Q2"));
    let moved = steps(&base, &quarter("2026-Q3"), old);
    assert_eq!(moved.len(), 1);
    assert_eq!((moved[0].0, moved[0].1, moved[0].2), (Cause::Time, 1, 2));
}

#[test]
fn what_is_no_report_is_refused_with_its_place() {
    for (text, line) in [
        ("{\n \"schema\": 3", 2),
        ("[]", 1),
        ("{\"schema\": \"pm-kb/hit/1\"}", 1),
    ] {
        match report_earlier::parse("old.json", text) {
            Err(pm_kb::error::Error::Rule {
                file, line: found, ..
            }) => {
                assert_eq!((file.as_str(), found), ("old.json", line));
            }
            other => panic!("{other:?}"),
        }
    }
}
