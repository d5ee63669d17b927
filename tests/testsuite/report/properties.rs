//! What holds for every base: tallies can be merged, queries list what a figure counts, no name breaks a format.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::date;
use pm_kb::incident::ActionItem;
use pm_kb::incident::ActionState;
use pm_kb::incident::Severity;
use pm_kb::query::Query;
use pm_kb::query::Vocabulary;
use pm_kb::record::Record;
use pm_kb::report;
use pm_kb::report::Request;
use pm_kb::report::csv;
use pm_kb::report::html;
use pm_kb::report::markdown;
use pm_kb::report::outline::Block;
use pm_kb::report::outline::Fact;
use pm_kb::report::outline::Inline;
use pm_kb::report::outline::Line;
use pm_kb::report::svg;
use pm_kb::report::text;
use pm_kb::tally::Counting;
use pm_kb::tally::Kept;
use pm_kb::tally::Tally;
use pm_kb::tally::bundle;
use pm_kb::tally::bundle::Row;
use pm_kb::taxonomy::Decay;
use pm_kb::taxonomy::Detection;
use pm_kb::taxonomy::FailureMode;
use pm_kb::taxonomy::FirstDiagnosis;
use pm_kb::taxonomy::Response;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::base::fact;
use super::base::incident;
use super::formats;
use super::quarter;

/// Words that mean something to some format.
const HOSTILE: &[&str] = &[
    "=1+1",
    "<script>alert(1)</script>",
    "|",
    "`",
    "*",
    "\u{1b}[31m",
    "\u{202e}",
    "\r\n",
    "a\"b",
    "'",
    "]](x)",
    "{{",
    "&lt;",
    "@team",
    "https://x.example/?a=1&b=2",
    "\u{0}",
    "é漢🔥",
    "-->",
    "#",
];

/// A few random words, some of them hostile to some format.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        select(HOSTILE).prop_map(str::to_owned),
        "[a-z]{1,9}",
        any::<String>()
    ];
    vec(word, 0..5).prop_map(|words| words.join(" "))
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    vec(record(), 0..40).prop_map(|mut records| {
        for (at, record) in records.iter_mut().enumerate() {
            record.id = format!("i-{at}").parse().expect("an id");
        }
        records
    })
}

prop_compose! {
    fn record()(
        (mode, decay) in (select(FailureMode::ALL), select(Decay::ALL)),
        responses in vec(select(Response::ALL), 0..3),
        detection in option::of(select(Detection::ALL)),
        first in option::of(select(FirstDiagnosis::ALL)),
        (silent, helped) in (option::of(any::<bool>()), option::of(any::<bool>())),
        (day, service) in (option::of(-400i32..700), option::of(0..4u8)),
        (minutes, hours, severity) in (option::of(-9i64..99_999), option::of(0.0..500.0), option::of(0..6u8)),
        (title, team, open) in (words(), option::of(words()), any::<bool>()),
    ) -> Record {
        let day = day.map_or(String::new(), |day| date(2025, 9, 1).saturating_add(day.days()).to_string());
        let mut record = incident("i", &day, "");
        let labels = &mut record.classification;
        (labels.failure_mode, labels.decay) = (mode, decay);
        labels.response = responses.into_iter().collect();
        (labels.detection, labels.first_diagnosis) = (detection, first);
        (labels.silent, labels.rollback_helped) = (silent, helped);
        let facts = &mut record.facts;
        facts.services = service.map(|one| fact(format!("service-{one}"))).into_iter().collect();
        facts.minutes_to_detect = minutes.map(fact);
        facts.minutes_to_resolve = minutes.map(|minutes| fact(minutes * 2));
        facts.hours_lost = hours.map(fact);
        facts.severity = severity.and_then(Severity::of_rank).map(fact);
        facts.team = team.clone().map(fact);
        facts.money = team.clone().map(fact);
        facts.url = team.map(fact);
        facts.action_items = vec![ActionItem {
            text: title.clone(),
            owner: None,
            team: None,
            due: None,
            state: if open { ActionState::Open } else { ActionState::Done },
            link: None,
            line: 1,
        }];
        record.title = title;
        record
    }
}

