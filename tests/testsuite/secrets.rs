//! Secrets: found in a hundred disguises, hardly ever where there is none, told without being told.

use std::fs;

use pm_kb::secret::Kind;
use pm_kb::secret::Secrets;

use crate::base::corpus;
use crate::desk::Desk;
use crate::killing::Dice;

const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LOOSE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HEX: &str = "0123456789abcdef";

fn some(dice: &mut Dice, of: &str, count: usize) -> String {
    let of: Vec<char> = of.chars().collect();
    (0..count)
        .map(|_| of[dice.roll(of.len() as u64) as usize])
        .collect()
}

/// The sorts of secrets, each with a way to make one. Made here, so that no file of ours holds one.
#[rustfmt::skip]
fn make(sort: usize, d: &mut Dice) -> (&'static str, String) {
    match sort {
        0 => ("aws-access-key", format!("AKIA{}", some(d, UPPER, 16))),
        1 => ("aws-secret-key", format!("aws_secret_access_key = \"{}\"", some(d, ALPHANUMERIC, 40))),
        2 => ("github-token", format!("gh{}_{}", ["p", "o", "s"][d.roll(3) as usize], some(d, ALPHANUMERIC, 36))),
        3 => ("private-key", format!("-----BEGIN {}PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
            ["", "RSA ", "OPENSSH ", "EC "][d.roll(4) as usize], some(d, ALPHANUMERIC, 64))),
        4 => ("jwt", format!("eyJ{}.eyJ{}.{}", some(d, LOOSE, 30), some(d, LOOSE, 60), some(d, LOOSE, 43))),
        5 => ("slack-token", format!("xox{}-{}-{}", ["b", "p"][d.roll(2) as usize], some(d, "0123456789", 12), some(d, ALPHANUMERIC, 24))),
        6 => ("slack-token", format!("https://hooks.slack.com/services/T{}/B{}/{}", some(d, UPPER, 8), some(d, UPPER, 10), some(d, ALPHANUMERIC, 24))),
        7 => ("google-api-key", format!("AIza{}", some(d, LOOSE, 35))),
        8 => ("stripe-key", format!("{}_live_{}", ["sk", "rk"][d.roll(2) as usize], some(d, ALPHANUMERIC, 24))),
        9 => ("database-url", format!("{}://app:{}@db.internal/orders", ["postgres", "mysql", "mongodb+srv", "amqp"][d.roll(4) as usize], some(d, ALPHANUMERIC, 12))),
        10 => ("bearer-token", format!("Authorization: Bearer {}", some(d, LOOSE, 40))),
        11 => ("gitlab-token", format!("glpat-{}", some(d, LOOSE, 20))),
        12 => ("registry-token", match d.roll(2) {
            0 => format!("npm_{}", some(d, ALPHANUMERIC, 36)),
            _ => format!("hf_{}", some(d, LETTERS, 34)),
        }),
        _ => ("password", match d.roll(3) {
            0 => format!("password: {}", some(d, "abcdefgHIJKLMnopq0123456789!#", 14)),
            1 => format!("DB_PASSWORD={}", some(d, ALPHANUMERIC, 20)),
            _ => format!("api_key = '{}'", some(d, HEX, 32)),
        }),
    }
}

const SORTS: usize = 14;

/// Where secrets stand in post-mortems.
#[rustfmt::skip]
fn in_a_document(at: usize, secret: &str) -> String {
    let around = [
        ("# Outage\n\nThe job used ", ", which had expired.\n"),
        ("# Outage\n\n```sh\nexport ", "\n```\n"),
        ("# Outage\n\n| what | value |\n|---|---|\n| key | ", " |\n"),
        ("---\ntitle: Outage\n---\n\n> ", "\n"),
        ("# Outage\n\nLog line (14:02 UTC): `", "` was printed.\n"),
    ];
    let (before, after) = around[at % around.len()];
    format!("{before}{secret}{after}")
}

#[test]
fn ninety_five_of_a_hundred_secrets_are_found() {
    let mut dice = Dice(8);
    let (mut found, mut missed) = (0, Vec::new());
    for number in 0..100 {
        let (rule, secret) = make(number % SORTS, &mut dice);
        let text = in_a_document(number / SORTS, &secret);
        let all = Secrets::shipped().find(&text);
        if all.iter().any(|one| one.rule == rule) {
            found += 1;
        } else {
            missed.push((rule, text.clone()));
        }
        let clean = Secrets::shipped().redact(&text);
        for rest in all.iter().map(|one| &text[one.span.start..one.span.end]) {
            assert!(!clean.contains(rest), "{clean}");
        }
    }
    eprintln!("{found} of 100 secrets of {SORTS} sorts found");
    assert!(found >= 95, "{missed:#?}");
}

