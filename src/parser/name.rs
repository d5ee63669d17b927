//! Name: models, tables, topics, features and columns that stand in code beside the word for what they are.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::Fact;
use crate::incident::Facts;
use crate::incident::IncidentId;
use crate::incident::Origin;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::piece::Mark;
use crate::parser::piece::MarkKind;
use crate::parser::source::Source;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// The most names of one kind.
const MOST: usize = 50;

const ASSET: &str = r"(?:tables?|topics?|features?|columns?|fields?|data ?sets?|views?|streams?|queues?|index(?:es)?|indices|buckets?|partitions?|collections?|feature (?:view|group|set|table)s?|snapshots?|schemas?|alias(?:es)?|keys?|labels?|embeddings?|tabellen?|spalten?|tabla|columna|tabela|coluna|colonne)";
const MODEL: &str =
    r"(?:models?|ranker|classifier|scorer|recommender|regressor|ensemble|modell|modelo|modèle)";

static ASSET_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?i)\b{ASSET}(?:\s+(?:named|called|is|was))?[\s,:(]*$"
    ))
    .expect("a constant")
});
static ASSET_AFTER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)^[\s)]*(?:\w+\s)?{ASSET}\b")).expect("a constant"));
static MODEL_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"(?i)\b{MODEL}(?:\s+(?:named|called))?[\s,:(]*$")).expect("a constant")
});
static MODEL_AFTER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)^[\s)]*{MODEL}\b")).expect("a constant"));
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[A-Za-z][A-Za-z0-9]*(?:[_.\-/:][A-Za-z0-9*]+)*$").expect("a constant")
});
/// The name of a source file is that of no table.
static FILE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\.(?:py|rs|go|js|jsx|ts|tsx|java|kt|scala|rb|php|c|h|cpp|cs|sh|sql|md|html?|css|ya?ml|toml|json|xml|tf|lock|txt|conf|cfg|ini|log)$").expect("a constant")
});
static INCIDENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:INC|PM|COE|PIR|RCA|SEV|INCIDENT|POSTMORTEM)(?:-\d+|\d{2,})(?:-\d+)*\b")
        .expect("a constant")
});
static SAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:similar|same|repeat\w*|recurr\w*|related|previous\w*|earlier|duplicate|again|see also|compare|follows|followed from|second time|ähnlich|similar a|relacionad\w*|semblable)\b").expect("a constant")
});

/// Fills in names that no key states.
pub(crate) fn fill(
    outline: &Outline,
    source: &Source<'_>,
    own_id: Option<&str>,
    facts: &mut Facts,
) {
    let tells = |passage: &&Passage| {
        matches!(
            passage.kind,
            BlockKind::Paragraph | BlockKind::ListItem | BlockKind::TableRow
        ) && !matches!(
            outline.kind(passage),
            SectionKind::Support | SectionKind::People
        )
    };
    for passage in outline.passages.iter().filter(tells) {
        let text = passage.piece.text();
        for mark in passage
            .piece
            .marks
            .iter()
            .filter(|mark| mark.kind == MarkKind::Code)
        {
            let line = || source.line(passage.piece.visible.original(mark.start));
            match what(text, mark) {
                Some(What::Model) => add(&mut facts.models, &text[mark.start..mark.end], line),
                Some(What::Asset) => add(&mut facts.assets, &text[mark.start..mark.end], line),
                None => {}
            }
        }
        links(passage, source, own_id, facts);
    }
}

enum What {
    Model,
    Asset,
}

fn what(text: &str, mark: &Mark) -> Option<What> {
    let name = text.get(mark.start..mark.end)?;
    if name.len() > 80 || !NAME.is_match(name) || FILE.is_match(name) {
        return None;
    }
    let before = last(text.get(..mark.start)?, 40);
    let after = text.get(mark.end..)?;
    if MODEL_AFTER.is_match(after) || MODEL_BEFORE.is_match(before) {
        Some(What::Model)
    } else if ASSET_AFTER.is_match(after) || ASSET_BEFORE.is_match(before) {
        Some(What::Asset)
    } else {
        None
    }
}

/// The last bytes of a text, cut at a character.
fn last(text: &str, bytes: usize) -> &str {
    let mut from = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

fn add(names: &mut Vec<Fact<String>>, name: &str, line: impl Fn() -> u32) {
    if names.len() < MOST && !names.iter().any(|other| other.value == name) {
        names.push(Fact {
            value: name.to_owned(),
            line: line(),
            origin: Origin::Prose,
        });
    }
}

/// Other incidents that a sentence likens to this one.
fn links(passage: &Passage, source: &Source<'_>, own_id: Option<&str>, facts: &mut Facts) {
    let text = passage.piece.text();
    if !SAME.is_match(text) {
        return;
    }
    for found in INCIDENT.find_iter(text) {
        let id = found.as_str();
        if Some(id) != own_id && id.parse::<IncidentId>().is_ok() {
            add(&mut facts.links, id, || {
                source.line(passage.piece.visible.original(found.start()))
            });
        }
    }
}
