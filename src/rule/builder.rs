//! Builder: files of rules, context rules, vocabularies and overrides, put together to a rule set.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use toml::Spanned;

use crate::error::Error;
use crate::rule::ContextRule;
use crate::rule::ContextTest;
use crate::rule::Cue;
use crate::rule::Rule;
use crate::rule::RuleSet;
use crate::rule::file::ContextTestText;
use crate::rule::file::ContextText;
use crate::rule::file::CueText;
use crate::rule::file::Parsed;
use crate::rule::file::RuleText;
use crate::rule::label::Label;
use crate::rule::pattern::Pattern;
use crate::rule::pattern::Vocabulary;
use crate::rule::policy::Policy;
use crate::rule::prefilter::Prefilter;
use crate::taxonomy::Decay;
use crate::text::LineIndex;

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
            cues.push(self.cue(file, cue)?);
        }
        let line = LineIndex::new(file.text).line(text.id.span().start);
        let rule = Rule {
            id: id.clone(),
            title: text.title.clone(),
            label,
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

    fn cue(&self, file: &Parsed<'_>, text: &CueText) -> Result<Cue, Error> {
        let weight = *text.weight.get_ref();
        if !(-10.0..=10.0).contains(&weight) {
            return Err(file.error(
                text.weight.span().start,
                format!("a weight of {weight}: expected -10 to 10"),
            ));
        }
        let optional = |pattern: &Option<Spanned<String>>| {
            let pattern = pattern.as_ref();
            pattern
                .map(|pattern| self.pattern(file, pattern))
                .transpose()
        };
        Ok(Cue {
            name: text.name.get_ref().clone(),
            rule: 0,
            pattern: self.pattern(file, &text.pattern)?,
            weight,
            unless: optional(&text.unless)?,
            near: optional(&text.near)?,
            sections: text.sections.clone(),
            stateless: text.stateless,
            contrast: text.contrast,
        })
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
