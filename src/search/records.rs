//! The guides of a generation on disk, looked up by item and place or by code.
//!
//! `guides.jsonl` one guide a line · `guides.bin` fixed-size entries, sorted by item and region ·
//! `codes.txt` sorted `CODE<TAB>entry` lines. Only the entries are held in memory (24 bytes a guide).

use super::SearchError;
use crate::guide::{Guide, RegionCode};
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// One guide's entry: which item it implements, where, and where its text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Ordinal of the catalog item.
    pub item: u32,
    /// Length of the guide's JSON in bytes.
    pub length: u32,
    /// The division's digits as a number, padded to 12; 0 where the guide names none.
    pub region: u64,
    /// First byte of the guide's JSON.
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
        let number = |b: &[u8]| b.iter().rev().fold(0u64, |n, &byte| (n << 8) | u64::from(byte));
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
        Ok(Records { entries, guides: open("guides.jsonl")?, codes, codes_len, path: dir.to_owned() })
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
        let mut bytes = vec![0; entry.length as usize];
        self.guides
            .read_exact_at(&mut bytes, entry.offset)
            .map_err(|e| SearchError::io(&self.path.join("guides.jsonl"), e))?;
        serde_json::from_slice(&bytes)
            .map_err(|e| SearchError::Broken(self.path.join("guides.jsonl"), e.to_string()))
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

/// Writes `guides.jsonl` as guides come, and the two look-up files at the end.
pub struct RecordsWriter {
    dir: PathBuf,
    guides: BufWriter<File>,
    offset: u64,
}

impl RecordsWriter {
    /// Starts `guides.jsonl` in a folder.
    pub fn create(dir: &Path) -> Result<RecordsWriter, SearchError> {
        let path = dir.join("guides.jsonl");
        let file = File::create(&path).map_err(|e| SearchError::io(&path, e))?;
        Ok(RecordsWriter { dir: dir.to_owned(), guides: BufWriter::new(file), offset: 0 })
    }

    /// Appends one guide's JSON; returns its offset and length.
    pub fn append(&mut self, json: &[u8]) -> Result<(u64, u32), SearchError> {
        let at = self.offset;
        self.guides
            .write_all(json)
            .and_then(|()| self.guides.write_all(b"\n"))
            .map_err(|e| SearchError::io(&self.dir.join("guides.jsonl"), e))?;
        self.offset += json.len() as u64 + 1;
        Ok((at, json.len() as u32))
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
        self.guides.flush().map_err(|e| SearchError::io(&self.dir.join("guides.jsonl"), e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guides_come_back_by_item_region_and_code() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = RecordsWriter::create(dir.path()).unwrap();
        let mut entries = Vec::new();
        let mut codes = Vec::new();
        for i in 0..500u32 {
            let guide = Guide { name: format!("事项{i}"), ..Guide::default() };
            let json = serde_json::to_vec(&guide.to_json().unwrap()).unwrap();
            let (offset, length) = writer.append(&json).unwrap();
            codes.push((format!("11{:05}{}", i / 2, "X".repeat(i as usize % 90)), i as usize));
            entries.push(Entry { item: i / 5, length, region: 150_000_000_000 + u64::from(i), offset });
        }
        let all = codes.clone();
        writer.finish(&entries, codes).unwrap();
        let records = Records::open(dir.path()).unwrap();
        assert_eq!(records.len(), 500);
        assert_eq!(records.of_item(7).len(), 5);
        assert_eq!(records.guide(records.of_item(7)[0]).unwrap().name, "事项35");
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
        for text in ["150000", "150702", "150702001", "150702001002"] {
            let code = RegionCode::try_from(text.to_owned()).unwrap();
            assert_eq!(region_code(region_number(Some(&code))), Some(code), "{text}");
        }
        assert_eq!(region_code(0), None);
    }
}
