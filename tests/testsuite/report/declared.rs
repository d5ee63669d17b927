//! What a team declares: patterns, controls, investments; each broken file is refused where it is broken.

use pm_kb::error::Error;
use pm_kb::report::Request;
use pm_kb::report::control;
use pm_kb::report::investment;
use pm_kb::report::markdown;
use pm_kb::report::pattern;

use super::base::Base;
use super::base::incident;
use super::json;
use super::quarter;

const GOOD: &str = "[[pattern]]\nid = \"mine\"\ntitle = \"t\"\nsentence = \"{share}\"\nnumerator = \"is:silent\"\n";

/// Line, column and message of a refusal.
#[track_caller]
fn refused<T: std::fmt::Debug>(read: Result<T, Error>) -> (u32, u32, String) {
    match read {
        Err(Error::Rule {
            line,
            column,
            message,
            ..
        }) => (line, column, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_broken_pattern_is_refused_where_it_is_broken() {
    let whole = |rest: &str| {
        refused(pattern::parse(
            "patterns.toml",
            &format!("{GOOD}{rest}"),
            &[],
        ))
    };
    let filter = whole("denominator = \"mode:data-drift moode:x\"\n");
    assert_eq!((filter.0, filter.1), (6, 32), "{}", filter.2);
    assert!(filter.2.contains("moode"), "{}", filter.2);
    let value = whole("denominator = 'mode:stale'\n");
    assert_eq!((value.0, value.1), (6, 16), "{}", value.2);
    let words = whole("denominator = \"stale features\"\n");
    assert!(words.2.contains("looks for words"), "{}", words.2);
    let missing = whole("");
    assert!(
        missing.2.contains("needs a numerator and a denominator"),
        "{}",
        missing.2
    );
    let both = whole("denominator = \"is:silent\"\ncomputed = \"silent\"\n");
    assert!(both.2.contains("`computed` and neither"), "{}", both.2);
    let benchmark =
        whole("denominator = \"is:silent\"\nbenchmark = { share = 60, source = \"s\" }\n");
    assert!(
        benchmark.0 == 7 && benchmark.2.contains("between 0 and 1"),
        "{benchmark:?}"
    );
    let unknown = refused(pattern::parse("p", "[[pattern]]\nidd = \"x\"\n", &[]));
    assert_eq!((unknown.0, unknown.1), (2, 1), "{}", unknown.2);
    let syntax = refused(pattern::parse("p", "[[pattern]]\nid = \n", &[]));
    assert_eq!(syntax.0, 2, "{}", syntax.2);
    let place = format!("{GOOD}denominator = \"is:silent\"\n").replace("{share}", "{shore}");
    let place = refused(pattern::parse("p", &place, &[]));
    assert!(place.0 == 4 && place.2.contains("`{shore`"), "{place:?}");
}

#[test]
fn the_id_of_a_pattern_is_its_own() {
    let good = format!("{GOOD}denominator = \"is:counted\"\n");
    let twice = refused(pattern::parse("p", &format!("{good}{good}"), &[]));
    assert_eq!((twice.0, twice.1), (8, 6), "{}", twice.2);
    let shipped = pattern::shipped().expect("the shipped patterns");
    let taken = good.replace("mine", "silent");
    assert!(
        refused(pattern::parse("p", &taken, &shipped))
            .2
            .contains("taken")
    );
    let shouting = good.replace("mine", "Mine!");
    assert!(
        refused(pattern::parse("p", &shouting, &[]))
            .2
            .contains("lower-case")
    );
}

#[test]
fn a_pattern_of_the_command_line_is_told_first() {
    let mut request = quarter("2026-Q3");
    request
        .patterns
        .push(pattern::ad_hoc("mode:schema-drift / detection:staff", 1).expect("a pattern"));
    let base = Base::new()
        .with(incident(
            "a",
            "2026-07-01",
            "mode:schema-drift detection:staff",
        ))
        .with(incident("b", "2026-07-01", "mode:none detection:staff"));
    let page = markdown::render(&base.report(&request));
    assert!(
        page.contains("2. **Asked: 50% of “detection:staff” are “mode:schema-drift” (1 of 2).**"),
        "{page}"
    );
    for bad in ["mode:data-drift", "mode:data-drift/is:silent"] {
        assert!(
            matches!(pattern::ad_hoc(bad, 1), Err(Error::Invalid { .. })),
            "{bad}"
        );
    }
    let wrong = refused(pattern::ad_hoc("mode:data-drift / is:quiet", 1));
    assert_eq!((wrong.0, wrong.1), (1, 19), "{}", wrong.2);
}

#[test]
fn a_pattern_without_denominator_claims_nothing() {
    let mut request = quarter("2026-Q3");
    request.patterns =
        vec![pattern::ad_hoc("is:silent / mode:labeling-error", 1).expect("a pattern")];
    let base = Base::new().with(incident("a", "2026-07-01", "mode:schema-drift silent:true"));
    let report = base.report(&request);
    let found = json(&report)["patterns"][0].clone();
    assert_eq!(
        (&found["denominator"], &found["finding"]),
        (&0.into(), &"too-few".into())
    );
    assert!(found["share"].is_null() && found["interval"].is_null());
    let page = markdown::render(&report);
    assert!(!page.contains("NaN"));
    assert!(
        page.contains("**Asked: no incident fulfils `mode:labeling-error`, so there is no share.** 0 of 0 in 2025-Q4 to 2026-Q3"),
        "{page}"
    );
}

#[test]
fn a_control_counts_what_any_of_its_filters_names() {
    let own = "[[control]]\nid = \"mine\"\ntitle = \"T\"\nwhy = \"W.\"\ncatches = [\"mode:schema-drift\", \"is:silent\"]\n";
    let request = Request {
        controls: control::parse("controls.toml", own, &[]).expect("controls"),
        ..quarter("2026-Q3")
    };
    let base = Base::new()
        .with(incident("a", "2026-07-01", "mode:schema-drift silent:true"))
        .with(incident("b", "2026-07-01", "mode:none silent:true"))
        .with(incident("c", "2026-07-01", "mode:none silent:false"));
    let found = json(&base.report(&request))["controls"][0].clone();
    assert_eq!(found["incidents"], serde_json::json!(["a", "b"]));
    let idle = own.replace("[\"mode:schema-drift\", \"is:silent\"]", "[]");
    assert!(
        refused(control::parse("c", &idle, &[]))
            .2
            .contains("catches nothing")
    );
    let broken = refused(control::parse(
        "c",
        &own.replace("is:silent", "is:quiet"),
        &[],
    ));
    assert_eq!((broken.0, broken.1), (5, 34), "{}", broken.2);
}

#[test]
fn an_investment_is_held_against_as_many_days_before_it() {
    let file = "[[investment]]\nwhat = \"Freshness alarm\"\ndate = 2026-07-01\nmodes = [\"feature-staleness\"]\n";
    let request = Request {
        investments: investment::parse("investments.toml", file).expect("investments"),
        ..quarter("2026-Q3")
    };
    let stale = "mode:feature-staleness";
    let mut base = Base::new()
        .with(incident("too-early", "2026-03-30", stale))
        .with(incident("other", "2026-06-15", "mode:none"))
        .with(incident("after", "2026-07-01", stale));
    for at in 0..12 {
        base = base.with(incident(&format!("before-{at}"), "2026-06-30", stale));
    }
    let report = base.report(&request);
    let effect = &report.effects[0];
    assert_eq!(
        (effect.days, effect.before.len(), effect.after.len()),
        (92, 12, 1)
    );
    let page = markdown::render(&report);
    assert!(page.contains("Freshness alarm, since 2026-07-01: 1 incident of its kind in 92 days, 12 in as many days before"), "{page}");
    assert!(
        !page.contains("no effect shown yet"),
        "one after twelve is a change: {page}"
    );
    let later = file.replace("2026-07-01", "\"2027-01-01\"");
    let later = Request {
        investments: investment::parse("i", &later).expect("investments"),
        ..quarter("2026-Q3")
    };
    assert!(
        base.report(&later).effects.is_empty(),
        "it came after the period"
    );
    for (bad, what) in [
        (file.replace("2026-07-01", "\"soon\""), "no day"),
        (file.replace("feature-staleness", "stale"), "failure mode"),
        (
            file.replace("modes = [\"feature-staleness\"]", ""),
            "either `modes` or a `filter`",
        ),
    ] {
        let refusal = refused(investment::parse("i", &bad));
        assert!(refusal.2.contains(what), "{refusal:?}");
    }
}
