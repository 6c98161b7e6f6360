//! The search copy of a text: Traditional to Simplified, full width to half, upper case to lower.
//!
//! Each folded character remembers which bytes of the original it stands for. Display text is never
//! folded: NFKC and its kind break ，。（）.

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Folds texts; cheap to clone.
#[derive(Clone, Debug)]
pub struct Folder {
    simplified: Arc<HashMap<char, char>>,
}

/// A folded text with the way back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// The folded text.
    pub text: String,
    /// For each folded character: where it starts in the folded text, and its bytes in the original.
    origins: Vec<(usize, Range<usize>)>,
}

impl Folded {
    /// The bytes of the original behind a byte range of the folded text.
    pub fn origin(&self, range: Range<usize>) -> Range<usize> {
        let from = self.origins.partition_point(|(at, _)| *at < range.start);
        let to = self.origins.partition_point(|(at, _)| *at < range.end);
        match (self.origins.get(from), to.checked_sub(1).and_then(|at| self.origins.get(at))) {
            (Some((_, first)), Some((_, last))) if from < to => first.start..last.end,
            (Some((_, first)), _) => first.start..first.start,
            (None, _) => {
                let end = self.origins.last().map_or(0, |(_, range)| range.end);
                end..end
            }
        }
    }
}

/// The dictionaries of the Traditional-to-Simplified library can't be read.
#[derive(Debug, thiserror::Error)]
#[error("can't load the Traditional-to-Simplified dictionary: {0}")]
pub struct BadDictionary(String);

/// Ranges in which Traditional characters stand.
const HAN: [std::ops::RangeInclusive<char>; 3] =
    ['\u{3400}'..='\u{4DBF}', '\u{4E00}'..='\u{9FFF}', '\u{F900}'..='\u{FAFF}'];

impl Folder {
    /// Makes the table of single characters, so that offsets hold: a phrase table would shift them.
    pub fn new() -> Result<Folder, BadDictionary> {
        let converter = OpenCC::from_config(BuiltinConfig::T2s).map_err(|e| BadDictionary(e.to_string()))?;
        let mut simplified = HashMap::new();
        for c in HAN.into_iter().flatten() {
            let mut one = converter.convert(c.encode_utf8(&mut [0; 4])).chars().collect::<Vec<_>>();
            if let (Some(to), None) = (one.pop(), one.pop())
                && to != c
            {
                simplified.insert(c, to);
            }
        }
        // A target that is itself a source would make folding twice differ from folding once.
        let chained: Vec<(char, char)> =
            simplified.iter().filter_map(|(from, to)| simplified.get(to).map(|end| (*from, *end))).collect();
        simplified.extend(chained);
        simplified.retain(|from, to| from != to);
        Ok(Folder { simplified: Arc::new(simplified) })
    }

    /// Folds a text.
    pub fn fold(&self, text: &str) -> Folded {
        let mut folded =
            Folded { text: String::with_capacity(text.len()), origins: Vec::with_capacity(text.len() / 2) };
        let mut gap: Option<Range<usize>> = None;
        for (at, c) in text.char_indices() {
            let origin = at..at + c.len_utf8();
            if is_dropped(c) {
                continue;
            }
            if c.is_whitespace() {
                gap = Some(gap.map_or(origin.clone(), |gap| gap.start..origin.end));
                continue;
            }
            if let Some(gap) = gap.take()
                && !folded.text.is_empty()
            {
                folded.push(' ', gap);
            }
            folded.push(self.fold_char(c), origin);
        }
        folded
    }

    fn fold_char(&self, c: char) -> char {
        let c = match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            c => c,
        };
        let c = match self.simplified.get(&c) {
            Some(simplified) => *simplified,
            None => c,
        };
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(one), None) => one,
            _ => c,
        }
    }
}

impl Folded {
    fn push(&mut self, c: char, origin: Range<usize>) {
        self.origins.push((self.text.len(), origin));
        self.text.push(c);
    }
}

/// Control, bidirectional, zero-width and variation characters, Mongolian ones included.
fn is_dropped(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c,
            '\u{AD}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202F}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static FOLDER: LazyLock<Folder> = LazyLock::new(|| Folder::new().unwrap());

    #[test]
    fn folds_and_finds_the_way_back() {
        for (text, want) in [
            ("養老保險參保登記", "养老保险参保登记"),
            ("ＳＦＺ　身份證", "sfz 身份证"),
            ("  a \u{200B}\t b\u{202E} ", "a b"),
            ("\u{1820}\u{180B}\u{1821}", "\u{1820}\u{1821}"),
            ("（个人）", "(个人)"),
            ("", ""),
        ] {
            assert_eq!(FOLDER.fold(text).text, want, "{text:?}");
        }
        let text = "我的　身份證丟了";
        let folded = FOLDER.fold(text);
        let at = folded.text.find("身份证").unwrap();
        assert_eq!(&text[folded.origin(at..at + "身份证".len())], "身份證");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let once = FOLDER.fold(&text).text;
            prop_assert_eq!(FOLDER.fold(&once).text, once);
        }

        #[test]
        fn origins_lie_in_the_text_in_order(text in any::<String>()) {
            let folded = FOLDER.fold(&text);
            let mut end = 0;
            for (at, c) in folded.text.char_indices() {
                let origin = folded.origin(at..at + c.len_utf8());
                prop_assert!(origin.start >= end && origin.end <= text.len());
                prop_assert!(text.is_char_boundary(origin.start) && text.is_char_boundary(origin.end));
                end = origin.end;
            }
        }
    }
}
