//! Pattern: the small language that cues are written in, and its way to a regular expression.
//!
//! A pattern is words with single spaces between them. `chang*` is every word that starts so, `{producer}` is any word
//! of a vocabulary, `<4>` is a gap of up to four words, `( | )` groups, `?` makes a letter or a group optional. It is
//! matched on the shadow of one sentence: lower-case ASCII words with a space on both sides.

use std::sync::Arc;
use std::sync::OnceLock;

use regex::bytes::RegexBuilder;

use crate::expression::Regex;
use crate::rule::vocabulary::Vocabulary;

/// The largest compiled pattern, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

/// A pattern ready to be matched; its regular expression is read when it is first needed.
#[derive(Debug)]
pub struct Pattern {
    source: String,
    vocabulary: Arc<Vocabulary>,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn new(source: &str, vocabulary: &Arc<Vocabulary>) -> Result<Pattern, String> {
        if source.trim().is_empty() {
            return Err("an empty pattern".to_owned());
        }
        if source != source.trim() || source.contains("  ") {
            return Err("a pattern has single spaces, and none at its ends".to_owned());
        }
        vocabulary.check(source)?;
        Ok(Pattern {
            source: source.to_owned(),
            vocabulary: Arc::clone(vocabulary),
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
        let mut builder = RegexBuilder::new(&self.whole()?);
        let regex = builder.unicode(false).size_limit(SIZE_LIMIT).build();
        let regex = regex.map_err(|error| match error {
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

    /// The regular expression, with a space on both sides.
    fn whole(&self) -> Result<String, String> {
        let expression = self.vocabulary.expand(&self.source)?;
        Ok(format!(" (?:{expression}) "))
    }

    fn regex(&self) -> Option<&Regex> {
        let read = || Regex::bytes(&self.whole().ok()?).ok();
        self.regex.get_or_init(read).as_ref()
    }

    /// The first match in a shadow: the bytes from the first to the last word, without the spaces around them.
    pub fn find(&self, shadow: &str) -> Option<(usize, usize)> {
        self.find_from(shadow, 0)
    }

    /// The first match that starts at or after an offset.
    pub fn find_from(&self, shadow: &str, from: usize) -> Option<(usize, usize)> {
        let found = self.regex()?.find_at(shadow, from)?;
        Some((found.start() + 1, found.end() - 1))
    }

    /// The first match that starts at one of some places, which ascend. It is what [`Pattern::find_from`] finds where no
    /// match can start elsewhere, and finds it much sooner.
    pub(crate) fn find_at(
        &self,
        shadow: &str,
        places: impl Iterator<Item = usize>,
    ) -> Option<(usize, usize)> {
        let regex = self.regex()?;
        for place in places {
            if let Some(found) = regex.find_here(shadow, place) {
                return Some((found.start() + 1, found.end() - 1));
            }
        }
        None
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

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Arc<Vocabulary> {
        let mut vocabulary = Vocabulary::default();
        vocabulary.extend(
            "producer",
            ["vendor".to_owned(), "(app|web) team".to_owned()],
        );
        vocabulary.extend("anyone", ["{producer}".to_owned(), "we".to_owned()]);
        Arc::new(vocabulary)
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
}
