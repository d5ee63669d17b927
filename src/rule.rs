//! Rule, Cue, ContextRule, Policy, RuleSet: what the classifier knows, declared in `/schema` and in a team's own files.

mod beginning;
mod builder;
mod cell;
mod digest;
mod example;
mod feature;
mod file;
mod label;
mod leaning;
mod lexicon;
mod own;
mod pattern;
mod policy;
mod prefilter;
mod telling;
mod trie;
mod vocabulary;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::OnceLock;

use crate::classification::State;
use crate::error::Error;
use crate::postmortem::SectionKind;
use crate::schema;
use crate::text::Position;

pub use crate::rule::beginning::Beginnings;
pub use crate::rule::beginning::Required;
pub use crate::rule::example::Example;
pub use crate::rule::example::RuleTests;
pub use crate::rule::feature::Feature;
pub use crate::rule::feature::Features;
use crate::rule::file::Parsed;
pub use crate::rule::label::Label;
pub use crate::rule::label::Signal;
pub use crate::rule::leaning::Cause;
pub use crate::rule::leaning::KINDS;
pub use crate::rule::leaning::Leaning;
pub use crate::rule::leaning::Term;
pub use crate::rule::leaning::Words;
pub use crate::rule::leaning::attention;
pub use crate::rule::leaning::stem;
pub use crate::rule::leaning::terms;
pub use crate::rule::lexicon::Lexicon;
pub use crate::rule::lexicon::PARTS;
pub use crate::rule::lexicon::Rows;
pub use crate::rule::pattern::Pattern;

pub use crate::rule::policy::Bin;
pub use crate::rule::policy::Policy;
use crate::rule::prefilter::Guards;
pub(crate) use crate::rule::prefilter::Places;
use crate::rule::prefilter::Prefilter;
pub use crate::rule::telling::Seen;
pub use crate::rule::telling::Telling;
pub use crate::rule::telling::Told;
pub use crate::rule::vocabulary::Vocabulary;

/// How settled a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// New: shown by `rules list`, and in force.
    Experimental,
    /// In force.
    Stable,
    /// Kept for its id, not in force.
    Deprecated,
}

impl Status {
    /// The id as it stands in files and outputs.
    pub fn id(self) -> &'static str {
        match self {
            Status::Experimental => "experimental",
            Status::Stable => "stable",
            Status::Deprecated => "deprecated",
        }
    }
}

/// A rule: cues that all speak for one label.
#[derive(Debug)]
pub struct Rule {
    /// Its stable name, such as `PMK-STALE-003`.
    pub id: String,
    /// What it finds.
    pub title: String,
    /// What it speaks for.
    pub label: Label,
    /// The same as text.
    pub label_name: String,
    /// How settled it is.
    pub status: Status,
    /// What it is known to find wrongly.
    pub false_positives: Vec<String>,
    /// Where it comes from.
    pub references: Vec<String>,
    /// The file that declares it.
    pub file: String,
    /// Its line there.
    pub line: u32,
    /// Whether a team has written it.
    pub is_own: bool,
    /// Its cues, as indices into [`RuleSet::cues`].
    pub cues: std::ops::Range<usize>,
    /// Its tests.
    pub tests: RuleTests,
}

/// One pattern of a rule and its weight.
#[derive(Debug)]
pub struct Cue {
    /// Its name within the rule.
    pub name: String,
    /// The rule that it belongs to, as index into [`RuleSet::rules`].
    pub rule: usize,
    /// The line of its pattern in the rule's file.
    pub line: u32,
    /// What is looked for in a sentence.
    pub pattern: Pattern,
    /// 5 nearly names the label, 3 is a mechanism, 1 a hint.
    pub weight: f64,
    /// Where this matches the same sentence, the cue is void.
    pub unless: Option<Pattern>,
    /// Where this matches neither the sentence nor one beside it, the cue is void.
    pub near: Option<Pattern>,
    /// The only sections that it is looked for in; empty for all.
    pub sections: Vec<SectionKind>,
    /// The state of the text around does not touch it.
    pub stateless: bool,
    /// It tells of two sides that differ, so that a `not` inside it is no denial.
    pub contrast: bool,
}

