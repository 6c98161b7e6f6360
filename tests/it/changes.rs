//! Guides that come, change and go without an import of all of them: what is answered then is what an import of all would
//! answer, and what was there before stays untouched.

use crate::house::{build, embedder, fixture, today};
use bangban::assist::{Assist, Changed, ImportError, Sources, differences, import, import_changes};
use bangban::corpus::{Finding, Options, Severity};
use bangban::dialog::Thresholds;
use bangban::guide::{Example, ItemType, RegionCode};
use bangban::search::{Companions, Context, DeltaPlan, Plan, Search, SearchError, Within, current};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.roll(list.len())]
    }

    fn some(&mut self, list: &[&str], most: usize) -> Vec<String> {
        let mut chosen: Vec<String> = (0..self.roll(most + 1)).map(|_| self.of(list).to_owned()).collect();
        chosen.sort();
        chosen.dedup();
        chosen
    }
}

const PLACES: [&str; 8] = ["150000", "150100", "150102", "150700", "150702", "150702001", "150400", "150402"];
/// Names with the catalog code that they mostly have. Two share a code: one item, unless one organ has both.
const ITEMS: [(&str, &str); 8] = [
    ("居民身份证件首次申领登记", "000100000001"),
    ("居民身份证件补领换领登记", "000100000001"),
    ("出入境通行证件签发办理", "000100000002"),
    ("企业设立变更注销登记", ""),
    ("食品经营活动许可核发", ""),
    ("草原承包经营权流转备案", "000100000003"),
    ("社会保障卡申领启用服务", ""),
    ("住房公积金提取业务办理", "000100000004"),
];
const ORGANS: [&str; 4] = ["公安局", "民政局", "市场监管局", "农牧局"];
const MATERIALS: [&str; 7] = ["户口簿", "身份证", "申请表", "委托书", "营业执照", "照片", "流转合同"];
const NAMES: [&str; 8] =
    ["身份证丢了", "办身份证", "开公司", "开饭馆", "草场流转", "社保卡", "取公积金", "通行证"];
const CASES: [&str; 4] = ["新办", "补办", "变更", "注销"];

/// Guides in the order of their import; the first one stays, and its item knows every short word that there is, so that
/// texts are always cut alike.
struct World {
    dice: Dice,
    guides: Vec<Value>,
    made: usize,
}

impl World {
    fn new(seed: u64, guides: usize) -> World {
        let words: Vec<&str> =
            [&ORGANS[..], &MATERIALS, &NAMES, &CASES].iter().flat_map(|list| list.iter().copied()).collect();
        let keeper = json!({"name":"一直留在这里不会变更的事项","task_code":"KEEP1","common_names":words,
            "region_code":"150000","materials":[{"name":"申请表"}],"provenance":{"*":["unverified"]}});
        let mut world = World { dice: Dice(seed * 7919 + 1), guides: vec![keeper], made: 0 };
        for _ in 0..guides {
            let guide = world.guide();
            world.guides.push(guide);
        }
        world
    }

    fn guide(&mut self) -> Value {
        self.made += 1;
        let at = self.made;
        let dice = &mut self.dice;
        let (name, code) = ITEMS[dice.roll(ITEMS.len())];
        let mut guide = json!({"name":name,"department":dice.of(&ORGANS),"region_code":dice.of(&PLACES),
            "provenance":{"*":["unverified"]}});
        if !code.is_empty() && dice.roll(9) > 0 {
            guide["catalog_code"] = json!(code);
        }
        if dice.roll(4) > 0 {
            guide["task_code"] = json!(format!("T{at:05}"));
        } else {
            // Known by its name, place and organ: so no other one may have the same.
            guide["department"] = json!(format!("{}第{}分局", dice.of(&ORGANS), 100 + at));
        }
        self.fill(&mut guide);
        guide
    }

    /// Content anew; what a guide is known by stays.
    fn fill(&mut self, guide: &mut Value) {
        let dice = &mut self.dice;
        let materials = dice.some(&MATERIALS, 4);
        guide["materials"] = materials.iter().map(|name| json!({"name":name})).collect();
        guide["common_names"] = json!(dice.some(&NAMES, 2));
        guide["conditions"] = json!(match dice.roll(3) {
            0 => vec![],
            n => vec![format!("在本地居住满{n}年，有固定住所。")],
        });
        guide["state"] = json!(if dice.roll(8) == 0 { "挂起" } else { "在用" });
        guide["online"] = json!(dice.roll(2) == 0);
        guide["item_type"] = json!(["行政许可", "公共服务"][dice.roll(2)]);
        guide["audience"] = json!([dice.of(&["自然人", "企业法人"])]);
        guide["updated_at"] = json!(format!("2026-0{}-11", 1 + dice.roll(9)));
        if guide["task_code"].is_string() {
            guide["business_items"] = dice.some(&CASES, 2).iter().map(|name| json!({"name":name})).collect();
        }
    }

