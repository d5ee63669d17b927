//! Regex: a regular expression that is walked as it was read while it is new, and compiled once it has been used a lot.
//!
//! Compiling the expressions of this program takes a quarter of a second, which one document is never worth; many are.
//! Both ways find the same: leftmost, and of several ways to match the one that is written first.

mod compiled;
mod found;
mod maker;
mod program;
mod reader;
mod set;
mod tree;
mod walk;

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use crate::expression::compiled::Compiled;
pub(crate) use crate::expression::found::Captures;
pub(crate) use crate::expression::found::Match;
use crate::expression::found::one_by_one;
use crate::expression::found::replaced;
use crate::expression::program::Mode;
use crate::expression::program::Program;
use crate::expression::walk::Overrun;
use crate::expression::walk::Slots;
use crate::expression::walk::Walk;

/// So many steps are walked with an expression before it is compiled: they take as long as compiling does.
const WORTH: u32 = 400_000;

/// As many slots as most expressions have.
const FEW_SLOTS: usize = 16;

/// A regular expression.
#[derive(Debug)]
pub(crate) struct Regex {
    source: Box<str>,
    mode: Mode,
    program: Option<Program>,
    /// The steps that were walked.
    walked: AtomicU32,
    compiled: OnceLock<Option<Compiled>>,
    /// The same, for matches at the beginning of a text only.
    compiled_here: OnceLock<Option<Compiled>>,
}

impl Regex {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn new(source: &str) -> Result<Regex, Box<regex_syntax::Error>> {
        let mode = Mode {
            any_case: false,
            unicode: true,
        };
        Regex::read(source, mode)
    }

