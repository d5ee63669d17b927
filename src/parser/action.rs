//! Action: what a team set itself to do, from check boxes, lists, tables and sub-headings.

mod elsewhere;

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::ActionItem;
use crate::incident::ActionState;
use crate::parser::DateOrder;
use crate::parser::action_state;
use crate::parser::action_table;
use crate::parser::assignment;
use crate::parser::fold::fold;
use crate::parser::passage::Outline;
use crate::parser::passage::Passage;
use crate::parser::piece::Item;
use crate::parser::piece::MarkKind;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::placeholder;
use crate::parser::source::Source;
use crate::postmortem::BlockKind;
use crate::postmortem::SectionKind;

/// Headings under which action items stand for certain; other sections of the kind count where there is none of these.
static CERTAIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:actions?|action items?|follow ?ups?|to ?dos?|actionables|tasks|massnahmen|acciones|acoes|azioni|acties|actiepunten)\b|アクション|再発防止|対策|行动|改进措施|待办|액션|후속|조치").expect("a constant")
});
static TAKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bimmediate (?:\w+ )?(?:actions?|measures|steps) taken\b|\b(?:actions?|steps) taken (?:during|to (?:mitigate|resolve|restore|recover|fix|contain))\b").expect("a constant")
});
static NOTHING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^[\W_]*(?:none|nothing|no (?:further |additional )?(?:actions?|action items|follow[- ]?ups?)(?: (?:needed|required|items|planned|identified))*|keine|ninguna|ninguno|aucune?|nenhuma?|なし|特になし|无|없음)[\W_]*$").expect("a constant")
});

/// The action items of a document, in their order.
pub(crate) fn find(
    outline: &Outline,
    source: &Source<'_>,
    order: Option<DateOrder>,
) -> Vec<ActionItem> {
    let mut sections = action_sections(outline);
    if !sections.contains(&true) {
        sections = sections_with(outline, action_table::is_certain_head);
    }
    let reader = Reader { source, order };
    let tabled = sections_with(outline, action_table::is_action_head);
    let mut found = Vec::new();
    let mut passages = outline
        .passages
        .iter()
        .enumerate()
        .filter(|(_, passage)| sections[passage.section])
        .peekable();
    while let Some((number, passage)) = passages.next() {
        match &passage.piece.kind {
            PieceKind::Row(row) => {
                let table = Some(row.table);
                let mut rows = vec![&passage.piece];
                while let Some((_, next)) =
                    passages.next_if(|(_, next)| next.piece.table() == table)
                {
                    rows.push(&next.piece);
                }
                found.extend(action_table::read(&rows, &reader));
            }
            // Beside a table of actions plain lists explain it.
            PieceKind::Item(item) if tabled[passage.section] && item.checked.is_none() => {}
            PieceKind::Item(item) => found.extend(reader.item(outline, number, passage, *item)),
            _ => {}
        }
    }
    match found.is_empty() {
        true => reader.elsewhere(outline, &sections),
        false => found,
    }
}

/// Which sections hold a table with such a head.
fn sections_with(outline: &Outline, is_head: fn(&Piece) -> bool) -> Vec<bool> {
    let mut tabled = vec![false; outline.sections.len()];
    for passage in outline
        .passages
        .iter()
        .filter(|passage| is_head(&passage.piece))
    {
        tabled[passage.section] = true;
    }
    tabled
}

/// Which sections hold the action items: those headed so, else all of the kind.
fn action_sections(outline: &Outline) -> Vec<bool> {
    let of_kind: Vec<bool> = outline
        .sections
        .iter()
        .map(|section| section.kind == SectionKind::Actions)
        .collect();
    let mut certain = vec![false; of_kind.len()];
    for (number, section) in outline.sections.iter().enumerate() {
        let inherits = section.parent.is_some_and(|parent| certain[parent]);
        certain[number] =
            of_kind[number] && (inherits || CERTAIN.is_match(&fold(&section.heading)));
    }
    // `Short-term improvements` beside `Immediate actions` below one heading.
    for number in 0..certain.len() {
        let parent = outline.sections[number].parent;
        let beside = |other: usize| certain[other] && outline.sections[other].parent == parent;
        certain[number] |=
            of_kind[number] && parent.is_some() && (0..certain.len()).rev().take(200).any(beside);
    }
    // What was done at once is part of the response where other sections say what is to be done.
    let taken: Vec<bool> = outline
        .sections
        .iter()
        .map(|section| TAKEN.is_match(&fold(&section.heading)))
        .collect();
    if (0..certain.len()).any(|number| certain[number] && !taken[number]) {
        for (certain, taken) in certain.iter_mut().zip(taken) {
            *certain &= !taken;
        }
    }
    let filled = outline.passages.iter().any(|passage| {
        certain[passage.section]
            && matches!(passage.piece.kind, PieceKind::Item(_) | PieceKind::Row(_))
    });
    if filled { certain } else { of_kind }
}

