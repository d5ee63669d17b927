//! Language: which language a document is written in, by its script and its commonest words.

use crate::parser::passage::Outline;
use crate::postmortem::BlockKind;

/// The most bytes that are looked at.
const ENOUGH: usize = 20_000;

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
            "auf", "den", "dem", "für", "von", "zu", "im", "war", "nach", "bei", "des",
        ],
    ),
    (
        "es",
        &[
            "el", "la", "los", "las", "que", "y", "en", "se", "un", "una", "por", "con", "del",
            "para", "fue", "no", "al", "su", "de",
        ],
    ),
    (
        "fr",
        &[
            "le", "la", "les", "des", "et", "est", "une", "un", "dans", "que", "pour", "par",
            "sur", "du", "au", "été", "pas", "qui", "avec", "de",
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
    let mut counts = vec![0usize; WORDS.len()];
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
    let english = counts[0];
    let best = (1..counts.len())
        .max_by_key(|number| counts[*number])
        .filter(|number| counts[*number] > english * 3 / 2 && counts[*number] >= 5);
    best.map_or("en", |number| WORDS[number].0).to_owned()
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

fn count_words(text: &str, counts: &mut [usize]) {
    for word in text
        .split(|character: char| !character.is_alphabetic())
        .filter(|word| !word.is_empty())
    {
        let lower = word.to_lowercase();
        for (count, (_, words)) in counts.iter_mut().zip(WORDS) {
            *count += usize::from(words.contains(&lower.as_str()));
        }
    }
}
