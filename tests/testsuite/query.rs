//! The query language: what a person types, what is understood, what is said about it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;
use pm_kb::classification::Classification;
use pm_kb::classification::VerdictSource;
use pm_kb::incident::Fact;
use pm_kb::incident::Facts;
use pm_kb::incident::Origin;
use pm_kb::incident::Severity;
use pm_kb::postmortem::DocumentKind;
use pm_kb::query::Expr;
use pm_kb::query::Field;
use pm_kb::query::Group;
use pm_kb::query::Query;
use pm_kb::query::Test;
use pm_kb::query::Vocabulary;
use pm_kb::query::Zone;
use pm_kb::record::Lineage;
use pm_kb::record::Record;
use pm_kb::taxonomy::Facet;
use pm_kb::taxonomy::FailureMode;
use pm_kb::taxonomy::FirstDiagnosis;
use pm_kb::taxonomy::Reason;
use pm_kb::taxonomy::Response;
use proptest::prelude::*;

fn vocabulary() -> Vocabulary {
    let named = [
        (
            "stale-rollbacks",
            "mode:feature-staleness response:rollback",
        ),
        ("mine", "team:ranking (is:unreviewed OR @stale-rollbacks)"),
        ("loop", "kafka @loop"),
    ];
    Vocabulary {
        keys: BTreeSet::from(["region".to_owned(), "cloud-zone".to_owned()]),
        named: named
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into(),
    }
}

/// A query as nested text: `+` required, `-` excluded, `|` alternatives.
fn show(part: &Expr) -> String {
    let zoned = |zone: &Zone, text: String| match zone {
        Zone::Anywhere => text,
        Zone::Section(kind) => format!("{kind}:{text}"),
    };
    match part {
        Expr::Word {
            text, prefix, zone, ..
        } => zoned(zone, format!("{text}{}", if *prefix { "*" } else { "" })),
        Expr::Phrase { text, zone, .. } => zoned(zone, format!("\"{text}\"")),
        Expr::Filter(filter) => {
            let value = match &filter.test {
                Test::Is(value) => value.clone(),
                Test::StartsWith(start) => format!("{start}*"),
                Test::Ranks(from, to) => format!("{from}..{to}"),
                Test::Days(period) => {
                    let end = |day: Option<Date>| day.map_or(String::new(), |day| day.to_string());
                    format!("{}..{}", end(period.from), end(period.to))
                }
            };
            format!("{}={value}", filter.field.name())
        }
        Expr::Any(parts) => {
            let parts: Vec<String> = parts.iter().map(show).collect();
            format!("[{}]", parts.join(" | "))
        }
        Expr::Group(group) => format!("({})", show_group(group)),
    }
}

fn show_group(group: &Group) -> String {
    let marked = |mark: &str, parts: &[Expr]| -> Vec<String> {
        parts
            .iter()
            .map(|part| format!("{mark}{}", show(part)))
            .collect()
    };
    let mut all = marked("+", &group.must);
    all.extend(marked("", &group.should));
    all.extend(marked("-", &group.must_not));
    all.join(" ")
}

fn check(text: &str, expected: &str) {
    let query = Query::parse(text, &vocabulary());
    let notices: Vec<String> = query.notices.iter().map(ToString::to_string).collect();
    let mut read = show_group(&query.root);
    for notice in notices {
        read.push_str(&format!("\n! {notice}"));
    }
    assert_eq!(read, expected, "{text}");
}

#[test]
fn words_rank_and_marks_require_or_exclude() {
    check("stale feature", "stale feature");
    check("+stale feature -kafka", "+stale feature -kafka");
    check("stale NOT kafka", "stale -kafka");
    check("NOT NOT kafka", "kafka");
    check("-kafka", "-kafka");
    check("a AND b c", "+a +b c");
    check("kafka OR redis", "[kafka | redis]");
    check("checkout (kafka OR redis)", "checkout [kafka | redis]");
    check("a b OR c d", "[(a b) | (c d)]");
    check("-(a b)", "-(a b)");
    check("or not and", "or not and");
}

