//! Segment: one part of an index, looked up word by word: which documents have a slot, and how much of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::LazyLock;

use tantivy::DocId;
use tantivy::DocSet;
use tantivy::InvertedIndexReader;
use tantivy::SegmentReader;
use tantivy::TERMINATED;
use tantivy::columnar::StrColumn;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;

use crate::index::analyzer;
use crate::index::schema;
use crate::index::schema::Zone;
use crate::index::search::cursor::Cursor;
use crate::index::search::cursor::keep_inside;
use crate::index::search::cursor::phrases;
use crate::index::search::slot::Slot;
use crate::index::search::slot::Way;
use crate::query;

/// What a word counts in each zone, how much the zone's length tempers it (the `b` of BM25F), and the usual length in
/// words. Chosen on `benches/known-items`; the figures are in its README. The usual length is not taken from the index:
/// what was deleted from that, and how it came to be, must not move a score.
const WEIGHTS: [(f32, f32, f32); 4] = [
    (6.0, 0.3, 8.0),
    (3.5, 0.3, 60.0),
    (2.5, 0.4, 50.0),
    (1.0, 0.6, 500.0),
];

/// What one occurrence of a word counts, by zone and the code of the zone's length.
static WORTH: LazyLock<[Vec<f32>; 4]> = LazyLock::new(|| {
    WEIGHTS.map(|(weight, b, usual)| {
        let lengths = (0..=u8::MAX).map(|code| FieldNormReader::id_to_fieldnorm(code) as f32);
        lengths
            .map(|length| weight / (1.0 - b + b * length / usual))
            .collect()
    })
});

/// From one document in so many on, those that have a slot are many.
const MANY: usize = 32;

/// How often a document has a slot, weighted by zone and form, tempered by length.
pub(in crate::index) type Frequencies = Vec<(DocId, f32)>;

/// One part of an index.
pub(in crate::index) struct Segment<'a> {
    pub(in crate::index) reader: &'a SegmentReader,
    zones: Vec<ZoneReader>,
    ids: Option<StrColumn>,
}

struct ZoneReader {
    zone: Zone,
    words: Arc<InvertedIndexReader>,
    norms: FieldNormReader,
}

