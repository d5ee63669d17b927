//! Incident facts: IncidentId, Severity, Moment, Fact, Facts: what happened, when, how bad, to what.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::Deserialize;
use serde::Serialize;

use crate::error::Error;
use crate::quarter::Quarter;

/// The name of an incident in a knowledge base; it never changes.
///
/// Letters, digits, `.`, `_` and `-`, at most 100 of them, the first a letter or digit of any script.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct IncidentId(String);

impl IncidentId {
    /// The most characters an id may have.
    pub const MAX_CHARS: usize = 100;

    /// The id that a file's stem or a title gives: lower case, every run of other characters a single `-`.
    pub fn slug(text: &str) -> Option<IncidentId> {
        let mut slug = String::new();
        for character in text.chars().flat_map(char::to_lowercase) {
            let joins = matches!(character, '.' | '_') && !slug.is_empty();
            if character.is_alphanumeric() || joins {
                slug.push(character);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let cut: String = slug.chars().take(IncidentId::MAX_CHARS).collect();
        cut.trim_end_matches(['-', '.', '_']).parse().ok()
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for IncidentId {
    type Error = Error;

    fn try_from(text: String) -> Result<IncidentId, Error> {
        text.parse()
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for IncidentId {
    type Err = Error;

    fn from_str(text: &str) -> Result<IncidentId, Error> {
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        // Nearly all ids are plain, and a report of a large base reads all of them.
        let fits = text.len() <= IncidentId::MAX_CHARS
            && text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.bytes().all(is_plain);
        let fits = fits
            || text.chars().count() <= IncidentId::MAX_CHARS
                && text.chars().next().is_some_and(char::is_alphanumeric)
                && text
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
        if fits {
            Ok(IncidentId(text.to_owned()))
        } else {
            Err(Error::Invalid {
                what: "id",
                value: text.to_owned(),
                expected:
                    "letters, digits, `.`, `_` and `-`, at most 100, the first a letter or digit"
                        .to_owned(),
            })
        }
    }
}

/// SEV0 (worst) to SEV5, the number as it is written: P1 = S1 = SEV1, critical 1, high or major 2, medium 3, low 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Severity(u8);

impl Severity {
    /// The severity of a rank from 0 to 5.
    pub fn of_rank(rank: u8) -> Option<Severity> {
        (rank <= 5).then_some(Severity(rank))
    }

    /// 0 (worst) to 5.
    pub fn rank(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("SEV{}", self.0))
    }
}

impl FromStr for Severity {
    type Err = Error;

    /// Reads `SEV2`, `sev-2`, `S2`, `P2`, `2`, or a word of the scale.
    fn from_str(text: &str) -> Result<Severity, Error> {
        let folded = text.trim().to_lowercase().replace([' ', '_', '-'], "");
        let rank = match folded.as_str() {
            "critical" => Some(1),
            "high" | "major" => Some(2),
            "medium" => Some(3),
            "low" => Some(4),
            other => ["severity", "sev", "s", "p", ""]
                .iter()
                .find_map(|prefix| other.strip_prefix(prefix))
                .filter(|rest| rest.len() == 1)
                .and_then(|rest| rest.parse().ok()),
        };
        rank.and_then(Severity::of_rank)
            .ok_or_else(|| Error::Invalid {
                what: "severity",
                value: text.to_owned(),
                expected: "SEV0 to SEV5".to_owned(),
            })
    }
}

/// A point in time as a document states it: a local date and clock time, with its offset where one is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// The date and clock time as written.
    pub local: DateTime,
    /// Seconds east of UTC where a zone is stated; none is read as UTC.
    pub offset_seconds: Option<i32>,
}

impl Moment {
    /// The instant, a moment without a zone read as UTC.
    pub fn instant(&self) -> Timestamp {
        let offset = Offset::from_seconds(self.offset_seconds.unwrap_or(0)).unwrap_or(Offset::UTC);
        offset
            .to_timestamp(self.local)
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Whole minutes from this moment to a later one; negative where the other is earlier.
    pub fn minutes_until(&self, later: &Moment) -> i64 {
        (later.instant().as_second() - self.instant().as_second()).div_euclid(60)
    }
}

/// Where a fact was read; the order is the order of trust among sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A person's correction in the knowledge base.
    Verdict,
    /// YAML or TOML front matter.
    FrontMatter,
    /// A table or a list of keys and values, a `Key: value` line, a heading used as a key.
    Metadata,
    /// The title.
    Title,
    /// The file's name.
    FileName,
    /// An entry of the timeline.
    Timeline,
    /// A sentence.
    Prose,
    /// Computed from other facts.
    Computed,
}

impl Origin {
    /// The id as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            Origin::Verdict => "verdict",
            Origin::FrontMatter => "front-matter",
            Origin::Metadata => "metadata",
            Origin::Title => "title",
            Origin::FileName => "file-name",
            Origin::Timeline => "timeline",
            Origin::Prose => "prose",
            Origin::Computed => "computed",
        }
    }
}

/// A value with the place where it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact<T> {
    /// The value.
    pub value: T,
    /// The line of the original file; 0 where it is not in the file (its name, a verdict).
    pub line: u32,
    /// Where it was read.
    pub origin: Origin,
}

/// What an action item's box or words say of its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionState {
    /// Not done, or not said.
    Open,
    /// Done.
    Done,
    /// Given up.
    Dropped,
}

