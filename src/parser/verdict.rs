//! Verdict: labels that an author states in front matter.

use crate::incident::Origin;
use crate::parser::entry::Entry;
use crate::parser::fold::fold;
use crate::parser::key::Key;
use crate::parser::placeholder;
use crate::parser::source::Source;
use crate::postmortem::StatedVerdict;
use crate::taxonomy::Decay;
use crate::taxonomy::Detection;
use crate::taxonomy::Facet;
use crate::taxonomy::FailureMode;
use crate::taxonomy::FirstDiagnosis;
use crate::taxonomy::ModelDecayKind;
use crate::taxonomy::NoneKind;
use crate::taxonomy::Response;
use crate::taxonomy::RollbackTarget;
use crate::taxonomy::Stage;

/// Other words for who noticed first.
const DETECTION: &[(&str, Detection)] = &[
    ("alert", Detection::Monitoring),
    ("alerts", Detection::Monitoring),
    ("alerting", Detection::Monitoring),
    ("automated", Detection::Monitoring),
    ("automatic", Detection::Monitoring),
    ("automation", Detection::Monitoring),
    ("automated alert", Detection::Monitoring),
    ("monitor", Detection::Monitoring),
    ("dashboard", Detection::Monitoring),
    ("dashboard alarm", Detection::Monitoring),
    ("alarm", Detection::Monitoring),
    ("synthetic", Detection::Monitoring),
    ("probe", Detection::Monitoring),
    ("synthetic probe", Detection::Monitoring),
    ("pager", Detection::Monitoring),
    ("internal monitoring", Detection::Monitoring),
    ("customer report", Detection::Customer),
    ("customer reports", Detection::Customer),
    ("customers", Detection::Customer),
    ("user", Detection::Customer),
    ("users", Detection::Customer),
    ("user report", Detection::Customer),
    ("user reports", Detection::Customer),
    ("support", Detection::Customer),
    ("support ticket", Detection::Customer),
    ("support tickets", Detection::Customer),
    ("partner", Detection::Customer),
    ("partner complaint", Detection::Customer),
    ("customer complaint", Detection::Customer),
    ("customer support", Detection::Customer),
    ("external", Detection::Customer),
    ("client", Detection::Customer),
    ("clients", Detection::Customer),
    ("on call", Detection::Staff),
    ("oncall", Detection::Staff),
    ("employee", Detection::Staff),
    ("employees", Detection::Staff),
    ("internal", Detection::Staff),
    ("internal report", Detection::Staff),
    ("engineer", Detection::Staff),
    ("downstream team", Detection::Staff),
    ("downstream", Detection::Staff),
    ("manual", Detection::Staff),
    ("analyst", Detection::Staff),
    ("colleague", Detection::Staff),
];

/// The verdicts of the front matter; what is no value of its facet is a warning.
pub(crate) fn find(entries: &[Entry], source: &mut Source<'_>) -> Vec<StatedVerdict> {
    let mut verdicts: Vec<StatedVerdict> = Vec::new();
    for entry in entries
        .iter()
        .filter(|entry| entry.origin == Origin::FrontMatter)
    {
        let Some(facet) = entry.fact.and_then(facet) else {
            continue;
        };
        let text = entry.text();
        if placeholder::is_open(&text) && fold(&text) != "unknown"
            || ["null", "~"].contains(&text.as_str())
        {
            continue;
        }
        let at = entry.values.first().map_or(entry.at, |value| value.at);
        match value(facet, entry) {
            Ok(value) if verdicts.iter().all(|other| other.facet != facet) => {
                verdicts.push(StatedVerdict {
                    facet,
                    value,
                    line: source.line(entry.at),
                })
            }
            Ok(_) => {}
            Err(_) if facet == Facet::Detection && fold(&entry.key) != "detection" => {}
            Err(wrong) => source.warn(
                at,
                format!("`{wrong}` is no {}", name(facet)),
                advice(facet, &wrong),
            ),
        }
    }
    verdicts
}

fn facet(key: Key) -> Option<Facet> {
    Some(match key {
        Key::FailureMode => Facet::FailureMode,
        Key::Decay => Facet::Decay,
        Key::Response => Facet::Response,
        Key::RollbackTarget => Facet::RollbackTarget,
        Key::RollbackHelped => Facet::RollbackHelped,
        Key::Detection => Facet::Detection,
        Key::FirstDiagnosis => Facet::FirstDiagnosis,
        Key::Silent => Facet::Silent,
        Key::Stage => Facet::Stage,
        Key::NearMiss => Facet::NearMiss,
        Key::ModelDecayKind => Facet::ModelDecayKind,
        Key::NoneKind => Facet::NoneKind,
        _ => return None,
    })
}

