//! The amounts of `pm-kb/report/1`: lengths of time, money and other sums, each with how many incidents state it.

use pm_kb::report::Report;
use pm_kb::report::breakdown::degraded_minutes;
use pm_kb::report::breakdown::unnoticed_minutes;
use pm_kb::report::money::Money;
use pm_kb::report::selection::Stated;
use pm_kb::report::statistics::Quartiles;

use super::Value;
use super::Value::Count;
use super::Value::Null;
use super::Value::Number;
use super::Value::Object;

pub(super) fn quartiles<'a>(quartiles: Option<Quartiles>) -> Value<'a> {
    quartiles.map_or(Null, |found| {
        Object(vec![
            ("stated", Count(found.count)),
            ("low", Number(found.low)),
            ("median", Number(found.median)),
            ("high", Number(found.high)),
        ])
    })
}

pub(super) fn stated<'a>(stated: Stated) -> Value<'a> {
    Object(vec![
        (
            "sum",
            if stated.stated > 0 {
                Number(stated.sum)
            } else {
                Null
            },
        ),
        ("stated", Count(stated.stated)),
        ("of", Count(stated.of)),
    ])
}

pub(super) fn money<'a>(money: &Money) -> Value<'a> {
    let sums = money.sums.iter().map(|(code, sum)| (*code, Number(*sum)));
    Object(vec![
        ("sums", Object(sums.collect())),
        ("added", Count(money.added)),
        ("stated", Count(money.stated)),
        ("of", Count(money.of)),
    ])
}

pub(super) fn cost(report: &Report) -> Value<'_> {
    let all = report.select(&report.window.population.all);
    Object(vec![
        ("degraded_minutes", stated(all.stated(degraded_minutes))),
        ("unnoticed_minutes", stated(all.stated(unnoticed_minutes))),
        ("hours_lost", stated(all.stated(|entry| entry.costs.hours))),
        ("money", money(&Money::of(&all))),
    ])
}
