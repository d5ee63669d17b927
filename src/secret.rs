//! Secret: keys, tokens and passwords in a text, and hints at personal data; found to be warned of, or to be taken out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::OnceLock;

use crate::expression::Regex;
use aho_corasick::AhoCorasick;
use serde::Deserialize;

use crate::schema;
use crate::text::Span;

/// How many characters of a secret may be shown.
const SHOWN: usize = 4;

/// The longest secret of several lines, in bytes; a block without an end is taken for one line.
const LONGEST_BLOCK: usize = 16 * 1024;

/// The rules that are shipped. They are compiled at the first document.
static SHIPPED: LazyLock<Secrets> = LazyLock::new(|| {
    Secrets::parse(schema::file("secrets.toml")).expect("the tests read the shipped rules")
});

/// What a find is: something that opens doors, or something about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A key, a token, a password.
    Secret,
    /// Perhaps personal data.
    Personal,
}

/// Something in a text that should not be passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret<'a> {
    /// What it is.
    pub kind: Kind,
    /// The id of the rule that found it.
    pub rule: &'a str,
    /// What it is in words: `a GitHub token`.
    pub title: &'a str,
    /// Where it stands, in bytes.
    pub span: Span,
}

impl Secret<'_> {
    /// Its first characters, to find it by; never more.
    pub fn beginning(&self, text: &str) -> String {
        let whole = text.get(self.span.start..self.span.end).unwrap_or_default();
        whole
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(SHOWN)
            .collect()
    }
}

/// Rules that find secrets.
#[derive(Debug)]
pub struct Secrets {
    rules: Vec<Rule>,
    words: AhoCorasick,
    /// Which rule each of the words belongs to.
    owners: Vec<usize>,
    placeholders: AhoCorasick,
}

#[derive(Debug)]
struct Rule {
    kind: Kind,
    declared: Declared,
    /// Compiled when one of its words is first met: most texts have none of most rules.
    pattern: OnceLock<Option<Regex>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Declared {
    id: String,
    title: String,
    near: Vec<String>,
    pattern: String,
    #[serde(default)]
    entropy: f64,
    /// Letters and digits must both be in it.
    #[serde(default)]
    mixed: bool,
    /// So many digits must be in it.
    #[serde(default)]
    digits: usize,
    until: Option<String>,
    #[serde(rename = "match")]
    matches: Vec<Vec<String>>,
    no_match: Vec<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    placeholders: Vec<String>,
    secret: Vec<Declared>,
    hint: Vec<Declared>,
}

impl Secrets {
    /// The rules that are shipped.
    pub fn shipped() -> &'static Secrets {
        &SHIPPED
    }

    /// Reads rules.
    ///
    /// # Errors
    /// What is wrong with them, in words.
    pub fn parse(text: &str) -> Result<Secrets, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let told = |kind| move |declared| (kind, declared);
        let declared = file.secret.into_iter().map(told(Kind::Secret));
        let declared = declared.chain(file.hint.into_iter().map(told(Kind::Personal)));
        let mut rules = Vec::new();
        let (mut words, mut owners) = (Vec::new(), Vec::new());
        for (kind, declared) in declared {
            owners.extend(declared.near.iter().map(|_| rules.len()));
            words.extend(declared.near.iter().cloned());
            rules.push(Rule {
                kind,
                declared,
                pattern: OnceLock::new(),
            });
        }
        Ok(Secrets {
            rules,
            words: any_case(&words)?,
            owners,
            placeholders: any_case(&file.placeholders)?,
        })
    }

    /// The secrets in a text, in their order; none overlaps another.
    pub fn find(&self, text: &str) -> Vec<Secret<'_>> {
        let mut near = vec![false; self.rules.len()];
        for word in self.words.find_overlapping_iter(text) {
            near[self.owners[word.pattern().as_usize()]] = true;
        }
        let mut found: Vec<Secret<'_>> = Vec::new();
        for (rule, _) in self.rules.iter().zip(near).filter(|(_, near)| *near) {
            let Some(pattern) = rule.pattern() else {
                continue;
            };
            for groups in pattern.captures_iter(text) {
                let Some(group) = groups.get(1) else { continue };
                if self.is_one(rule, group.as_str()) {
                    found.push(Secret {
                        kind: rule.kind,
                        rule: &rule.declared.id,
                        title: &rule.declared.title,
                        span: Span::new(group.start(), rule.end(text, group.end())),
                    });
                }
            }
        }
        apart(found)
    }

    /// The text with every secret and all personal data replaced by the name of what it was.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let found = self.find(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut clean = String::with_capacity(text.len());
        let mut done = 0;
        for one in found {
            clean.push_str(text.get(done..one.span.start).unwrap_or_default());
            clean.push_str(&format!("[redacted {}]", one.rule));
            done = one.span.end;
        }
        clean.push_str(text.get(done..).unwrap_or_default());
        Cow::Owned(clean)
    }

    fn is_one(&self, rule: &Rule, value: &str) -> bool {
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        let is_mixed = || {
            digits >= 2 && value.bytes().any(|byte| byte.is_ascii_alphabetic()) && !is_code(value)
        };
        digits >= rule.declared.digits
            && !self.placeholders.is_match(value)
            && (rule.declared.entropy == 0.0 || entropy(value) >= rule.declared.entropy)
            && (!rule.declared.mixed || is_mixed())
    }

    /// What the tests that stand with the rules say is wrong; empty where all is well.
    pub fn failures(&self) -> Vec<String> {
        let mut failures = Vec::new();
        let mut tests: BTreeMap<bool, Vec<(&Rule, String)>> = BTreeMap::new();
        for rule in &self.rules {
            let declared = &rule.declared;
            for (wanted, cases) in [(true, &declared.matches), (false, &declared.no_match)] {
                if cases.is_empty() {
                    failures.push(format!("{}: no test where it is {wanted}", declared.id));
                }
                let texts = cases.iter().map(|pieces| (rule, pieces.concat()));
                tests.entry(wanted).or_default().extend(texts);
            }
        }
        for (wanted, tests) in tests {
            for (rule, text) in tests {
                let found = self.find(&text);
                if found.iter().any(|one| one.rule == rule.declared.id) != wanted {
                    failures.push(format!("{}: `{text}` is not {wanted}", rule.declared.id));
                }
            }
        }
        failures
    }
}

