//! Beginnings: with which letters the parts of a pattern may begin, read from the pattern as it is written.

mod reader;

use std::collections::HashMap;
use std::rc::Rc;

use crate::rule::beginning::reader::Reader;
use crate::rule::vocabulary;
use crate::rule::vocabulary::Vocabulary;

/// No beginning is longer, in bytes.
const LONGEST: usize = 12;
/// The most beginnings of one part.
const MOST: usize = 2000;
/// The most characters of a choice of letters that are told apart.
const MOST_LETTERS: usize = 12;
/// How deep vocabularies may name each other.
const DEEPEST: usize = 8;

/// What must be in a sentence for a pattern to match it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    /// Parts that stand one behind the other, each with the beginnings that it may have.
    pub parts: Vec<Rc<[String]>>,
    /// Whether every match begins with the first of them.
    pub begins: bool,
}

/// The ways in which something may begin, each with whether it may go on behind that as it is written.
type Ways = Vec<(String, bool)>;

/// The beginnings of patterns, those of each vocabulary found once.
#[derive(Debug)]
pub struct Beginnings<'v> {
    vocabulary: &'v Vocabulary,
    lists: HashMap<String, Option<Rc<Ways>>>,
    parts: HashMap<String, Option<Rc<[String]>>>,
    depth: usize,
}

