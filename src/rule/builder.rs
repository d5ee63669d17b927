//! Builder: files of rules, context rules, vocabularies and overrides, put together to a rule set.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::OnceLock;

use toml::Spanned;

use crate::error::Error;
use crate::rule::Beginnings;
use crate::rule::ContextRule;
use crate::rule::ContextTest;
use crate::rule::Cue;
use crate::rule::Rule;
use crate::rule::RuleSet;
use crate::rule::RuleTests;
use crate::rule::file::ContextText;
use crate::rule::file::CueText;
use crate::rule::file::Parsed;
use crate::rule::file::RuleText;
use crate::rule::label::Label;
use crate::rule::own;
use crate::rule::own::reason;
use crate::rule::own::word_of;
use crate::rule::pattern::Pattern;
use crate::rule::policy::Policy;
use crate::rule::prefilter::Guards;
use crate::rule::prefilter::Prefilter;
use crate::rule::vocabulary::Vocabulary;
use crate::taxonomy::Decay;

/// The most cues that a team's files may have together, so that they are read in a moment.
const MOST_CUES: usize = 2000;

/// Puts files together to a rule set, and gathers what is wrong with them.
pub(crate) struct Builder {
    rules: Vec<(Rule, Vec<Cue>)>,
    contexts: Vec<ContextRule>,
    vocabulary: Arc<Vocabulary>,
    policy: Policy,
    disabled: BTreeSet<String>,
    ids: BTreeMap<String, String>,
    own_cues: usize,
    overridden: bool,
    problems: Vec<Error>,
}

impl Builder {
    pub(crate) fn new(policy: Policy) -> Builder {
        Builder {
            rules: Vec::new(),
            contexts: Vec::new(),
            vocabulary: Arc::default(),
            policy,
            disabled: BTreeSet::new(),
            ids: BTreeMap::new(),
            own_cues: 0,
            overridden: false,
            problems: Vec::new(),
        }
    }

    /// Notes a problem; the value where there is none.
    pub(crate) fn note<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// Ends the building where something is wrong.
    pub(crate) fn stop_at_problems(&mut self) -> Result<(), Vec<Error>> {
        match self.problems.is_empty() {
            true => Ok(()),
            false => Err(std::mem::take(&mut self.problems)),
        }
    }

    /// Adds the vocabularies of a file, before any pattern is read.
    pub(crate) fn add_words(&mut self, file: &Parsed<'_>) {
        for (name, list) in &file.content.vocabulary {
            let known = self.vocabulary.words(name.get_ref()).is_some();
            if file.is_own() && !known && list.about.is_none() {
                let message = format!(
                    "a new vocabulary `{}` without `about`: say in a word what is in it, or \
                     extend one that there is: {}",
                    name.get_ref(),
                    self.names()
                );
                self.problems.push(file.error(name.span().start, message));
            }
            if file.is_own() && list.words.is_empty() {
                let message = format!("no words in `{}`: write at least one", name.get_ref());
                self.problems.push(file.error(name.span().start, message));
            }
            if let Some(about) = &list.about {
                Arc::make_mut(&mut self.vocabulary).describe(name.get_ref(), about);
            }
            for word in &list.words {
                let word = word_of(file, word);
                if let Some(word) = self.note(word) {
                    Arc::make_mut(&mut self.vocabulary).extend(name.get_ref(), [word]);
                }
            }
        }
        for extend in &file.content.extend {
            let reasoned = reason(file, extend.vocabulary.span().start, &extend.reason);
            self.note(reasoned);
            let name = extend.vocabulary.get_ref();
            if self.vocabulary.words(name).is_none() {
                let message = format!(
                    "no vocabulary has the name `{name}`: expected one of {}",
                    self.names()
                );
                let problem = file.error(extend.vocabulary.span().start, message);
                self.problems.push(problem);
                continue;
            }
            for word in &extend.words {
                if let Some(word) = self.note(word_of(file, word)) {
                    Arc::make_mut(&mut self.vocabulary).extend(name, [word]);
                }
            }
        }
    }

