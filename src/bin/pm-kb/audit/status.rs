//! What the audits say: how often the labels are right here, what that does to the headlines, what changed rules answer now.

use pm_kb::knowledge_base::Answered;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::report::Extent;
use pm_kb::report::Report;
use pm_kb::report::Request;
use pm_kb::report::accuracy::Accuracy;
use pm_kb::report::accuracy::accuracies;
use pm_kb::report::correction::LEAST;
use pm_kb::report::measure::Measured;
use pm_kb::report::pattern::PageOne;
use pm_kb::report::period::Days;
use pm_kb::report::period::Period;
use pm_kb::report::wording;
use pm_kb::taxonomy::Facet;
use serde_json::json;

use crate::Desk;
use crate::exit::Exit;
use crate::format;
use crate::format::Format;
use crate::message;
use crate::terminal::clean;

/// An audited label of which the rules in force say something else than when it was drawn.
struct Changed<'a> {
    of: &'a Answered,
    facet: Facet,
    was: Option<&'a str>,
    now: Option<&'a str>,
    found: Option<&'a str>,
}

impl Changed<'_> {
    /// What the change is worth.
    fn outcome(&self) -> &'static str {
        match (self.was == self.found, self.now == self.found) {
            (false, true) => "gained",
            (true, false) => "lost",
            _ => "still wrong",
        }
    }
}

/// Says all of it.
pub(super) fn tell(
    base: &mut KnowledgeBase,
    format: Format,
    desk: &mut Desk,
) -> anyhow::Result<Exit> {
    let (log, _) = base.audit_log(None)?;
    let audited = base.audited()?;
    let to_read = log.open().count();
    for stray in log.strays() {
        let text = format!(
            "`{}` was answered and never drawn: it is left out",
            clean(stray.incident.as_str())
        );
        message::warning(&mut desk.terminal, &text);
    }
    for drawn in log.drawn().filter(|drawn| log.answer(drawn).is_some()) {
        if base.record(drawn.incident.as_str()).is_err() {
            let text = format!(
                "`{}` was audited and is not in the base: it is left out",
                clean(drawn.incident.as_str())
            );
            message::warning(&mut desk.terminal, &text);
        }
    }
    let report = over_all(base, desk)?;
    let changed = changed(&audited);
    let accuracies = report
        .request
        .audit
        .as_ref()
        .map(accuracies)
        .unwrap_or_default();
    if format != Format::Text {
        let object = object(&report, (audited.len(), to_read), &accuracies, &changed);
        format::one(&mut desk.terminal, format, &object)?;
        return Ok(Exit::Done);
    }
    if audited.is_empty() {
        message::notice(
            &mut desk.terminal,
            "nothing was audited yet: `pm-kb audit -n 40` draws",
        );
        return Ok(Exit::Done);
    }
    let mut lines = vec![
        format!(
            "{} audited, {to_read} to be read",
            format::documents(audited.len())
        ),
        String::new(),
    ];
    lines.push(format!("{:<16} right  95% interval", "label"));
    lines.extend(accuracies.iter().map(accuracy));
    lines.extend(confusion(&accuracies));
    lines.extend(headlines(&report));
    lines.extend(rules(&changed));
    desk.terminal.text(&lines.join("\n"))?;
    Ok(Exit::Done)
}

/// A report over everything that has a date.
fn over_all(base: &mut KnowledgeBase, desk: &Desk) -> anyhow::Result<Report> {
    let records = base.records()?;
    let days = || records.iter().filter_map(|record| record.facts.day());
    let today = desk.today();
    let days = Days {
        first: days().min().unwrap_or(today),
        last: days().max().unwrap_or(today),
    };
    let mut request = Request::of(Period::Days(days), today)?;
    request.calendar = base.configuration()?.calendar;
    Ok(base.report(request, None, Extent::Outline)?)
}

fn changed(audited: &[Answered]) -> Vec<Changed<'_>> {
    let mut changed = Vec::new();
    for of in audited {
        for (facet, found) in &of.answer.labels {
            let was = of.drawn.given.get(facet).and_then(Option::as_deref);
            let now = of.now.get(facet).and_then(Option::as_deref);
            if was != now {
                changed.push(Changed {
                    of,
                    facet: *facet,
                    was,
                    now,
                    found: found.as_deref(),
                });
            }
        }
    }
    changed
}

fn accuracy(of: &Accuracy) -> String {
    let (low, high) = of.interval;
    format!(
        "{:<16} {:>4}   {:.0} to {:.0}%  ({} of {} audited)",
        of.facet.id(),
        wording::percent(of.share, 0),
        low * 100.0,
        high * 100.0,
        of.right,
        of.audited
    )
}

