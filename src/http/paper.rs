//! Sheets to take along, as PDF and as a picture: headings, lines with boxes to tick, a code to scan. One layout for
//! both; the font comes with the program.

use qrcode::{EcLevel, QrCode};
use std::fmt::Write;
use std::sync::{Arc, LazyLock};
use svg2pdf::usvg;

/// A sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paper {
    /// What it is.
    pub title: String,
    /// What it is for.
    pub subject: String,
    /// Label and value, at the top.
    pub head: Vec<(String, String)>,
    /// What must be known before all else.
    pub notices: Vec<String>,
    /// What it says.
    pub sections: Vec<Section>,
    /// An address to scan, with what it leads to.
    pub code: Option<(String, String)>,
    /// At the end, in small type.
    pub foot: Vec<String>,
}

/// Lines under a heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// The heading.
    pub heading: String,
    /// The lines.
    pub lines: Vec<Entry>,
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// A box to tick; `Some(true)` where it is ticked.
    pub tick: Option<bool>,
    /// What it says.
    pub text: String,
    /// What else, in small type below.
    pub note: Option<String>,
}

/// A sheet can't be drawn.
#[derive(Debug, thiserror::Error)]
#[error("can't draw the sheet: {0}")]
pub struct PaperError(String);

/// Noto Sans SC, less all that is no Chinese, Latin or sign (SIL Open Font License 1.1, see `paper/README.md`).
const FONT: &[u8] = include_bytes!("paper/NotoSansSC-subset.otf");
const FAMILY: &str = "Noto Sans CJK SC";

/// A4, in points.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 48.0;

/// Sizes of type, in points.
const TITLE: f32 = 19.0;
const SUBJECT: f32 = 13.0;
const HEADING: f32 = 12.5;
const TEXT: f32 = 11.0;
const SMALL: f32 = 9.0;

/// Height of a line, by its type.
const LEADING: f32 = 1.5;

/// Side of the code to scan.
const CODE: f32 = 92.0;

/// Points of the picture for each of the layout: 1,190 across.
const SCALE: f32 = 2.0;

/// Pictures stop here: phones refuse longer ones.
const LONGEST: f32 = 6_000.0;

static FONTS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(FONT.to_vec());
    Arc::new(fonts)
});

/// Where the next line goes.
struct Pen {
    /// Drawings of the pages before, and of this one.
    pages: Vec<String>,
    y: f32,
    /// No page breaks where it isn't set.
    bottom: Option<f32>,
}

impl Pen {
    fn new(paged: bool) -> Pen {
        Pen { pages: vec![String::new()], y: MARGIN, bottom: paged.then_some(HEIGHT - MARGIN) }
    }

    /// Makes room: on the next page where this one has none.
    fn room(&mut self, height: f32) {
        if self.bottom.is_some_and(|bottom| self.y + height > bottom) && self.y > MARGIN {
            self.pages.push(String::new());
            self.y = MARGIN;
        }
    }

    fn draw(&mut self, shape: std::fmt::Arguments<'_>) {
        if let Some(page) = self.pages.last_mut() {
            // Writing into a text can't fail.
            let _ = page.write_fmt(shape);
        }
    }

    /// One line of type.
    fn type_line(&mut self, x: f32, size: f32, text: &str, colour: &str, bold: bool) {
        let line = size * LEADING;
        self.room(line);
        let (y, text) = (self.y + size, escaped(text));
        // The font has one weight: a thin outline makes it bold.
        let outline = if bold {
            format!(" stroke=\"{colour}\" stroke-width=\"{:.2}\"", size / 36.0)
        } else {
            String::new()
        };
        self.draw(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{colour}\"{outline}>{text}</text>"
        ));
        self.y += line;
    }

    /// Type in as many lines as it needs.
    fn type_text(&mut self, x: f32, width: f32, size: f32, text: &str, colour: &str, bold: bool) {
        for line in wrapped(text, width / size) {
            self.type_line(x, size, &line, colour, bold);
        }
    }

    fn rule(&mut self) {
        let y = self.y;
        self.draw(format_args!(
            "<path d=\"M{MARGIN} {y}H{}\" stroke=\"#999\" stroke-width=\"0.7\"/>",
            WIDTH - MARGIN
        ));
        self.y += 8.0;
    }

    fn tick_box(&mut self, x: f32, ticked: bool) {
        let (y, side) = (self.y + 1.5, TEXT);
        self.draw(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" fill=\"none\" stroke=\"#000\" stroke-width=\"0.9\"/>"
        ));
        if ticked {
            let (left, top) = (x + 2.0, y + 5.5);
            self.draw(format_args!(
                "<path d=\"M{left} {top}l2.8 3 5-6.5\" fill=\"none\" stroke=\"#000\" stroke-width=\"1.4\"/>"
            ));
        }
    }
}

