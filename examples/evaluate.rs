//! Scores the rules on labelled documents: `cargo run --example evaluate -- dev|general|incidents [misses|explain FILE]`.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pm_kb::classification::Classification;
use pm_kb::classifier;
use pm_kb::rule::{RuleFile, RuleSet};

fn rules(root: &Path) -> RuleSet {
    let mut files: Vec<(String, String)> = vec![];
    let mut read = |p: PathBuf| {
        files.push((
            p.strip_prefix(root).unwrap().display().to_string(),
            fs::read_to_string(&p).unwrap(),
        ))
    };
    read(root.join("schema/vocabulary.toml"));
    for dir in ["schema/rules", "schema/rules/context"] {
        let mut all: Vec<PathBuf> = fs::read_dir(root.join(dir))
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "toml"))
            .collect();
        all.sort();
        all.into_iter().for_each(&mut read);
    }
    let pack: Vec<RuleFile> = files
        .iter()
        .map(|(name, text)| RuleFile { name, text })
        .collect();
    let policy = fs::read_to_string(root.join("schema/policy.toml")).unwrap();
    RuleSet::of(
        RuleFile {
            name: "policy.toml",
            text: &policy,
        },
        &pack,
        &[],
    )
    .unwrap_or_else(|e| panic!("{e}"))
}

