//! Charts as SVG: one drawing for a page and for slides, readable without colour, with its words inside.
//!
//! Colours stand as attributes for programs that know no style sheets; a page overrides them by class.

use crate::report::Report;
use crate::report::chart::Chart;
use crate::report::chart::Plot;
use crate::report::contents;
use crate::report::outline::Block;
use crate::report::selection::Members;

mod bars;
mod grids;
mod spread;

/// Width of every chart in units of the drawing.
const WIDTH: f64 = 720.0;

/// Width of the names at the left.
const NAMES: f64 = 170.0;

/// Finds the address of the incidents behind a number; slides have none.
pub type Linker<'a> = &'a dyn Fn(&Members) -> Option<String>;

/// Every chart of a report as a file for slides: its name and its text.
pub fn files(report: &Report) -> Vec<(String, String)> {
    let outline = contents::outline(report);
    let blocks = outline.sections.iter().flat_map(|section| &section.blocks);
    let chart = |block: &Block| match block {
        Block::Chart(chart) => Some((format!("{}.svg", chart.id), draw(chart, &|_| None))),
        _ => None,
    };
    blocks.filter_map(chart).collect()
}

/// Draws a chart; a page gives the way to the incidents.
pub fn draw(chart: &Chart, link: Linker<'_>) -> String {
    let mut pen = Pen {
        out: String::new(),
        height: 0.0,
        link,
    };
    match &chart.plot {
        Plot::Columns { labels, rows } => bars::columns(&mut pen, labels, rows),
        Plot::Stack { parts, rows } => bars::stack(&mut pen, parts, rows),
        Plot::Shares(rows) => bars::shares(&mut pen, rows),
        Plot::Heat { columns, rows } => grids::heat(&mut pen, columns, rows),
        Plot::Spread(rows) => spread::spread(&mut pen, rows),
    }
    let (id, height) = (chart.id, pen.height);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" aria-labelledby=\"{id}-title {id}-about\" font-family=\"system-ui, sans-serif\" \
         font-size=\"13\">\n<title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-about\">{}</desc>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>\n",
        escape(&chart.title),
        escape(&chart.about),
        pen.out
    )
}

/// Text for XML and HTML, also within double quotes, without what could disturb a page.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in super::outline::plain(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// A fill of the palette: a class for pages and the colour that it has on white paper.
#[derive(Clone, Copy)]
struct Ink(&'static str, &'static str);

const INK: Ink = Ink("ink", "#1b2127");
const MUTED: Ink = Ink("muted", "#56606b");
const RULE: Ink = Ink("rule", "#d5dae0");
const STRONG: Ink = Ink("strong", "#1f5f9f");
const PALE: Ink = Ink("pale", "#a3bfdb");
const WARM: Ink = Ink("warm", "#b4540a");
const GREY: Ink = Ink("grey", "#8a939d");
const FAINT: Ink = Ink("faint", "#e4e8ec");
const ON_STRONG: Ink = Ink("on-strong", "#ffffff");

/// At which end of a text its place is.
#[derive(Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

struct Pen<'a> {
    out: String,
    height: f64,
    link: Linker<'a>,
}

impl Pen<'_> {
    fn text(&mut self, (x, y): (f64, f64), (anchor, ink): (Anchor, Ink), words: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let Ink(class, colour) = ink;
        self.out.push_str(&format!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{}</text>\n",
            round(x),
            round(y),
            escape(words)
        ));
    }

    /// A number that leads to its incidents, where there is a way.
    fn number(&mut self, at: (f64, f64), how: (Anchor, Ink), members: &Members) {
        let way = if members.is_empty() {
            None
        } else {
            (self.link)(members)
        };
        if let Some(way) = &way {
            self.out.push_str(&format!("<a href=\"{}\">", escape(way)));
        }
        self.text(at, how, &members.len().to_string());
        if way.is_some() {
            self.out.push_str("</a>\n");
        }
    }

    fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), ink: Ink) {
        let Ink(class, colour) = ink;
        self.out.push_str(&format!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{colour}\"/>\n",
            round(x),
            round(y),
            round(width.max(0.0)),
            round(height.max(0.0))
        ));
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink) {
        let Ink(class, colour) = ink;
        self.out.push_str(&format!(
            "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{colour}\"/>\n",
            round(from.0),
            round(from.1),
            round(to.0),
            round(to.1)
        ));
    }

    /// The name of a row at the left of it.
    fn name(&mut self, y: f64, name: &str) {
        self.text((NAMES - 12.0, y), (Anchor::End, INK), name);
    }
}

/// At most one decimal, so that the bytes are few and the same everywhere.
fn round(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod properties {
    use super::escape;

    /// The text that a browser shows.
    fn shown(html: &str) -> String {
        let entities = [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&amp;", "&"),
        ];
        entities
            .into_iter()
            .fold(html.to_owned(), |text, (entity, character)| {
                text.replace(entity, character)
            })
    }

    // PROPTEST_CASES=1000000 is the long run.
    proptest::proptest! {
        #[test]
        fn no_text_breaks_out_of_a_page(text in "(\\PC|[<>&\"'\u{0}-\u{9f}\u{200b}-\u{206f}\u{fffe}\u{e0041}]|</script>|&lt;|javascript:){0,40}") {
            let html = escape(&text);
            proptest::prop_assert!(!html.contains(['<', '>', '"', '\'']), "{html}");
            proptest::prop_assert!(!html.chars().any(char::is_control), "{html:?}");
            let rest = html.replace("&lt;", "").replace("&gt;", "").replace("&quot;", "").replace("&#39;", "").replace("&amp;", "");
            proptest::prop_assert!(!rest.contains('&'), "{html}");
            let plain = crate::report::outline::plain(&text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
            proptest::prop_assert_eq!(shown(&html), plain);
        }
    }
}