    /// A batch of changes, made in the world too.
    fn batch(&mut self, changes: usize) -> Vec<Value> {
        let mut batch = Vec::new();
        let mut touched: HashSet<String> = HashSet::new();
        let known = |guide: &Value| match guide["task_code"].as_str() {
            Some(code) => code.to_owned(),
            None => format!("{} {}", guide["name"], guide["department"]),
        };
        // Now and then all guides of an item go.
        let all = (self.dice.roll(3) == 0).then(|| ITEMS[self.dice.roll(ITEMS.len())].0);
        for guide in self.guides.iter().filter(|guide| Some(guide["name"].as_str().unwrap()) == all) {
            touched.insert(known(guide));
            batch.push(gone(guide));
        }
        self.guides.retain(|guide| Some(guide["name"].as_str().unwrap()) != all);
        for _ in 0..changes {
            let at = 1 + self.dice.roll(self.guides.len() - 1);
            let (kind, whole) = (self.dice.roll(6), self.dice.roll(2) == 0);
            if kind > 1 && !touched.insert(known(&self.guides[at])) {
                continue;
            }
            match kind {
                0 | 1 => {
                    let mut guide = self.guide();
                    if self.dice.roll(4) == 0 {
                        // An item that nobody had before.
                        guide["name"] = json!(format!("新增的第{}类办理服务事项", self.dice.roll(3)));
                        guide.as_object_mut().unwrap().remove("catalog_code");
                    }
                    touched.insert(known(&guide));
                    let mut line = guide.clone();
                    line["sync_op"] = if whole { json!("insert") } else { json!("") };
                    self.guides.push(stored(&line));
                    batch.push(line);
                }
                2 => batch.push(gone(&self.guides.remove(at))),
                _ => {
                    let mut guide = self.guides[at].clone();
                    self.fill(&mut guide);
                    if guide["task_code"].is_string() {
                        match self.dice.roll(5) {
                            0 => guide["region_code"] = json!(self.dice.of(&PLACES)),
                            1 => guide["department"] = json!(self.dice.of(&ORGANS)),
                            2 => {
                                let (name, code) = ITEMS[self.dice.roll(ITEMS.len())];
                                guide["name"] = json!(name);
                                guide["catalog_code"] = json!(code);
                                if code.is_empty() {
                                    guide.as_object_mut().unwrap().remove("catalog_code");
                                }
                            }
                            _ => {}
                        }
                    }
                    guide["sync_op"] = if whole { json!("update") } else { json!("") };
                    self.guides[at] = stored(&guide);
                    batch.push(guide);
                }
            }
        }
        batch
    }
}

/// A record as it is kept: an empty word is none.
fn stored(record: &Value) -> Value {
    let mut record = record.clone();
    if record["sync_op"] == "" {
        record.as_object_mut().unwrap().remove("sync_op");
    }
    record
}

/// The record that takes a guide away.
fn gone(guide: &Value) -> Value {
    match guide["task_code"].as_str() {
        Some(code) => json!({"task_code":code.to_lowercase(),"sync_op":"D"}),
        None => {
            json!({"name":guide["name"],"department":guide["department"],"region_code":guide["region_code"],
            "sync_op":"delete"})
        }
    }
}

fn write(path: &Path, records: &[Value]) -> PathBuf {
    let text: String = records.iter().map(|record| format!("{record}\n")).collect();
    std::fs::write(path, text).unwrap();
    path.to_owned()
}

fn plan(root: &Path) -> DeltaPlan {
    DeltaPlan { root: root.to_owned(), now: jiff::Timestamp::now(), allow_shrink: true }
}

fn give(root: &Path, batch: &[Value]) -> (Result<Changed, ImportError>, Vec<Finding>) {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder.path().join("batch.jsonl"), batch);
    let mut findings = Vec::new();
    let done = import_changes(&[path], Options::default(), plan(root), &|| Some(embedder()), &mut |step| {
        if let bangban::assist::Step::Finding(finding) = step {
            findings.push(finding.clone());
        }
    });
    (done, findings)
}

fn region(code: &str) -> RegionCode {
    RegionCode::try_from(code.to_owned()).unwrap()
}

/// Of items that fit equally well the one that came first is first, which the next ones' chances depend on.
const SURE: &str = "sure";

/// Items in their order.
fn order(search: &Search) -> Vec<&str> {
    search.items().iter().filter(|item| item.guides > 0).map(|item| item.name.as_str()).collect()
}

