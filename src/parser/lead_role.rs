//! Lead role: whether a lead is a key of metadata, the head of a section, or the beginning of prose.

use crate::parser::duration;
use crate::parser::heading;
use crate::parser::key::Key;
use crate::parser::lead::Lead;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::severity;
use crate::parser::stamp;
use crate::postmortem::SectionKind;

/// What a lead does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A key with its value.
    Metadata,
    /// The head of a section, of a kind where that is known.
    Section(Option<SectionKind>),
    /// Words.
    Prose,
}

/// Where a lead stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Where {
    /// The kind of the section.
    pub(crate) section: SectionKind,
    /// How many lists it stands in.
    pub(crate) depth: usize,
    /// The depth of the bold words that opened the present section.
    pub(crate) inside: Option<usize>,
    /// How many leads the piece has.
    pub(crate) leads: usize,
    /// How many lines the piece has.
    pub(crate) lines: usize,
}

impl Where {
    /// Before the first section of prose, or in a section made for keys.
    fn is_head(self) -> bool {
        matches!(
            self.section,
            SectionKind::Body | SectionKind::Metadata | SectionKind::People | SectionKind::Metrics
        )
    }

    /// In a section whose lists are its matter, not its divisions.
    fn is_list_section(self) -> bool {
        matches!(
            self.section,
            SectionKind::Timeline
                | SectionKind::Actions
                | SectionKind::WentWell
                | SectionKind::WentWrong
                | SectionKind::Lucky
                | SectionKind::Lessons
                | SectionKind::RuledOut
                | SectionKind::Support
        )
    }
}

/// The longest value of metadata, in bytes; what is longer is prose.
const LONGEST_VALUE: usize = 160;

/// What a lead does where it stands.
pub(crate) fn role(lead: &Lead, piece: &Piece, place: Where) -> Role {
    let value = lead.value(piece);
    let key = Key::of(&lead.key);
    if value.is_empty() {
        return empty_role(lead, key, place);
    }
    if let Some(key) = key
        && states(key, lead, value, place)
    {
        return Role::Metadata;
    }
    if lead.strong {
        strong_role(lead, value, piece, place)
    } else {
        plain_role(lead, value, piece, place)
    }
}

/// A lead with nothing behind it is a heading, if it is anything.
fn empty_role(lead: &Lead, key: Option<Key>, place: Where) -> Role {
    if place.leads > 1 {
        return if key.is_some() && place.is_head() {
            Role::Metadata
        } else {
            Role::Prose
        };
    }
    let kind = heading::kind(&lead.key);
    let words = lead.key.split_whitespace().count();
    match (lead.strong, kind) {
        // A day in bold words over the text is that of the page, and no heading.
        (true, None) if place.is_head() && is_only_a_day(&lead.key) => Role::Prose,
        (true, None) if place.is_head() && key.is_some() && lead.colon => Role::Metadata,
        (true, _) if words <= 12 && (kind.is_some() || place.depth == 0) => Role::Section(kind),
        (false, Some(_)) if place.depth == 0 && words <= 5 => Role::Section(kind),
        // `* action items:` over a list of its own, among keys.
        (false, Some(SectionKind::Actions)) if lead.colon && words <= 3 && place.is_head() => {
            Role::Section(kind)
        }
        _ => Role::Prose,
    }
}

fn is_only_a_day(text: &str) -> bool {
    let day = stamp::first(text, None).filter(|stamp| stamp.day.is_some());
    day.is_some_and(|day| text.len() <= day.end - day.start + 12)
}

/// Whether a known key states its fact in this value.
fn states(key: Key, lead: &Lead, value: &str, place: Where) -> bool {
    if value.len() > LONGEST_VALUE || (!lead.colon && !lead.strong) {
        return false;
    }
    if key.is_clock() || key == Key::Date {
        let timed = value
            .chars()
            .take(60)
            .any(|character| character.is_ascii_digit());
        return timed && value.len() <= 80 && (lead.strong || place.is_head() || place.depth > 0);
    }
    if key.is_duration() {
        return duration::parse(value).is_some() || place.is_head();
    }
    match key {
        Key::Severity => severity::of(value).is_some() || (place.is_head() && value.len() <= 80),
        _ if key.may_lead_prose() => is_short(lead, value, place),
        Key::Status
        | Key::Tags
        | Key::Team
        | Key::OriginTeam
        | Key::Owner
        | Key::Id
        | Key::Services
        | Key::Environment
        | Key::Url => lead.strong || place.is_head() || place.lines == place.leads,
        Key::FailureMode
        | Key::Decay
        | Key::RollbackTarget
        | Key::RollbackHelped
        | Key::FirstDiagnosis => place.is_head(),
        _ => place.is_head() && place.inside.is_none(),
    }
}

