//! CSV files and workbooks → rows of texts, with guards against files made to hurt.

use super::finding::{Finding, Severity};
use super::jsonl::{converted_notice, too_large, wrong_encoding};
use super::source::{self, Input, Kind};
use super::{Fault, Options};
use calamine::{Data, DataType, Reader as _, Sheets};
use std::cell::Cell;
use std::io::{Cursor, Read};
use std::rc::Rc;

/// What reading a table gives, in order.
pub(super) enum Piece {
    /// A sheet begins; a CSV file is one sheet without a label.
    Sheet(Option<String>),
    /// A row, counted from 1, with its cells as texts.
    Row { row: u64, cells: Vec<String>, read: u64 },
    /// A row, a sheet or the file is lost.
    Lost(Finding),
    /// A remark.
    Told(Finding),
}

type Take<'t> = &'t mut dyn FnMut(Piece) -> Result<(), Fault>;

/// Reads every row of every sheet.
pub(super) fn read(input: &Input<'_>, options: &Options, take: Take<'_>) -> Result<(), Fault> {
    match input.kind {
        Kind::Workbook => workbook(input, options, take),
        _ => csv(input, options, take),
    }
}

/// Stops a file whose quotes never close before one record fills the memory.
struct Guarded<R> {
    inner: R,
    since_record: Rc<Cell<u64>>,
    total: Rc<Cell<u64>>,
    limit: u64,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.total.set(self.total.get() + read as u64);
        self.since_record.set(self.since_record.get() + read as u64);
        if self.since_record.get() > self.limit {
            return Err(std::io::Error::other("record too long"));
        }
        Ok(read)
    }
}

fn csv(input: &Input<'_>, options: &Options, take: Take<'_>) -> Result<(), Fault> {
    let file = input.name.as_str();
    let mut head = Vec::new();
    input.open().map_err(Fault::File)?.take(1 << 16).read_to_end(&mut head).map_err(Fault::File)?;
    let reader: Box<dyn Read> = if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        let Some(bytes) = input.whole(options.largest_file).map_err(Fault::File)? else {
            return take(Piece::Lost(too_large(file, options)));
        };
        let text = source::utf16(&bytes).unwrap_or_default().into_owned();
        head = text.as_bytes().iter().take(1 << 16).copied().collect();
        Box::new(Cursor::new(text.into_bytes()))
    } else {
        input.open().map_err(Fault::File)?
    };
    let (since_record, total) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let guarded = Guarded {
        inner: reader,
        since_record: Rc::clone(&since_record),
        total: Rc::clone(&total),
        limit: options.longest_line.saturating_add(1 << 16),
    };
    let mut records = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&head))
        .from_reader(guarded);
    take(Piece::Sheet(None))?;
    let gbk = head_is_gb18030(&head);
    if gbk {
        take(Piece::Told(converted_notice(file, 1)))?;
    }
    let mut record = csv::ByteRecord::new();
    loop {
        let more = records.read_byte_record(&mut record);
        since_record.set(0);
        let row = record.position().map_or(0, csv::Position::line);
        match more {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) => {
                let reason = match error.kind() {
                    csv::ErrorKind::Io(e) if e.to_string() == "record too long" => {
                        format!("这一行之后的一条记录超过上限 {} 字节，其后没有读取", options.longest_line)
                    }
                    _ => format!("表格读不下去：{error}"),
                };
                let finding =
                    Finding::new(Severity::Error, "csv", file, Some(row), reason, "检查引号是否成对");
                return take(Piece::Lost(finding));
            }
        }
        match cells(&record, gbk) {
            Some(cells) => take(Piece::Row { row, cells, read: total.get() })?,
            None => take(Piece::Lost(wrong_encoding(file, row)))?,
        }
    }
}

fn cells(record: &csv::ByteRecord, gbk: bool) -> Option<Vec<String>> {
    record
        .iter()
        .map(|cell| {
            let cell = cell.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(cell);
            let utf8 = || std::str::from_utf8(cell).ok().map(str::to_owned);
            if gbk { source::gb18030(cell) } else { utf8().or_else(|| source::gb18030(cell)) }
        })
        .collect()
}

/// Whether the beginning of a file is GB18030: its last character may be cut.
fn head_is_gb18030(head: &[u8]) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => false,
        Err(error) if error.error_len().is_none() => false,
        Err(_) => (0..4)
            .any(|cut| head.len().checked_sub(cut).and_then(|end| source::gb18030(&head[..end])).is_some()),
    }
}

/// The separator that the first line uses most.
fn delimiter(head: &[u8]) -> u8 {
    let line = head.split(|b| *b == b'\n').find(|line| !line.is_empty()).unwrap_or_default();
    let count = |mark: u8| line.iter().filter(|b| **b == mark).count();
    [b',', b'\t', b';'].into_iter().max_by_key(|mark| (count(*mark), *mark == b',')).unwrap_or(b',')
}

