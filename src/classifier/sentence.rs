//! Sentence, Shadow: the blocks of a post-mortem cut into sentences, each with a plain shadow that rules are matched on.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::postmortem::Block;
use crate::postmortem::BlockKind;
use crate::postmortem::Postmortem;
use crate::postmortem::SectionKind;

/// The longest sentence that rules are run on, in bytes; a longer one is cut into pieces of this size.
const LONGEST: usize = 2048;
/// Documents are read up to this many sentences, so that the time for one is bounded.
const MOST: usize = 6000;

/// A sentence, a list item's sentence, a heading or a table row: the unit that a rule sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    /// Index of its block in the post-mortem.
    pub(crate) block: usize,
    /// The section that it stands in.
    pub(crate) section: SectionKind,
    /// What its block is.
    pub(crate) kind: BlockKind,
    /// Where it starts and ends in the block's text.
    pub(crate) range: (usize, usize),
    /// What rules are matched on.
    pub(crate) shadow: Shadow,
    /// It ends in a question mark.
    pub(crate) is_question: bool,
}

/// A sentence as rules see it: lower-case ASCII words, each with one space before and after it, punctuation as words of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shadow {
    /// The words, with a space at both ends.
    pub(crate) text: String,
    /// Where each word starts: in the shadow, and in the block's text.
    pub(crate) words: Vec<(usize, usize)>,
}

impl Shadow {
    /// Makes the shadow of `text[start..end]`.
    pub(crate) fn of(text: &str, start: usize, end: usize) -> Shadow {
        let mut shadow = Shadow {
            text: String::from(" "),
            words: Vec::new(),
        };
        let part = text.get(start..end).unwrap_or("");
        let mut at = 0;
        for raw in part.split_inclusive(char::is_whitespace) {
            shadow.push_raw(raw.trim_end(), start + at);
            at += raw.len();
        }
        shadow
    }

    /// The index of the word that holds a byte of the shadow.
    pub(crate) fn word_at(&self, offset: usize) -> usize {
        self.words
            .partition_point(|(start, _)| *start <= offset)
            .saturating_sub(1)
    }

    /// Splits what stands between two spaces into words and marks.
    fn push_raw(&mut self, raw: &str, at: usize) {
        let mut word = String::new();
        let mut word_at = at;
        let mut rest = raw.char_indices().peekable();
        while let Some((offset, char)) = rest.next() {
            let next = rest.peek().map(|(_, char)| *char);
            match mark(char, word.chars().next_back(), next) {
                Mark::Part => {
                    if word.is_empty() {
                        word_at = at + offset;
                    }
                    fold(char, &mut word);
                }
                Mark::Silent => {}
                Mark::Break(sign) => {
                    self.push_word(&word, word_at);
                    word.clear();
                    if let Some(sign) = sign {
                        self.push_sign(sign, at + offset);
                    }
                }
                Mark::Hyphen => {
                    let joins = JOINING.contains(&word.as_str());
                    if !joins {
                        self.push_word(&word, word_at);
                        word.clear();
                    }
                }
            }
        }
        self.push_word(&word, word_at);
    }

    fn push_word(&mut self, word: &str, at: usize) {
        let word = word.trim_end_matches(['.', '\'', '!', '?']);
        if word.is_empty() {
            return;
        }
        for part in expand(word) {
            self.words.push((self.text.len(), at));
            self.text.push_str(&part);
            self.text.push(' ');
        }
    }

    fn push_sign(&mut self, sign: &str, at: usize) {
        let repeated = self.text.ends_with(&format!(" {sign} "))
            || (sign == "," && self.text.ends_with(" ; "));
        if !repeated {
            self.words.push((self.text.len(), at));
            self.text.push_str(sign);
            self.text.push(' ');
        }
    }
}

