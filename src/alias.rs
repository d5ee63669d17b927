//! Aliases: the one name that a team gives to a service, a model or a team that its documents call by several.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::error::Error;
use crate::record::Overruled;
use crate::record::Record;
use crate::text::LineIndex;
use crate::verdict;
use crate::verdict::Field;

/// What may have several names, with the fields that such names stand in.
const SORTS: &[(&str, &[&str])] = &[
    ("services", &["services"]),
    ("models", &["models"]),
    ("teams", &["team", "origin_team"]),
];

/// Words that many names end with and that tell nothing apart.
const EMPTY_WORDS: &[&str] = &[
    "service",
    "services",
    "svc",
    "server",
    "api",
    "app",
    "system",
    "model",
    "team",
    "squad",
    "the",
    "prod",
    "production",
];

/// Names that differ by less than this are suggested for one thing, as Jaro-Winkler similarity.
const NEAR: f64 = 0.95;

/// The shortest name that may be a misspelling of another.
const LONG_ENOUGH: usize = 7;

/// What a team has settled in its `aliases.toml`: other names to the one that counts, by sort.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Aliases {
    names: BTreeMap<&'static str, BTreeMap<String, String>>,
}

/// Two names that are likely one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likely {
    /// `services`, `models` or `teams`: the table of `aliases.toml`.
    pub sort: &'static str,
    /// The name that more records have, with how many.
    pub name: (String, usize),
    /// The other name, with how many.
    pub other: (String, usize),
}

impl Likely {
    /// The line that makes them one, to stand below the table of the sort.
    pub fn line(&self) -> String {
        let name = serde_json::Value::from(self.name.0.as_str());
        let other = serde_json::Value::from(self.other.0.as_str());
        format!("{name} = [{other}]")
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct File {
    services: BTreeMap<String, Vec<toml::Spanned<String>>>,
    models: BTreeMap<String, Vec<toml::Spanned<String>>>,
    teams: BTreeMap<String, Vec<toml::Spanned<String>>>,
}

impl Aliases {
    /// Reads an `aliases.toml`: tables `services`, `models` and `teams`, in each a name and the list of its other names.
    /// Case and punctuation do not matter.
    ///
    /// # Errors
    /// [`Error::Rule`] with file, line and column; also where one name is to be two things.
    pub fn parse(file: &str, text: &str) -> Result<Aliases, Error> {
        let wrong = |at: usize, message: String| {
            let at = LineIndex::new(text).position(text, at);
            Error::Rule {
                file: file.to_owned(),
                line: at.line,
                column: at.column,
                message,
            }
        };
        let read: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            wrong(at, error.message().to_owned())
        })?;
        let mut names = BTreeMap::new();
        for (sort, table) in [
            ("services", read.services),
            ("models", read.models),
            ("teams", read.teams),
        ] {
            let mut to_name: BTreeMap<String, String> = BTreeMap::new();
            for (name, others) in &table {
                to_name.insert(key(name), name.clone());
                for other in others {
                    let before = to_name.insert(key(other.get_ref()), name.clone());
                    if let Some(before) = before.filter(|before| before != name) {
                        let found = other.get_ref();
                        let message = format!("`{found}` is to be both `{before}` and `{name}`");
                        return Err(wrong(other.span().start, message));
                    }
                }
            }
            names.insert(sort, to_name);
        }
        Ok(Aliases { names })
    }

    /// The name that counts of a name of a sort: itself where nothing is settled.
    pub fn name<'a>(&'a self, sort: &str, name: &'a str) -> &'a str {
        let settled = self.names.get(sort).and_then(|names| names.get(&key(name)));
        settled.map_or(name, String::as_str)
    }

    /// Puts the names that count in the place of others, and keeps what the document said.
    pub fn lay(&self, record: &mut Record) {
        for (sort, field) in fields() {
            let before = verdict::fact(record, field);
            let mut after = before.clone();
            self.rename(sort, &mut after);
            if after != before {
                let overruled = &mut record.lineage.overruled;
                overruled.entry(field.id().to_owned()).or_insert(Overruled {
                    verdict: None,
                    before,
                });
                verdict::set_fact(record, field, after);
            }
        }
    }

    /// Takes the names that were put in the place of others back, but for those that a verdict of the ledger stands on.
    pub fn lift(record: &mut Record) {
        for (_, field) in fields() {
            let overruled = &mut record.lineage.overruled;
            let is_ours = overruled
                .get(field.id())
                .is_some_and(|one| one.verdict.is_none());
            if is_ours && let Some(one) = overruled.remove(field.id()) {
                verdict::set_fact(record, field, one.before);
            }
        }
    }