/// What an index answers, by what is asked; and scores, which may differ in the last places.
fn answers(search: &Search, codes: &[String]) -> (BTreeMap<String, String>, BTreeMap<String, f32>) {
    let (mut exact, mut scores) = (BTreeMap::new(), BTreeMap::new());
    let manifest = search.manifest();
    exact.insert("counts".into(), format!("{} {} {}", manifest.items, manifest.guides, manifest.vectors));
    let called = |at: u32| {
        let item = search.item(at).unwrap();
        assert!(item.guides > 0, "{} has gone", item.name);
        format!("{} {}", item.key, item.name)
    };
    for (at, item) in search.items().iter().enumerate().filter(|(_, item)| item.guides > 0) {
        let (at, name) = (at as u32, called(at as u32));
        exact.insert(format!("item {name}"), serde_json::to_string(item).unwrap());
        for place in PLACES.iter().map(|place| Some(region(place))).chain([None]) {
            let placed = search.place(at, place.as_ref(), today()).unwrap();
            let told = placed.map(|placed| (placed.guide.to_json().unwrap().to_string(), placed.fit));
            exact.insert(format!("place {name} {place:?}"), format!("{told:?}"));
        }
        let guides = search.guides(at).unwrap();
        let guides: Vec<String> = guides.iter().map(|g| g.to_json().unwrap().to_string()).collect();
        exact.insert(format!("guides {name}"), guides.join("\n"));
        exact.insert(format!("places {name}"), format!("{:?}", search.places_of(at)));
        assert_eq!(search.all_named(&item.name).iter().filter(|found| **found == at).count(), 1);
    }
    for code in codes {
        let found: Vec<String> = search.by_code(code, true, 9).unwrap().into_iter().map(called).collect();
        let guide =
            search.guide_by_code(code).unwrap().map(|(item, guide)| (called(item), guide.to_json().unwrap()));
        exact.insert(format!("code {code}"), format!("{found:?} {guide:?}"));
    }
    questions(search, &mut exact, &mut scores);
    exact.insert("differences".into(), differing(search));
    (exact, scores)
}

/// By words, by meaning, while typing, and through the text of every guide.
fn questions(search: &Search, exact: &mut BTreeMap<String, String>, scores: &mut BTreeMap<String, f32>) {
    let called = |at: u32| search.item(at).map(|item| format!("{} {}", item.key, item.name)).unwrap();
    let letters = embedder();
    let texts: Vec<&str> =
        NAMES.iter().chain(&MATERIALS).chain(&ORGANS).copied().chain(["新增的事项", "居住满二年"]).collect();
    for text in texts {
        let query = search.analyzer().query(text);
        let vector = letters.embed_blocking(&[query.meaning_text().to_owned()]).unwrap().remove(0);
        for (kind, vector) in [("words", None), ("meaning", Some(&vector))] {
            let place = region("150702001");
            let context = Context { place: Some(&place), ..Context::default() };
            let hits = search.find(&query, vector, &context, 100).unwrap();
            let mut names: Vec<String> = Vec::new();
            for found in &hits.fused {
                let name = called(found.item);
                scores.insert(format!("{kind} {text}: {name}"), found.keyword);
                scores.insert(format!("{kind} {text}: {name}, meaning"), found.vector.unwrap_or(0.0));
                scores.insert(format!("{kind} {text}: {name}, {SURE}"), found.confidence);
                names.push(format!("{name} {:?} {:?}", found.business_item, found.vector.is_some()));
            }
            names.sort();
            exact.insert(format!("{kind} {text}"), names.join("\n"));
        }
        let mut typed: Vec<String> = search
            .suggest(text, 50)
            .into_iter()
            .map(|(name, item)| format!("{name} {}", called(item)))
            .collect();
        typed.sort();
        exact.insert(format!("suggest {text}"), typed.join("\n"));
        for within in [
            Within::default(),
            Within { region: Some(region("150700")), ..Within::default() },
            Within { organ: Some("公安局".into()), online: Some(true), ..Within::default() },
            Within { item_type: Some(ItemType::Permit), person: Some(true), ..Within::default() },
        ] {
            let mut list: Vec<String> = Vec::new();
            for hit in search.full_text(&query, &within, 100).unwrap() {
                let name = called(hit.item);
                scores.insert(format!("full text {text} {within:?}: {name}"), hit.score);
                let guides = hit.guides.iter().map(|at| search.guide_at(*at).unwrap().unwrap());
                let mut guides: Vec<String> = guides.map(|g| g.to_json().unwrap().to_string()).collect();
                guides.sort();
                list.push(format!("{name}\n{}", guides.join("\n")));
            }
            list.sort();
            exact.insert(format!("full text {text} {within:?}"), list.join("\n"));
        }
    }
}

fn differing(search: &Search) -> String {
    let report = differences(search, today(), 1, &AtomicUsize::new(0)).unwrap();
    let places = |list: &[u32]| -> Vec<String> {
        let mut codes: Vec<String> =
            list.iter().map(|at| report.places[*at as usize].code.to_string()).collect();
        codes.sort();
        codes
    };
    let mut lines: Vec<String> = Vec::new();
    for row in &report.rows {
        let mut variants: Vec<_> = row.variants.iter().map(|(value, at)| (value, places(at))).collect();
        variants.sort();
        let silent = places(&row.silent);
        lines.push(format!(
            "{} {} {} {} {:?} {silent:?}",
            row.item, row.name, row.field, row.standard, variants
        ));
    }
    for fault in &report.faults {
        lines.push(format!("{} {} {} {:?}", fault.item, fault.field, fault.reason, places(&fault.places)));
    }
    lines.sort();
    format!("{}\n{}", report.guides, lines.join("\n"))
}