#[test]
fn phrases_prefixes_and_hyphens_keep_their_text() {
    check("\"connection pool\" stale*", "\"connection pool\" stale*");
    check("“curly quotes”", "\"curly quotes\"");
    check("thundering-herd us-east-1", "thundering-herd us-east-1");
    check("--force a - b +- c", "force a b c");
    check("-\"not this\"", "-\"not this\"");
    check("what happened?", "what happened?");
    check(
        "12:30 std::io http://x:80/a?b error: refused",
        "12:30 std::io http://x:80/a?b error: refused",
    );
    check("* ??? && stale", "stale");
}

#[test]
fn sections_are_fields() {
    check("title:fraud", "+title:fraud");
    check(
        "root-cause:cron cause:cron action:alert",
        "+root-cause:cron +root-cause:cron +actions:alert",
    );
    check(
        "title:(fraud OR spam) summary:\"late rows\"",
        "+[title:fraud | title:spam] +summary:\"late rows\"",
    );
    check("-lessons:luck*", "-lessons:luck*");
}

#[test]
fn a_repeated_filter_is_or_and_different_filters_are_and() {
    check("mode:feature-staleness", "+mode=feature-staleness");
    check(
        "mode:schema-drift stale mode:Data_Drift decay:none",
        "+[mode=schema-drift | mode=data-drift] +decay=none stale",
    );
    check(
        "mode:schema-drift,data-drift",
        "+[mode=schema-drift | mode=data-drift]",
    );
    check(
        "mode:(schema-drift data-drift)",
        "+[mode=schema-drift | mode=data-drift]",
    );
    check(
        "-response:rollback -response:retrain",
        "-response=rollback -response=retrain",
    );
    check(
        "is:silent is:misdiagnosed has:action",
        "+is=silent +is=misdiagnosed +has=actions",
    );
    check(
        "mode:none OR service:\"Fraud Scorer\"",
        "+[mode=none | service=fraud-scorer]",
    );
    check(
        "service:fraud* region:EU cloud_zone:a",
        "+service=fraud* +region=eu +cloud-zone=a",
    );
    check(
        "first-diagnosis:model rollback:features",
        "+first-diagnosis=model +rollback=features",
    );
}

#[test]
fn severities_and_days_are_ranges() {
    check(
        "severity:SEV1 severity:p2",
        "+[severity=1..1 | severity=2..2]",
    );
    check(
        "sev:<=2 severity:critical",
        "+[severity=0..2 | severity=1..1]",
    );
    check("severity:1..3", "+severity=1..3");
    check("quarter:2026-Q3", "+quarter=2026-07-01..2026-09-30");
    check(
        "date:2026-01-01..2026-03-31",
        "+date=2026-01-01..2026-03-31",
    );
    check(
        "date:2026-07 date:2025",
        "+[date=2026-07-01..2026-07-31 | date=2025-01-01..2025-12-31]",
    );
    check(
        "after:2026-06 before:2026-Q4",
        "+after=2026-07-01.. +before=..2026-09-30",
    );
    check(
        "since:2026-06-01 until:2026-06",
        "+after=2026-06-01.. +before=..2026-06-30",
    );
}

#[test]
fn what_is_no_filter_is_searched_as_text_and_said() {
    check(
        "mode:stale",
        "stale\n! `stale` is no value of `mode:`; searched as text: did you mean `mode:feature-staleness`?",
    );
    check(
        "servce:checkout",
        "servce:checkout\n! `servce:` is not a field; searched as text: did you mean `service:`?",
    );
    check(
        "foo:bar",
        "foo:bar\n! `foo:` is not a field; searched as text",
    );
    check(
        "detection:grafana",
        "+detection:grafana\n! `grafana` is no value of `detection:`; searched in the section `detection`",
    );
    check(
        "date:2026-02-30",
        "2026-02-30\n! `2026-02-30` is not a day, month, quarter or year as in `2026-07-03`, `2026-07`, `2026-Q3`, `2026`; searched as text",
    );
    check(
        "date:2026..2025",
        "2026..2025\n! `2026..2025` ends before it begins; searched as text: did you mean `date:2025..2026`?",
    );
    check(
        "quarter:2026-07",
        "2026-07\n! `2026-07` is not a quarter as in `2026-Q3`; searched as text: did you mean `date:2026-07`?",
    );
    check(
        "severity:9",
        "9\n! `9` is not a severity from SEV0 to SEV5; searched as text",
    );
    check(
        "mode:\"schema drifts\"",
        "\"schema drifts\"\n! `schema drifts` is no value of `mode:`; searched as text: did you mean `mode:schema-drift`?",
    );
}