/// Whether the value of a key that may also lead prose is a value, and not prose.
fn is_short(lead: &Lead, value: &str, place: Where) -> bool {
    let among_keys =
        place.leads > 1 || place.depth > 0 || heading::kind_by_list(&lead.key).is_none();
    place.is_head()
        && place.inside.is_none()
        && value.len() <= 60
        && !value.ends_with('.')
        && among_keys
}

fn strong_role(lead: &Lead, value: &str, piece: &Piece, place: Where) -> Role {
    let listed = heading::kind_by_list(&lead.key).filter(|kind| {
        !matches!(
            kind,
            SectionKind::Metadata | SectionKind::People | SectionKind::Metrics
        )
    });
    let is_item = matches!(piece.kind, PieceKind::Item(_));
    if is_item && (place.is_list_section() || !may_divide(place, listed)) {
        return Role::Prose;
    }
    if let Some(kind) = listed {
        return Role::Section(Some(kind));
    }
    let words = lead.key.split_whitespace().count();
    if place.is_head()
        && lead.colon
        && value.len() <= 100
        && words <= 5
        && (Key::of(&lead.key).is_some() || !ends_sentence(value))
    {
        return Role::Metadata;
    }
    if is_item || place.is_list_section() || words > 8 {
        return Role::Prose;
    }
    match heading::kind(&lead.key) {
        Some(kind) => Role::Section(Some(kind)),
        // Among other leads of the same form it heads its own passage, whatever that is about.
        None if place.inside == Some(0) || (place.is_head() && ends_sentence(value)) => {
            Role::Section(None)
        }
        None => Role::Prose,
    }
}

/// Whether a list item may open a section here.
fn may_divide(place: Where, kind: Option<SectionKind>) -> bool {
    match place.section {
        SectionKind::RootCause | SectionKind::Contributing | SectionKind::Trigger => {
            matches!(
                kind,
                Some(
                    SectionKind::Trigger
                        | SectionKind::Contributing
                        | SectionKind::RootCause
                        | SectionKind::RuledOut
                )
            )
        }
        _ => true,
    }
}

fn plain_role(lead: &Lead, value: &str, piece: &Piece, place: Where) -> Role {
    let is_item = matches!(piece.kind, PieceKind::Item(_));
    if place.is_head()
        && place.lines == place.leads
        && place.leads > 1
        && value.len() <= 100
        && !ends_sentence(value)
    {
        return Role::Metadata;
    }
    let capital = lead
        .key
        .chars()
        .next()
        .is_some_and(|first| !first.is_lowercase());
    let listed = heading::kind_by_list(&lead.key);
    match listed {
        Some(kind)
            if !is_item
                && (capital || kind == SectionKind::RootCause)
                && place.lines_are_free()
                && opens_by_plain_word(kind) =>
        {
            Role::Section(Some(kind))
        }
        _ => Role::Prose,
    }
}

impl Where {
    fn lines_are_free(self) -> bool {
        !self.is_list_section()
    }
}

/// Kinds that a plain word and a colon open: those whose names are rarely the beginning of a sentence.
fn opens_by_plain_word(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::Summary
            | SectionKind::Impact
            | SectionKind::RootCause
            | SectionKind::Trigger
            | SectionKind::Detection
            | SectionKind::Resolution
            | SectionKind::Mitigation
            | SectionKind::Contributing
            | SectionKind::Lessons
            | SectionKind::Actions
            | SectionKind::Timeline
            | SectionKind::RuledOut
    )
}

fn ends_sentence(value: &str) -> bool {
    value.ends_with(['.', '!', '?', '。']) && value.split_whitespace().count() > 4
}
