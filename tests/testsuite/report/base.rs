//! Small bases for reports, written as labels.

use std::collections::BTreeMap;

use jiff::civil::Date;
use pm_kb::classification::Classification;
use pm_kb::incident::Fact;
use pm_kb::incident::Facts;
use pm_kb::incident::Origin;
use pm_kb::incident::Severity;
use pm_kb::postmortem::DocumentKind;
use pm_kb::quarter::Quarter;
use pm_kb::record::Lineage;
use pm_kb::record::Record;
use pm_kb::report;
use pm_kb::report::Report;
use pm_kb::report::Request;
use pm_kb::schema;
use pm_kb::tally::Tally;
use pm_kb::taxonomy::Facet;
use pm_kb::taxonomy::Reason;

/// Some records.
pub(super) struct Base {
    pub(super) records: Vec<Record>,
}

impl Base {
    pub(super) fn new() -> Base {
        Base {
            records: Vec::new(),
        }
    }

    pub(super) fn with(mut self, record: Record) -> Base {
        self.records.push(record);
        self
    }

    pub(super) fn reversed(mut self) -> Base {
        self.records.reverse();
        self
    }

    /// The example post-mortems, with the labels that are expected of them.
    pub(super) fn of_examples() -> Base {
        Base {
            records: rows().iter().map(example).collect(),
        }
    }

    pub(super) fn report(&self, request: &Request) -> Report {
        let tally = Tally::count(&request.questions(), &self.records);
        report::build(request, tally).expect("a report")
    }
}

/// The patterns of the examples, counted in the label file by plain comparison of words.
pub(super) fn counted_by_hand() -> Vec<(&'static str, usize, usize)> {
    let rows: Vec<Row> = rows()
        .into_iter()
        .filter(|row| row["quarter"] != "-")
        .collect();
    let count = |holds: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| holds(row)).count();
    let rolled_back = |row: &Row| row["response"].split(',').any(|one| one == "rollback");
    let decayed = |row: &Row| row["decay"].ends_with("-decay");
    let stale = |row: &Row| row["primary"] == "feature-staleness";
    let blamed = |row: &Row| row["first_diagnosis"] == "model";
    let data = |row: &Row| row["decay"] == "data-decay";
    vec![
        (
            "rollbacks-from-feature-staleness",
            count(&|row| rolled_back(row) && decayed(row) && stale(row)),
            count(&|row| rolled_back(row) && decayed(row)),
        ),
        (
            "rollbacks-all",
            count(&|row| rolled_back(row) && stale(row)),
            count(&rolled_back),
        ),
        ("decay-that-is-data", count(&data), count(&decayed)),
        (
            "blamed-on-the-model-was-data",
            count(&|row| blamed(row) && data(row)),
            count(&blamed),
        ),
    ]
}

type Row = BTreeMap<String, String>;

fn rows() -> Vec<Row> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("incidents/LABELS.tsv");
    let text = std::fs::read_to_string(path).expect("the label file");
    let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned));
    let heads: Vec<String> = lines.next().expect("a heading").collect();
    lines
        .map(|cells| heads.iter().cloned().zip(cells).collect())
        .collect()
}

fn example(row: &Row) -> Record {
    let day = match row["quarter"].as_str() {
        "-" => String::new(),
        text => {
            let quarter: Quarter = text.parse().expect("a quarter");
            quarter.first_day().to_string()
        }
    };
    let pairs = [
        ("mode", "primary"),
        ("decay", "decay"),
        ("response", "response"),
        ("detection", "detection"),
        ("first-diagnosis", "first_diagnosis"),
        ("silent", "silent"),
        ("stage", "stage"),
        ("helped", "helped"),
        ("rollback", "rollback_target"),
    ];
    let labels: Vec<String> = pairs
        .iter()
        .filter(|(_, column)| !matches!(row[*column].as_str(), "" | "-"))
        .map(|(field, column)| format!("{field}:{}", row[*column]))
        .collect();
    let id = row["file"].trim_end_matches(".md");
    assert!(
        schema::incidents()
            .iter()
            .any(|file| file.path == row["file"]),
        "{id}"
    );
    let mut record = incident(id, &day, &labels.join(" "));
    let minutes = |column: &str| {
        let hours: Option<f64> = row[column].parse().ok();
        hours.map(|hours| fact((hours * 60.0).round() as i64))
    };
    record.facts.minutes_to_detect = minutes("ttd_hours");
    record.facts.minutes_to_mitigate = minutes("ttr_hours");
    let rank = row["severity"].trim_start_matches("SEV").parse().ok();
    record.facts.severity = rank.and_then(Severity::of_rank).map(fact);
    record
}

/// A record with an id, a date (none where it is empty) and labels as `field:value` words.
pub(super) fn incident(id: &str, date: &str, labels: &str) -> Record {
    let mut facts = Facts::default();
    let mut classification = Classification::unknown(Reason::NotStated, "test");
    if !date.is_empty() {
        facts.date = Some(fact(date.parse::<Date>().expect("a date")));
    }
    for word in labels.split_whitespace() {
        let (field, value) = word.split_once(':').expect("field:value");
        let facet = match field {
            "mode" => Facet::FailureMode,
            "decay" => Facet::Decay,
            "response" => Facet::Response,
            "rollback" => Facet::RollbackTarget,
            "helped" => Facet::RollbackHelped,
            "detection" => Facet::Detection,
            "first-diagnosis" => Facet::FirstDiagnosis,
            "silent" => Facet::Silent,
            "near-miss" => Facet::NearMiss,
            "stage" => Facet::Stage,
            "service" => {
                facts.services.push(fact(value.to_owned()));
                continue;
            }
            other => panic!("no label {other}"),
        };
        classification.set(facet, value).expect("a valid label");
    }
    if classification.is_classified() {
        classification.reason = None;
    }
    Record {
        id: id.parse().expect("an id"),
        source: format!("{id}.md"),
        path: String::new(),
        kind: DocumentKind::Postmortem,
        language: "en".to_owned(),
        title: format!("Incident {id}"),
        facts,
        metadata: BTreeMap::new(),
        classification,
        lineage: Lineage::default(),
    }
}

/// A fact of the front matter.
pub(super) fn fact<T>(value: T) -> Fact<T> {
    Fact {
        value,
        line: 1,
        origin: Origin::FrontMatter,
    }
}
