//! Text to words: folded, with positions and offsets; the same for documents, queries and snippets.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Ends a block of text: a phrase does not go on behind it.
pub(super) const BLOCK_END: char = '\u{E0FF}';

/// Begins a section; the next character says of which kind, see [`section_mark`].
const SECTION: char = '\u{E0FE}';

/// The word that stands at the beginning of every section.
pub(super) const ANY_SECTION: &str = "\u{1}";

/// How far the words of two blocks, or two sections, are apart.
const BLOCK_GAP: usize = 8;
const SECTION_GAP: usize = 40;

/// The longest word in characters; what is beyond is cut on both sides of a comparison.
const LONGEST: usize = 64;

/// The most parts of a compound that is also kept whole.
const MOST_PARTS: usize = 8;

/// The text that begins a section of a kind.
pub(super) fn section_mark(kind: &str) -> String {
    format!("{SECTION}{kind}{SECTION}")
}

/// The word that stands at the beginning of every section of a kind.
pub(super) fn section_word(kind: &str) -> String {
    format!("{ANY_SECTION}{kind}")
}

/// A text without the characters that this analyzer keeps for itself.
pub(super) fn without_marks(text: &str) -> String {
    text.replace(|character| matches!(character, SECTION | BLOCK_END), " ")
}

/// What a word is within its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordKind {
    /// A run of letters and digits.
    Plain,
    /// A compound as it is written, `us-east-1`; its parts follow, the first at the same position.
    Whole,
    /// A part of a word with inner capitals, `Killed` in `OOMKilled`, at the position of that word.
    Inner,
}

/// A word in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The word, folded.
    pub(super) text: String,
    /// What it is.
    pub(super) kind: WordKind,
    /// Its number among the words of the text.
    pub(super) position: usize,
    /// First byte in the text.
    pub(super) start: usize,
    /// One past its last byte.
    pub(super) end: usize,
}

/// Every word of a text, in order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut reader = Reader::new(text);
    let mut words = Vec::new();
    while reader.fill() {
        words.append(&mut reader.words);
    }
    words
}

/// Reads a text chunk by chunk; a chunk is what stands between spaces and loose punctuation.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    position: usize,
    /// The words of the chunk that was read last.
    pub(super) words: Vec<Word>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Reader<'a> {
        Reader {
            text,
            at: 0,
            position: 0,
            words: Vec::new(),
        }
    }

    /// Reads on until there are words; false at the end.
    pub(super) fn fill(&mut self) -> bool {
        self.words.clear();
        while self.words.is_empty() {
            let rest = &self.text[self.at..];
            let Some(skipped) =
                rest.find(|c: char| c.is_alphanumeric() || matches!(c, SECTION | BLOCK_END))
            else {
                self.at = self.text.len();
                return false;
            };
            self.at += skipped;
            let rest = &rest[skipped..];
            if rest.starts_with(BLOCK_END) {
                self.at += BLOCK_END.len_utf8();
                self.position += BLOCK_GAP;
            } else if let Some(inside) = rest.strip_prefix(SECTION) {
                self.section(inside);
            } else {
                let length = chunk_length(rest);
                self.chunk(&rest[..length]);
                self.at += length;
            }
        }
        true
    }

    fn section(&mut self, inside: &str) {
        let length = inside.find(SECTION).unwrap_or(inside.len());
        self.position += SECTION_GAP;
        for text in [ANY_SECTION.to_owned(), section_word(&inside[..length])] {
            self.words.push(Word {
                text,
                kind: WordKind::Plain,
                position: self.position,
                start: self.at,
                end: self.at,
            });
        }
        self.at += (length + 2 * SECTION.len_utf8()).min(self.text.len() - self.at);
    }

    fn chunk(&mut self, chunk: &str) {
        let base = self.at;
        let parts = parts(chunk);
        if (2..=MOST_PARTS).contains(&parts.len())
            && !parts.iter().any(|(_, part)| is_ideographic(part))
        {
            self.push(WordKind::Whole, fold(chunk), base, chunk);
        }
        for (offset, part) in parts {
            let start = base + offset;
            self.push(WordKind::Plain, fold(part), start, part);
            for (inner, piece) in inner_parts(part) {
                self.push(WordKind::Inner, fold(piece), start + inner, piece);
            }
            self.position += 1;
        }
    }

    fn push(&mut self, kind: WordKind, text: String, start: usize, source: &str) {
        if !text.is_empty() {
            self.words.push(Word {
                text,
                kind,
                position: self.position,
                start,
                end: start + source.len(),
            });
        }
    }
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}')
}

/// Whether a character may join two parts of one chunk.
fn is_joint(character: char) -> bool {
    is_apostrophe(character) || matches!(character, '_' | '-' | '.' | '/' | '@')
}

/// The length of the chunk that a text begins with: letters and digits, and single joints between them.
fn chunk_length(text: &str) -> usize {
    let mut end = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character.is_alphanumeric() || is_combining_mark(character) {
            end = at + character.len_utf8();
        } else {
            let goes_on = characters
                .peek()
                .is_some_and(|(_, next)| next.is_alphanumeric());
            if !(is_joint(character) && goes_on) {
                break;
            }
        }
    }
    end
}

