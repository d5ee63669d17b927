//! Own: what is expected of the files that a team writes, so that a mistake is told and never does harm.

use toml::Spanned;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::error::Error;
use crate::rule::file::Parsed;
use crate::rule::file::RuleText;
use crate::rule::pattern;

/// What the ids of the shipped rules begin with.
const SHIPPED: &str = "PMK-";
/// The longest id of a team's rule.
const LONGEST_ID: usize = 60;

/// Expects of a team's rule what makes it safe to use: a title, a cue, a test.
pub(crate) fn expect(file: &Parsed<'_>, text: &RuleText) -> Result<(), Error> {
    let at = text.id.span().start;
    let id = text.id.get_ref();
    if text.title.get_ref().trim().is_empty() {
        let message = "an empty title: say in a line what the rule finds";
        return Err(file.error(text.title.span().start, message));
    }
    if text.cue.is_empty() {
        return Err(file.error(at, format!("`{id}` has no cue: write a `[[rule.cue]]`")));
    }
    if text.test.matches.is_empty() {
        let message = format!(
            "`{id}` has no test: write `[rule.test]` and `match = [\"…\"]` with a sentence that it finds"
        );
        return Err(file.error(at, message));
    }
    Ok(())
}

/// Expects of the id of a team's rule that it is one, and none that a shipped rule may have some day.
pub(crate) fn expect_id(
    file: &Parsed<'_>,
    id: &Spanned<String>,
    is_taken: bool,
) -> Result<(), Error> {
    let text = id.get_ref();
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
    if text.is_empty() || text.len() > LONGEST_ID || !text.chars().all(plain) {
        let message =
            format!("`{text}` is no id: expected letters, digits and `-`, such as `ACME-001`");
        return Err(file.error(id.span().start, message));
    }
    if text.starts_with(SHIPPED) && !is_taken {
        let message = format!(
            "`{text}`: ids that begin with `{SHIPPED}` are those of the shipped rules, use a word of your own"
        );
        return Err(file.error(id.span().start, message));
    }
    Ok(())
}

/// Every override says why.
pub(crate) fn reason(
    file: &Parsed<'_>,
    at: usize,
    reason: &Option<Spanned<String>>,
) -> Result<(), Error> {
    let (at, found) = match reason {
        Some(reason) if !reason.get_ref().trim().is_empty() => return Ok(()),
        Some(reason) => (reason.span().start, "an empty reason"),
        None => (at, "no `reason`"),
    };
    Err(file.error(at, format!("{found}: say why, for whoever reads this next")))
}

/// A word of a vocabulary as a pattern; a team writes its words as they stand in documents, such as `Feature-Hub`.
pub(crate) fn word_of(file: &Parsed<'_>, word: &Spanned<String>) -> Result<String, Error> {
    let text = word.get_ref();
    if !file.is_own() {
        return Ok(text.clone());
    }
    // Sentences are searched without accents.
    let text: String = text
        .nfkd()
        .filter(|char| !is_combining_mark(*char))
        .collect();
    let is_plain = |char: char| char.is_ascii_alphanumeric() || " _-./'".contains(char);
    if !text.chars().all(is_plain) {
        return Ok(text.trim().to_owned());
    }
    let plain = pattern::plain(&text);
    if plain.is_empty() {
        let message = format!("`{text}` is not made of words");
        return Err(file.error(word.span().start, message));
    }
    Ok(plain)
}
