//! The fields of the index, and the document that a record becomes.

use std::sync::LazyLock;

use jiff::civil::Date;
use tantivy::TantivyDocument;
use tantivy::schema::FAST;
use tantivy::schema::Field as TantivyField;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::STORED;
use tantivy::schema::STRING;
use tantivy::schema::Schema;
use tantivy::schema::TextFieldIndexing;
use tantivy::schema::TextOptions;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::tokenizer::TokenizerManager;

use crate::index::analyzer;
use crate::index::shape;
use crate::index::tokenizer;
use crate::postmortem::BlockKind;
use crate::postmortem::Postmortem;
use crate::postmortem::SectionKind;
use crate::query::Field;
use crate::record::Record;

/// Raised with every change in how text becomes words; an index of another version is made anew.
pub(super) const ANALYZER_VERSION: u32 = 1;

/// How many bytes of its first paragraphs stand in for the summary of a document that has none.
const LEAD: usize = 300;

/// The text of a document, parted by how much a word there says about the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Zone {
    /// The title.
    Title,
    /// The summary, or what stands in its place.
    Lead,
    /// Why it happened.
    Cause,
    /// Everything else.
    Body,
}

impl Zone {
    pub(super) const ALL: [Zone; 4] = [Zone::Title, Zone::Lead, Zone::Cause, Zone::Body];

    /// The zones whose fields hold the sections of a kind: its own, and the lead for what may stand in for a summary.
    pub(super) fn holding(kind: SectionKind) -> Vec<Zone> {
        match Zone::of(kind) {
            Zone::Body => vec![Zone::Body, Zone::Lead],
            own => vec![own],
        }
    }

    pub(super) fn of(kind: SectionKind) -> Zone {
        match kind {
            SectionKind::Title => Zone::Title,
            SectionKind::Summary => Zone::Lead,
            SectionKind::RootCause | SectionKind::Trigger | SectionKind::Contributing => {
                Zone::Cause
            }
            _ => Zone::Body,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Zone::Title => "title",
            Zone::Lead => "lead",
            Zone::Cause => "cause",
            Zone::Body => "body",
        }
    }
}

/// The fields as tantivy knows them.
#[derive(Debug)]
pub(super) struct Fields {
    schema: Schema,
    pub(super) id: TantivyField,
    rev: TantivyField,
    zones: [TantivyField; 4],
    pub(super) filter: TantivyField,
    day: TantivyField,
    severity: TantivyField,
    pub(super) shape: TantivyField,
}

impl Fields {
    pub(super) fn zone(&self, zone: Zone) -> TantivyField {
        self.zones[zone as usize]
    }
}

static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
    let mut builder = Schema::builder();
    let words = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(tokenizer::NAME)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    );
    let exact = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false),
    );
    let id = builder.add_text_field("id", STRING | FAST);
    let rev = builder.add_i64_field("rev", FAST);
    builder.add_u64_field("hash", FAST);
    let zones = Zone::ALL.map(|zone| builder.add_text_field(zone.name(), words.clone()));
    let filter = builder.add_text_field("filter", exact);
    let day = builder.add_i64_field(DAY, FAST);
    let severity = builder.add_u64_field(SEVERITY, FAST);
    let shape = builder.add_bytes_field("shape", STORED);
    Fields {
        schema: builder.build(),
        id,
        rev,
        zones,
        filter,
        day,
        severity,
        shape,
    }
});

/// The fast field with the day of the incident, see [`day_number`]; absent where it is undated.
pub(super) const DAY: &str = "day";
/// The fast field with the rank of the severity; absent where none is stated.
pub(super) const SEVERITY: &str = "severity";

/// The fields. `id`, `rev` and `hash` are what the writer relies on.
pub(super) fn schema() -> Schema {
    FIELDS.schema.clone()
}

pub(super) fn fields() -> &'static Fields {
    &FIELDS
}

/// A digest of the fields and their options.
pub(super) fn digest() -> String {
    let text = serde_json::to_string(&schema()).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// Makes the analyzers known to an index that is made or was just opened.
pub(super) fn register(tokenizers: &TokenizerManager) {
    let words = TextAnalyzer::builder(tokenizer::Words::default()).build();
    tokenizers.register(tokenizer::NAME, words);
}

/// A day as a number that grows with it: 20260703.
pub(super) fn day_number(day: Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

/// The day of a number made by [`day_number`].
pub(super) fn day_of(number: i64) -> Option<Date> {
    let year = i16::try_from(number / 10_000).ok()?;
    let month = i8::try_from(number / 100 % 100).ok()?;
    let day = i8::try_from(number % 100).ok()?;
    Date::new(year, month, day).ok()
}

/// The term of a value of a field. Keys of front matter are kept apart from the fields that are known.
pub(super) fn filter_term(field: &Field, value: &str) -> String {
    match field {
        Field::Key(key) => format!("key:{key}={value}"),
        known => format!("{}={value}", known.name()),
    }
}

/// The document that is indexed for a record; `text` is what the post-mortem was parsed from.
pub fn document(record: &Record, text: &str, postmortem: &Postmortem, rev: i64) -> TantivyDocument {
    let fields = fields();
    let mut document = TantivyDocument::new();
    document.add_text(fields.id, record.id.as_str());
    document.add_i64(fields.rev, rev);
    for (zone, text) in Zone::ALL.into_iter().zip(texts(record, postmortem)) {
        document.add_text(fields.zone(zone), text);
    }
    for field in Field::of_record(record) {
        for value in field.values(record) {
            document.add_text(fields.filter, filter_term(&field, &value));
        }
    }
    document.add_bytes(fields.shape, &shape::write(text, postmortem));
    if let Some(day) = record.facts.day() {
        document.add_i64(fields.day, day_number(day));
    }
    if let Some(severity) = &record.facts.severity {
        document.add_u64(fields.severity, u64::from(severity.value.rank()));
    }
    document
}

/// The text of every zone, with the marks of sections and blocks.
fn texts(record: &Record, postmortem: &Postmortem) -> [String; 4] {
    let has = |kind| {
        postmortem
            .blocks
            .iter()
            .any(|block| postmortem.section_kind(block) == kind)
    };
    let mut texts: [String; 4] = Default::default();
    let mut begun = [None; 4];
    let mut put = |zone: Zone, kind: SectionKind, text: &str| {
        let target = &mut texts[zone as usize];
        if begun[zone as usize] == Some(kind) {
            target.push(analyzer::BLOCK_END);
        } else {
            target.push_str(&analyzer::section_mark(kind.id()));
            begun[zone as usize] = Some(kind);
        }
        target.push_str(&analyzer::without_marks(text));
    };
    if !has(SectionKind::Title) {
        put(Zone::Title, SectionKind::Title, &record.title);
    }
    let mut lead = if has(SectionKind::Summary) { 0 } else { LEAD };
    for block in &postmortem.blocks {
        let kind = postmortem.section_kind(block);
        let mut zone = Zone::of(kind);
        if zone == Zone::Body && lead > 0 && block.kind == BlockKind::Paragraph {
            zone = Zone::Lead;
            lead = lead.saturating_sub(block.text.len());
        }
        put(zone, kind, &block.text);
    }
    put(Zone::Body, SectionKind::Metadata, record.id.as_str());
    for value in record.metadata.values() {
        put(Zone::Body, SectionKind::Metadata, value);
    }
    texts
}
