//! Assignment: who does an action item, by when, and under which ticket.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::parser::DateOrder;
use crate::parser::piece::Piece;
use crate::parser::placeholder;
use crate::parser::stamp;

/// Whether a text says who does it.
pub(crate) fn names_owner(text: &str) -> bool {
    OWNER.is_match(text)
}

static OWNER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:owner|assignee|assigned to|responsible|dri|verantwortlich|responsable|responsável|担当)\s*[:=：]\s*@?([^,;|()\[\]\n.]{1,60})").expect("a constant")
});
static OWNED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:owned|taken|driven|led) by\s+@?([^,;|()\[\]\n.]{1,40})")
        .expect("a constant")
});
static MENTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[\s(\[`])@([A-Za-z][\w-]{1,39})").expect("a constant"));
static TEAM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\bteam\s*[:=]\s*([^,;|()\[\]\n.]{1,60})").expect("a constant")
});
static DUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:due(?:\s+(?:date|by|on))?|deadline|eta|target(?:\s+date)?|by|until|before|bis|fällig|fecha|vence|échéance|prazo|期限)\s*[:=：]?\s*(?:the\s+|el\s+|le\s+)?").expect("a constant")
});
static TICKET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b[A-Z][A-Z0-9]{1,9}-\d{1,6}\b|(?:^|[\s(\[])#\d{1,6}\b").expect("a constant")
});

/// Who does it, where that is stated.
pub(crate) fn owner(text: &str) -> Option<String> {
    let stated = OWNER
        .captures(text)
        .or_else(|| OWNED.captures(text))
        .or_else(|| MENTION.captures(text))?;
    let owner = stated.get(1)?.as_str().trim();
    (!placeholder::is_open(owner)).then(|| owner.to_owned())
}

/// The team that does it, where that is stated.
pub(crate) fn team(text: &str) -> Option<String> {
    let team = TEAM.captures(text)?.get(1)?.as_str().trim().to_owned();
    (!placeholder::is_open(&team)).then_some(team)
}

/// The day by which it is to be done, where that is stated.
pub(crate) fn due(text: &str, order: Option<DateOrder>) -> Option<jiff::civil::Date> {
    let said = DUE.find_iter(text).find_map(|said| {
        let rest = text.get(said.end()..)?;
        stamp::first(rest, order).filter(|stamp| stamp.start <= 2)
    })?;
    said.date()
}

/// A ticket's address or key.
pub(crate) fn link(piece: &Piece) -> Option<String> {
    piece
        .link()
        .map(str::to_owned)
        .or_else(|| ticket(piece.text()))
}

/// The address or key of a ticket in a text.
pub(crate) fn ticket(text: &str) -> Option<String> {
    if let Some(at) = text.find("https://").or_else(|| text.find("http://")) {
        let address = text[at..].split([' ', ')', '>', ']', '|', ',']).next()?;
        return Some(address.trim_end_matches('.').to_owned());
    }
    TICKET.find(text).map(|found| {
        found
            .as_str()
            .trim()
            .trim_start_matches(['(', '['])
            .to_owned()
    })
}

/// The day in a cell of a due column.
pub(crate) fn day(cell: &str, order: Option<DateOrder>) -> Option<jiff::civil::Date> {
    stamp::first(cell, order)?.date()
}
