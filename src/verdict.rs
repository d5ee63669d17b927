//! Verdict, Ledger: what people say of incidents over what documents and rules say; kept for good, merged without loss.
//!
//! A ledger is a text of JSON lines that is only ever appended to, so that two people's copies merge line by line.
//! A record is made of its document, the rules and the ledger, and of nothing else: [`lay`] puts the verdicts that
//! stand over what document and rules say, [`lift`] takes them off again.

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;

use crate::error::Error;
use crate::incident::IncidentId;

mod field;
pub(crate) mod journal;
mod lay;
mod ledger;

pub use crate::verdict::field::FactName;
pub use crate::verdict::field::Field;
pub use crate::verdict::lay::Difference;
pub use crate::verdict::lay::differences;
pub use crate::verdict::lay::fact;
pub use crate::verdict::lay::lay;
pub use crate::verdict::lay::lift;
pub use crate::verdict::lay::said;
pub use crate::verdict::lay::set_fact;
pub use crate::verdict::ledger::Conflict;
pub use crate::verdict::ledger::Ledger;
pub use crate::verdict::ledger::Standing;

/// The name of the form of a line.
const SCHEMA: &str = "pm-kb/verdict/1";

/// What a verdict does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// It gives the field a value, in its normal form; `None` says that there is none.
    Value(Option<String>),
    /// It undoes the verdict of this id.
    Undoes(String),
}

/// One verdict of a person on one field of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The incident.
    pub incident: IncidentId,
    /// What it speaks of.
    pub field: Field,
    /// What it does.
    pub ruling: Ruling,
    /// Why, in the person's words; may be empty.
    pub why: String,
    /// Who gave it.
    pub author: String,
    /// When.
    pub time: Timestamp,
    /// What document and rules said of the field at that time.
    pub overrules: Option<String>,
    /// Pack version and digest of the rules at that time; empty where it was written by hand.
    pub rules: String,
    /// BLAKE3 of the document that it was given on, in hexadecimal; empty where it was written by hand.
    pub document: String,
    /// The ids of the verdicts that its author knew and decided over.
    pub replaces: Vec<String>,
}

/// A line as it is written.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(default)]
    schema: String,
    incident: String,
    field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undoes: Option<String>,
    #[serde(default)]
    why: String,
    #[serde(default)]
    author: String,
    time: String,
    #[serde(default)]
    overrules: Option<String>,
    #[serde(default)]
    rules: String,
    #[serde(default)]
    document: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replaces: Vec<String>,
}

impl Verdict {
    /// The name of the verdict: sixteen digits that follow from all that it says.
    pub fn id(&self) -> String {
        let hash = blake3::hash(self.to_line().as_bytes()).to_hex();
        hash.chars().take(16).collect()
    }

    /// The verdict as one line of JSON, without the end of the line.
    pub fn to_line(&self) -> String {
        let (value, undoes) = match &self.ruling {
            Ruling::Value(value) => (Some(serde_json::json!(value)), None),
            Ruling::Undoes(id) => (None, Some(id.clone())),
        };
        let line = Line {
            schema: SCHEMA.to_owned(),
            incident: self.incident.to_string(),
            field: self.field.id().to_owned(),
            value,
            undoes,
            why: self.why.clone(),
            author: self.author.clone(),
            time: self.time.to_string(),
            overrules: self.overrules.clone(),
            rules: self.rules.clone(),
            document: self.document.clone(),
            replaces: self.replaces.clone(),
        };
        serde_json::to_string(&line).expect("texts and lists of texts are always JSON")
    }

    /// Reads a line; only incident, field, value and time must be there. The value is brought to its normal form.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(line: &str) -> Result<Verdict, String> {
        let line: Line = serde_json::from_str(line).map_err(|error| match error.is_data() {
            true => strip_place(&error.to_string()),
            false => "it is no JSON object".to_owned(),
        })?;
        if !line.schema.is_empty() && line.schema != SCHEMA {
            return Err(format!("`{}` is another form than {SCHEMA}", line.schema));
        }
        let told = |error: Error| error.to_string();
        let field: Field = line.field.parse().map_err(told)?;
        let ruling = match line.undoes {
            Some(id) => Ruling::Undoes(id),
            None => Ruling::Value(field.normal(&text_of(line.value)?).map_err(told)?),
        };
        Ok(Verdict {
            incident: line.incident.parse().map_err(told)?,
            field,
            ruling,
            why: line.why,
            author: line.author,
            time: time(&line.time)?,
            overrules: line.overrules,
            rules: line.rules,
            document: line.document,
            replaces: line.replaces,
        })
    }
}

/// A value as somebody may write it by hand: a text, a number, yes or no, or a list of texts.
fn text_of(value: Option<serde_json::Value>) -> Result<String, String> {
    Ok(match value {
        None | Some(serde_json::Value::Null) => String::new(),
        Some(serde_json::Value::String(text)) => text,
        Some(serde_json::Value::Array(parts)) => {
            let texts: Option<Vec<&str>> = parts.iter().map(serde_json::Value::as_str).collect();
            texts
                .ok_or("a list of something else than texts")?
                .join(",")
        }
        Some(serde_json::Value::Object(_)) => return Err("the value is an object".to_owned()),
        Some(other) => other.to_string(),
    })
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no time as in `2026-07-03T04:10:00Z`"))
}

/// The words of an error without the place in a line that the reader sees anyway.
fn strip_place(text: &str) -> String {
    text.split(" at line ").next().unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_the_verdict_says() {
        let written = Verdict {
            incident: "pm-1".parse().expect("an id"),
            field: "mode".parse().expect("a field"),
            ruling: Ruling::Value(Some("schema-drift".to_owned())),
            why: "the column changed its \"unit\"\n".to_owned(),
            author: "Risk <risk@example.org>".to_owned(),
            time: "2026-07-03T04:10:00.001Z".parse().expect("a time"),
            overrules: Some("data-drift".to_owned()),
            rules: "1 abc".to_owned(),
            document: "00ff".to_owned(),
            replaces: vec!["0123456789abcdef".to_owned()],
        };
        let line = written.to_line();
        assert!(!line.contains('\n'));
        let read = Verdict::parse(&line).expect("a verdict");
        assert_eq!(read, written);
        assert_eq!(read.id(), written.id());
    }

    #[test]
    fn a_line_by_hand_needs_four_fields() {
        let line = r#"{"incident": "pm-1", "field": "response", "value": ["rollback", "backfill"], "time": "2026-07-03T00:00:00Z"}"#;
        let read = Verdict::parse(line).expect("a verdict");
        let value = Some("rollback,backfill".to_owned());
        assert_eq!(read.ruling, Ruling::Value(value));
        for (line, told) in [
            ("<<<<<<< HEAD", "it is no JSON object"),
            (r#"{"incident": "a"}"#, "missing field `field`"),
            (
                r#"{"incident": "a", "field": "mode", "value": "x", "time": "2026-07-03T00:00:00Z"}"#,
                "`x` is not known",
            ),
            (
                r#"{"incident": "a", "field": "mode", "value": "none", "time": "today"}"#,
                "`today` is no time",
            ),
        ] {
            let found = Verdict::parse(line).expect_err("refused");
            assert!(found.contains(told), "{found}");
        }
    }
}
