//! Files in, findings out: every way a file can be wrong costs what is wrong and nothing more.

use crate::house::{build, embedder, fixture, today};
use bangban::corpus::{Event, Finding, Options, ReadError, Severity, Summary, read, read_bytes};
use bangban::guide::{Answers, Guide};
use bangban::search::{Search, SearchError};
use rust_xlsxwriter::Workbook;
use std::io::Write;
use std::path::Path;

struct Got {
    guides: Vec<Guide>,
    findings: Vec<Finding>,
    summary: Summary,
}

impl Got {
    fn rules(&self) -> Vec<&str> {
        self.findings.iter().filter(|f| f.severity != Severity::Notice).map(|f| f.rule).collect()
    }

    fn errors(&self) -> Vec<&Finding> {
        self.findings.iter().filter(|f| f.severity == Severity::Error).collect()
    }
}

fn taker<'t>(
    guides: &'t mut Vec<Guide>,
    findings: &'t mut Vec<Finding>,
) -> impl FnMut(Event) -> Result<(), bangban::corpus::Refusal> + 't {
    |event| {
        match event {
            Event::Guide(guide, _) => guides.push(*guide),
            Event::Finding(finding) => findings.push(finding),
            Event::Progress { done_bytes, total_bytes } => assert!(done_bytes <= total_bytes),
        }
        Ok(())
    }
}

fn options() -> Options {
    Options { longest_line: 4 << 10, largest_file: 2 << 20, largest_unpacked: 4 << 20, ..Options::default() }
}

fn bytes(name: &str, bytes: &[u8]) -> Got {
    let (mut guides, mut findings) = (Vec::new(), Vec::new());
    let summary = read_bytes(name, bytes, &options(), &mut taker(&mut guides, &mut findings)).unwrap();
    let counted = findings.iter().filter(|f| f.severity == Severity::Error).count() as u64;
    assert_eq!(summary.errors, counted);
    assert_eq!(summary.guides, guides.len() as u64);
    Got { guides, findings, summary }
}

fn folder(dir: &Path) -> Got {
    let (mut guides, mut findings) = (Vec::new(), Vec::new());
    let summary = read(&[dir.to_owned()], &options(), &mut taker(&mut guides, &mut findings)).unwrap();
    Got { guides, findings, summary }
}

#[test]
fn a_bad_row_costs_one_row() {
    let got = bytes(
        "a.jsonl",
        "{\"name\":\"甲\"}\n{\"name\":\n[1]\n{\"item_type\":\"x\"}\n\n{\"name\":\"乙\",\"max_visits\":\"多\"}\n{\"name\":\"丙\"}\n"
            .as_bytes(),
    );
    let names: Vec<&str> = got.guides.iter().map(|g| g.name.as_str()).collect();
    assert_eq!(names, ["甲", "丙"]);
    let errors: Vec<(Option<u64>, &str)> = got.errors().iter().map(|f| (f.row, f.rule)).collect();
    assert_eq!(errors, [(Some(2), "json"), (Some(3), "json"), (Some(4), "name"), (Some(6), "type")]);
    assert!(got.findings.iter().all(|f| !f.reason.is_empty() && !f.fix.is_empty()));
}