impl<'a> Segment<'a> {
    /// Every segment of an index.
    pub(in crate::index) fn all(readers: &'a [SegmentReader]) -> tantivy::Result<Vec<Segment<'a>>> {
        let mut segments = Vec::new();
        for reader in readers {
            let mut zones = Vec::new();
            for zone in Zone::ALL {
                let field = schema::fields().zone(zone);
                zones.push(ZoneReader {
                    zone,
                    words: reader.inverted_index(field)?,
                    norms: reader.get_fieldnorms_reader(field)?,
                });
            }
            segments.push(Segment {
                reader,
                zones,
                ids: reader.fast_fields().str("id")?,
            });
        }
        Ok(segments)
    }

    pub(in crate::index) fn is_alive(&self, doc: DocId) -> bool {
        self.reader
            .alive_bitset()
            .is_none_or(|alive| alive.is_alive(doc))
    }

    /// The id of a document.
    pub(in crate::index) fn id(&self, doc: DocId) -> tantivy::Result<String> {
        let mut id = String::new();
        if let Some(ids) = &self.ids
            && let Some(ordinal) = ids.term_ords(doc).next()
        {
            ids.ord_to_str(ordinal, &mut id)?;
        }
        Ok(id)
    }

    /// A number of a document's id that grows with it: the order of ids within this segment.
    pub(in crate::index) fn id_number(&self, doc: DocId) -> Option<u64> {
        self.ids.as_ref()?.term_ords(doc).next()
    }

    /// Whether a document has a way.
    pub(in crate::index) fn has(&self, way: &Way) -> tantivy::Result<bool> {
        for zone in &self.zones {
            let mut found = false;
            zone.visit(way, None, &mut |doc, _| found |= self.is_alive(doc))?;
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The documents that have a slot, ascending.
    pub(in crate::index) fn frequencies(&self, slot: &Slot) -> tantivy::Result<Frequencies> {
        let mut counts = vec![0f32; self.reader.max_doc() as usize];
        let mut found = Vec::new();
        let (only, section) = match slot.zone {
            query::Zone::Anywhere => (Zone::ALL.to_vec(), None),
            query::Zone::Section(kind) => {
                (Zone::holding(kind), Some(analyzer::section_word(kind.id())))
            }
        };
        for zone in self.zones.iter().filter(|zone| only.contains(&zone.zone)) {
            for way in &slot.ways {
                zone.visit(way, section.as_deref(), &mut |doc, count| {
                    let sum = &mut counts[doc as usize];
                    if *sum == 0.0 {
                        found.push(doc);
                    }
                    *sum += count as f32 * way.weight * zone.worth(doc);
                })?;
            }
        }
        if found.len() * MANY > counts.len() {
            // To look at every document costs less than to put so many in order.
            let counted = (0..).zip(&counts);
            found = counted
                .filter_map(|(doc, sum)| (*sum != 0.0).then_some(doc))
                .collect();
        } else {
            found.sort_unstable();
        }
        if let Some(alive) = self.reader.alive_bitset() {
            found.retain(|doc| alive.is_alive(*doc));
        }
        let counted = |doc: DocId| (doc, counts[doc as usize]);
        Ok(found.into_iter().map(counted).collect())
    }

    /// Where some documents, ascending, have the words of a slot: for each zone, the positions in each document.
    pub(in crate::index) fn positions(
        &self,
        slot: &Slot,
        docs: &[DocId],
    ) -> tantivy::Result<Vec<Vec<Vec<u32>>>> {
        let mut all = Vec::new();
        for zone in &self.zones {
            let mut positions = vec![Vec::new(); docs.len()];
            for way in &slot.ways {
                let Some(first) = way.places.first() else {
                    continue;
                };
                let mut cursor = zone.cursor(first, IndexRecordOption::WithFreqsAndPositions)?;
                for (at, doc) in docs.iter().enumerate() {
                    if cursor.seek(*doc) {
                        positions[at].extend(cursor.positions(*doc));
                    }
                }
            }
            for list in &mut positions {
                list.sort_unstable();
                list.dedup();
            }
            all.push(positions);
        }
        Ok(all)
    }

    /// The documents that have one of the values of the filter field.
    pub(in crate::index) fn with_terms(
        &self,
        terms: &BTreeSet<String>,
        found: &mut dyn FnMut(DocId),
    ) -> tantivy::Result<()> {
        let values = self.reader.inverted_index(schema::fields().filter)?;
        for term in terms {
            if let Some(info) = values.terms().get(term)? {
                let mut postings =
                    values.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
                while postings.doc() != TERMINATED {
                    found(postings.doc());
                    postings.advance();
                }
            }
        }
        Ok(())
    }

    /// Counts the documents of a set that have each value of the filter field that begins so; the values without their
    /// beginning, those that no document of the set has left out.
    pub(in crate::index) fn count_terms_from(
        &self,
        start: &str,
        is_counted: impl Fn(DocId) -> bool,
        count: &mut dyn FnMut(&str, usize),
    ) -> tantivy::Result<()> {
        let values = self.reader.inverted_index(schema::fields().filter)?;
        let mut stream = values.terms().range().ge(start).into_stream()?;
        while stream.advance() {
            let Some(value) = stream.key().strip_prefix(start.as_bytes()) else {
                break;
            };
            let (value, option) = (String::from_utf8_lossy(value), IndexRecordOption::Basic);
            let mut list = values.read_postings_from_terminfo(stream.value(), option)?;
            let mut sum = 0;
            while list.doc() != TERMINATED {
                sum += usize::from(is_counted(list.doc()));
                list.advance();
            }
            if sum > 0 {
                count(&value, sum);
            }
        }
        Ok(())
    }

    /// The terms of the filter field that begin so.
    pub(in crate::index) fn terms_from(&self, start: &str) -> tantivy::Result<BTreeSet<String>> {
        let values = self.reader.inverted_index(schema::fields().filter)?;
        let mut stream = values.terms().range().ge(start).into_stream()?;
        let mut terms = BTreeSet::new();
        while stream.advance() && stream.key().starts_with(start.as_bytes()) {
            terms.extend(std::str::from_utf8(stream.key()).map(str::to_owned));
        }
        Ok(terms)
    }
}

impl ZoneReader {
    fn worth(&self, doc: DocId) -> f32 {
        WORTH[self.zone as usize][usize::from(self.norms.fieldnorm_id(doc))]
    }

    fn cursor(&self, words: &[String], option: IndexRecordOption) -> tantivy::Result<Cursor> {
        let mut lists = Vec::new();
        for word in words {
            if let Some(info) = self.words.terms().get(word)? {
                lists.push(self.words.read_postings_from_terminfo(&info, option)?);
            }
        }
        Ok(Cursor { lists })
    }

    /// Calls `found` for every document that has a way, with how often; inside sections of a kind, if one is given.
    fn visit(
        &self,
        way: &Way,
        section: Option<&str>,
        found: &mut dyn FnMut(DocId, u32),
    ) -> tantivy::Result<()> {
        match (way.places.as_slice(), section) {
            ([words], None) => self.visit_words(words, found),
            (places, section) => self.visit_places(places, section, found),
        }
    }

    fn visit_words(
        &self,
        words: &[String],
        found: &mut dyn FnMut(DocId, u32),
    ) -> tantivy::Result<()> {
        for list in &mut self.cursor(words, IndexRecordOption::WithFreqs)?.lists {
            while list.doc() != TERMINATED {
                found(list.doc(), list.term_freq());
                list.advance();
            }
        }
        Ok(())
    }

    fn visit_places(
        &self,
        places: &[Vec<String>],
        section: Option<&str>,
        found: &mut dyn FnMut(DocId, u32),
    ) -> tantivy::Result<()> {
        let cursor =
            |words: &[String]| self.cursor(words, IndexRecordOption::WithFreqsAndPositions);
        let mut cursors = Vec::new();
        for words in places {
            cursors.push(cursor(words)?);
        }
        let mut starts = match section {
            None => None,
            Some(kind) => Some((
                cursor(&[kind.to_owned()])?,
                cursor(&[analyzer::ANY_SECTION.to_owned()])?,
            )),
        };
        let rarest = cursors.iter().min_by_key(|cursor| cursor.cost());
        for doc in rarest.map(Cursor::docs).unwrap_or_default() {
            if !cursors.iter_mut().all(|cursor| cursor.seek(doc)) {
                continue;
            }
            let mut places = phrases(&mut cursors, doc);
            if let Some((kind, any)) = &mut starts {
                if kind.seek(doc) && any.seek(doc) {
                    keep_inside(&mut places, &kind.positions(doc), &any.positions(doc));
                } else {
                    places.clear();
                }
            }
            if !places.is_empty() {
                found(doc, u32::try_from(places.len()).unwrap_or(u32::MAX));
            }
        }
        Ok(())
    }
}
