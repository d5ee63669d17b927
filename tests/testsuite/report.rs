//! The pattern report: counted by hand, in every format, on small, empty and hostile bases.

// The JSON form lives in the doors, which no test can import.
#[allow(unreachable_pub)]
#[path = "../../src/bin/pm-kb/report_json.rs"]
mod report_json;

#[allow(dead_code)]
#[path = "../../src/bin/pm-kb/report_earlier.rs"]
mod report_earlier;

mod base;
mod browser;
mod declared;
mod difference;
mod digest;
mod formats;
mod kept;
mod manual;
mod page_one;
mod properties;
mod statistics;
mod truth;

use base::Base;
use base::incident;
use jiff::civil::Date;
use jiff::civil::date;
use pm_kb::report;
use pm_kb::report::Report;
use pm_kb::report::Request;
use pm_kb::report::markdown;
use pm_kb::report::measure::Finding;
use pm_kb::report::period::Days;
use pm_kb::report::period::Period;
use pm_kb::report::text;

const TODAY: Date = date(2026, 10, 5);

fn quarter(text: &str) -> Request {
    Request::of(Period::Quarter(text.parse().expect("a quarter")), TODAY).expect("shipped files")
}

fn days(first: Date, last: Date) -> Request {
    Request::of(Period::Days(Days { first, last }), TODAY).expect("shipped files")
}

fn json(report: &Report) -> serde_json::Value {
    serde_json::to_value(report_json::report(report)).expect("JSON")
}

/// The pattern of an id in the period asked for, as JSON.
fn pattern_of(report: &Report, id: &str) -> serde_json::Value {
    let json = json(report);
    let patterns = json["patterns"].as_array().expect("patterns");
    patterns
        .iter()
        .find(|one| one["id"] == id)
        .expect("the pattern")
        .clone()
}

#[test]
fn the_examples_give_the_figures_of_a_count_by_hand() {
    let report = Base::of_examples().report(&days(date(2025, 4, 1), date(2026, 12, 31)));
    for (id, count, total) in base::counted_by_hand() {
        let found = pattern_of(&report, id);
        assert_eq!(
            (found["numerator"].clone(), found["denominator"].clone()),
            (count.into(), total.into()),
            "{id}"
        );
    }
}

#[test]
fn an_incident_counts_in_its_quarter_and_only_there() {
    let base = Base::new()
        .with(incident(
            "june",
            "2026-06-30",
            "mode:data-drift decay:data-decay",
        ))
        .with(incident(
            "july",
            "2026-07-01",
            "mode:schema-drift decay:data-decay",
        ))
        .with(incident("unknown", "2026-09-30", ""))
        .with(incident("none", "2026-08-01", "mode:none decay:none"))
        .with(incident(
            "undated",
            "",
            "mode:schema-drift decay:data-decay",
        ));
    let report = base.report(&quarter("2026-Q3"));
    let json = json(&report);
    assert_eq!(json["population"]["total"], 3);
    assert_eq!(json["population"]["classified"], 2);
    assert_eq!(
        json["population"]["unclassified_incidents"],
        serde_json::json!(["unknown"])
    );
    assert_eq!(
        json["population"]["undated_incidents"],
        serde_json::json!(["undated"])
    );
    assert_eq!(json["window"]["population"]["total"], 4);
    let modes = json["by_failure_mode"].as_array().expect("modes");
    let drift = modes
        .iter()
        .find(|one| one["value"] == "schema-drift")
        .expect("the mode");
    assert_eq!((&drift["count"], &drift["share"]), (&1.into(), &0.5.into()));
    assert_eq!(drift["incidents"], serde_json::json!(["july"]));
}