#[test]
fn unfinished_queries_are_finished() {
    check(
        "\"never closed",
        "\"never closed\"\n! a quote is never closed; read up to the end",
    );
    check(
        "(a OR b",
        "[a | b]\n! a parenthesis is never closed; read up to the end",
    );
    check("a) b", "a b\n! a parenthesis is never opened; left out");
    check("a OR", "a\n! `OR` has nothing to work on; left out");
    check("OR a", "a\n! `OR` has nothing to work on; left out");
    check("a NOT", "a\n! `NOT` has nothing to work on; left out");
    check("() a", "a");
    check("mode: a", "mode: a");
    check(
        "*stale",
        "stale\n! `*stale` has its beginning open; only the end of a word can be",
    );
    check("", "");
}

#[test]
fn named_queries_stand_for_their_text() {
    check(
        "@stale-rollbacks",
        "+mode=feature-staleness +response=rollback",
    );
    check(
        "@mine kafka",
        "+(+[is=unreviewed | (+mode=feature-staleness +response=rollback)] +team=ranking) kafka",
    );
    check(
        "@stale-rollback",
        "stale-rollback\n! there is no named query `@stale-rollback`; searched as text: did you mean `@stale-rollbacks`?",
    );
    check(
        "@loop",
        "kafka loop\n! in `@loop`: the query `@loop` names itself; searched as text",
    );
}

#[test]
fn the_limits_hold_and_are_said() {
    let query = |text: &str| Query::parse(text, &vocabulary());
    let cut = query(&"é".repeat(600_000));
    assert_eq!((cut.text.len(), cut.notices.len()), (1000, 1));
    let deep = query(&"(".repeat(10_000));
    assert!(
        deep.is_empty() && deep.notices.len() == 3,
        "{:?}",
        deep.notices
    );
    let nested = query(&format!("{}stale{}", "(".repeat(400), ")".repeat(400)));
    assert_eq!(show_group(&nested.root), "stale");
    assert_eq!(
        nested.notices[0].to_string(),
        "parentheses stand deeper than 32; the inner ones are left out"
    );
    let long = query(&"a ".repeat(400));
    assert_eq!(long.root.should.len(), 64);
    assert_eq!(long.notices.len(), 1);
    assert!(query(&"NOT ".repeat(10_000)).is_empty());
}

#[test]
fn spans_are_those_of_what_was_typed() {
    let text = "é mode:stale \"a b\" @loop";
    let query = Query::parse(text, &vocabulary());
    let typed = |span: pm_kb::text::Span| text.get(span.start..span.end);
    let spans: Vec<_> = query
        .root
        .should
        .iter()
        .filter_map(|part| match part {
            Expr::Word { span, .. } | Expr::Phrase { span, .. } => typed(*span),
            _ => None,
        })
        .collect();
    assert_eq!(spans, ["é", "mode:stale", "\"a b\""]);
    assert_eq!(typed(query.notices[0].span), Some("mode:stale"));
    assert_eq!(typed(query.notices[1].span), Some("@loop"));
}

