//! An earlier `pm-kb/report/1`, read back to say what changed since.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::civil::Date;
use pm_kb::error::Error;
use pm_kb::report::difference::Earlier;
use pm_kb::report::difference::EarlierIncident;
use pm_kb::report::difference::EarlierPattern;
use pm_kb::report::period::Days;
use serde::Deserialize;

#[derive(Deserialize)]
struct Document {
    schema: String,
    today: Date,
    window: Window,
    #[serde(default)]
    incidents: Vec<Incident>,
    provenance: Provenance,
}

#[derive(Deserialize)]
struct Window {
    period: Period,
    patterns: Vec<Pattern>,
}

#[derive(Deserialize)]
struct Period {
    from: Date,
    to: Date,
}

#[derive(Deserialize)]
struct Pattern {
    id: String,
    incidents: BTreeSet<String>,
    among: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Incident {
    id: String,
    day: Option<Date>,
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Provenance {
    rules: String,
}

/// Reads the text of an earlier report.
///
/// # Errors
/// [`Error::Rule`] with file, line and column where it is none.
pub(crate) fn parse(name: &str, text: &str) -> Result<Earlier, Error> {
    let wrong = |line: usize, column: usize, message: String| Error::Rule {
        file: name.to_owned(),
        line: u32::try_from(line).unwrap_or(u32::MAX).max(1),
        column: u32::try_from(column).unwrap_or(u32::MAX).max(1),
        message,
    };
    let document: Document = serde_json::from_str(text).map_err(|error| {
        let message = format!("not a report in JSON, as `pm-kb report --json` writes it: {error}");
        wrong(error.line(), error.column(), message)
    })?;
    if document.schema != "pm-kb/report/1" {
        let message = format!(
            "the schema is `{}`, expected `pm-kb/report/1`",
            document.schema
        );
        return Err(wrong(1, 1, message));
    }
    Ok(document.into())
}

impl From<Document> for Earlier {
    fn from(document: Document) -> Earlier {
        let incidents = document.incidents.into_iter();
        let patterns = document.window.patterns.into_iter();
        Earlier {
            today: document.today,
            window: Days {
                first: document.window.period.from,
                last: document.window.period.to,
            },
            rules: document.provenance.rules,
            incidents: incidents.map(|one| (one.id.clone(), one.into())).collect(),
            patterns: patterns.map(|one| (one.id.clone(), one.into())).collect(),
        }
    }
}

impl From<Pattern> for EarlierPattern {
    fn from(pattern: Pattern) -> EarlierPattern {
        EarlierPattern {
            incidents: pattern.incidents,
            among: pattern.among,
        }
    }
}

impl From<Incident> for EarlierIncident {
    fn from(incident: Incident) -> EarlierIncident {
        // A label that this program does not know cannot have changed by its rules.
        let known = |(name, value): (String, String)| Some((name.parse().ok()?, value));
        EarlierIncident {
            day: incident.day,
            labels: incident.labels.into_iter().filter_map(known).collect(),
        }
    }
}
