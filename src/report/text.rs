//! The report for a terminal: plain words, aligned tables, small bars. Colour is the door's affair.

use crate::report::Report;
use crate::report::chart::Chart;
use crate::report::chart::Plot;
use crate::report::contents;
use crate::report::outline::Block;
use crate::report::outline::Fact;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::outline::Outline;
use crate::report::outline::Part;
use crate::report::outline::Side;
use crate::report::outline::Table;
use crate::report::outline::Told;
use crate::report::outline::plain;
use crate::report::selection::Members;
use crate::report::statistics::Share;

/// So many ids stand in a row of ids; the others are counted.
const IDS: usize = 3;

/// Width of a bar in characters.
const BAR: f64 = 16.0;

/// Width of a ruler in characters.
const RULER: f64 = 51.0;

/// The least width of a terminal that is taken for one.
const NARROWEST: usize = 40;

/// A column of a spark, from none to the most.
const SPARKS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A column of words gives way down to this.
const NARROW: usize = 14;

/// Eighths of a full block.
const EIGHTHS: &[&str] = &["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Writes page one for a terminal of so many columns, and how to see the rest.
pub fn page_one(report: &Report, width: usize) -> String {
    let page = Page {
        report,
        width: width.max(NARROWEST),
    };
    let rest = "The appendix counts all this in full: add --full, or --format html --output report.html for one page to \
                read, print and send.";
    let sheet = written(report, width, contents::sheet(report));
    format!("{sheet}\n{}", page.wrap(rest, "", ""))
}

/// Writes page one and the appendix for a terminal of so many columns; `usize::MAX` neither breaks nor cuts a line.
pub fn render(report: &Report, width: usize) -> String {
    let mut outline = contents::outline(report);
    outline
        .sections
        .retain(|section| section.part != Part::Cards);
    written(report, width, outline)
}

fn written(report: &Report, width: usize, outline: Outline) -> String {
    let page = Page {
        report,
        width: width.max(NARROWEST),
    };
    let mut out = heading(&outline.title, '=');
    out.push('\n');
    out.push_str(&page.wrap(&page.line(&outline.population), "", ""));
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
            Block::Facts(facts) => self.facts(facts),
            Block::Findings(told) => {
                let numbered = told.iter().enumerate();
                numbered.map(|(at, told)| self.told(at + 1, told)).collect()
            }
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => {
                let table = with_sparks(chart).unwrap_or_else(|| chart.table.clone());
                self.wrap(&plain(&chart.title), "", "") + "\n" + &self.table(&table)
            }
            Block::Card(_) => String::new(),
        }
    }

    /// Figures under each other, their words beside them.
    fn facts(&self, facts: &[Fact]) -> String {
        let figures: Vec<String> = facts.iter().map(|fact| self.line(&fact.figure)).collect();
        let widest = figures
            .iter()
            .map(|figure| columns(figure))
            .max()
            .unwrap_or(0);
        let blank = " ".repeat(widest + 2);
        let each = facts.iter().zip(&figures).map(|(fact, figure)| {
            let fill = " ".repeat(widest - columns(figure));
            self.wrap(
                &self.line(&fact.words),
                &format!("{figure}{fill}  "),
                &blank,
            )
        });
        each.collect()
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
        let ruler = told.share.and_then(ruler);
        let ruler = ruler.map_or_else(String::new, |ruler| format!("   {ruler}\n"));
        lead + &ruler + &self.wrap(&detail, "   ", "   ")
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

    /// The widths of the columns. Where they are too many for the terminal, the headings of numbers are broken, then
    /// columns of words give way, the widest first.
    fn widths(&self, table: &Table, rows: &[Vec<String>]) -> Vec<usize> {
        let widest = |at: usize, rows: &[Vec<String>]| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            cells.map(|cell| columns(cell)).max().unwrap_or(0)
        };
        let every = 0..table.columns.len();
        let mut widths: Vec<usize> = every.clone().map(|at| widest(at, rows)).collect();
        let whole = |widths: &[usize]| widths.iter().sum::<usize>() + 2 * widths.len() - 2;
        if whole(&widths) <= self.width {
            return widths;
        }
        for at in every
            .clone()
            .filter(|at| table.columns[*at].1 == Side::Right)
        {
            let heading = table.columns[at].0.split(' ').map(columns).max();
            widths[at] = widest(at, &rows[1..]).max(heading.unwrap_or(0));
        }
        let of_words: Vec<usize> = every
            .filter(|at| table.columns[*at].1 == Side::Left)
            .collect();
        while whole(&widths) > self.width {
            let least = |at: usize| {
                let words = rows.iter().filter_map(|row| row.get(at));
                let longest = words.flat_map(|cell| cell.split(' ')).map(columns).max();
                longest.unwrap_or(0).max(NARROW)
            };
            let can_give = of_words
                .iter()
                .copied()
                .filter(|at| widths[*at] > least(*at));
            let Some(at) = can_give.max_by_key(|at| widths[*at]) else {
                break;
            };
            let too_much = whole(&widths) - self.width;
            widths[at] = widths[at].saturating_sub(too_much).max(least(at));
        }
        widths
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
        let lines = broken(text, self.width.saturating_sub(columns(first)));
        let mark = |at| if at == 0 { first } else { later };
        let lines = lines.iter().enumerate();
        lines
            .map(|(at, line)| format!("{}{line}\n", mark(at)))
            .collect()
    }
}

