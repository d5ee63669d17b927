//! The report for a terminal: plain words, aligned tables, small bars. Colour is the door's affair.

use crate::report::Report;
use crate::report::contents;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::outline::Part;
use crate::report::outline::Side;
use crate::report::outline::Table;
use crate::report::outline::Told;
use crate::report::outline::plain;

/// So many ids stand in a row of ids; the others are counted.
const IDS: usize = 3;

/// Width of a bar in characters.
const BAR: f64 = 16.0;

/// The least width of a terminal that is taken for one.
const NARROWEST: usize = 40;

/// Eighths of a full block.
const EIGHTHS: &[&str] = &["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Writes a report for a terminal of so many columns; `usize::MAX` neither breaks nor cuts a line.
pub fn render(report: &Report, width: usize) -> String {
    let page = Page {
        report,
        width: width.max(NARROWEST),
    };
    let outline = contents::outline(report);
    let mut out = heading(&outline.title, '=');
    out.push('\n');
    out.push_str(&page.wrap(&page.line(&outline.population), "", ""));
    for section in outline
        .sections
        .iter()
        .filter(|section| section.part != Part::Cards)
    {
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
    let rule: String = std::iter::repeat_n(rule, columns(&title)).collect();
    format!("{title}\n{rule}\n")
}

impl Page<'_> {
    fn block(&self, block: &Block) -> String {
        match block {
            Block::Paragraph(line) => self.wrap(&self.line(line), "", ""),
            Block::List(points) => {
                let point = |line| self.wrap(&self.line(line), "- ", "  ");
                points.iter().map(point).collect()
            }
            Block::Findings(told) => {
                let numbered = told.iter().enumerate();
                numbered.map(|(at, told)| self.told(at + 1, told)).collect()
            }
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => {
                self.wrap(&plain(&chart.title), "", "") + &self.table(&chart.table)
            }
            Block::Card(_) => String::new(),
        }
    }

    fn told(&self, number: usize, told: &Told) -> String {
        let lead = self.wrap(
            &format!("{}.", self.line(&told.lead)),
            &format!("{number}. "),
            "   ",
        );
        let proof = match told.proof.as_slice() {
            [] => String::new(),
            places => format!(" Shown by {}.", self.incidents(places)),
        };
        let detail = format!("{}.{proof}", self.line(&told.detail));
        lead + &self.wrap(&detail, "   ", "   ")
    }

    fn table(&self, table: &Table) -> String {
        let titles: Vec<String> = table
            .columns
            .iter()
            .map(|(title, _)| plain(title))
            .collect();
        let mut rows: Vec<Vec<String>> = vec![titles];
        let cells = |row: &Vec<Line>| row.iter().map(|cell| self.line(cell)).collect();
        rows.extend(table.rows.iter().map(cells));
        let widths = self.widths(table, &rows);
        rows.iter()
            .map(|row| row_text(row, table, &widths))
            .collect()
    }

    /// The widths of the columns; where they are too many for the terminal, columns of words give way, the widest first.
    fn widths(&self, table: &Table, rows: &[Vec<String>]) -> Vec<usize> {
        let widest = |at: usize| {
            rows.iter()
                .filter_map(|row| row.get(at))
                .map(|cell| columns(cell))
                .max()
        };
        let mut widths: Vec<usize> = (0..table.columns.len())
            .map(|at| widest(at).unwrap_or(0))
            .collect();
        let gaps = 2 * widths.len().saturating_sub(1);
        loop {
            let all: usize = widths.iter().sum::<usize>() + gaps;
            let of_words = table
                .columns
                .iter()
                .enumerate()
                .filter(|(_, (_, side))| *side == Side::Left);
            let Some(at) = of_words.map(|(at, _)| at).max_by_key(|at| widths[*at]) else {
                return widths;
            };
            if all <= self.width || widths[at] <= 12 {
                return widths;
            }
            widths[at] = widths[at].saturating_sub(all - self.width).max(12);
        }
    }

    fn line(&self, line: &Line) -> String {
        line.iter().map(|inline| self.inline(inline)).collect()
    }

    fn inline(&self, inline: &Inline) -> String {
        match inline {
            Inline::Text(words) | Inline::Strong(words) | Inline::Code(words) => plain(words),
            Inline::Link(url) => plain(url),
            Inline::Figure(figure) => plain(&figure.text),
            Inline::Incidents(places) => self.incidents(places),
            Inline::Bar(share) => bar(*share),
        }
    }

    fn incidents(&self, places: &[usize]) -> String {
        let ids = places
            .iter()
            .take(IDS)
            .map(|place| self.report.entries[*place].id.as_str());
        let rest = places.len().saturating_sub(IDS);
        let more = if rest > 0 {
            format!(" +{rest}")
        } else {
            String::new()
        };
        ids.collect::<Vec<_>>().join(", ") + &more
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
    for (at, ((cell, (_, side)), width)) in row.iter().zip(&table.columns).zip(widths).enumerate() {
        let cell = cut(cell, *width);
        let fill = " ".repeat(width.saturating_sub(columns(&cell)));
        if at > 0 {
            line.push_str("  ");
        }
        match side {
            Side::Left => line.push_str(&format!("{cell}{fill}")),
            Side::Right => line.push_str(&format!("{fill}{cell}")),
        }
    }
    format!("{}\n", line.trim_end())
}

fn cut(cell: &str, width: usize) -> String {
    if columns(cell) <= width {
        return cell.to_owned();
    }
    let kept: String = cell.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

fn bar(share: f64) -> String {
    let eighths = (share.clamp(0.0, 1.0) * BAR * 8.0).round() as usize;
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}