/// Every figure of a report that says by which query its incidents can be listed.
fn queries(report: &report::Report) -> Vec<(String, BTreeSet<String>)> {
    let outline = report::contents::outline(report);
    let mut lines: Vec<Line> = vec![outline.population.clone()];
    for block in outline.sections.iter().flat_map(|section| &section.blocks) {
        match block {
            Block::Paragraph(line) => lines.push(line.clone()),
            Block::List(points) => lines.extend(points.clone()),
            Block::Facts(facts) => {
                let fact = |fact: &Fact| [fact.figure.clone(), fact.words.clone()];
                lines.extend(facts.iter().flat_map(fact));
            }
            Block::Findings(told) => lines.extend(told.iter().map(|one| one.lead.clone())),
            Block::Table(table) => lines.extend(table.rows.iter().flatten().cloned()),
            Block::Chart(chart) => lines.extend(chart.table.rows.iter().flatten().cloned()),
            Block::Card(_) => {}
        }
    }
    let figures = lines
        .into_iter()
        .flatten()
        .filter_map(|inline| match inline {
            Inline::Figure(figure) => Some((figure.query?, figure.members)),
            _ => None,
        });
    figures
        .map(|(query, members)| {
            (
                query,
                report.ids(&members).map(ToString::to_string).collect(),
            )
        })
        .collect()
}

/// Filters about labels, which a tally answers for many records at once, and others, alone and together.
const QUESTIONS: &[&str] = &[
    "mode:data-drift",
    "decay:data-decay decay:model-decay -response:rollback",
    "response:retrain response:none",
    "rollback:model",
    "detection:customer OR is:silent",
    "-(stage:source OR first-diagnosis:model)",
    "severity:<=2",
    "confidence:low kind:postmortem",
    "is:misdiagnosed",
    "is:classified -is:near-miss",
    "is:unclassified",
    "is:disputed",
    "is:contradictory",
    "is:labelled",
    "is:unreviewed",
    "is:counted is:dated",
    "is:undated",
    "service:service-1",
    "mode:data-drift -service:service-2",
    "has:open-actions is:silent",
    "date:2026-01-01..2026-06-30 OR mode:none",
    "quarter:2026-Q2",
    "id:i-3",
];

