//! Synonyms: words that people use for one another when they remember an incident, by `schema/synonyms.toml`.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::index::word_form::Stems;
use crate::schema;

#[derive(Deserialize)]
struct File {
    groups: Vec<String>,
}

/// The other words of a word's groups, by stem.
static SYNONYMS: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let file: File = toml::from_str(schema::file("synonyms.toml"))
        .expect("the file is built into the program, and a test reads it");
    let mut stems = Stems::new();
    let mut synonyms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for group in &file.groups {
        for word in group.split(' ') {
            let others = group.split(' ').filter(|other| *other != word);
            synonyms
                .entry(stems.stem(word).to_owned())
                .or_default()
                .extend(others.map(str::to_owned));
        }
    }
    synonyms
});

/// What else the word of a stem may be called, in base forms.
pub(super) fn synonyms(stem: &str) -> impl Iterator<Item = &'static str> {
    SYNONYMS.get(stem).into_iter().flatten().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_word_has_its_synonyms() {
        let mut stems = Stems::new();
        for word in ["certificate", "certificates"] {
            let found: Vec<_> = synonyms(stems.stem(word)).collect();
            assert!(found.contains(&"tls"), "{word}: {found:?}");
        }
        assert_eq!(synonyms("no-such-stem").count(), 0);
    }
}