/// Every file of a folder with what is in it.
fn bytes(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(bytes(&path)),
            false => {
                let content = std::fs::read(&path).unwrap();
                files.insert(path, content);
            }
        }
    }
    files
}

#[test]
fn what_is_answered_is_what_an_import_of_all_would_answer() {
    let mut alike = 0;
    for seed in 1..=4 {
        let root = tempfile::tempdir().unwrap();
        let mut world = World::new(seed, 40);
        let first = write(&root.path().join("all.jsonl"), &world.guides);
        let index = root.path().join("index");
        build(&index, &[first], Some(&embedder()));
        let mut codes: Vec<String> = ITEMS.iter().map(|(_, code)| (*code).to_owned()).collect();
        for round in 0..4 {
            let before = Search::open(&index).unwrap();
            let batch = world.batch(12);
            codes.extend(world.guides.iter().filter_map(|g| g["task_code"].as_str().map(str::to_owned)));
            let (done, findings) = give(&index, &batch);
            let errors = findings.iter().filter(|f| f.severity == Severity::Error);
            let errors: Vec<String> = errors.map(ToString::to_string).collect();
            let done = done.unwrap_or_else(|e| panic!("seed {seed} round {round}: {e} {errors:?}"));
            assert_eq!(done.inserted + done.updated + done.deleted, batch.len());
            assert_eq!((done.manifest.batches, done.manifest.guides), (round + 1, world.guides.len()));
            let all = root.path().join(format!("index-{round}"));
            build(&all, &[write(&root.path().join("all.jsonl"), &world.guides)], Some(&embedder()));
            let all = Search::open(&all).unwrap();
            let want = answers(&all, &codes);
            // As the service opens it, and as a program does that starts.
            let opened = [Search::open_after(&index, &before).unwrap(), Search::open(&index).unwrap()];
            for search in opened {
                let got = answers(&search, &codes);
                for (asked, want) in &want.0 {
                    assert_eq!(got.0.get(asked), Some(want), "seed {seed} round {round}: {asked}");
                }
                assert_eq!(got.0.len(), want.0.len(), "seed {seed} round {round}");
                let same = order(&search) == order(&all);
                alike += usize::from(same);
                for (asked, want) in want.1.iter().filter(|(asked, _)| same || !asked.ends_with(SURE)) {
                    let got = got.1.get(asked).copied().unwrap_or(f32::NAN);
                    assert!(
                        (got - want).abs() <= 0.02 * (1.0 + want.abs()),
                        "seed {seed} round {round}: {asked}: {got} not {want}"
                    );
                }
            }
        }
    }
    assert!(alike >= 4, "in {alike} of 32 comparisons the items stood in one order");
}

#[test]
fn the_generation_before_is_not_touched_and_whoever_reads_it_reads_on() {
    let root = tempfile::tempdir().unwrap();
    let mut world = World::new(77, 30);
    let index = root.path().join("index");
    build(&index, &[write(&root.path().join("all.jsonl"), &world.guides)], Some(&embedder()));
    let codes: Vec<String> =
        world.guides.iter().filter_map(|g| g["task_code"].as_str().map(str::to_owned)).collect();
    for _ in 0..3 {
        let name = current(&index).unwrap().unwrap();
        let (reader, files) = (Search::open(&index).unwrap(), bytes(&index.join(&name)));
        let told = answers(&reader, &codes);
        let changed = give(&index, &world.batch(6)).0.unwrap();
        assert_ne!(changed.manifest.generation, name);
        let now = bytes(&index.join(&name));
        assert_eq!(now.keys().collect::<Vec<_>>(), files.keys().collect::<Vec<_>>());
        for (path, content) in &files {
            assert!(now[path] == *content, "{} was written into", path.display());
        }
        assert_eq!(answers(&reader, &codes), told);
    }
    // The generation before is there to go back to, and changes can be made of it as well.
    let before = bangban::search::generations(&index)[1].clone();
    assert!(bangban::search::restore(&index, &before).unwrap());
    let changed = give(&index, &[json!({"name":"又来的一个事项","task_code":"NEW1"})]).0.unwrap();
    assert_eq!((changed.inserted, changed.manifest.batches), (1, 3));
    // What was in service until now is kept, not what was newer and had been taken out of it.
    let kept = bangban::search::generations(&index);
    assert_eq!(kept, [changed.manifest.generation, before]);
    assert!(Search::open(&index).unwrap().guide_by_code("new1").unwrap().is_some());
}