#[test]
fn under_eight_incidents_nothing_is_claimed_and_the_share_is_printed() {
    let rollback = "mode:feature-staleness decay:data-decay response:rollback";
    let other = "mode:schema-drift decay:data-decay response:rollback";
    let mut base = Base::new();
    for at in 0..7 {
        let labels = if at < 4 { rollback } else { other };
        base = base.with(incident(&format!("i{at}"), "2026-07-02", labels));
    }
    let few = base.report(&quarter("2026-Q3"));
    assert_eq!(few.asked.patterns[0].finding, Finding::TooFew);
    let page = markdown::render(&few);
    assert!(page.contains("57% of model rollbacks"), "{page}");
    assert!(page.contains("Too few to tell"), "{page}");
    let enough = base
        .with(incident("i8", "2026-07-03", other))
        .report(&quarter("2026-Q3"));
    assert_eq!(enough.asked.patterns[0].finding, Finding::NotSignificant);
}

#[test]
fn a_change_is_marked_only_where_chance_does_not_explain_it() {
    let mut base = Base::new();
    for at in 0..20 {
        let model = if at % 10 == 0 {
            "data-decay"
        } else {
            "model-decay"
        };
        base = base
            .with(incident(
                &format!("a{at}"),
                "2026-04-02",
                &format!("mode:none decay:{model}"),
            ))
            .with(incident(
                &format!("b{at}"),
                "2026-07-02",
                "mode:schema-drift decay:data-decay",
            ));
    }
    let report = base.report(&quarter("2026-Q3"));
    let found = pattern_of(&report, "decay-that-is-data");
    assert_eq!(found["finding"], "significant");
    assert_eq!(
        (
            found["previous"]["count"].clone(),
            found["previous"]["total"].clone()
        ),
        (2.into(), 20.into())
    );
    assert_eq!(found["year_before"]["total"], 0);
}

#[test]
fn an_empty_base_and_a_quarter_without_incidents_say_so() {
    for base in [
        Base::new(),
        Base::new().with(incident("old", "2020-01-01", "mode:data-drift")),
    ] {
        let report = base.report(&quarter("2026-Q3"));
        let page = markdown::render(&report);
        assert!(
            page.contains("No dated incident lies in 2025-Q4 to 2026-Q3"),
            "{page}"
        );
        assert!(text::render(&report, 80).contains("0 incidents"));
        assert_eq!(
            json(&report)["patterns"][0]["share"],
            serde_json::Value::Null
        );
    }
}

#[test]
fn hostile_names_stay_text_in_every_format() {
    let labels = "mode:feature-staleness decay:data-decay response:rollback service:<script>|=1+1";
    let base = Base::new().with(incident("hostile", "2026-07-02", labels));
    let report = base.report(&Request {
        filter: Some("a|b `c` <img src=x>\u{1b}[31m\u{202e}".to_owned()),
        ..quarter("2026-Q3")
    });
    let page = markdown::render(&report);
    assert!(!page.contains("<img"), "{page}");
    for out in [page, text::render(&report, 80)] {
        assert!(
            !out.contains('\u{1b}') && !out.contains('\u{202e}'),
            "{out}"
        );
    }
}

#[test]
fn the_same_tally_gives_the_same_bytes() {
    let request = quarter("2026-Q2");
    let once = Base::of_examples().report(&request);
    let again = Base::of_examples().reversed().report(&request);
    assert_eq!(markdown::render(&once), markdown::render(&again));
    assert_eq!(json(&once).to_string(), json(&again).to_string());
    assert!(report::build(&request, pm_kb::tally::Tally::default()).is_err());
}

#[test]
fn a_large_set_has_room_in_a_cell_of_a_spreadsheet() {
    let long = "long-name".repeat(10);
    let one = |at: usize| incident(&format!("{long}-{at}"), "2026-07-01", "mode:data-drift");
    let base = (0..400).map(one).fold(Base::new(), Base::with);
    let table = report::csv::render(&base.report(&quarter("2026-Q3")));
    let cells = || table.split('"');
    assert!(cells().all(|cell| cell.len() <= 32_767));
    assert!(cells().any(|cell| cell.ends_with(" more")));
}
