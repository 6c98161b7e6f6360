//! The guides of a generation on disk, looked up by item and place or by code.
//!
//! `guides.lz4` the guides · `guides.bin` fixed-size entries, sorted by item and region · `codes.txt` sorted
//! `CODE<TAB>entry` lines. Only the entries are held in memory (24 bytes a guide).
//!
//! Guides of one item are nearly the same everywhere: each is packed (LZ4) with the first one of its item as dictionary,
//! which takes a tenth of the room. A record is the length of its JSON, where that first record stands and how long it
//! is (0 for a first one), then the packed JSON.

use super::SearchError;
use crate::guide::{Guide, RegionCode};
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The guides.
const GUIDES: &str = "guides.lz4";

/// Bytes before the packed JSON: its length, place and length of the first record of its item.
const HEAD: usize = 4 + 8 + 4;

/// A guide's JSON at most: what claims more was not written by us.
const LONGEST: usize = 64 << 20;

/// One guide's entry: which item it implements, where, and where its text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Ordinal of the catalog item.
    pub item: u32,
    /// Length of the guide's record in bytes.
    pub length: u32,
    /// The division's digits as a number, padded to 12; 0 where the guide names none.
    pub region: u64,
    /// First byte of the guide's record.
    pub offset: u64,
}

const ENTRY_BYTES: usize = 24;

/// A division as it is compared in entries: 12 digits, so that a place and its ancestors differ.
pub fn region_number(code: Option<&RegionCode>) -> u64 {
    code.map_or(0, |code| format!("{:0<12}", code.as_str()).parse().unwrap_or(0))
}

/// The division code behind a region number.
pub fn region_code(number: u64) -> Option<RegionCode> {
    RegionCode::try_from(format!("{number:012}")).ok().filter(|_| number > 0)
}

/// 行政层级 of a region number, as [`RegionCode::level`] counts it; 0 for no place.
pub fn level(number: u64) -> u8 {
    match number {
        0 => 0,
        n if n % 1_000 != 0 => 6,
        n if n % 1_000_000 != 0 => 5,
        n if n % 10_000_000_000 == 0 => 2,
        n if n % 100_000_000 == 0 => 3,
        _ => 4,
    }
}

/// A number as it stands in the files, its lowest byte first.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |n, &byte| (n << 8) | u64::from(byte))
}

/// The open files of a generation's guides.
pub struct Records {
    entries: Vec<Entry>,
    guides: File,
    codes: File,
    codes_len: u64,
    path: PathBuf,
}

impl Records {
    /// Opens the three files in a generation's folder.
    pub fn open(dir: &Path) -> Result<Records, SearchError> {
        let open = |name: &str| {
            let path = dir.join(name);
            File::open(&path).map_err(|e| SearchError::io(&path, e))
        };
        let mut bytes = Vec::new();
        open("guides.bin")?.read_to_end(&mut bytes).map_err(|e| SearchError::io(dir, e))?;
        if bytes.len() % ENTRY_BYTES != 0 {
            return Err(SearchError::Broken(
                dir.join("guides.bin"),
                "its length is not a whole number of entries".into(),
            ));
        }
        let entries = bytes
            .chunks_exact(ENTRY_BYTES)
            .map(|b| Entry {
                item: number(&b[0..4]) as u32,
                length: number(&b[4..8]) as u32,
                region: number(&b[8..16]),
                offset: number(&b[16..24]),
            })
            .collect();
        let codes = open("codes.txt")?;
        let codes_len = codes.metadata().map_err(|e| SearchError::io(dir, e))?.len();
        Ok(Records { entries, guides: open(GUIDES)?, codes, codes_len, path: dir.to_owned() })
    }

    /// All entries of one item, by region.
    pub fn of_item(&self, item: u32) -> &[Entry] {
        let from = self.entries.partition_point(|e| e.item < item);
        let to = self.entries.partition_point(|e| e.item <= item);
        &self.entries[from..to]
    }

    /// One entry by its number.
    pub fn entry(&self, at: usize) -> Option<Entry> {
        self.entries.get(at).copied()
    }

    /// How many guides there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Reads a guide.
    pub fn guide(&self, entry: Entry) -> Result<Guide, SearchError> {
        self.guide_beside(entry, &mut First::default())
    }

    /// The same, where guides of one item are read one after the other: `first` remembers the first one of the item.
    pub fn guide_beside(&self, entry: Entry, first: &mut First) -> Result<Guide, SearchError> {
        let broken = |what: String| SearchError::Broken(self.path.join(GUIDES), what);
        let (record, base) = self.record(entry.offset, entry.length)?;
        let json = match base {
            None => record.unpacked(&[]),
            Some((offset, length)) => {
                if first.offset != Some(offset) {
                    let (own, none) = self.record(offset, length)?;
                    if none.is_some() {
                        return Err(broken(format!("the record at {offset} is no first one")));
                    }
                    first.json = own.unpacked(&[]).map_err(broken)?;
                    first.offset = Some(offset);
                }
                record.unpacked(&first.json)
            }
        };
        serde_json::from_slice(&json.map_err(broken)?).map_err(|e| broken(e.to_string()))
    }

