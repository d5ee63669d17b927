//! Action state: what a box, a sign, a word or a column says of an action item: open, done, dropped.

use std::sync::LazyLock;

use crate::expression::Regex;

use crate::incident::ActionState;
use crate::parser::fold::fold;
use crate::parser::piece::MarkKind;
use crate::parser::piece::Piece;

static BOX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:\[(?P<box>[ xX✓✔-]?)\]|(?P<sign>✅|☑|✔|✓|☐|⬜|❌|🔲))\s*")
        .expect("a constant")
});
static DONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)[(\[](?:[^()\[\]]{0,40}[,;:]\s*)?(?:already\s+)?(?:done|completed?|closed|fixed|shipped|merged|deployed|finished|erledigt|hecho|terminé|feito)\b[^()\[\]]{0,60}[)\]]|(?:[-–—:.;,)\]]\s*|\bstatus:?\s*)(?:done|completed?|closed|shipped|erledigt|hecho|terminé|feito)(?:\s+(?:on\s+)?\d[\d./-]{5,9})?\.?\s*$|✅|☑|^\s*(?:DONE|COMPLETED?|CLOSED)\b[:\s-]|完了|已完成|완료").expect("a constant")
});
static SHOUTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(?:DONE|COMPLETED?|CLOSED|FIXED)\b").expect("a constant"));
static DROPPED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)[(\[](?:[^()\[\]]{0,40}[,;:]\s*)?(?:won'?t (?:do|fix)|wontfix|cancell?ed|dropped|abandoned|rejected|declined|obsolete|not planned|superseded|verworfen|cancelado|abandonné)\b[^()\[\]]{0,40}[)\]]|[-–—:]\s*(?:won'?t (?:do|fix)|cancell?ed|dropped)\.?\s*$").expect("a constant")
});

/// The text without its box.
pub(crate) fn bare(text: &str) -> String {
    BOX.replace(text, "").trim().to_owned()
}

/// What a box, a word in brackets or a struck-out text says of the state.
pub(crate) fn state(piece: &Piece, checked: Option<bool>) -> ActionState {
    let text = piece.text();
    if let Some(sign) = BOX.captures(text) {
        let mark = sign
            .name("box")
            .or(sign.name("sign"))
            .map_or("", |mark| mark.as_str());
        match mark {
            "x" | "X" | "✓" | "✔" | "✅" | "☑" => return ActionState::Done,
            "❌" => return ActionState::Dropped,
            _ => {}
        }
    }
    let struck = piece
        .marks
        .iter()
        .any(|mark| mark.kind == MarkKind::Struck && (mark.end - mark.start) * 2 > text.len());
    if DROPPED.is_match(text) {
        ActionState::Dropped
    } else if checked == Some(true) || DONE.is_match(text) {
        ActionState::Done
    } else if struck {
        ActionState::Dropped
    } else {
        ActionState::Open
    }
}

/// What a row without a status column says of the state: `DONE` in capitals.
pub(crate) fn state_in(row: &str) -> ActionState {
    match SHOUTED.is_match(row) || row.contains('✅') {
        true => ActionState::Done,
        false => ActionState::Open,
    }
}

#[rustfmt::skip]
const DONE_WORDS: &[&str] = &[
    "done", "complete", "completed", "closed", "fixed", "shipped", "merged", "resolved", "finished", "deployed", "x", "yes", "implemented",
    "erledigt", "abgeschlossen", "hecho", "completado", "completada", "cerrado", "termine", "fait", "feito", "concluido", "concluida",
    "完了", "済", "已完成", "완료",
];
#[rustfmt::skip]
const DROPPED_WORDS: &[&str] = &[
    "wont do", "wont fix", "wontfix", "cancelled", "canceled", "dropped", "abandoned", "rejected", "declined", "obsolete", "not planned",
    "verworfen", "cancelado", "annule", "中止", "已取消", "취소",
];

/// What a cell of a status column says of the state.
pub(crate) fn state_of(cell: &str) -> ActionState {
    let folded = fold(cell);
    let is = |words: &[&str]| {
        words.iter().any(|word| {
            folded
                .strip_prefix(word)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    };
    if cell.contains(['✅', '☑', '✔', '✓']) || is(DONE_WORDS) {
        ActionState::Done
    } else if cell.contains('❌') || is(DROPPED_WORDS) {
        ActionState::Dropped
    } else {
        ActionState::Open
    }
}