#[test]
fn every_broken_file_gets_its_own_word() {
    let long = format!("{{\"name\":\"{}\"}}\n{{\"name\":\"好\"}}\n", "长".repeat(4000));
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain("甲".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (name, content, rule, guides) in [
        ("truncated.jsonl", "{\"name\":\"甲\"}\n{\"name\":\"乙\",\"mat".as_bytes().to_vec(), "truncated", 1),
        ("long.jsonl", long.into_bytes(), "line-too-long", 1),
        ("binary.jsonl", b"\xFF\xFF\xFF\x00\n".to_vec(), "encoding", 0),
        ("utf16.jsonl", utf16, "encoding", 0),
        ("empty.jsonl", Vec::new(), "empty", 0),
        ("empty.csv", b"\n\n".to_vec(), "empty", 0),
        ("header-only.csv", "事项名称,实施主体\n".as_bytes().to_vec(), "empty", 0),
        ("stranger.csv", "甲,乙\n1,2\n".as_bytes().to_vec(), "header", 0),
        ("quotes.csv", format!("事项名称,实施主体\n甲,\"{}", "x\n".repeat(60_000)).into_bytes(), "csv", 0),
        ("broken.json", b"[{\"name\":\"a\"".to_vec(), "json", 0),
        ("huge.json", vec![b' '; 3 << 20], "file-too-large", 0),
        ("not.xlsx", b"PK\x03\x04 but not really".to_vec(), "workbook", 0),
        ("empty.xlsx", Vec::new(), "empty", 0),
        ("locked.xlsx", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "password", 0),
        ("bomb.xlsx", bomb(), "workbook", 0),
    ] {
        let got = bytes(name, &content);
        assert!(got.rules().contains(&rule), "{name}: {:?}", got.findings);
        assert_eq!(got.guides.len(), guides, "{name}: {:?}", got.findings);
        assert!(got.findings.iter().all(|f| f.to_string().lines().count() == 1), "{name}");
    }
}

/// A workbook whose one sheet unpacks to 16 MiB of spaces.
fn bomb() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    for _ in 0..16 {
        archive.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_line_without_end_is_passed_over_in_little_memory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("endless.jsonl");
    let mut file = std::fs::File::create(&path).unwrap();
    // One gigabyte of nothing, which takes no room on disk.
    file.set_len(1 << 30).unwrap();
    std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).unwrap();
    file.write_all("\n{\"name\":\"甲\"}\n".as_bytes()).unwrap();
    let got = folder(dir.path());
    assert_eq!(got.guides.len(), 1);
    assert_eq!(got.rules(), ["line-too-long"]);
    assert!(got.errors()[0].reason.contains("1073741825"), "{}", got.errors()[0].reason);
}

#[test]
fn gb18030_is_read_and_said() {
    for (name, text) in [
        ("a.jsonl", "{\"name\":\"居民身份证办理\",\"department\":\"公安局\"}\n{\"name\":\"户口簿补领\"}\n"),
        ("a.csv", "事项名称,实施主体\n居民身份证办理,公安局\n户口簿补领,公安局\n"),
    ] {
        let (gbk, _, _) = encoding_rs::GB18030.encode(text);
        let got = bytes(name, &gbk);
        assert_eq!(got.guides.len(), 2, "{name}: {:?}", got.findings);
        assert_eq!(got.guides[0].name, "居民身份证办理");
        assert!(got.findings.iter().any(|f| f.rule == "gb18030"), "{name}");
    }
}

#[test]
fn duplicate_codes_are_told_with_both_places() {
    let got = bytes(
        "a.jsonl",
        "{\"name\":\"甲\",\"task_code\":\"ab1\"}\n{\"name\":\"乙\",\"task_code\":\"AB1\"}\n".as_bytes(),
    );
    assert_eq!(got.guides.len(), 1);
    let [error] = got.errors()[..] else { panic!("{:?}", got.findings) };
    assert_eq!((error.rule, error.row), ("duplicate", Some(2)));
    assert!(error.reason.contains("第1行"), "{}", error.reason);
}