fn workbook(input: &Input<'_>, options: &Options, take: Take<'_>) -> Result<(), Fault> {
    let file = input.name.as_str();
    let lost = |rule, reason: String, fix: &str| {
        Piece::Lost(Finding::new(Severity::Error, rule, file, None, reason, fix))
    };
    let Some(bytes) = input.whole(options.largest_file).map_err(Fault::File)? else {
        return take(Piece::Lost(too_large(file, options)));
    };
    if bytes.is_empty() {
        return take(lost("empty", "文件是空的".into(), "重新导出该文件"));
    }
    const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0";
    let is_xls = file.to_ascii_lowercase().ends_with(".xls");
    if bytes.starts_with(COMPOUND) && !is_xls {
        return take(lost(
            "password",
            "文件加了密码，或是改了扩展名的旧版 .xls".into(),
            "去掉密码，另存为 .xlsx",
        ));
    }
    if !bytes.starts_with(COMPOUND)
        && let Err(reason) = unpacks_within(&bytes, options.largest_unpacked)
    {
        return take(lost("workbook", reason, "重新导出或重新传输该文件，存为普通的 .xlsx"));
    }
    let read = bytes.len() as u64;
    let mut book = match calamine::open_workbook_auto_from_rs(Cursor::new(bytes)) {
        Ok(book) => book,
        Err(error) => {
            let reason = format!("工作簿打不开：{error}");
            return take(lost("workbook", reason, "用表格软件打开，另存为 .xlsx"));
        }
    };
    for sheet in book.sheet_names() {
        take(Piece::Sheet(Some(sheet.clone())))?;
        let wrong = |error: String| {
            Piece::Lost(Finding::new(
                Severity::Error,
                "sheet",
                &format!("{file}[{sheet}]"),
                None,
                format!("工作表读不下去：{error}"),
                "用表格软件打开，另存为 .xlsx",
            ))
        };
        match &mut book {
            // Cell by cell: a far-off cell must not allocate all the empty ones before it.
            Sheets::Xlsx(book) => {
                let mut cells = match book.worksheet_cells_reader(&sheet) {
                    Ok(cells) => cells,
                    Err(error) => {
                        take(wrong(error.to_string()))?;
                        continue;
                    }
                };
                let mut row = Row { number: 0, cells: Vec::new() };
                loop {
                    match cells.next_cell() {
                        Ok(Some(cell)) => {
                            let (at, column) = cell.get_position();
                            let text = text(cell.get_value());
                            row.put(u64::from(at) + 1, column as usize, text, read, take)?;
                        }
                        Ok(None) => break,
                        Err(error) => {
                            take(wrong(error.to_string()))?;
                            break;
                        }
                    }
                }
                row.end(read, take)?;
            }
            other => match other.worksheet_range(&sheet) {
                Ok(range) => {
                    let first = u64::from(range.start().map_or(0, |(row, _)| row));
                    for (at, cells) in range.rows().enumerate() {
                        let cells: Vec<String> = cells.iter().map(|c: &Data| text(c)).collect();
                        if cells.iter().any(|c| !c.is_empty()) {
                            take(Piece::Row { row: first + at as u64 + 1, cells, read })?;
                        }
                    }
                }
                Err(error) => take(wrong(error.to_string()))?,
            },
        }
    }
    Ok(())
}

/// Columns that a table may have; cells to the right are ignored.
const WIDEST: usize = 1_000;

struct Row {
    number: u64,
    cells: Vec<String>,
}

impl Row {
    fn put(&mut self, row: u64, column: usize, text: String, read: u64, take: Take<'_>) -> Result<(), Fault> {
        if row != self.number {
            self.end(read, take)?;
            self.number = row;
        }
        if column < WIDEST && !text.is_empty() {
            if self.cells.len() <= column {
                self.cells.resize(column + 1, String::new());
            }
            self.cells[column] = text;
        }
        Ok(())
    }

    fn end(&mut self, read: u64, take: Take<'_>) -> Result<(), Fault> {
        if self.cells.is_empty() {
            return Ok(());
        }
        take(Piece::Row { row: self.number, cells: std::mem::take(&mut self.cells), read })
    }
}

/// A cell as the text a person sees; whole numbers without a fraction.
fn text(cell: &impl DataType) -> String {
    if let Some(text) = cell.get_string() {
        return text.trim().to_owned();
    }
    if let Some(number) = cell.get_float() {
        // Beyond this a spreadsheet has rounded the digits: shown so that it is noticed.
        const EXACT: f64 = 1e15;
        return if number.fract() == 0.0 && number.abs() < EXACT {
            format!("{number:.0}")
        } else if number.abs() >= EXACT {
            format!("{number:.5E}").replace('E', "E+")
        } else {
            number.to_string()
        };
    }
    if let Some(yes) = cell.get_bool() {
        return if yes { "是" } else { "否" }.to_owned();
    }
    if let Some(date) = cell.get_datetime() {
        return date.as_f64().floor().to_string();
    }
    cell.as_string().unwrap_or_default().trim().to_owned()
}

/// Unpacks every part to nowhere, so that a bomb is found before anything is kept of it.
fn unpacks_within(bytes: &[u8], limit: u64) -> Result<(), String> {
    const MOST_PARTS: usize = 20_000;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| format!("不是完整的工作簿（文件可能被截断，或只是改了扩展名）：{error}"))?;
    if archive.len() > MOST_PARTS {
        return Err(format!("压缩包里有 {} 个文件，超过上限 {MOST_PARTS}", archive.len()));
    }
    let mut total = 0;
    for index in 0..archive.len() {
        let part = archive
            .by_index(index)
            .map_err(|error| format!("压缩包里第 {} 个文件坏了：{error}", index + 1))?;
        let name = part.name().map_or_else(|_| format!("第 {} 个文件", index + 1), |name| name.into_owned());
        let mut unpacked = part.take(limit - total + 1);
        total += std::io::copy(&mut unpacked, &mut std::io::sink())
            .map_err(|error| format!("压缩包里的 {name} 解不开：{error}"))?;
        if total > limit {
            return Err(format!("解压后超过上限 {} MiB（压缩炸弹？）", limit >> 20));
        }
    }
    Ok(())
}
