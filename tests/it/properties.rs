//! What holds for every text, not only for those that somebody thought of.

use bangban::corpus::{Event, Options, read_bytes};
use bangban::guide::{TaskCode, When};
use bangban::text::{Folder, mask, plain};
use proptest::prelude::*;
use std::sync::LazyLock;

static FOLDER: LazyLock<Folder> = LazyLock::new(|| Folder::new().unwrap());

/// Texts as people and machines send them: Han in both scripts, full width, marks, digits, anything.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[\u{4E00}-\u{9FFF}]{0,6}",
        "[Ａ-Ｚａ-ｚ０-９！-～]{0,6}",
        "[0-9Xx -]{0,22}",
        "[\u{0}-\u{2F}\u{200B}-\u{202E}\u{FEFF}\u{3000}]{0,4}",
        "[\u{1820}-\u{1842}]{0,4}",
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// An 18-digit identity number with its right check digit.
fn identities() -> impl Strategy<Value = String> {
    (110_000u32..660_000, 1930u32..2025, 1u32..13, 1u32..29, 0u32..1000).prop_map(
        |(place, year, month, day, order)| {
            let body = format!("{place:06}{year:04}{month:02}{day:02}{order:03}");
            let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
            let sum: u32 = body.bytes().zip(weights).map(|(b, w)| u32::from(b - b'0') * w).sum();
            format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
        },
    )
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in texts()) {
        let once = FOLDER.fold(&text).text;
        prop_assert_eq!(FOLDER.fold(&once).text, once);
    }

    #[test]
    fn every_stretch_of_a_fold_leads_back_into_the_text(text in texts()) {
        let folded = FOLDER.fold(&text);
        let starts: Vec<usize> = folded.text.char_indices().map(|(at, _)| at).collect();
        let mut before = 0;
        for (n, start) in starts.iter().enumerate() {
            let end = starts.get(n + 1).copied().unwrap_or(folded.text.len());
            let origin = folded.origin(*start..end);
            prop_assert!(text.is_char_boundary(origin.start) && text.is_char_boundary(origin.end));
            prop_assert!(before <= origin.start && origin.start < origin.end && origin.end <= text.len());
            before = origin.start;
        }
    }

    #[test]
    fn masking_changes_only_what_it_names_and_finds_nothing_twice(text in texts()) {
        let masked = mask(&text);
        let again = mask(&masked.text);
        prop_assert!(again.found.is_empty(), "{:?} → {:?}", masked.text, again.found);
        let mut rebuilt = String::new();
        let mut at = 0;
        for personal in &masked.found {
            prop_assert!(at <= personal.range.start);
            rebuilt.push_str(&text[at..personal.range.start]);
            at = personal.range.end;
        }
        rebuilt.push_str(&text[at..]);
        let kept: String = masked.text.chars().filter(|c| *c != '*').collect();
        let want: String = rebuilt.chars().filter(|c| *c != '*').collect();
        prop_assert!(kept.len() >= want.len(), "nothing beside personal data is lost");
    }

    #[test]
    fn identity_numbers_never_pass(before in "[\u{4E00}-\u{9FA5}，。 ]{0,8}", id in identities(), after in "[\u{4E00}-\u{9FA5}，。 ]{0,8}") {
        let masked = mask(&format!("{before}{id}{after}"));
        prop_assert!(!masked.text.contains(&id));
        prop_assert!(!masked.text.contains(&id[6..14]), "the day of birth is personal too: {}", masked.text);
    }

    #[test]
    fn mobile_numbers_never_pass(before in "[\u{4E00}-\u{9FA5}，。 ]{0,8}", number in "1[3-9][0-9]{9}", after in "[\u{4E00}-\u{9FA5}，。 ]{0,8}") {
        let masked = mask(&format!("{before}{number}{after}"));
        prop_assert!(!masked.text.contains(&number[3..7]) || number[3..7] == number[..4] || number[3..7] == number[7..], "{}", masked.text);
        prop_assert!(!masked.text.contains(&number));
    }

    #[test]
    fn item_codes_are_not_personal(organ in "1[1-5][0-9]{6}[0-9A-Z]{10}", level in "[1-6]", catalog in "[0-9]{12}") {
        let code = format!("{organ}{level}{catalog}");
        prop_assert_eq!(mask(&code).text, code);
    }

    #[test]
    fn codes_compare_without_case(code in "[0-9A-Za-z-]{1,60}") {
        let upper = TaskCode::try_from(code.to_uppercase()).unwrap();
        let given = TaskCode::try_from(code).unwrap();
        prop_assert_eq!(upper.key(), given.key());
    }

    #[test]
    fn markup_never_breaks_cleaning(text in "[<>&;/a-z\u{4E00}-\u{4E20} #x0-9]{0,60}") {
        let _ = plain(&text);
    }

    #[test]
    fn conditions_parse_or_say_why(text in "[a-z0-9=!&|()\\[\\], \u{4E00}-\u{4E20}]{0,40}") {
        if let Ok(when) = When::try_from(text.clone()) {
            prop_assert_eq!(when.text().trim(), text.trim());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// The same property as the fuzz target `fuzz/fuzz_targets/import.rs`, on every run of the tests.
    #[test]
    fn any_bytes_are_read_without_a_panic(
        kind in prop_oneof![Just("a.jsonl"), Just("a.json"), Just("a.csv"), Just("a.xlsx"), Just("a.tsv")],
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..400),
            texts().prop_map(String::into_bytes),
            wounded(),
        ],
    ) {
        let mut guides = 0;
        let summary = read_bytes(kind, &bytes, &Options::default(), &mut |event| {
            guides += u64::from(matches!(event, Event::Guide(..)));
            Ok(())
        });
        prop_assert_eq!(summary.unwrap().guides, guides);
    }
}

/// A good file with a few bytes changed.
fn wounded() -> impl Strategy<Value = Vec<u8>> {
    let good = [
        include_str!("../fixtures/guides.jsonl"),
        "事项名称,实施编码,申请材料,法定办结时限\n甲,\"1\",\"申请表\n身份证\",30个工作日\n",
        "[{\"task_name\":\"甲\",\"task_code\":\"1\",\"anticipate_day\":\"20\"}]",
    ];
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (prop::sample::select(good.to_vec()), changes).prop_map(|(good, changes)| {
        let mut bytes = good.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}
