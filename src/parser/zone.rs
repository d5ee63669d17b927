//! Zone: time zones as they are written, and their offsets on a given day.

use std::sync::LazyLock;

use crate::expression::Regex;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A time zone as a document states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Zone {
    /// So many seconds east of UTC.
    Fixed(i32),
    /// A zone with rules of its own, by its name in the IANA database.
    Named(String),
}

/// The pattern of a zone, to be built into other patterns; it captures nothing.
pub(crate) const PATTERN: &str = r"(?:(?:UTC|GMT)(?:\s?[+\u{2212}-]\s?\d{1,2}(?::?\d{2})?)?|Z\b|[+\u{2212}-]\d{2}:?\d{2}\b|(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific|US|Etc)/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?|US/Paci!c|(?:PST|PDT|MST|MDT|CST|CDT|EST|EDT|AKST|AKDT|HST|CET|CEST|WET|WEST|EET|EEST|BST|MSK|SAST|JST|KST|SGT|HKT|AEST|AEDT|ACST|AWST|NZST|NZDT|BRT|ART|CLT|IDT|PT|ET|MT|CT|MEZ|MESZ)\b|(?:Pacific|Eastern|Central|Mountain)(?:\s(?:Standard|Daylight))?\s[Tt]ime)";

const OFFSETS: &[(&str, i32)] = &[
    ("Z", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("PST", -8 * 60),
    ("PDT", -7 * 60),
    ("MST", -7 * 60),
    ("MDT", -6 * 60),
    ("CST", -6 * 60),
    ("CDT", -5 * 60),
    ("EST", -5 * 60),
    ("EDT", -4 * 60),
    ("AKST", -9 * 60),
    ("AKDT", -8 * 60),
    ("HST", -10 * 60),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("MEZ", 60),
    ("CEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("SAST", 120),
    ("EEST", 180),
    ("IDT", 180),
    ("MSK", 180),
    ("SGT", 480),
    ("HKT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("BRT", -180),
    ("ART", -180),
    ("CLT", -240),
];

const NAMES: &[(&str, &str)] = &[
    ("PT", "America/Los_Angeles"),
    ("US/Paci!c", "America/Los_Angeles"),
    ("MT", "America/Denver"),
    ("CT", "America/Chicago"),
    ("ET", "America/New_York"),
];

static SHIFT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:UTC|GMT)?\s?([+\u{2212}-])\s?(\d{1,2}):?(\d{2})?$").expect("a constant")
});

impl Zone {
    /// Reads a zone that [`PATTERN`] matched.
    pub(crate) fn read(written: &str) -> Option<Zone> {
        let written = written.trim();
        if let Some((_, minutes)) = OFFSETS.iter().find(|(name, _)| *name == written) {
            return Some(Zone::Fixed(minutes * 60));
        }
        if let Some((_, name)) = NAMES.iter().find(|(short, _)| *short == written) {
            return Some(Zone::Named((*name).to_owned()));
        }
        let region = [
            ("Pacific", "America/Los_Angeles"),
            ("Eastern", "America/New_York"),
            ("Central", "America/Chicago"),
            ("Mountain", "America/Denver"),
        ];
        if written.to_lowercase().ends_with("time")
            && let Some((_, name)) = region.iter().find(|(word, _)| written.starts_with(word))
        {
            return Some(Zone::Named((*name).to_owned()));
        }
        if let Some(found) = SHIFT.captures(written) {
            let hours: i32 = found[2].parse().ok()?;
            let minutes: i32 = found
                .get(3)
                .map_or(Ok(0), |minutes| minutes.as_str().parse())
                .ok()?;
            let sign = if &found[1] == "+" { 1 } else { -1 };
            return (hours <= 14 && minutes < 60)
                .then_some(Zone::Fixed(sign * (hours * 60 + minutes) * 60));
        }
        TimeZone::get(written)
            .ok()
            .map(|_| Zone::Named(written.to_owned()))
    }

    /// Seconds east of UTC at a local time.
    pub(crate) fn offset(&self, local: DateTime) -> Option<i32> {
        match self {
            Zone::Fixed(seconds) => Some(*seconds),
            Zone::Named(name) => {
                let zone = TimeZone::get(name).ok()?;
                let zoned = zone.to_ambiguous_zoned(local).compatible().ok()?;
                Some(zoned.offset().seconds())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_know_summer_and_winter() {
        let summer = DateTime::constant(2026, 7, 3, 10, 0, 0, 0);
        let winter = DateTime::constant(2026, 1, 3, 10, 0, 0, 0);
        let offset = |written: &str, local| {
            Zone::read(written)
                .and_then(|zone| zone.offset(local))
                .map(|seconds| seconds / 60)
        };
        assert_eq!(offset("Europe/Berlin", summer), Some(120));
        assert_eq!(offset("Europe/Berlin", winter), Some(60));
        assert_eq!(offset("PT", summer), Some(-420));
        assert_eq!(offset("PST", summer), Some(-480));
        assert_eq!(offset("US/Pacific", winter), Some(-480));
        assert_eq!(offset("UTC+5:30", winter), Some(330));
        assert_eq!(offset("GMT+2", winter), Some(120));
        assert_eq!(offset("+0530", winter), Some(330));
        assert_eq!(offset("Pacific time", summer), Some(-420));
        assert_eq!(offset("Europe/Nowhere", summer), None);
        assert_eq!(offset("+99:99", summer), None);
    }
}
