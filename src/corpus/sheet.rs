//! Tables out, as workbooks (XLSX) for the offices.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words; more than a cell holds is cut and marked.
    Text(String),
    /// A number.
    Number(f64),
    /// Nothing.
    Empty,
}

/// A sheet: its name, its columns with their widths in characters, its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// At most 31 characters, none of `[]:*?/\`.
    pub name: &'static str,
    /// Headers and widths.
    pub columns: Vec<(&'static str, f64)>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<Cell>>,
}

/// The workbook can't be made.
#[derive(Debug, thiserror::Error)]
#[error("can't make the workbook: {0}")]
pub struct SheetError(#[from] XlsxError);

/// Characters that a cell holds.
const CELL: usize = 32_000;

/// Rows that a sheet holds, less the header.
const ROWS: usize = 1_048_575;

/// A workbook with these sheets, each with a fixed header that can be filtered by. What no longer fits a sheet is cut
/// and said so in its last row.
pub fn workbook(sheets: &[Page]) -> Result<Vec<u8>, SheetError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap();
    for sheet in sheets {
        let on = book.add_worksheet();
        on.set_name(sheet.name)?;
        for (at, (header, width)) in (0u16..).zip(&sheet.columns) {
            on.write_with_format(0, at, *header, &bold)?;
            on.set_column_width(at, *width)?;
        }
        on.set_freeze_panes(1, 0)?;
        let fits = if sheet.rows.len() > ROWS { ROWS - 1 } else { sheet.rows.len() };
        for (row, cells) in (1u32..).zip(&sheet.rows[..fits]) {
            for (at, cell) in (0u16..).zip(cells) {
                match cell {
                    Cell::Text(text) => on.write_with_format(row, at, cut(text), &wrapped)?,
                    Cell::Number(number) => on.write_number(row, at, *number)?,
                    Cell::Empty => continue,
                };
            }
        }
        if fits < sheet.rows.len() {
            let left = format!("还有 {} 行没有列出，请按条件筛选后再导出", sheet.rows.len() - fits);
            on.write_string(fits as u32 + 1, 0, left)?;
        }
        let last = (sheet.columns.len() as u16).saturating_sub(1);
        on.autofilter(0, 0, fits as u32, last)?;
    }
    Ok(book.save_to_buffer()?)
}

fn cut(text: &str) -> String {
    if text.chars().nth(CELL).is_none() {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(CELL).collect();
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    #[test]
    fn what_is_written_can_be_read() {
        let sheet = Page {
            name: "差异",
            columns: vec![("事项", 30.0), ("地区数", 8.0)],
            rows: vec![
                vec![Cell::Text("居民身份证办理".into()), Cell::Number(3.0)],
                vec![Cell::Text("长".repeat(40_000)), Cell::Empty],
            ],
        };
        let bytes = workbook(&[sheet]).unwrap();
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("差异").unwrap();
        let cells: Vec<Vec<Data>> = range.rows().map(<[Data]>::to_vec).collect();
        assert_eq!(cells[0][0], Data::String("事项".into()));
        assert_eq!(cells[1], [Data::String("居民身份证办理".into()), Data::Float(3.0)]);
        assert!(matches!(&cells[2][0], Data::String(text) if text.ends_with('…')));
    }
}