    fn names(&self) -> String {
        self.vocabulary.names().collect::<Vec<_>>().join(", ")
    }

    /// Tries the words of a team's file as patterns, after all vocabularies are there.
    pub(crate) fn try_words(&mut self, file: &Parsed<'_>) {
        if !file.is_own() {
            return;
        }
        let listed = file.content.vocabulary.values().map(|list| &list.words);
        let extended = file.content.extend.iter().map(|extend| &extend.words);
        let words: Vec<&Spanned<String>> = listed.chain(extended).flatten().collect();
        for word in words {
            let Ok(text) = word_of(file, word) else {
                continue;
            };
            let tried = self.pattern_of(file, &text, word.span().start);
            self.note(tried);
        }
    }

    /// Adds the rules and context rules of a file.
    pub(crate) fn add_rules(&mut self, file: &Parsed<'_>) {
        self.overridden |= file.is_own();
        for rule in &file.content.rule {
            let added = self.add_rule(file, rule);
            self.note(added);
        }
        for context in &file.content.context {
            let added = self.add_context(file, context);
            self.note(added);
        }
    }

    /// Applies the overrides of a file, after all rules are there.
    pub(crate) fn override_with(&mut self, file: &Parsed<'_>) {
        for disable in &file.content.disable {
            let at = disable.rule.span().start;
            self.note(reason(file, at, &disable.reason));
            let id = disable.rule.get_ref();
            if self.ids.contains_key(id) {
                self.disabled.insert(id.clone());
            } else {
                let message = format!("no rule has the id `{id}`: `pm-kb rules list` shows them");
                self.problems.push(file.error(at, message));
            }
        }
        if let Some(spanned) = &file.content.assume_ml {
            let setting = spanned.get_ref();
            self.note(reason(file, spanned.span().start, &setting.reason));
            self.policy.gate.assume_ml = setting.value;
        }
        if let Some(spanned) = &file.content.decay.data_drift {
            let setting = spanned.get_ref();
            self.note(reason(file, spanned.span().start, &setting.reason));
            match setting.value.get_ref().as_str() {
                "data-decay" => self.policy.decay.data_drift = Decay::DataDecay,
                "model-decay" => self.policy.decay.data_drift = Decay::ModelDecay,
                other => {
                    let message = format!("`{other}`: expected `data-decay` or `model-decay`");
                    let at = setting.value.span().start;
                    self.problems.push(file.error(at, message));
                }
            }
        }
    }

