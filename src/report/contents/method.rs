//! What changed, what is unsure, how it was counted, and from what.

use crate::report::Report;
use crate::report::accuracy::accuracies;
use crate::report::correction::LEAST;
use crate::report::investment::Effect;
use crate::report::measure::LEVEL;
use crate::report::measure::Measured;
use crate::report::measure::TOO_FEW;
use crate::report::outline::Block;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::outline::Section;
use crate::report::statistics::RateRatio;
use crate::report::wording;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;

/// What differs from the time before, by more than chance explains; else that nothing is shown to.
pub(super) fn changes(report: &Report) -> Vec<Line> {
    let asked = &report.asked;
    let mut lines = vec![number(report)];
    let modes = asked
        .by_failure_mode
        .iter()
        .map(|one| (named(one.value, "none of the six modes"), &one.measured));
    let decays = asked
        .by_decay
        .iter()
        .map(|one| (named(one.value, "no decay"), &one.measured));
    let patterns = report.request.patterns.iter().zip(&asked.patterns);
    let patterns = patterns.map(|(pattern, measured)| (pattern.title.clone(), measured));
    let shares: Vec<(String, &Measured)> = modes.chain(decays).chain(patterns).collect();
    let before = lines.len();
    for (place, (name, measured)) in shares.iter().enumerate() {
        let told = |(_, earlier): &(String, &Measured)| is_same(earlier, measured);
        if !shares[..place].iter().any(told) {
            lines.extend(significant(report, name, measured));
        }
    }
    let compared = report.first_day() <= Some(asked.previous.stretch.days.last);
    if lines.len() == before && compared {
        let words = format!(
            "Failure modes, decay and patterns: as before, as far as {} can tell.",
            wording::plural(asked.population.all.len(), "incident")
        );
        lines.push(vec![Inline::Text(words)]);
    }
    lines.extend(first_seen(report));
    lines.extend(
        report
            .effects
            .iter()
            .map(|effect| effect_line(report, effect)),
    );
    lines
}

fn number(report: &Report) -> Line {
    let asked = &report.asked;
    let previous = &asked.previous;
    let mut line = vec![report.counted(&asked.population.all, "is:counted", &asked.stretch)];
    let noun = if asked.population.all.len() == 1 {
        "incident"
    } else {
        "incidents"
    };
    let first = report.first_day();
    if first.is_none_or(|first| first > previous.stretch.days.last) {
        let words = format!(
            " {noun} in {}. The base holds none from before, so nothing can be compared.",
            asked.stretch
        );
        line.push(Inline::Text(words));
        return line;
    }
    line.extend([
        Inline::Text(format!(" {noun} in {}, ", asked.stretch)),
        report.counted(&previous.incidents, "is:counted", &previous.stretch),
        Inline::Text(format!(" in {}", previous.stretch)),
    ]);
    line.push(Inline::Text(match report.rate {
        None => ".".to_owned(),
        Some(rate) if rate.is_significant() => format!(": a significant change ({}).", ratio(rate)),
        Some(rate) => format!(": no change shown ({}).", ratio(rate)),
    }));
    if let Some(first) = first.filter(|first| *first > previous.stretch.days.first) {
        line.push(Inline::Text(format!(" The base begins on {first} only.")));
    }
    line
}

fn ratio(rate: RateRatio) -> String {
    let (low, high) = rate.interval;
    format!(
        "rate × {}, 95% interval {} to {}",
        times(rate.ratio),
        times(low),
        times(high)
    )
}

fn times(value: f64) -> String {
    if value.is_finite() {
        format!("{value:.2}")
    } else {
        "∞".to_owned()
    }
}

/// A value in words; `none` says of what.
fn named(value: &str, none: &str) -> String {
    match value {
        "none" => none.to_owned(),
        value => wording::label(value),
    }
}

/// Two names for one share: the same incidents of the same, now and before.
fn is_same(one: &Measured, other: &Measured) -> bool {
    one.incidents == other.incidents
        && one.among == other.among
        && one.previous.share == other.previous.share
}