/// What a character does to the word that it stands in.
enum Mark {
    Part,
    Silent,
    Hyphen,
    Break(Option<&'static str>),
}

/// Prefixes that a hyphen joins to the next part: `re-train` is `retrain`.
const JOINING: &[&str] = &[
    "re", "pre", "mis", "un", "de", "over", "under", "auto", "back", "mid", "anti", "sub", "micro",
    "ever",
];

fn mark(char: char, before: Option<char>, next: Option<char>) -> Mark {
    let inside =
        before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric);
    match char {
        '\'' | '\u{2019}' | '\u{2018}' if inside => Mark::Part,
        '-' | '\u{2010}' | '\u{2011}' if inside => {
            let digits = before.is_some_and(|c| c.is_ascii_digit())
                && next.is_some_and(|c| c.is_ascii_digit());
            if digits { Mark::Part } else { Mark::Hyphen }
        }
        '-' | '\u{2212}' if next.is_some_and(|c| c.is_ascii_digit()) && before.is_none() => {
            Mark::Part
        }
        '-' | '>' => Mark::Silent,
        '\u{2192}' => Mark::Break(Some("to")),
        '\u{2013}' if inside => Mark::Part,
        '\u{2013}' | '\u{2014}' | ',' if inside && char == ',' => {
            let digits = before.is_some_and(|c| c.is_ascii_digit())
                && next.is_some_and(|c| c.is_ascii_digit());
            if digits {
                Mark::Part
            } else {
                Mark::Break(Some(","))
            }
        }
        '\u{2013}' | '\u{2014}' | ',' | '(' | ')' | '[' | ']' | '{' | '}' => Mark::Break(Some(",")),
        ':' if inside && before.is_some_and(|c| c.is_ascii_digit()) => Mark::Part,
        ':' => Mark::Break(Some(":")),
        ';' => Mark::Break(Some(";")),
        '|' => Mark::Break(Some("|")),
        '/' if inside => Mark::Break(None),
        '=' => Mark::Break(Some("=")),
        '"' | '`' | '\'' | '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}' | '*' | '~' | '#'
        | '\u{b7}' | '\u{2026}' => Mark::Silent,
        '!' | '?' => Mark::Break(None),
        _ => Mark::Part,
    }
}

/// Lower case, without accents, in ASCII; characters that have no ASCII form are kept as `?`.
fn fold(char: char, into: &mut String) {
    if char.is_ascii() {
        into.push(char.to_ascii_lowercase());
        return;
    }
    match char {
        '\u{2013}' => into.push('-'),
        '\u{2212}' => into.push('-'),
        '\u{2019}' | '\u{2018}' => into.push('\''),
        '\u{d7}' => into.push('x'),
        _ => {
            for part in std::iter::once(char)
                .nfkd()
                .filter(|part| !is_combining_mark(*part))
            {
                into.push(if part.is_ascii() {
                    part.to_ascii_lowercase()
                } else {
                    '?'
                });
            }
        }
    }
}

/// Opens contractions and drops possessive apostrophes: `didn't` is `did not`, `yesterday's` is `yesterdays`.
fn expand(word: &str) -> Vec<String> {
    let Some(at) = word.find('\'') else {
        return match word {
            "cannot" => vec!["can".to_owned(), "not".to_owned()],
            "percent" | "pct" => vec!["%".to_owned()],
            _ => vec![word.to_owned()],
        };
    };
    let (stem, tail) = (&word[..at], &word[at + 1..]);
    match (stem, tail) {
        ("can", "t") => vec!["can".to_owned(), "not".to_owned()],
        ("won", "t") => vec!["will".to_owned(), "not".to_owned()],
        (_, "t") if stem.ends_with('n') => {
            vec![stem[..stem.len() - 1].to_owned(), "not".to_owned()]
        }
        (_, "re") => vec![stem.to_owned(), "are".to_owned()],
        (_, "ve") => vec![stem.to_owned(), "have".to_owned()],
        (_, "ll") => vec![stem.to_owned(), "will".to_owned()],
        _ => vec![format!("{stem}{}", tail.replace('\'', ""))],
    }
}