#[test]
fn a_batch_with_something_wrong_changes_nothing_and_says_where() {
    let root = tempfile::tempdir().unwrap();
    build(root.path(), &[fixture()], None);
    let before = current(root.path()).unwrap();
    let good = json!({"name":"新来的事项","task_code":"NEW1"});
    for (bad, rule) in [
        (json!({"task_code":"NOWHERE","sync_op":"delete"}), "unknown"),
        (json!({"task_code":"NOWHERE","name":"甲","sync_op":"update"}), "unknown"),
        (
            json!({"name":"普通护照签发","department":"别的部门","region_code":"150000","sync_op":"D"}),
            "unknown",
        ),
        (
            json!({"task_code":"b15000000000000000000000000002","name":"普通护照签发","sync_op":"insert"}),
            "known",
        ),
        (json!({"task_code":"new1","sync_op":"update","name":"新来的事项"}), "duplicate"),
        (json!({"task_code":"NEW2","name":"甲","sync_op":"merge"}), "operation"),
        (json!({"sync_op":"delete"}), "code"),
        (json!({"task_code":"NEW2"}), "name"),
        (json!({"task_code":"NEW2","name":"甲","max_visits":"多"}), "type"),
        (json!(["not a record"]), "json"),
    ] {
        let (done, findings) = give(root.path(), &[good.clone(), bad.clone()]);
        assert!(matches!(done, Err(ImportError::Refused { errors: 1 })), "{bad}: {done:?}");
        let errors: Vec<&Finding> = findings.iter().filter(|f| f.severity == Severity::Error).collect();
        let [error] = errors[..] else { panic!("{bad}: {findings:?}") };
        assert_eq!((error.rule, error.row, error.file.as_str()), (rule, Some(2), "batch.jsonl"), "{bad}");
        assert!(!error.reason.is_empty() && !error.fix.is_empty());
        assert_eq!(current(root.path()).unwrap(), before, "{bad}");
        assert_eq!(bangban::search::generations(root.path()).len(), 1, "{bad}");
    }
    let (done, _) = give(root.path(), &[good]);
    assert_eq!(done.unwrap().manifest.guides, 13);
    // Far fewer guides than before: as in an import of all.
    let many: Vec<Value> = ["A15000000000000000000000000001", "B15000000000000000000000000002"]
        .iter()
        .map(|code| json!({"task_code":code,"sync_op":"delete"}))
        .collect();
    let path = write(&root.path().join("batch.jsonl"), &many);
    let careful = DeltaPlan { allow_shrink: false, ..plan(root.path()) };
    let done = import_changes(&[path], Options::default(), careful, &|| None, &mut |_| {});
    assert!(
        matches!(done, Err(ImportError::Search(SearchError::Shrunk { found: 11, before: 13 }))),
        "{done:?}"
    );
}

#[test]
fn an_index_that_changes_do_not_fit_is_refused() {
    let new = [json!({"name":"新来的事项","task_code":"NEW1"})];
    let nothing = tempfile::tempdir().unwrap();
    let (done, _) = give(nothing.path(), &new);
    assert!(matches!(done, Err(ImportError::Search(SearchError::Empty(_)))), "{done:?}");
    let root = tempfile::tempdir().unwrap();
    let made = build(root.path(), &[fixture()], Some(&embedder()));
    let manifest = root.path().join(&made.generation).join("MANIFEST.toml");
    let whole = std::fs::read_to_string(&manifest).unwrap();
    let with = |from: &str, to: &str| {
        assert!(whole.contains(from), "{whole}");
        std::fs::write(&manifest, whole.replace(from, to)).unwrap();
        give(root.path(), &new).0.err().map(|error| error.to_string()).unwrap_or_default()
    };
    let told = with(&format!("format = {}", made.format), "format = 5");
    assert!(told.contains("format 5") && told.contains("import the guides again"), "{told}");
    let told = with("model = \"function\"", "model = \"another\"");
    assert!(told.contains("another") && told.contains("function") && told.contains("--model"), "{told}");
    let told = with("replaced = 0", "replaced = 10001");
    assert!(told.contains("10001") && told.contains("import all guides anew"), "{told}");
    // Without a new name no model is needed.
    std::fs::write(&manifest, whole.replace("model = \"function\"", "model = \"another\"")).unwrap();
    let (done, _) =
        give(root.path(), &[json!({"task_code":"A15070200000000000000000000001","sync_op":"delete"})]);
    assert_eq!(done.unwrap().manifest.model.as_deref(), Some("another"));
}

