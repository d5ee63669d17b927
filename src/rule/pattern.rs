//! Pattern: the small language that cues are written in, and its way to a regular expression.
//!
//! A pattern is words with single spaces between them. `chang*` is every word that starts so, `{producer}` is any word
//! of a vocabulary, `<4>` is a gap of up to four words, `( | )` groups, `?` makes a letter or a group optional. It is
//! matched on the shadow of one sentence: lower-case ASCII words with a space on both sides.

use std::sync::OnceLock;

use regex::bytes::Regex;
use regex::bytes::RegexBuilder;
use regex_syntax::hir::literal::ExtractKind;
use regex_syntax::hir::literal::Extractor;

use crate::rule::vocabulary::Vocabulary;

/// The largest compiled pattern, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

/// A pattern ready to be matched; its regular expression is compiled when it is first needed.
#[derive(Debug)]
pub struct Pattern {
    source: String,
    expression: String,
    regex: OnceLock<Option<Regex>>,
    /// The same, matched at the beginning of a text only.
    anchored: OnceLock<Option<Regex>>,
}

/// What must be in a sentence for a pattern to match it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    /// Parts that stand one behind the other, each with the beginnings that it may have.
    pub parts: Vec<Vec<String>>,
    /// Whether every match begins with the first of them.
    pub begins: bool,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn new(source: &str, vocabulary: &Vocabulary) -> Result<Pattern, String> {
        if source.trim().is_empty() {
            return Err("an empty pattern".to_owned());
        }
        if source != source.trim() || source.contains("  ") {
            return Err("a pattern has single spaces, and none at its ends".to_owned());
        }
        Ok(Pattern {
            source: source.to_owned(),
            expression: vocabulary.expand(source)?,
            regex: OnceLock::new(),
            anchored: OnceLock::new(),
        })
    }

    /// The pattern as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Compiles the pattern now.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn check(&self) -> Result<(), String> {
        let regex = self.compile("").map_err(|error| match error {
            regex::Error::CompiledTooBig(limit) => {
                format!(
                    "the pattern is larger than {limit} bytes when compiled: repeat less, or divide it into cues"
                )
            }
            other => last_line(&other.to_string()),
        })?;
        if regex.is_match(b"  ") {
            return Err("the pattern matches an empty text".to_owned());
        }
        Ok(())
    }

    fn compile(&self, anchor: &str) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&format!("{anchor} (?:{}) ", self.expression))
            .unicode(false)
            .size_limit(SIZE_LIMIT)
            .build()
    }

    /// The first match in a shadow: the bytes from the first to the last word, without the spaces around them.
    pub fn find(&self, shadow: &str) -> Option<(usize, usize)> {
        self.find_from(shadow, 0)
    }

    /// The first match that starts at or after an offset.
    pub fn find_from(&self, shadow: &str, from: usize) -> Option<(usize, usize)> {
        let regex = self.regex.get_or_init(|| self.compile("").ok()).as_ref()?;
        let found = regex.find_at(shadow.as_bytes(), from)?;
        Some((found.start() + 1, found.end() - 1))
    }

    /// The first match that starts at one of some places, which ascend. It is what [`Pattern::find_from`] finds where no
    /// match can start elsewhere, and finds it much sooner.
    pub(crate) fn find_at(
        &self,
        shadow: &str,
        places: impl Iterator<Item = usize>,
    ) -> Option<(usize, usize)> {
        let regex = self.anchored.get_or_init(|| self.compile("^").ok());
        let regex = regex.as_ref()?;
        for place in places {
            let found = shadow
                .as_bytes()
                .get(place..)
                .and_then(|rest| regex.find(rest));
            if let Some(found) = found {
                return Some((place + 1, place + found.end() - 1));
            }
        }
        None
    }

    /// What must be in a sentence for the pattern to match.
    pub fn required(&self, vocabulary: &Vocabulary) -> Required {
        let parts = parts(&self.source).into_iter();
        let beginnings = |part: &str| beginnings(&vocabulary.expand(part).ok()?);
        let parts: Vec<Option<Vec<String>>> = parts.map(beginnings).collect();
        Required {
            begins: !self.source.starts_with('<') && parts.first().is_some_and(Option::is_some),
            parts: parts.into_iter().flatten().collect(),
        }
    }
}

