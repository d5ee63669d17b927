//! Filters: what the index says of a record and what the record says of itself are the same, on random bases.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;
use pm_kb::classification::Classification;
use pm_kb::classification::VerdictSource;
use pm_kb::incident::ActionItem;
use pm_kb::incident::ActionState;
use pm_kb::incident::Fact;
use pm_kb::incident::Facts;
use pm_kb::incident::Origin;
use pm_kb::incident::Severity;
use pm_kb::index::Reader;
use pm_kb::index::Wanted;
use pm_kb::index::document;
use pm_kb::postmortem::DocumentKind;
use pm_kb::postmortem::Postmortem;
use pm_kb::query::Query;
use pm_kb::query::Vocabulary;
use pm_kb::record::Lineage;
use pm_kb::record::Record;
use pm_kb::taxonomy::Confidence;
use pm_kb::taxonomy::Decay;
use pm_kb::taxonomy::Detection;
use pm_kb::taxonomy::Facet;
use pm_kb::taxonomy::FailureMode;
use pm_kb::taxonomy::FirstDiagnosis;
use pm_kb::taxonomy::Reason;
use pm_kb::taxonomy::Response;
use pm_kb::taxonomy::RollbackTarget;
use pm_kb::taxonomy::Stage;

use crate::killing::Dice;

const NAMES: &[&str] = &[
    "Fraud Scorer",
    "fraud-scorer",
    "checkout",
    "Café",
    "feature_store.ttl",
    "日本",
    "a,b",
    "x",
];

impl Dice {
    fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.roll(values.len() as u64) as usize]
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Dice) -> T) -> Option<T> {
        (self.roll(2) == 0).then(|| make(self))
    }

    fn some<T>(&mut self, make: impl Fn(&mut Dice) -> T) -> Vec<T> {
        (0..self.roll(3)).map(|_| make(self)).collect()
    }
}

fn fact<T>(value: T) -> Fact<T> {
    Fact {
        value,
        line: 1,
        origin: Origin::FrontMatter,
    }
}

fn name(dice: &mut Dice) -> Fact<String> {
    fact(dice.of(NAMES).to_owned())
}

fn random_record(number: u64, dice: &mut Dice) -> Record {
    let mut labels = Classification::unknown(Reason::NotStated, "none");
    labels.failure_mode = dice.of(FailureMode::ALL);
    labels.decay = dice.of(Decay::ALL);
    labels.confidence = dice.of(Confidence::ALL);
    labels.response = dice
        .some(|dice| dice.of(Response::ALL))
        .into_iter()
        .collect();
    labels.rollback_target = dice.maybe(|dice| dice.of(RollbackTarget::ALL));
    labels.detection = dice.maybe(|dice| dice.of(Detection::ALL));
    labels.stage = dice.maybe(|dice| dice.of(Stage::ALL));
    labels.first_diagnosis = dice.maybe(|dice| dice.of(FirstDiagnosis::ALL));
    labels.silent = dice.maybe(|dice| dice.roll(2) == 0);
    labels.near_miss = dice.roll(4) == 0;
    labels.disputed = dice.roll(4) == 0;
    if dice.roll(3) == 0 {
        labels.verdicts.insert(Facet::Stage, VerdictSource::Human);
    }
    let day = |dice: &mut Dice| {
        Date::constant(
            2025 + dice.roll(2) as i16,
            1 + dice.roll(12) as i8,
            1 + dice.roll(28) as i8,
        )
    };
    let item = |dice: &mut Dice| ActionItem {
        text: "do it".to_owned(),
        owner: None,
        team: None,
        due: None,
        state: dice.of(&[ActionState::Open, ActionState::Done]),
        link: None,
        line: 1,
    };
    let facts = Facts {
        date: dice.maybe(|dice| fact(day(dice))),
        severity: dice.maybe(|dice| fact(Severity::of_rank(dice.roll(6) as u8).expect("a rank"))),
        services: dice.some(name),
        models: dice.some(name),
        assets: dice.some(name),
        team: dice.maybe(name),
        status: dice.maybe(name),
        action_items: dice.some(item),
        ..Facts::default()
    };
    let value = |dice: &mut Dice| format!("{}, {}", dice.of(NAMES), dice.of(NAMES));
    let keys = ["region", "Cloud_Zone", "team", "kind", "severity=2"];
    let metadata: BTreeMap<String, String> = dice
        .some(|dice| (dice.of(&keys).to_owned(), value(dice)))
        .into_iter()
        .collect();
    Record {
        id: format!("r{number}").parse().expect("an id"),
        source: "-".to_owned(),
        path: String::new(),
        kind: dice.of(&[DocumentKind::Postmortem, DocumentKind::Template]),
        language: "en".to_owned(),
        title: "Title".to_owned(),
        facts,
        metadata,
        classification: labels,
        lineage: Lineage::default(),
    }
}

