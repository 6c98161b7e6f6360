//! Sources → guides and findings: a bad row costs one row, never the run.
//!
//! Our own JSON lines, CSV and workbooks with a column map a source, mixed in one folder. Tables of
//! entries (materials, fees, windows …) are read first and held by the guide they belong to; guides
//! then pass through one by one.

mod check;
mod clean;
mod finding;
mod jsonl;
mod map;
mod record;
mod sheet;
mod source;
mod synth;
mod table;
mod twins;

pub use check::{RuleFault, faults};
pub use finding::{Finding, Severity, Summary};
pub use map::{BadMap, ColumnMap};
pub use sheet::{Cell, Page, SheetError, workbook};
pub use synth::copies;

use crate::guide::{Guide, Operation};
use finding::{Sieve, shortened};
use map::Recognised;
use record::At;
use serde_json::{Map, Value};
use source::{Input, Kind};
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use twins::Twins;

/// What a reader of guides is told, in order.
#[derive(Debug)]
pub enum Event {
    /// A guide, with the place it was read from.
    Guide(Box<Guide>, Origin),
    /// Something is wrong with a row, a sheet or a file.
    Finding(Finding),
    /// How far reading has come.
    Progress {
        /// Bytes read.
        done_bytes: u64,
        /// Bytes to read.
        total_bytes: u64,
    },
}

/// Where a guide was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// File as given, with `[sheet]` behind a workbook's name.
    pub file: String,
    /// Line or sheet row, counted from 1.
    pub row: u64,
}

/// Why a taker of events wants no more of them.
pub type Refusal = Box<dyn std::error::Error + Send + Sync>;

/// The taker has its own record of what went wrong and only wants reading to end.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("stopped by the reader of guides")]
pub struct Stop;

/// Why nothing could be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A path that does not exist.
    #[error("{}: no such file or folder", path.display())]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// A path that can't be opened.
    #[error("can't read {}: {cause}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// A file whose name tells of no format that is read.
    #[error("{}: not a format that is read; give .jsonl, .json, .csv, .tsv, .xlsx or .xls", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
    },
    /// A folder without a single file to read.
    #[error("{}: no .jsonl, .json, .csv, .tsv, .xlsx or .xls file in this folder", path.display())]
    NothingToRead {
        /// The folder.
        path: PathBuf,
    },
    /// The taker of events refused one.
    #[error("{0}")]
    Refused(#[source] Refusal),
}

/// How sources are read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Column maps; where two know a table equally well the earlier one wins.
    pub maps: Vec<ColumnMap>,
    /// Bytes of a line or CSV record beyond which it is skipped.
    pub longest_line: u64,
    /// Bytes of a file that must be held whole (workbooks, `.json`).
    pub largest_file: u64,
    /// Bytes that a workbook may unpack to.
    pub largest_unpacked: u64,
    /// Records are changes of guides (同步类型): one that takes a guide away need not say more than which.
    pub changes: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            // A test holds that the shipped maps parse.
            maps: ColumnMap::shipped().unwrap_or_default(),
            longest_line: 8 << 20,
            largest_file: 512 << 20,
            largest_unpacked: 2 << 30,
            changes: false,
        }
    }
}

impl Options {
    /// The defaults, with further column maps that go before the shipped ones.
    pub fn with_maps(files: &[PathBuf]) -> Result<Options, BadMap> {
        let mut options = Options::default();
        let own = files.iter().map(|file| ColumnMap::read(file)).collect::<Result<Vec<_>, _>>()?;
        options.maps.splice(0..0, own);
        Ok(options)
    }
}

/// Why reading a file ended early.
enum Fault {
    /// The file can't be read on.
    File(std::io::Error),
    /// The taker refused.
    Refused(Refusal),
}

/// Reads every guide under these paths; folders are walked, companions of a corpus are left alone.
pub fn read(
    paths: &[PathBuf],
    options: &Options,
    take: &mut dyn FnMut(Event) -> Result<(), Refusal>,
) -> Result<Summary, ReadError> {
    read_inputs(&source::find(paths)?, options, take)
}