    fn add_rule(&mut self, file: &Parsed<'_>, text: &RuleText) -> Result<(), Error> {
        let id = text.id.get_ref();
        self.claim(file, &text.id)?;
        let label = Label::parse(text.label.get_ref())
            .map_err(|found| file.error(text.label.span().start, found.to_string()))?;
        let tests = RuleTests::of(file, &text.test);
        if file.is_own() {
            own::expect(file, text)?;
            self.own_cues += text.cue.len();
            if self.own_cues > MOST_CUES {
                let message = format!("more than {MOST_CUES} cues in all files together");
                return Err(file.error(text.id.span().start, message));
            }
        }
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
        let rule = Rule {
            id: id.clone(),
            title: text.title.get_ref().clone(),
            label,
            label_name: label.to_string(),
            status: text.status,
            false_positives: text.falsepositives.clone(),
            references: text.references.clone(),
            file: file.name.to_owned(),
            line: file.position(text.id.span().start).line,
            is_own: file.is_own(),
            cues: 0..0,
            tests,
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
            line: file.position(text.pattern.span().start).line,
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
        if file.is_own() && text.test.is_empty() {
            let message = format!(
                "`{}` has no test: write a `[[context.test]]`",
                text.id.get_ref()
            );
            return Err(file.error(text.id.span().start, message));
        }
        for pattern in &text.patterns {
            let pseudo = text.pseudo.iter();
            let pseudo: Result<_, Error> =
                pseudo.map(|pattern| self.pattern(file, pattern)).collect();
            self.contexts.push(ContextRule {
                id: text.id.get_ref().clone(),
                state: text.state,
                direction: text.direction,
                reach: text.reach,
                causes_only: text.causes_only,
                pattern: self.pattern(file, pattern)?,
                pseudo: pseudo?,
                file: file.name.to_owned(),
                is_own: file.is_own(),
                tests: Vec::new(),
            });
        }
        if let Some(last) = self.contexts.last_mut() {
            let tests = text.test.iter().map(|test| ContextTest {
                text: test.text.get_ref().clone(),
                target: test.target.clone(),
                expect: test.expect,
                position: file.position(test.text.span().start),
            });
            last.tests = tests.collect();
        }
        Ok(())
    }

    fn claim(&mut self, file: &Parsed<'_>, id: &Spanned<String>) -> Result<(), Error> {
        let text = id.get_ref();
        let at = id.span().start;
        if file.is_own() {
            own::expect_id(file, id, self.ids.contains_key(text))?;
        }
        let from = file
            .name
            .rmatch_indices('/')
            .nth(1)
            .map_or(0, |(at, _)| at + 1);
        let here = format!("{}:{}", &file.name[from..], file.position(at).line);
        match self.ids.insert(text.clone(), here) {
            None => Ok(()),
            Some(other) => Err(file.error(
                at,
                format!("`{text}` is the id of another rule ({other}): give this one its own"),
            )),
        }
    }

    fn pattern(&self, file: &Parsed<'_>, text: &Spanned<String>) -> Result<Pattern, Error> {
        self.pattern_of(file, text.get_ref(), text.span().start)
    }

    fn pattern_of(&self, file: &Parsed<'_>, text: &str, at: usize) -> Result<Pattern, Error> {
        let pattern = Pattern::new(text, &self.vocabulary).and_then(|pattern| {
            if file.is_own() {
                pattern.check()?;
            }
            Ok(pattern)
        });
        pattern.map_err(|message| file.error(at, message))
    }

    /// The rule set, rules sorted by id.
    ///
    /// # Errors
    /// Everything that is wrong with the files.
    pub(crate) fn finish(mut self, hash: &str) -> Result<RuleSet, Vec<Error>> {
        self.stop_at_problems()?;
        self.rules
            .sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        let disabled = &self.disabled;
        self.contexts
            .retain(|context| !disabled.contains(&context.id));
        let mut rules = Vec::with_capacity(self.rules.len());
        let mut all: Vec<Cue> = Vec::new();
        for (index, (mut rule, cues)) in self.rules.into_iter().enumerate() {
            rule.cues = all.len()..all.len() + cues.len();
            all.extend(cues.into_iter().map(|cue| Cue { rule: index, ..cue }));
            rules.push(rule);
        }
        let patterns = all.iter().map(|cue| &cue.pattern);
        let patterns = patterns.chain(self.contexts.iter().map(|context| &context.pattern));
        // What voids a cue or covers a trigger is never looked for by itself, only behind these.
        let voids = all.iter().flat_map(|cue| &cue.unless);
        let covers = self.contexts.iter().flat_map(|context| &context.pseudo);
        let mut beginnings = Beginnings::new(&self.vocabulary);
        let parts: Vec<_> = patterns
            .chain(voids)
            .chain(covers)
            .map(|pattern| beginnings.required(pattern.source()))
            .collect();
        let looked_for = all.len() + self.contexts.len();
        let own = if self.overridden { "+own" } else { "" };
        Ok(RuleSet {
            digest: format!("{}{own} {hash}", self.policy.version),
            leaning: crate::rule::Leaning::default(),
            tellings: BTreeMap::new(),
            lexicon: OnceLock::new(),
            prefilter: Prefilter::new(&parts, looked_for),
            guards: Guards::of(&all, &self.contexts),
            rules,
            cues: all,
            contexts: self.contexts,
            vocabulary: self.vocabulary,
            policy: self.policy,
            disabled: self.disabled,
        })
    }
}
