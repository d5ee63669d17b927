//! The TOML files of rules, context rules, vocabularies and overrides, read into a rule set.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::Deserialize;
use toml::Spanned;

use crate::classification::State;
use crate::error::Error;
use crate::postmortem::SectionKind;
use crate::rule::ContextRule;
use crate::rule::ContextTest;
use crate::rule::Cue;
use crate::rule::Direction;
use crate::rule::Rule;
use crate::rule::RuleFile;
use crate::rule::RuleSet;
use crate::rule::RuleTests;
use crate::rule::Status;
use crate::rule::label::Label;
use crate::rule::pattern::Pattern;
use crate::rule::pattern::Vocabulary;
use crate::rule::policy::Policy;
use crate::rule::prefilter::Prefilter;
use crate::taxonomy::Decay;
use crate::text::LineIndex;

/// The version of the file format.
const FORMAT: i64 = 1;
/// The most rules that one file may hold.
const MOST_RULES: usize = 500;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    schema: Spanned<i64>,
    #[serde(default)]
    vocabulary: BTreeMap<String, WordList>,
    #[serde(default)]
    rule: Vec<RuleText>,
    #[serde(default)]
    context: Vec<ContextText>,
    #[serde(default)]
    disable: Vec<Disable>,
    #[serde(default)]
    extend: Vec<Extend>,
    assume_ml: Option<Setting<bool>>,
    #[serde(default)]
    decay: DecaySettings,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WordList {
    #[allow(
        dead_code,
        reason = "read by people and by the page that is made of the file"
    )]
    about: String,
    words: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    id: Spanned<String>,
    title: String,
    label: Spanned<String>,
    #[serde(default = "stable")]
    status: Status,
    #[serde(default)]
    falsepositives: Vec<String>,
    #[serde(default)]
    references: Vec<String>,
    cue: Vec<CueText>,
    #[serde(default)]
    test: RuleTests,
}