fn name(facet: Facet) -> String {
    facet.id().replace('_', " ")
}

/// The value in the words of the codebook, or the word that is none.
fn value(facet: Facet, entry: &Entry) -> Result<String, String> {
    let texts: Vec<String> = entry
        .values
        .iter()
        .flat_map(|value| match facet {
            Facet::Response => value
                .text
                .split([',', ';'])
                .map(|part| part.trim().to_owned())
                .collect(),
            _ => vec![value.text.clone()],
        })
        .filter(|text| !text.is_empty())
        .collect();
    if facet == Facet::Response {
        let known: Result<Vec<Response>, String> = texts
            .iter()
            .map(|text| text.parse().map_err(|_| text.clone()))
            .collect();
        let mut known = known?;
        known.sort_unstable();
        known.dedup();
        return Ok(known
            .iter()
            .map(|response| response.id())
            .collect::<Vec<_>>()
            .join(","));
    }
    let text = texts.join(", ");
    one(facet, &text).ok_or(text)
}

fn one(facet: Facet, text: &str) -> Option<String> {
    let id = match facet {
        Facet::FailureMode => text.parse::<FailureMode>().ok()?.id(),
        Facet::Decay => text.parse::<Decay>().ok()?.id(),
        Facet::RollbackTarget => text.parse::<RollbackTarget>().ok()?.id(),
        Facet::FirstDiagnosis => text.parse::<FirstDiagnosis>().ok()?.id(),
        Facet::Stage => text.parse::<Stage>().ok()?.id(),
        Facet::ModelDecayKind => text.parse::<ModelDecayKind>().ok()?.id(),
        Facet::NoneKind => text.parse::<NoneKind>().ok()?.id(),
        Facet::Detection => detection(text)?.id(),
        Facet::Silent | Facet::NearMiss | Facet::RollbackHelped => truth(text)?,
        Facet::Response => return None,
    };
    Some(id.to_owned())
}

fn detection(text: &str) -> Option<Detection> {
    let folded = fold(text);
    text.parse().ok().or_else(|| {
        DETECTION
            .iter()
            .find(|(word, _)| *word == folded)
            .map(|(_, detection)| *detection)
    })
}

fn truth(text: &str) -> Option<&'static str> {
    match fold(text).as_str() {
        "true" | "yes" | "y" | "ja" | "si" | "oui" | "sim" => Some("true"),
        "false" | "no" | "n" | "nein" | "non" | "nao" => Some("false"),
        _ => None,
    }
}

fn advice(facet: Facet, wrong: &str) -> String {
    let values: Vec<&str> = match facet {
        Facet::FailureMode => FailureMode::ALL.iter().map(|value| value.id()).collect(),
        Facet::Decay => Decay::ALL.iter().map(|value| value.id()).collect(),
        Facet::Response => Response::ALL.iter().map(|value| value.id()).collect(),
        Facet::RollbackTarget => RollbackTarget::ALL.iter().map(|value| value.id()).collect(),
        Facet::FirstDiagnosis => FirstDiagnosis::ALL.iter().map(|value| value.id()).collect(),
        Facet::Stage => Stage::ALL.iter().map(|value| value.id()).collect(),
        Facet::ModelDecayKind => ModelDecayKind::ALL.iter().map(|value| value.id()).collect(),
        Facet::NoneKind => NoneKind::ALL.iter().map(|value| value.id()).collect(),
        Facet::Detection => Detection::ALL.iter().map(|value| value.id()).collect(),
        Facet::Silent | Facet::NearMiss | Facet::RollbackHelped => vec!["true", "false"],
    };
    let folded = fold(wrong).replace(' ', "-");
    let nearest = values
        .iter()
        .map(|value| (strsim::osa_distance(value, &folded), *value))
        .min()
        .filter(|(distance, value)| *distance * 2 <= value.len());
    match nearest {
        Some((_, value)) => format!("did you mean `{value}`?"),
        None => format!("use one of {}", values.join(", ")),
    }
}
