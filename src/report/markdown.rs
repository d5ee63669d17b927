//! The report as Markdown that reads well in a wiki or a pull request.

use std::collections::BTreeSet;

use crate::report::Report;
use crate::report::contents;
use crate::report::outline::Block;
use crate::report::outline::Card;
use crate::report::outline::Fact;
use crate::report::outline::Figure;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::outline::Outline;
use crate::report::outline::Part;
use crate::report::outline::Section;
use crate::report::outline::Side;
use crate::report::outline::Table;
use crate::report::outline::Told;
use crate::report::outline::plain;

/// So many ids stand in a row of ids; the others are counted.
const IDS: usize = 12;

/// Width of a bar in characters.
const BAR: f64 = 10.0;

/// Writes a report as Markdown.
pub fn render(report: &Report) -> String {
    let outline = contents::outline(report);
    let page = Page {
        report,
        carded: outline.carded(),
    };
    page.write(&outline)
}

struct Page<'a> {
    report: &'a Report,
    carded: BTreeSet<usize>,
}

impl Page<'_> {
    fn write(&self, outline: &Outline) -> String {
        let mut out = format!(
            "# {}\n\n{}\n",
            escape(&outline.title),
            self.line(&outline.population)
        );
        let mut part = Part::PageOne;
        for section in &outline.sections {
            if part != section.part {
                out.push_str("\n---\n");
                part = section.part;
            }
            out.push_str(&format!("\n## {}\n", escape(&section.title)));
            for block in &section.blocks {
                out.push('\n');
                out.push_str(&self.block(section, block));
            }
        }
        out
    }

    fn block(&self, section: &Section, block: &Block) -> String {
        match block {
            Block::Paragraph(line) => format!("{}\n", self.line(line)),
            Block::List(points) => {
                let point = |line| format!("- {}\n", self.line(line));
                points.iter().map(point).collect()
            }
            Block::Facts(facts) => {
                let fact = |fact: &Fact| {
                    format!(
                        "- **{}** {}\n",
                        self.line(&fact.figure),
                        self.line(&fact.words)
                    )
                };
                facts.iter().map(fact).collect()
            }
            Block::Findings(told) => {
                let numbered = told.iter().enumerate();
                numbered.map(|(at, told)| self.told(at + 1, told)).collect()
            }
            Block::Table(table) if section.part == Part::Appendix => {
                self.table(table) + &self.behind(table)
            }
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => {
                format!(
                    "**{}**\n\n{}",
                    escape(&chart.title),
                    self.table(&chart.table)
                ) + &self.behind(&chart.table)
            }
            Block::Card(card) => self.card(card),
        }
    }

    fn told(&self, number: usize, told: &Told) -> String {
        let proof = match told.proof.as_slice() {
            [] => String::new(),
            places => format!(" Shown by {}.", self.incidents(places)),
        };
        let (lead, detail) = (self.line(&told.lead), self.line(&told.detail));
        format!("{number}. **{lead}.** {detail}.{proof}\n")
    }

    fn table(&self, table: &Table) -> String {
        let titles: Vec<String> = table
            .columns
            .iter()
            .map(|(title, _)| escape(title))
            .collect();
        let rule = |side: &Side| if *side == Side::Right { "---:" } else { "---" };
        let rules: Vec<&str> = table.columns.iter().map(|(_, side)| rule(side)).collect();
        let mut out = format!("| {} |\n| {} |\n", titles.join(" | "), rules.join(" | "));
        for row in &table.rows {
            let cells: Vec<String> = row.iter().map(|cell| self.line(cell)).collect();
            out.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        out
    }

    /// The incidents behind the first figure of each row, under its table.
    fn behind(&self, table: &Table) -> String {
        let mut out = String::new();
        for row in table.rows.iter().filter(|_| table.names_incidents) {
            let figure = row.iter().flatten().find_map(|inline| match inline {
                Inline::Figure(figure) if !figure.members.is_empty() => Some(figure),
                _ => None,
            });
            if let (Some(figure), Some(name)) = (figure, row.first()) {
                let ids = self.named(figure);
                out.push_str(&format!("- {}: {ids}\n", self.line(name)));
            }
        }
        if out.is_empty() {
            out
        } else {
            format!("\n{out}")
        }
    }

    fn named(&self, figure: &Figure) -> String {
        let places: Vec<usize> = figure.members.iter().collect();
        let ids = self.incidents(&places);
        match &figure.query {
            Some(query) if places.len() > IDS => {
                format!("{ids}: {}", code(&format!("pm-kb list '{query}'")))
            }
            _ => ids,
        }
    }

    fn line(&self, line: &Line) -> String {
        line.iter().map(|inline| self.inline(inline)).collect()
    }

    fn inline(&self, inline: &Inline) -> String {
        match inline {
            Inline::Text(words) => escape(words),
            Inline::Figure(figure) => escape(&figure.text),
            Inline::Strong(words) => format!("**{}**", escape(words.trim())),
            Inline::Code(words) => code(words),
            Inline::Incidents(places) => self.incidents(places),
            Inline::Bar(share) => bar(*share),
            Inline::Link(url) => link(url),
        }
    }

    fn incidents(&self, places: &[usize]) -> String {
        let shown: Vec<String> = places
            .iter()
            .take(IDS)
            .map(|place| self.incident(*place))
            .collect();
        let rest = places.len().saturating_sub(IDS);
        let more = if rest > 0 {
            format!(" and {rest} more")
        } else {
            String::new()
        };
        shown.join(", ") + &more
    }

    /// An id, as a link to its card where it has one and every Markdown reader makes the same anchor of it.
    fn incident(&self, place: usize) -> String {
        let id = self.report.entries[place].id.as_str();
        let plain =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if self.carded.contains(&place) && id.chars().all(plain) {
            format!("[`{id}`](#{id})")
        } else {
            code(id)
        }
    }

    fn card(&self, card: &Card) -> String {
        let entry = &self.report.entries[card.place];
        let mut out = format!("### {}\n\n{}\n\n", entry.id, escape(&entry.words().title));
        for (name, line) in &card.facts {
            out.push_str(&format!("- {name}: {}\n", self.line(line)));
        }
        for (place, words) in &card.quotes {
            out.push_str(&format!("\n> {}\n> — {}\n", escape(words), escape(place)));
        }
        out
    }
}

fn bar(share: f64) -> String {
    let full = (share.clamp(0.0, 1.0) * BAR).round() as usize;
    "█".repeat(full) + &"░".repeat(BAR as usize - full)
}

/// Text that no Markdown reader takes for markup, HTML, a column, a mention or a link.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out.replace("://", ":&#47;/").replace("www.", "www&#46;")
}

/// A code span; text that would break out of one, or of a column, is escaped instead.
fn code(text: &str) -> String {
    let text = plain(text);
    if text.contains(['`', '|']) || text.trim().is_empty() {
        return escape(&text);
    }
    format!("`{text}`")
}

/// An address as a link, where it is one of the web.
fn link(url: &str) -> String {
    let breaks =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '|' | '`' | '\\');
    let is_web = ["https://", "http://"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    if is_web && !url.contains(breaks) && plain(url) == url {
        format!("<{url}>")
    } else {
        code(url)
    }
}
