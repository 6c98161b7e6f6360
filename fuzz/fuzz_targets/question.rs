//! Any text as a question: masked, folded, cut; nothing panics and nothing personal is left.
#![no_main]

use bangban::text::{Analyzer, mask};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static ANALYZER: LazyLock<Option<Analyzer>> = LazyLock::new(|| {
    let regions = include_str!("../../corpus/regions.tsv");
    let lexicon = include_str!("../../corpus/lexicon/everyday.tsv");
    Analyzer::new(regions, lexicon, &[]).ok()
});

fuzz_target!(|text: &str| {
    let Some(analyzer) = ANALYZER.as_ref() else { return };
    let query = analyzer.query(text);
    assert!(mask(&query.masked().text).found.is_empty());
});
