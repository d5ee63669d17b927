//! What `classify` says of a document: how it came to its labels, in other languages, and of very long ones.

use serde_json::Value;

use crate::desk::Desk;
use crate::rulebook::assert_told;

const SUSPICION: &str = "# Fraud scores after the vendor's release

## Root cause

We first suspected data drift. Drift was ruled out by noon: the population was unchanged. The card vendor had renamed
`merchant_id` to `mid`, and our parser read the column as empty.

## Action items

- Retrain the model quarterly
";

#[test]
fn an_explanation_says_what_was_found_what_qualifies_it_and_what_it_adds() {
    let desk = Desk::new();
    desk.file("a.md", SUSPICION);
    let answer = desk.run(&["classify", "a.md", "--explain"]);
    for told in [
        "1 read: 7 sentences of Fraud scores after the vendor's release, in `en`\n",
        "“data drift”, for “suspected” PMK-CTX-SUS-001\n",
        "“population was”, for “ruled out” PMK-CTX-NEG-001\n",
        "“retrain”, for the section actions\n",
        "gate open: words of machine learning weigh ",
        "  = schema-drift data-decay, confidence ",
        "  against it\n  failure_mode: data-drift, suspected\n",
    ] {
        assert_told(&answer, 0, told);
    }
    let answer = desk.run(&["classify", "a.md", "--explain", "--json"]);
    let all: Value = serde_json::from_str(&answer.out).unwrap();
    let of = &all[0];
    let drift = of["scores"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["label"] == "failure_mode:schema-drift")
        .unwrap();
    let sentence = drift["shares"][0]["sentence"].as_u64().unwrap() as usize;
    let text = of["sentences"][sentence]["text"].as_str().unwrap();
    assert!(text.contains("renamed"), "{text}");
}

#[test]
fn a_short_text_in_another_language_is_known_as_such() {
    let desk = Desk::new();
    for (name, text, reason) in [
        (
            "de.md",
            "# Veraltete Merkmale\n\nDas Modell bewertete mit Werten vom Vortag.\n",
            "language",
        ),
        (
            "fr.md",
            "# Modèle dégradé\n\nLes caractéristiques étaient périmées depuis lundi. Nous avons relancé le job.\n",
            "language",
        ),
        (
            "es.md",
            "# Modelo degradado\n\nEl modelo usó datos de la semana pasada. La tabla no se actualizó.\n",
            "language",
        ),
        (
            "en.md",
            "# Rollback of the El Paso model\n\nLos Angeles and La Paz orders, de facto all of Rio de Janeiro, fell. Jan van de Berg rolled back.\n",
            "",
        ),
        (
            "die.md",
            "# Die casting line\n\nThe die wore out and the model of the die was stale.\n",
            "",
        ),
    ] {
        desk.file(name, text);
        let answer = desk.run(&["classify", name, "--json"]);
        let all: Value = serde_json::from_str(&answer.out).unwrap();
        let said = all[0]["reason"].as_str().unwrap_or_default();
        assert_eq!(said == "language", reason == "language", "{name}: {said}");
    }
}

#[test]
fn a_mebibyte_and_a_line_of_a_megabyte_are_labelled_in_bounded_time() {
    let desk = Desk::new();
    let sentence = "The feature store was not refreshed, so stale values of yesterday were served by the fraud model. ";
    let many = format!("# Stale\n\n{}", format!("{sentence}\n\n").repeat(1 << 20));
    desk.file("mebibyte.md", &many[..1 << 20]);
    let one = sentence.replace(['.', ','], "").repeat(11_000);
    desk.file("line.md", &one[..1_000_000]);
    desk.file("word.md", "a".repeat(1_000_000));
    // A command of a desk that takes longer than two minutes fails.
    let answer = desk.run(&["classify", "mebibyte.md", "line.md", "word.md", "--json"]);
    assert_eq!(answer.status, 0, "{}", answer.err);
    let all: Value = serde_json::from_str(&answer.out).unwrap();
    let modes: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["failure_mode"].as_str().unwrap())
        .collect();
    assert_eq!(modes, ["feature-staleness", "feature-staleness", "unknown"]);
}
