//! Any bytes under any name: guides and findings come out, or the run says why not; nothing panics.
#![no_main]

use bangban::corpus::{Event, Options, read_bytes};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 5] = ["a.jsonl", "a.json", "a.csv", "a.tsv", "a.xlsx"];

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, content)) = bytes.split_first() else { return };
    let name = NAMES[usize::from(*kind) % NAMES.len()];
    let mut guides = 0;
    let summary = read_bytes(name, content, &Options::default(), &mut |event| {
        guides += u64::from(matches!(event, Event::Guide(..)));
        Ok(())
    });
    assert_eq!(summary.map(|s| s.guides).ok(), Some(guides));
});
