//! The report for a terminal: plain words, aligned tables, small bars. Colour is the door's affair.

use super::Report;
use super::contents;
use super::outline::Block;
use super::outline::Inline;
use super::outline::Line;
use super::outline::Side;
use super::outline::Table;
use super::outline::plain;

/// So many ids stand in a cell or a line; the others are counted.
const IDS_SHOWN: usize = 3;

/// Width of a bar in characters.
const BAR: f64 = 16.0;

/// Eighths of a full block.
const EIGHTHS: &[&str] = &["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Writes a report for a terminal of so many columns.
pub fn render(report: &Report, width: usize) -> String {
    let page = Page {
        report,
        width: width.max(40),
    };
    let outline = contents::outline(report);
    let mut out = heading(&outline.title, '=');
    for section in &outline.sections {
        out.push('\n');
        out.push_str(&heading(&section.title, '-'));
        for block in &section.blocks {
            out.push('\n');
            out.push_str(&page.block(block));
        }
    }
    out
}

struct Page<'a> {
    report: &'a Report,
    width: usize,
}

fn heading(title: &str, rule: char) -> String {
    let title = plain(title);
    let rule: String = std::iter::repeat_n(rule, title.chars().count()).collect();
    format!("{title}\n{rule}\n")
}

impl Page<'_> {
    fn block(&self, block: &Block) -> String {
        match block {
            Block::Paragraph(line) => self.wrap(&self.line(line), "", ""),
            Block::List(points) => points
                .iter()
                .map(|line| self.wrap(&self.line(line), "- ", "  "))
                .collect(),
            Block::Table(table) => self.table(table),
        }
    }

    fn table(&self, table: &Table) -> String {
        let rows: Vec<Vec<String>> = table
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| self.line(cell)).collect())
            .collect();
        let widths: Vec<usize> = table
            .columns
            .iter()
            .enumerate()
            .map(|(at, (title, _))| {
                let cells = rows
                    .iter()
                    .filter_map(|row| row.get(at))
                    .map(|cell| columns(cell));
                cells.chain([columns(title)]).max().unwrap_or(0)
            })
            .collect();
        let titles: Vec<String> = table
            .columns
            .iter()
            .map(|(title, _)| (*title).to_owned())
            .collect();
        std::iter::once(&titles)
            .chain(&rows)
            .map(|row| row_text(row, table, &widths))
            .collect()
    }

    fn line(&self, line: &Line) -> String {
        line.iter().map(|inline| self.inline(inline)).collect()
    }

    fn inline(&self, inline: &Inline) -> String {
        match inline {
            Inline::Text(words)
            | Inline::Strong(words)
            | Inline::Code(words)
            | Inline::Figure(words, _) => plain(words),
            Inline::Incidents(members) => {
                let ids: Vec<&str> = self
                    .report
                    .ids(members)
                    .take(IDS_SHOWN)
                    .map(|id| id.as_str())
                    .collect();
                let rest = members.len().saturating_sub(IDS_SHOWN);
                let more = if rest > 0 {
                    format!(" +{rest}")
                } else {
                    String::new()
                };
                ids.join(", ") + &more
            }
            Inline::Bar(share) => bar(*share),
        }
    }

    /// Words broken at blanks so that no line is wider than the terminal.
    fn wrap(&self, text: &str, first: &str, later: &str) -> String {
        let mut out = String::new();
        let mut line = first.to_owned();
        let mut begun = false;
        for word in text.split_whitespace() {
            if begun && columns(&line) + 1 + columns(word) > self.width {
                out.push_str(&line);
                out.push('\n');
                line = later.to_owned();
                begun = false;
            }
            if begun {
                line.push(' ');
            }
            line.push_str(word);
            begun = true;
        }
        out + &line + "\n"
    }
}

fn row_text(row: &[String], table: &Table, widths: &[usize]) -> String {
    let mut line = String::new();
    for ((cell, (_, side)), width) in row.iter().zip(&table.columns).zip(widths) {
        let fill = " ".repeat(width.saturating_sub(columns(cell)));
        if !line.is_empty() {
            line.push_str("  ");
        }
        match side {
            Side::Left => line.push_str(&format!("{cell}{fill}")),
            Side::Right => line.push_str(&format!("{fill}{cell}")),
        }
    }
    format!("{}\n", line.trim_end())
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

fn bar(share: f64) -> String {
    let eighths = (share.clamp(0.0, 1.0) * BAR * 8.0).round() as usize;
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}
