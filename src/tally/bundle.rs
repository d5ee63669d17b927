//! Bundle: what is counted of many records, packed into bytes: a report of a large base reads a few of them and no record.
//!
//! First the texts, each once, then a row for each record: numbers of seven bits to a byte, a bit for each figure that is
//! there, and names as numbers of texts.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::civil::Date;

use crate::incident::Severity;
use crate::tally::entry::Clocks;
use crate::tally::figures::Figures;
use crate::tally::figures::Item;
use crate::tally::figures::Text;
use crate::tally::kept::Kept;
use crate::tally::kept::json;

mod bytes;

pub(super) use bytes::Reading;
use bytes::write_date;
use bytes::write_number;
use bytes::write_signed;
use bytes::write_text;

/// What is counted of one record, as it goes into a bundle and comes out of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// The revision of the record.
    pub rev: i64,
    /// Its id.
    pub id: Cow<'a, str>,
    labels: Cow<'a, str>,
    figures: Figures<Text<'a>>,
    has_secret: bool,
    content: [u8; 16],
}

impl<'a> Row<'a> {
    /// The row of what is kept of a record; `None` where it cannot be read.
    pub fn of(rev: i64, id: &str, kept: &Kept<'_>) -> Option<Row<'static>> {
        let figures: Figures<Text<'_>> = serde_json::from_str(&kept.figures).ok()?;
        Some(Row {
            rev,
            id: Cow::Owned(id.to_owned()),
            labels: Cow::Owned(kept.labels.clone().into_owned()),
            figures: figures.named(|text| Text(Cow::Owned(text.0.into_owned()))),
            has_secret: kept.has_secret,
            content: kept.content,
        })
    }

    /// The day that its record counts in.
    pub fn day(&self) -> Option<Date> {
        self.figures.day
    }

    /// What is kept of the record.
    pub fn kept(&self) -> Kept<'_> {
        let figures = json(&self.figures);
        Kept::new(&self.id, self.labels.as_ref(), figures, self.has_secret)
    }
}

/// Packs some rows, sorted by id.
pub fn pack(rows: &[Row<'_>]) -> Vec<u8> {
    let mut texts = Texts::default();
    let mut body = Vec::with_capacity(rows.len() * 128);
    for row in rows {
        write_row(&mut body, row, &mut texts);
    }
    let mut bytes = Vec::with_capacity(body.len() + 1024);
    write_number(&mut bytes, texts.order.len() as u64);
    for text in &texts.order {
        write_text(&mut bytes, text);
    }
    write_number(&mut bytes, rows.len() as u64);
    bytes.extend(body);
    bytes
}

/// The rows of a bundle; `None` where it cannot be read.
pub fn unpack(bytes: &[u8]) -> Option<Vec<Row<'_>>> {
    let mut reading = Reading::of(bytes);
    let texts = texts(&mut reading)?;
    let rows = reading.length()?;
    let mut unpacked = Vec::with_capacity(rows.min(bytes.len()));
    let mut name = |number: usize| texts.get(number).map(|text| Text(Cow::Borrowed(*text)));
    for _ in 0..rows {
        let head = Head::read(&mut reading)?;
        unpacked.push(Row {
            rev: head.rev,
            id: Cow::Borrowed(head.id),
            labels: Cow::Borrowed(*texts.get(head.labels)?),
            figures: head.figures(&mut reading, &mut name, None)?,
            has_secret: head.has(SECRET),
            content: head.content,
        });
    }
    Some(unpacked)
}

/// The texts at the head of a bundle.
pub(super) fn texts<'b>(reading: &mut Reading<'b>) -> Option<Vec<&'b str>> {
    let count = reading.length()?;
    let mut texts = Vec::with_capacity(count.min(reading.left()));
    for _ in 0..count {
        texts.push(reading.text()?);
    }
    Some(texts)
}

/// Texts with a number for each.
#[derive(Default)]
struct Texts<'t> {
    numbers: HashMap<&'t str, u64>,
    order: Vec<&'t str>,
}