/// Lays a sheet out: one drawing a page.
fn laid_out(paper: &Paper, paged: bool) -> Result<(Vec<String>, f32), PaperError> {
    let mut pen = Pen::new(paged);
    let whole = WIDTH - 2.0 * MARGIN;
    let beside = if paper.code.is_some() { whole - CODE - 16.0 } else { whole };
    if let Some((address, label)) = &paper.code {
        let x = WIDTH - MARGIN - CODE;
        code(&mut pen, address, x)?;
        let y = MARGIN + CODE + SMALL * 1.3;
        let (middle, label) = (x + CODE / 2.0, escaped(label));
        pen.draw(format_args!(
            "<text x=\"{middle}\" y=\"{y}\" font-size=\"{SMALL}\" text-anchor=\"middle\">{label}</text>"
        ));
    }
    pen.type_text(MARGIN, beside, TITLE, &paper.title, "#000", true);
    pen.y += 2.0;
    pen.type_text(MARGIN, beside, SUBJECT, &paper.subject, "#000", true);
    for (label, value) in &paper.head {
        pen.type_text(MARGIN, beside, SMALL + 1.0, &format!("{label}：{value}"), "#333", false);
    }
    if paper.code.is_some() {
        pen.y = pen.y.max(MARGIN + CODE + SMALL * 2.2);
    }
    pen.y += 6.0;
    for notice in &paper.notices {
        pen.type_text(MARGIN, whole, TEXT, &format!("注意：{notice}"), "#000", true);
    }
    for section in &paper.sections {
        // A heading never stands alone at the end of a page.
        pen.room(HEADING * LEADING + 8.0 + 2.0 * TEXT * LEADING);
        pen.rule();
        pen.type_text(MARGIN, whole, HEADING, &section.heading, "#000", true);
        pen.y += 2.0;
        for entry in &section.lines {
            pen.room(TEXT * LEADING);
            let x = match entry.tick {
                Some(ticked) => {
                    pen.tick_box(MARGIN, ticked);
                    MARGIN + TEXT + 8.0
                }
                None => MARGIN,
            };
            pen.type_text(x, WIDTH - MARGIN - x, TEXT, &entry.text, "#000", false);
            if let Some(note) = &entry.note {
                pen.type_text(x, WIDTH - MARGIN - x, SMALL, note, "#333", false);
            }
            pen.y += 3.0;
        }
        pen.y += 5.0;
    }
    if !paper.foot.is_empty() {
        pen.room(8.0 + SMALL * LEADING);
        pen.rule();
        for line in &paper.foot {
            pen.type_text(MARGIN, whole, SMALL, line, "#333", false);
        }
    }
    let height = match paged {
        true => HEIGHT,
        false => (pen.y + MARGIN).min(LONGEST),
    };
    Ok((pen.pages, height))
}

/// A code to scan, at the top.
fn code(pen: &mut Pen, address: &str, x: f32) -> Result<(), PaperError> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M)
        .map_err(|e| PaperError(format!("{address}: {e}")))?;
    let side = CODE / code.width() as f32;
    let mut path = String::new();
    for (at, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            let (column, row) = ((at % code.width()) as f32, (at / code.width()) as f32);
            let _ = write!(
                path,
                "M{:.2} {:.2}h{side:.3}v{side:.3}h-{side:.3}z",
                x + column * side,
                MARGIN + row * side
            );
        }
    }
    pen.draw(format_args!("<path d=\"{path}\" fill=\"#000\" shape-rendering=\"crispEdges\"/>"));
    Ok(())
}

/// Width of a character, by the size of its type.
fn em(c: char) -> f32 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.3,
        ' ' => 0.25,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.9,
        c if c.is_ascii_uppercase() => 0.68,
        c if c.is_ascii() => 0.56,
        _ => 1.0,
    }
}

/// Signs that begin no line.
const NOT_FIRST: &str = "，。、；：！？）》〉】〕”’%";

/// A text in lines of so many ems; a word of Latin letters or digits is cut only where it fills a line.
fn wrapped(text: &str, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let chars: Vec<char> = paragraph.chars().collect();
        let (mut line, mut used, mut at) = (String::new(), 0.0, 0);
        while at < chars.len() {
            let word = chars[at..].iter().take_while(|c| c.is_ascii_graphic()).count().max(1);
            let size: f32 = chars[at..at + word].iter().map(|c| em(*c)).sum();
            let hangs = word == 1 && NOT_FIRST.contains(chars[at]) && used + size <= width + 1.0;
            if used + size <= width || hangs {
                line.extend(&chars[at..at + word]);
                used += size;
                at += word;
            } else if used > 0.0 {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            } else {
                // Longer than a line: as much as fits.
                let mut fits = 0;
                while fits < word && used + em(chars[at + fits]) <= width {
                    used += em(chars[at + fits]);
                    fits += 1;
                }
                let fits = fits.max(1);
                line.extend(&chars[at..at + fits]);
                at += fits;
            }
        }
        lines.push(line);
    }
    lines
}

