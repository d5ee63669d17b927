//! How much of a long test is run: a little each time, more by the variables of the environment, all in `torture`.

/// How often something is tried: what the environment says, else a little or, in `torture`, enough.
pub(crate) fn of(variable: &str, short: u64, long: u64) -> u64 {
    let asked = std::env::var(variable).ok();
    let asked = asked.and_then(|text| text.parse().ok());
    asked.unwrap_or(if crate::LONG { long } else { short })
}