impl<'t> Texts<'t> {
    fn number(&mut self, text: &'t str) -> u64 {
        let next = self.order.len() as u64;
        let number = *self.numbers.entry(text).or_insert(next);
        if number == next {
            self.order.push(text);
        }
        number
    }
}

// The bits of what a row has.
pub(super) const SECRET: u64 = 1;
const COUNTED: u64 = 1 << 1;
const DAY: u64 = 1 << 2;
const WRITTEN: u64 = 1 << 3;
const SEVERITY: u64 = 1 << 4;
const LISTS: [u64; 3] = [1 << 5, 1 << 6, 1 << 7];
const NAMES: [u64; 5] = [1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12];
const CLOCKS: [u64; 4] = [1 << 13, 1 << 14, 1 << 15, 1 << 16];
const HOURS: u64 = 1 << 17;
const OPEN: u64 = 1 << 18;

fn write_row<'t>(body: &mut Vec<u8>, row: &'t Row<'_>, texts: &mut Texts<'t>) {
    let figures = &row.figures;
    let lists = [&figures.services, &figures.models, &figures.assets];
    let (team, origin, trigger) = (&figures.team, &figures.origin, &figures.trigger);
    let names = [team, origin, trigger, &figures.money, &figures.users];
    let Clocks {
        detect,
        diagnose,
        mitigate,
        resolve,
    } = figures.clocks;
    let clocks = [detect, diagnose, mitigate, resolve];
    let single = [
        (SECRET, row.has_secret),
        (COUNTED, figures.counted),
        (DAY, figures.day.is_some()),
        (WRITTEN, figures.written.is_some()),
        (SEVERITY, figures.severity.is_some()),
        (HOURS, figures.hours.is_some()),
        (OPEN, !figures.open.is_empty()),
    ];
    let lists_there = LISTS.iter().zip(lists.map(|list| !list.is_empty()));
    let names_there = NAMES.iter().zip(names.map(|name| name.is_some()));
    let clocks_there = CLOCKS.iter().zip(clocks.map(|clock| clock.is_some()));
    let many = lists_there.chain(names_there).chain(clocks_there);
    let there = single
        .into_iter()
        .chain(many.map(|(bit, is_there)| (*bit, is_there)));
    let bits = there
        .filter(|(_, is_there)| *is_there)
        .fold(0, |bits, (bit, _)| bits | bit);
    write_signed(body, row.rev);
    write_text(body, &row.id);
    body.extend(row.content);
    write_number(body, texts.number(&row.labels));
    write_number(body, bits);
    for date in [figures.day, figures.written].into_iter().flatten() {
        write_date(body, date);
    }
    body.extend(figures.severity.map(Severity::rank));
    for list in lists.into_iter().filter(|list| !list.is_empty()) {
        write_number(body, list.len() as u64);
        list.iter()
            .for_each(|name| write_number(body, texts.number(&name.0)));
    }
    for name in names.into_iter().flatten() {
        write_number(body, texts.number(&name.0));
    }
    clocks
        .into_iter()
        .flatten()
        .for_each(|clock| write_signed(body, clock));
    if let Some(hours) = figures.hours {
        body.extend(hours.to_le_bytes());
    }
    write_open(body, &figures.open, texts);
}

fn write_open<'t>(body: &mut Vec<u8>, open: &'t [Item<Text<'_>>], texts: &mut Texts<'t>) {
    if open.is_empty() {
        return;
    }
    write_number(body, open.len() as u64);
    for Item(item, due, team) in open {
        let bits = u64::from(due.is_some()) | u64::from(team.is_some()) << 1;
        write_number(body, (*item as u64) << 2 | bits);
        due.iter().for_each(|due| write_date(body, *due));
        if let Some(team) = team {
            write_number(body, texts.number(&team.0));
        }
    }
}

/// The first and the last day of what is read in detail; all of it where there is none.
pub(super) type Window = Option<(Date, Date)>;

