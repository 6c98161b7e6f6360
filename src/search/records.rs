//! The guides of a generation on disk, looked up by item and place or by code.
//!
//! `guides.lz4` the guides · `guides.bin` fixed-size entries, sorted by item and region · `numbers.bin` the number of each
//! entry · `codes.txt` `CODE<TAB>number` lines, sorted by code and then as the entries are. Only entries and numbers are
//! held in memory (32 bytes a guide).
//!
//! A guide's number says when it came: it stays when the guide is replaced by a newer version, and wherever its entry
//! lies. Codes and the full text name guides by it. (Generations of format 6 have no `numbers.bin`: there the number is
//! the entry's place.)
//!
//! Guides of one item are nearly the same everywhere: each is packed (LZ4) with the first one of its item as dictionary,
//! which takes a tenth of the room. A record is the length of its JSON, where that first record stands and how long it
//! is (0 for a first one), then the packed JSON.
//!
//! Guides that came by changes lie in `guides-1.lz4`, `guides-2.lz4` and so on: places of records count through all of
//! these files. A file that a generation has is never written again; records that nobody needs any more stay in it until
//! all guides are imported anew.

use super::SearchError;
use super::generation::{self, share};
use crate::guide::{Guide, RegionCode};
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The guides.
const GUIDES: &str = "guides.lz4";

/// A file of changes that has so many bytes is full: the next change begins another one.
const FULL: u64 = 4 << 20;

/// The first format whose guides have numbers of their own.
const NUMBERED: u32 = 7;

/// What stands in place of a guide that is gone.
const NOWHERE: u32 = u32::MAX;

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

/// The files that hold guides, one after the other.
struct Parts {
    dir: PathBuf,
    /// First byte of each, counted through all, and the file.
    files: Vec<(u64, File)>,
    bytes: u64,
}

/// Name of a file that holds guides: the first one, or one of those that came by changes.
fn part(at: usize) -> String {
    if at == 0 { GUIDES.to_owned() } else { format!("guides-{at}.lz4") }
}

impl Parts {
    fn open(dir: &Path) -> Result<Parts, SearchError> {
        let mut parts = Parts { dir: dir.to_owned(), files: Vec::new(), bytes: 0 };
        loop {
            let path = dir.join(part(parts.files.len()));
            let file = match File::open(&path) {
                Ok(file) => file,
                Err(e) if e.kind() == std::io::ErrorKind::NotFound && !parts.files.is_empty() => {
                    return Ok(parts);
                }
                Err(e) => return Err(SearchError::io(&path, e)),
            };
            let bytes = file.metadata().map_err(|e| SearchError::io(&path, e))?.len();
            parts.files.push((parts.bytes, file));
            parts.bytes += bytes;
        }
    }

    fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, SearchError> {
        let at = self.files.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        let (start, file) = &self.files[at];
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, offset - start)
            .map_err(|e| SearchError::io(&self.dir.join(part(at)), e))?;
        Ok(bytes)
    }
}

/// The open files of a generation's guides.
pub struct Records {
    entries: Vec<Entry>,
    /// Number of each entry.
    numbers: Vec<u32>,
    /// Place of the entry that each number has.
    places: Vec<u32>,
    guides: Parts,
    codes: File,
    codes_len: u64,
    path: PathBuf,
}

/// Reads the numbers of `count` entries, and tells where each number lies.
fn numbered(dir: &Path, count: usize) -> Result<(Vec<u32>, Vec<u32>), SearchError> {
    let path = dir.join("numbers.bin");
    let numbers: Vec<u32> = match std::fs::read(&path) {
        Ok(bytes) => bytes.chunks_exact(4).map(|b| number(b) as u32).collect(),
        // Only an old generation may lack it.
        Err(_) if generation::manifest(dir).is_ok_and(|m| m.format < NUMBERED) => (0..count as u32).collect(),
        Err(e) => return Err(SearchError::io(&path, e)),
    };
    let broken = |what: &str| Err(SearchError::Broken(path.clone(), what.to_owned()));
    if numbers.len() != count {
        return broken("it has another number of entries than guides.bin");
    }
    // Numbers of guides that are gone are few: many of them, and all guides were to be imported anew.
    let highest = numbers.iter().max().map_or(0, |highest| *highest as usize + 1);
    if highest > 64 * (count + 1_000) {
        return broken("a number that can't be");
    }
    let mut places = vec![NOWHERE; highest];
    for (place, &number) in numbers.iter().enumerate() {
        if std::mem::replace(&mut places[number as usize], place as u32) != NOWHERE {
            return broken("a number stands twice");
        }
    }
    Ok((numbers, places))
}

