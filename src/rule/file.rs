//! File: what stands in a TOML file of rules, context rules, vocabularies or overrides, as far as it can be told alone.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::classification::State;
use crate::error::Error;
use crate::postmortem::SectionKind;
use crate::rule::Direction;
use crate::rule::RuleFile;
use crate::rule::Status;
use crate::rule::policy::Policy;
use crate::text::LineIndex;
use crate::text::Position;

/// The version of the file format.
const FORMAT: i64 = 1;
/// The most rules that one file may hold.
const MOST_RULES: usize = 500;
/// The most bytes that a team's file may have.
const MOST_BYTES: usize = 1 << 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content {
    pub(crate) schema: Spanned<i64>,
    #[serde(default)]
    pub(crate) vocabulary: BTreeMap<Spanned<String>, WordList>,
    #[serde(default)]
    pub(crate) rule: Vec<RuleText>,
    #[serde(default)]
    pub(crate) context: Vec<ContextText>,
    #[serde(default)]
    pub(crate) disable: Vec<Disable>,
    #[serde(default)]
    pub(crate) extend: Vec<Extend>,
    pub(crate) assume_ml: Option<Spanned<Setting<bool>>>,
    #[serde(default)]
    pub(crate) decay: DecaySettings,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordList {
    pub(crate) about: Option<String>,
    pub(crate) words: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    pub(crate) id: Spanned<String>,
    pub(crate) title: Spanned<String>,
    pub(crate) label: Spanned<String>,
    #[serde(default = "stable")]
    pub(crate) status: Status,
    #[serde(default)]
    pub(crate) falsepositives: Vec<String>,
    #[serde(default)]
    pub(crate) references: Vec<String>,
    pub(crate) cue: Vec<CueText>,
    #[serde(default)]
    pub(crate) test: TestTexts,
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

/// The examples of a rule; each is one text.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct TestTexts {
    #[serde(rename = "match")]
    pub(crate) matches: Vec<Spanned<String>>,
    pub(crate) no_match: Vec<Spanned<String>>,
    pub(crate) negated: Vec<Spanned<String>>,
    pub(crate) suspected: Vec<Spanned<String>>,
    pub(crate) planned: Vec<Spanned<String>>,
    pub(crate) hypothetical: Vec<Spanned<String>>,
    pub(crate) historical: Vec<Spanned<String>>,
    pub(crate) listed: Vec<Spanned<String>>,
    pub(crate) todo_match: Vec<Spanned<String>>,
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
    pub(crate) text: Spanned<String>,
    pub(crate) target: String,
    pub(crate) expect: State,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Disable {
    pub(crate) rule: Spanned<String>,
    pub(crate) reason: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extend {
    pub(crate) vocabulary: Spanned<String>,
    pub(crate) words: Vec<Spanned<String>>,
    pub(crate) reason: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) reason: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecaySettings {
    #[serde(alias = "data-drift")]
    pub(crate) data_drift: Option<Spanned<Setting<Spanned<String>>>>,
}

/// What a file is for, as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A file of the shipped pack, which may hold anything.
    Shipped,
    /// A team's rules.
    Rules,
    /// A team's words.
    Words,
    /// A team's overrides.
    Overrides,
}

/// A file that was understood as far as it goes without the others.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    pub(crate) name: &'a str,
    text: &'a str,
    lines: LineIndex,
    pub(crate) kind: Kind,
    pub(crate) content: Content,
}

impl<'a> Parsed<'a> {
    /// Reads a file of the shipped pack.
    ///
    /// # Errors
    /// [`Error::Rule`] with the place.
    pub(crate) fn shipped(file: RuleFile<'a>) -> Result<Parsed<'a>, Error> {
        Parsed::read(file, Kind::Shipped)
    }

    /// Reads a team's own file; its name says what may stand in it.
    ///
    /// # Errors
    /// [`Error::Rule`] with the place.
    pub(crate) fn own(file: RuleFile<'a>) -> Result<Parsed<'a>, Error> {
        if file.text.len() > MOST_BYTES {
            let message = format!(
                "a file of {} bytes: at most {MOST_BYTES} are read",
                file.text.len()
            );
            return Err(error(file, 0, message));
        }
        let kind = match file.name.rsplit(['/', '\\']).next() {
            Some("overrides.toml") => Kind::Overrides,
            Some("vocabulary.toml") => Kind::Words,
            _ => Kind::Rules,
        };
        Parsed::read(file, kind)?.in_its_place()
    }

    fn read(file: RuleFile<'a>, kind: Kind) -> Result<Parsed<'a>, Error> {
        let RuleFile { name, text } = file;
        let content: Content = toml::from_str(text).map_err(|found| toml_error(file, &found))?;
        let parsed = Parsed {
            name,
            text,
            lines: LineIndex::new(text),
            kind,
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
        if let Some(rule) = parsed.content.rule.get(MOST_RULES) {
            let message = format!("more than {MOST_RULES} rules in one file: divide it");
            return Err(parsed.error(rule.id.span().start, message));
        }
        Ok(parsed)
    }

    /// Refuses what belongs in another of a team's files.
    fn in_its_place(self) -> Result<Parsed<'a>, Error> {
        let first = |spans: [Option<usize>; 4]| spans.into_iter().flatten().next();
        let of = &self.content;
        let rules = first([
            of.rule.first().map(|rule| rule.id.span().start),
            of.context.first().map(|context| context.id.span().start),
            None,
            None,
        ]);
        let words = of.vocabulary.keys().next().map(|name| name.span().start);
        let overrides = first([
            of.disable.first().map(|one| one.rule.span().start),
            of.extend.first().map(|one| one.vocabulary.span().start),
            of.assume_ml.as_ref().map(|one| one.span().start),
            of.decay.data_drift.as_ref().map(|one| one.span().start),
        ]);
        let strays = [
            (rules, Kind::Rules, "a rule", "a file in rules/"),
            (words, Kind::Words, "a vocabulary", "vocabulary.toml"),
            (overrides, Kind::Overrides, "an override", "overrides.toml"),
        ];
        for (at, kind, what, place) in strays {
            // Rules may bring the words with them that they are made of.
            let fits = kind == self.kind || (kind, self.kind) == (Kind::Words, Kind::Rules);
            if let Some(at) = at.filter(|_| !fits) {
                return Err(self.error(at, format!("{what} belongs in {place}, not in this file")));
            }
        }
        Ok(self)
    }

    /// Whether a team has written it.
    pub(crate) fn is_own(&self) -> bool {
        self.kind != Kind::Shipped
    }

    /// Where an offset stands.
    pub(crate) fn position(&self, offset: usize) -> Position {
        self.lines.position(self.text, offset)
    }

    /// What is wrong at an offset.
    pub(crate) fn error(&self, offset: usize, message: impl Into<String>) -> Error {
        let at = self.position(offset);
        Error::Rule {
            file: self.name.to_owned(),
            line: at.line,
            column: at.column,
            message: message.into(),
        }
    }
}

fn error(file: RuleFile<'_>, offset: usize, message: String) -> Error {
    let at = LineIndex::new(file.text).position(file.text, offset);
    Error::Rule {
        file: file.name.to_owned(),
        line: at.line,
        column: at.column,
        message,
    }
}

/// What the reader of TOML says, in the words of people who write rules.
fn toml_error(file: RuleFile<'_>, found: &toml::de::Error) -> Error {
    let offset = found.span().map_or(0, |span| span.start);
    let said = found.message().lines().collect::<Vec<_>>().join(", ");
    let said = match said.split_once("expected struct ") {
        Some((before, name)) if name.starts_with("Setting") => {
            format!("{before}expected `{{ value = …, reason = \"…\" }}`")
        }
        Some((before, _)) => format!("{before}expected a table"),
        None => said.replace("expected f64", "expected a number"),
    };
    let advice = match said.as_str() {
        "missing field `schema`" => ": begin the file with `schema = 1`",
        "missing field `cue`" => ": a rule has at least one `[[rule.cue]]`",
        "missing field `id`" => ": every rule has a name of its own, such as `id = \"ACME-001\"`",
        "missing field `label`" => {
            ": say what the rule speaks for, such as `label = \"failure_mode:schema-drift\"`"
        }
        "missing field `weight`" => ": 5 nearly names the label, 3 is a mechanism, 1 a hint",
        _ => "",
    };
    let mut chars = said.trim_end_matches('.').chars();
    let first = chars.next().map(|char| char.to_ascii_lowercase());
    let said: String = first.into_iter().chain(chars).collect();
    error(file, offset, format!("{said}{advice}"))
}

/// Reads the policy.
///
/// # Errors
/// [`Error::Rule`] with the place.
pub(crate) fn read_policy(file: RuleFile<'_>) -> Result<Policy, Error> {
    toml::from_str(file.text).map_err(|found| toml_error(file, &found))
}