/// Cuts the text of a post-mortem into sentences, in the order of the document.
pub(crate) fn sentences(postmortem: &Postmortem) -> Vec<Sentence> {
    let mut all = Vec::new();
    for (index, block) in postmortem.blocks.iter().enumerate() {
        let section = postmortem.section_kind(block);
        for (start, end) in cut(&block.text) {
            if all.len() == MOST {
                return all;
            }
            let shadow = Shadow::of(&block.text, start, end);
            if shadow.words.is_empty() {
                continue;
            }
            all.push(Sentence {
                block: index,
                section: section_of(block, section),
                kind: block.kind,
                range: (start, end),
                is_question: block.text[start..end].trim_end().ends_with('?'),
                shadow,
            });
        }
    }
    all
}

fn section_of(block: &Block, section: SectionKind) -> SectionKind {
    match block.kind {
        BlockKind::Title => SectionKind::Title,
        _ => section,
    }
}

/// Abbreviations whose full stop ends no sentence.
const ABBREVIATIONS: &[&str] = &[
    "e.g", "i.e", "vs", "approx", "dr", "mr", "mrs", "ms", "inc", "cf", "etc", "fig", "st", "ca",
    "resp", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    "eq", "ver",
];

/// The ranges of the sentences of a text.
fn cut(text: &str) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for (at, char) in text.char_indices() {
        let end = at + char.len_utf8();
        let over = end - start >= LONGEST && char.is_whitespace();
        let far_over = end - start >= 2 * LONGEST;
        if over
            || far_over
            || (matches!(char, '.' | '!' | '?') && ends_sentence(text, start, at, end))
        {
            ranges.push((start, end));
            start = end;
        }
    }
    if start < text.len() {
        ranges.push((start, text.len()));
    }
    ranges.retain(|(from, to)| !text[*from..*to].trim().is_empty());
    for range in &mut ranges {
        range.0 += text[range.0..range.1].len() - text[range.0..range.1].trim_start().len();
    }
    ranges
}

/// Whether the mark at `at` ends the sentence that began at `start`.
fn ends_sentence(text: &str, start: usize, at: usize, end: usize) -> bool {
    let rest = &text[end..];
    let closing = rest.trim_start_matches(['"', '\'', ')', '*', '`', '\u{201d}', '\u{2019}']);
    if !closing.is_empty() && !closing.starts_with(char::is_whitespace) {
        return false;
    }
    let next = closing.trim_start().chars().next();
    if next.is_some_and(|char| char.is_lowercase()) {
        return false;
    }
    let last = text[start..at]
        .rsplit(|char: char| char.is_whitespace() || char == '(')
        .next()
        .unwrap_or("")
        .to_ascii_lowercase();
    let initial =
        last.len() == 1 && last.chars().all(|char| char.is_ascii_alphabetic()) && last != "i";
    let only_number = text[start..at]
        .trim()
        .chars()
        .all(|char| char.is_ascii_digit());
    !(ABBREVIATIONS.contains(&last.as_str()) || initial || only_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shadow_is_plain_words_that_know_where_they_stood() {
        let text = "The caf\u{e9}'s re-trained model didn't read `video_id` (since 12:30) \u{2014} 1,200 rows/day.";
        let shadow = Shadow::of(text, 0, text.len());
        assert_eq!(
            shadow.text,
            " the cafes retrained model did not read video_id , since 12:30 , 1,200 rows day "
        );
        let at = shadow.text.find("video_id").expect("a word");
        let word = shadow.words[shadow.word_at(at)];
        assert_eq!(&text[word.1..word.1 + 8], "video_id");
    }

    #[test]
    fn sentences_end_where_a_reader_would_end_them() {
        let text = "It fell by 3.5 points, e.g. in Oslo. Was it drift? No. See v2.1 of the job.";
        let cuts: Vec<&str> = cut(text)
            .into_iter()
            .map(|(from, to)| &text[from..to])
            .collect();
        assert_eq!(
            cuts,
            [
                "It fell by 3.5 points, e.g. in Oslo.",
                "Was it drift?",
                "No.",
                "See v2.1 of the job."
            ]
        );
    }

    #[test]
    fn a_line_without_end_is_cut_into_bounded_pieces() {
        let text = "a".repeat(100_000);
        assert!(cut(&text).iter().all(|(from, to)| to - from <= 2 * LONGEST));
    }
}
