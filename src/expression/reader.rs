//! Reader: makes a program of an expression in one go, where it is written with no more than the usual signs.
//!
//! It knows groups, choices, sets, repetitions and the flags `i`, `m` and `s`. What it does not know is left to the
//! reader of the library, which makes a syntax tree first and takes five times as long.

use regex_syntax::hir::Look;

use crate::expression::maker::Maker;
use crate::expression::program::Mode;
use crate::expression::program::Step;
use crate::expression::set::Chars;
use crate::expression::set::Perl;

/// How deep groups may stand in each other.
const DEEPEST: usize = 40;

#[derive(Clone, Copy)]
struct Flags {
    any_case: bool,
    lines: bool,
    dot_is_all: bool,
}

struct Reader<'s, 'm> {
    source: &'s str,
    at: usize,
    mode: Mode,
    flags: Flags,
    depth: usize,
    groups: u32,
    maker: &'m mut Maker,
}

/// Makes the steps of an expression; `None` where something in it is not known here, or it is too large.
pub(super) fn read(source: &str, mode: Mode, maker: &mut Maker) -> Option<()> {
    let mut reader = Reader {
        source,
        at: 0,
        mode,
        flags: Flags {
            any_case: mode.any_case,
            lines: false,
            dot_is_all: false,
        },
        depth: 0,
        groups: 0,
        maker,
    };
    reader.choice()?;
    reader.peek().is_none().then_some(())
}

