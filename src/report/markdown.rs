//! The report as Markdown that reads well in a wiki or a pull request.

use super::Report;
use super::contents;
use super::outline::Block;
use super::outline::Inline;
use super::outline::Line;
use super::outline::Outline;
use super::outline::Side;
use super::outline::Table;
use super::outline::plain;

/// So many ids stand in a cell or a line; the others are counted.
const IDS_SHOWN: usize = 8;

/// Width of a bar in characters.
const BAR: f64 = 10.0;

/// Writes a report as Markdown.
pub fn render(report: &Report) -> String {
    let page = Page { report };
    page.write(&contents::outline(report))
}

struct Page<'a> {
    report: &'a Report,
}

impl Page<'_> {
    fn write(&self, outline: &Outline) -> String {
        let mut out = format!("# {}\n", escape(&outline.title));
        for section in &outline.sections {
            let marks = "#".repeat(usize::from(section.level));
            out.push_str(&format!("\n{marks} {}\n", escape(&section.title)));
            for block in &section.blocks {
                out.push('\n');
                out.push_str(&self.block(block));
            }
        }
        out
    }

    fn block(&self, block: &Block) -> String {
        match block {
            Block::Paragraph(line) => format!("{}\n", self.line(line)),
            Block::List(points) => points
                .iter()
                .map(|line| format!("- {}\n", self.line(line)))
                .collect(),
            Block::Table(table) => self.table(table),
        }
    }

    fn table(&self, table: &Table) -> String {
        let titles: Vec<&str> = table.columns.iter().map(|(title, _)| *title).collect();
        let rules: Vec<&str> = table
            .columns
            .iter()
            .map(|(_, side)| if *side == Side::Right { "---:" } else { "---" })
            .collect();
        let mut out = format!("| {} |\n| {} |\n", titles.join(" | "), rules.join(" | "));
        for row in &table.rows {
            let cells: Vec<String> = row.iter().map(|cell| self.line(cell)).collect();
            out.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        out
    }

    fn line(&self, line: &Line) -> String {
        line.iter().map(|inline| self.inline(inline)).collect()
    }

    fn inline(&self, inline: &Inline) -> String {
        match inline {
            Inline::Text(words) | Inline::Figure(words, _) => escape(words),
            Inline::Strong(words) => {
                let blanks = words.len() - words.trim_start().len();
                format!("{}**{}**", " ".repeat(blanks), escape(words.trim()))
            }
            Inline::Code(words) => code(words),
            Inline::Incidents(members) => self.incidents(members),
            Inline::Bar(share) => bar(*share),
        }
    }

    fn incidents(&self, members: &[usize]) -> String {
        let shown: Vec<String> = self
            .report
            .ids(members)
            .take(IDS_SHOWN)
            .map(|id| code(id.as_str()))
            .collect();
        let rest = members.len().saturating_sub(IDS_SHOWN);
        let more = if rest > 0 {
            format!(" and {rest} more")
        } else {
            String::new()
        };
        shown.join(", ") + &more
    }
}

fn bar(share: f64) -> String {
    let full = (share.clamp(0.0, 1.0) * BAR).round() as usize;
    "█".repeat(full) + &"░".repeat(BAR as usize - full)
}

/// Text that no Markdown reader takes for markup, HTML or a column.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '$' | '@' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// A code span, also within a table and around backticks.
fn code(text: &str) -> String {
    let text = plain(text).replace('|', "\\|");
    if text.contains('`') {
        return escape(&text);
    }
    format!("`{text}`")
}
