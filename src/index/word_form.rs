//! Forms of a word: what `expire`, `expired` and `expiry` share, and the words that carry no meaning of their own.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::LazyLock;

use tantivy::tokenizer::Language;
use tantivy::tokenizer::RawTokenizer;
use tantivy::tokenizer::Stemmer;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::tokenizer::TokenStream;

/// Forms that no stemmer brings together, a line each: irregular verbs and plurals, and nouns made of verbs.
const IRREGULAR: &[&str] = &[
    "analysis analyses analyze analyzed analyse",
    "approve approval",
    "arise arose arisen",
    "arrive arrival",
    "become became",
    "begin began begun",
    "bind bound",
    "break broke broken breakage",
    "bring brought",
    "build built",
    "buy bought",
    "catch caught",
    "child children",
    "choose chose chosen choice",
    "come came",
    "crisis crises",
    "criterion criteria",
    "decide decision",
    "deny denial",
    "draw drew drawn",
    "drive drove driven",
    "exceed excess excessive",
    "expand expansion",
    "extend extension",
    "fail failure failures",
    "fall fell fallen",
    "feed fed",
    "feel felt",
    "fight fought",
    "find found",
    "flee fled",
    "forget forgot forgotten",
    "freeze froze frozen",
    "give gave given",
    "grow grew grown growth",
    "hang hung",
    "hide hid hidden",
    "hold held",
    "hypothesis hypotheses",
    "index indices",
    "keep kept",
    "know knew known",
    "lead led",
    "leave left",
    "leak leakage",
    "lose lost loss",
    "make made",
    "matrix matrices",
    "mean meant",
    "meet met",
    "mistake mistook mistaken",
    "outgrow outgrew outgrown",
    "overrun overran",
    "overwrite overwrote overwritten",
    "pay paid",
    "rebuild rebuilt",
    "redo redid redone",
    "rerun reran",
    "resend resent",
    "respond response",
    "rewrite rewrote rewritten",
    "rise rose risen",
    "run ran",
    "sell sold sale",
    "send sent",
    "shake shook shaken",
    "shrink shrank shrunk",
    "shoot shot",
    "sink sank sunk",
    "speak spoke spoken",
    "spend spent",
    "spin spun",
    "stand stood",
    "steal stole stolen",
    "stick stuck",
    "suspend suspension",
    "swing swung",
    "take took taken",
    "teach taught",
    "tear tore torn",
    "tell told",
    "think thought",
    "throw threw thrown",
    "understand understood",
    "vertex vertices",
    "wake woke woken",
    "win won",
    "withdraw withdrew withdrawn withdrawal",
    "write wrote written",
];

/// Words of grammar and of questions: they rank nothing as long as another word does. Negations and directions are not
/// among them: `not`, `down` and `over` matter in this field.
const GRAMMAR: &str = "a an the of to in on at by for from with without into onto about as is are was were be been \
    being am do does did done doing have has had having i we you he she it they me us him her them my our your his its \
    their this that these those there here what which who whom whose when where why how and or but if then than so such \
    can could will would shall should may might must ever any some all both each every very just also only own same too \
    because happen happened happens while during between again once through until s t d ll re ve im weve dont didnt doesnt isnt wasnt cant";

/// The fewest letters of a verb that was made with `-ize`, without its last: `tokeniz`, but not `siz` or `seiz`.
const SHORTEST_VERB: usize = 6;

static GROUPS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    IRREGULAR
        .iter()
        .flat_map(|line| line.split(' ').map(|word| (word, *line)))
        .collect()
});

static GRAMMAR_WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| GRAMMAR.split_ascii_whitespace().collect());

/// The forms of an irregular word, given one of them or its plural.
fn irregular(word: &str) -> Option<&'static str> {
    let plural = || GROUPS.get(word.strip_suffix('s')?);
    GROUPS.get(word).or_else(plural).copied()
}

/// Whether a folded word is one of grammar.
pub(super) fn is_grammar(word: &str) -> bool {
    GRAMMAR_WORDS.contains(word)
}

/// The spellings of a word from which its other forms are looked for: itself, its irregular forms, `color` for `colour`.
pub(super) fn spellings(word: &str) -> Vec<String> {
    let mut spellings = vec![word.to_owned()];
    if let Some(group) = irregular(word) {
        spellings.extend(
            group
                .split(' ')
                .filter(|other| *other != word)
                .map(str::to_owned),
        );
    }
    let swapped = if word.contains("our") {
        word.replace("our", "or")
    } else {
        word.replace("or", "our")
    };
    if swapped != word {
        spellings.push(swapped);
    }
    spellings
}