fn read(text: &str) -> pm_kb::postmortem::Postmortem {
    let document = pm_kb::document::Document::read(
        "doc.md",
        text.as_bytes().to_vec(),
        &pm_kb::document::Limits::default(),
    )
    .unwrap();
    pm_kb::parser::parse(&document, &pm_kb::parser::Options::default()).postmortem
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let rules = rules(&root);
    for cue in rules.cues() {
        if let Err(e) = cue.pattern.check() {
            println!(
                "BAD {} {}: {e}",
                rules.rules()[cue.rule].id,
                cue.pattern.source()
            )
        }
        for p in cue.unless.iter().chain(&cue.near) {
            if let Err(e) = p.check() {
                println!(
                    "BAD unless {} {}: {e}",
                    rules.rules()[cue.rule].id,
                    p.source()
                )
            }
        }
    }
    for c in rules.contexts() {
        if let Err(e) = c.pattern.check() {
            println!("BAD {} {}: {e}", c.id, c.pattern.source())
        }
    }
    let what = args.first().map_or("dev", String::as_str);
    let dir = match what {
        "dev" => root.join("../shared/corpora/dev"),
        "general" => root.join("../shared/corpora/general"),
        _ => root.join("incidents"),
    };
    let dir = if dir.exists() {
        dir
    } else {
        root.join("../../shared/corpora").join(what)
    };
    let mode = args.get(1).map_or("", String::as_str);
    if mode == "explain" {
        let path = dir.join(&args[2]);
        let text = fs::read_to_string(&path).unwrap();
        let e = classifier::explain(&rules, &text, &read(&text));
        for (i, s) in e.sentences.iter().enumerate() {
            println!("{i:3} [{}] {}", s.section, s.text);
            for h in e.hits.iter().filter(|h| h.sentence == i) {
                println!(
                    "        {} {} {}/{} {:?} «{}»",
                    h.label, h.weight, h.rule, h.cue, h.state, h.words
                )
            }
        }
        for (l, s) in &e.scores {
            println!("{s:7.2} {l}")
        }
        for r in &e.reasons {
            println!("- {r}")
        }
        return;
    }
    if what == "paraphrases" {
        return paraphrases(&rules, &root, mode);
    }
    if what == "general" {
        return general(&rules, &dir, mode);
    }
    let labels = fs::read_to_string(dir.join("LABELS.tsv")).unwrap();
    let mut lines = labels.lines();
    let head: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let col = |row: &[&str], name: &str| {
        head.iter()
            .position(|h| *h == name)
            .and_then(|i| row.get(i).map(|s| s.to_string()))
            .unwrap_or_default()
    };
    if mode == "dump" {
        for line in lines {
            let row: Vec<&str> = line.split('\t').collect();
            let text = fs::read_to_string(dir.join(row[0])).unwrap();
            let e = classifier::explain(&rules, &text, &read(&text));
            let sentences: Vec<_> = e
                .sentences
                .iter()
                .map(|s| serde_json::json!([s.section.id(), s.shadow]))
                .collect();
            println!(
                "{}",
                serde_json::json!({"file": row[0], "gold": col(&row, "primary"), "decay": col(&row, "decay"), "got": e.classification.failure_mode.id(), "gotdecay": e.classification.decay.id(), "scores": e.scores, "sentences": sentences, "response": col(&row, "response"), "detection": col(&row, "detection"), "first": col(&row, "first_diagnosis")})
            );
        }
        return;
    }
    let mut right: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut per: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    let mut resp: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    let mut both = 0;
    let mut n = 0;
    let mut bins: Vec<(f64, bool)> = vec![];
    for line in lines {
        let row: Vec<&str> = line.split('\t').collect();
        let text = fs::read_to_string(dir.join(row[0])).unwrap();
        let e = classifier::explain(&rules, &text, &read(&text));
        let c: &Classification = &e.classification;
        let mut misses: Vec<String> = vec![];
        let mut tally = |name: &'static str,
                         gold: String,
                         got: String,
                         ok: Option<bool>,
                         misses: &mut Vec<String>| {
            let ok = ok.unwrap_or(gold == got);
            let t = right.entry(name).or_default();
            t.1 += 1;
            if ok {
                t.0 += 1
            } else {
                misses.push(format!("{name}: {got} (gold {gold})"))
            }
            ok
        };
        n += 1;
        if mode == "gate" {
            println!("{} {}", e.reasons[0], row[0])
        }
        let gold = col(&row, "primary");
        let got = c.failure_mode.to_string();
        let mode_ok = tally("mode", gold.clone(), got.clone(), None, &mut misses);
        tally(
            "mode-lenient",
            gold.clone(),
            got.clone(),
            Some(gold == got || col(&row, "alt").split(',').any(|a| a == got)),
            &mut vec![],
        );
        let p = per.entry(gold.clone()).or_default();
        if mode_ok {
            p.0 += 1
        } else {
            p.2 += 1
        }
        if !mode_ok {
            per.entry(got.clone()).or_default().1 += 1
        }
        bins.push((c.probability, mode_ok));
        tally(
            "decay",
            col(&row, "decay"),
            c.decay.to_string(),
            None,
            &mut misses,
        );
        let goldr = col(&row, "response");
        let rb = goldr.split(',').any(|r| r == "rollback");
        let gotr = c.response.iter().any(|r| r.id() == "rollback");
        let rb_ok = tally(
            "rollback",
            rb.to_string(),
            gotr.to_string(),
            None,
            &mut misses,
        );
        if mode_ok && rb_ok {
            both += 1
        }
        for r in pm_kb::taxonomy::Response::ALL {
            let g = goldr.split(',').any(|x| x == r.id());
            let o = c.response.contains(r);
            let t = resp.entry(r.to_string()).or_default();
            match (g, o) {
                (true, true) => t.0 += 1,
                (false, true) => {
                    t.1 += 1;
                    misses.push(format!("+{r}"))
                }
                (true, false) => {
                    t.2 += 1;
                    misses.push(format!("-{r}"))
                }
                _ => {}
            }
        }
        if rb && gotr {
            let helped = match col(&row, "helped").as_str() {
                "yes" => "true",
                "no" => "false",
                _ => "null",
            }
            .to_string();
            tally(
                "helped",
                helped,
                c.rollback_helped.map_or("null".into(), |v| v.to_string()),
                None,
                &mut misses,
            );
            let target = col(&row, "rollback_target");
            if !target.is_empty() {
                tally(
                    "target",
                    target,
                    c.rollback_target.map_or("-".into(), |v| v.to_string()),
                    None,
                    &mut misses,
                );
            }
        }
        let d = col(&row, "detection");
        if d != "unknown" {
            tally(
                "detection",
                d,
                c.detection.map_or("null".into(), |v| v.to_string()),
                None,
                &mut misses,
            );
        }
        tally(
            "silent",
            col(&row, "silent"),
            c.silent.map_or(
                "null".into(),
                |v| if v { "yes".into() } else { "no".into() },
            ),
            None,
            &mut misses,
        );
        tally(
            "first",
            col(&row, "first_diagnosis"),
            c.first_diagnosis.map_or("-".into(), |v| v.to_string()),
            None,
            &mut misses,
        );
        let s = col(&row, "stage");
        if s != "unknown" && s != "-" {
            tally(
                "stage",
                s,
                c.stage.map_or("null".into(), |v| v.to_string()),
                None,
                &mut misses,
            );
        }
        if mode == "misses" && !misses.is_empty() {
            println!(
                "{}\n    {}\n    gold: {}\n    {}",
                row[0],
                misses.join("; "),
                col(&row, "reason"),
                e.reasons
                    .iter()
                    .filter(|r| r.contains("best mode")
                        || r.contains("gate") && !mode_ok
                        || r.contains("goes before"))
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(" | ")
            );
            if !mode_ok {
                println!(
                    "    scores: {}",
                    e.scores
                        .iter()
                        .filter(|(l, _)| l.starts_with("failure")
                            || l.contains("decay_kind")
                            || l.contains("none_kind"))
                        .take(6)
                        .map(|(l, s)| format!("{l} {s:.1}"))
                        .collect::<Vec<_>>()
                        .join(", ")
                );
            }
        }
    }
    for (name, (ok, n)) in &right {
        print!("{name} {:.3} ({ok}/{n})  ", *ok as f64 / *n as f64)
    }
    let f1 = |t: &(usize, usize, usize)| {
        if t.0 == 0 {
            0.0
        } else {
            2.0 * t.0 as f64 / (2 * t.0 + t.1 + t.2) as f64
        }
    };
    println!("\nmode&rollback {:.3}", f64::from(both) / f64::from(n));
    for (m, t) in &per {
        print!("{m} {:.2} (tp{} fp{} fn{})  ", f1(t), t.0, t.1, t.2)
    }
    println!(
        "\nmacro-F1 {:.3}",
        per.values().map(f1).sum::<f64>() / per.len() as f64
    );
    for (m, t) in &resp {
        print!("{m} {:.2} (tp{} fp{} fn{})  ", f1(t), t.0, t.1, t.2)
    }
    println!();
}

