//! How long each engine takes on the examples of this repository: parser, classifier, query, report, index, one add.

use divan::Bencher;
use divan::counter::BytesCount;
use jiff::civil::date;
use pm_kb::classifier;
use pm_kb::document::Document;
use pm_kb::document::Limits;
use pm_kb::knowledge_base::Input;
use pm_kb::knowledge_base::KnowledgeBase;
use pm_kb::knowledge_base::Settings;
use pm_kb::parser;
use pm_kb::postmortem::Postmortem;
use pm_kb::query::Query;
use pm_kb::report;
use pm_kb::report::Extent;
use pm_kb::report::Request;
use pm_kb::report::period::Period;
use pm_kb::rule::RuleSet;
use pm_kb::schema;

fn main() {
    divan::main();
}

/// The examples as documents.
fn documents() -> Vec<Document> {
    let limits = Limits::default();
    let read = |file: schema::Embedded| Document::read(file.path, file.text.into(), &limits);
    let documents = schema::incidents().into_iter().map(read);
    documents
        .collect::<Result<_, _>>()
        .expect("examples are text")
}

fn parsed(documents: &[Document]) -> Vec<Postmortem> {
    let options = parser::Options::default();
    let parsed = documents.iter().map(|one| parser::parse(one, &options));
    parsed.map(|parsed| parsed.postmortem).collect()
}

fn bytes(documents: &[Document]) -> BytesCount {
    BytesCount::new(documents.iter().map(|one| one.text.len()).sum::<usize>())
}

#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let documents = documents();
    let bencher = bencher.counter(bytes(&documents));
    bencher.bench_local(|| parsed(&documents));
}

#[divan::bench]
fn classify(bencher: Bencher<'_, '_>) {
    let (documents, rules) = (documents(), RuleSet::shipped());
    let postmortems = parsed(&documents);
    let bencher = bencher.counter(bytes(&documents));
    bencher.bench_local(|| {
        for (document, postmortem) in documents.iter().zip(&postmortems) {
            divan::black_box(classifier::classify(&rules, &document.text, postmortem));
        }
    });
}

/// What the classifier would do without its prefilter, and that alone: every pattern on every sentence.
#[divan::bench]
fn classify_by_a_loop(bencher: Bencher<'_, '_>) {
    let (documents, rules) = (documents(), RuleSet::shipped());
    let mut shadows = Vec::new();
    for (document, postmortem) in documents.iter().zip(parsed(&documents)) {
        let explained = classifier::explain(&rules, &document.text, &postmortem);
        let sentences = explained.sentences.into_iter();
        shadows.extend(sentences.map(|sentence| format!(" {} ", sentence.shadow)));
    }
    let bencher = bencher.counter(bytes(&documents));
    bencher.bench_local(|| {
        let found = |shadow: &String| {
            let cues = rules.cues().iter().map(|cue| &cue.pattern);
            let contexts = rules.contexts().iter().map(|context| &context.pattern);
            let patterns = cues.chain(contexts);
            patterns
                .filter(|pattern| pattern.find(shadow).is_some())
                .count()
        };
        shadows.iter().map(found).sum::<usize>()
    });
}

#[divan::bench]
fn read_the_rules() -> RuleSet {
    RuleSet::shipped()
}

#[divan::bench]
fn parse_queries() -> Vec<Query> {
    let queries = [
        "stale features",
        "\"schema change\" -vendor mode:schema-drift severity:<=2",
        "(drift OR skew) team:ranking since:2024-01-01 retrain*",
    ];
    let vocabulary = pm_kb::query::Vocabulary::default();
    queries.map(|query| Query::parse(query, &vocabulary)).into()
}

/// A base of the examples in a folder of its own.
fn base() -> (tempfile::TempDir, KnowledgeBase) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut base = KnowledgeBase::create(&folder.path().join(".pm-kb")).expect("a base");
    add(&mut base, documents());
    base.catch_up().expect("an index");
    (folder, base)
}

fn add(base: &mut KnowledgeBase, documents: Vec<Document>) {
    let inputs = documents.into_iter().map(|document| Input {
        path: format!("/examples/{}", document.name),
        source: document.name,
        bytes: document.bytes,
        id: None,
    });
    let settings = Settings::of(parser::Options::default(), &|_| true);
    base.add(inputs, &settings, &mut |_| {}).expect("added");
}

#[divan::bench(sample_count = 10)]
fn rebuild_the_index(bencher: Bencher<'_, '_>) {
    let (_folder, mut base) = base();
    bencher.bench_local(|| base.rebuild().expect("an index"));
}

#[divan::bench]
fn search(bencher: Bencher<'_, '_>) {
    let (_folder, mut base) = base();
    let query = Query::parse("stale features", &pm_kb::query::Vocabulary::default());
    let wanted = pm_kb::index::Wanted {
        limit: 10,
        ..pm_kb::index::Wanted::default()
    };
    bencher.bench_local(|| base.search(&query, wanted).expect("found"));
}

#[divan::bench]
fn report_of_a_year(bencher: Bencher<'_, '_>) {
    let (_folder, mut base) = base();
    let period = Period::Year(2024);
    let request = Request::of(period, date(2025, 1, 1)).expect("a request");
    bencher.bench_local(|| {
        let report = base
            .report(request.clone(), None, Extent::Outline)
            .expect("a report");
        report::markdown::render(&report)
    });
}

/// Of one document that is durable when it ends, in a program that runs already.
#[divan::bench(sample_count = 20)]
fn add_one_more(bencher: Bencher<'_, '_>) {
    let (_folder, mut base) = base();
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        let text = format!("# Outage {number}\n\nThe feature {number} was stale on 2024-05-01.\n");
        let name = format!("{number}.md");
        let document = Document::read(&name, text.into(), &Limits::default()).expect("text");
        add(&mut base, vec![document]);
    });
}