    /// Reads an expression whose letters match in both cases.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn any_case(source: &str) -> Result<Regex, Box<regex_syntax::Error>> {
        let mode = Mode {
            any_case: true,
            unicode: true,
        };
        Regex::read(source, mode)
    }

    /// Reads an expression over bytes, whose classes are those of ASCII.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn bytes(source: &str) -> Result<Regex, Box<regex_syntax::Error>> {
        let mode = Mode {
            any_case: false,
            unicode: false,
        };
        Regex::read(source, mode)
    }

    fn read(source: &str, mode: Mode) -> Result<Regex, Box<regex_syntax::Error>> {
        Ok(Regex {
            source: source.into(),
            mode,
            program: Program::read(source, mode)?,
            walked: AtomicU32::new(0),
            compiled: OnceLock::new(),
            compiled_here: OnceLock::new(),
        })
    }

    /// Whether it matches somewhere in a text.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.search(text, 0, &mut [])
    }

    /// The first match.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.find_at(text, 0)
    }

    /// The match that begins at a place. What stands before the place is not looked at once the expression is compiled,
    /// so that it must not matter to it.
    pub(crate) fn find_here<'t>(&self, text: &'t str, place: usize) -> Option<Match<'t>> {
        let mut slots = [None; 2];
        let walked = self.walk(&mut slots, text, |walk, slots| walk.here(place, slots));
        let Some(is_found) = walked else {
            let compile = || Compiled::of(&format!("^(?:{})", self.source), self.mode);
            let compiled = self.compiled_here.get_or_init(compile).as_ref()?;
            let rest = text.get(place..)?;
            compiled.search(rest, 0, &mut slots);
            let end = place + slots[1]?;
            return Some(Match {
                text,
                start: place,
                end,
            });
        };
        is_found.then_some(Match {
            text,
            start: place,
            end: slots[1]?,
        })
    }

    /// The first match at or after a place.
    pub(crate) fn find_at<'t>(&self, text: &'t str, from: usize) -> Option<Match<'t>> {
        let mut slots = [None; 2];
        self.search(text, from, &mut slots);
        let (start, end) = (slots[0]?, slots[1]?);
        Some(Match { text, start, end })
    }

    /// All matches, of which none overlaps another.
    pub(crate) fn find_iter<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        let find = |from| self.find_at(text, from).map(|found| (found, found.range()));
        one_by_one(text, find)
    }

    /// The first match with its groups.
    pub(crate) fn captures<'t>(&'t self, text: &'t str) -> Option<Captures<'t>> {
        self.captures_at(text, 0)
    }

    /// The first match at or after a place, with its groups.
    pub(crate) fn captures_at<'t>(&'t self, text: &'t str, from: usize) -> Option<Captures<'t>> {
        let count = 2 * self.groups();
        let (mut few, mut many) = ([None; FEW_SLOTS], Vec::new());
        let slots = match few.get_mut(..count) {
            Some(few) => few,
            None => {
                many.resize(count, None);
                many.as_mut_slice()
            }
        };
        // Most texts have no match, and nothing is to be asked of the allocator for them.
        self.search(text, from, slots).then(|| Captures {
            regex: self,
            text,
            slots: slots.to_vec(),
        })
    }

    /// All matches with their groups, of which none overlaps another.
    pub(crate) fn captures_iter<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        let find = |from| {
            let found = self.captures_at(text, from)?;
            let range = found.get(0)?.range();
            Some((found, range))
        };
        one_by_one(text, find)
    }

    /// The text with its first match replaced.
    pub(crate) fn replace<'t>(&self, text: &'t str, with: &str) -> Cow<'t, str> {
        replaced(text, self.find(text).into_iter(), with)
    }

    /// The text with all matches replaced.
    pub(crate) fn replace_all<'t>(&'t self, text: &'t str, with: &str) -> Cow<'t, str> {
        replaced(text, self.find_iter(text), with)
    }

    /// How many groups there are, the whole match among them.
    fn groups(&self) -> usize {
        match &self.program {
            Some(program) => program.names.len(),
            None => self.compiled().map_or(1, Compiled::groups),
        }
    }

    /// The number of the group with a name.
    fn group(&self, name: &str) -> Option<usize> {
        match &self.program {
            Some(program) => {
                let mut names = program.names.iter();
                names.position(|own| own.as_deref() == Some(name))
            }
            None => self.compiled()?.group(name),
        }
    }

    /// Finds the first match at or after a place, and fills in as many slots as are given.
    fn search(&self, text: &str, from: usize, slots: &mut Slots) -> bool {
        let walked = self.walk(slots, text, |walk, slots| walk.find(from, slots));
        if let Some(found) = walked {
            return found;
        }
        let found = self
            .compiled()
            .map(|compiled| compiled.search(text, from, slots));
        found.unwrap_or(false)
    }

    /// What a walk over a text finds; `None` where the expression is worth compiling.
    fn walk(
        &self,
        slots: &mut Slots,
        text: &str,
        find: impl FnOnce(&mut Walk<'_>, &mut Slots) -> Result<bool, Overrun>,
    ) -> Option<bool> {
        let left = WORTH.saturating_sub(self.walked.load(Ordering::Relaxed));
        let program = self.program.as_ref().filter(|_| left > 0)?;
        let mut walk = Walk::new(program, text, left);
        let found = find(&mut walk, slots);
        let spent = left - walk.left();
        self.walked.fetch_add(spent, Ordering::Relaxed);
        if found.is_err() {
            self.walked.store(WORTH, Ordering::Relaxed);
            slots.fill(None);
        }
        found.ok()
    }

    fn compiled(&self) -> Option<&Compiled> {
        let compile = || Compiled::of(&self.source, self.mode);
        self.compiled.get_or_init(compile).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expressions with everything that those of the parser have in them.
    const SOURCES: [&str; 16] = [
        r"(?i)\b(?:at|on|since) (?P<h>\d{1,2})(?::(?P<m>\d\d))?\b",
        r"^\s*(?:[-*] )?(?P<key>[\w -]+?)\s*[:=]\s*(?P<value>.*)$",
        r"(?m)^\d+[.)] (.+?)$",
        r"(a|ab)(c|bcd)(d*)",
        r"(?:a*?b|é+)+?",
        r"(?i)straße|K\w+",
        r"[^\s|]{2,5}\|",
        r"\w+(?:-\w+)*",
        r"a*",
        r"(?:|a)+b",
        r"\B-\B|–",
        r"(?-u:\bto\b)\s+(\p{Lu}\w*)",
        r"x{2,4}?x",
        r"(\d+)(?:st|nd|rd|th)?(?: of)? (january|may)",
        r"$",
        r"\b",
    ];

    /// Texts from few pieces, so that much of them nearly matches.
    fn texts() -> impl Iterator<Item = String> {
        const PIECES: [&str; 24] = [
            "a",
            "ab",
            "bcd",
            "b",
            " ",
            "at 12:30",
            "On 7",
            "\n",
            "- key",
            ": ",
            "é",
            "K",
            "\u{212a}el",
            "straße",
            "|",
            "-",
            "–",
            "xx",
            "xxx",
            "1st of May",
            "2 may",
            "to Ärger",
            "(1) ",
            "2. x",
        ];
        let mut state = 7_u64;
        (0..600).map(move |number| {
            let mut text = String::new();
            for _ in 0..number % 9 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                text.push_str(PIECES[(state >> 40) as usize % PIECES.len()]);
            }
            text
        })
    }

    fn groups(found: &Captures<'_>) -> Vec<Option<(usize, usize)>> {
        found
            .iter()
            .map(|one| one.map(|one| (one.start(), one.end())))
            .collect()
    }

    #[test]
    fn what_is_walked_is_what_the_library_finds() {
        let mut found = 0;
        for source in SOURCES {
            let (own, library) = (Regex::new(source), regex::Regex::new(source));
            let (own, library) = (own.expect(source), library.expect(source));
            let used = Regex::new(source).expect(source);
            for text in texts() {
                // It stays new however often it is asked.
                own.walked.store(0, Ordering::Relaxed);
                let walked: Vec<_> = own.captures_iter(&text).map(|one| groups(&one)).collect();
                let expected = library.captures_iter(&text).map(|one| {
                    let all = one
                        .iter()
                        .map(|one| one.map(|one| (one.start(), one.end())));
                    all.collect::<Vec<_>>()
                });
                let expected: Vec<_> = expected.collect();
                assert_eq!(walked, expected, "{source} in {text:?}");
                used.walked.store(WORTH, Ordering::Relaxed);
                let found_so: Vec<_> = used.captures_iter(&text).map(|one| groups(&one)).collect();
                assert_eq!(found_so, expected, "{source} compiled, in {text:?}");
                let wholes: Vec<_> = own.find_iter(&text).map(|one| one.range()).collect();
                let expected = library.find_iter(&text).map(|one| one.range());
                assert_eq!(wholes, expected.collect::<Vec<_>>(), "{source} in {text:?}");
                assert_eq!(own.replace_all(&text, "_"), library.replace_all(&text, "_"));
                assert_eq!(own.is_match(&text), !wholes.is_empty());
                found += wholes.len();
            }
        }
        assert!(found > 5000, "{found}");
    }

    #[test]
    fn what_is_used_a_lot_is_compiled_and_finds_the_same() {
        let regex = Regex::new(r"(?P<x>a+)+b").expect("an expression");
        let hard = format!("{}ab", "a".repeat(5_000));
        assert!(regex.compiled.get().is_none());
        let range = regex.find(&hard).map(|found| found.range());
        assert_eq!(range, Some(0..hard.len()));
        assert!(
            !regex.is_match(&"a".repeat(5_000)),
            "bounded, however it is asked"
        );
        assert!(regex.compiled.get().is_some());
        let found = regex.captures("xaab").expect("found");
        assert_eq!((&found[0], &found["x"], found.get(2)), ("aab", "aa", None));
        assert_eq!(
            regex.find_here("xaab", 1).map(|found| found.range()),
            Some(1..4)
        );
        assert_eq!(regex.find_here("xaab", 0), None);
    }

    #[test]
    fn bytes_are_matched_as_bytes() {
        let regex = Regex::bytes(" [^ ;]+ ;? ?").expect("an expression");
        assert_eq!(
            regex.find("x été ; y").map(|found| found.range()),
            Some(1..10)
        );
        assert!(Regex::new("(x").is_err());
    }
}
