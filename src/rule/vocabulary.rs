//! Vocabulary: named lists of words, and how a pattern that names them becomes a regular expression.

use std::collections::BTreeMap;

/// The longest pattern as written, in bytes.
const LONGEST: usize = 1024;
/// How deep vocabularies may name each other.
const DEEPEST: usize = 6;
/// The longest pattern with the words of its vocabularies, in bytes.
const LONGEST_EXPANDED: usize = 256 << 10;

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

    /// Whether a pattern is written as one, and names only what there is; the words of its vocabularies are not looked at.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn check(&self, pattern: &str) -> Result<(), String> {
        if pattern.len() > LONGEST {
            return Err(format!(
                "a pattern of {} bytes: at most {LONGEST} are allowed",
                pattern.len()
            ));
        }
        let openings = pattern.match_indices('{');
        let names = openings.filter_map(|(open, _)| name(pattern, open));
        for name in names {
            if !self.lists.contains_key(name) {
                return Err(self.unknown(name));
            }
        }
        translate(pattern).map(|_| ())
    }

    /// The regular expression of a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn expand(&self, pattern: &str) -> Result<String, String> {
        self.check(pattern)?;
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

    fn unknown(&self, name: &str) -> String {
        let nearness = |known: &&str| strsim::jaro_winkler(name, known);
        let nearest = self
            .names()
            .max_by(|one, other| nearness(one).total_cmp(&nearness(other)));
        match nearest.filter(|known| nearness(known) > 0.8) {
            Some(known) => {
                format!("no vocabulary has the name `{name}`: did you mean `{known}`?")
            }
            None => format!("no vocabulary has the name `{name}`"),
        }
    }

    /// One round of `{name}` replaced by its words; `None` where there is no name left.
    fn replace_names(&self, text: &str) -> Result<Option<String>, String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut found = false;
        while let Some(open) = rest.find('{') {
            let Some(name) = name(rest, open) else {
                out.push_str(&rest[..=open]);
                rest = &rest[open + 1..];
                continue;
            };
            let words = self.lists.get(name).ok_or_else(|| self.unknown(name))?;
            out.push_str(&rest[..open]);
            out.push('(');
            if out.len() + words.iter().map(|word| word.len() + 1).sum::<usize>()
                > 2 * LONGEST_EXPANDED
            {
                return Ok(Some(" ".repeat(LONGEST_EXPANDED + 1)));
            }
            out.push_str(&words.join("|"));
            out.push(')');
            rest = &rest[open + name.len() + 2..];
            found = true;
        }
        out.push_str(rest);
        Ok(found.then_some(out))
    }
}

/// The name in braces that open at a place; `None` where they hold no name.
fn name(text: &str, open: usize) -> Option<&str> {
    let inside = text.get(open + 1..)?;
    let (name, _) = inside.split_once('}')?;
    name.starts_with(|char: char| char.is_ascii_lowercase())
        .then_some(name)
}

/// Whether a `*` behind a pattern means the rest of a word.
pub(crate) fn ends_word(before: &str) -> bool {
    let last = before.chars().next_back();
    last.is_some_and(|char| char.is_ascii_alphanumeric() || char == '_')
        || is_choice_of_letters(before)
}

/// Whether a pattern ends in a word with a choice of letters: `normali[sz]`.
fn is_choice_of_letters(before: &str) -> bool {
    let choice = before
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['));
    choice.is_some_and(|(word, letters)| {
        word.ends_with(|char: char| char.is_ascii_alphabetic())
            && letters.chars().all(|char| char.is_ascii_alphabetic())
    })
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
            '*' if ends_word(&text[..at]) => out.push_str("[a-z0-9_'-]*"),
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
