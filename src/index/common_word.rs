//! Common words: those for which no two incidents are called similar, by `schema/common-words.txt`.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::index::word_form;
use crate::index::word_form::Stems;
use crate::schema;

static COMMON: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut stems = Stems::new();
    let lines = schema::file("common-words.txt").lines();
    let words = lines
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_ascii_whitespace);
    words
        .flat_map(|word| [word.to_owned(), stems.stem(word).to_owned()])
        .collect()
});

/// Whether a folded word, or the stem of it, is common.
pub(super) fn is_common(word: &str, stem: &str) -> bool {
    word_form::is_grammar(word) || COMMON.contains(word) || COMMON.contains(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_common_word_are_common_and_the_words_of_the_field_are_not() {
        let mut stems = Stems::new();
        let mut told = |word: &str| {
            let stem = stems.stem(word).to_owned();
            is_common(word, &stem)
        };
        for word in ["the", "incidents", "happened", "caused", "quickly"] {
            assert!(told(word), "{word}");
        }
        for word in ["embedding", "certificate", "kafka", "staleness"] {
            assert!(!told(word), "{word}");
        }
    }
}
