//! Page one: what failed most, what changed, what it cost, what to fund, what is unsure; never more than is known.

use pm_kb::record::Record;
use pm_kb::report::Request;
use pm_kb::report::headline::Topic;
use pm_kb::report::markdown;
use pm_kb::report::period::Calendar;
use pm_kb::report::period::Period;
use pm_kb::report::text;

use super::TODAY;
use super::base::Base;
use super::base::fact;
use super::base::incident;
use super::json;
use super::quarter;

fn page(base: &Base) -> String {
    let page = markdown::render(&base.report(&quarter("2026-Q3")));
    page.split("\n---\n").next().expect("page one").to_owned()
}

fn with_clocks(mut record: Record, detect: i64, mitigate: i64) -> Record {
    record.facts.minutes_to_detect = Some(fact(detect));
    record.facts.minutes_to_mitigate = Some(fact(mitigate));
    record
}

#[test]
fn what_failed_most_is_told_with_its_equals() {
    let base = Base::new()
        .with(incident("a", "2026-07-01", "mode:data-drift"))
        .with(incident("b", "2026-07-02", "mode:schema-drift"))
        .with(incident("c", "2026-07-03", "mode:none"))
        .with(incident("d", "2026-07-04", "mode:none"));
    let page = page(&base);
    assert!(
        page.contains("1. **Most frequent failures: schema drift and data drift, 1 each of 4 classified incidents (25%)"),
        "{page}"
    );
    assert!(page.contains("2 had none of the six modes"), "{page}");
    let ordinary = Base::new().with(incident("c", "2026-07-03", "mode:none"));
    assert!(!self::page(&ordinary).contains("Most frequent"));
    let base = base.with(incident("e", "2026-07-05", "mode:data-drift"));
    let page = self::page(&base);
    assert!(
        page.contains("Most frequent failure: data drift, 2 of 5 classified incidents (40%), then schema drift (1);"),
        "{page}"
    );
}

#[test]
fn a_base_that_begins_in_the_period_is_compared_with_nothing() {
    let base = Base::new()
        .with(incident("a", "2026-07-01", "mode:data-drift"))
        .with(incident("b", "2026-07-02", "mode:schema-drift"));
    let page = page(&base);
    assert!(
        page.contains(
            "2 incidents in 2026-Q3. The base holds none from before, so nothing can be compared."
        ),
        "{page}"
    );
    assert!(!page.contains("to compare with"), "said once: {page}");
    let base = base.with(incident("c", "2026-06-30", "mode:none"));
    assert!(self::page(&base).contains("The base begins on 2026-06-30 only."));
}

#[test]
fn money_is_added_up_by_currency_where_it_can_be_read() {
    let mut base = Base::new();
    let amounts = [
        "58,000 pounds",
        "£2,000",
        "$1.5 million",
        "a bonus of a team",
    ];
    for (at, amount) in amounts.iter().enumerate() {
        let mut record = incident(&format!("m{at}"), "2026-07-01", "mode:schema-drift");
        record.facts.money = Some(fact((*amount).to_owned()));
        base = base.with(record);
    }
    let page = page(&base);
    assert!(
        page.contains("**\\$1.5 million, £60,000** lost (stated in 3 of 4; 1 more in words that cannot be added up)"),
        "{page}"
    );
    let schema_contract =
        "| Schema contract at the producer | 4 | 4 | – | – | \\$1.5 million, £60,000 (3 of 4) |";
    assert!(page.contains(schema_contract), "{page}");
}

#[test]
fn a_single_incident_is_told_and_nothing_claimed_of_it() {
    let base = Base::new().with(incident(
        "only",
        "2026-07-01",
        "mode:feature-staleness decay:data-decay response:rollback",
    ));
    let page = page(&base);
    assert!(
        page.contains("100% of model rollbacks were caused by stale features (1 of 1)"),
        "{page}"
    );
    assert!(
        page.contains("**Too few to tell**; 95% interval 21 to 100%"),
        "{page}"
    );
    assert!(
        page.contains(
            "1 incident in 2026-Q3. The base holds none from before, so nothing can be compared."
        ),
        "{page}"
    );
    assert!(page.contains("Shown by [`only`](#only)"), "{page}");
}

#[test]
fn costs_are_sums_of_what_is_stated_and_say_of_how_many() {
    let mut silent = with_clocks(
        incident("silent", "2026-07-01", "mode:none"),
        2 * 1440,
        3 * 1440,
    );
    silent.facts.hours_lost = Some(fact(12.5));
    let base = Base::new()
        .with(silent)
        .with(with_clocks(
            incident("impossible", "2026-07-02", "mode:none"),
            -30,
            1440,
        ))
        .with(incident("untold", "2026-07-03", "mode:none"));
    let page = page(&base);
    assert!(
        page.contains("**4 days** degraded (stated in 2 of 3)"),
        "{page}"
    );
    assert!(
        page.contains("**2 days** before anyone noticed (stated in 1 of 3)"),
        "{page}"
    );
    assert!(
        page.contains("**12.5 h** of engineering (stated in 1 of 3)"),
        "{page}"
    );
}

