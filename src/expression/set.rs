//! Chars: the characters of a set, put together as it is read.

use std::sync::Arc;
use std::sync::LazyLock;

use regex_syntax::hir::Class;
use regex_syntax::hir::HirKind;

use crate::expression::program::Mode;
use crate::expression::program::Set;

/// A named set of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Perl {
    Digit,
    Space,
    Word,
    NoDigit,
    NoSpace,
    NoWord,
}

/// Ranges of characters that are not ASCII, ascending and apart.
type Ranges = Arc<[(char, char)]>;

/// The named sets, in the order of [`Perl`].
static PERL: LazyLock<[Chars; 6]> = LazyLock::new(|| {
    [r"\d", r"\s", r"\w", r"\D", r"\S", r"\W"].map(|source| {
        let parsed = regex_syntax::parse(source).expect("a constant");
        match parsed.kind() {
            HirKind::Class(Class::Unicode(class)) => Chars::of_class(class),
            _ => Chars::default(),
        }
    })
});

impl Perl {
    /// The set that a letter behind `\` stands for.
    pub(super) fn of(letter: char) -> Option<Perl> {
        Some(match letter {
            'd' => Perl::Digit,
            's' => Perl::Space,
            'w' => Perl::Word,
            'D' => Perl::NoDigit,
            'S' => Perl::NoSpace,
            'W' => Perl::NoWord,
            _ => return None,
        })
    }
}

/// A set of characters; of bytes where only bytes are matched.
#[derive(Debug, Clone)]
pub(super) struct Chars {
    ascii: u128,
    others: Ranges,
}

impl Default for Chars {
    fn default() -> Chars {
        Chars {
            ascii: 0,
            others: Arc::new([]),
        }
    }
}

impl Chars {
    /// Those of a text.
    pub(super) fn of(text: &str) -> Chars {
        text.chars().fold(Chars::default(), Chars::with)
    }

    /// A named set; it shares its ranges with all others of that name.
    pub(super) fn perl(perl: Perl, mode: Mode) -> Chars {
        match mode.unicode {
            true => PERL[perl as usize].clone(),
            false => Chars::default(),
        }
    }

    /// The set that the reader of the library has made.
    pub(super) fn of_class(class: &regex_syntax::hir::ClassUnicode) -> Chars {
        let ranges = class.ranges().iter();
        let ranges: Vec<(char, char)> = ranges.map(|one| (one.start(), one.end())).collect();
        let low = ranges.iter().filter(|(start, _)| start.is_ascii());
        let high = ranges.iter().filter(|(_, end)| !end.is_ascii());
        Chars {
            ascii: low.fold(0, |bits, (start, end)| bits | ascii(*start, *end)),
            others: high
                .map(|(start, end)| (*start.max(&'\u{80}'), *end))
                .collect(),
        }
    }

    pub(super) fn with(self, char: char) -> Chars {
        self.with_range(char, char)
    }

    pub(super) fn with_range(mut self, start: char, end: char) -> Chars {
        if start.is_ascii() {
            self.ascii |= ascii(start, end);
        }
        if end.is_ascii() {
            return self;
        }
        self.and(Chars {
            ascii: 0,
            others: Arc::new([(start.max('\u{80}'), end)]),
        })
    }

    pub(super) fn and(self, other: Chars) -> Chars {
        let ascii = self.ascii | other.ascii;
        if other.others.is_empty() || self.others.is_empty() {
            let both = [self.others, other.others];
            let others = both.into_iter().max_by_key(|ranges| ranges.len());
            let others = others.unwrap_or_default();
            return Chars { ascii, others };
        }
        let both = self.others.iter().chain(&*other.others);
        let mut ranges: Vec<(char, char)> = both.copied().collect();
        ranges.sort_unstable();
        let mut apart: Vec<(char, char)> = Vec::with_capacity(ranges.len());
        for (start, end) in ranges {
            match apart.last_mut() {
                Some((_, last)) if start <= *last => *last = end.max(*last),
                _ => apart.push((start, end)),
            }
        }
        Chars {
            ascii,
            others: apart.into(),
        }
    }

    /// All that are not in the set; of bytes only where there are but bytes.
    pub(super) fn others(self, mode: Mode) -> Chars {
        let ascii = !self.ascii;
        if !mode.unicode {
            // Those above ASCII stand for each other: no expression over bytes names one of them.
            let others = match self.others.is_empty() {
                true => Chars::default().with_range('\u{80}', '\u{ff}').others,
                false => Arc::new([]),
            };
            return Chars { ascii, others };
        }
        let mut next = Some('\u{80}');
        let mut ranges = Vec::with_capacity(self.others.len() + 1);
        for (start, end) in &*self.others {
            if let Some(from) = next.filter(|from| from < start) {
                ranges.push((from, before(*start)));
            }
            next = after(*end);
        }
        ranges.extend(next.map(|from| (from, char::MAX)));
        Chars {
            ascii,
            others: ranges.into(),
        }
    }

    /// With the other case of each letter; `None` where it has letters whose cases are not known here.
    pub(super) fn in_any_case(self) -> Option<Chars> {
        let shared = PERL
            .iter()
            .any(|perl| Arc::ptr_eq(&perl.others, &self.others));
        let odd = |(start, end): &(char, char)| start != end || start.is_alphabetic();
        if !shared && self.others.iter().any(odd) {
            return None;
        }
        let lower = self.ascii >> b'a' & 0x3ff_ffff;
        let upper = self.ascii >> b'A' & 0x3ff_ffff;
        let both = lower | upper;
        let mut set = Chars {
            ascii: self.ascii | both << b'a' | both << b'A',
            ..self
        };
        // Two signs of Unicode fold to letters of ASCII: the sign of Kelvin and the long s.
        for (letter, folds) in [(b'k', '\u{212a}'), (b's', '\u{17f}')] {
            let has = set.ascii >> letter & 1 == 1;
            let known = |(start, end): &(char, char)| (*start..=*end).contains(&folds);
            if has && !set.others.iter().any(known) {
                set = set.with(folds);
            }
        }
        Some(set)
    }

    /// The set as programs over characters have it.
    pub(super) fn into_set_of_chars(self) -> Set {
        Set::Chars(self.ascii, self.others)
    }

    /// The set as programs have it; `None` where bytes cannot tell it.
    pub(super) fn into_set(self, mode: Mode) -> Option<Set> {
        if mode.unicode {
            return Some(self.into_set_of_chars());
        }
        match &*self.others {
            [] => Some(Set::Bytes([self.ascii, 0])),
            [('\u{80}', '\u{ff}')] => Some(Set::Bytes([self.ascii, u128::MAX])),
            _ => None,
        }
    }
}

/// The bits of the characters of a range that are ASCII.
fn ascii(start: char, end: char) -> u128 {
    let (start, end) = (start as u32, (end as u32).min(0x7f));
    let bits = end.saturating_sub(start) + 1;
    let ones = u128::MAX >> (128 - bits);
    ones << start
}

/// The character before one that is not the first.
fn before(char: char) -> char {
    let one_less = char::from_u32((char as u32).saturating_sub(1));
    one_less.unwrap_or('\u{d7ff}')
}

fn after(char: char) -> Option<char> {
    match char {
        char::MAX => None,
        '\u{d7ff}' => Some('\u{e000}'),
        char => char::from_u32(char as u32 + 1),
    }
}
