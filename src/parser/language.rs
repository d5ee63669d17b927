//! Language: which language a document is written in, by its script and its commonest words.

use crate::parser::passage::Outline;
use crate::postmortem::BlockKind;

/// The most bytes that are looked at.
const ENOUGH: usize = 20_000;

/// So many common words of a language are enough where English has fewer than two thirds of them.
const MANY: usize = 5;
/// A short text shows its language by so many common words, two of them different, where English has less than half.
const FEW: usize = 3;

const WORDS: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "the", "and", "of", "to", "was", "were", "in", "is", "that", "for", "with", "on", "by",
            "not", "it", "from", "at", "had", "this", "an",
        ],
    ),
    (
        "de",
        &[
            "der", "die", "das", "und", "ist", "wurde", "wurden", "nicht", "mit", "ein", "eine",
            "auf", "den", "dem", "für", "von", "zu", "im", "war", "nach", "bei", "des", "sich",
            "wir", "wird", "werden", "waren", "hat", "hatte", "keine", "kein", "einen", "einem",
            "einer", "aus", "als", "auch", "durch", "über", "zum", "zur", "vom", "dass", "sind",
            "seit", "noch", "nur", "oder", "aber",
        ],
    ),
    (
        "es",
        &[
            "el", "la", "los", "las", "que", "y", "en", "se", "un", "una", "por", "con", "del",
            "para", "fue", "no", "al", "su", "de", "lo", "más", "pero", "como", "este", "esta",
            "había", "han", "sin", "sobre", "desde", "entre", "sus", "fueron", "eran", "era",
        ],
    ),
    (
        "fr",
        &[
            "le", "la", "les", "des", "et", "est", "une", "un", "dans", "que", "pour", "par",
            "sur", "du", "au", "été", "pas", "qui", "avec", "de", "il", "ne", "ce", "cette", "ces",
            "nous", "ont", "sont", "était", "aux", "mais", "depuis", "son", "ses", "elle", "entre",
        ],
    ),
    (
        "pt",
        &[
            "o", "os", "as", "que", "e", "do", "da", "dos", "das", "em", "um", "uma", "não",
            "para", "com", "foi", "no", "na", "por", "de",
        ],
    ),
    (
        "it",
        &[
            "il", "lo", "gli", "che", "di", "e", "del", "della", "un", "una", "per", "con", "non",
            "è", "stato", "nel", "alla", "sono", "dei",
        ],
    ),
    (
        "nl",
        &[
            "de", "het", "een", "en", "van", "is", "niet", "met", "op", "werd", "voor", "dat",
            "zijn", "aan", "bij", "door", "naar", "werden",
        ],
    ),
    (
        "pl",
        &[
            "i", "w", "na", "się", "nie", "do", "z", "że", "jest", "był", "przez", "oraz", "dla",
            "po", "od",
        ],
    ),
    (
        "sv",
        &[
            "och", "att", "det", "som", "en", "för", "på", "är", "av", "inte", "med", "var",
            "till", "ett",
        ],
    ),
    (
        "tr",
        &[
            "ve", "bir", "bu", "için", "ile", "olarak", "da", "de", "olan", "sonra", "kadar",
        ],
    ),
];

/// The language of a document as a two-letter code; `en` where nothing speaks against it.
pub(crate) fn of(outline: &Outline) -> String {
    let mut scripts = [0usize; 6];
    let mut counts = vec![Count::default(); WORDS.len()];
    let mut bytes = 0;
    let prose = outline
        .passages
        .iter()
        .filter(|passage| !matches!(passage.kind, BlockKind::Code | BlockKind::KeyValue));
    for passage in prose {
        let text = passage.piece.text();
        bytes += text.len();
        if bytes > ENOUGH {
            break;
        }
        text.chars()
            .for_each(|character| count_script(character, &mut scripts));
        count_words(text, &mut counts);
    }
    let [latin, kana, han, hangul, cyrillic, other] = scripts;
    let dense = [
        ("ja", if kana * 10 > han { kana + han } else { 0 }),
        ("zh", if kana * 10 > han { 0 } else { han }),
        ("ko", hangul),
        ("ru", cyrillic),
        ("ar", other),
    ];
    if let Some((code, _)) = dense
        .into_iter()
        .filter(|(_, count)| *count * 4 > latin.max(4))
        .max_by_key(|(_, count)| *count)
    {
        return code.to_owned();
    }
    let english = counts[0].words;
    let best = (1..counts.len())
        .max_by_key(|number| counts[*number].words)
        .filter(|number| counts[*number].outweighs(english));
    best.map_or("en", |number| WORDS[number].0).to_owned()
}

/// How many of the common words of a language stand in a text, and which of them, as bits.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    words: usize,
    different: u64,
}

impl Count {
    /// Whether they are enough to say that the text is not English.
    fn outweighs(self, english: usize) -> bool {
        let many = self.words >= MANY && self.words > english * 3 / 2;
        let few = self.words >= FEW && self.words > english * 2 && self.different.count_ones() > 1;
        many || few
    }
}

fn count_script(character: char, scripts: &mut [usize; 6]) {
    let script = match character {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => 0,
        '\u{3040}'..='\u{30ff}' => 1,
        '\u{4e00}'..='\u{9fff}' => 2,
        '\u{ac00}'..='\u{d7af}' => 3,
        '\u{400}'..='\u{4ff}' => 4,
        '\u{590}'..='\u{6ff}' => 5,
        _ => return,
    };
    scripts[script] += 1;
}

fn count_words(text: &str, counts: &mut [Count]) {
    for word in text
        .split(|character: char| !character.is_alphabetic())
        .filter(|word| !word.is_empty())
    {
        let lower = word.to_lowercase();
        for (count, (_, words)) in counts.iter_mut().zip(WORDS) {
            if let Some(number) = words.iter().position(|word| *word == lower) {
                count.words += 1;
                count.different |= 1 << number.min(63);
            }
        }
    }
}