/// Reads one file that is already in memory, told apart by its name.
pub fn read_bytes(
    name: &str,
    bytes: &[u8],
    options: &Options,
    take: &mut dyn FnMut(Event) -> Result<(), Refusal>,
) -> Result<Summary, ReadError> {
    let input = Input::memory(name, bytes)
        .ok_or_else(|| ReadError::Unsupported { path: Path::new(name).to_owned() })?;
    read_inputs(&[input], options, take)
}

fn read_inputs(
    inputs: &[Input<'_>],
    options: &Options,
    take: &mut dyn FnMut(Event) -> Result<(), Refusal>,
) -> Result<Summary, ReadError> {
    let mut run = Run {
        options,
        take,
        total: inputs.iter().map(|input| input.bytes).sum(),
        before: 0,
        told: 0,
        summary: Summary::default(),
        sieve: Sieve::default(),
        twins: Twins::default(),
        entries: Entries::default(),
        held: Held::default(),
    };
    let result = run.inputs(inputs);
    let summary = run.summary;
    match result {
        Ok(()) => Ok(summary),
        Err(Fault::Refused(refusal)) => Err(ReadError::Refused(refusal)),
        // Faults of a file become findings before they get here.
        Err(Fault::File(cause)) => Err(ReadError::Unreadable { path: PathBuf::new(), cause }),
    }
}

/// Rows of child tables, by the guide they belong to.
#[derive(Default)]
struct Entries {
    by_guide: HashMap<String, Vec<Entry>>,
}

struct Entry {
    list: String,
    entry: Value,
    file: String,
    row: u64,
}

impl Entries {
    fn key(text: &str) -> String {
        text.trim().to_uppercase()
    }

    /// Moves the entries that belong to this record into it.
    fn give(&mut self, record: &mut Map<String, Value>) {
        if self.by_guide.is_empty() {
            return;
        }
        for field in ["task_code", "local_task_code", "catalog_code", "name"] {
            let key = record.get(field).and_then(Value::as_str).map(Entries::key);
            let Some(entries) = key.and_then(|key| self.by_guide.remove(&key)) else { continue };
            for Entry { list, entry, .. } in entries {
                let held = record.entry(list).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(held) = held {
                    held.push(entry);
                }
            }
        }
    }
}

/// The last guides from tables, held back for rows that are further cases of one of them.
#[derive(Default)]
struct Held {
    guides: VecDeque<(Guide, Origin)>,
    /// Code → how many guides had come in when it did.
    by_code: HashMap<String, u64>,
    gone: u64,
}

/// So many guides are held back: rows of one guide stand near each other in an export.
const HELD: usize = 20_000;

impl Held {
    /// Joins a row to the guide it is a case of; gives it back where there is none.
    fn join(&mut self, guide: Guide) -> Option<Guide> {
        let known = guide.task_code.as_ref().and_then(|code| self.by_code.get(&code.key()));
        let at = known.and_then(|at| usize::try_from(at - self.gone).ok());
        match at.and_then(|at| self.guides.get_mut(at)) {
            Some((first, _)) => (!twins::join(first, &guide)).then_some(guide),
            None => Some(guide),
        }
    }

    /// Holds a guide; gives back the oldest one where too many are held.
    fn push(&mut self, guide: Guide, origin: Origin) -> Option<(Guide, Origin)> {
        if let Some(code) = &guide.task_code {
            let at = self.gone + self.guides.len() as u64;
            self.by_code.entry(code.key()).or_insert(at);
        }
        self.guides.push_back((guide, origin));
        if self.guides.len() > HELD { self.pop() } else { None }
    }

    fn pop(&mut self) -> Option<(Guide, Origin)> {
        let (guide, origin) = self.guides.pop_front()?;
        if let Some(code) = &guide.task_code
            && self.by_code.get(&code.key()) == Some(&self.gone)
        {
            self.by_code.remove(&code.key());
        }
        self.gone += 1;
        Some((guide, origin))
    }
}

struct Run<'r> {
    options: &'r Options,
    take: &'r mut dyn FnMut(Event) -> Result<(), Refusal>,
    total: u64,
    /// Bytes of the files before the present one.
    before: u64,
    /// Bytes at the last word of progress.
    told: u64,
    summary: Summary,
    sieve: Sieve,
    twins: Twins,
    entries: Entries,
    held: Held,
}