/// A team's own words as a pattern that matches them as they stand; empty where there is none.
pub(crate) fn plain(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let words = lower.split(|char: char| !(char.is_ascii_alphanumeric() || "_.".contains(char)));
    words
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn last_line(text: &str) -> String {
    text.lines()
        .last()
        .unwrap_or("not a regular expression")
        .trim_start_matches("error: ")
        .to_owned()
}

/// The parts of a pattern between the spaces that stand in no group, gaps left out.
fn parts(source: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut depth = 0_i32;
    let mut start = 0;
    for (at, char) in source.char_indices() {
        match char {
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0 => {
                parts.push(&source[start..at]);
                start = at + 1;
            }
            // One of several patterns: only their beginnings together are required.
            '|' if depth == 0 => return vec![source],
            _ => {}
        }
    }
    parts.push(&source[start..]);
    parts.retain(|part| !part.starts_with('<'));
    parts
}

/// The literal beginnings of an expression, each after a space; `None` where one is too short to be of use.
fn beginnings(expression: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(expression)
        .ok()?;
    if hir.properties().minimum_len().unwrap_or(0) == 0 {
        return None;
    }
    let mut extractor = Extractor::new();
    extractor
        .kind(ExtractKind::Prefix)
        .limit_literal_len(12)
        .limit_total(2000)
        .limit_class(12)
        .limit_repeat(8);
    let found = extractor.extract(&hir);
    let mut literals = Vec::new();
    for literal in found.literals()? {
        let text = std::str::from_utf8(literal.as_bytes()).ok()?;
        if text.len() < 2 {
            return None;
        }
        literals.push(format!(" {text}"));
    }
    literals.sort();
    literals.dedup();
    (!literals.is_empty()).then_some(literals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        vocabulary.extend(
            "producer",
            ["vendor".to_owned(), "(app|web) team".to_owned()],
        );
        vocabulary.extend("anyone", ["{producer}".to_owned(), "we".to_owned()]);
        vocabulary
    }

    fn finds(pattern: &str, shadow: &str) -> bool {
        Pattern::new(pattern, &vocabulary())
            .expect("a pattern")
            .find(shadow)
            .is_some()
    }

    #[test]
    fn vocabularies_gaps_and_beginnings_of_words_are_understood() {
        assert!(finds(
            "{anyone} <3> renam*",
            " then the app team has quietly renamed it "
        ));
        assert!(!finds(
            "{anyone} <2> renam*",
            " the app team has very quietly renamed it "
        ));
        assert!(
            !finds("{anyone} <3> renam*", " the app team ; renamed "),
            "no gap crosses a semicolon"
        );
        assert!(!finds("vendor", " vendors "), "a word is a whole word");
        assert!(finds("normali[sz]* twice", " normalised twice "));
        assert!(finds("[0-9]* ?days", " 12 days "));
    }

    #[test]
    fn what_no_sentence_could_match_is_refused_in_words() {
        let refused = |pattern: &str| {
            let read = Pattern::new(pattern, &vocabulary());
            read.and_then(|pattern| pattern.check()).expect_err(pattern)
        };
        assert_eq!(refused("{nobody} x"), "no vocabulary has the name `nobody`");
        assert_eq!(
            refused("a(?!b)"),
            "look-around is not supported: use `unless`"
        );
        assert_eq!(refused("(x)?"), "the pattern matches an empty text");
        assert_eq!(refused("(x"), "unclosed group");
        assert!(refused("(((a{1,900}){1,900}){1,900})").contains("larger than"));
    }

    #[test]
    fn every_part_that_must_be_there_is_known_by_its_beginnings() {
        let pattern =
            Pattern::new("{producer} <3> (the )?renam*", &vocabulary()).expect("a pattern");
        let required = pattern.required(&vocabulary());
        assert!(required.begins);
        assert_eq!(
            required.parts,
            [
                vec![" app team", " vendor", " web team"],
                vec![" renam", " the renam"]
            ]
        );
    }
}