impl Records {
    /// Opens the files in a generation's folder.
    pub fn open(dir: &Path) -> Result<Records, SearchError> {
        let open = |name: &str| {
            let path = dir.join(name);
            File::open(&path).map_err(|e| SearchError::io(&path, e))
        };
        let broken = |what: &str| SearchError::Broken(dir.join("guides.bin"), what.to_owned());
        let mut bytes = Vec::new();
        open("guides.bin")?.read_to_end(&mut bytes).map_err(|e| SearchError::io(dir, e))?;
        if bytes.len() % ENTRY_BYTES != 0 {
            return Err(broken("its length is not a whole number of entries"));
        }
        let entries: Vec<Entry> = bytes
            .chunks_exact(ENTRY_BYTES)
            .map(|b| Entry {
                item: number(&b[0..4]) as u32,
                length: number(&b[4..8]) as u32,
                region: number(&b[8..16]),
                offset: number(&b[16..24]),
            })
            .collect();
        let guides = Parts::open(dir)?;
        let end = entries.iter().map(|e| e.offset.saturating_add(u64::from(e.length))).max();
        if end.is_some_and(|end| end > guides.bytes) {
            return Err(broken("it names more bytes of guides than there are"));
        }
        let (numbers, places) = numbered(dir, entries.len())?;
        let codes = open("codes.txt")?;
        let codes_len = codes.metadata().map_err(|e| SearchError::io(dir, e))?.len();
        Ok(Records { entries, numbers, places, guides, codes, codes_len, path: dir.to_owned() })
    }

    /// Every entry, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Number of the entry in this place.
    pub fn number(&self, place: usize) -> u32 {
        self.numbers[place]
    }

    /// Place of the entry with this number, if its guide isn't gone.
    pub fn place(&self, number: u32) -> Option<usize> {
        self.places.get(number as usize).filter(|place| **place != NOWHERE).map(|place| *place as usize)
    }

    /// The number that the next guide gets.
    pub fn next(&self) -> u32 {
        self.places.len() as u32
    }

    /// Places of an item's entries.
    pub fn places_of(&self, item: u32) -> std::ops::Range<usize> {
        let from = self.entries.partition_point(|e| e.item < item);
        from..self.entries.partition_point(|e| e.item <= item)
    }

    /// All entries of one item, by region.
    pub fn of_item(&self, item: u32) -> &[Entry] {
        &self.entries[self.places_of(item)]
    }