/// Rows at the top of a sheet among which its header may stand: titles and notes come first.
const HEADER_WITHIN: usize = 20;

/// Bytes between two words of progress.
const TELL_EVERY: u64 = 256 << 10;

/// Which rows of a table are of interest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Rows that are entries of guides.
    Entries,
    /// Rows that are guides, and everything that is wrong.
    Guides,
}

impl<'r> Run<'r> {
    fn inputs(&mut self, inputs: &[Input<'_>]) -> Result<(), Fault> {
        let mut children = Vec::with_capacity(inputs.len());
        for input in inputs {
            let tabular = matches!(input.kind, Kind::Csv | Kind::Workbook);
            children.push(!tabular && self.holds_entries(input));
            let read = match (tabular, children.last()) {
                (true, _) => self.table(input, Pass::Entries),
                (false, Some(true)) => self.records(input, Pass::Entries),
                (false, _) => Ok(()),
            };
            match read {
                Ok(()) => {}
                // Tables are read again, and told then.
                Err(Fault::File(_)) if tabular => {}
                Err(Fault::File(cause)) => self.tell(unreadable(&input.name, &cause))?,
                Err(refused) => return Err(refused),
            }
        }
        for (input, &entries) in inputs.iter().zip(&children) {
            self.summary.files += 1;
            let result = match input.kind {
                Kind::JsonLines | Kind::Json if entries => Ok(()),
                Kind::JsonLines | Kind::Json => self.records(input, Pass::Guides),
                Kind::Csv | Kind::Workbook => self.table(input, Pass::Guides),
            };
            match result {
                Ok(()) => {}
                Err(Fault::File(cause)) => self.tell(unreadable(&input.name, &cause))?,
                Err(refused) => return Err(refused),
            }
            while let Some((guide, origin)) = self.held.pop() {
                self.emit(guide, origin)?;
            }
            for finding in self.sieve.rest(&input.name) {
                self.pass_on(finding)?;
            }
            self.before += input.bytes;
            self.progress(0, true)?;
        }
        self.orphans()
    }

    /// Entries whose guide never came.
    fn orphans(&mut self) -> Result<(), Fault> {
        let mut orphans: Vec<(String, Vec<Entry>)> = self.entries.by_guide.drain().collect();
        orphans.sort_by(|a, b| a.0.cmp(&b.0));
        for (key, entries) in orphans {
            let Some(first) = entries.first() else { continue };
            let finding = Finding::new(
                Severity::Error,
                "orphan",
                &first.file,
                Some(first.row),
                format!("{} 行内容属于“{}”，本次导入没有这个事项", entries.len(), shortened(&key)),
                "一起导入该事项的指南，或改正实施编码、事项名称",
            );
            self.tell(finding)?;
        }
        Ok(())
    }

    /// Whether the first record of a file is an entry of a guide, such as a material.
    fn holds_entries(&self, input: &Input<'_>) -> bool {
        let mut entries = false;
        // Ends at the first record; whatever else is wrong is told when the file is read.
        let _ = jsonl::read(input, self.options, &mut |piece| {
            if let jsonl::Piece::Record { record, .. } = piece {
                let keys: Vec<String> = record.keys().cloned().collect();
                entries = record::own_fields(&record) < record.len()
                    && map::recognise(&self.options.maps, &keys).is_some_and(|found| !found.is_guides());
                return Err(Fault::Refused(Stop.into()));
            }
            Ok(())
        });
        entries
    }

    fn records(&mut self, input: &Input<'_>, pass: Pass) -> Result<(), Fault> {
        let options = self.options;
        let mut rows = 0_u64;
        // Records of one file mostly have the same keys: recognised once, used for all.
        let mut last: Option<(Vec<String>, Option<Recognised<'_>>)> = None;
        jsonl::read(input, options, &mut |piece| match piece {
            jsonl::Piece::Lost(finding) => {
                rows += u64::from(finding.row.is_some());
                self.summary.rows += u64::from(finding.row.is_some());
                self.tell(finding)
            }
            jsonl::Piece::Told(finding) => self.tell(finding),
            jsonl::Piece::Record { row, mut record, read } => {
                rows += 1;
                self.summary.rows += 1;
                self.progress(read, false)?;
                let own = record::own_fields(&record);
                let at = At { file: &input.name, row };
                if own == record.len() {
                    self.entries.give(&mut record);
                    return self.guide(record, None, at, false);
                }
                let keys: Vec<String> = record.keys().cloned().collect();
                if last.as_ref().is_none_or(|(known, _)| *known != keys) {
                    let found = map::recognise(&options.maps, &keys);
                    last = Some((keys, found));
                }
                match last.as_ref().and_then(|(_, found)| found.as_ref()) {
                    Some(found) if found.known() > own && (found.is_guides() || pass == Pass::Entries) => {
                        let values: Vec<&Value> = record.values().collect();
                        let mapped = found.apply(|index| values.get(index).copied());
                        self.unknown(found, at)?;
                        self.mapped(found, mapped, at)
                    }
                    _ => {
                        self.entries.give(&mut record);
                        self.guide(record, None, at, false)
                    }
                }
            }
        })?;
        if rows == 0 {
            self.tell(empty(&input.name, "文件里没有一条记录"))?;
        }
        Ok(())
    }

    fn table(&mut self, input: &Input<'_>, pass: Pass) -> Result<(), Fault> {
        let options = self.options;
        let mut sheet = Sheet::new(&input.name, None);
        let mut sheets = 0;
        let mut rows_of_file = 0;
        let mut lost_whole = false;
        table::read(input, options, &mut |piece| match piece {
            table::Piece::Sheet(label) => {
                if sheets > 0 {
                    self.end_of_sheet(&sheet, pass)?;
                }
                sheets += 1;
                sheet = Sheet::new(&input.name, label);
                Ok(())
            }
            table::Piece::Lost(finding) => {
                lost_whole |= finding.row.is_none();
                if pass == Pass::Guides { self.tell(finding) } else { Ok(()) }
            }
            table::Piece::Told(finding) => {
                if pass == Pass::Guides {
                    self.tell(finding)
                } else {
                    Ok(())
                }
            }
            table::Piece::Row { row, cells, read } => {
                if cells.iter().all(|cell| cell.trim().is_empty()) {
                    return Ok(());
                }
                rows_of_file += 1;
                if pass == Pass::Guides {
                    self.progress(read, false)?;
                }
                self.row(&mut sheet, row, &cells, pass)
            }
        })?;
        if sheets > 0 {
            self.end_of_sheet(&sheet, pass)?;
        }
        if pass == Pass::Guides && rows_of_file == 0 && !lost_whole {
            self.tell(empty(&input.name, "表里没有一行内容"))?;
        }
        Ok(())
    }

    /// A mapped row: a guide, or an entry of one.
    fn mapped(&mut self, found: &Recognised<'_>, mapped: map::Mapped, at: At<'_>) -> Result<(), Fault> {
        if found.is_guides() {
            self.mapped_guide(mapped, at)
        } else {
            self.entry(found.list().to_owned(), mapped, at)
        }
    }

    fn row(&mut self, sheet: &mut Sheet<'r>, row: u64, cells: &[String], pass: Pass) -> Result<(), Fault> {
        let options = self.options;
        let Some(found) = &sheet.header else {
            sheet.above += 1;
            if sheet.first.is_empty() {
                sheet.first = cells.to_vec();
                sheet.first_row = row;
            }
            if sheet.above <= HEADER_WITHIN {
                sheet.header = map::recognise(&options.maps, cells).map(Box::new);
                if let (Some(found), Pass::Guides) = (&sheet.header, pass) {
                    let file = sheet.file.clone();
                    self.unknown(found, At { file: &file, row })?;
                }
            }
            return Ok(());
        };
        let wanted = if found.is_guides() { Pass::Guides } else { Pass::Entries };
        if wanted != pass {
            return Ok(());
        }
        sheet.rows += 1;
        self.summary.rows += 1;
        let values: Vec<Value> = cells.iter().map(|cell| Value::from(cell.as_str())).collect();
        let mapped = found.apply(|index| values.get(index));
        self.mapped(found, mapped, At { file: &sheet.file, row })
    }

    fn end_of_sheet(&mut self, sheet: &Sheet<'_>, pass: Pass) -> Result<(), Fault> {
        if pass != Pass::Guides {
            return Ok(());
        }
        if sheet.above == 0 {
            // A blank second or third sheet is what spreadsheets add by themselves.
            return match &sheet.label {
                None => Ok(()),
                Some(_) => self.tell(Finding::new(
                    Severity::Notice,
                    "empty-sheet",
                    &sheet.file,
                    None,
                    "工作表是空的",
                    "不需要就删去",
                )),
            };
        }
        if sheet.header.is_none() {
            let seen: Vec<String> = sheet.first.iter().take(8).map(|h| shortened(h)).collect();
            return self.tell(Finding::new(
                Severity::Error,
                "header",
                &sheet.file,
                Some(sheet.first_row),
                format!(
                    "前 {HEADER_WITHIN} 行里没有认得的表头，整张表没有采用；第一行是：{}",
                    seen.join(" | ")
                ),
                "表头用 corpus/maps/ 中的名称，或用 --map 给出本来源的列映射",
            ));
        }
        let is_guides = sheet.header.as_ref().is_some_and(|h| h.is_guides());
        if is_guides && sheet.rows == 0 {
            return self.tell(empty(&sheet.file, "表里只有表头"));
        }
        Ok(())
    }

    /// One row of a child table: kept until its guide comes.
    fn entry(&mut self, list: String, mapped: map::Mapped, at: At<'_>) -> Result<(), Fault> {
        self.doubts(&mapped, at, "")?;
        match mapped.link {
            Some(link) => {
                let entry = Entry {
                    list,
                    entry: Value::Object(mapped.record),
                    file: at.file.to_owned(),
                    row: at.row,
                };
                self.entries.by_guide.entry(Entries::key(&link)).or_default().push(entry);
                Ok(())
            }
            None => self.tell(Finding::new(
                Severity::Error,
                "link",
                at.file,
                Some(at.row),
                "这一行没有写明属于哪个事项，没有采用",
                "填写实施编码或事项名称",
            )),
        }
    }

    fn mapped_guide(&mut self, mut mapped: map::Mapped, at: At<'_>) -> Result<(), Fault> {
        let name = mapped.record.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.doubts(&mapped, at, &name)?;
        self.entries.give(&mut mapped.record);
        self.guide(mapped.record, mapped.page, at, true)
    }

    fn doubts(&mut self, mapped: &map::Mapped, at: At<'_>, name: &str) -> Result<(), Fault> {
        // A guide is replaced whole: with a change, what can't be read would be lost without a trace.
        let severity = if self.options.changes { Severity::Error } else { Severity::Warning };
        for doubt in &mapped.doubts {
            let finding =
                Finding::new(severity, "value", at.file, Some(at.row), doubt.reason.as_str(), doubt.fix)
                    .field(doubt.header.as_str())
                    .item(name);
            self.tell(finding)?;
        }
        Ok(())
    }

    /// Columns that no map knows, once for each kind of row.
    fn unknown(&mut self, found: &Recognised<'_>, at: At<'_>) -> Result<(), Fault> {
        let unknown: Vec<String> = found.unknown().into_iter().map(shortened).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        self.tell(Finding::new(
            Severity::Notice,
            "unknown-column",
            at.file,
            Some(at.row),
            format!("这些列不在列映射“{}”中，没有采用：{}", found.map, unknown.join("、")),
            "需要的列用 --map 说明含义",
        ))
    }

    fn guide(
        &mut self,
        record: Map<String, Value>,
        page: Option<String>,
        at: At<'_>,
        from_table: bool,
    ) -> Result<(), Fault> {
        let mut findings = Vec::new();
        let guide = match self.options.changes {
            true => record::change(record, page, at, &mut findings),
            false => record::guide(record, page, at, &mut findings),
        };
        for finding in findings {
            self.tell(finding)?;
        }
        let Some(guide) = guide else { return Ok(()) };
        let origin = Origin { file: at.file.to_owned(), row: at.row };
        if !from_table {
            return self.emit(guide, origin);
        }
        let Some(guide) = self.held.join(guide) else { return Ok(()) };
        match self.held.push(guide, origin) {
            Some((guide, origin)) => self.emit(guide, origin),
            None => Ok(()),
        }
    }

    fn emit(&mut self, guide: Guide, origin: Origin) -> Result<(), Fault> {
        let at = At { file: &origin.file, row: origin.row };
        if let Some(duplicate) = self.twins.meet(&guide, at, self.options.changes) {
            return self.tell(duplicate);
        }
        let goes = self.options.changes && guide.operation() == Ok(Operation::Delete);
        for finding in check::check(&guide, at).into_iter().filter(|_| !goes) {
            self.tell(finding)?;
        }
        self.summary.guides += 1;
        (self.take)(Event::Guide(Box::new(guide), origin)).map_err(Fault::Refused)
    }

    fn tell(&mut self, finding: Finding) -> Result<(), Fault> {
        if self.sieve.passes(&finding) {
            return self.pass_on(finding);
        }
        self.summary.count(finding.severity);
        Ok(())
    }

    fn pass_on(&mut self, finding: Finding) -> Result<(), Fault> {
        self.summary.count(finding.severity);
        (self.take)(Event::Finding(finding)).map_err(Fault::Refused)
    }

    fn progress(&mut self, read: u64, always: bool) -> Result<(), Fault> {
        let done_bytes = self.before + read;
        if !always && done_bytes < self.told + TELL_EVERY {
            return Ok(());
        }
        self.told = done_bytes;
        let total_bytes = self.total.max(done_bytes);
        (self.take)(Event::Progress { done_bytes, total_bytes }).map_err(Fault::Refused)
    }
}

/// A sheet being read.
struct Sheet<'m> {
    /// File, with the sheet's label behind it.
    file: String,
    label: Option<String>,
    header: Option<Box<Recognised<'m>>>,
    /// Rows seen before the header, itself included.
    above: usize,
    first: Vec<String>,
    first_row: u64,
    /// Rows below the header.
    rows: u64,
}

impl Sheet<'_> {
    fn new(file: &str, label: Option<String>) -> Self {
        Sheet {
            file: label.as_ref().map_or_else(|| file.to_owned(), |label| format!("{file}[{label}]")),
            label,
            header: None,
            above: 0,
            first: Vec::new(),
            first_row: 0,
            rows: 0,
        }
    }
}

fn unreadable(file: &str, cause: &std::io::Error) -> Finding {
    Finding::new(
        Severity::Error,
        "unreadable",
        file,
        None,
        format!("文件读不下去：{cause}，其后没有读取"),
        "检查文件的权限和所在磁盘",
    )
}

fn empty(file: &str, reason: &str) -> Finding {
    Finding::new(Severity::Error, "empty", file, None, reason, "重新导出该文件，或不要导入它")
}