#[test]
fn a_writer_that_dies_at_any_step_leaves_the_old_generation_whole() {
    let root = tempfile::tempdir().unwrap();
    build(root.path(), &[fixture()], Some(&embedder()));
    let batch = write(
        &root.path().join("batch.jsonl"),
        &[
            json!({"name":"新来的事项","task_code":"NEW1","common_names":["刚来的"]}),
            json!({"task_code":"A15070200000000000000000000001","sync_op":"delete"}),
        ],
    );
    let before = current(root.path()).unwrap().unwrap();
    let files = bytes(&root.path().join(&before));
    let mut died = 0;
    for step in 0.. {
        let told = std::cell::Cell::new(0);
        let run = || {
            let paths = [batch.clone()];
            import_changes(&paths, Options::default(), plan(root.path()), &|| Some(embedder()), &mut |_| {
                told.set(told.get() + 1);
                assert!(told.get() <= step, "as if killed");
            })
        };
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        if let Ok(done) = done {
            done.unwrap();
            break;
        }
        died += 1;
        assert_eq!(current(root.path()).unwrap().as_deref(), Some(before.as_str()));
        assert!(bytes(&root.path().join(&before)) == files, "step {step}");
        assert!(Search::open(root.path()).unwrap().guide_by_code("NEW1").unwrap().is_none());
    }
    assert!(died >= 3, "only {died} steps were told of");
    let search = Search::open(root.path()).unwrap();
    assert!(search.guide_by_code("NEW1").unwrap().is_some());
    assert!(search.guide_by_code("A15070200000000000000000000001").unwrap().is_none());
    let left = std::fs::read_dir(root.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.starts_with("tmp-")).count(), 0);
}

#[test]
fn a_question_that_waited_for_its_item_finds_it_and_the_others_stay_known() {
    let root = tempfile::tempdir().unwrap();
    let example = |question: &str, item: &str| Example {
        question: question.into(),
        item: item.into(),
        business_item: None,
        author: None,
        at: None,
    };
    let examples = vec![
        example("呼和浩特补那个小本本", "居民户口簿补领换领"),
        example("赤峰补那个小本本", "居民户口簿补领换领"),
        example("给牛羊办耳标", "牲畜耳标申领发放登记"),
    ];
    let companions = Companions { examples, ..crate::house::companions() };
    let sources = Sources { paths: vec![fixture()], options: Options::default(), companions };
    let now = jiff::Timestamp::now();
    let first = Plan { root: root.path().to_owned(), now, allow_shrink: true, examples: 64 };
    import(sources, first, Some(&embedder()), &mut |_| {}).unwrap();
    let before = Search::open(root.path()).unwrap();
    assert_eq!(before.known_questions().count(), 2);
    // The item of the first two gets another everyday name, the item of the third comes.
    let batch = [
        json!({"name":"居民户口簿补领换领","department":"公安机关","region_code":"150000","common_names":["户口本丢了","小红本"],
            "business_items":[{"name":"补领"},{"name":"换领"}]}),
        json!({"name":"牲畜耳标申领发放登记","task_code":"NEW1","sync_op":"insert"}),
    ];
    let changed = give(root.path(), &batch).0.unwrap();
    assert_eq!((changed.inserted, changed.updated), (1, 1));
    let search = Search::open_after(root.path(), &before).unwrap();
    assert_eq!(search.known_questions().count(), 3);
    let book = search.named("居民户口簿补领换领").unwrap();
    assert_eq!(search.item(book).unwrap().common_names, ["户口本丢了", "小红本"]);
    for (text, item) in [
        ("给牛羊办耳标", "牲畜耳标申领发放登记"),
        ("补那个小本本", "居民户口簿补领换领"),
        ("小红本", "居民户口簿补领换领"),
    ] {
        let query = search.analyzer().query(text);
        let vector = embedder().embed_blocking(&[query.meaning_text().to_owned()]).unwrap().remove(0);
        for vector in [None, Some(&vector)] {
            let hits = search.find(&query, vector, &Context::default(), 3).unwrap();
            let first = hits.fused.first().map(|found| search.item(found.item).unwrap().name.as_str());
            assert_eq!(first, Some(item), "{text}");
        }
    }
}

#[test]
fn known_questions_go_over_to_the_item_that_still_has_the_name() {
    let root = tempfile::tempdir().unwrap();
    let guide = |code: &str, catalog: &str| {
        json!({"name":"牲畜耳标申领发放登记","task_code":code,"catalog_code":catalog,"region_code":"150000",
            "materials":[{"name":"防疫档案"}]})
    };
    let guides =
        [guide("EAR1", "000111222001"), guide("EAR2", "000111222002"), json!({"name":"普通护照签发"})];
    let path = write(&root.path().join("g.jsonl"), &guides);
    let example = Example {
        question: "给牛羊办那个小牌牌".into(),
        item: "牲畜耳标申领发放登记".into(),
        business_item: None,
        author: None,
        at: None,
    };
    let companions = Companions { examples: vec![example], ..crate::house::companions() };
    let index = root.path().join("index");
    let sources = Sources { paths: vec![path], options: Options::default(), companions };
    let first = Plan { root: index.clone(), now: jiff::Timestamp::now(), allow_shrink: true, examples: 64 };
    import(sources, first, Some(&embedder()), &mut |_| {}).unwrap();
    let search = Search::open(&index).unwrap();
    assert_eq!((search.all_named("牲畜耳标申领发放登记").len(), search.known_questions().count()), (2, 1));
    give(&index, &[json!({"task_code":"EAR1","sync_op":"delete"})]).0.unwrap();
    let search = Search::open(&index).unwrap();
    assert_eq!(search.known_questions().collect::<Vec<_>>(), ["给牛羊办那个小牌牌"]);
    let left = search.named("牲畜耳标申领发放登记").unwrap();
    let query = search.analyzer().query("给牛羊办那个小牌牌");
    let vector = embedder().embed_blocking(&[query.meaning_text().to_owned()]).unwrap().remove(0);
    for vector in [None, Some(&vector)] {
        let hits = search.find(&query, vector, &Context::default(), 3).unwrap();
        assert_eq!(hits.fused.first().map(|found| found.item), Some(left));
    }
}