fn stable() -> Status {
    Status::Stable
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CueText {
    name: Spanned<String>,
    pattern: Spanned<String>,
    weight: Spanned<f64>,
    unless: Option<Spanned<String>>,
    near: Option<Spanned<String>>,
    #[serde(default)]
    sections: Vec<SectionKind>,
    #[serde(default)]
    stateless: bool,
    #[serde(default)]
    contrast: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ContextText {
    id: Spanned<String>,
    state: Option<State>,
    direction: Direction,
    #[serde(default = "far")]
    reach: usize,
    #[serde(default)]
    causes_only: bool,
    patterns: Vec<Spanned<String>>,
    #[serde(default)]
    pseudo: Vec<Spanned<String>>,
    #[serde(default)]
    test: Vec<ContextTestText>,
}

fn far() -> usize {
    30
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ContextTestText {
    text: String,
    target: String,
    expect: State,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Disable {
    rule: Spanned<String>,
    reason: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Extend {
    vocabulary: Spanned<String>,
    words: Vec<Spanned<String>>,
    reason: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting<T> {
    value: T,
    reason: Spanned<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DecaySettings {
    data_drift: Option<Setting<Spanned<String>>>,
}

/// A file that was understood as far as it goes without the others.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    name: &'a str,
    text: &'a str,
    strict: bool,
    content: Content,
}

impl Parsed<'_> {
    fn error(&self, offset: usize, message: impl Into<String>) -> Error {
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

/// Puts files together to a rule set.
pub(crate) struct Builder {
    rules: Vec<(Rule, Vec<Cue>)>,
    contexts: Vec<ContextRule>,
    vocabulary: Vocabulary,
    policy: Policy,
    disabled: BTreeSet<String>,
    ids: BTreeSet<String>,
    overridden: bool,
}

impl Builder {
    pub(crate) fn new(policy: Policy) -> Builder {
        Builder {
            rules: Vec::new(),
            contexts: Vec::new(),
            vocabulary: Vocabulary::default(),
            policy,
            disabled: BTreeSet::new(),
            ids: BTreeSet::new(),
            overridden: false,
        }
    }

    /// Adds the vocabularies of a file, before any pattern is read.
    pub(crate) fn add_words(&mut self, file: &Parsed<'_>) -> Result<(), Error> {
        for (name, list) in &file.content.vocabulary {
            let words = list.words.iter().map(|word| word.get_ref().clone());
            self.vocabulary.extend(name, words);
        }
        for extend in &file.content.extend {
            reason(file, &extend.reason)?;
            let name = extend.vocabulary.get_ref();
            if self.vocabulary.words(name).is_none() {
                let names: Vec<&str> = self.vocabulary.names().collect();
                let known = names.join(", ");
                return Err(file.error(
                    extend.vocabulary.span().start,
                    format!("no vocabulary has the name `{name}`: expected one of {known}"),
                ));
            }
            for word in &extend.words {
                let plain = plain_words(word.get_ref()).ok_or_else(|| {
                    file.error(
                        word.span().start,
                        format!("`{}` is not made of words", word.get_ref()),
                    )
                })?;
                self.vocabulary.extend(name, [plain]);
            }
        }
        Ok(())
    }

    /// Adds the rules, context rules and overrides of a file.
    pub(crate) fn add_rules(&mut self, file: &Parsed<'_>) -> Result<(), Error> {
        self.overridden |= file.strict;
        for rule in &file.content.rule {
            self.add_rule(file, rule)?;
        }
        for context in &file.content.context {
            self.add_context(file, context)?;
        }
        for disable in &file.content.disable {
            reason(file, &disable.reason)?;
            let id = disable.rule.get_ref();
            if !self.ids.contains(id) {
                return Err(file.error(
                    disable.rule.span().start,
                    format!("no rule has the id `{id}`: `pm-kb rules list` shows them"),
                ));
            }
            self.disabled.insert(id.clone());
        }
        if let Some(setting) = &file.content.assume_ml {
            reason(file, &setting.reason)?;
            self.policy.gate.assume_ml = setting.value;
        }
        if let Some(setting) = &file.content.decay.data_drift {
            reason(file, &setting.reason)?;
            self.policy.decay.data_drift = match setting.value.get_ref().as_str() {
                "data-decay" => Decay::DataDecay,
                "model-decay" => Decay::ModelDecay,
                other => {
                    let message = format!("`{other}`: expected `data-decay` or `model-decay`");
                    return Err(file.error(setting.value.span().start, message));
                }
            };
        }
        Ok(())
    }

    fn add_rule(&mut self, file: &Parsed<'_>, text: &RuleText) -> Result<(), Error> {
        let id = text.id.get_ref();
        self.claim(file, &text.id)?;
        let label = Label::parse(text.label.get_ref())
            .map_err(|found| file.error(text.label.span().start, found.to_string()))?;
        let mut cues: Vec<Cue> = Vec::with_capacity(text.cue.len());
        for cue in &text.cue {
            if cues.iter().any(|other| other.name == *cue.name.get_ref()) {
                return Err(file.error(
                    cue.name.span().start,
                    format!("`{id}` has two cues named `{}`", cue.name.get_ref()),
                ));
            }
            let weight = *cue.weight.get_ref();
            if !(-10.0..=10.0).contains(&weight) {
                return Err(file.error(
                    cue.weight.span().start,
                    format!("a weight of {weight}: expected -10 to 10"),
                ));
            }
            let optional = |pattern: &Option<Spanned<String>>| {
                pattern
                    .as_ref()
                    .map(|pattern| self.pattern(file, pattern))
                    .transpose()
            };
            cues.push(Cue {
                name: cue.name.get_ref().clone(),
                rule: 0,
                pattern: self.pattern(file, &cue.pattern)?,
                weight,
                unless: optional(&cue.unless)?,
                near: optional(&cue.near)?,
                sections: cue.sections.clone(),
                stateless: cue.stateless,
                contrast: cue.contrast,
            });
        }
        let line = LineIndex::new(file.text).line(text.id.span().start);
        let rule = Rule {
            id: id.clone(),
            title: text.title.clone(),
            label,
            label_name: label.to_string(),
            status: text.status,
            false_positives: text.falsepositives.clone(),
            references: text.references.clone(),
            file: file.name.to_owned(),
            line,
            cues: 0..0,
            tests: text.test.clone(),
        };
        self.rules.push((rule, cues));
        Ok(())
    }

    fn add_context(&mut self, file: &Parsed<'_>, text: &ContextText) -> Result<(), Error> {
        self.claim(file, &text.id)?;
        let pseudo = |builder: &Builder| -> Result<Vec<Pattern>, Error> {
            text.pseudo
                .iter()
                .map(|pattern| builder.pattern(file, pattern))
                .collect()
        };
        for pattern in &text.patterns {
            self.contexts.push(ContextRule {
                id: text.id.get_ref().clone(),
                state: text.state,
                direction: text.direction,
                reach: text.reach,
                causes_only: text.causes_only,
                pattern: self.pattern(file, pattern)?,
                pseudo: pseudo(self)?,
                tests: Vec::new(),
            });
        }
        if let Some(last) = self.contexts.last_mut() {
            last.tests = text.test.iter().map(ContextTest::from).collect();
        }
        Ok(())
    }

    fn claim(&mut self, file: &Parsed<'_>, id: &Spanned<String>) -> Result<(), Error> {
        if self.ids.insert(id.get_ref().clone()) {
            return Ok(());
        }
        Err(file.error(
            id.span().start,
            format!(
                "`{}` is the id of another rule: give this one its own",
                id.get_ref()
            ),
        ))
    }

    fn pattern(&self, file: &Parsed<'_>, text: &Spanned<String>) -> Result<Pattern, Error> {
        let pattern = Pattern::new(text.get_ref(), &self.vocabulary).and_then(|pattern| {
            if file.strict {
                pattern.check()?;
            }
            Ok(pattern)
        });
        pattern.map_err(|message| file.error(text.span().start, message))
    }

    /// The rule set, rules sorted by id.
    pub(crate) fn finish(mut self, hash: &str) -> RuleSet {
        self.rules
            .sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        let mut rules = Vec::with_capacity(self.rules.len());
        let mut all: Vec<Cue> = Vec::new();
        for (index, (mut rule, cues)) in self.rules.into_iter().enumerate() {
            rule.cues = all.len()..all.len() + cues.len();
            all.extend(cues.into_iter().map(|cue| Cue { rule: index, ..cue }));
            rules.push(rule);
        }
        let cue_parts = all.iter().map(|cue| cue.pattern.required(&self.vocabulary));
        let context_parts = self
            .contexts
            .iter()
            .map(|context| context.pattern.required(&self.vocabulary));
        let parts: Vec<_> = cue_parts.chain(context_parts).collect();
        let own = if self.overridden { "+own" } else { "" };
        RuleSet {
            digest: format!("{}{own} {hash}", self.policy.version),
            leaning: crate::rule::Leaning::default(),
            tellings: BTreeMap::new(),
            lexicon: OnceLock::new(),
            prefilter: Prefilter::new(&parts),
            rules,
            cues: all,
            contexts: self.contexts,
            vocabulary: self.vocabulary,
            policy: self.policy,
            disabled: self.disabled,
        }
    }
}

impl From<&ContextTestText> for ContextTest {
    fn from(text: &ContextTestText) -> ContextTest {
        ContextTest {
            text: text.text.clone(),
            target: text.target.clone(),
            expect: text.expect,
        }
    }
}

fn reason(file: &Parsed<'_>, reason: &Spanned<String>) -> Result<(), Error> {
    if reason.get_ref().trim().is_empty() {
        return Err(file.error(
            reason.span().start,
            "an empty reason: say why, for whoever reads this next",
        ));
    }
    Ok(())
}

/// A team's own word as a pattern: words of letters, digits, `_` and `-`, each matched as it stands.
fn plain_words(text: &str) -> Option<String> {
    let shadow = crate::rule::pattern::plain(text);
    (!shadow.is_empty()).then_some(shadow)
}
