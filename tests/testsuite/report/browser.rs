//! The page in a browser: phone and laptop, light and dark, and on paper. Skipped where there is no Chromium.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use pm_kb::report::html;
use regex::Regex;
use serde_json::Value;

use super::base::Base;
use super::base::incident;
use super::quarter;

/// The names under which Chromium is installed.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// What a page shows in a frame of a given width: measured by a script of the page around it, since it has none itself.
const MEASURE: &str = r#"
const light = (colour) => {
  const part = colour.match(/[\d.]+/g).slice(0, 3).map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
};
const contrast = (one, other) => {
  const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
frame.onload = () => {
  const page = frame.contentDocument, root = page.documentElement;
  const style = (query) => frame.contentWindow.getComputedStyle(page.querySelector(query));
  const paper = style('html').backgroundColor;
  const words = ['body', '.population', '.detail', 'a', 'th', 'td', 'summary', 'dt', 'blockquote']
    .filter((query) => page.querySelector(query));
  const drawn = [['text.ink', null], ['text.muted', null], ['rect.strong', null], ['rect.warm', null]];
  const inked = drawn.filter(([query]) => page.querySelector(query));
  result.textContent = JSON.stringify({
    width: root.scrollWidth,
    paper,
    indent: style('.found > li').paddingLeft,
    words: Math.min(...words.map((query) => contrast(style(query).color, paper))),
    text: Math.min(...inked.slice(0, 2).map(([query]) => contrast(style(query).fill, paper))),
    bars: Math.min(...inked.slice(2).map(([query]) => contrast(style(query).fill, paper))),
    named: [...page.querySelectorAll('svg[role=img]')].every((svg) => svg.querySelector('title').textContent
      && svg.querySelector('desc').textContent),
    charts: page.querySelectorAll('svg[role=img]').length,
    tables: page.querySelectorAll('figure details table').length,
  });
};
"#;

/// Chromium, if it is there; where tests must not be skipped (`CI` is set) it has to be.
fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .flat_map(|folder| NAMES.iter().map(move |name| folder.join(name)))
        .find(|file| file.is_file());
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "there is no Chromium; .ci/run installs it"
        );
        eprintln!("skipped: there is no Chromium (Debian: apt-get install chromium)");
    }
    found
}

struct Browser {
    program: PathBuf,
    folder: tempfile::TempDir,
}

impl Browser {
    fn open() -> Option<Browser> {
        let program = chromium()?;
        let folder = tempfile::tempdir().expect("a folder");
        Some(Browser { program, folder })
    }

    fn run(&self, page: &str, flags: &[&str]) -> Vec<u8> {
        let file = self.folder.path().join("page.html");
        fs::write(&file, page).expect("written");
        let output = Command::new(&self.program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
            ])
            .arg(format!(
                "--user-data-dir={}",
                self.folder.path().join("profile").display()
            ))
            .args(flags)
            .arg(format!("file://{}", file.display()))
            .stderr(Stdio::null())
            .output()
            .expect("Chromium runs");
        assert!(output.status.success(), "{:?}", output.status);
        output.stdout
    }

    /// Measures a page in a frame of some width, in light (1) or dark (0).
    fn measure(&self, page: &str, width: u32, scheme: u8) -> Value {
        let inner = page.replace('&', "&amp;").replace('"', "&quot;");
        let around = format!(
            "<!doctype html><meta charset=utf-8><pre id=result></pre>\
             <iframe id=frame width={width} height=900 style=border:0></iframe>\
             <script>{MEASURE}</script><template id=inner data-page=\"{inner}\"></template>\
             <script>frame.srcdoc = inner.dataset.page</script>"
        );
        let scheme = format!("--blink-settings=preferredColorScheme={scheme}");
        let shown = self.run(
            &around,
            &["--virtual-time-budget=5000", "--dump-dom", &scheme],
        );
        let shown = String::from_utf8(shown).expect("text");
        let result = Regex::new(r#"<pre id="result">([^<]*)</pre>"#).expect("a pattern");
        let found = result.captures(&shown).expect("a result")[1].replace("&quot;", "\"");
        serde_json::from_str(&found).unwrap_or_else(|error| panic!("{error}: {found}"))
    }

    /// How many sheets a page takes on paper.
    fn sheets(&self, page: &str) -> usize {
        let pdf = self.folder.path().join("page.pdf");
        let print = format!("--print-to-pdf={}", pdf.display());
        self.run(page, &[&print, "--no-pdf-header-footer"]);
        let bytes = fs::read(pdf).expect("a PDF");
        let text = String::from_utf8_lossy(&bytes);
        Regex::new(r"/Type\s*/Page\b")
            .expect("a pattern")
            .find_iter(&text)
            .count()
    }
}

/// The page of the examples, that of a dozen incidents, and that of a dozen with the longest names.
fn pages() -> [String; 3] {
    let labels = [
        "mode:feature-staleness decay:data-decay response:rollback rollback:features detection:customer silent:true",
        "mode:none decay:model-decay response:retrain detection:monitoring silent:false first-diagnosis:data-drift",
        "mode:schema-drift decay:data-decay detection:staff first-diagnosis:model stage:source service:scorer",
    ];
    let dozen = |name: &str| {
        let one = |at: usize| incident(&format!("{name}-{at}"), "2026-07-01", labels[at % 3]);
        (0..12).map(one).fold(Base::new(), Base::with)
    };
    [
        Base::of_examples(),
        dozen("incident"),
        dozen(&"long-name".repeat(10)),
    ]
    .map(|base| html::render(&base.report(&quarter("2026-Q3"))))
}

#[test]
fn the_page_fits_a_phone_and_a_laptop_and_can_be_read_in_light_and_dark() {
    let Some(browser) = Browser::open() else {
        return;
    };
    let [page, ..] = pages();
    for (width, scheme) in [(390, 1), (390, 0), (1280, 1), (1280, 0)] {
        let seen = browser.measure(&page, width, scheme);
        let number = |name: &str| seen[name].as_f64().unwrap_or(0.0);
        assert!(
            number("width") <= f64::from(width),
            "nothing sticks out sideways: {seen}"
        );
        assert_ne!(
            seen["indent"], "0px",
            "the style sheet is allowed by its digest: {seen}"
        );
        assert!(
            number("words") >= 4.5 && number("text") >= 4.5,
            "words have contrast: {seen}"
        );
        assert!(number("bars") >= 3.0, "bars have contrast: {seen}");
        let is_dark = seen["paper"] != "rgb(255, 255, 255)";
        assert_eq!(is_dark, scheme == 0, "{seen}");
        assert_eq!(
            seen["named"], true,
            "every chart has a title and a description"
        );
        assert!(
            number("charts") >= 5.0 && seen["charts"] == seen["tables"],
            "a table behind each: {seen}"
        );
    }
}

#[test]
fn page_one_prints_on_one_sheet() {
    let Some(browser) = Browser::open() else {
        return;
    };
    for page in pages() {
        let (sheet, _) = page.split_once("<nav").expect("the appendix follows");
        let alone = format!("{sheet}</main></body></html>");
        assert_eq!(browser.sheets(&alone), 1);
        assert!(browser.sheets(&page) > 5, "the appendix is printed too");
    }
}