/// Those of some records that belong to a part.
fn part<'a>(
    records: &'a [Record],
    parts: &'a [usize],
    part: usize,
) -> impl Iterator<Item = &'a Record> {
    let mine = records
        .iter()
        .zip(parts)
        .filter(move |(_, of)| **of == part);
    mine.map(|(record, _)| record)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_report_of_merged_parts_is_the_report_of_the_whole(
        records in records(),
        parts in vec(0..3usize, 40),
    ) {
        let request = quarter("2026-Q3");
        let questions = request.questions();
        let whole = Tally::count(&questions, &records);
        let [a, b, c] = [0, 1, 2].map(|at| Tally::count(&questions, part(&records, &parts, at)));
        let merged = c.merge(a).and_then(|merged| merged.merge(b)).expect("the same questions");
        let merged = report::build(&request, merged).expect("a report");
        let whole = report::build(&request, whole).expect("a report");
        prop_assert_eq!(markdown::render(&merged), markdown::render(&whole));
        prop_assert_eq!(super::json(&merged), super::json(&whole));
    }

    #[test]
    fn a_tally_answers_as_the_query_does(records in records()) {
        let read = |text: &&str| Query::parse_strict(text, &Vocabulary::default()).expect("a query");
        let questions: Vec<Query> = QUESTIONS.iter().map(read).collect();
        let mut entries = Tally::count(&questions, &records).into_entries().into_iter();
        let mut records = records;
        records.sort_by(|a, b| a.id.cmp(&b.id));
        for record in &records {
            let entry = entries.next().expect("an entry for each record");
            for (at, question) in questions.iter().enumerate() {
                prop_assert_eq!(entry.answers(at), question.matches(record), "{}", question.text);
            }
        }
    }

    #[test]
    fn what_is_kept_of_a_record_counts_as_the_record_does(records in records()) {
        let questions = quarter("2026-Q3").questions();
        let mut counting = Counting::new(&questions);
        prop_assert!(counting.needs_no_record());
        for record in &records {
            prop_assert!(counting.add_kept(record.id.as_str(), &Kept::of(record)));
        }
        let (kept, whole) = (counting.finish(), Tally::count(&questions, &records));
        prop_assert_eq!(kept.digest(), whole.digest());
        for (mut kept, whole) in kept.into_entries().into_iter().zip(whole.into_entries()) {
            kept.lay_in(whole.words().clone());
            prop_assert_eq!(kept, whole);
        }
    }

    #[test]
    fn a_bundle_counts_as_its_records_do(records in records(), gone in vec(any::<bool>(), 40)) {
        let questions = quarter("2026-Q3").questions();
        let rows: Vec<Row<'_>> = (0..).zip(&records)
            .map(|(rev, record)| Row::of(rev, record.id.as_str(), &Kept::of(record)).expect("a row"))
            .collect();
        let bytes = bundle::pack(&rows);
        let unpacked = bundle::unpack(&bytes);
        prop_assert_eq!(unpacked.as_ref(), Some(&rows));
        for (row, record) in rows.iter().zip(&records) {
            prop_assert_eq!(row.kept(), Kept::of(record));
        }
        let is_gone = |rev: &i64| usize::try_from(*rev).is_ok_and(|rev| gone[rev]);
        let gone: BTreeSet<i64> = rows.iter().map(|row| row.rev).filter(is_gone).collect();
        let mut counting = Counting::new(&questions);
        let left = (0..).zip(&records).filter(|(rev, _)| !gone.contains(rev));
        let left: Vec<&Record> = left.map(|(_, record)| record).collect();
        prop_assert_eq!(counting.add_bundle(&bytes, &gone), Some(left.len()));
        let (bundled, whole) = (counting.finish(), Tally::count(&questions, left));
        prop_assert_eq!(bundled.digest(), whole.digest());
        for (mut bundled, whole) in bundled.into_entries().into_iter().zip(whole.into_entries()) {
            bundled.lay_in(whole.words().clone());
            prop_assert_eq!(bundled, whole);
        }
        // What is cut off is no bundle.
        for end in 0..bytes.len() {
            prop_assert!(bundle::unpack(&bytes[..end]).is_none());
        }
    }

    #[test]
    fn the_query_of_a_figure_lists_its_incidents(records in records()) {
        let request = Request { filter: Some("-is:disputed".to_owned()), ..quarter("2026-Q3") };
        let tally = Tally::count(&request.questions(), &records);
        let report = report::build(&request, tally).expect("a report");
        let figures = queries(&report);
        prop_assert!(report.window.population.all.is_empty() || figures.len() > 20);
        for (query, incidents) in figures {
            let read = Query::parse_strict(&query, &Vocabulary::default());
            let read = read.map_err(|notices| TestCaseError::fail(format!("{query}: {notices:?}")))?;
            let listed = records.iter().filter(|record| record.is_counted() && read.matches(record));
            let listed: BTreeSet<String> = listed.map(|record| record.id.to_string()).collect();
            prop_assert_eq!(listed, incidents, "{}", query);
        }
    }

    #[test]
    fn no_name_breaks_a_format(records in records()) {
        let request = quarter("2026-Q3");
        let tally = Tally::count(&request.questions(), &records);
        let report = report::build(&request, tally).expect("a report");
        formats::check_html(&html::render(&report));
        formats::check_markdown(&markdown::render(&report));
        formats::check_csv(&csv::render(&report));
        formats::check_text(&text::render(&report, 80));
        formats::check_text(&text::page_one(&report, 80));
        for (_, drawing) in svg::files(&report) {
            formats::check_tags(&drawing);
        }
        formats::check_json(&super::json(&report));
    }
}