/// On which side of its trigger a context rule qualifies cues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The cues after it.
    Forward,
    /// The cues before it.
    Backward,
    /// The whole sentence.
    Sentence,
    /// The whole sentence and the one before it.
    Previous,
    /// Ends the reach of triggers.
    Terminate,
    /// Affirms the whole sentence against suspicion, and marks the one before it as reversed.
    Reversal,
}

/// Words that qualify the cues near them: denials, suspicions, plans.
#[derive(Debug)]
pub struct ContextRule {
    /// Its stable name.
    pub id: String,
    /// The state that it gives; `None` for the ends of reach and for reversals.
    pub state: Option<State>,
    /// Which cues it reaches.
    pub direction: Direction,
    /// How many words it reaches.
    pub reach: usize,
    /// It qualifies causes only, and not what was done or who noticed.
    pub causes_only: bool,
    /// The words.
    pub pattern: Pattern,
    /// Where this matches over the trigger, it is none.
    pub pseudo: Vec<Pattern>,
    /// The file that declares it.
    pub file: String,
    /// Whether a team has written it.
    pub is_own: bool,
    /// Examples: a text, the words that are qualified, and the state that they must have.
    pub tests: Vec<ContextTest>,
}

/// An example of a context rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextTest {
    /// The sentence.
    pub text: String,
    /// The words in it that are qualified.
    pub target: String,
    /// The state that they must have.
    pub expect: State,
    /// Where the sentence stands in the rule's file.
    pub position: Position,
}

/// A file of rules, context, vocabulary or overrides, with the name that messages use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleFile<'a> {
    /// The name.
    pub name: &'a str,
    /// The text, TOML.
    pub text: &'a str,
}

/// The rules in force: the shipped pack, and what a team has added or switched off.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    cues: Vec<Cue>,
    contexts: Vec<ContextRule>,
    vocabulary: Arc<Vocabulary>,
    policy: Policy,
    disabled: BTreeSet<String>,
    prefilter: Prefilter,
    guards: Guards,
    leaning: Leaning,
    tellings: BTreeMap<String, Telling>,
    /// Made from the tables above when the first document is read.
    lexicon: OnceLock<Lexicon>,
    digest: String,
}

impl RuleSet {
    /// The shipped pack.
    pub fn shipped() -> RuleSet {
        RuleSet::load(&[]).expect("the shipped pack is checked by tests/rules.rs")
    }

