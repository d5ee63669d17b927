//! The report as one HTML file: no script, no request to anywhere, light and dark, printable; every number leads to its
//! incidents.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::schema;

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
use crate::report::statistics::Share;
use crate::report::svg;
use crate::report::svg::escape;

mod behind;

use behind::Behind;

/// The digest by which the page allows its own style sheet and no other; a test holds it to the file.
pub const STYLE_DIGEST: &str = "sha256-FkWkHKJyltH7Uf+bL3Gcx5Z0U87x7LGVgqokPhtf2zE=";

/// So many ids stand in a sentence; the others are counted.
const IDS: usize = 12;

/// Writes a report as one HTML file.
pub fn render(report: &Report) -> String {
    let outline = contents::outline(report);
    let page = Page {
        report,
        carded: outline.carded(),
        behind: RefCell::new(Behind::default()),
    };
    page.write(&outline)
}

struct Page<'a> {
    report: &'a Report,
    carded: BTreeSet<usize>,
    behind: RefCell<Behind>,
}

impl Page<'_> {
    fn write(&self, outline: &Outline) -> String {
        let style = schema::file("report/report.css");
        let mut out = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_DIGEST}'; \
             img-src data:; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#appendix\">To the appendix</a>\n<main>\n<div class=\"sheet\">\n<h1>{}</h1>\n\
             <p class=\"population\">{}</p>\n",
            escape(&outline.title),
            escape(&outline.title),
            self.line(&outline.population)
        );
        let (sheet, rest): (Vec<&Section>, Vec<&Section>) = outline
            .sections
            .iter()
            .partition(|section| section.part == Part::PageOne);
        sheet
            .iter()
            .for_each(|section| out.push_str(&self.section(section)));
        out.push_str("</div>\n");
        out.push_str(&navigation(&rest));
        rest.iter()
            .for_each(|section| out.push_str(&self.section(section)));
        let behind = self.behind.borrow();
        out.push_str(&behind.list(|place| self.incident(place)));
        out.push_str("</main>\n</body>\n</html>\n");
        out
    }

    fn section(&self, section: &Section) -> String {
        self.behind.borrow_mut().enter(&section.title);
        let blocks: String = section
            .blocks
            .iter()
            .map(|block| self.block(block))
            .collect();
        let (id, title) = (section.id, escape(&section.title));
        format!(
            "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n{blocks}</section>\n"
        )
    }

    fn block(&self, block: &Block) -> String {
        match block {
            Block::Paragraph(line) => format!("<p>{}</p>\n", self.line(line)),
            Block::List(points) => {
                let point = |line| format!("<li>{}</li>\n", self.line(line));
                format!(
                    "<ul>\n{}</ul>\n",
                    points.iter().map(point).collect::<String>()
                )
            }
            Block::Facts(facts) => {
                let fact = |fact: &Fact| {
                    let (figure, words) = (self.line(&fact.figure), self.line(&fact.words));
                    format!("<div><dt>{words}</dt><dd>{figure}</dd></div>\n")
                };
                let facts: String = facts.iter().map(fact).collect();
                format!("<dl class=\"facts\">\n{facts}</dl>\n")
            }
            Block::Findings(told) => {
                let told: String = told.iter().map(|one| self.told(one)).collect();
                format!("<ol class=\"found\">\n{told}</ol>\n")
            }
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => {
                let link = |members: &_| Some(self.behind.borrow_mut().way(members, None));
                let drawn = svg::draw(chart, &link);
                format!(
                    "<figure class=\"chart\">\n<figcaption>{}</figcaption>\n<div class=\"wide\">\n{drawn}</div>\n\
                     <details><summary>The numbers as a table</summary>\n{}</details>\n</figure>\n",
                    escape(&chart.title),
                    self.table(&chart.table)
                )
            }
            Block::Card(card) => self.card(card),
        }
    }

    fn told(&self, told: &Told) -> String {
        let proof = match told.proof.as_slice() {
            [] => String::new(),
            places => format!(" Shown by {}.", self.incidents(places)),
        };
        format!(
            "<li><span class=\"lead\">{}.</span><br>{}<span class=\"detail\">{}.{proof}</span></li>\n",
            self.line(&told.lead),
            told.share.map_or_else(String::new, meter),
            self.line(&told.detail)
        )
    }

    fn table(&self, table: &Table) -> String {
        let class = |side: Side| {
            if side == Side::Right {
                " class=\"n\""
            } else {
                ""
            }
        };
        let heads: String = table
            .columns
            .iter()
            .map(|(title, side)| {
                format!("<th scope=\"col\"{}>{}</th>", class(*side), escape(title))
            })
            .collect();
        let mut rows = String::new();
        for row in &table.rows {
            rows.push_str("<tr>");
            for (at, (cell, (_, side))) in row.iter().zip(&table.columns).enumerate() {
                let words = self.line(cell);
                rows.push_str(&match at {
                    0 => format!("<th scope=\"row\">{words}</th>"),
                    _ => format!("<td{}>{words}</td>", class(*side)),
                });
            }
            rows.push_str("</tr>\n");
        }
        format!(
            "<div class=\"wide\"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
        )
    }

    fn line(&self, line: &Line) -> String {
        line.iter().map(|inline| self.inline(inline)).collect()
    }

    fn inline(&self, inline: &Inline) -> String {
        match inline {
            Inline::Text(words) => escape(words),
            Inline::Strong(words) => format!("<strong>{}</strong>", escape(words)),
            Inline::Code(words) => format!("<code>{}</code>", escape(words)),
            Inline::Figure(figure) => self.figure(figure),
            Inline::Incidents(places) => self.incidents(places),
            Inline::Bar(share) => bar(*share),
            Inline::Link(url) => link(url),
        }
    }

    fn figure(&self, figure: &Figure) -> String {
        if figure.members.is_empty() {
            return escape(&figure.text);
        }
        let way = self
            .behind
            .borrow_mut()
            .way(&figure.members, figure.query.as_deref());
        format!("<a href=\"{way}\">{}</a>", escape(&figure.text))
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

    /// An id, as a link to its card where it has one.
    fn incident(&self, place: usize) -> String {
        let id = escape(self.report.entries[place].id.as_str());
        if self.carded.contains(&place) {
            format!("<a href=\"#incident-{place}\"><bdi>{id}</bdi></a>")
        } else {
            format!("<bdi>{id}</bdi>")
        }
    }

    fn card(&self, card: &Card) -> String {
        let entry = &self.report.entries[card.place];
        let facts: String = card
            .facts
            .iter()
            .map(|(name, line)| format!("<dt>{name}</dt><dd>{}</dd>\n", self.line(line)))
            .collect();
        let quotes: String = card
            .quotes
            .iter()
            .map(|(place, words)| {
                let (words, place) = (escape(words), escape(place));
                format!("<blockquote><bdi>{words}</bdi><footer>{place}</footer></blockquote>\n")
            })
            .collect();
        format!(
            "<article class=\"card\" id=\"incident-{}\">\n<h3><bdi>{}</bdi></h3>\n<p><code>{}</code></p>\n\
             <dl>\n{facts}</dl>\n{quotes}</article>\n",
            card.place,
            escape(&entry.words().title),
            escape(entry.id.as_str())
        )
    }
}