fn escaped(text: &str) -> String {
    let plain = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // What no page can show.
    plain.chars().filter(|c| !c.is_control()).collect()
}

fn tree(page: &str, height: f32) -> Result<usvg::Tree, PaperError> {
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"{FAMILY}\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>{page}</svg>"
    );
    let options =
        usvg::Options { fontdb: FONTS.clone(), font_family: FAMILY.into(), ..usvg::Options::default() };
    usvg::Tree::from_str(&svg, &options).map_err(|e| PaperError(e.to_string()))
}

/// The sheet as PDF, A4, as many pages as it needs; its text can be selected and searched.
pub fn pdf(paper: &Paper) -> Result<Vec<u8>, PaperError> {
    use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, TextStr};
    let (pages, height) = laid_out(paper, true)?;
    let mut next = Ref::new(1);
    let (catalog, tree_id, info) = (next.bump(), next.bump(), next.bump());
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree_id);
    let title = format!("{} {}", paper.title, paper.subject);
    pdf.document_info(info).title(TextStr(&title)).producer(TextStr("bangban"));
    let mut ids = Vec::new();
    for page in &pages {
        let drawn = tree(page, height)?;
        let (chunk, drawing) = svg2pdf::to_chunk(&drawn, svg2pdf::ConversionOptions::default())
            .map_err(|e| PaperError(e.to_string()))?;
        let mut known = std::collections::HashMap::new();
        let chunk = chunk.renumber(|old| *known.entry(old).or_insert_with(|| next.bump()));
        let Some(drawing) = known.get(&drawing).copied() else {
            return Err(PaperError("a page without a drawing".into()));
        };
        let (page_id, content_id) = (next.bump(), next.bump());
        let name = Name(b"S");
        let mut on_page = pdf.page(page_id);
        on_page.media_box(Rect::new(0.0, 0.0, WIDTH, height)).parent(tree_id).contents(content_id);
        on_page.resources().x_objects().pair(name, drawing);
        on_page.finish();
        let mut content = Content::new();
        content.save_state().transform([WIDTH, 0.0, 0.0, height, 0.0, 0.0]).x_object(name).restore_state();
        pdf.stream(content_id, &content.finish());
        pdf.extend(&chunk);
        ids.push(page_id);
    }
    pdf.pages(tree_id).count(ids.len() as i32).kids(ids);
    Ok(pdf.finish())
}

/// The sheet as one picture (PNG), as long as it needs.
pub fn png(paper: &Paper) -> Result<Vec<u8>, PaperError> {
    let (pages, height) = laid_out(paper, false)?;
    let drawn = tree(&pages.concat(), height)?;
    let (across, down) = ((WIDTH * SCALE) as u32, (height * SCALE) as u32);
    let mut picture = resvg::tiny_skia::Pixmap::new(across, down)
        .ok_or_else(|| PaperError(format!("{across} × {down} points are too many")))?;
    resvg::render(&drawn, resvg::tiny_skia::Transform::from_scale(SCALE, SCALE), &mut picture.as_mut());
    picture.encode_png().map_err(|e| PaperError(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_where_they_may() {
        for (text, width, want) in [
            ("居民户口簿原件", 4.0, vec!["居民户口", "簿原件"]),
            ("一二三四，五", 4.0, vec!["一二三四，", "五"]),
            ("电话0470-8223333转", 7.0, vec!["电话", "0470-8223333", "转"]),
            ("a\nb", 4.0, vec!["a", "b"]),
            ("", 4.0, vec![]),
        ] {
            let got = wrapped(text, width);
            assert_eq!(got, want, "{text}");
        }
        assert!(wrapped(&"w".repeat(100), 5.0).len() > 15, "a word longer than a line is cut");
    }

    #[test]
    fn a_long_sheet_has_several_pages_and_a_picture_has_one() {
        let line = |at: usize| Entry {
            tick: Some(at == 1),
            text: format!("材料 {at} <原件>"),
            note: Some("说明 & 备注".into()),
        };
        let paper = Paper {
            title: "办事材料清单".into(),
            subject: "居民身份证办理".into(),
            sections: vec![Section { heading: "要带的材料".into(), lines: (0..60).map(line).collect() }],
            code: Some(("https://example.gov.cn/x?a=1&b=2".into(), "扫码在线办理".into())),
            ..Paper::default()
        };
        let bytes = pdf(&paper).unwrap();
        assert!(bytes.starts_with(b"%PDF"));
        let pages =
            bytes.windows(12).filter(|part| part == b"/Type /Page\n" || part == b"/Type /Page ").count();
        assert!(pages >= 2, "{pages} pages");
        let picture = png(&paper).unwrap();
        assert!(picture.starts_with(b"\x89PNG"));
    }
}
