//! JSON lines and JSON files: one record after another, each line bounded.

use super::finding::{Finding, Severity};
use super::source::{self, Decoded, Input, Kind};
use super::{Fault, Options};
use serde_json::{Map, Value};
use std::io::{BufRead, BufReader, Read};

/// One record or what is wrong with it, with the bytes read so far.
pub(super) enum Piece {
    Record { row: u64, record: Map<String, Value>, read: u64 },
    Lost(Finding),
    Told(Finding),
}

/// Reads every record of a file.
pub(super) fn read(
    input: &Input<'_>,
    options: &Options,
    take: &mut dyn FnMut(Piece) -> Result<(), Fault>,
) -> Result<(), Fault> {
    match input.kind {
        Kind::Json => whole(input, options, take),
        _ => lines(input, options, take),
    }
}

fn lines(
    input: &Input<'_>,
    options: &Options,
    take: &mut dyn FnMut(Piece) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let file = input.name.as_str();
    let mut reader = BufReader::with_capacity(1 << 16, input.open().map_err(Fault::File)?);
    let head = reader.fill_buf().map_err(Fault::File)?;
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return take(Piece::Lost(Finding::new(
            Severity::Error,
            "encoding",
            file,
            None,
            "文件是 UTF-16 编码，没有读取",
            "另存为 UTF-8 后再导入",
        )));
    }
    let (mut row, mut read, mut converted) = (0, 0, false);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = bounded_line(&mut reader, &mut line, options.longest_line).map_err(Fault::File)?;
        if length.bytes == 0 {
            return Ok(());
        }
        row += 1;
        read += length.bytes;
        if length.cut {
            take(Piece::Lost(Finding::new(
                Severity::Error,
                "line-too-long",
                file,
                Some(row),
                format!("这一行有 {} 字节，超过上限 {} 字节，已跳过", length.bytes, options.longest_line),
                "一行只写一条指南；检查文件是否缺少换行",
            )))?;
            continue;
        }
        let text = match source::decode(&line) {
            Decoded::Utf8(text) => text,
            Decoded::Gb18030(ref text) => {
                if !converted {
                    converted = true;
                    take(Piece::Told(converted_notice(file, row)))?;
                }
                &text.clone()
            }
            Decoded::Neither => {
                take(Piece::Lost(wrong_encoding(file, row)))?;
                continue;
            }
        };
        if text.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(record)) => take(Piece::Record { row, record, read })?,
            Ok(_) => take(Piece::Lost(Finding::new(
                Severity::Error,
                "json",
                file,
                Some(row),
                "这一行不是一条记录（应为一个 JSON 对象）",
                "每行写一个 {…}，字段见 corpus/README.md",
            )))?,
            Err(error) if error.is_eof() && !length.ended => take(Piece::Lost(Finding::new(
                Severity::Error,
                "truncated",
                file,
                Some(row),
                "文件在这一行中间断了，最后一条记录不完整",
                "重新传输或重新导出该文件",
            )))?,
            Err(error) => take(Piece::Lost(bad_json(file, row, &error)))?,
        }
    }
}

fn bad_json(file: &str, row: u64, error: &serde_json::Error) -> Finding {
    let what = if error.is_eof() { "JSON 没有写完" } else { "不是正确的 JSON" };
    Finding::new(
        Severity::Error,
        "json",
        file,
        Some(row),
        format!("{what}：第 {} 个字节处，{error}", error.column()),
        "改正这一行；引号、逗号、括号须成对且为半角",
    )
}

pub(super) fn wrong_encoding(file: &str, row: u64) -> Finding {
    Finding::new(
        Severity::Error,
        "encoding",
        file,
        Some(row),
        "这一行既不是 UTF-8 也不是 GB18030",
        "另存为 UTF-8 后再导入",
    )
}

pub(super) fn converted_notice(file: &str, row: u64) -> Finding {
    Finding::new(
        Severity::Notice,
        "gb18030",
        file,
        Some(row),
        "文件是 GB18030（GBK）编码，已转换",
        "以后导出时选择 UTF-8，可免转换",
    )
}

fn whole(
    input: &Input<'_>,
    options: &Options,
    take: &mut dyn FnMut(Piece) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let file = input.name.as_str();
    let Some(bytes) = input.whole(options.largest_file).map_err(Fault::File)? else {
        return take(Piece::Lost(too_large(file, options)));
    };
    let decoded = source::decode(&bytes);
    let text = match &decoded {
        Decoded::Utf8(text) => text,
        Decoded::Gb18030(text) => {
            take(Piece::Told(converted_notice(file, 1)))?;
            text.as_str()
        }
        Decoded::Neither => return take(Piece::Lost(wrong_encoding(file, 1))),
    };
    let records = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(list)) => list,
        Ok(one) => vec![one],
        Err(error) => return take(Piece::Lost(bad_json(file, error.line() as u64, &error))),
    };
    let read = bytes.len() as u64;
    for (at, record) in records.into_iter().enumerate() {
        let row = at as u64 + 1;
        match record {
            Value::Object(record) => take(Piece::Record { row, record, read })?,
            _ => take(Piece::Lost(Finding::new(
                Severity::Error,
                "json",
                file,
                Some(row),
                "第几项即为行号：这一项不是一条记录",
                "数组的每一项写一个 {…}",
            )))?,
        }
    }
    Ok(())
}

pub(super) fn too_large(file: &str, options: &Options) -> Finding {
    Finding::new(
        Severity::Error,
        "file-too-large",
        file,
        None,
        format!("文件超过 {} MiB，没有读取", options.largest_file >> 20),
        "拆成几个文件，或导出为 JSON Lines（逐行读取，不限大小）",
    )
}

struct Length {
    /// Bytes of the line with its end.
    bytes: u64,
    /// Longer than the limit: `line` holds only its beginning.
    cut: bool,
    /// Ended by a line feed, not by the end of the file.
    ended: bool,
}

/// Reads one line, keeping at most `limit` bytes of it.
fn bounded_line(reader: &mut impl BufRead, line: &mut Vec<u8>, limit: u64) -> std::io::Result<Length> {
    let mut bytes = reader.by_ref().take(limit + 1).read_until(b'\n', line)? as u64;
    let ended = line.last() == Some(&b'\n');
    let cut = !ended && bytes > limit;
    if cut {
        bytes += reader.skip_until(b'\n')? as u64;
    }
    Ok(Length { bytes, cut, ended })
}