fn random_filter(dice: &mut Dice) -> String {
    let ids = |all: &[&'static str], dice: &mut Dice| dice.of(all).to_owned();
    let name = |dice: &mut Dice| match dice.roll(3) {
        0 => format!("\"{}\"", dice.of(NAMES)),
        1 => format!("{}*", dice.of(&["f", "fraud", "c", "日", "x"])),
        _ => dice
            .of(&["checkout", "cafe", "fraud_scorer", "x,checkout", "nothing"])
            .to_owned(),
    };
    let dates = &[
        "2025",
        "2026-Q1",
        "2025-07",
        "2025-02-14",
        "2025-03..2026-02-03",
        "..2025-06",
        "2026-05..",
        ">2025-Q3",
        "<=2026-01",
    ];
    match dice.roll(18) {
        0 => format!("mode:{}", dice.of(FailureMode::ALL)),
        1 => format!("decay:{}", dice.of(Decay::ALL)),
        2 => format!("response:{}", dice.of(Response::ALL)),
        3 => format!("rollback:{}", dice.of(RollbackTarget::ALL)),
        4 => format!("detection:{}", dice.of(Detection::ALL)),
        5 => format!("stage:{}", dice.of(Stage::ALL)),
        6 => format!("first-diagnosis:{}", dice.of(FirstDiagnosis::ALL)),
        7 => format!("confidence:{}", dice.of(Confidence::ALL)),
        8 => format!(
            "severity:{}",
            ids(&["0", "SEV1", "p2", "<=2", ">3", "1..4", "critical"], dice)
        ),
        9 => format!("service:{}", name(dice)),
        10 => format!("model:{} asset:{}", name(dice), name(dice)),
        11 => format!("team:{}", name(dice)),
        12 => format!(
            "is:{}",
            ids(
                &[
                    "silent",
                    "misdiagnosed",
                    "unclassified",
                    "disputed",
                    "labelled",
                    "unreviewed",
                    "near-miss",
                    "undated",
                    "counted"
                ],
                dice
            )
        ),
        13 => format!(
            "has:{}",
            ids(
                &[
                    "actions",
                    "open-actions",
                    "date",
                    "severity",
                    "team",
                    "region",
                    "cloud_zone",
                    "response"
                ],
                dice
            )
        ),
        14 => format!(
            "quarter:{}",
            ids(&["2025-Q1", "2026-Q4", "2025-Q2..2026-Q1", "2025"], dice)
        ),
        15 => format!(
            "{}:{}",
            dice.of(&["after", "before", "since", "until"]),
            dice.of(&["2025-06", "2026-Q1", "2025-11-11", "2026"])
        ),
        16 => format!("{}:{}", dice.of(&["region", "cloud-zone"]), name(dice)),
        _ => format!("date:{}", dice.of(dates)),
    }
}

fn random_query(dice: &mut Dice) -> String {
    let mut text = String::new();
    for _ in 0..=dice.roll(4) {
        text.push_str(dice.of(&["", "", "", "-", "NOT ", "("]));
        text.push_str(&random_filter(dice));
        text.push_str(dice.of(&[" ", " ", " ", " OR ", " AND ", ") "]));
    }
    text
}

#[test]
fn the_index_and_the_record_agree() {
    let vocabulary = Vocabulary {
        keys: ["region", "cloud-zone"].map(str::to_owned).into(),
        ..Vocabulary::default()
    };
    let mut matched = 0;
    for seed in 0..20 {
        let mut dice = Dice(seed);
        let records: Vec<Record> = (0..60)
            .map(|number| random_record(number, &mut dice))
            .collect();
        let indexed = |record: &Record| document(record, "", &Postmortem::default(), 1);
        let (first, later) = records.split_at(30);
        let mut reader = Reader::in_memory(first.iter().map(indexed)).expect("an index");
        let changes = later
            .iter()
            .map(|record| (record.id.to_string(), Some(indexed(record))));
        reader.fold_in(changes.collect()).expect("folded in");
        for _ in 0..100 {
            let text = random_query(&mut dice);
            let query = Query::parse(&text, &vocabulary);
            assert!(!query.has_text(), "{text}: {:?}", query.notices);
            let ranking = reader
                .search(&query, Wanted::first(usize::MAX))
                .expect("a ranking");
            let found: BTreeSet<&str> = ranking.hits.iter().map(|hit| hit.id.as_str()).collect();
            let expected: BTreeSet<&str> = records
                .iter()
                .filter(|record| query.matches(record))
                .map(|record| record.id.as_str())
                .collect();
            assert_eq!(found, expected, "{text}");
            assert_eq!(ranking.total, expected.len(), "{text}");
            matched += usize::from(!expected.is_empty() && expected.len() < records.len());
        }
    }
    assert!(
        matched > 500,
        "{matched} of 2000 queries told records apart"
    );
}