    /// One entry by its place.
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
            Some(Spot { offset, length }) => {
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

    fn record(&self, offset: u64, length: u32) -> Result<(Record, Option<Spot>), SearchError> {
        let bytes = self.guides.read(offset, length as usize)?;
        let Some(([l, o, n], _)) = head(&bytes) else {
            let what = format!("the record at {offset} has {length} bytes");
            return Err(SearchError::Broken(self.path.join(GUIDES), what));
        };
        let base = (n > 0).then_some(Spot { offset: o, length: n as u32 });
        Ok((Record { bytes, length: l as usize }, base))
    }

    /// The first guide of an item as it was packed, beside which another one can be.
    pub fn dictionary(&self, entry: Entry) -> Result<(Spot, Vec<u8>), SearchError> {
        let own = Spot { offset: entry.offset, length: entry.length };
        let first = self.record(own.offset, own.length)?.1.unwrap_or(own);
        let json = self.record(first.offset, first.length)?.0.unpacked(&[]);
        Ok((first, json.map_err(|what| SearchError::Broken(self.path.join(GUIDES), what))?))
    }

    /// Places of the guides whose code starts with `prefix` (upper case), sorted by code, at most `limit`.
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
            found.extend(at.parse().ok().and_then(|number| self.place(number)));
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

/// Writes guides as they come, and the look-up files at the end.
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

    /// Goes on from the guides of another generation: its files are shared, but for a last one of changes that isn't
    /// full; that is copied, and what is appended lies behind it.
    pub fn after(from: &Path, dir: &Path) -> Result<RecordsWriter, SearchError> {
        let Parts { files, bytes, .. } = Parts::open(from)?;
        let last = files.len() - 1;
        let shared = if last > 0 && bytes - files[last].0 < FULL { last } else { last + 1 };
        for at in 0..shared {
            share(&from.join(part(at)), &dir.join(part(at)))?;
        }
        let path = dir.join(part(shared));
        let mut guides = BufWriter::new(File::create(&path).map_err(|e| SearchError::io(&path, e))?);
        if shared == last {
            let path = from.join(part(last));
            let copied = File::open(&path).and_then(|mut file| std::io::copy(&mut file, &mut guides));
            copied.map_err(|e| SearchError::io(&path, e))?;
        }
        Ok(RecordsWriter { dir: dir.to_owned(), guides, offset: bytes })
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

    /// Writes entries (sorted by item, region and number) with their numbers, and codes with the numbers of their guides.
    pub fn finish(
        mut self,
        entries: &[(Entry, u32)],
        codes: Vec<(Cow<'_, str>, u32)>,
    ) -> Result<(), SearchError> {
        let write = |name: &str, fill: &dyn Fn(&mut BufWriter<File>) -> std::io::Result<()>| {
            let path = self.dir.join(name);
            File::create(&path)
                .and_then(|file| {
                    let mut file = BufWriter::with_capacity(1 << 18, file);
                    fill(&mut file)?;
                    file.flush()
                })
                .map_err(|e| SearchError::io(&path, e))
        };
        write("guides.bin", &|file| {
            entries.iter().try_for_each(|(e, _)| {
                let mut bytes = [0; ENTRY_BYTES];
                bytes[..4].copy_from_slice(&e.item.to_le_bytes());
                bytes[4..8].copy_from_slice(&e.length.to_le_bytes());
                bytes[8..16].copy_from_slice(&e.region.to_le_bytes());
                bytes[16..].copy_from_slice(&e.offset.to_le_bytes());
                file.write_all(&bytes)
            })
        })?;
        write("numbers.bin", &|file| {
            entries.iter().try_for_each(|(_, number)| file.write_all(&number.to_le_bytes()))
        })?;
        let highest = entries.iter().map(|(_, number)| *number as usize + 1).max().unwrap_or(0);
        let mut places = vec![NOWHERE; highest];
        for (place, (_, number)) in entries.iter().enumerate() {
            places[*number as usize] = place as u32;
        }
        let place = |number: u32| places.get(number as usize).copied().unwrap_or(NOWHERE);
        let mut codes: Vec<(Cow<'_, str>, u32, u32)> =
            codes.into_iter().map(|(code, number)| (code, place(number), number)).collect();
        codes.sort();
        codes.dedup();
        write("codes.txt", &|file| {
            codes.iter().try_for_each(|(code, _, number)| writeln!(file, "{code}\t{number}"))
        })?;
        self.guides.flush().map_err(|e| SearchError::io(&self.dir.join(GUIDES), e))
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes::Codes;
    use super::*;
    use crate::guide::Condition;

    #[test]
    fn guides_come_back_by_item_region_and_code() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = RecordsWriter::create(dir.path()).unwrap();
        let (mut entries, mut codes) = (Vec::new(), Vec::new());
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
            codes.push((format!("11{:05}{}", i / 2, "X".repeat(i as usize % 90)), i));
            let entry = Entry { item: i / 5, length, region: 150_000_000_000 + u64::from(i), offset };
            entries.push((entry, i));
        }
        let all = codes.clone();
        let codes = codes.into_iter().map(|(code, at)| (code.into(), at)).collect();
        writer.finish(&entries, codes).unwrap();
        let records = Records::open(dir.path()).unwrap();
        assert_eq!(records.len(), 500);
        assert_eq!(records.of_item(7).len(), 5);
        assert_eq!(records.guide(records.of_item(7)[0]).unwrap().name, "事项35");
        assert_eq!(records.guide(records.of_item(7)[4]).unwrap().name, "事项39");
        assert!(raw > 10 * packed, "{packed} bytes for {raw}");
        assert!(records.of_item(1000).is_empty());
        for (code, at) in all {
            assert!(records.by_code(&code, true, 10).unwrap().contains(&(at as usize)), "{code}");
        }
        assert_eq!(records.by_code("1100007", false, 10).unwrap().len(), 2);
        assert_eq!(records.by_code("11", false, 10).unwrap().len(), 10);
        assert!(records.by_code("99", false, 10).unwrap().is_empty());
        assert!(records.by_code("00", false, 10).unwrap().is_empty());
    }

    /// Guides of one item, under these numbers and in this order.
    fn put(
        mut writer: RecordsWriter,
        guides: &[(u32, &str, Spot)],
        more: &[(u32, &str)],
    ) -> Vec<(u32, Spot)> {
        let mut entries: Vec<(Entry, u32)> = Vec::new();
        let mut push = |number: u32, Spot { offset, length }| {
            entries.push((Entry { item: 0, length, region: 0, offset }, number));
        };
        guides.iter().for_each(|(number, _, spot)| push(*number, *spot));
        for (number, name) in more {
            let guide = Guide { name: (*name).to_owned(), ..Guide::default() };
            let json = serde_json::to_vec(&guide.to_json().unwrap()).unwrap();
            push(*number, writer.append(&json, None).unwrap());
        }
        entries.sort_by_key(|(_, number)| *number);
        let codes = entries.iter().map(|(_, number)| (format!("C{number}").into(), *number)).collect();
        writer.finish(&entries, codes).unwrap();
        entries.iter().map(|(e, number)| (*number, Spot { offset: e.offset, length: e.length })).collect()
    }

    #[test]
    fn changes_lie_behind_and_numbers_stay() {
        let root = tempfile::tempdir().unwrap();
        let dirs: Vec<PathBuf> = ["a", "b", "c"].iter().map(|name| root.path().join(name)).collect();
        dirs.iter().for_each(|dir| std::fs::create_dir(dir).unwrap());
        let spots = put(RecordsWriter::create(&dirs[0]).unwrap(), &[], &[(0, "甲"), (1, "乙"), (2, "丙")]);
        let whole = std::fs::read(dirs[0].join(GUIDES)).unwrap();
        // 乙 goes, 丙 is replaced, 丁 comes; then 甲 is replaced.
        let kept = [(0, "甲", spots[0].1)];
        let spots = put(RecordsWriter::after(&dirs[0], &dirs[1]).unwrap(), &kept, &[(2, "丙二"), (3, "丁")]);
        let kept = [(2, "丙二", spots[1].1), (3, "丁", spots[2].1)];
        put(RecordsWriter::after(&dirs[1], &dirs[2]).unwrap(), &kept, &[(0, "甲二")]);
        for (dir, want) in dirs.iter().zip([
            vec![(0, "甲"), (1, "乙"), (2, "丙")],
            vec![(0, "甲"), (2, "丙二"), (3, "丁")],
            vec![(0, "甲二"), (2, "丙二"), (3, "丁")],
        ]) {
            let records = Records::open(dir).unwrap();
            let codes = Codes::read(dir).unwrap();
            assert_eq!(records.len(), want.len());
            for (place, (number, name)) in want.iter().enumerate() {
                assert_eq!((records.number(place), records.place(*number)), (*number, Some(place)));
                assert_eq!(records.guide(records.entry(place).unwrap()).unwrap().name, *name);
                let code = format!("C{number}");
                assert_eq!(records.by_code(&code, true, 9).unwrap(), [place]);
                assert_eq!(codes.numbers(&code).collect::<Vec<_>>(), [*number]);
            }
            assert_eq!(codes.numbers("C").count() + codes.numbers("D").count(), 0);
            assert_eq!(std::fs::read(dir.join(GUIDES)).unwrap(), whole);
        }
        assert_eq!(Records::open(&dirs[1]).unwrap().place(1), None);
        assert_eq!(
            Records::open(&dirs[2]).unwrap().guides.files.len(),
            2,
            "a file that isn't full is gone on with"
        );
    }

    #[test]
    fn entries_that_name_what_is_not_there_are_broken() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path();
        put(RecordsWriter::create(dir).unwrap(), &[], &[(0, "甲"), (1, "乙")]);
        for (file, bytes) in [(GUIDES, &b"short"[..]), ("numbers.bin", &[0; 8]), ("numbers.bin", &[0; 4])] {
            let whole = std::fs::read(dir.join(file)).unwrap();
            std::fs::write(dir.join(file), bytes).unwrap();
            assert!(matches!(Records::open(dir), Err(SearchError::Broken(..))), "{file}");
            std::fs::write(dir.join(file), whole).unwrap();
        }
        std::fs::remove_file(dir.join("numbers.bin")).unwrap();
        assert!(matches!(Records::open(dir), Err(SearchError::Io { .. })));
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
