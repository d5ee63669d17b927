//! Fold: words made comparable: lower case, no accents, no punctuation.

use unicode_normalization::UnicodeNormalization;

/// Lower case, without accents on letters, every run of other characters than letters and digits a single space;
/// apostrophes vanish and `&` reads `and`.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let stripped = text
        .nfkd()
        .filter(|character| !('\u{300}'..='\u{36f}').contains(character))
        .nfc();
    for character in stripped.flat_map(char::to_lowercase) {
        match character {
            'ß' => folded.push_str("ss"),
            '&' => folded.push_str(if folded.ends_with(' ') || folded.is_empty() {
                "and "
            } else {
                " and "
            }),
            '\'' | '\u{2019}' | '\u{2018}' | '`' => {}
            character if character.is_alphanumeric() => folded.push(character),
            _ if folded.is_empty() || folded.ends_with(' ') => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// A key as it stands in [`crate::postmortem::Postmortem::metadata`]: folded, with `_` between its words.
pub(crate) fn key(text: &str) -> String {
    fold(text).replace(' ', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter_and_kana_stay() {
        assert_eq!(
            fold("  What’s “Root-Cause(s)” & Fix?"),
            "whats root cause s and fix"
        );
        assert_eq!(fold("Maßnahmen / Größe"), "massnahmen grosse");
        assert_eq!(fold("Causa raíz"), "causa raiz");
        assert_eq!(fold("アクションアイテム・ガ"), "アクションアイテム ガ");
        assert_eq!(fold("근본 원인"), "근본 원인");
        assert_eq!(key("Incident ID:"), "incident_id");
    }
}
