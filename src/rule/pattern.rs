//! Pattern, Vocabulary: the small language that cues are written in, and its way to a regular expression.
//!
//! A pattern is words with single spaces between them. `chang*` is every word that starts so, `{producer}` is any word
//! of a vocabulary, `<4>` is a gap of up to four words, `( | )` groups, `?` makes a letter or a group optional. It is
//! matched on the shadow of one sentence: lower-case ASCII words with a space on both sides.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::bytes::Regex;
use regex::bytes::RegexBuilder;
use regex_syntax::hir::literal::ExtractKind;
use regex_syntax::hir::literal::Extractor;

/// The longest pattern as written, in bytes.
pub(crate) const LONGEST: usize = 1024;
/// How deep vocabularies may name each other.
const DEEPEST: usize = 6;
/// The longest pattern with the words of its vocabularies, in bytes.
const LONGEST_EXPANDED: usize = 256 << 10;
/// The largest compiled pattern, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

/// Named lists of words, already turned into regular expressions.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    lists: BTreeMap<String, Vec<String>>,
    about: BTreeMap<String, String>,
}

impl Vocabulary {
    /// Adds a list, or words to a list.
    pub fn extend(&mut self, name: &str, words: impl IntoIterator<Item = String>) {
        self.lists.entry(name.to_owned()).or_default().extend(words);
    }

    /// Says what a list holds; what was said first stays.
    pub fn describe(&mut self, name: &str, about: &str) {
        self.about
            .entry(name.to_owned())
            .or_insert_with(|| about.to_owned());
    }

    /// What a list holds, in a few words.
    pub fn about(&self, name: &str) -> Option<&str> {
        self.about.get(name).map(String::as_str)
    }

    /// The names of the lists.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.lists.keys().map(String::as_str)
    }

    /// The words of a list, as written.
    pub fn words(&self, name: &str) -> Option<&[String]> {
        self.lists.get(name).map(Vec::as_slice)
    }

    /// The regular expression of a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn expand(&self, pattern: &str) -> Result<String, String> {
        if pattern.len() > LONGEST {
            return Err(format!(
                "a pattern of {} bytes: at most {LONGEST} are allowed",
                pattern.len()
            ));
        }
        let mut text = pattern.to_owned();
        for _ in 0..DEEPEST {
            if text.len() > LONGEST_EXPANDED {
                return Err(format!(
                    "the pattern is longer than {LONGEST_EXPANDED} bytes with the words of its vocabularies"
                ));
            }
            match self.replace_names(&text)? {
                Some(next) => text = next,
                None => return translate(&text),
            }
        }
        Err(format!(
            "vocabularies name each other more than {DEEPEST} deep"
        ))
    }

    /// One round of `{name}` replaced by its words; `None` where there is no name left.
    fn replace_names(&self, text: &str) -> Result<Option<String>, String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut found = false;
        while let Some(open) = rest.find('{') {
            let named = rest[open + 1..].starts_with(|char: char| char.is_ascii_lowercase());
            let Some(close) = rest[open..].find('}').filter(|_| named) else {
                out.push_str(&rest[..=open]);
                rest = &rest[open + 1..];
                continue;
            };
            let name = &rest[open + 1..open + close];
            let words = self
                .lists
                .get(name)
                .ok_or_else(|| format!("no vocabulary has the name `{name}`"))?;
            out.push_str(&rest[..open]);
            out.push('(');
            if out.len() + words.iter().map(|word| word.len() + 1).sum::<usize>()
                > 2 * LONGEST_EXPANDED
            {
                return Ok(Some(" ".repeat(LONGEST_EXPANDED + 1)));
            }
            out.push_str(&words.join("|"));
            out.push(')');
            rest = &rest[open + close + 1..];
            found = true;
        }
        out.push_str(rest);
        Ok(found.then_some(out))
    }
}

/// Turns a pattern without names into a regular expression.
fn translate(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len() * 2);
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let before = text[..at].chars().next_back();
        match char {
            '(' if text[at + 1..].starts_with("?=")
                || text[at + 1..].starts_with("?!")
                || text[at + 1..].starts_with("?<") =>
            {
                return Err("look-around is not supported: use `unless`".to_owned());
            }
            '(' if text[at + 1..].starts_with("?:") => out.push('('),
            '(' if text[at + 1..].starts_with('?') => {
                return Err("a group is written `( | )`, without `?` at its beginning".to_owned());
            }
            '^' | '$' if before != Some('[') => {
                return Err(format!(
                    "`{char}`: a pattern is looked for anywhere in a sentence, and no sentence begins or ends inside it"
                ));
            }
            '(' => out.push_str("(?:"),
            '*' if before.is_some_and(|char| char.is_ascii_alphanumeric() || char == '_') => {
                out.push_str("[a-z0-9_'-]*")
            }
            '.' => out.push_str("[.]"),
            '<' => {
                let close = text[at..]
                    .find('>')
                    .ok_or("a gap `<` is not closed by `>`")?;
                let most: u8 = text[at + 1..at + close]
                    .parse()
                    .ok()
                    .filter(|most| *most <= 30)
                    .ok_or_else(|| {
                        format!(
                            "a gap `{}`: expected a number of words up to 30",
                            &text[at..=at + close]
                        )
                    })?;
                if !text[at + close + 1..].starts_with(' ') {
                    return Err("a gap is followed by a space".to_owned());
                }
                out.push_str(&format!("(?:[^ ;|]+ ){{0,{most}}}?"));
                for _ in 0..=close {
                    chars.next();
                }
            }
            char if !char.is_ascii() => {
                return Err(format!(
                    "`{char}`: patterns are ASCII, as sentences are when they are matched"
                ));
            }
            char => out.push(char.to_ascii_lowercase()),
        }
    }
    Ok(out)
}

/// A pattern ready to be matched; its regular expression is compiled when it is first needed.
#[derive(Debug)]
pub struct Pattern {
    source: String,
    expression: String,
    regex: OnceLock<Option<Regex>>,
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
        let regex = self.compile().map_err(|error| match error {
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

    fn compile(&self) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&format!(" (?:{}) ", self.expression))
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
        let regex = self.regex.get_or_init(|| self.compile().ok()).as_ref()?;
        let found = regex.find_at(shadow.as_bytes(), from)?;
        Some((found.start() + 1, found.end() - 1))
    }

    /// For every part of the pattern that must be present: the beginnings that it may have.
    pub fn required(&self, vocabulary: &Vocabulary) -> Vec<Vec<String>> {
        parts(&self.source)
            .into_iter()
            .filter_map(|part| beginnings(&vocabulary.expand(part).ok()?))
            .collect()
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
        assert_eq!(
            pattern.required(&vocabulary()),
            [
                vec![" app team", " vendor", " web team"],
                vec![" renam", " the renam"]
            ]
        );
    }
}
