//! File: what stands in a TOML file of rules, context rules, vocabularies or overrides, as far as it can be told alone.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::classification::State;
use crate::error::Error;
use crate::postmortem::SectionKind;
use crate::rule::Direction;
use crate::rule::RuleFile;
use crate::rule::RuleTests;
use crate::rule::Status;
use crate::rule::policy::Policy;
use crate::text::LineIndex;

/// The version of the file format.
const FORMAT: i64 = 1;
/// The most rules that one file may hold.
const MOST_RULES: usize = 500;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content {
    pub(crate) schema: Spanned<i64>,
    #[serde(default)]
    pub(crate) vocabulary: BTreeMap<String, WordList>,
    #[serde(default)]
    pub(crate) rule: Vec<RuleText>,
    #[serde(default)]
    pub(crate) context: Vec<ContextText>,
    #[serde(default)]
    pub(crate) disable: Vec<Disable>,
    #[serde(default)]
    pub(crate) extend: Vec<Extend>,
    pub(crate) assume_ml: Option<Setting<bool>>,
    #[serde(default)]
    pub(crate) decay: DecaySettings,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordList {
    #[allow(
        dead_code,
        reason = "read by people and by the page that is made of the file"
    )]
    pub(crate) about: String,
    pub(crate) words: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    pub(crate) id: Spanned<String>,
    pub(crate) title: String,
    pub(crate) label: Spanned<String>,
    #[serde(default = "stable")]
    pub(crate) status: Status,
    #[serde(default)]
    pub(crate) falsepositives: Vec<String>,
    #[serde(default)]
    pub(crate) references: Vec<String>,
    pub(crate) cue: Vec<CueText>,
    #[serde(default)]
    pub(crate) test: RuleTests,
}

fn stable() -> Status {
    Status::Stable
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CueText {
    pub(crate) name: Spanned<String>,
    pub(crate) pattern: Spanned<String>,
    pub(crate) weight: Spanned<f64>,
    pub(crate) unless: Option<Spanned<String>>,
    pub(crate) near: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) sections: Vec<SectionKind>,
    #[serde(default)]
    pub(crate) stateless: bool,
    #[serde(default)]
    pub(crate) contrast: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ContextText {
    pub(crate) id: Spanned<String>,
    pub(crate) state: Option<State>,
    pub(crate) direction: Direction,
    #[serde(default = "far")]
    pub(crate) reach: usize,
    #[serde(default)]
    pub(crate) causes_only: bool,
    pub(crate) patterns: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) pseudo: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) test: Vec<ContextTestText>,
}

fn far() -> usize {
    30
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContextTestText {
    pub(crate) text: String,
    pub(crate) target: String,
    pub(crate) expect: State,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Disable {
    pub(crate) rule: Spanned<String>,
    pub(crate) reason: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extend {
    pub(crate) vocabulary: Spanned<String>,
    pub(crate) words: Vec<Spanned<String>>,
    pub(crate) reason: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) reason: Spanned<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct DecaySettings {
    pub(crate) data_drift: Option<Setting<Spanned<String>>>,
}

/// A file that was understood as far as it goes without the others.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
    pub(crate) strict: bool,
    pub(crate) content: Content,
}

impl Parsed<'_> {
    pub(crate) fn error(&self, offset: usize, message: impl Into<String>) -> Error {
        error(self.name, self.text, offset, message.into())
    }
}

fn error(name: &str, text: &str, offset: usize, message: String) -> Error {
    let at = LineIndex::new(text).position(text, offset);
    Error::Rule {
        file: name.to_owned(),
        line: at.line,
        column: at.column,
        message,
    }
}

fn toml_error(name: &str, text: &str, found: &toml::de::Error) -> Error {
    let offset = found.span().map_or(0, |span| span.start);
    error(
        name,
        text,
        offset,
        found
            .message()
            .to_lowercase()
            .trim_end_matches('.')
            .to_owned(),
    )
}

/// Reads the policy.
///
/// # Errors
/// [`Error::Rule`] with the place.
pub(crate) fn read_policy(file: RuleFile<'_>) -> Result<Policy, Error> {
    toml::from_str(file.text).map_err(|found| toml_error(file.name, file.text, &found))
}

/// Reads one file; `strict` compiles its patterns at once, as is right for files that a person has just written.
///
/// # Errors
/// [`Error::Rule`] with the place.
pub(crate) fn read<'a>(file: RuleFile<'a>, strict: bool) -> Result<Parsed<'a>, Error> {
    let RuleFile { name, text } = file;
    let content: Content = toml::from_str(text).map_err(|found| toml_error(name, text, &found))?;
    let parsed = Parsed {
        name,
        text,
        strict,
        content,
    };
    let schema = &parsed.content.schema;
    if *schema.get_ref() != FORMAT {
        return Err(parsed.error(
            schema.span().start,
            format!(
                "`schema = {}`: this program reads format {FORMAT}",
                schema.get_ref()
            ),
        ));
    }
    if parsed.content.rule.len() > MOST_RULES {
        return Err(parsed.error(
            0,
            format!(
                "{} rules in one file: at most {MOST_RULES} are allowed",
                parsed.content.rule.len()
            ),
        ));
    }
    Ok(parsed)
}