/// Whether what happened on a day is read in detail.
pub(super) fn is_in(window: Window, day: Option<Date>) -> bool {
    window.is_none_or(|(first, last)| day.is_some_and(|day| (first..=last).contains(&day)))
}

/// What stands at the beginning of a row.
pub(super) struct Head<'b> {
    pub(super) rev: i64,
    pub(super) id: &'b str,
    pub(super) content: [u8; 16],
    pub(super) labels: usize,
    bits: u64,
}

impl<'b> Head<'b> {
    pub(super) fn read(reading: &mut Reading<'b>) -> Option<Head<'b>> {
        Some(Head {
            rev: reading.signed()?,
            id: reading.text()?,
            content: reading.array()?,
            labels: reading.length()?,
            bits: reading.number()?,
        })
    }

    pub(super) fn has(&self, bit: u64) -> bool {
        self.bits & bit != 0
    }

    /// The figures that follow; of incidents outside a window without the names that a report tells only of its window.
    pub(super) fn figures<N>(
        &self,
        reading: &mut Reading<'b>,
        name: &mut impl FnMut(usize) -> Option<N>,
        window: Window,
    ) -> Option<Figures<N>> {
        // In the order in which they are written.
        let day = self.optional(DAY, || reading.date())?;
        let details = is_in(window, day);
        let written = self.optional(WRITTEN, || reading.date())?;
        let severity = self.optional(SEVERITY, || Severity::of_rank(reading.byte()?))?;
        let [services, models, assets] = LISTS.map(|bit| match details || bit != LISTS[2] {
            true => self.list(bit, reading, name),
            false => self
                .list(bit, reading, &mut |_| Some(()))
                .map(|_| Vec::new()),
        });
        let [team, origin, trigger, money, users] =
            NAMES.map(|bit| match self.optional(bit, || reading.length())? {
                Some(number) if details || bit == NAMES[0] => name(number).map(Some),
                _ => Some(None),
            });
        let clocks = self.clocks(reading)?;
        Some(Figures {
            day,
            written,
            counted: self.has(COUNTED),
            severity,
            services: services?,
            models: models?,
            assets: assets?,
            team: team?,
            origin: origin?,
            trigger: trigger?,
            clocks,
            hours: self.optional(HOURS, || Some(f64::from_le_bytes(reading.array()?)))?,
            money: money?,
            users: users?,
            open: self.open(reading, name)?,
        })
    }

    fn clocks(&self, reading: &mut Reading<'_>) -> Option<Clocks> {
        let [detect, diagnose, mitigate, resolve] =
            CLOCKS.map(|bit| self.optional(bit, || reading.signed()));
        Some(Clocks {
            detect: detect?,
            diagnose: diagnose?,
            mitigate: mitigate?,
            resolve: resolve?,
        })
    }

    /// What is written only where its bit is set; `None` where it should be there and is not.
    fn optional<T>(&self, bit: u64, read: impl FnOnce() -> Option<T>) -> Option<Option<T>> {
        match self.has(bit) {
            true => read().map(Some),
            false => Some(None),
        }
    }

    fn list<N>(
        &self,
        bit: u64,
        reading: &mut Reading<'_>,
        name: &mut impl FnMut(usize) -> Option<N>,
    ) -> Option<Vec<N>> {
        let count = if self.has(bit) { reading.length()? } else { 0 };
        (0..count).map(|_| name(reading.length()?)).collect()
    }

    fn open<N>(
        &self,
        reading: &mut Reading<'_>,
        name: &mut impl FnMut(usize) -> Option<N>,
    ) -> Option<Vec<Item<N>>> {
        let count = if self.has(OPEN) { reading.length()? } else { 0 };
        let mut open = Vec::with_capacity(count.min(reading.left()));
        for _ in 0..count {
            let place = reading.length()?;
            let due = if place & 1 == 1 {
                Some(reading.date()?)
            } else {
                None
            };
            let team = if place & 2 == 2 {
                Some(name(reading.length()?)?)
            } else {
                None
            };
            open.push(Item(place >> 2, due, team));
        }
        Some(open)
    }
}