#[test]
fn a_strict_reading_refuses_what_would_change_a_count() {
    let strict = |text: &str| Query::parse_strict(text, &vocabulary());
    let errors = |text: &str| -> Vec<String> {
        strict(text)
            .expect_err(text)
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(
        errors("mode:stale servce:x @mine @min"),
        [
            "`stale` is no value of `mode:`: did you mean `mode:feature-staleness`?",
            "`servce:` is not a field: did you mean `service:`?",
            "there is no named query `@min`: did you mean `@mine`?",
        ]
    );
    assert_eq!(errors(&"a ".repeat(600)).len(), 2);
    assert!(
        strict("mode:none (severity:1").is_ok(),
        "an open parenthesis loses nothing"
    );
}

fn record() -> Record {
    let mut labels = Classification::unknown(Reason::NotStated, "pack");
    labels.failure_mode = FailureMode::FeatureStaleness;
    labels.response = BTreeSet::from([Response::Rollback, Response::Backfill]);
    labels.silent = Some(true);
    labels.first_diagnosis = Some(FirstDiagnosis::Model);
    labels.verdicts = BTreeMap::from([(Facet::Stage, VerdictSource::Human)]);
    let fact = |value: &str| Fact {
        value: value.to_owned(),
        line: 1,
        origin: Origin::FrontMatter,
    };
    let facts = Facts {
        date: Some(Fact {
            value: Date::constant(2026, 7, 3),
            line: 1,
            origin: Origin::FrontMatter,
        }),
        severity: Severity::of_rank(2).map(|value| Fact {
            value,
            line: 1,
            origin: Origin::FrontMatter,
        }),
        services: vec![fact("Fraud Scorer"), fact("checkout")],
        ..Facts::default()
    };
    Record {
        id: "a-1".parse().expect("an id"),
        source: "a-1.md".to_owned(),
        path: String::new(),
        kind: DocumentKind::Postmortem,
        language: "en".to_owned(),
        title: "Stale features".to_owned(),
        facts,
        metadata: BTreeMap::from([("region".to_owned(), "EU-West, us".to_owned())]),
        classification: labels,
        lineage: Lineage::default(),
    }
}

#[test]
fn filters_mean_what_the_record_says() {
    let record = record();
    let matches = |text: &str| Query::parse(text, &vocabulary()).matches(&record);
    for yes in [
        "",
        "mode:feature-staleness response:rollback severity:SEV2 quarter:2026-Q3",
        "mode:none mode:feature-staleness",
        "service:fraud-scorer service:nothing",
        "service:FRAUD*",
        "region:us",
        "region:eu_west",
        "has:region has:services is:labelled is:silent is:misdiagnosed",
        "-has:actions -is:unreviewed",
        "date:2026-07-03 after:2026-06 before:2026-08",
        "severity:<=2 -severity:1",
        "id:A-1 kind:postmortem",
        "kafka",
        "-kafka",
        "mode:none OR kafka",
        "-(mode:none kafka)",
    ] {
        assert!(matches(yes), "{yes}");
    }
    for no in [
        "mode:none",
        "-mode:feature-staleness",
        "service:fraud",
        "after:2026-07 date:2026",
        "before:2026-07-03",
        "is:silent is:disputed",
        "asset:x",
        "severity:>2",
        "kafka mode:none",
        "(mode:none OR decay:none) kafka",
    ] {
        assert!(!matches(no), "{no}");
    }
    let response = Field::Response.values(&record);
    assert_eq!(
        response.into_iter().collect::<Vec<_>>(),
        ["backfill", "rollback"]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_text_is_an_error(text in hostile()) {
        let query = Query::parse(&text, &vocabulary());
        let inside = |span: pm_kb::text::Span| span.start <= span.end && span.end <= text.len();
        prop_assert!(query.notices.iter().all(|notice| inside(notice.span)));
        prop_assert!(text.starts_with(&query.text) && query.text.len() <= 1000);
        query.matches(&record());
    }
}

/// Any characters, and the language's own pieces in any order.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("(".to_owned()),
        Just(")".to_owned()),
        Just("\"".to_owned()),
        Just(" OR ".to_owned()),
        Just(" NOT ".to_owned()),
        Just(" AND ".to_owned()),
        Just(" -".to_owned()),
        Just(" +".to_owned()),
        Just(":".to_owned()),
        Just("*".to_owned()),
        Just("@mine ".to_owned()),
        Just("@loop".to_owned()),
        Just(" mode:".to_owned()),
        Just(" date:".to_owned()),
        Just("title:".to_owned()),
        Just("..".to_owned()),
        Just("2026-Q3".to_owned()),
        Just("\\".to_owned()),
        Just("\u{202e}".to_owned()),
        Just("\0".to_owned()),
        "[a-zé日🔥]{1,6}",
        "\\PC{1,8}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}
