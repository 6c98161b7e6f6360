//! The model gives the vectors that an independent program computed from its source, and our own pass gives the
//! vectors of the model.
//!
//! Belongs here: whatever needs the real weights. Equality is cosine ≥ 0.999; how the pinned
//! vectors were made stands in `models/convert/reference.py`.

use bangban::embed::{Embedder, Model, Vector};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const NEAR: f32 = 0.999;

/// Loaded once for all tests; `None` in a checkout without the weights.
static MODEL: LazyLock<Option<Model>> = LazyLock::new(|| {
    let dir = root().join("models/multilingual-e5-small");
    if !dir.join("weights.gguf").exists() {
        println!("skipped: {} has no weights.gguf; see models/README.md", dir.display());
        return None;
    }
    Some(Model::load_reference(&dir).expect("the model loads"))
});

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[derive(serde::Deserialize)]
struct Row {
    text: String,
    prefix: String,
    vector: Vec<f32>,
}

fn rows(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).expect("the reference can be read");
    text.lines().map(|line| serde_json::from_str(line).expect("every line is a reference")).collect()
}

/// Compares the model with every row of a file.
fn compare(model: &Model, path: &Path) {
    let rows = rows(path);
    let texts: Vec<String> = rows.iter().map(|r| r.prefix.clone() + &r.text).collect();
    let found = model.embed(&texts).expect("every text has a vector");
    let mut least = 1.0_f32;
    for (row, found) in rows.iter().zip(&found) {
        let cosine = Vector::unit(row.vector.clone()).expect("a reference has a direction").dot(found);
        assert!(cosine >= NEAR, "{:?}: cosine {cosine}", row.text);
        least = least.min(cosine);
    }
    println!("{}: {} texts, least cosine {least:.6}", path.display(), rows.len());
}

#[test]
fn pinned_vectors_are_met() {
    let Some(model) = MODEL.as_ref() else { return };
    compare(model, &root().join("tests/fixtures/model_reference.jsonl"));
}

#[test]
fn the_larger_reference_is_met_where_it_is_at_hand() {
    let Some(model) = MODEL.as_ref() else { return };
    let path: PathBuf = root().join("../shared/model/reference.jsonl");
    match path.exists() {
        true => compare(model, &path),
        false => println!("skipped: no reference of 200 texts at {}", path.display()),
    }
}

#[test]
fn a_batch_equals_its_texts_alone() {
    let Some(model) = MODEL.as_ref() else { return };
    let rows = rows(&root().join("tests/fixtures/model_reference.jsonl"));
    let texts: Vec<String> = rows.into_iter().map(|r| r.prefix + &r.text).collect();
    let together = model.embed(&texts).unwrap();
    for (text, together) in texts.iter().zip(&together) {
        let alone = model.embed(std::slice::from_ref(text)).unwrap();
        let cosine = alone[0].dot(together);
        assert!(cosine > 0.9999, "{text:?}: cosine {cosine}");
    }
}

#[test]
fn meaning_orders_neighbours() {
    let Some(model) = MODEL.as_ref() else { return };
    let texts = ["query: 身份证掉了怎么办", "passage: 居民身份证丢失补领", "passage: 食品经营许可证核发"];
    let [question, right, wrong] = &model.embed(&texts.map(String::from)).unwrap()[..] else {
        panic!("one vector a text");
    };
    assert!(question.dot(right) > question.dot(wrong));
}

#[test]
fn the_worker_adds_the_prefixes_of_the_manifest() {
    if MODEL.is_none() {
        return;
    }
    let model = Model::load(&root().join("models/multilingual-e5-small")).unwrap();
    let text = "新生儿落户".to_owned();
    let want = model.embed(&[format!("query: {text}"), format!("passage: {text}")]).unwrap();
    assert_eq!(model.manifest().dimensions, want[0].dims());

    let embedder = Embedder::spawn(model, 8).unwrap();
    assert!(embedder.model_id().starts_with("multilingual-e5-small-"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let question = runtime.block_on(embedder.embed_query(&text)).unwrap();
    assert!(question.dot(&want[0]) > 0.9999);
    let texts = [text];
    assert!(embedder.embed_queries(&texts).unwrap()[0].dot(&want[0]) > 0.9999);
    assert!(embedder.embed_passages(&texts).unwrap()[0].dot(&want[1]) > 0.9999);
}

/// Least cosine between the int8 pass and candle in f32, and the least mean.
const QUICK: f32 = 0.998;
const QUICK_MEAN: f32 = 0.999;

/// Texts of every kind, a thousand of them: questions, names, single words, other scripts, digits, nothing at all, and
/// as much as the model takes.
fn varied() -> Vec<String> {
    let lines = |path: &str, field: &str| -> Vec<String> {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        let of = |line: &str| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            row[field].as_str().unwrap().to_owned()
        };
        text.lines().map(of).collect()
    };
    let questions = lines("corpus/questions/held/writer_a.jsonl", "question");
    let mut texts: Vec<String> = questions.iter().step_by(3).map(|text| format!("query: {text}")).collect();
    texts.extend(lines("corpus/questions/noisy/held.jsonl", "question").into_iter().step_by(9));
    texts.extend(
        lines("corpus/guides/e_business.jsonl", "name").iter().map(|name| format!("passage: {name}")),
    );
    let odd = [
        "",
        " ",
        "。",
        "？？？",
        "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ",
        "🙂🙂",
        "sfz",
        "身份证",
        "αβγ δεζ",
        "Ж",
        "نص",
        "ﷺ",
        "\u{0}",
        "１２３",
        "㈱",
    ];
    texts.extend(odd.map(String::from));
    texts.extend((1..=40).map(|n| "草场确权登记要带什么材料，".repeat(n)));
    texts.push("证".repeat(2_000));
    // Words and numbers at random, the same ones each time.
    let mut dice = 1_u32;
    let mut roll = |n: usize| {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (dice >> 8) as usize % n
    };
    while texts.len() < 1_000 {
        let (one, two) = (&questions[roll(questions.len())], &questions[roll(questions.len())]);
        let cut = |text: &str, n: usize| text.chars().take(n).collect::<String>();
        texts.push(format!("{}{} {}", cut(one, 1 + roll(12)), roll(1_000_000), cut(two, roll(9))));
    }
    texts
}

#[test]
fn the_int8_pass_gives_the_vectors_of_the_reference() {
    let dir = root().join("models/bangban-e5-small");
    if !dir.join("weights.gguf").exists() {
        println!("skipped: {} has no weights.gguf; see models/README.md", dir.display());
        return;
    }
    let (quick, reference) = (Model::load(&dir).unwrap(), Model::load_reference(&dir).unwrap());
    let texts = varied();
    let pairs = quick.embed(&texts).unwrap().into_iter().zip(reference.embed(&texts).unwrap());
    let (mut least, mut sum) = (1.0_f32, 0.0);
    for ((quick, reference), text) in pairs.zip(&texts) {
        let cosine = quick.dot(&reference);
        assert!(cosine >= QUICK, "{text:?}: cosine {cosine}");
        least = least.min(cosine);
        sum += cosine;
    }
    let mean = sum / texts.len() as f32;
    assert!(mean >= QUICK_MEAN, "mean cosine {mean}");
    println!("{} texts, cosine {least:.6} at least, {mean:.6} in the mean", texts.len());
}