    fn record(&self, offset: u64, length: u32) -> Result<(Record, Option<(u64, u32)>), SearchError> {
        let mut bytes = vec![0; length as usize];
        self.guides
            .read_exact_at(&mut bytes, offset)
            .map_err(|e| SearchError::io(&self.path.join(GUIDES), e))?;
        let Some(([l, o, n], _)) = head(&bytes) else {
            let what = format!("the record at {offset} has {length} bytes");
            return Err(SearchError::Broken(self.path.join(GUIDES), what));
        };
        Ok((Record { bytes, length: l as usize }, (n > 0).then_some((o, n as u32))))
    }

    /// Entry numbers of the guides whose code starts with `prefix` (upper case), sorted by code, at most `limit`.
    pub fn by_code(&self, prefix: &str, exact: bool, limit: usize) -> Result<Vec<usize>, SearchError> {
        let fail = |e| SearchError::io(&self.path.join("codes.txt"), e);
        let (mut low, mut high) = (0, self.codes_len);
        // Find the first line that is not below the prefix; positions are always line starts.
        while low < high {
            let middle = self.line_start((low + high) / 2, low).map_err(fail)?;
            let line = self.line(middle).map_err(fail)?;
            if line.as_str() < prefix {
                low = middle + line.len() as u64 + 1;
            } else {
                high = middle;
            }
        }
        let mut found = Vec::new();
        while found.len() < limit && low < self.codes_len {
            let line = self.line(low).map_err(fail)?;
            low += line.len() as u64 + 1;
            let Some((code, at)) = line.split_once('\t') else {
                break;
            };
            if !code.starts_with(prefix) || (exact && code != prefix) {
                break;
            }
            found.extend(at.parse::<usize>().ok());
        }
        Ok(found)
    }

    /// The start of the line that byte `at` lies in, not before `floor` (itself a line start).
    fn line_start(&self, at: u64, floor: u64) -> std::io::Result<u64> {
        let mut end = at;
        let mut buffer = [0; 64];
        loop {
            let from = end.saturating_sub(buffer.len() as u64).max(floor);
            let piece = &mut buffer[..(end - from) as usize];
            self.codes.read_exact_at(piece, from)?;
            if let Some(newline) = piece.iter().rposition(|&b| b == b'\n') {
                return Ok(from + newline as u64 + 1);
            }
            if from == floor {
                return Ok(floor);
            }
            end = from;
        }
    }

    fn line(&self, start: u64) -> std::io::Result<String> {
        let mut line = Vec::new();
        let mut buffer = [0; 64];
        let mut at = start;
        while at < self.codes_len {
            let take = (self.codes_len - at).min(buffer.len() as u64) as usize;
            let piece = &mut buffer[..take];
            self.codes.read_exact_at(piece, at)?;
            match piece.iter().position(|&b| b == b'\n') {
                Some(newline) => {
                    line.extend_from_slice(&piece[..newline]);
                    break;
                }
                None => line.extend_from_slice(piece),
            }
            at += take as u64;
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }
}

/// The first guide of an item, as it was read last.
#[derive(Debug, Default)]
pub struct First {
    offset: Option<u64>,
    json: Vec<u8>,
}

/// A record as it stands in the file.
struct Record {
    bytes: Vec<u8>,
    /// Bytes of its JSON.
    length: usize,
}

impl Record {
    fn unpacked(&self, dictionary: &[u8]) -> Result<Vec<u8>, String> {
        if self.length > LONGEST {
            return Err(format!("a guide of {} bytes", self.length));
        }
        let packed = &self.bytes[HEAD..];
        lz4_flex::block::decompress_with_dict(packed, self.length, dictionary).map_err(|e| e.to_string())
    }
}

/// Length of the JSON, place and length of the item's first record; then the packed JSON.
fn head(bytes: &[u8]) -> Option<([u64; 3], &[u8])> {
    let (head, packed) = bytes.split_at_checked(HEAD)?;
    Some(([number(&head[..4]), number(&head[4..12]), number(&head[12..])], packed))
}

/// Writes `guides.lz4` as guides come, and the two look-up files at the end.
pub struct RecordsWriter {
    dir: PathBuf,
    guides: BufWriter<File>,
    offset: u64,
}

/// Where a record was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its first byte.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u32,
}

impl RecordsWriter {
    /// Starts the file in a folder.
    pub fn create(dir: &Path) -> Result<RecordsWriter, SearchError> {
        let path = dir.join(GUIDES);
        let file = File::create(&path).map_err(|e| SearchError::io(&path, e))?;
        Ok(RecordsWriter { dir: dir.to_owned(), guides: BufWriter::new(file), offset: 0 })
    }