fn navigation(sections: &[&Section]) -> String {
    let points: String = sections
        .iter()
        .map(|section| {
            format!(
                "<li><a href=\"#{}\">{}</a></li>\n",
                section.id,
                escape(&section.title)
            )
        })
        .collect();
    format!(
        "<nav id=\"appendix\" aria-label=\"Appendix\">\n<h2>Appendix</h2>\n<ul>\n{points}\
         <li><a href=\"#behind\">The incidents behind the numbers</a></li>\n</ul>\n</nav>\n"
    )
}

/// A share as a bar without words; the number stands beside it.
fn bar(share: f64) -> String {
    let width = share.clamp(0.0, 1.0) * 100.0;
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 100 10\" width=\"100\" height=\"10\" preserveAspectRatio=\"none\" \
         aria-hidden=\"true\"><rect class=\"faint\" width=\"100\" height=\"10\" fill=\"#e4e8ec\"/>\
         <rect class=\"strong\" width=\"{width:.1}\" height=\"10\" fill=\"#1f5f9f\"/></svg>"
    )
}

/// A share with its interval, without words; the numbers stand beside it.
fn meter(share: Share) -> String {
    let (Some(fraction), Some((low, high))) = (share.fraction(), share.interval()) else {
        return String::new();
    };
    let at = |fraction: f64| fraction * 200.0;
    format!(
        "<svg class=\"meter\" viewBox=\"0 0 200 14\" width=\"200\" height=\"14\" preserveAspectRatio=\"none\" \
         aria-hidden=\"true\"><rect class=\"faint\" y=\"2\" width=\"200\" height=\"10\" fill=\"#e4e8ec\"/>\
         <rect class=\"pale\" y=\"2\" width=\"{:.1}\" height=\"10\" fill=\"#a3bfdb\"/>\
         <rect class=\"ink\" x=\"{:.1}\" y=\"6\" width=\"{:.1}\" height=\"2\"/>\
         <rect class=\"ink\" x=\"{:.1}\" width=\"3\" height=\"14\"/></svg>",
        at(fraction),
        at(low),
        at(high) - at(low),
        at(fraction) - 1.5
    )
}

/// An address as a link, where it is one of the web; else as text.
fn link(url: &str) -> String {
    let shown = escape(url);
    if ["https://", "http://"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
    {
        format!("<a href=\"{shown}\" rel=\"noopener noreferrer nofollow\">{shown}</a>")
    } else {
        format!("<code>{shown}</code>")
    }
}