#[test]
fn the_only_names_of_an_index_may_go_one_after_another() {
    let root = tempfile::tempdir().unwrap();
    let guides: Vec<Value> =
        (1..=4).map(|n| json!({"name":format!("第{n}个事项登记"),"task_code":format!("ONLY{n}")})).collect();
    let path = write(&root.path().join("g.jsonl"), &guides);
    let index = root.path().join("index");
    build(&index, &[path], Some(&embedder()));
    for n in 1..=3 {
        give(&index, &[json!({"task_code":format!("ONLY{n}"),"sync_op":"delete"})]).0.unwrap();
    }
    assert!(Search::open(&index).unwrap().named("第4个事项登记").is_some());
}

#[test]
fn what_says_nothing_is_kept_as_an_import_of_all_keeps_it() {
    let root = tempfile::tempdir().unwrap();
    build(root.path(), &[fixture()], None);
    let odd = json!({"name":"新来的事项","task_code":"NEW1","state":"","conditions":[""]});
    give(root.path(), &[odd]).0.unwrap();
    let search = Search::open(root.path()).unwrap();
    let (_, guide) = search.guide_by_code("NEW1").unwrap().unwrap();
    assert_eq!(guide.state, bangban::guide::Guide::default().state);
}

#[tokio::test]
async fn the_service_takes_changes_up_and_keeps_what_it_learned() {
    let root = tempfile::tempdir().unwrap();
    build(root.path(), &[fixture()], Some(&embedder()));
    let assist = Assist::open(root.path(), Some(embedder()), Thresholds::default()).unwrap().with_recall(64);
    let assist = std::sync::Arc::new(assist);
    let key = |name: &str| {
        let search = assist.search();
        search.item(search.named(name).unwrap()).unwrap().key.clone()
    };
    let now = jiff::Timestamp::now();
    assist.teach("那个红色的小本子", &key("普通护照签发"), None, "坐席07", now).await.unwrap();
    let before = assist.search();
    before.set_dead(HashSet::from(["https://zwfw.example/dead".to_owned()]));
    let first = |text: &'static str| {
        let assist = assist.clone();
        async move {
            let ask = bangban::assist::Ask { text: text.into(), limit: 5, ..Default::default() };
            let answer = assist.ask(ask, today()).await.unwrap();
            let found = answer.hits.fused.first().map(|found| found.item);
            found.and_then(|at| assist.search().item(at).map(|item| item.name.clone()))
        }
    };
    assert_eq!(first("那个红色的小本子").await.as_deref(), Some("普通护照签发"));
    assert!(!assist.refresh().unwrap());
    let batch = [
        json!({"name":"牲畜耳标申领发放登记","task_code":"NEW1","common_names":["牛羊耳标"]}),
        json!({"task_code":"C15000000000000000000000000003","sync_op":"delete"}),
    ];
    give(root.path(), &batch).0.unwrap();
    assert!(assist.refresh().unwrap() && !assist.refresh().unwrap());
    assert_eq!(first("牛羊耳标").await.as_deref(), Some("牲畜耳标申领发放登记"));
    assert_eq!(first("那个红色的小本子").await.as_deref(), Some("普通护照签发"), "what was taught counts on");
    // The item whose last guide went is nowhere.
    let search = assist.search();
    assert!(search.named("企业设立登记").is_none() && before.named("企业设立登记").is_some());
    assert!(search.suggest("营业执照", 9).is_empty() && !before.suggest("营业执照", 9).is_empty());
    assert_ne!(first("办营业执照").await.as_deref(), Some("企业设立登记"));
    assert!(assist.item("C15000000000000000000000000003", None, &Default::default(), today()).is_err());
    assert!(search.is_dead("https://zwfw.example/dead"), "addresses that don't answer are still known");
    // It comes back in its old place.
    let again = json!({"name":"企业设立登记","task_code":"C15000000000000000000000000009","materials":[{"name":"章程"}]});
    give(root.path(), &[again]).0.unwrap();
    assert!(assist.refresh().unwrap());
    assert_eq!(assist.search().named("企业设立登记"), before.named("企业设立登记"));
    assert_eq!(first("企业设立登记").await.as_deref(), Some("企业设立登记"));
    assert_eq!(assist.search().items().len(), search.items().len());
}

