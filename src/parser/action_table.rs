//! Action table: action items from the rows of a table, by what its head says of the columns.

use crate::incident::ActionItem;
use crate::parser::action::Reader;
use crate::parser::action_state;
use crate::parser::assignment;
use crate::parser::fold::fold;
use crate::parser::piece::Piece;
use crate::parser::piece::PieceKind;
use crate::parser::placeholder;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Text,
    Owner,
    Team,
    Due,
    State,
    Link,
    Other,
}

const HEADS: &[(Column, &[&str])] = &[
    (
        Column::Text,
        &[
            "action",
            "action item",
            "action items",
            "item",
            "task",
            "todo",
            "to do",
            "description",
            "what",
            "follow up",
            "followup",
            "follow up item",
            "improvement",
            "recommendation",
            "corrective action",
            "title",
            "summary",
            "name",
            "details",
            "measure",
            "massnahme",
            "aufgabe",
            "accion",
            "tarea",
            "acao",
            "tarefa",
            "azione",
            "actie",
            "アクション",
            "対応",
            "内容",
            "対策",
            "行动项",
            "措施",
            "change",
            "actions",
            "step",
            "commitment",
            "mesure",
            "tache",
            "medida",
            "任务",
            "조치",
            "할 일",
            "항목",
        ],
    ),
    (
        Column::Owner,
        &[
            "owner",
            "owners",
            "assignee",
            "assigned",
            "assigned to",
            "responsible",
            "who",
            "dri",
            "lead",
            "person",
            "verantwortlich",
            "zustandig",
            "responsable",
            "responsavel",
            "responsabile",
            "eigenaar",
            "担当",
            "担当者",
            "负责人",
            "담당",
            "담당자",
        ],
    ),
    (
        Column::Team,
        &[
            "team",
            "owning team",
            "squad",
            "department",
            "group",
            "equipo",
            "equipe",
            "チーム",
            "团队",
            "팀",
        ],
    ),
    (
        Column::Due,
        &[
            "due",
            "due date",
            "deadline",
            "eta",
            "target",
            "target date",
            "by when",
            "when",
            "date",
            "completion date",
            "expected",
            "fallig",
            "fallig bis",
            "bis",
            "frist",
            "termin",
            "fecha",
            "fecha limite",
            "vencimiento",
            "echeance",
            "prazo",
            "scadenza",
            "期限",
            "期日",
            "截止日期",
            "기한",
        ],
    ),
    (
        Column::State,
        &[
            "status",
            "state",
            "done",
            "progress",
            "completed",
            "complete",
            "stand",
            "estado",
            "statut",
            "etat",
            "stato",
            "状態",
            "ステータス",
            "状态",
            "상태",
        ],
    ),
    (
        Column::Link,
        &[
            "ticket",
            "bug",
            "bug id",
            "issue",
            "jira",
            "link",
            "tracking",
            "tracking issue",
            "url",
            "pr",
            "reference",
            "tracker",
            "チケット",
            "工单",
            "티켓",
        ],
    ),
];

/// The items of a table.
pub(crate) fn read(rows: &[&Piece], reader: &Reader<'_>) -> Vec<ActionItem> {
    let Some((head, body)) = rows.split_first() else {
        return Vec::new();
    };
    let named = columns(head);
    let (columns, body) = match named.contains(&Column::Text)
        || named
            .iter()
            .filter(|column| **column != Column::Other)
            .count()
            >= 2
    {
        true => (named, body),
        false => (Vec::new(), rows),
    };
    let text = columns
        .iter()
        .position(|column| *column == Column::Text)
        .or_else(|| columns.iter().position(|column| *column == Column::Other))
        .unwrap_or(0);
    body.iter()
        .filter(|row| !is_head(row))
        .filter_map(|row| item(row, text, &columns, reader))
        .collect()
}

fn columns(head: &Piece) -> Vec<Column> {
    let PieceKind::Row(row) = &head.kind else {
        return Vec::new();
    };
    (0..row.cells.len())
        .map(|number| {
            let cell = fold(head.cell(number).unwrap_or_default());
            HEADS
                .iter()
                .find(|(_, names)| names.contains(&cell.as_str()))
                .map_or(Column::Other, |(column, _)| *column)
        })
        .collect()
}

/// Whether a row is the head of a table of actions.
pub(crate) fn is_action_head(row: &Piece) -> bool {
    let columns = columns(row);
    is_head(row) && columns.contains(&Column::Text) && columns.len() > 1
}

/// Whether a row is such a head whatever section it stands in: it has a column for who, by when, how far or where too.
pub(crate) fn is_certain_head(row: &Piece) -> bool {
    let columns = columns(row);
    let others = columns
        .iter()
        .filter(|column| !matches!(column, Column::Text | Column::Other));
    is_action_head(row) && others.count() >= 2
}

fn is_head(row: &Piece) -> bool {
    matches!(&row.kind, PieceKind::Row(row) if row.head)
}

fn item(row: &Piece, text: usize, columns: &[Column], reader: &Reader<'_>) -> Option<ActionItem> {
    let cell = |wanted: Column| {
        let number = columns.iter().position(|column| *column == wanted)?;
        row.cell(number).filter(|cell| {
            !placeholder::is_open(cell) && *cell != "-" && *cell != "–" && *cell != "—"
        })
    };
    let what = row.cell(text).filter(|cell| !placeholder::is_open(cell))?;
    Some(ActionItem {
        text: what.to_owned(),
        owner: cell(Column::Owner).map(|owner| owner.trim_start_matches('@').to_owned()),
        team: cell(Column::Team).map(str::to_owned),
        due: cell(Column::Due).and_then(|due| assignment::day(due, reader.order)),
        state: cell(Column::State).map_or_else(
            || action_state::state_in(row.text()),
            action_state::state_of,
        ),
        link: row
            .link()
            .map(str::to_owned)
            .or_else(|| {
                cell(Column::Link)
                    .map(|link| assignment::ticket(link).unwrap_or_else(|| link.to_owned()))
            })
            .or_else(|| assignment::ticket(row.text())),
        line: reader.source.line(row.visible.original(0)),
    })
}