impl ActionState {
    /// The id as it stands in outputs.
    pub fn id(self) -> &'static str {
        match self {
            ActionState::Open => "open",
            ActionState::Done => "done",
            ActionState::Dropped => "dropped",
        }
    }
}

/// One thing that the team set itself to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionItem {
    /// What is to be done.
    pub text: String,
    /// The role or person it is given to.
    pub owner: Option<String>,
    /// The team it is given to.
    pub team: Option<String>,
    /// When it is due.
    pub due: Option<Date>,
    /// Its state.
    pub state: ActionState,
    /// A ticket's address or key.
    pub link: Option<String>,
    /// The line of the original file.
    pub line: u32,
}

/// What a document states of its incident. What is not stated is absent, never guessed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The day of the incident, by the order of sources in `docs/documents.md`.
    pub date: Option<Fact<Date>>,
    /// When it began.
    pub onset: Option<Fact<Moment>>,
    /// When it was first noticed.
    pub detected: Option<Fact<Moment>>,
    /// When users no longer felt it.
    pub mitigated: Option<Fact<Moment>>,
    /// When it was over.
    pub resolved: Option<Fact<Moment>>,
    /// Minutes from onset to detection, stated or computed.
    pub minutes_to_detect: Option<Fact<i64>>,
    /// Minutes from detection to the true cause.
    pub minutes_to_diagnose: Option<Fact<i64>>,
    /// Minutes from onset to mitigation.
    pub minutes_to_mitigate: Option<Fact<i64>>,
    /// Minutes from onset to resolution.
    pub minutes_to_resolve: Option<Fact<i64>>,
    /// Minutes from detection to the end of the harm: to mitigation, else to resolution; whole days where only days are stated.
    pub minutes_to_repair: Option<Fact<i64>>,
    /// How bad it was, on the scale SEV0 to SEV5.
    pub severity: Option<Fact<Severity>>,
    /// The severity as it is written.
    pub severity_raw: Option<Fact<String>>,
    /// The document's status as it is written.
    pub status: Option<Fact<String>>,
    /// Affected services.
    pub services: Vec<Fact<String>>,
    /// Models by name.
    pub models: Vec<Fact<String>>,
    /// Tables, topics, features, columns, data sets by name.
    pub assets: Vec<Fact<String>>,
    /// The team that owns what failed.
    pub team: Option<Fact<String>>,
    /// The team in whose area the fault entered.
    pub origin_team: Option<Fact<String>>,
    /// What set it off.
    pub trigger: Option<Fact<String>>,
    /// The chain of five whys.
    pub whys: Vec<Fact<String>>,
    /// Engineering hours lost.
    pub hours_lost: Option<Fact<f64>>,
    /// Money lost, with its currency, as it is written.
    pub money: Option<Fact<String>>,
    /// Users, customers or requests affected, with the unit, as it is written.
    pub users_affected: Option<Fact<String>>,
    /// Other incidents that are named.
    pub links: Vec<Fact<String>>,
    /// The page's own address.
    pub url: Option<Fact<String>>,
    /// What is to be done.
    pub action_items: Vec<ActionItem>,
}