impl<'v> Beginnings<'v> {
    /// Those of patterns that name these words.
    pub fn new(vocabulary: &'v Vocabulary) -> Beginnings<'v> {
        Beginnings {
            vocabulary,
            lists: HashMap::new(),
            parts: HashMap::new(),
            depth: 0,
        }
    }

    /// What must be in a sentence for a pattern to match.
    pub fn required(&mut self, pattern: &str) -> Required {
        let parts = parts(pattern).into_iter();
        let parts: Vec<_> = parts.map(|part| self.part(part)).collect();
        Required {
            begins: !pattern.starts_with('<') && parts.first().is_some_and(Option::is_some),
            parts: parts.into_iter().flatten().collect(),
        }
    }

    /// The beginnings of a part, each after a space; `None` where one is too short to be of use.
    fn part(&mut self, part: &str) -> Option<Rc<[String]>> {
        if let Some(known) = self.parts.get(part) {
            return known.clone();
        }
        let found = self.find(part);
        self.parts.insert(part.to_owned(), found.clone());
        found
    }

    fn find(&mut self, part: &str) -> Option<Rc<[String]>> {
        let mut reader = Reader::of(part);
        let ways = self.choice(&mut reader)?;
        if reader.peek().is_some() || ways.iter().any(|(text, _)| text.len() < 2) {
            return None;
        }
        let mut found: Vec<String> = ways.iter().map(|(text, _)| format!(" {text}")).collect();
        found.sort_unstable();
        // A longer one says no more than that which it begins with, which stands before it.
        found.dedup_by(|longer, shorter| longer.starts_with(shorter.as_str()));
        (!found.is_empty()).then(|| found.into())
    }

    /// Alternatives up to the end of a group; `None` where something is not understood.
    fn choice(&mut self, reader: &mut Reader<'_>) -> Option<Ways> {
        let mut all = Ways::new();
        loop {
            all.extend(self.sequence(reader)?);
            match reader.peek() {
                Some(b'|') => reader.at += 1,
                _ => return Some(all),
            }
        }
    }

    fn sequence(&mut self, reader: &mut Reader<'_>) -> Option<Ways> {
        let mut ways: Ways = vec![(String::new(), true)];
        while let Some(byte) = reader.peek().filter(|byte| !matches!(byte, b'|' | b')')) {
            if !ways.iter().any(|(_, open)| *open) {
                // What stands behind the longest beginnings is only passed over.
                reader.pass();
                break;
            }
            let letters = reader.letters();
            if letters.is_empty() {
                let item = self.item(byte, reader)?;
                ways = joined(ways, &item);
                continue;
            }
            for (text, open) in ways.iter_mut().filter(|(_, open)| *open) {
                text.push_str(letters);
                *open = text.len() <= LONGEST;
                text.truncate(LONGEST);
            }
        }
        Some(ways)
    }

    /// One letter, choice or group, with what says how often it stands there.
    fn item(&mut self, byte: u8, reader: &mut Reader<'_>) -> Option<Rc<Ways>> {
        reader.at += 1;
        let mut ways = match byte {
            b'(' => {
                reader.skip("?:");
                let ways = self.choice(reader)?;
                (reader.next()? == b')').then_some(Rc::new(ways))?
            }
            b'{' => self.list(reader.until(b'}')?)?,
            b'<' => {
                reader.until(b'>')?;
                reader.skip(" ");
                unknown()
            }
            b'[' => Rc::new(letters(reader.until(b']')?)),
            b'\\' => letter(reader.next().filter(|byte| !byte.is_ascii_alphanumeric())?)?,
            b'*' | b'+' | b'?' | b'^' | b'$' => return None,
            byte => letter(byte)?,
        };
        let before = reader.text.get(..reader.at).unwrap_or_default();
        let ends_word = vocabulary::ends_word(before);
        while let Some(mark) = reader.peek() {
            ways = match mark {
                b'*' if ends_word => joined(ways.to_vec(), &unknown()).into(),
                b'*' | b'?' => {
                    let goes_on = mark == b'?';
                    let some = ways
                        .iter()
                        .map(|(text, open)| (text.clone(), *open && goes_on));
                    let none = std::iter::once((String::new(), true));
                    Rc::new(some.chain(none).collect())
                }
                b'+' => joined(ways.to_vec(), &unknown()).into(),
                b'{' if reader.counts() => {
                    let count = reader.until(b'}')?;
                    if count.trim_start_matches('{').starts_with('0') {
                        return None;
                    }
                    joined(ways.to_vec(), &unknown()).into()
                }
                _ => break,
            };
            if matches!(mark, b'*' | b'+' | b'?') {
                reader.at += 1;
            }
        }
        Some(ways)
    }

    /// The beginnings of the words of a vocabulary.
    fn list(&mut self, name: &str) -> Option<Rc<Ways>> {
        if let Some(known) = self.lists.get(name) {
            return known.clone();
        }
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        let vocabulary = self.vocabulary;
        let words = vocabulary.words(name)?.iter();
        let read = |word: &String| {
            let mut reader = Reader::of(word);
            let ways = self.choice(&mut reader)?;
            reader.peek().is_none().then_some(ways)
        };
        let all: Option<Vec<Ways>> = words.map(read).collect();
        self.depth -= 1;
        let mut all: Option<Ways> = all.map(|all| all.into_iter().flatten().collect());
        if let Some(ways) = &mut all {
            ways.sort_unstable();
            ways.dedup();
        }
        let all = all.map(Rc::new);
        self.lists.insert(name.to_owned(), all.clone());
        all
    }
}

/// Every way with every way behind it.
fn joined(ways: Ways, next: &Ways) -> Ways {
    let open = ways.iter().filter(|(_, open)| *open).count();
    if open == 0 {
        return ways;
    }
    if ways.len() + open * next.len() > MOST {
        return ways.into_iter().map(|(text, _)| (text, false)).collect();
    }
    let mut out = Ways::with_capacity(ways.len() + open * next.len());
    for (text, open) in ways {
        if !open {
            out.push((text, false));
            continue;
        }
        for (more, open) in next {
            let mut whole = text.clone();
            whole.push_str(more);
            let fits = whole.len() <= LONGEST;
            whole.truncate(LONGEST);
            out.push((whole, *open && fits));
        }
    }
    out
}

/// Anything may stand here.
fn unknown() -> Rc<Ways> {
    Rc::new(vec![(String::new(), false)])
}

fn letter(byte: u8) -> Option<Rc<Ways>> {
    let letter = byte
        .is_ascii()
        .then(|| char::from(byte.to_ascii_lowercase()))?;
    Some(Rc::new(vec![(letter.to_string(), true)]))
}

/// The letters of a choice such as `[sz]` or `[0-9]`.
fn letters(inside: &str) -> Ways {
    let mut found = Ways::new();
    let bytes = inside.as_bytes();
    let mut at = 0;
    while let Some(first) = bytes.get(at) {
        let last = match (bytes.get(at + 1), bytes.get(at + 2)) {
            (Some(b'-'), Some(last)) => {
                at += 2;
                last
            }
            _ => first,
        };
        at += 1;
        found.extend((*first..=*last).map(|byte| (char::from(byte).to_string(), true)));
    }
    let is_plain =
        inside.is_ascii() && !inside.starts_with('^') && !inside.contains(['\\', '[', '&', '~']);
    match is_plain && found.len() <= MOST_LETTERS {
        true => found
            .iter()
            .map(|(text, open)| (text.to_ascii_lowercase(), *open))
            .collect(),
        false => unknown().to_vec(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        vocabulary.extend(
            "producer",
            ["vendor".to_owned(), "(app|web) team".to_owned()],
        );
        vocabulary
    }

    #[test]
    fn every_part_that_must_be_there_is_known_by_its_beginnings() {
        let vocabulary = vocabulary();
        let required = Beginnings::new(&vocabulary).required("{producer} <3> (the )?renam*");
        assert!(required.begins);
        let parts: Vec<Vec<String>> = required.parts.iter().map(|part| part.to_vec()).collect();
        assert_eq!(
            parts,
            [
                vec![" app team", " vendor", " web team"],
                vec![" renam", " the renam"]
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_not_required() {
        let vocabulary = vocabulary();
        let mut beginnings = Beginnings::new(&vocabulary);
        let mut of = |part: &str| {
            let required = beginnings.required(part);
            let parts: Vec<Vec<String>> = required.parts.iter().map(|part| part.to_vec()).collect();
            parts.concat()
        };
        assert_eq!(of("normali[sz]*"), [" normalis", " normaliz"]);
        assert_eq!(of("c\\+\\+"), [" c++"]);
        assert_eq!(of("re(labels?|)x{2}y"), [" relabelsx", " relabelx", " rex"]);
        assert_eq!(of("(no|a)?"), [""; 0]);
        assert_eq!(of("[0-9a-z]+ days"), [" days"]);
        assert_eq!(of("\\d+ days"), [" days"]);
    }
}