#[test]
fn ordinary_post_mortems_raise_no_alarm() {
    let Some(documents) = corpus("general") else {
        return;
    };
    let (mut alarms, mut hints) = (Vec::new(), 0);
    for document in &documents {
        let text = String::from_utf8_lossy(&document.bytes);
        for one in Secrets::shipped().find(&text) {
            match one.kind {
                Kind::Secret => alarms.push(format!("{}: {}", one.rule, one.beginning(&text))),
                Kind::Personal => hints += 1,
            }
        }
    }
    let count = documents.len();
    eprintln!(
        "{} alarms and {hints} hints in {count} documents",
        alarms.len()
    );
    assert!(alarms.len() * 50 <= count, "{alarms:#?}");
}

#[test]
fn our_own_examples_raise_no_alarm() {
    for example in pm_kb::schema::incidents() {
        let found = Secrets::shipped().find(example.text);
        let alarms = found.iter().filter(|one| one.kind == Kind::Secret);
        assert_eq!(alarms.count(), 0, "{}: {found:?}", example.path);
    }
}

#[test]
fn add_tells_where_a_secret_stands_and_never_what_it_is() {
    let desk = Desk::new();
    let mut dice = Dice(3);
    let (_, token) = make(2, &mut dice);
    let text =
        format!("# Outage\n\nWe printed {token} and wrote to jo@team.org and al@team.org.\n");
    desk.file("a.md", &text);
    let answer = desk.run(&["add", "a.md"]);
    assert_eq!(answer.status, 0, "{answer:?}");
    let told = format!("warning: a.md:3:12: a GitHub token (`{}…`)", &token[..4]);
    assert!(answer.err.contains(&told), "{answer:?}");
    assert!(answer.err.contains("note: a.md:3:"), "{answer:?}");
    assert!(
        answer.err.contains("an e-mail address, and 1 more"),
        "{answer:?}"
    );
    for said in [
        &answer.out,
        &answer.err,
        &desk.run(&["add", "a.md", "--json"]).out,
    ] {
        assert!(!said.contains(&token[..8]), "{said}");
    }
    let raw = desk.run(&["show", "a", "--raw"]).out;
    assert_eq!(raw, text, "the original keeps it, and is said to");
}

#[test]
fn documents_with_secrets_are_refused_where_that_is_wanted() {
    let desk = Desk::new();
    let (_, key) = make(8, &mut Dice(5));
    desk.file("docs/bad.md", format!("# Outage\n\n{key}\n"));
    desk.file("docs/good.md", "# Outage\n\nWrite to jo@team.org.\n");
    for option in ["--deny-secrets", "--strict"] {
        let answer = desk.run(&["--kb", "kb", "add", "docs", option]);
        assert_eq!(answer.status, 3, "{answer:?}");
        assert!(
            answer.err.contains("error: docs/bad.md:3:1: a Stripe key"),
            "{answer:?}"
        );
        let listed = desk.run(&["--kb", "kb", "list", "--all", "--format", "jsonl"]);
        assert_eq!(listed.out.lines().count(), 1, "{listed:?}");
    }
}

#[test]
fn what_leaves_the_house_is_redacted() {
    let desk = Desk::new();
    let (_, token) = make(2, &mut Dice(4));
    let (_, key) = make(8, &mut Dice(5));
    desk.file(
        "stale.md",
        format!(
            "---\ndate: 2026-08-03\n---\n# Stale features and {token}\n\n## Root cause\n\nThe features were stale: the \
             job with {key} had not run for jo@team.org.\n\n## Action items\n\n- [ ] Rotate {key} (owner: al@team.org)\n"
        ),
    );
    assert_eq!(desk.run(&["add", "stale.md"]).status, 0);
    let told = |text: &str| [&token, &key].iter().any(|one| text.contains(&one[..12]));
    for format in ["text", "md", "html", "csv", "json"] {
        let report = |more: &[&str]| {
            let args = ["report", "--quarter", "2026-Q3", "--format", format];
            desk.run(&[&args, more].concat()).out
        };
        let shared = report(&[]);
        assert!(!told(&shared) && !shared.contains("@team.org"), "{shared}");
        if matches!(format, "html" | "json") {
            assert!(shared.contains("[redacted github-token]"), "{shared}");
            assert!(told(&report(&["--unredacted"])), "{format}");
        }
    }
    let lines = desk.run(&["export", "--redact"]).out;
    assert!(!told(&lines) && !lines.contains("@team.org"), "{lines}");
    assert!(lines.contains("\"redacted\":true"), "{lines}");
    assert_eq!(
        desk.run(&["export", "--redact", "--markdown", "files"])
            .status,
        0
    );
    let file = fs::read_to_string(desk.path().join("files/stale.md")).unwrap();
    assert!(
        !told(&file) && file.contains("[redacted stripe-key]"),
        "{file}"
    );
    assert!(
        told(&desk.run(&["export"]).out),
        "without the option nothing is changed"
    );
}