#[test]
fn worse_incidents_make_a_finding_rank_higher() {
    let mut base = Base::new();
    for at in 0..20 {
        let (labels, rank) = match at % 2 {
            0 => (
                "mode:none detection:customer silent:false response:retrain",
                4,
            ),
            _ => ("mode:none detection:staff silent:true", 0),
        };
        let mut record = incident(&format!("i{at}"), "2026-07-01", labels);
        record.facts.severity = pm_kb::incident::Severity::of_rank(rank).map(fact);
        base = base.with(record);
    }
    let report = base.report(&quarter("2026-Q3"));
    let told: Vec<&str> = report
        .headlines
        .iter()
        .filter_map(|one| match one.topic {
            Topic::Pattern(at) => Some(report.request.patterns[at].id.as_str()),
            Topic::FailedMost(_) => None,
        })
        .collect();
    let rank = |id: &str| told.iter().position(|one| *one == id).expect("told");
    assert!(rank("silent") < rank("found-by-customers"), "{told:?}");
    assert!(told.len() <= 5);
}

#[test]
fn data_drift_is_told_both_ways_where_it_matters() {
    let mut base = Base::new();
    for at in 0..10 {
        let mode = if at < 3 { "data-drift" } else { "schema-drift" };
        base = base.with(incident(
            &format!("d{at}"),
            "2026-07-01",
            &format!("mode:{mode} decay:data-decay"),
        ));
    }
    let report = base.report(&quarter("2026-Q3"));
    let page = page(&base);
    assert!(
        page.contains("70% (7 of 10) if data drift counts as model decay"),
        "{page}"
    );
    let patterns = json(&report)["window"]["patterns"].clone();
    let patterns = patterns.as_array().expect("patterns");
    let decay = patterns
        .iter()
        .find(|one| one["id"] == "decay-that-is-data")
        .expect("the pattern");
    assert_eq!(decay["data_drift_as_model_decay"]["count"], 7);
}

#[test]
fn a_mode_that_was_not_there_for_seven_quarters_is_new() {
    let base = Base::new()
        .with(incident("old", "2025-01-01", "mode:schema-drift"))
        .with(incident("a", "2026-07-01", "mode:schema-drift"))
        .with(incident("b", "2026-07-02", "mode:labeling-error"));
    assert!(
        page(&base)
            .contains("New, not seen before, since the base begins on 2025-01-01: labeling error.")
    );
    let base = base.with(incident("older", "2024-09-30", "mode:schema-drift"));
    assert!(page(&base).contains("New, after seven quarters without: labeling error."));
}

#[test]
fn repeats_name_the_earlier_incident_and_its_open_action() {
    let mut first = incident("first", "2025-02-01", "mode:schema-drift service:Scorer");
    first.facts.action_items = vec![pm_kb::incident::ActionItem {
        text: "contract".to_owned(),
        owner: None,
        team: None,
        due: None,
        state: pm_kb::incident::ActionState::Open,
        link: None,
        line: 9,
    }];
    let base = Base::new()
        .with(first)
        .with(incident(
            "other-mode",
            "2026-06-01",
            "mode:data-drift service:scorer",
        ))
        .with(incident(
            "second",
            "2026-07-01",
            "mode:schema-drift service:scorer",
        ));
    let report = base.report(&quarter("2026-Q3"));
    assert_eq!(
        json(&report)["repeats"],
        serde_json::json!([{"id": "second", "earlier": "first", "shared": "Scorer", "days": 515.0, "open_action": true}])
    );
    let page = markdown::render(&report);
    assert!(page.contains("| 515 | 1 of 1 open |"), "{page}");
}

#[test]
fn a_fiscal_quarter_counts_its_own_days() {
    let request = Request {
        calendar: Calendar::beginning_in(10).expect("a month"),
        ..Request::of(
            Period::Quarter("2026-Q1".parse().expect("a quarter")),
            TODAY,
        )
        .expect("shipped files")
    };
    let base = Base::new()
        .with(incident("in", "2025-10-01", "mode:none"))
        .with(incident("out", "2026-01-01", "mode:none"));
    let report = base.report(&request);
    let json = json(&report);
    assert_eq!(json["period"]["name"], "FY2026-Q1");
    assert_eq!(json["population"]["incidents"], serde_json::json!(["in"]));
    assert_eq!(json["trend"][7]["quarter"], "FY2026-Q1");
}

#[test]
fn a_future_quarter_is_not_over_and_holds_nothing() {
    let base = Base::new().with(incident("a", "2026-07-01", "mode:none"));
    let report = base.report(&quarter("2027-Q1"));
    assert_eq!(json(&report)["population"]["total"], 0);
    assert!(markdown::render(&report).contains("2027-Q1 is not over"));
    assert!(text::render(&report, 80).contains("2027-Q1: 0 incidents"));
}

#[test]
fn a_change_is_told_once_under_whatever_names_it_has() {
    let mut base = Base::new();
    for at in 1..=15 {
        base = base
            .with(incident(
                &format!("old-{at}"),
                "2026-05-05",
                "mode:none decay:none",
            ))
            .with(incident(
                &format!("new-{at}"),
                "2026-08-08",
                "mode:data-drift decay:data-decay",
            ));
    }
    let page = page(&base);
    assert!(page.contains("- Data drift: 100% (15 of 15);"), "{page}");
    assert!(
        page.contains("- None of the six modes: 0% (0 of 15);"),
        "{page}"
    );
    assert!(
        !page.contains("Data decay: ") && !page.contains("No decay: "),
        "{page}"
    );
}