    /// Appends one guide's JSON; `first` is the first guide of its item, where this is another one.
    pub fn append(&mut self, json: &[u8], first: Option<(Spot, &[u8])>) -> Result<Spot, SearchError> {
        let packed = match first {
            None => lz4_flex::block::compress(json),
            Some((_, dictionary)) => lz4_flex::block::compress_with_dict(json, dictionary),
        };
        let base = first.map_or(Spot { offset: 0, length: 0 }, |(placed, _)| placed);
        let too_long =
            || SearchError::Broken(self.dir.join(GUIDES), format!("a guide of {} bytes", json.len()));
        let length = u32::try_from(json.len()).ok().filter(|_| json.len() <= LONGEST).ok_or_else(too_long)?;
        let placed = Spot { offset: self.offset, length: (HEAD + packed.len()) as u32 };
        let file = &mut self.guides;
        file.write_all(&length.to_le_bytes())
            .and_then(|()| file.write_all(&base.offset.to_le_bytes()))
            .and_then(|()| file.write_all(&base.length.to_le_bytes()))
            .and_then(|()| file.write_all(&packed))
            .map_err(|e| SearchError::io(&self.dir.join(GUIDES), e))?;
        self.offset += u64::from(placed.length);
        Ok(placed)
    }

    /// Writes entries (sorted) and codes (code, entry number); returns nothing more to do.
    pub fn finish(mut self, entries: &[Entry], mut codes: Vec<(String, usize)>) -> Result<(), SearchError> {
        let write = |name: &str, fill: &dyn Fn(&mut BufWriter<File>) -> std::io::Result<()>| {
            let path = self.dir.join(name);
            File::create(&path)
                .and_then(|file| {
                    let mut file = BufWriter::new(file);
                    fill(&mut file)?;
                    file.flush()
                })
                .map_err(|e| SearchError::io(&path, e))
        };
        write("guides.bin", &|file| {
            entries.iter().try_for_each(|e| {
                file.write_all(&e.item.to_le_bytes())?;
                file.write_all(&e.length.to_le_bytes())?;
                file.write_all(&e.region.to_le_bytes())?;
                file.write_all(&e.offset.to_le_bytes())
            })
        })?;
        codes.sort_unstable();
        codes.dedup();
        write("codes.txt", &|file| codes.iter().try_for_each(|(code, at)| writeln!(file, "{code}\t{at}")))?;
        self.guides.flush().map_err(|e| SearchError::io(&self.dir.join(GUIDES), e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::Condition;

    #[test]
    fn guides_come_back_by_item_region_and_code() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = RecordsWriter::create(dir.path()).unwrap();
        let mut entries = Vec::new();
        let mut codes = Vec::new();
        let mut first = None;
        let (mut raw, mut packed) = (0, 0);
        for i in 0..500u32 {
            let conditions =
                vec!["年满十六周岁，在本辖区有常住户口，并且没有领过。".into(); 20];
            let conditions = conditions.into_iter().map(|text| Condition { text, when: None }).collect();
            let guide = Guide { name: format!("事项{i}"), conditions, ..Guide::default() };
            let json = serde_json::to_vec(&guide.to_json().unwrap()).unwrap();
            if i % 5 == 0 {
                first = None;
            }
            let base = first.as_ref().map(|(placed, json): &(Spot, Vec<u8>)| (*placed, json.as_slice()));
            let Spot { offset, length } = writer.append(&json, base).unwrap();
            if first.is_some() {
                (raw, packed) = (raw + json.len(), packed + length as usize);
            }
            first.get_or_insert((Spot { offset, length }, json));
            codes.push((format!("11{:05}{}", i / 2, "X".repeat(i as usize % 90)), i as usize));
            entries.push(Entry { item: i / 5, length, region: 150_000_000_000 + u64::from(i), offset });
        }
        let all = codes.clone();
        writer.finish(&entries, codes).unwrap();
        let records = Records::open(dir.path()).unwrap();
        assert_eq!(records.len(), 500);
        assert_eq!(records.of_item(7).len(), 5);
        assert_eq!(records.guide(records.of_item(7)[0]).unwrap().name, "事项35");
        assert_eq!(records.guide(records.of_item(7)[4]).unwrap().name, "事项39");
        assert!(raw > 10 * packed, "{packed} bytes for {raw}");
        assert!(records.of_item(1000).is_empty());
        for (code, at) in all {
            assert!(records.by_code(&code, true, 10).unwrap().contains(&at), "{code}");
        }
        assert_eq!(records.by_code("1100007", false, 10).unwrap().len(), 2);
        assert_eq!(records.by_code("11", false, 10).unwrap().len(), 10);
        assert!(records.by_code("99", false, 10).unwrap().is_empty());
        assert!(records.by_code("00", false, 10).unwrap().is_empty());
    }

    #[test]
    fn regions_keep_their_level() {
        for text in ["150000", "150700", "150702", "150702001", "150702001002"] {
            let code = RegionCode::try_from(text.to_owned()).unwrap();
            assert_eq!(level(region_number(Some(&code))), code.level(), "{text}");
            assert_eq!(region_code(region_number(Some(&code))), Some(code), "{text}");
        }
        assert_eq!((region_code(0), level(0)), (None, 0));
    }
}