fn general(rules: &RuleSet, dir: &Path, mode: &str) {
    let manifest = fs::read_to_string(dir.join("MANIFEST.tsv")).unwrap();
    let (mut wrong, mut n) = (0, 0);
    for line in manifest.lines().skip(1) {
        let row: Vec<&str> = line.split('\t').collect();
        let Ok(text) = fs::read_to_string(dir.join(row[0])) else {
            continue;
        };
        if row[7] != "no" {
            continue;
        }
        n += 1;
        let e = classifier::explain(rules, &text, &read(&text));
        let c = &e.classification;
        if mode == "gate" {
            println!("{} {}", e.reasons[0], row[0])
        }
        if c.failure_mode.is_mode() || c.decay.id() == "model-decay" {
            wrong += 1;
            println!(
                "FALSE {} {} {} {}",
                row[0],
                c.failure_mode,
                c.decay,
                e.reasons.join(" | ")
            );
        } else if mode == "misses" && e.reasons.iter().any(|r| r.starts_with("gate open")) {
            println!("open {} {} {}", row[0], c.failure_mode, e.reasons[0]);
        }
    }
    println!("false modes {wrong} of {n}");
}

/// The best of the six modes and model decay in a text of its own, by score.
fn best(rules: &RuleSet, text: &str) -> Vec<(String, f64)> {
    let e = classifier::explain(rules, text, &read(text));
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for (l, s) in e.scores {
        if let Some(m) = l.strip_prefix("failure_mode:") {
            *sums.entry(m.into()).or_default() += s
        }
        if l.starts_with("model_decay_kind:") {
            *sums.entry("model-decay".into()).or_default() += s
        }
    }
    let mut v: Vec<_> = sums.into_iter().collect();
    v.sort_by(|a, b| b.1.total_cmp(&a.1));
    v
}

fn paraphrases(rules: &RuleSet, root: &Path, mode: &str) {
    for gold in [
        "schema-drift",
        "data-drift",
        "pipeline-break",
        "feature-staleness",
        "training-serving-skew",
        "labeling-error",
        "model-decay",
    ] {
        let text = fs::read_to_string(root.join(format!("tests/paraphrases/{gold}.txt"))).unwrap();
        let mut got: BTreeMap<String, usize> = BTreeMap::new();
        for line in text.lines() {
            let b = best(rules, line);
            let top = b
                .first()
                .filter(|b| b.1 > 0.0)
                .map_or("(nothing)".to_string(), |b| b.0.clone());
            if mode == "misses" && top != gold {
                println!(
                    "{gold:22} {}  <- {line}",
                    b.iter()
                        .take(3)
                        .map(|(m, s)| format!("{m} {s:.1}"))
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            }
            *got.entry(top).or_default() += 1;
        }
        println!("== {gold}: {:?}", got);
    }
}