fn significant(report: &Report, name: &str, measured: &Measured) -> Option<Line> {
    let comparisons = [Some(&measured.previous), measured.year_before.as_ref()];
    let mut told = comparisons
        .into_iter()
        .flatten()
        .filter(|one| one.is_significant());
    let comparison = told.next()?;
    let figure = wording::both(measured.share);
    Some(vec![
        Inline::Text(format!("{}: ", wording::capital(name))),
        report.figure(figure, &measured.incidents, None),
        Inline::Text(format!("; {}.", wording::change(measured, comparison))),
    ])
}

/// The modes of the period that none of the seven quarters before had.
fn first_seen(report: &Report) -> Option<Line> {
    let (last, before) = report.trend.split_last()?;
    if before.iter().all(|quarter| quarter.all.is_empty()) || report.asked.stretch.name != last.name
    {
        return None;
    }
    let new: Vec<String> = FailureMode::SIX
        .iter()
        .filter_map(|mode| {
            let at = FailureMode::ALL.iter().position(|one| one == mode)?;
            let is_new = !last.by_failure_mode[at].is_empty()
                && before
                    .iter()
                    .all(|quarter| quarter.by_failure_mode[at].is_empty());
            is_new.then(|| wording::label(mode.id()))
        })
        .collect();
    let began = report.trend_began();
    (!new.is_empty()).then(|| {
        let since = match report.first_day().filter(|first| *first > began) {
            Some(first) => format!("not seen before, since the base begins on {first}"),
            None => "after seven quarters without".to_owned(),
        };
        vec![Inline::Text(format!(
            "New, {since}: {}.",
            wording::and(&new)
        ))]
    })
}

fn effect_line(report: &Report, effect: &Effect) -> Line {
    let investment = &report.request.investments[effect.investment];
    let mut line = vec![
        Inline::Text(format!("{}, since {}: ", investment.what, investment.date)),
        report.listed(&effect.after),
        Inline::Text(format!(
            " {} of its kind in {} days, ",
            if effect.after.len() == 1 {
                "incident"
            } else {
                "incidents"
            },
            effect.days
        )),
        report.listed(&effect.before),
        Inline::text(" in as many days before"),
    ];
    line.push(Inline::Text(match effect.ratio {
        None => ".".to_owned(),
        Some(rate) if rate.is_significant() => format!(" ({}).", ratio(rate)),
        Some(rate) => format!("; no effect shown yet ({}).", ratio(rate)),
    }));
    line
}

/// What the figures cannot tell.
pub(super) fn unsure(report: &Report) -> Vec<Line> {
    let window = &report.window;
    let quality = &report.quality;
    let mut lines = vec![vec![Inline::text(
        "Written post-mortems are not all incidents; what nobody wrote up is in no figure.",
    )]];
    lines.push(vec![Inline::Text(provisional(report))]);
    lines.push(audit_line(report));
    let mut gaps = vec![
        report.counted(
            &window.population.unclassified,
            "is:unclassified",
            &window.stretch,
        ),
        Inline::text(" unclassified and "),
        report.listed(&report.undated),
        Inline::text(" undated are in no share; labels: "),
        report.counted(
            &quality.low_confidence,
            "confidence:low is:classified",
            &window.stretch,
        ),
        Inline::text(" of low confidence, "),
        report.counted(&quality.disputed, "is:disputed", &window.stretch),
        Inline::text(" disputed"),
    ];
    if !quality.to_review.is_empty() {
        gaps.push(Inline::text("; "));
        gaps.push(Inline::code("pm-kb review"));
        gaps.push(Inline::text(" goes through them"));
    }
    gaps.push(Inline::text("."));
    lines.push(gaps);
    lines.extend(super::patterns::without_low(report));
    lines
}

/// How wrong the labels are, as far as anybody has measured it.
fn audit_line(report: &Report) -> Line {
    let Some(audit) = report.request.audit.as_ref() else {
        return not_audited(report);
    };
    let modes = accuracies(audit);
    let mode = modes.iter().find(|one| one.facet == Facet::FailureMode);
    let right = mode.map_or(String::new(), |one| {
        format!(
            ": {} of the failure modes are right (95% interval {:.0} to {})",
            wording::percent(one.share, 0),
            one.interval.0 * 100.0,
            wording::percent(one.interval.1, 0)
        )
    });
    let documents = wording::plural(audit.len(), "document");
    let here = report.window.population.audited.len();
    let words = match audit.len() {
        count if count < LEAST => {
            format!("{documents} audited{right}; fewer than {LEAST} correct no share.")
        }
        _ => format!(
            "{documents} audited, {here} of them counted here{right}. The corrected shares and their intervals have that in \
             them."
        ),
    };
    vec![Inline::Text(words)]
}

