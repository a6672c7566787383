//! What stands in a page of a table: rows, as SQLite writes them. Every number in it may be wrong.

use super::pages::USABLE;

/// A longer row is none of ours.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// The first page begins with the head of the file.
const FILE_HEAD: usize = 100;

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A row, or its beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its number, in tables that number their rows.
    pub rowid: Option<i64>,
    /// The columns that can be read, from the first on.
    pub columns: Vec<Value>,
    /// How many columns it had.
    pub had: usize,
}

/// The rows in a page; none where it is no page of a table. `overflow` gives a page by its number.
pub fn records(number: u32, page: &[u8], overflow: &mut dyn FnMut(u32) -> Option<Vec<u8>>) -> Vec<Record> {
    read_page(number, page, overflow).unwrap_or_default()
}

fn read_page(number: u32, page: &[u8], overflow: &mut dyn FnMut(u32) -> Option<Vec<u8>>) -> Option<Vec<Record>> {
    let head = if number == 1 { FILE_HEAD } else { 0 };
    let (is_table, cells_at, skip) = match *page.get(head)? {
        13 => (true, head + 8, 0),
        10 => (false, head + 8, 0),
        // Rows of a table without row numbers stand in its branches too.
        2 => (false, head + 12, 4),
        _ => return None,
    };
    let count = usize::from(u16_at(page, head + 3)?);
    let mut records = Vec::new();
    for cell in 0..count {
        let Some(at) = u16_at(page, cells_at + 2 * cell) else { break };
        records.extend(read_cell(page, usize::from(at) + skip, is_table, overflow));
    }
    Some(records)
}

fn read_cell(
    page: &[u8],
    at: usize,
    is_table: bool,
    overflow: &mut dyn FnMut(u32) -> Option<Vec<u8>>,
) -> Option<Record> {
    let (length, mut at) = varint(page, at)?;
    if length == 0 || length > MOST_BYTES {
        return None;
    }
    let length = usize::try_from(length).ok()?;
    let mut rowid = None;
    if is_table {
        let (number, behind) = varint(page, at)?;
        (rowid, at) = (Some(number.cast_signed()), behind);
    }
    let here = local(length, is_table);
    let mut payload = page.get(at..at + here)?.to_vec();
    if here < length {
        let mut next = u32_at(page, at + here)?;
        while payload.len() < length && next != 0 {
            let Some(page) = overflow(next) else { break };
            let part = (length - payload.len()).min(USABLE - 4);
            payload.extend_from_slice(page.get(4..4 + part)?);
            next = u32_at(&page, 0)?;
        }
    }
    let (columns, had) = read_columns(&payload)?;
    Some(Record { rowid, columns, had })
}

/// How many bytes of a row stand in its page; the others stand in pages of their own.
fn local(length: usize, is_table: bool) -> usize {
    let most = if is_table { USABLE - 35 } else { (USABLE - 12) * 64 / 255 - 23 };
    if length <= most {
        return length;
    }
    let least = (USABLE - 12) * 32 / 255 - 23;
    let fits = least + (length - least) % (USABLE - 4);
    if fits <= most { fits } else { least }
}

/// The columns, as far as the bytes go.
fn read_columns(payload: &[u8]) -> Option<(Vec<Value>, usize)> {
    let (head, mut at) = varint(payload, 0)?;
    let head = usize::try_from(head).ok()?;
    let mut kinds = Vec::new();
    while at < head {
        let (kind, behind) = varint(payload, at)?;
        kinds.push(kind);
        at = behind;
    }
    if at != head {
        return None;
    }
    let mut columns = Vec::new();
    for kind in &kinds {
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => *kind as usize,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            longer => usize::try_from((longer - 12) / 2).ok()?,
        };
        let Some(bytes) = at.checked_add(size).and_then(|end| payload.get(at..end)) else { break };
        at += size;
        columns.push(match kind {
            0 => Value::Null,
            8 => Value::Int(0),
            9 => Value::Int(1),
            // None of ours has such a number.
            7 => return None,
            1..=6 => Value::Int(int(bytes)),
            text if text % 2 == 1 => Value::Text(String::from_utf8(bytes.to_vec()).ok()?),
            _ => Value::Blob(bytes.to_vec()),
        });
    }
    Some((columns, kinds.len()))
}

fn int(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|first| *first >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(sign, |number, byte| (number << 8) | i64::from(*byte))
}

/// A number of one to nine bytes, and where it ends.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0u64;
    for place in 0..8 {
        let byte = *bytes.get(at + place)?;
        number = (number << 7) | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((number, at + place + 1));
        }
    }
    Some(((number << 8) | u64::from(*bytes.get(at + 8)?), at + 9))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
