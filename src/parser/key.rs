//! Key: which fact a key of front matter or metadata states, by `schema/keys.toml`.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::parser::fold::fold;
use crate::schema;

macro_rules! keys {
    ($($variant:ident = $id:literal),+ $(,)?) => {
        /// What a known key states.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
        #[allow(missing_docs)]
        pub(crate) enum Key {
            $(#[serde(rename = $id)] $variant,)+
        }

        impl Key {
            #[cfg(test)]
            const ALL: &'static [Key] = &[$(Key::$variant),+];
        }
    };
}

keys! {
    Id = "id", Title = "title", Date = "date", Published = "published", Onset = "onset", End = "end", Detected = "detected",
    Acknowledged = "acknowledged", Declared = "declared", Diagnosed = "diagnosed", Mitigated = "mitigated", Resolved = "resolved",
    Duration = "duration", TimeToDetect = "time-to-detect", TimeToDiagnose = "time-to-diagnose",
    TimeToMitigate = "time-to-mitigate", TimeToResolve = "time-to-resolve", Severity = "severity", Status = "status",
    Services = "services", Models = "models", Assets = "assets", Team = "team", OriginTeam = "origin-team", Owner = "owner",
    Environment = "environment", Cause = "cause", Trigger = "trigger", Tags = "tags", UsersAffected = "users-affected",
    Money = "money", HoursLost = "hours-lost", Links = "links", Url = "url", DocumentKind = "document-kind", Language = "language",
    FailureMode = "failure-mode", Decay = "decay", Response = "response", RollbackTarget = "rollback-target",
    RollbackHelped = "rollback-helped", Detection = "detection", FirstDiagnosis = "first-diagnosis", Silent = "silent",
    Stage = "stage", NearMiss = "near-miss", ModelDecayKind = "model-decay-kind", NoneKind = "none-kind",
}

static TABLE: LazyLock<HashMap<String, Key>> = LazyLock::new(|| {
    let file: BTreeMap<Key, Vec<String>> =
        toml::from_str(schema::file("keys.toml")).expect("schema/keys.toml is checked by a test");
    file.iter()
        .flat_map(|(key, synonyms)| synonyms.iter().map(|synonym| (fold(synonym), *key)))
        .collect()
});

/// The names that may be written wrongly, each with its [`letters`].
static NAMES: LazyLock<Vec<(&str, u32)>> = LazyLock::new(|| {
    let names = TABLE.keys().map(String::as_str);
    let names = names.filter(|name| name.is_ascii() && name.len() >= 6);
    names.map(|name| (name, letters(name))).collect()
});

/// The letters that a name has, as a set: a wrong letter changes two of them at most, so that most names need not be
/// compared at all.
fn letters(name: &str) -> u32 {
    name.bytes().fold(0, |set, byte| set | 1 << (byte % 32))
}

/// `Business priority`, `severity at peak`: severity by what it begins or ends with.
fn is_severity(folded: &str) -> bool {
    let words: Vec<&str> = folded.split(' ').collect();
    let ends = matches!(words.last(), Some(&("severity" | "priority" | "sev")));
    let begins = matches!(words.first(), Some(&("severity" | "sev")))
        && matches!(
            words.get(1),
            Some(
                &("at"
                    | "rating"
                    | "class"
                    | "score"
                    | "now"
                    | "today"
                    | "assigned"
                    | "declared"
                    | "final"
                    | "initial")
            )
        );
    let asks = folded.starts_with("how severe") || folded.starts_with("what severity");
    ((2..=4).contains(&words.len()) && (ends || begins)) || (words.len() <= 6 && asks)
}

/// Words of a key that say no more than that it is a time of the incident.
#[rustfmt::skip]
const TIME_WORDS: &[&str] = &[
    "a", "an", "at", "actual", "complete", "did", "final", "full", "do", "does", "is", "were", "how", "be", "been", "become", "get", "got", "fully", "approx", "approximate", "clock", "customer", "customers", "date", "datetime", "event", "est", "first",
    "impact", "incident", "initial", "issue", "it", "local", "moment", "of", "on", "outage", "point", "problem", "service", "services",
    "the", "time", "timestamp", "user", "users", "utc", "was", "we", "when",
];

/// `Time of start`, `Impact detected`, `Service restored at`, `First bad request`: a clock by the one word that counts.
fn clock(folded: &str) -> Option<Key> {
    let words: Vec<&str> = folded.split(' ').collect();
    if words.len() > 6 {
        return None;
    }
    if let [
        "first",
        "bad" | "wrong" | "failed" | "failing" | "affected" | "broken",
        _,
    ] = words.as_slice()
    {
        return Some(Key::Onset);
    }
    let mut telling = words.iter().filter(|word| !TIME_WORDS.contains(word));
    let (word, other) = (telling.next()?, telling.next());
    let key = match *word {
        "start" | "starts" | "started" | "begin" | "begins" | "began" | "begun" | "beginning"
        | "onset" => Key::Onset,
        "end" | "ends" | "ended" | "over" => Key::End,
        "detected" | "detection" | "noticed" | "discovered" | "discovery" | "reported"
        | "alerted" => Key::Detected,
        "mitigated" | "mitigation" => Key::Mitigated,
        "resolved" | "resolution" | "recovered" | "recovery" | "restored" | "restoration"
        | "fixed" => Key::Resolved,
        _ => return None,
    };
    // `Detection` and `Recovery` alone are more often the lead of a passage.
    (other.is_none() && words.len() > 1).then_some(key)
}

impl Key {
    /// What a key as it is written states; `None` for a key of one's own.
    pub(crate) fn of(written: &str) -> Option<Key> {
        if written.len() > 80 {
            return None;
        }
        let folded = fold(written);
        let bare = || {
            folded
                .trim_end_matches(" utc")
                .trim_end_matches(" s")
                .trim_start_matches("the ")
        };
        let outside = || written.find(['(', '（']).map(|open| fold(&written[..open]));
        TABLE
            .get(&folded)
            .or_else(|| TABLE.get(bare()))
            .or_else(|| TABLE.get(&outside()?))
            .or_else(|| TABLE.get(folded.strip_prefix("incident ")?))
            .copied()
            .or_else(|| is_severity(&folded).then_some(Key::Severity))
            .or_else(|| clock(&folded))
    }

    /// The known key that is written almost like this one, for `did you mean`.
    pub(crate) fn near(written: &str) -> Option<&'static str> {
        let folded = fold(written);
        if folded.chars().count() < 6 || !folded.is_ascii() {
            return None;
        }
        let own = letters(&folded);
        NAMES
            .iter()
            .filter(|(known, letters)| {
                known.len().abs_diff(folded.len()) <= 2 && (letters ^ own).count_ones() <= 4
            })
            .map(|(known, _)| (strsim::osa_distance(known, &folded), *known))
            .filter(|(distance, known)| {
                *distance > 0
                    && *distance
                        <= if known.len().min(folded.len()) >= 8 {
                            2
                        } else {
                            1
                        }
            })
            .min()
            .map(|(_, known)| known)
    }

    /// Whether this is a point in time.
    pub(crate) fn is_clock(self) -> bool {
        matches!(
            self,
            Key::Onset
                | Key::End
                | Key::Detected
                | Key::Acknowledged
                | Key::Declared
                | Key::Diagnosed
                | Key::Mitigated
                | Key::Resolved
        )
    }

    /// Whether this is a length of time.
    pub(crate) fn is_duration(self) -> bool {
        matches!(
            self,
            Key::Duration
                | Key::TimeToDetect
                | Key::TimeToDiagnose
                | Key::TimeToMitigate
                | Key::TimeToResolve
        )
    }

    /// Whether the same word is as often the lead of a passage of prose as the key of a short value.
    pub(crate) fn may_lead_prose(self) -> bool {
        matches!(
            self,
            Key::Cause
                | Key::Trigger
                | Key::Detection
                | Key::Response
                | Key::Links
                | Key::Money
                | Key::UsersAffected
                | Key::Assets
                | Key::Models
                | Key::Title
                | Key::HoursLost
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let file: BTreeMap<Key, Vec<String>> =
            toml::from_str(schema::file("keys.toml")).expect("TOML");
        let mut seen: HashMap<String, Key> = HashMap::new();
        for (key, synonyms) in &file {
            for synonym in synonyms {
                let other = seen.insert(fold(synonym), *key);
                assert!(
                    other.is_none() || other == Some(*key),
                    "`{synonym}` is in two lists"
                );
            }
        }
        for key in Key::ALL {
            assert!(file.contains_key(key), "{key:?} has synonyms");
        }
    }

    #[test]
    fn keys_are_known_however_they_are_written() {
        assert_eq!(Key::of("Incident_Start_Time"), Some(Key::Onset));
        assert_eq!(Key::of("Service(s) affected"), Some(Key::Services));
        assert_eq!(Key::of("Detected at (UTC)"), Some(Key::Detected));
        assert_eq!(Key::of("Schweregrad"), Some(Key::Severity));
        assert_eq!(Key::of("Time of start"), Some(Key::Onset));
        assert_eq!(Key::of("Impact detected"), Some(Key::Detected));
        assert_eq!(Key::of("First bad rate"), Some(Key::Onset));
        assert_eq!(Key::of("Start of next review"), None);
        assert_eq!(Key::of("linkTitle"), None);
        assert_eq!(Key::near("severty"), Some("severity"));
        assert_eq!(Key::near("weight"), None);
        assert_eq!(Key::near("layout"), None);
    }
}