    fn rename(&self, sort: &str, fact: &mut Value) {
        let rename = |fact: &mut Value| {
            if let Some(Value::String(name)) = fact.get_mut("value") {
                *name = self.name(sort, name).to_owned();
            }
        };
        let Value::Array(facts) = fact else {
            return rename(fact);
        };
        facts.iter_mut().for_each(rename);
        let mut seen = Vec::new();
        facts.retain(|fact| {
            let name = fact.get("value").cloned().unwrap_or_default();
            let is_new = !seen.contains(&name);
            seen.push(name);
            is_new
        });
    }
}

/// Names of the same sort that are likely one thing, most frequent first, those settled already left out.
pub fn likely<'a>(records: impl IntoIterator<Item = &'a Record>, aliases: &Aliases) -> Vec<Likely> {
    let mut counts: BTreeMap<&'static str, BTreeMap<String, (String, usize)>> = BTreeMap::new();
    for record in records {
        for (sort, field) in fields() {
            for name in names(&verdict::fact(record, field)) {
                let name = aliases.name(sort, &name).to_owned();
                let of_sort = counts.entry(sort).or_default();
                of_sort.entry(key(&name)).or_insert((name, 0)).1 += 1;
            }
        }
    }
    let mut all = Vec::new();
    for (sort, names) in &counts {
        let mut names: Vec<(&String, &(String, usize))> = names.iter().collect();
        names.sort_by(|a, b| b.1.1.cmp(&a.1.1).then(a.0.cmp(b.0)));
        for (at, (other_key, other)) in names.iter().enumerate() {
            let like = names[..at]
                .iter()
                .find(|(name_key, _)| are_alike(name_key, other_key));
            all.extend(like.map(|(_, name)| Likely {
                sort,
                name: (*name).clone(),
                other: (*other).clone(),
            }));
        }
    }
    all
}

fn fields() -> impl Iterator<Item = (&'static str, Field)> {
    SORTS.iter().flat_map(|(sort, fields)| {
        let fields = fields.iter().filter_map(|field| field.parse().ok());
        fields.map(|field| (*sort, field))
    })
}

fn names(fact: &Value) -> Vec<String> {
    let facts = match fact {
        Value::Array(facts) => facts.iter().collect(),
        one => vec![one],
    };
    let names = facts
        .into_iter()
        .filter_map(|fact| fact.get("value")?.as_str());
    names.map(str::to_owned).collect()
}

/// A name without case and punctuation, its words separated by single spaces.
fn key(name: &str) -> String {
    let words = name.split(|character: char| !character.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

/// Whether two names, as keys, are likely one: the same letters, the same but for empty words, or a misspelling.
fn are_alike(one: &str, other: &str) -> bool {
    let core = |name: &str| -> String {
        let words = name.split(' ').filter(|word| !EMPTY_WORDS.contains(word));
        words.collect()
    };
    let digits = |name: &str| -> String { name.chars().filter(char::is_ascii_digit).collect() };
    let (one, other) = (core(one), core(other));
    if one.is_empty() || digits(&one) != digits(&other) {
        return false;
    }
    let length = one.chars().count().min(other.chars().count());
    one == other || (length >= LONG_ENOUGH && strsim::jaro_winkler(&one, &other) >= NEAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_settled_whatever_their_case_and_punctuation() {
        let text = "[services]\nfraud-scorer = [\"Fraud Scoring Service\", \"FSS\"]\n";
        let aliases = Aliases::parse("aliases.toml", text).expect("aliases");
        for name in ["fraud scoring_service", "fss", "Fraud.Scorer"] {
            assert_eq!(aliases.name("services", name), "fraud-scorer");
        }
        assert_eq!(aliases.name("models", "fss"), "fss");
    }

    #[test]
    fn a_mistake_is_told_where_it_stands() {
        let told = |text| {
            Aliases::parse("aliases.toml", text)
                .expect_err("refused")
                .to_string()
        };
        assert!(told("[service]\n").contains("unknown field `service`"));
        let twice = told("[teams]\na = ['x']\nb = ['X']\n");
        assert!(
            twice.starts_with("aliases.toml:3:6: `X` is to be both"),
            "{twice}"
        );
    }

    #[test]
    fn likely_names_are_those_that_differ_in_nothing_that_tells_apart() {
        for (one, other, alike) in [
            ("fraud-scorer", "FraudScorer", true),
            ("fraud-scorer", "fraud-scorer-service", true),
            ("recommender", "recomender", true),
            ("ranker-v2", "ranker-v3", false),
            ("search", "seance", false),
            ("pricing", "billing", false),
            ("api", "service", false),
        ] {
            assert_eq!(are_alike(&key(one), &key(other)), alike, "{one} {other}");
        }
    }
}
