//! Who noticed, how late, and in silence: the detection gap and the clocks by failure mode.

use crate::report::Report;
use crate::report::breakdown::By;
use crate::report::breakdown::Slice;
use crate::report::breakdown::unnoticed_minutes;
use crate::report::chart::Chart;
use crate::report::chart::Plot;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Section;
use crate::report::outline::Table;
use crate::report::wording;

use crate::report::contents::causes::noticed;

/// The sections about clocks.
pub(super) fn sections(report: &Report) -> Vec<Section> {
    vec![gap(report), clocks(report)]
}

/// The failure modes that occurred.
fn occurred(report: &Report) -> Vec<&Slice> {
    let slices = report.by(By::FailureMode).slices.iter();
    slices.filter(|slice| !slice.incidents.is_empty()).collect()
}

fn gap(report: &Report) -> Section {
    let slices = occurred(report);
    let mut table = Table::new(&[
        "Failure mode",
        "#monitoring",
        "#customers",
        "#staff",
        "#not told",
        "#silent",
        "#announced",
        "#not told whether",
        "#median time to detect (quartiles; k)",
    ]);
    for slice in &slices {
        let [monitoring, customer, staff, untold] = noticed(report, slice);
        table.row(vec![
            vec![Inline::code(slice.value.clone())],
            monitoring,
            customer,
            staff,
            untold,
            vec![report.listed(&slice.silent.yes)],
            vec![report.listed(&slice.silent.no)],
            vec![report.listed(&slice.silent.unknown)],
            vec![Inline::Text(wording::quartiles(slice.clocks.detect))],
        ]);
    }
    let rows = slices
        .iter()
        .map(|slice| (slice.value.clone(), slice.noticed.clone()));
    let chart = Chart {
        id: "detection-gap",
        title: "Who noticed first".to_owned(),
        about: "For each failure mode, how many incidents were noticed first by monitoring, by customers, by staff; and of \
                how many it is not told."
            .to_owned(),
        plot: Plot::Heat {
            columns: vec!["monitoring", "customers", "staff", "not told"],
            rows: rows.collect(),
        },
        table,
    };
    Section {
        blocks: vec![Block::Chart(chart)],
        ..super::section("detection", "The detection gap")
    }
}

fn clocks(report: &Report) -> Section {
    let slices = occurred(report);
    let mut table = Table::new(&[
        "Failure mode",
        "#onset to detection",
        "#detection to true cause",
        "#onset to mitigation",
        "#onset to resolution",
    ]);
    for slice in &slices {
        let clocks = slice.clocks;
        let cells = [
            clocks.detect,
            clocks.diagnose,
            clocks.mitigate,
            clocks.resolve,
        ];
        let cells = cells.map(|one| vec![Inline::Text(wording::quartiles(one))]);
        table.row(
            [vec![Inline::code(slice.value.clone())]]
                .into_iter()
                .chain(cells)
                .collect(),
        );
    }
    let rows = slices.iter().map(|slice| {
        let incidents = report.select(&slice.incidents);
        let minutes: Vec<f64> = incidents.iter().filter_map(unnoticed_minutes).collect();
        (slice.value.clone(), minutes, slice.clocks.detect)
    });
    let chart = Chart {
        id: "time-to-detect",
        title: "How long it went unnoticed".to_owned(),
        about: "For each failure mode, the time from onset to detection of its incidents, with median and quartiles, on a \
                scale on which each step is a multiple."
            .to_owned(),
        plot: Plot::Spread(rows.collect()),
        table,
    };
    let words = "Median, quartiles, and how many incidents state it. An incident whose document states no time is in none.";
    Section {
        blocks: vec![
            Block::Chart(chart),
            Block::Paragraph(vec![Inline::text(words)]),
        ],
        ..super::section("clocks", "Clocks by failure mode")
    }
}
