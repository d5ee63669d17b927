//! What we build upon: licences, forbidden packages and sources by `deny.toml`, read from cargo itself.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::desk::repository;

/// Every package that the lock file names, as cargo describes it.
fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version", "1"])
        .arg("--manifest-path")
        .arg(repository("Cargo.toml"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn deny() -> toml::Table {
    fs::read_to_string(repository("deny.toml"))
        .unwrap()
        .parse()
        .unwrap()
}

fn texts(of: &toml::Value) -> BTreeSet<String> {
    let texts = of.as_array().unwrap().iter();
    texts.map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// Whether a licence expression (SPDX, and the older form with `/`) can be met with licences that are allowed.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut words: Vec<String> = spaced.split_whitespace().map(str::to_owned).collect();
    // An exception belongs to its licence.
    while let Some(at) = words.iter().position(|word| word == "WITH") {
        let whole = words[at - 1..=at + 1].join(" ");
        words.splice(at - 1..=at + 1, [whole]);
    }
    let answer = |words: &[String]| {
        words.split(|word| word == "OR").any(|all| {
            let mut terms = all.split(|word| word == "AND");
            terms.all(|term| term.len() == 1 && (term[0] == "yes" || allowed.contains(&term[0])))
        })
    };
    while let Some(close) = words.iter().position(|word| word == ")") {
        let open = words[..close].iter().rposition(|word| word == "(").unwrap();
        let inner = if answer(&words[open + 1..close]) {
            "yes"
        } else {
            "no"
        };
        words.splice(open..=close, [inner.to_owned()]);
    }
    answer(&words)
}

#[test]
fn expressions_of_licences_are_understood() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "A WITH x".to_owned()]);
    for (expression, wanted) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR GPL-3.0) AND MIT", true),
        ("(MIT OR GPL-3.0) AND GPL-3.0", false),
        ("A WITH x", true),
        ("A", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), wanted, "{expression}");
    }
}

#[test]
fn every_package_has_a_licence_that_is_allowed() {
    let allowed = texts(&deny()["licenses"]["allow"]);
    let packages = packages();
    assert!(packages.len() > 100, "{}", packages.len());
    let wrong: Vec<String> = packages
        .iter()
        .filter(|one| !is_allowed(one["license"].as_str().unwrap_or_default(), &allowed))
        .map(|one| format!("{} {}: {}", one["name"], one["version"], one["license"]))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_package_comes_from_the_registry_and_none_is_banned() {
    let deny = deny();
    let sources = texts(&deny["sources"]["allow-registry"]);
    let banned = deny["bans"]["deny"].as_array().unwrap().iter();
    let banned: BTreeSet<&str> = banned.map(|one| one["crate"].as_str().unwrap()).collect();
    for one in packages() {
        let name = one["name"].as_str().unwrap();
        assert!(!banned.contains(name), "{name} is banned");
        let Some(source) = one["source"].as_str() else {
            assert_eq!(name, "pm-kb", "a package of this repository");
            continue;
        };
        let registry = source.strip_prefix("registry+");
        assert!(
            registry.is_some_and(|one| sources.contains(one)),
            "{name}: {source}"
        );
    }
}