#[test]
fn paths_that_cannot_be_read_say_why() {
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("说明.txt");
    std::fs::write(&text, "x").unwrap();
    for (path, part) in [
        (dir.path().join("none"), "no such file"),
        (text, "not a format"),
        (dir.path().to_owned(), "no .jsonl"),
    ] {
        let error = read(&[path], &options(), &mut |_| Ok(())).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_taker_can_stop() {
    let error = read_bytes("a.jsonl", "{\"name\":\"甲\"}\n".as_bytes(), &options(), &mut |_| {
        Err(bangban::corpus::Stop.into())
    });
    assert!(matches!(error, Err(ReadError::Refused(_))));
}

/// A workbook as the portal's labels have it: guides below a title, materials on a sheet of their own.
fn portal_workbook(path: &Path) {
    let mut book = Workbook::new();
    let guides = book.add_worksheet().set_name("事项").unwrap();
    guides.write(0, 0, "办事指南导出（测试）").unwrap();
    for (column, header) in
        ["事项名称", "实施编码", "实施主体", "法定办结时限", "业务办理项名称", "网上办理深度"]
            .iter()
            .enumerate()
    {
        guides.write(2, column as u16, *header).unwrap();
    }
    for (row, cells) in [
        ["居民身份证办理", "1101", "公安局", "60个自然日", "首次申领", "Ⅳ级"],
        ["居民身份证办理", "1101", "公安局", "60个自然日", "丢失补领", "Ⅳ级"],
        ["食品经营许可", "1102", "市场监管局", "20个工作日", "新办", ""],
    ]
    .iter()
    .enumerate()
    {
        for (column, cell) in cells.iter().enumerate() {
            guides.write(row as u32 + 3, column as u16, *cell).unwrap();
        }
    }
    let materials = book.add_worksheet().set_name("材料").unwrap();
    for (column, header) in ["实施编码", "材料名称", "材料类型"].iter().enumerate() {
        materials.write(0, column as u16, *header).unwrap();
    }
    for (row, cells) in
        [["1101", "户口簿", "原件"], ["1102", "营业执照", "复印件"], ["9999", "无主材料", "原件"]]
            .iter()
            .enumerate()
    {
        for (column, cell) in cells.iter().enumerate() {
            materials.write(row as u32 + 1, column as u16, *cell).unwrap();
        }
    }
    book.add_worksheet();
    book.save(path).unwrap();
}

#[test]
fn a_workbook_gives_guides_with_the_materials_of_its_other_sheet() {
    let dir = tempfile::tempdir().unwrap();
    portal_workbook(&dir.path().join("portal.xlsx"));
    let got = folder(dir.path());
    let [id, food] = &got.guides[..] else { panic!("{:?}", got.findings) };
    let cases: Vec<&str> = id.business_items.iter().map(|b| b.name.as_str()).collect();
    assert_eq!(cases, ["首次申领", "丢失补领"], "rows that are cases of one guide are one guide");
    assert_eq!(id.materials.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["户口簿"]);
    assert_eq!(food.materials[0].name, "营业执照");
    assert_eq!(id.legal_limit.as_ref().unwrap().value, Some(60));
    let sources: Vec<String> = id.provenance.of("name", None).iter().map(ToString::to_string).collect();
    assert_eq!(sources, ["import:portal.xlsx[事项]#4"]);
    assert_eq!(got.rules(), ["orphan"], "a material whose guide never came is told");
    assert!(got.findings.iter().any(|f| f.rule == "empty-sheet"), "{:?}", got.findings);
    assert_eq!(got.summary.rows, 6);
}

#[test]
fn national_exchange_tables_join_by_code_whatever_their_format_and_order() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("a_material.csv"),
        "task_code,material_name,material_type,is_need\nT1,申请表,1,1\nT1,照片,1,1\nT2,执照,2,1\n",
    )
    .unwrap();
    std::fs::write(
        dir.path().join("b_general.jsonl"),
        "{\"task_name\":\"甲\",\"task_code\":\"T1\",\"catalog_code\":\"000100000001\",\"task_type\":\"01\"}\n\
         {\"task_name\":\"乙\",\"task_code\":\"T2\",\"catalog_code\":\"000100000002\",\"task_type\":\"20\"}\n",
    )
    .unwrap();
    std::fs::write(
        dir.path().join("c_material.jsonl"),
        "{\"task_code\":\"T2\",\"material_name\":\"章程\",\"material_type\":\"1\",\"is_need\":\"1\"}\n",
    )
    .unwrap();
    let got = folder(dir.path());
    let names = |at: usize| got.guides[at].materials.iter().map(|m| m.name.as_str()).collect::<Vec<_>>();
    assert_eq!(got.guides.len(), 2, "{:?}", got.findings);
    assert_eq!(names(0), ["申请表", "照片"]);
    assert_eq!(names(1), ["执照", "章程"]);
    assert_eq!(got.guides[0].item_type.as_ref().unwrap().word(), "行政许可");
    assert!(got.errors().is_empty(), "{:?}", got.findings);
}

