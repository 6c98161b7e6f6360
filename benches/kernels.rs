//! One text through the model: every int8 kernel of this CPU and candle in f32, on one core.
//!
//! `RAYON_NUM_THREADS=1 taskset -c 0 cargo bench --bench kernels`, or candle takes every core. The times include
//! cutting the text into tokens, some 20 µs. Compare those of one run with each other; those of two runs only where
//! nothing else ran.

use bangban::embed::{Kernel, Model};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use tokenizers::Tokenizer;

/// Tokens of a text, those round it included: a few words, a question, two sentences, a story.
const LENGTHS: [usize; 4] = [8, 16, 32, 64];

/// Texts as an import embeds them.
const BATCH: usize = 16;

/// Long enough for the longest text.
const STORY: &str = "query: 我是外地来打工的，孩子九月份要在这边上小学一年级，听说要办居住证还要交社保证明，\
                     请问具体需要准备哪些材料，在哪个窗口办，多长时间能办下来，要不要交钱，房东不肯给房产证复印件怎么办，\
                     能不能在网上先把表填好再去现场";

/// The longest start of the story with that many tokens.
fn text(tokenizer: &Tokenizer, tokens: usize) -> String {
    let starts = STORY.char_indices().map(|(end, _)| &STORY[..end]);
    let fits = |text: &&str| tokenizer.encode_fast(*text, true).is_ok_and(|found| found.len() == tokens);
    match starts.filter(fits).last() {
        Some(text) => text.to_owned(),
        None => panic!("no start of the story has {tokens} tokens"),
    }
}

fn kernels(criterion: &mut Criterion) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/bangban-e5-small");
    if !dir.join("weights.gguf").exists() {
        println!("skipped: {} has no weights.gguf; see models/README.md", dir.display());
        return;
    }
    let load = |model: Result<Model, _>| match model {
        Ok(model) => model,
        Err(error) => panic!("{error}"),
    };
    let mut models = vec![("candle f32".to_owned(), load(Model::load_reference(&dir)))];
    for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
        models.push((format!("{kernel:?}"), load(Model::load_kernel(&dir, kernel))));
    }
    let tokenizer = match Tokenizer::from_file(dir.join("tokenizer.json")) {
        Ok(tokenizer) => tokenizer,
        Err(error) => panic!("{error}"),
    };
    let mut one = criterion.benchmark_group("one text");
    for tokens in LENGTHS {
        let texts = [text(&tokenizer, tokens)];
        for (name, model) in &models {
            one.bench_with_input(BenchmarkId::new(name, tokens), &texts[..], |bencher, texts| {
                bencher.iter(|| model.embed(black_box(texts)));
            });
        }
    }
    one.finish();
    let mut many = criterion.benchmark_group(format!("{BATCH} texts"));
    many.sample_size(10);
    let texts = vec![text(&tokenizer, 16); BATCH];
    for (name, model) in &models {
        many.bench_with_input(BenchmarkId::new(name, 16), &texts[..], |bencher, texts| {
            bencher.iter(|| model.embed(black_box(texts)));
        });
    }
    many.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