impl Reader<'_, '_> {
    fn peek(&self) -> Option<char> {
        self.source.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn eat(&mut self, text: &str) -> bool {
        let rest = self.source.get(self.at..).unwrap_or_default();
        let eats = rest.starts_with(text);
        self.at += if eats { text.len() } else { 0 };
        eats
    }

    /// Alternatives, up to the end of the group.
    fn choice(&mut self) -> Option<()> {
        let mut ends = Vec::new();
        loop {
            let begin = self.maker.here();
            while !matches!(self.peek(), None | Some('|' | ')')) {
                self.item()?;
            }
            if !self.eat("|") {
                break;
            }
            self.maker.insert(begin)?;
            ends.push(self.maker.push(Step::Match)?);
            let behind = self.maker.here();
            self.maker.put(begin, Step::Split(begin + 1, behind));
        }
        let end = self.maker.here();
        ends.into_iter()
            .for_each(|at| self.maker.put(at, Step::Jump(end)));
        Some(())
    }

    /// One sign, set or group, with what says how often it stands there.
    fn item(&mut self) -> Option<()> {
        let begin = self.maker.here();
        match self.next()? {
            '(' => self.group()?,
            '[' => {
                let set = self.set()?;
                self.push_set(set)?;
            }
            '.' => {
                let none = Chars::of(if self.flags.dot_is_all { "" } else { "\n" });
                self.push_set(none.others(self.mode))?;
            }
            '^' if self.flags.lines => self.look(Look::StartLF)?,
            '$' if self.flags.lines => self.look(Look::EndLF)?,
            '^' => self.look(Look::Start)?,
            '$' => self.look(Look::End)?,
            '\\' => self.escape()?,
            '*' | '+' | '?' | '{' => return None,
            char => self.letter(char)?,
        }
        self.repeated(begin)
    }

    fn look(&mut self, look: Look) -> Option<()> {
        self.maker.push(Step::Look(look)).map(|_| ())
    }

    fn push_set(&mut self, set: Chars) -> Option<()> {
        let set = self.maker.add(set.into_set(self.mode)?);
        self.maker.push(Step::Set(set)).map(|_| ())
    }

    fn letter(&mut self, char: char) -> Option<()> {
        if self.flags.any_case && char.is_alphabetic() {
            let mode = self.mode;
            let both = || Chars::default().with(char).in_any_case()?.into_set(mode);
            let set = self.maker.letter(char, both)?;
            return self.maker.push(Step::Set(set)).map(|_| ());
        }
        if !self.mode.unicode && !char.is_ascii() {
            return None;
        }
        let mut buffer = [0; 4];
        let bytes = char.encode_utf8(&mut buffer).bytes();
        for byte in bytes {
            self.maker.push(Step::Byte(byte))?;
        }
        Some(())
    }

    fn escape(&mut self) -> Option<()> {
        let char = self.next()?;
        if let Some(perl) = Perl::of(char).filter(|_| self.mode.unicode) {
            return self.push_set(Chars::perl(perl, self.mode));
        }
        match char {
            'b' if self.mode.unicode && !self.eat("{") => self.look(Look::WordUnicode),
            'B' if self.mode.unicode => self.look(Look::WordUnicodeNegate),
            'A' => self.look(Look::Start),
            'z' => self.look(Look::End),
            char => {
                let plain = escaped(char)?;
                self.letter(plain)
            }
        }
    }

    /// A group, or flags for what stands behind them.
    fn group(&mut self) -> Option<()> {
        let before = self.flags;
        let mut capture = None;
        if self.eat("?P<") || self.eat("?<") {
            let rest = self.source.get(self.at..)?;
            let (name, _) = rest.split_once('>')?;
            let is_name = |char: char| char.is_ascii_alphanumeric() || char == '_';
            if name.is_empty() || !name.chars().all(is_name) {
                return None;
            }
            self.at += name.len() + 1;
            capture = Some(Some(name.into()));
        } else if self.eat("?") {
            while let Some(flag @ ('i' | 'm' | 's')) = self.peek() {
                self.at += 1;
                match flag {
                    'i' => self.flags.any_case = true,
                    'm' => self.flags.lines = true,
                    _ => self.flags.dot_is_all = true,
                }
            }
            if self.eat(")") {
                // They hold to the end of the group around.
                return match self.peek() {
                    Some('*' | '+' | '?' | '{') => None,
                    _ => Some(()),
                };
            }
            if !self.eat(":") {
                return None;
            }
        } else {
            capture = Some(None);
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        match capture {
            Some(name) => {
                self.groups += 1;
                let group = self.groups;
                self.maker.name(group, name);
                self.maker.push(Step::Save(group * 2))?;
                self.choice()?;
                self.maker.push(Step::Save(group * 2 + 1))?;
            }
            None => self.choice()?,
        }
        self.depth -= 1;
        self.flags = before;
        self.eat(")").then_some(())
    }

    /// A set in brackets, of which the first is passed.
    fn set(&mut self) -> Option<Chars> {
        let negated = self.eat("^");
        let mut set = Chars::default();
        let mut is_first = true;
        loop {
            let char = match self.next()? {
                ']' if !is_first => break,
                '[' | '&' | '~' => return None,
                '\\' => match self.next()? {
                    char if Perl::of(char).is_some() => {
                        let perl = Perl::of(char).filter(|_| self.mode.unicode)?;
                        set = set.and(Chars::perl(perl, self.mode));
                        is_first = false;
                        continue;
                    }
                    char => escaped(char)?,
                },
                char => char,
            };
            is_first = false;
            let rest = self.source.get(self.at..)?;
            let is_range = rest.starts_with('-') && !rest.starts_with("-]");
            if rest.starts_with("--") {
                return None;
            }
            if !is_range {
                set = set.with(char);
                continue;
            }
            self.at += 1;
            let last = match self.next()? {
                '\\' => escaped(self.next()?)?,
                '[' => return None,
                last => last,
            };
            set = (char <= last).then(|| set.with_range(char, last))?;
        }
        if self.flags.any_case {
            set = set.in_any_case()?;
        }
        Some(if negated { set.others(self.mode) } else { set })
    }

    /// Repeats what was made since a step as often as is said here.
    fn repeated(&mut self, begin: u32) -> Option<()> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                let (inside, _) = self.source.get(self.at + 1..)?.split_once('}')?;
                self.at += inside.len() + 1;
                let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
                let most = match most {
                    "" => None,
                    most => Some(most.parse::<u32>().ok()?),
                };
                (least.parse::<u32>().ok()?, most)
            }
            _ => return Some(()),
        };
        self.at += 1;
        let greedy = !self.eat("?");
        let again = matches!(self.peek(), Some('*' | '+' | '?' | '{'));
        if again || begin == self.maker.here() || most.is_some_and(|most| most < least) {
            return None;
        }
        self.maker.repeat(begin, (least, most), greedy)
    }
}

/// What a sign behind `\` stands for; `None` for what stands for more than itself.
fn escaped(char: char) -> Option<char> {
    match char {
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some('\r'),
        '<' | '>' => None,
        char => char.is_ascii_punctuation().then_some(char),
    }
}
