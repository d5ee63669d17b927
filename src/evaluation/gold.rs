//! Gold: the labels that a careful reader gives documents, read from a table.

use std::collections::BTreeSet;
use std::str::FromStr;

use crate::error::Error;
use crate::error::Result;
use crate::rule::Label;
use crate::taxonomy::Decay;
use crate::taxonomy::Detection;
use crate::taxonomy::FailureMode;
use crate::taxonomy::FirstDiagnosis;
use crate::taxonomy::Response;
use crate::taxonomy::Stage;

/// The labels that a careful reader gives one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gold {
    /// The document's path below the folder of the gold file.
    pub file: String,
    /// The primary failure mode.
    pub failure_mode: FailureMode,
    /// Other modes that a reader may accept.
    pub accepted: BTreeSet<FailureMode>,
    /// The decay.
    pub decay: Decay,
    /// What was carried out; `None` where the reader does not say.
    pub response: Option<BTreeSet<Response>>,
    /// Who noticed first; `None` where it is not stated.
    pub detection: Option<Detection>,
    /// What was first believed; `None` where nothing was misread.
    pub first_diagnosis: Option<FirstDiagnosis>,
    /// Whether nothing announced it; `None` where it is not stated.
    pub silent: Option<bool>,
    /// Where the fault entered; `None` where it is not stated.
    pub stage: Option<Stage>,
    /// Whether a rollback helped; `None` where there was none.
    pub rollback_helped: Option<bool>,
}

impl Gold {
    /// Reads a table of labels: tab-separated, the first line names the columns `file`, `primary`, `decay` and, where
    /// they are there, `alt`, `response`, `detection`, `first_diagnosis`, `silent`, `stage`, `helped`.
    ///
    /// # Errors
    /// [`Error::Rule`] with the line and column of a value that is none of the codebook's.
    pub fn read(name: &str, text: &str) -> Result<Vec<Gold>> {
        let mut lines = text.lines().enumerate();
        let header: Vec<&str> = lines
            .next()
            .map(|(_, line)| line.split('\t').collect())
            .unwrap_or_default();
        for needed in ["file", "primary", "decay"] {
            if !header.contains(&needed) {
                return Err(wrong(
                    name,
                    1,
                    1,
                    format!("no column `{needed}` — the first line names the columns"),
                ));
            }
        }
        lines
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(number, line)| {
                Row {
                    name,
                    number: number + 1,
                    header: &header,
                    line,
                }
                .gold()
            })
            .collect()
    }
}

impl Gold {
    /// Whether the document has a label; `None` where the table does not say.
    pub fn has(&self, label: Label) -> Option<bool> {
        match label {
            Label::Mode(mode) => Some(self.failure_mode == mode),
            Label::ModelDecay(_) => Some(self.decay == Decay::ModelDecay),
            Label::Ordinary(_) => {
                Some(self.failure_mode == FailureMode::None && self.decay != Decay::ModelDecay)
            }
            Label::Response(value) => self.response.as_ref().map(|all| all.contains(&value)),
            Label::RollbackHelped(value) => self.rollback_helped.map(|said| said == value),
            Label::Detection(value) => self.detection.map(|said| said == value),
            Label::Silent(value) => self.silent.map(|said| said == value),
            Label::FirstDiagnosis(value) => Some(self.first_diagnosis == Some(value)),
            Label::Stage(value) => self.stage.map(|said| said == value),
            Label::RollbackTarget(_) | Label::NearMiss | Label::Signal(_) => None,
        }
    }
}

struct Row<'a> {
    name: &'a str,
    number: usize,
    header: &'a [&'a str],
    line: &'a str,
}

impl Row<'_> {
    fn gold(&self) -> Result<Gold> {
        let Some(failure_mode) = self.value("primary")? else {
            return Err(self.wrong("primary", "a failure mode is needed"));
        };
        Ok(Gold {
            file: self.text("file").to_owned(),
            failure_mode,
            accepted: self.values("alt")?.unwrap_or_default(),
            decay: self.value("decay")?.unwrap_or(Decay::Unknown),
            response: self.values("response")?,
            detection: self.value("detection")?,
            first_diagnosis: self.value("first_diagnosis")?,
            silent: self.answer("silent")?,
            stage: self.value("stage")?,
            rollback_helped: self.answer("helped")?,
        })
    }

    fn text(&self, column: &str) -> &str {
        let at = self.header.iter().position(|name| *name == column);
        at.and_then(|at| self.line.split('\t').nth(at))
            .map_or("", str::trim)
    }

    fn value<T: FromStr<Err = Error>>(&self, column: &str) -> Result<Option<T>> {
        match self.text(column) {
            "" | "-" => Ok(None),
            "unknown" if T::from_str("unknown").is_err() => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|error: Error| self.wrong(column, &error.to_string())),
        }
    }

    fn values<T: FromStr<Err = Error> + Ord>(&self, column: &str) -> Result<Option<BTreeSet<T>>> {
        if !self.header.contains(&column) {
            return Ok(None);
        }
        let texts = self
            .text(column)
            .split(',')
            .map(str::trim)
            .filter(|text| !matches!(*text, "" | "-"));
        let values = texts.map(|text| {
            text.parse()
                .map_err(|error: Error| self.wrong(column, &error.to_string()))
        });
        values.collect::<Result<_>>().map(Some)
    }

    fn answer(&self, column: &str) -> Result<Option<bool>> {
        match self.text(column) {
            "yes" => Ok(Some(true)),
            "no" => Ok(Some(false)),
            "" | "-" | "unknown" => Ok(None),
            _ => Err(self.wrong(column, "expected `yes`, `no` or `-`")),
        }
    }

    fn wrong(&self, column: &str, message: &str) -> Error {
        let before = self
            .header
            .iter()
            .take_while(|name| **name != column)
            .count();
        let chars: usize = self
            .line
            .split('\t')
            .take(before)
            .map(|text| text.chars().count() + 1)
            .sum();
        wrong(
            self.name,
            self.number,
            chars + 1,
            format!("{column}: {message}"),
        )
    }
}

pub(super) fn wrong(name: &str, line: usize, column: usize, message: String) -> Error {
    let number = |value| u32::try_from(value).unwrap_or(u32::MAX);
    Error::Rule {
        file: name.to_owned(),
        line: number(line),
        column: number(column),
        message,
    }
}