#[test]
fn cases_far_apart_in_a_table_still_make_one_guide() {
    let mut table = "task_code,task_name,task_handle_item_name\nT1,甲,新办\n".to_owned();
    for n in 0..3_000 {
        table.push_str(&format!("X{n},乙{n},新办\n"));
    }
    table.push_str("T1,甲,注销\n");
    let got = bytes("a.csv", table.as_bytes());
    assert_eq!(got.guides.len(), 3_001, "{:?}", got.findings.last());
    assert_eq!(got.guides[0].business_items.len(), 2);
}

#[test]
fn the_old_index_serves_until_the_new_one_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let embedder = embedder();
    let first = build(dir.path(), &[fixture()], Some(&embedder));
    let old = Search::open(dir.path()).unwrap();

    // Nothing to index, and far fewer guides: refused, the old generation stays current.
    let few = dir.path().join("few.jsonl");
    std::fs::write(&few, "{\"name\":\"甲\"}\n").unwrap();
    let sources = bangban::assist::Sources {
        paths: vec![few],
        options: Options::default(),
        companions: crate::house::companions(),
    };
    let plan = bangban::search::Plan {
        root: dir.path().to_owned(),
        now: jiff::Timestamp::now(),
        allow_shrink: false,
        examples: 24,
    };
    let refused = bangban::assist::import(sources, plan, Some(&embedder), &mut |_| {});
    assert!(
        matches!(refused, Err(bangban::assist::ImportError::Search(SearchError::Shrunk { found: 1, .. }))),
        "{refused:?}"
    );
    assert_eq!(bangban::search::current(dir.path()).unwrap(), Some(first.generation.clone()));

    // A second import makes a second generation; a reader of the first goes on reading it.
    let second = build(dir.path(), &[fixture()], None);
    assert_ne!(first.generation, second.generation);
    let item = old.named("居民身份证办理").unwrap();
    let placed = old.place(item, None, today()).unwrap().unwrap();
    assert_eq!(placed.guide.name, "居民身份证办理");
    assert_eq!(Search::open(dir.path()).unwrap().manifest().generation, second.generation);
    assert!(bangban::guide::compose(&placed.guide, &Answers::default(), today()).materials.len() > 1);
}

#[test]
fn broken_files_of_an_index_are_named_not_served() {
    let dir = tempfile::tempdir().unwrap();
    let made = build(dir.path(), &[fixture()], None);
    let generation = dir.path().join(&made.generation);
    for file in [
        "items.jsonl",
        "guides.bin",
        "numbers.bin",
        "MANIFEST.toml",
        "labels.jsonl",
        "vectors.f32",
        "regions.tsv",
    ] {
        let path = generation.join(file);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, b"\x00rubbish").unwrap();
        let opened = Search::open(dir.path());
        assert!(opened.is_err(), "{file}");
        std::fs::remove_file(&path).unwrap();
        let error = Search::open(dir.path()).err().unwrap().to_string();
        assert!(error.contains(file), "{file}: {error}");
        std::fs::write(&path, whole).unwrap();
    }
    assert!(Search::open(dir.path()).is_ok());
}

#[test]
fn two_importers_do_not_meet() {
    let dir = tempfile::tempdir().unwrap();
    let lock = bangban::search::Builder::start(bangban::search::Plan {
        root: dir.path().to_owned(),
        now: jiff::Timestamp::now(),
        allow_shrink: true,
        examples: 24,
    })
    .unwrap();
    let second = bangban::search::Builder::start(bangban::search::Plan {
        root: dir.path().to_owned(),
        now: jiff::Timestamp::now(),
        allow_shrink: true,
        examples: 24,
    });
    assert!(matches!(second.err(), Some(SearchError::Locked(_))));
    lock.abandon();
}