/// The table of a chart of small columns, with the columns drawn at the end of each row.
fn with_sparks(chart: &Chart) -> Option<Table> {
    let counts: Vec<Vec<usize>> = match &chart.plot {
        Plot::Columns { rows, .. } => {
            let row =
                |(_, counts): &(String, Vec<Members>)| counts.iter().map(Members::len).collect();
            rows.iter().map(row).collect()
        }
        Plot::Stack { parts, rows } => {
            let part = |at: usize| rows.iter().map(|(_, counts)| counts[at].len()).collect();
            (0..parts.len()).map(part).collect()
        }
        _ => return None,
    };
    let most = counts.iter().flatten().copied().max().unwrap_or(0);
    let mut table = chart.table.clone();
    table.columns.push((String::new(), Side::Left));
    for (row, counts) in table.rows.iter_mut().zip(counts) {
        let spark = counts.into_iter().map(|count| spark(count, most));
        row.push(vec![Inline::Text(spark.collect())]);
    }
    Some(table)
}

/// A share on its way from 0 to 100 %, with its interval: `0% ····──●───··· 100%`.
fn ruler(share: Share) -> Option<String> {
    let (low, high) = share.interval()?;
    let place = |fraction: f64| (fraction * (RULER - 1.0)).round() as usize;
    let (low, high, at) = (place(low), place(high), place(share.fraction()?));
    let mark = |column: usize| match column {
        column if column == at => '●',
        column if (low..=high).contains(&column) => '─',
        _ => '·',
    };
    let marks: String = (0..RULER as usize).map(mark).collect();
    Some(format!("0% {marks} 100%"))
}

fn spark(count: usize, most: usize) -> char {
    SPARKS[(count * (SPARKS.len() - 1))
        .div_ceil(most.max(1))
        .min(SPARKS.len() - 1)]
}

/// A row as lines: a cell of words that is wider than its column goes on below.
fn row_text(row: &[String], table: &Table, widths: &[usize]) -> String {
    let cells: Vec<Vec<String>> = row
        .iter()
        .zip(widths)
        .map(|(cell, width)| broken(cell, *width))
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let mut out = String::new();
    for at in 0..height {
        let mut line = String::new();
        for ((lines, (_, side)), width) in cells.iter().zip(&table.columns).zip(widths) {
            let cell = lines.get(at).map_or("", String::as_str);
            let fill = " ".repeat(width.saturating_sub(columns(cell)));
            match side {
                Side::Left => line.push_str(&format!("{cell}{fill}  ")),
                Side::Right => line.push_str(&format!("{fill}{cell}  ")),
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// A text in lines of at most so many columns; a word that is longer stands alone.
fn broken(text: &str, width: usize) -> Vec<String> {
    if columns(text) <= width {
        return vec![text.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

fn bar(share: f64) -> String {
    let eighths = (share.clamp(0.0, 1.0) * BAR * 8.0).round() as usize;
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}