#[test]
fn tables_of_changes_are_read_as_tables_of_guides_are() {
    let root = tempfile::tempdir().unwrap();
    build(root.path(), &[fixture()], None);
    let table = root.path().join("changes.csv");
    std::fs::write(
        &table,
        "task_code,task_name,cd_operation,dept_name\n\
         A15070200000000000000000000001,,D,\n\
         B15000000000000000000000000002,普通护照签发,U,出入境管理局\n\
         NEW1,新来的事项,I,民政局\n",
    )
    .unwrap();
    let done =
        import_changes(&[table], Options::default(), plan(root.path()), &|| None, &mut |_| {}).unwrap();
    assert_eq!((done.inserted, done.updated, done.deleted), (1, 1, 1));
    let search = Search::open(root.path()).unwrap();
    let (_, passport) = search.guide_by_code("B15000000000000000000000000002").unwrap().unwrap();
    assert_eq!(passport.department.as_deref(), Some("出入境管理局"));
    assert!(passport.materials.is_empty(), "a guide is replaced whole");
    // A code that a spreadsheet spoiled would make another guide of this one; with a change nothing may be lost.
    let table = root.path().join("spoiled.csv");
    let text = "task_code,task_name,cd_operation\n1.5E+30,普通护照签发,\n";
    std::fs::write(&table, text).unwrap();
    let done = import_changes(&[table], Options::default(), plan(root.path()), &|| None, &mut |_| {});
    assert!(matches!(done, Err(ImportError::Refused { errors: 1 })), "{done:?}");
}

#[test]
fn an_index_of_the_oldest_format_is_read_and_goes_on() {
    let root = tempfile::tempdir().unwrap();
    // As they lie in the records: there a guide's number was its place.
    let guides = [
        json!({"name":"居民户口簿补领换领","task_code":"OLD1","region_code":"150000","materials":[{"name":"户口簿"}]}),
        json!({"name":"居民户口簿补领换领","task_code":"OLD2","region_code":"150700"}),
        json!({"name":"普通护照签发","task_code":"OLD3","region_code":"150000"}),
    ];
    let path = write(&root.path().join("g.jsonl"), &guides);
    let example = Example {
        question: "补那个小本本".into(),
        item: "居民户口簿补领换领".into(),
        business_item: None,
        author: None,
        at: None,
    };
    let companions = Companions { examples: vec![example], ..crate::house::companions() };
    let sources = Sources { paths: vec![path], options: Options::default(), companions };
    let index = root.path().join("index");
    let first = Plan { root: index.clone(), now: jiff::Timestamp::now(), allow_shrink: true, examples: 64 };
    let (made, _) = import(sources, first, Some(&embedder()), &mut |_| {}).unwrap();
    let dir = index.join(&made.generation);
    std::fs::remove_file(dir.join("numbers.bin")).unwrap();
    assert!(Search::open(&index).is_err(), "of the present format it must be there");
    std::fs::remove_file(dir.join("examples.jsonl")).unwrap();
    let manifest = dir.join("MANIFEST.toml");
    let text = std::fs::read_to_string(&manifest)
        .unwrap()
        .replace(&format!("format = {}", made.format), "format = 6");
    let kept = text
        .lines()
        .filter(|line| !["examples", "batches", "replaced"].iter().any(|new| line.starts_with(new)));
    std::fs::write(&manifest, kept.collect::<Vec<_>>().join("\n")).unwrap();
    assert_eq!(Search::open(&index).unwrap().known_questions().collect::<Vec<_>>(), ["补那个小本本"]);
    let batch = [
        json!({"name":"居民户口簿补领换领","task_code":"OLD1","region_code":"150000","common_names":["小红本"],
            "materials":[{"name":"申请表"}]}),
        json!({"task_code":"OLD3","sync_op":"delete"}),
        json!({"name":"居民户口簿补领换领","task_code":"NEW1","region_code":"150400","sync_op":"insert"}),
    ];
    assert_eq!(give(&index, &batch).0.unwrap().manifest.format, made.format);
    let search = Search::open(&index).unwrap();
    assert_eq!(search.known_questions().collect::<Vec<_>>(), ["补那个小本本"]);
    let book = search.named("居民户口簿补领换领").unwrap();
    assert_eq!((search.manifest().items, search.guides(book).unwrap().len()), (1, 3));
    for (text, codes) in [("申请表", vec!["OLD1"]), ("补领", vec!["NEW1", "OLD1", "OLD2"])] {
        let hits = search.full_text(&search.analyzer().query(text), &Within::default(), 9).unwrap();
        let guides = hits[0].guides.iter().map(|at| search.guide_at(*at).unwrap().unwrap());
        let mut found: Vec<String> = guides.map(|guide| guide.task_code.unwrap().to_string()).collect();
        found.sort();
        assert_eq!(found, codes, "{text}");
    }
    let asked = search.find(&search.analyzer().query("小本本"), None, &Context::default(), 3).unwrap();
    assert_eq!(asked.fused.first().map(|found| found.item), Some(book));
}