/// Where the failure mode is another one than the rules say.
fn confusion(accuracies: &[Accuracy]) -> Vec<String> {
    let modes = accuracies
        .iter()
        .filter(|one| one.facet == Facet::FailureMode);
    let cells = modes.flat_map(|one| &one.confusion);
    let mut wrong: Vec<_> = cells.filter(|((given, found), _)| given != found).collect();
    wrong.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    if wrong.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), "the rules said, a person found".to_owned()];
    let told = wrong.into_iter();
    lines.extend(told.map(|((given, found), count)| format!("  {given} → {found}  {count}")));
    lines
}

/// The shares of page one, as labelled and corrected.
fn told(report: &Report) -> impl Iterator<Item = (String, &'static str, &Measured)> {
    let modes = report.window.by_failure_mode.iter();
    let modes = modes.filter(|one| one.value != "none");
    let modes = modes.map(|one| (format!("mode:{}", one.value), "mode", &one.measured));
    let patterns = report.request.patterns.iter().zip(&report.window.patterns);
    let patterns = patterns.filter(|(pattern, _)| pattern.headline != PageOne::Never);
    modes.chain(patterns.map(|(pattern, measured)| (pattern.id.clone(), "pattern", measured)))
}

fn headlines(report: &Report) -> Vec<String> {
    let shares: Vec<_> = told(report)
        .filter(|(.., one)| one.corrected.is_some())
        .collect();
    if shares.is_empty() {
        return vec![
            String::new(),
            format!("no share is corrected by fewer than {LEAST} audited documents"),
        ];
    }
    let mut lines = vec![
        String::new(),
        format!(
            "{:<34} {:<18} wrong labels taken out",
            "headlines, over all of the base", "as labelled"
        ),
    ];
    for (name, _, measured) in shares {
        let Some(corrected) = measured.corrected else {
            continue;
        };
        let (low, high) = corrected.interval;
        let ends = |low: f64, high: f64| format!("({:.0} to {:.0})", low * 100.0, high * 100.0);
        let before = measured
            .share
            .interval()
            .map_or(String::new(), |(low, high)| ends(low, high));
        let before = format!("{} {before}", wording::share(measured.share));
        let after = format!(
            "{} {}",
            wording::percent(corrected.share, 0),
            ends(low, high)
        );
        lines.push(format!("  {name:<32} {before:<18} {after}"));
    }
    lines
}

fn rules(changed: &[Changed<'_>]) -> Vec<String> {
    if changed.is_empty() {
        return vec![
            String::new(),
            "the rules in force answer every audited document as they did then".to_owned(),
        ];
    }
    let mut lines = vec![
        String::new(),
        "the rules in force answer otherwise than they did then".to_owned(),
    ];
    for one in changed {
        let said = |value: Option<&str>| clean(value.unwrap_or("nothing"));
        lines.push(format!(
            "  {}  {}: {} → {}, a person found {}  ({})",
            clean(one.of.drawn.incident.as_str()),
            one.facet,
            said(one.was),
            said(one.now),
            said(one.found),
            one.outcome()
        ));
    }
    lines
}

/// All of it for a program: `pm-kb/audit-status/1`.
fn object(
    report: &Report,
    (audited, to_read): (usize, usize),
    accuracies: &[Accuracy],
    changed: &[Changed<'_>],
) -> serde_json::Value {
    let labels = accuracies.iter().map(|one| {
        let confusion = one.confusion.iter();
        let confusion: Vec<_> = confusion
            .map(|((given, found), count)| json!({"given": given, "found": found, "count": count}))
            .collect();
        json!({"label": one.facet.id(), "audited": one.audited, "right": one.right, "share": one.share,
            "interval": [one.interval.0, one.interval.1], "confusion": confusion})
    });
    let shares = told(report).map(|(id, kind, measured)| {
        let ends = |(low, high): (f64, f64)| json!([low, high]);
        json!({"id": id, "kind": kind, "count": measured.share.count, "total": measured.share.total,
            "share": measured.share.fraction(), "interval": measured.share.interval().map(ends),
            "corrected": measured.corrected.map(|one| one.share),
            "corrected_interval": measured.corrected.map(|one| ends(one.interval))})
    });
    let changed = changed.iter().map(|one| {
        json!({"id": one.of.drawn.incident.as_str(), "audit": one.of.drawn.audit, "label": one.facet.id(),
            "was": one.was, "now": one.now, "found": one.found, "outcome": one.outcome()})
    });
    json!({
        "schema": "pm-kb/audit-status/1",
        "audited": audited,
        "to_read": to_read,
        "labels": labels.collect::<Vec<_>>(),
        "headlines": shares.collect::<Vec<_>>(),
        "changed": changed.collect::<Vec<_>>(),
        "rules": report.request.provenance.rules,
    })
}
