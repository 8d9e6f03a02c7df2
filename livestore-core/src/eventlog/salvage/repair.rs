//! A database's first page: what makes the others readable.
//!
//! It says how large a page is and where the tables begin. Logs are all made by the same steps, so a
//! lost first page is that of any other log with pages of that size.

use rusqlite::{Connection, MAIN_DB};

use super::format;

const MAGIC: &[u8] = b"SQLite format 3\0";
/// The header's fields, by their place in the first page.
const PAGE_SIZE: std::ops::Range<usize> = 16..18;
const VERSIONS: std::ops::Range<usize> = 18..20;
const PAGE_COUNT: std::ops::Range<usize> = 28..32;
const FREE_PAGES: std::ops::Range<usize> = 32..40;
/// Page sizes, the usual ones first.
const SIZES: [usize; 8] = [4_096, 8_192, 1_024, 2_048, 16_384, 32_768, 65_536, 512];

/// Returns images to read from, the most faithful one first.
pub(super) fn attempts(image: Vec<u8>) -> impl Iterator<Item = Vec<u8>> {
    let own = page_size(&image);
    let as_it_is = own.map(|size| fitted(image.clone(), size));
    let sizes = own.into_iter().chain(SIZES);
    let repaired = sizes.filter_map(move |size| with_new_first_page(&image, size));
    as_it_is.into_iter().chain(repaired)
}

/// Returns what the first page says of the size of pages, if it says it.
fn page_size(image: &[u8]) -> Option<usize> {
    if !image.starts_with(MAGIC) {
        return None;
    }
    let field = image.get(PAGE_SIZE)?;
    let size = match usize::from(u16::from_be_bytes(field.try_into().ok()?)) {
        1 => 65_536,
        size => size,
    };
    SIZES.contains(&size).then_some(size)
}

/// Makes the header say what is there: so many pages, and no journal of another kind.
fn fitted(mut image: Vec<u8>, size: usize) -> Vec<u8> {
    let pages = image.len().div_ceil(size);
    image.resize(pages * size, 0);
    let count = u32::try_from(pages).unwrap_or(u32::MAX);
    image[PAGE_COUNT].copy_from_slice(&count.to_be_bytes());
    image[VERSIONS].fill(1);
    image
}

fn with_new_first_page(image: &[u8], size: usize) -> Option<Vec<u8>> {
    let rest = image.get(size..).filter(|rest| !rest.is_empty())?;
    let mut repaired = first_page(size).ok()?;
    repaired[FREE_PAGES].fill(0);
    repaired.extend_from_slice(rest);
    Some(fitted(repaired, size))
}

/// Returns the first page of a new log.
fn first_page(size: usize) -> Result<Vec<u8>, super::EventlogError> {
    let mut connection = Connection::open_in_memory()?;
    connection.pragma_update(None, "page_size", size as i64)?;
    format::prepare(&mut connection)?;
    let mut page = connection.serialize(MAIN_DB)?.to_vec();
    page.truncate(size);
    Ok(page)
}