/// The parts of a chunk with their offsets; an apostrophe parts nothing but a possessive `s`, an ideograph is a part.
fn parts(chunk: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut push = |from: usize, to: usize| {
        let part = &chunk[from..to];
        let possessive = part.len() > 2 && part.ends_with(['s', 'S']) && {
            let before = &part[..part.len() - 1];
            before.ends_with(is_apostrophe)
        };
        let part = if possessive {
            part[..part.len() - 1].trim_end_matches(is_apostrophe)
        } else {
            part
        };
        if part.chars().any(char::is_alphanumeric) {
            parts.push((from, part));
        }
    };
    for (at, character) in chunk.char_indices() {
        let after = at + character.len_utf8();
        if is_ideograph(character) {
            push(start, at);
            push(at, after);
            start = after;
        } else if is_joint(character) && !is_apostrophe(character) {
            push(start, at);
            start = after;
        }
    }
    push(start, chunk.len());
    parts
}

/// The parts of a word with inner capitals: `OOM` and `Killed` in `OOMKilled`; none for other words, or for `VMs`.
fn inner_parts(word: &str) -> Vec<(usize, &str)> {
    let characters: Vec<(usize, char)> = word.char_indices().collect();
    let mut cuts = vec![0];
    for pair in 1..characters.len() {
        let (before, (at, here)) = (characters[pair - 1].1, characters[pair]);
        let after = characters.get(pair + 1).map(|(_, character)| *character);
        let begins = here.is_uppercase()
            && (before.is_lowercase()
                || (before.is_uppercase() && after.is_some_and(char::is_lowercase)));
        let plural = before.is_uppercase() && after == Some('s') && pair + 2 == characters.len();
        if begins && !plural {
            cuts.push(at);
        }
    }
    cuts.push(word.len());
    if cuts.len() < 3 || cuts.len() > MOST_PARTS + 1 {
        return Vec::new();
    }
    cuts.windows(2)
        .map(|cut| (cut[0], &word[cut[0]..cut[1]]))
        .collect()
}

fn is_ideographic(part: &str) -> bool {
    part.chars().any(is_ideograph)
}

/// Scripts that are written without spaces: every character is a word, and a run of them a phrase.
fn is_ideograph(character: char) -> bool {
    matches!(u32::from(character), 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// A word as it is compared: compatibility forms, case and accents folded, apostrophes left out.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        let mut folded = text.to_ascii_lowercase();
        folded.retain(|character| character != '\'');
        folded.truncate(LONGEST);
        return folded;
    }
    text.nfkd()
        .filter(|character| !is_combining_mark(*character) && !is_apostrophe(*character))
        .flat_map(char::to_lowercase)
        .take(LONGEST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown: Vec<String> = words(text)
            .into_iter()
            .map(|word| {
                format!("{}{}", word.position, word.text.replace('\u{1}', "§")).replacen(
                    &word.position.to_string(),
                    &format!("{}:", word.position),
                    1,
                )
            })
            .collect();
        assert_eq!(shown.join(" "), expected, "{text}");
    }

    #[test]
    fn identifiers_are_kept_whole_and_in_parts() {
        check("us-east-1 down.", "0:us-east-1 0:us 1:east 2:1 3:down");
        check(
            "feature_store.ttl",
            "0:feature_store.ttl 0:feature 1:store 2:ttl",
        );
        check("OOMKilled pods", "0:oomkilled 0:oom 0:killed 1:pods");
        check("VMs GitHub's APIs", "0:vms 1:github 1:git 1:hub 2:apis");
        check(
            "v2.3.1 (ERR_CONN_RESET)",
            "0:v2.3.1 0:v2 1:3 2:1 3:err_conn_reset 3:err 4:conn 5:reset",
        );
    }

    #[test]
    fn case_accents_and_apostrophes_are_folded() {
        check("Café’s don't NAÏVE", "0:cafe 1:dont 2:naive");
        check("cafe\u{301} ﬁle", "0:cafe 1:file");
        check("日本 ok", "0:日 1:本 2:ok");
        check("… -- ''' 's", "0:s");
    }

    #[test]
    fn blocks_and_sections_stand_apart() {
        let text = format!("{}a b{BLOCK_END}c", section_mark("root-cause"));
        check(&text, "40:§ 40:§root-cause 40:a 41:b 50:c");
        assert_eq!(without_marks(&text), " root-cause a b c");
    }

    #[test]
    fn offsets_are_those_of_the_text() {
        let text = "é OOMKilled’s us-east-1";
        let marked: Vec<&str> = words(text)
            .iter()
            .map(|word| &text[word.start..word.end])
            .collect();
        assert_eq!(
            marked,
            [
                "é",
                "OOMKilled",
                "OOM",
                "Killed",
                "us-east-1",
                "us",
                "east",
                "1"
            ]
        );
    }
}