/// That nobody has measured it here, and what was measured elsewhere.
fn not_audited(report: &Report) -> Line {
    let mut line = vec![Inline::text(
        "Labels not audited: nobody has measured on this base how often they are wrong",
    )];
    let measured = report.request.provenance.measured;
    if measured.total > 0 {
        line.push(Inline::Text(format!(
            ". On {} labelled documents that the rules were not fitted on, {} of the failure modes were right",
            measured.total,
            wording::share(measured)
        )));
    }
    line.extend([
        Inline::text("; "),
        Inline::code("pm-kb audit -n 40"),
        Inline::text(" measures it here."),
    ]);
    line
}

/// Whether the last quarter may still grow.
fn provisional(report: &Report) -> String {
    let period = &report.asked.stretch;
    let age = period
        .days
        .last
        .duration_until(report.request.today)
        .as_hours()
        / 24;
    if age < 0 {
        return format!("{period} is not over.");
    }
    match report.quality.lag {
        Some(lag) if (age as f64) < lag.high => format!(
            "{period} is provisional: half of the write-ups came {} or more after the incident, a quarter {} or more \
             (stated in {}); it ended {age} days ago.",
            days(lag.median),
            days(lag.high),
            lag.count
        ),
        Some(lag) => format!(
            "Half of the write-ups came within {} of the incident (stated in {}); {period} ended {age} days ago.",
            days(lag.median),
            lag.count
        ),
        None => format!(
            "How long write-ups take is not stated; {period} ended {age} days ago and may still grow."
        ),
    }
}

fn days(value: f64) -> String {
    format!("{} days", wording::number(value))
}

/// How it was counted, and from what.
pub(super) fn section(report: &Report) -> Section {
    let request = &report.request;
    let made = &request.provenance;
    let window = &report.window.stretch;
    let mut points = vec![
        vec![Inline::Text(format!(
            "Made on {} from {} documents, for {} ({} to {}), window {window}. An incident counts on the day of its onset \
             in UTC, else on its date.",
            request.today,
            report.entries.len(),
            report.asked.stretch,
            report.asked.stretch.days.first,
            report.asked.stretch.days.last,
        ))],
        vec![Inline::Text(format!(
            "Shares are of the classified incidents or of the pattern's denominator; intervals by Wilson's score method, \
             95%. Under {TOO_FEW} incidents nothing is claimed.",
        ))],
        vec![Inline::text(
            "With an audit every share is estimated anew, with what the rules say as strata of a random sample that people \
             read: prediction-powered inference (Angelopoulos et al., 2023). What people have decided counts as known. The \
             interval is Wilson's, of as many incidents as would be as unsure without a wrong label.",
        )],
        vec![Inline::Text(format!(
            "Changes by Fisher's exact test, two-sided, significant below {LEVEL} after Holm's correction; the modes, the \
             decays and the patterns of one comparison are a family each. Numbers of incidents are compared as rates, with \
             the exact interval of Clopper and Pearson. Durations: median and quartiles (type 8 of Hyndman and Fan).",
        ))],
        vec![Inline::text(
            "Findings are ranked by the mean of three: their part of the severity (SEV0 1, SEV1 0.8, SEV2 0.6, SEV3 and \
             unstated 0.4, SEV4 0.2, SEV5 0.1), their part of the degraded time or the hours, whichever is larger, and \
             their sureness (1 less the width of the interval; 1 where they changed significantly).",
        )],
        vec![Inline::text(
            "A control counts the incidents that its filters name; one incident may be caught by several. This report \
             names incidents and quotes their documents: it may contain what your team holds confidential.",
        )],
    ];
    let mut stated = |name: &str, value: &str| {
        if !value.is_empty() {
            points.push(vec![Inline::Text(format!("{name}: ")), Inline::code(value)]);
        }
    };
    stated("Filter", request.filter.as_deref().unwrap_or_default());
    stated("Program", &made.program);
    stated("Rules", &made.rules);
    stated("Base", made.kb_digest.as_deref().unwrap_or_default());
    Section {
        blocks: vec![Block::List(points)],
        ..super::section("method", "Method and provenance")
    }
}
