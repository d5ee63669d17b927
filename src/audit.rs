//! Audit: which incidents were drawn at random to be read blind, and what their readers found; kept and merged like verdicts.
//!
//! A log is a text of JSON lines that is only ever appended to, as that of the verdicts is. A drawn incident stands for others
//! of its stratum, so every line of a draw says how large the stratum was.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;

use crate::incident::IncidentId;
use crate::taxonomy::Facet;
use crate::verdict::Field;

mod log;
mod sample;

pub use crate::audit::log::Log;
pub use crate::audit::sample::Stratum;
pub use crate::audit::sample::allocate;
pub use crate::audit::sample::draw;

/// The name of the form of a line.
const SCHEMA: &str = "pm-kb/audit/1";

/// An incident that was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The audit.
    pub audit: String,
    /// The incident.
    pub incident: IncidentId,
    /// What the rules said of its failure mode, by which it was drawn.
    pub stratum: String,
    /// How many incidents the stratum had.
    pub of: usize,
    /// How many of them were drawn.
    pub sample: usize,
    /// What the draw was begun with: the same seed over the same base draws the same.
    pub seed: u64,
    /// What the rules said of the labels at that time.
    pub given: BTreeMap<Facet, Option<String>>,
    /// Pack version and digest of the rules at that time.
    pub rules: String,
    /// BLAKE3 of the document, in hexadecimal.
    pub document: String,
    /// Who drew it.
    pub author: String,
    /// When.
    pub time: Timestamp,
}

impl Drawn {
    /// The probability with which it was drawn.
    pub fn probability(&self) -> f64 {
        self.sample as f64 / self.of.max(1) as f64
    }
}

/// What a reader found in a document, without having seen its labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The audit.
    pub audit: String,
    /// The incident.
    pub incident: IncidentId,
    /// The labels that were decided; `None` where the document states none.
    pub labels: BTreeMap<Facet, Option<String>>,
    /// Who read it.
    pub author: String,
    /// When.
    pub time: Timestamp,
}

/// A line as it is written.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(default)]
    schema: String,
    audit: String,
    act: String,
    incident: String,
    #[serde(default)]
    labels: BTreeMap<String, Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stratum: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sample: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    rules: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    document: String,
    #[serde(default)]
    author: String,
    time: String,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// An incident was drawn.
    Drawn(Drawn),
    /// It was read.
    Answered(Answer),
}

impl Act {
    /// When it was done.
    pub fn time(&self) -> Timestamp {
        match self {
            Act::Drawn(drawn) => drawn.time,
            Act::Answered(answer) => answer.time,
        }
    }

    /// The line of JSON, without the end of the line.
    pub fn to_line(&self) -> String {
        let labels = |labels: &BTreeMap<Facet, Option<String>>| {
            let labels = labels.iter();
            labels
                .map(|(facet, value)| (facet.id().to_owned(), value.clone()))
                .collect()
        };
        let line = match self {
            Act::Drawn(drawn) => Line {
                schema: SCHEMA.to_owned(),
                audit: drawn.audit.clone(),
                act: "drawn".to_owned(),
                incident: drawn.incident.to_string(),
                labels: labels(&drawn.given),
                stratum: Some(drawn.stratum.clone()),
                of: Some(drawn.of),
                sample: Some(drawn.sample),
                probability: Some(drawn.probability()),
                seed: Some(drawn.seed),
                rules: drawn.rules.clone(),
                document: drawn.document.clone(),
                author: drawn.author.clone(),
                time: drawn.time.to_string(),
            },
            Act::Answered(answer) => Line {
                schema: SCHEMA.to_owned(),
                audit: answer.audit.clone(),
                act: "answered".to_owned(),
                incident: answer.incident.to_string(),
                labels: labels(&answer.labels),
                stratum: None,
                of: None,
                sample: None,
                probability: None,
                seed: None,
                rules: String::new(),
                document: String::new(),
                author: answer.author.clone(),
                time: answer.time.to_string(),
            },
        };
        serde_json::to_string(&line).expect("texts, numbers and lists of texts are always JSON")
    }

    /// Reads a line. Labels are brought to their normal form.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(line: &str) -> Result<Act, String> {
        let line: Line = serde_json::from_str(line).map_err(|error| match error.is_data() {
            true => {
                let told = error.to_string();
                told.split(" at line ").next().unwrap_or(&told).to_owned()
            }
            false => "it is no JSON object".to_owned(),
        })?;
        if !line.schema.is_empty() && line.schema != SCHEMA {
            return Err(format!("`{}` is another form than {SCHEMA}", line.schema));
        }
        let told = |error: crate::error::Error| error.to_string();
        let incident: IncidentId = line.incident.parse().map_err(told)?;
        let time: Timestamp = line
            .time
            .parse()
            .map_err(|_| format!("`{}` is no time as in `2026-07-03T04:10:00Z`", line.time))?;
        let labels = labels(line.labels)?;
        match line.act.as_str() {
            "drawn" => {
                let missing = |what| format!("missing field `{what}`");
                Ok(Act::Drawn(Drawn {
                    audit: line.audit,
                    incident,
                    stratum: line.stratum.ok_or_else(|| missing("stratum"))?,
                    of: line.of.ok_or_else(|| missing("of"))?,
                    sample: line.sample.ok_or_else(|| missing("sample"))?,
                    seed: line.seed.unwrap_or_default(),
                    given: labels,
                    rules: line.rules,
                    document: line.document,
                    author: line.author,
                    time,
                }))
            }
            "answered" => Ok(Act::Answered(Answer {
                audit: line.audit,
                incident,
                labels,
                author: line.author,
                time,
            })),
            other => Err(format!("`{other}` is neither `drawn` nor `answered`")),
        }
    }
}

fn labels(
    texts: BTreeMap<String, Option<String>>,
) -> Result<BTreeMap<Facet, Option<String>>, String> {
    let mut labels = BTreeMap::new();
    for (name, text) in texts {
        let field: Field = name
            .parse()
            .map_err(|error: crate::error::Error| error.to_string())?;
        let Field::Facet(facet) = field else {
            return Err(format!("`{name}` is no label"));
        };
        let value = match text {
            None => None,
            Some(text) => field.normal(&text).map_err(|error| error.to_string())?,
        };
        labels.insert(facet, value);
    }
    Ok(labels)
}