impl Rule {
    /// What it looks for; `None` where that cannot be compiled, which the tests of the rules would show.
    fn pattern(&self) -> Option<&Regex> {
        let read = || Regex::new(&self.declared.pattern).ok();
        self.pattern.get_or_init(read).as_ref()
    }

    /// Where a find ends: with its line, or where its block does.
    fn end(&self, text: &str, end: usize) -> usize {
        let Some(until) = &self.declared.until else {
            return end;
        };
        let rest = text.get(end..).unwrap_or_default();
        let closing = rest.find(until.as_str()).filter(|at| *at < LONGEST_BLOCK);
        closing.map_or(end, |at| {
            let line = rest.get(at..).unwrap_or_default();
            end + at + line.find('\n').unwrap_or(line.len())
        })
    }
}

/// The finds of which none overlaps another: a secret prevails over a hint, an earlier find over a later one, and the
/// longer one of those that begin together.
fn apart(mut found: Vec<Secret<'_>>) -> Vec<Secret<'_>> {
    found.sort_by_key(|one| (one.kind, one.span.start, usize::MAX - one.span.end));
    let mut taken: BTreeMap<usize, Secret<'_>> = BTreeMap::new();
    for one in found {
        let before = taken.range(..one.span.end).next_back();
        if before.is_none_or(|(_, before)| before.span.end <= one.span.start) {
            taken.insert(one.span.start, one);
        }
    }
    taken.into_values().collect()
}

fn any_case(words: &[String]) -> Result<AhoCorasick, String> {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(words)
        .map_err(|error| error.to_string())
}

/// Whether a value is an expression of a program or a path, not a password: `os.environ[…]`, `projects/12/secrets`.
fn is_code(value: &str) -> bool {
    let words = value
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let joints = value.matches(['.', '/', '(', '_', '-']).count();
    let plain = words.clone().filter(|word| is_word(word)).count();
    joints > 0 && plain * 2 > words.count()
}

/// Letters alone, or digits alone: what names and dates are made of.
fn is_word(part: &str) -> bool {
    let letters = part.bytes().all(|byte| byte.is_ascii_lowercase())
        || part.bytes().all(|byte| byte.is_ascii_uppercase());
    letters || part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Shannon's entropy of the bytes of a text, in bits a byte.
fn entropy(text: &str) -> f64 {
    let mut counts: BTreeMap<u8, usize> = BTreeMap::new();
    for byte in text.bytes() {
        *counts.entry(byte).or_default() += 1;
    }
    let whole = text.len() as f64;
    counts
        .values()
        .map(|count| {
            let share = *count as f64 / whole;
            -share * share.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_of_the_shipped_rules_hold() {
        assert_eq!(Secrets::shipped().failures(), Vec::<String>::new());
    }

    #[test]
    fn what_is_taken_out_is_named_and_the_rest_stays() {
        let key = ["sk_l", "ive_4eC39HqLyjWDarjtT1zdp7dc"].concat();
        let block = [
            "-----BEGIN PRIV",
            "ATE KEY-----\nMII\nabc\n-----END PRIV",
            "ATE KEY-----",
        ];
        let text = format!("é {key} and {}\nend, a@b.org", block.concat());
        assert_eq!(
            Secrets::shipped().redact(&text),
            "é [redacted stripe-key] and [redacted private-key]\nend, [redacted e-mail]"
        );
        let found = Secrets::shipped().find(&text);
        assert_eq!(found[0].beginning(&text), "sk_l");
        assert_eq!(found[1].beginning(&text), "----");
        let twice = Secrets::shipped().redact(&text).into_owned();
        assert_eq!(Secrets::shipped().redact(&twice), twice);
        assert!(matches!(
            Secrets::shipped().redact("plain"),
            Cow::Borrowed(_)
        ));
    }
}