impl Facts {
    /// The quarter that the incident counts in: that of its [`Facts::day`].
    pub fn quarter(&self) -> Option<Quarter> {
        self.day().map(Quarter::of)
    }

    /// Takes over the day, the clocks and the lengths of an earlier reading of the same text where this one has none.
    pub fn keep_times(&mut self, earlier: &Facts) {
        fn keep<T: Clone>(now: &mut Option<Fact<T>>, earlier: &Option<Fact<T>>) {
            let read = earlier
                .as_ref()
                .filter(|fact| fact.origin != Origin::Verdict);
            *now = now.take().or_else(|| read.cloned());
        }
        keep(&mut self.date, &earlier.date);
        keep(&mut self.onset, &earlier.onset);
        keep(&mut self.detected, &earlier.detected);
        keep(&mut self.mitigated, &earlier.mitigated);
        keep(&mut self.resolved, &earlier.resolved);
        keep(&mut self.minutes_to_detect, &earlier.minutes_to_detect);
        keep(&mut self.minutes_to_diagnose, &earlier.minutes_to_diagnose);
        keep(&mut self.minutes_to_mitigate, &earlier.minutes_to_mitigate);
        keep(&mut self.minutes_to_resolve, &earlier.minutes_to_resolve);
        keep(&mut self.minutes_to_repair, &earlier.minutes_to_repair);
    }

    /// The day as the document writes it, in the zone of its own clocks; by one off [`Facts::day`] at times.
    pub fn written_day(&self) -> Option<Date> {
        let is_human = |origin| origin == Origin::Verdict;
        let only = |fact: &&Fact<Moment>| is_human(fact.origin) || self.date.is_none();
        let onset = self.onset.as_ref().filter(only);
        let stated = |fact: &&Fact<Date>| onset.is_none() || is_human(fact.origin);
        let date = self.date.as_ref().filter(stated).map(|fact| fact.value);
        date.or(onset.map(|fact| fact.value.local.date()))
    }

    /// The day that the incident counts in: its onset's in UTC, else its date; one that a person has given prevails.
    pub fn day(&self) -> Option<Date> {
        match (&self.onset, &self.date) {
            (Some(onset), Some(date))
                if date.origin == Origin::Verdict && onset.origin != Origin::Verdict =>
            {
                Some(date.value)
            }
            (Some(onset), _) => Some(Offset::UTC.to_datetime(onset.value.instant()).date()),
            (None, Some(date)) => Some(date.value),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_an_id_or_nothing() {
        let slug = |text: &str| IncidentId::slug(text).map(|id| id.to_string());
        assert_eq!(
            slug("2026-07-03 Fraud: stale!"),
            Some("2026-07-03-fraud-stale".to_owned())
        );
        assert_eq!(slug("Ünïcode_é.v2"), Some("ünïcode_é.v2".to_owned()));
        assert_eq!(slug("🔥🔥"), None);
        assert_eq!(slug(&"x".repeat(300)).map(|id| id.len()), Some(100));
    }

    #[test]
    fn an_onset_counts_in_its_utc_quarter() {
        let local = DateTime::constant(2026, 3, 31, 23, 30, 0, 0);
        let onset = Fact {
            value: Moment {
                local,
                offset_seconds: Some(-8 * 3600),
            },
            line: 1,
            origin: Origin::Metadata,
        };
        let facts = Facts {
            onset: Some(onset),
            ..Facts::default()
        };
        assert_eq!(
            facts.quarter().map(|quarter| quarter.to_string()),
            Some("2026-Q2".to_owned())
        );
    }
}
