//! What the incidents of the window cost, in a few figures, each with how many documents state it.

use crate::report::Report;
use crate::report::breakdown::By;
use crate::report::breakdown::degraded_minutes;
use crate::report::breakdown::unnoticed_minutes;
use crate::report::money::Money;
use crate::report::outline::Block;
use crate::report::outline::Fact;
use crate::report::outline::Inline;
use crate::report::outline::Line;
use crate::report::selection::Stated;
use crate::report::wording;

/// The figures, and in a sentence what no document states.
pub(super) fn blocks(report: &Report) -> Vec<Block> {
    let all = report.select(&report.window.population.all);
    let mut facts = vec![incidents(report)];
    let mut missing: Vec<String> = Vec::new();
    let mut fact = |stated: Stated, figure: String, words: &str, name: &str| {
        if stated.stated == 0 {
            missing.push(name.to_owned());
        } else {
            let words = format!("{words} (stated in {} of {})", stated.stated, stated.of);
            facts.push(Fact {
                figure: vec![Inline::Text(figure)],
                words: vec![Inline::Text(words)],
            });
        }
    };
    let degraded = all.stated(degraded_minutes);
    let days = wording::duration(degraded.sum);
    fact(degraded, days, "degraded", "degraded time");
    let unnoticed = all.stated(unnoticed_minutes);
    let days = wording::duration(unnoticed.sum);
    fact(unnoticed, days, "before anyone noticed", "time unnoticed");
    let hours = all.stated(|entry| entry.costs.hours);
    let sum = format!("{} h", wording::number(hours.sum));
    fact(hours, sum, "of engineering", "engineering time");
    let money = Money::of(&all);
    if money.added > 0 {
        facts.push(lost(&money));
    } else if money.stated == 0 {
        missing.push("money lost".to_owned());
    }
    let mut blocks = vec![Block::Facts(facts)];
    blocks.extend(rest(report, &missing).map(Block::Paragraph));
    blocks
}

fn incidents(report: &Report) -> Fact {
    let all = &report.window.population.all;
    let noun = if all.len() == 1 {
        "incident"
    } else {
        "incidents"
    };
    let mut words = vec![Inline::text(noun)];
    let severities = &report.by(By::Severity).slices;
    let worst = severities.iter().find(|slice| !slice.incidents.is_empty());
    if let Some(worst) = worst {
        words.push(Inline::Text(format!(", worst {} (", worst.value)));
        let filter = format!("severity:{}", worst.value);
        words.push(report.counted(&worst.incidents, &filter, &report.window.stretch));
        words.push(Inline::text(")"));
    }
    Fact {
        figure: vec![report.counted(all, "is:counted", &report.window.stretch)],
        words,
    }
}

fn lost(money: &Money) -> Fact {
    let rest = money.stated - money.added;
    let unread = if rest > 0 {
        format!("; {rest} more in words that cannot be added up")
    } else {
        String::new()
    };
    let words = format!("lost (stated in {} of {}{unread})", money.added, money.of);
    Fact {
        figure: vec![Inline::Text(money.words())],
        words: vec![Inline::Text(words)],
    }
}

/// What only documents in words of their own state, and what none states.
fn rest(report: &Report, missing: &[String]) -> Option<Line> {
    let all = report.select(&report.window.population.all);
    let users = all.filter(|entry| entry.costs.users.is_some());
    let mut line = Line::new();
    if !users.is_empty() {
        line.push(Inline::text("Users affected: stated in "));
        line.push(report.listed(&users.members()));
        line.push(Inline::Text(format!(" of {}.", all.len())));
    }
    if !missing.is_empty() {
        let blank = if line.is_empty() { "" } else { " " };
        line.push(Inline::Text(format!(
            "{blank}No document states {}.",
            or(missing)
        )));
    }
    (!line.is_empty()).then_some(line)
}

fn or(words: &[String]) -> String {
    wording::and(words).replace(" and ", " or ")
}