/// The forms of a verb that may begin a compound: `rolled` and `roll`, `timed` and `time`.
pub(super) fn bases(word: &str) -> Vec<String> {
    let mut bases = vec![word.to_owned()];
    for ending in ["ing", "ed", "s"] {
        if let Some(base) = word.strip_suffix(ending).filter(|base| base.len() >= 3) {
            bases.push(base.to_owned());
            bases.push(format!("{base}e"));
        }
    }
    bases
}

/// What words have in common whose forms they are: an English stem, spellings and irregular forms made one.
///
/// The stemmer is Porter's second one for English (Snowball); it is not run on numbers and identifiers.
pub(super) struct Stems {
    stemmer: TextAnalyzer,
    known: HashMap<String, String>,
}

impl Stems {
    pub(super) fn new() -> Stems {
        Stems {
            stemmer: TextAnalyzer::builder(RawTokenizer::default())
                .filter(Stemmer::new(Language::English))
                .build(),
            known: HashMap::new(),
        }
    }

    /// The stem of a folded word.
    pub(super) fn stem(&mut self, word: &str) -> &str {
        if !self.known.contains_key(word) {
            let stem = self.make(word);
            self.known.insert(word.to_owned(), stem);
        }
        &self.known[word]
    }

    fn make(&mut self, word: &str) -> String {
        if word.len() < 3 || !word.chars().all(char::is_alphabetic) {
            return word.to_owned();
        }
        let first = irregular(word).and_then(|group| group.split(' ').next());
        let first = first.unwrap_or(word);
        let american = american(first);
        if let Some(verb) = made_a_verb(&american) {
            return verb.to_owned();
        }
        let mut stream = self.stemmer.token_stream(&american);
        let mut stem = if stream.advance() {
            stream.token().text.clone()
        } else {
            american.clone()
        };
        if stem.len() > 3 && stem.ends_with(['i', 'y']) {
            stem.pop();
        }
        if stem.ends_with("ll") {
            stem.pop();
        }
        stem
    }
}

/// What `tokenize`, `tokenizer` and `tokenization` share. The stemmer would make `token` of them, and `author` of
/// `authorize`: words of other things.
fn made_a_verb(american: &str) -> Option<&str> {
    let endings = [
        "e", "ed", "es", "er", "ers", "ing", "able", "ation", "ations",
    ];
    let verb = endings
        .iter()
        .filter_map(|ending| american.strip_suffix(ending))
        .find(|rest| rest.ends_with("iz"))?;
    (verb.len() >= SHORTEST_VERB).then_some(verb)
}

/// Whether two folded words are one in British and in American spelling.
pub(super) fn is_same_spelling(one: &str, other: &str) -> bool {
    american(one) == american(other)
}

/// British endings made American: `-ise` and its forms, `-our`.
fn american(word: &str) -> String {
    let mut word = word.to_owned();
    for ending in [
        "ise", "ised", "ises", "iser", "isers", "ising", "isation", "isations",
    ] {
        if word.len() >= ending.len() + 4 && word.ends_with(ending) {
            let at = word.len() - ending.len() + 1;
            word.replace_range(at..=at, "z");
            break;
        }
    }
    if word.len() > 4 {
        word = word.replace("our", "or");
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_have_one_stem() {
        let mut stems = Stems::new();
        for forms in [
            "expire expired expires expiry expiration",
            "stale staleness",
            "rollback rollbacks",
            "retry retries retried retrying",
            "lose lost loss losing",
            "fail failed failure failures",
            "tokenizer tokeniser tokenizers tokenization tokenised",
            "label labelled labeled labels",
            "colour color colours",
            "degrade degraded degradation",
            "break broke broken breaking",
        ] {
            let found: HashSet<String> = forms
                .split(' ')
                .map(|word| stems.stem(word).to_owned())
                .collect();
            assert_eq!(found.len(), 1, "{forms}: {found:?}");
        }
        for pair in [
            "roll rule",
            "tokenizer token",
            "authorization author",
            "model mode",
            "drift draft",
            "v2 v3",
            "not note",
        ] {
            let found: HashSet<String> = pair
                .split(' ')
                .map(|word| stems.stem(word).to_owned())
                .collect();
            assert_eq!(found.len(), 2, "{pair}");
        }
    }
}