    /// The shipped pack with a team's own files over it: rules, words, overrides, as the names of the files say.
    ///
    /// # Errors
    /// [`Error::Rule`] with file, line and column for everything that cannot be used.
    pub fn load(own: &[RuleFile<'_>]) -> Result<RuleSet, Vec<Error>> {
        let shipped = |name| RuleFile {
            name,
            text: schema::file(name),
        };
        let embedded = |folder, ending| {
            let files = schema::folder(folder, ending).into_iter();
            files.map(|file| RuleFile {
                name: file.path,
                text: file.text,
            })
        };
        let mut pack = vec![shipped("vocabulary.toml")];
        pack.extend(embedded("rules", ".toml"));
        pack.extend(embedded("rules/context", ".toml"));
        let mut rules = RuleSet::build(shipped("policy.toml"), &pack, own)?
            .with_leaning(shipped("leaning.tsv"))
            .map_err(|problem| vec![problem])?;
        for file in embedded("telling", ".tsv") {
            rules = rules.with_telling(file).map_err(|problem| vec![problem])?;
        }
        Ok(rules)
    }

    /// The same rules with another table of words, which is part of the digest; an empty text is no table.
    ///
    /// # Errors
    /// As [`Leaning::parse`].
    pub fn with_leaning(mut self, file: RuleFile<'_>) -> Result<RuleSet, Error> {
        self.leaning = Leaning::parse(file.name, file.text)?;
        self.lexicon = OnceLock::new();
        self.digest = digest::with(&self.digest, file.text);
        Ok(self)
    }

    /// The same rules with another table for one facet, named as its file; the table is part of the digest.
    ///
    /// # Errors
    /// As [`Telling::parse`].
    pub fn with_telling(mut self, file: RuleFile<'_>) -> Result<RuleSet, Error> {
        let table = Telling::parse(file.name, file.text)?;
        let name = file.name.rsplit('/').next().unwrap_or(file.name);
        let name = name.strip_suffix(".tsv").unwrap_or(name);
        self.tellings.insert(name.to_owned(), table);
        self.lexicon = OnceLock::new();
        self.digest = digest::with(&self.digest, file.text);
        Ok(self)
    }

    /// The table that decides a facet, where there is one.
    pub fn telling(&self, name: &str) -> Option<&Telling> {
        self.tellings.get(name)
    }

    /// How much each everyday word speaks for each kind of cause.
    pub fn leaning(&self) -> &Leaning {
        &self.leaning
    }

    /// A pack of one's own instead of the shipped one, with a team's files over it.
    ///
    /// # Errors
    /// [`Error::Rule`] with file, line and column for the first thing that cannot be used.
    pub fn of(
        policy: RuleFile<'_>,
        pack: &[RuleFile<'_>],
        own: &[RuleFile<'_>],
    ) -> Result<RuleSet, Error> {
        RuleSet::build(policy, pack, own).map_err(|mut problems| problems.swap_remove(0))
    }

    fn build(
        policy: RuleFile<'_>,
        pack: &[RuleFile<'_>],
        own: &[RuleFile<'_>],
    ) -> Result<RuleSet, Vec<Error>> {
        let read = file::read_policy(policy).map_err(|problem| vec![problem])?;
        let mut builder = builder::Builder::new(read);
        let mut hasher = blake3::Hasher::new();
        hasher.update(policy.text.as_bytes());
        let mut parsed = Vec::with_capacity(pack.len() + own.len());
        let shipped = pack.iter().map(|file| (file, Parsed::shipped(*file)));
        let team = own.iter().map(|file| (file, Parsed::own(*file)));
        for (file, read) in shipped.chain(team) {
            hasher.update(&(file.text.len() as u64).to_le_bytes());
            hasher.update(file.text.as_bytes());
            parsed.extend(builder.note(read));
        }
        parsed.iter().for_each(|file| builder.add_words(file));
        parsed.iter().for_each(|file| builder.try_words(file));
        // A word that cannot be used spoils every pattern that it is part of: only the word is told of.
        builder.stop_at_problems()?;
        parsed.iter().for_each(|file| builder.add_rules(file));
        parsed.iter().for_each(|file| builder.override_with(file));
        let hash = hasher.finalize().to_hex();
        builder.finish(&hash.as_str()[..12])
    }

    /// Pack version and digest of everything that decides: the same text, the same labels.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The rules, sorted by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The cues of all rules.
    pub fn cues(&self) -> &[Cue] {
        &self.cues
    }

    /// The context rules.
    pub fn contexts(&self) -> &[ContextRule] {
        &self.contexts
    }

    /// The vocabularies.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// How hits are weighed and labels decided.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The rule with this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// Whether a rule is in force.
    pub fn is_enabled(&self, rule: &Rule) -> bool {
        rule.status != Status::Deprecated && !self.disabled.contains(&rule.id)
    }

    /// Whether a team has switched a rule off.
    pub fn is_disabled(&self, rule: &Rule) -> bool {
        self.disabled.contains(&rule.id)
    }

    /// The number of cues of every rule that is in force.
    pub fn counts(&self) -> BTreeMap<&str, usize> {
        self.rules
            .iter()
            .filter(|rule| self.is_enabled(rule))
            .map(|rule| (rule.id.as_str(), rule.cues.len()))
            .collect()
    }
}
