//! Questions with known answers, ours and those of `../shared`, through the real model.

use crate::house::{companions, files, model, shared, today, whole};
use bangban::assist::{Assist, Sources, import};
use bangban::corpus::Options;
use bangban::dialog::Thresholds;
use bangban::embed::Embedder;
use bangban::eval::{Gate, Report, rows, run};
use bangban::search::{EXAMPLES, Plan};
use std::path::{Path, PathBuf};

async fn measure(
    guides: PathBuf,
    questions: &Path,
    embedder: Embedder,
) -> (Report, bangban::corpus::Summary) {
    let dir = tempfile::tempdir().unwrap();
    let sources = Sources { paths: vec![guides], options: Options::default(), companions: companions() };
    let plan = Plan {
        root: dir.path().to_owned(),
        now: jiff::Timestamp::now(),
        allow_shrink: true,
        examples: EXAMPLES,
    };
    let (_, summary) = import(sources, plan, Some(&embedder), &mut |_| {}).unwrap();
    let assist = Assist::open(dir.path(), Some(embedder), Thresholds::default()).unwrap();
    let rows = rows(&std::fs::read_to_string(questions).unwrap()).unwrap();
    (run(&assist, &rows, today(), &mut |_| {}).await.unwrap(), summary)
}

#[tokio::test]
async fn another_provinces_list_and_its_citizens_questions() {
    let (Some(guides), Some(questions)) =
        (shared("eval/guangan/items.jsonl"), shared("eval/guangan/questions.jsonl"))
    else {
        return;
    };
    let Some(embedder) = model() else { return };
    let (report, summary) = measure(guides, &questions, embedder).await;
    assert_eq!((summary.guides, summary.errors), (1135, 0), "a row was lost");
    assert!(report.hit1 >= 0.63, "hit@1 {}", report.hit1);
    assert!(report.hit5 >= 0.89, "hit@5 {}", report.hit5);
    let lists = report.by_list;
    // Two rows of 114 are one writer's mood: the labels are off by 5 to 10 in 100 (README of the set); four more because
    // the list is longer than any that the weights for bare names were learned on, and meaning alone does well there.
    let row = 6.0 / report.n as f64 + 1e-9;
    assert!(
        report.hit1 + row >= lists.keyword.hit1.max(lists.vector.hit1),
        "fused {} of {lists:?}",
        report.hit1
    );
    assert!(
        report.hit5 + row >= lists.keyword.hit5.max(lists.vector.hit5),
        "fused {} of {lists:?}",
        report.hit5
    );
    assert!(report.none.answered_share <= 0.15, "{:?}", report.none);
    assert!(report.unknown.is_empty(), "{:?}", report.unknown);
}

#[tokio::test]
async fn real_guides_of_a_province_come_in_whole_and_go_out_again() {
    let Some(guides) = shared("eval/guangdong/guides.jsonl") else { return };
    let text = std::fs::read_to_string(&guides).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let sources = Sources { paths: vec![guides], options: Options::default(), companions: companions() };
    let plan = Plan {
        root: dir.path().to_owned(),
        now: jiff::Timestamp::now(),
        allow_shrink: true,
        examples: EXAMPLES,
    };
    let (manifest, summary) = import(sources, plan, None, &mut |_| {}).unwrap();
    let rows = text.lines().count();
    assert_eq!((summary.errors, summary.guides as usize, manifest.guides), (0, rows, rows));
    let assist = Assist::open(dir.path(), None, Thresholds::default()).unwrap();
    let mut with_materials = 0;
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let materials: Vec<&str> = row["materials"]
            .as_array()
            .map_or_else(Vec::new, |list| list.iter().filter_map(|m| m.as_str()).collect());
        let code = row["code"].as_str().unwrap();
        let (_, view) = assist.item(code, None, &Default::default(), today()).unwrap();
        assert_eq!(view.card.code.as_deref(), Some(code));
        assert_eq!(view.card.name, row["name"].as_str().unwrap().trim());
        let told = view.card.materials.len();
        assert!(told >= usize::from(!materials.is_empty()), "{code}: no materials");
        let first = materials.first().map(|m| m.trim());
        if let Some(first) = first.filter(|m| !m.contains(['\n', '；', ';'])) {
            let name = &view.card.materials[0].material.name;
            assert!(first.contains(name.as_str()), "{code}: {name} is not of {first}");
        }
        with_materials += usize::from(told > 0);
    }
    assert!(with_materials >= 800, "{with_materials}");
}

/// The bounds of `tests/eval.toml`, over the shipped corpus with its known questions: quality can't quietly fall.
#[tokio::test]
async fn our_own_questions_stay_within_their_bounds() {
    let Some(assist) = whole() else { return };
    let root = crate::house::root();
    let gate = Gate::parse(&std::fs::read_to_string(root.join("tests/eval.toml")).unwrap()).unwrap();
    let mut breaches = Vec::new();
    for bounds in gate.run.iter().filter(|run| run.guides.is_empty()) {
        let text: String = bounds
            .questions
            .iter()
            .map(|path| root.join(path))
            .map(|path| if path.is_dir() { files(&path) } else { std::fs::read_to_string(path).unwrap() })
            .collect();
        let rows: Vec<_> = rows(&text).unwrap().into_iter().step_by(bounds.every).collect();
        let report = run(assist, &rows, today(), &mut |_| {}).await.unwrap();
        println!(
            "{}: hit@1 {:.3} hit@3 {:.3} routes {:.3}",
            bounds.name, report.hit1, report.hit3, report.routes.macro_f1
        );
        breaches.extend(bounds.check(&report).iter().map(ToString::to_string));
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}
