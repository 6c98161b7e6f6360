//! Where guides come from: files found, told apart by their names, and their encodings.

use super::ReadError;
use std::borrow::Cow;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

/// What a file holds, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    JsonLines,
    Json,
    Csv,
    Workbook,
}

impl Kind {
    fn of(path: &Path) -> Option<Kind> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "jsonl" | "ndjson" => Kind::JsonLines,
            "json" => Kind::Json,
            "csv" | "tsv" => Kind::Csv,
            "xlsx" | "xlsm" | "xls" => Kind::Workbook,
            _ => return None,
        })
    }
}

/// One file to read, on disk or in memory.
#[derive(Clone, Debug)]
pub(super) struct Input<'a> {
    /// Name in findings and provenance: relative to the path given.
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) bytes: u64,
    from: From<'a>,
}

#[derive(Clone, Debug)]
enum From<'a> {
    Disk(PathBuf),
    Memory(&'a [u8]),
}

impl<'a> Input<'a> {
    /// A file in memory, told apart by its name; `None` for an unsupported one.
    pub(super) fn memory(name: &str, bytes: &'a [u8]) -> Option<Input<'a>> {
        Some(Input {
            name: name.to_owned(),
            kind: Kind::of(Path::new(name))?,
            bytes: bytes.len() as u64,
            from: From::Memory(bytes),
        })
    }

    pub(super) fn open(&self) -> std::io::Result<Box<dyn Read + 'a>> {
        Ok(match &self.from {
            From::Disk(path) => Box::new(File::open(path)?),
            From::Memory(bytes) => Box::new(Cursor::new(*bytes)),
        })
    }

    /// The whole file, unless it is larger than `limit`; then `None`.
    pub(super) fn whole(&self, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        self.open()?.take(limit + 1).read_to_end(&mut bytes)?;
        Ok((bytes.len() as u64 <= limit).then_some(bytes))
    }
}

/// Companions of a corpus folder that hold no guides.
const COMPANIONS: [&str; 4] = ["regions.tsv", "onething.jsonl", "halls.jsonl", "population.tsv"];
const COMPANION_FOLDERS: [&str; 3] = ["lexicon", "questions", "maps"];

/// Every readable file under these paths, folders in sorted order.
pub(super) fn find(paths: &[PathBuf]) -> Result<Vec<Input<'static>>, ReadError> {
    let mut inputs = Vec::new();
    for path in paths {
        let unreadable = |cause| ReadError::Unreadable { path: path.clone(), cause };
        let about = std::fs::metadata(path).map_err(|cause| match cause.kind() {
            std::io::ErrorKind::NotFound => ReadError::Missing { path: path.clone() },
            _ => unreadable(cause),
        })?;
        if about.is_file() {
            let kind = Kind::of(path).ok_or_else(|| ReadError::Unsupported { path: path.clone() })?;
            inputs.push(Input {
                name: path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned()),
                kind,
                bytes: about.len(),
                from: From::Disk(path.clone()),
            });
            continue;
        }
        let before = inputs.len();
        walk(path, "", &mut inputs).map_err(unreadable)?;
        if inputs.len() == before {
            return Err(ReadError::NothingToRead { path: path.clone() });
        }
    }
    Ok(inputs)
}

fn walk(folder: &Path, prefix: &str, inputs: &mut Vec<Input<'static>>) -> std::io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let file_name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        // Links are not followed: a loop of them would never end.
        let kind = entry.file_type()?;
        if kind.is_dir() && !(prefix.is_empty() && COMPANION_FOLDERS.contains(&file_name.as_str())) {
            walk(&path, &format!("{prefix}{file_name}/"), inputs)?;
        } else if kind.is_file()
            && !COMPANIONS.contains(&file_name.as_str())
            // Spreadsheets leave `~$name.xlsx` beside an open file.
            && !file_name.starts_with(['~', '.'])
            && let Some(kind) = Kind::of(&path)
        {
            inputs.push(Input {
                name: format!("{prefix}{file_name}"),
                kind,
                bytes: entry.metadata()?.len(),
                from: From::Disk(path),
            });
        }
    }
    Ok(())
}

/// Text from bytes that should be UTF-8 and may be GB18030.
pub(super) enum Decoded<'b> {
    Utf8(&'b str),
    Gb18030(String),
    Neither,
}

/// Reads bytes as UTF-8, else as GB18030.
pub(super) fn decode(bytes: &[u8]) -> Decoded<'_> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded::Utf8(text);
    }
    match gb18030(bytes) {
        Some(text) => Decoded::Gb18030(text),
        None => Decoded::Neither,
    }
}

/// Reads bytes as GB18030; `None` where they are not.
pub(super) fn gb18030(bytes: &[u8]) -> Option<String> {
    let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
    // Almost any bytes decode; private-use characters and controls show that these were something else.
    let strange = text
        .chars()
        .filter(|c| {
            matches!(c, '\u{E000}'..='\u{F8FF}') || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        })
        .count();
    (strange * 20 <= text.chars().count()).then(|| text.into_owned())
}

/// UTF-16 with its mark, whole; `None` where the bytes carry no such mark.
pub(super) fn utf16(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let (encoding, _) = encoding_rs::Encoding::for_bom(bytes)?;
    if encoding == encoding_rs::UTF_8 {
        return None;
    }
    let (text, _, _) = encoding.decode(bytes);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        assert!(matches!(decode("\u{FEFF}身份证".as_bytes()), Decoded::Utf8("身份证")));
        let (gbk, _, _) = encoding_rs::GB18030.encode("身份证办理，二代证");
        assert!(matches!(decode(&gbk), Decoded::Gb18030(text) if text == "身份证办理，二代证"));
        assert!(matches!(decode(b"\xFF\xFF\xFF\x00"), Decoded::Neither));
        let utf16_bytes: Vec<u8> =
            b"\xFF\xFE".iter().copied().chain("甲".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(utf16(&utf16_bytes).unwrap(), "甲");
    }

    #[test]
    fn folders_are_walked_without_their_companions() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "guides/b.jsonl",
            "guides/a.csv",
            "lexicon/x.csv",
            "regions.tsv",
            "onething.jsonl",
            "说明.txt",
            "~$a.xlsx",
        ] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let found = find(&[dir.path().to_owned()]).unwrap();
        let names: Vec<&str> = found.iter().map(|i| i.name.as_str()).collect();
        assert_eq!(names, ["guides/a.csv", "guides/b.jsonl"]);
        assert!(matches!(find(&[dir.path().join("none")]), Err(ReadError::Missing { .. })));
        assert!(matches!(find(&[dir.path().join("说明.txt")]), Err(ReadError::Unsupported { .. })));
        assert!(matches!(find(&[dir.path().join("lexicon/../lexicon")]), Ok(list) if list.len() == 1));
    }
}
