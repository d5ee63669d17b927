//! Sentence: where one sentence of visible text ends and the next begins.

/// The byte ranges of the sentences of a text; a line that was broken on purpose ends one too.
pub(crate) fn sentences(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let end = at + character.len_utf8();
        let next = characters.peek().map(|(_, next)| *next);
        let ends = match character {
            '\n' | '。' | '！' | '？' => true,
            '!' | '?' => next.is_none_or(char::is_whitespace),
            '.' => {
                next.is_none_or(|next| next.is_whitespace() || next.is_uppercase())
                    && !is_abbreviation(&text[start..at])
                    && begins_sentence(&text[end..])
            }
            _ => false,
        };
        if ends {
            push(text, start, end, &mut found);
            start = end;
        }
    }
    push(text, start, text.len(), &mut found);
    found
}

fn push(text: &str, start: usize, end: usize, found: &mut Vec<(usize, usize)>) {
    if !text[start..end].trim().is_empty() {
        found.push((start, end));
    }
}

/// Whether what follows a full stop can begin a sentence: no lower-case letter, as after `approx.`
fn begins_sentence(rest: &str) -> bool {
    rest.trim_start()
        .chars()
        .next()
        .is_none_or(|first| !first.is_lowercase())
}

fn is_abbreviation(before: &str) -> bool {
    let word = before
        .rsplit(|character: char| character.is_whitespace() || character == '(')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    matches!(
        word.as_str(),
        "e.g"
            | "i.e"
            | "approx"
            | "ca"
            | "vs"
            | "no"
            | "nr"
            | "dr"
            | "mr"
            | "ms"
            | "a.m"
            | "p.m"
            | "etc"
            | "z.b"
            | "u.a"
            | "jan"
            | "feb"
            | "mar"
            | "apr"
            | "jun"
            | "jul"
            | "aug"
            | "sep"
            | "sept"
            | "oct"
            | "nov"
            | "dec"
    ) || (word.chars().count() == 1 && word.chars().all(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_stops_in_words_and_numbers_end_nothing() {
        let text = "Lag was 0.5 s, i.e. fine. At 10:15 a.m. it broke! Version 1.2.3 of e.g. nginx.Nobody knew? 終わり。次";
        let parts: Vec<&str> = sentences(text)
            .into_iter()
            .map(|(start, end)| text[start..end].trim())
            .collect();
        assert_eq!(
            parts,
            [
                "Lag was 0.5 s, i.e. fine.",
                "At 10:15 a.m. it broke!",
                "Version 1.2.3 of e.g. nginx.",
                "Nobody knew?",
                "終わり。",
                "次"
            ]
        );
    }
}