/// Reads items with the document at hand.
pub(crate) struct Reader<'a> {
    /// The document.
    pub(crate) source: &'a Source<'a>,
    /// How ambiguous dates are read.
    pub(crate) order: Option<DateOrder>,
}

impl Reader<'_> {
    fn item(
        &self,
        outline: &Outline,
        number: usize,
        passage: &Passage,
        item: Item,
    ) -> Option<ActionItem> {
        if passage.kind != BlockKind::ListItem
            || self.is_detail(outline, number, item)
            || self.is_label(outline, number, passage, item)
            || is_hint(outline, number)
        {
            return None;
        }
        let mut found = self.read(&passage.piece, item.checked);
        let heading = &outline.sections[passage.section].heading;
        if item.checked.is_none() && found.state == ActionState::Open && is_done_heading(heading) {
            found.state = ActionState::Done;
        }
        (!NOTHING.is_match(&found.text) && !placeholder::is_open(&found.text)).then_some(found)
    }

    /// Whether an item stands below another item that is one itself.
    fn is_detail(&self, outline: &Outline, number: usize, item: Item) -> bool {
        if item.depth <= 1 || item.checked.is_some() {
            return false;
        }
        let section = outline.passages[number].section;
        let parent = outline.passages[..number]
            .iter()
            .rev()
            .take(200)
            .take_while(|before| before.section == section)
            .find_map(|before| match before.piece.kind {
                PieceKind::Item(above) if above.depth < item.depth => Some((above, before)),
                _ => None,
            });
        parent.is_some_and(|(_, above)| !is_label_text(&above.piece))
    }

    /// Whether an item only names the group of items below it.
    fn is_label(&self, outline: &Outline, number: usize, passage: &Passage, item: Item) -> bool {
        let below = outline
            .passages
            .get(number + 1)
            .and_then(|next| match next.piece.kind {
                PieceKind::Item(next) if next.depth > item.depth => Some(next),
                _ => None,
            });
        // Without a box over items that have one it is the name of those who do them.
        let boxed = below.is_some_and(|below| below.checked.is_some());
        below.is_some() && item.checked.is_none() && (boxed || is_label_text(&passage.piece))
    }

    fn read(&self, piece: &Piece, checked: Option<bool>) -> ActionItem {
        let text = piece.text().trim();
        ActionItem {
            owner: assignment::owner(text),
            team: assignment::team(text),
            due: assignment::due(text, self.order),
            state: action_state::state(piece, checked),
            link: assignment::link(piece),
            line: self.source.line(piece.visible.original(0)),
            text: action_state::bare(text),
        }
    }
}

static DONE_HEADING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:already |actions? |items? |work |what we (?:have )?)*(?:done|completed|finished|fixed|shipped|in place|implemented)(?: already| so far| actions?| items?)*$|^erledigt$|^hecho$|^termine$|^feito$")
        .expect("a constant")
});

/// `Done already`.
fn is_done_heading(heading: &str) -> bool {
    let unnumbered = heading.trim_start_matches(|first: char| !first.is_alphabetic());
    DONE_HEADING.is_match(&fold(unnumbered))
}

/// Whether a text is neither `none` nor what a template put there.
fn is_filled(text: &str) -> bool {
    !NOTHING.is_match(text)
        && !placeholder::is_open(text)
        && !text.trim_start().starts_with(['{', '<'])
}

/// Whether an item is wholly in italics beside others that are not: the hint of a template.
fn is_hint(outline: &Outline, number: usize) -> bool {
    let passage = &outline.passages[number];
    let italic = |passage: &Passage| {
        let text = passage.piece.text().trim_end();
        passage.piece.marks.iter().any(|mark| {
            mark.kind == MarkKind::Emphasis && mark.start == 0 && mark.end >= text.len()
        })
    };
    let near = number.saturating_sub(20)..(number + 20).min(outline.passages.len());
    italic(passage)
        && outline.passages[near].iter().any(|other| {
            other.section == passage.section
                && matches!(other.piece.kind, PieceKind::Item(_))
                && !italic(other)
        })
}

/// Bold words or a phrase with a colon, and nothing else.
fn is_label_text(piece: &Piece) -> bool {
    let text = piece.text().trim();
    let bold = piece.marks.iter().any(|mark| {
        mark.kind == MarkKind::Strong
            && mark.start == 0
            && mark.end >= text.trim_end_matches(':').len()
    });
    (bold && text.split_whitespace().count() <= 8)
        || (text.ends_with(':') && text.split_whitespace().count() <= 3)
}
