//! What people say → what the catalog says.

use aho_corasick::{AhoCorasick, MatchKind};

/// Everyday words with the official words they stand for.
#[derive(Clone, Debug)]
pub struct Lexicon {
    finder: AhoCorasick,
    entries: Vec<(String, Vec<String>)>,
}

/// An everyday word found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion<'a> {
    /// First byte in the folded text.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// The everyday word.
    pub everyday: &'a str,
    /// The official words.
    pub official: &'a [String],
}

/// A line of a lexicon that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("lexicon line {line}: {problem}; write everyday<TAB>official[、official]")]
pub struct BadLexicon {
    line: usize,
    problem: String,
}

impl Lexicon {
    /// Reads `everyday<TAB>official[、official]<TAB>note` lines, each folded by `fold`; `#` starts a comment.
    pub fn parse(tsv: &str, fold: impl Fn(&str) -> String) -> Result<Lexicon, BadLexicon> {
        let mut entries: Vec<(String, Vec<String>)> = Vec::new();
        for (at, line) in tsv.lines().enumerate() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            let bad = |problem: &str| BadLexicon { line: at + 1, problem: problem.to_owned() };
            let mut cells = line.split('\t');
            let everyday = fold(cells.next().unwrap_or_default());
            let official: Vec<String> = cells
                .next()
                .ok_or_else(|| bad("no official word"))?
                .split('、')
                .map(&fold)
                .filter(|word| !word.is_empty())
                .collect();
            if everyday.is_empty() || official.is_empty() {
                return Err(bad("an empty word"));
            }
            match entries.iter_mut().find(|(known, _)| *known == everyday) {
                Some((_, known)) => known.extend(official),
                None => entries.push((everyday, official)),
            }
        }
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(entries.iter().map(|(everyday, _)| everyday))
            .map_err(|e| BadLexicon { line: 0, problem: e.to_string() })?;
        Ok(Lexicon { finder, entries })
    }

    /// Everyday words of a folded text, longest first where they overlap. A word of Latin letters
    /// counts only where it stands alone.
    pub fn expand(&self, folded: &str) -> Vec<Expansion<'_>> {
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        self.finder
            .find_iter(folded)
            .filter(|found| {
                let before = folded[..found.start()].chars().next_back();
                let after = folded[found.end()..].chars().next();
                let inside = &folded[found.start()..found.end()];
                !(latin(before) && latin(inside.chars().next())
                    || latin(after) && latin(inside.chars().next_back()))
            })
            .map(|found| {
                let (everyday, official) = &self.entries[found.pattern().as_usize()];
                Expansion { start: found.start(), end: found.end(), everyday, official }
            })
            .collect()
    }

    /// Everyday and official words, for the segmentation's dictionary.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.entries
            .iter()
            .flat_map(|(everyday, official)| std::iter::once(everyday).chain(official))
            .map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(tsv: &str) -> Result<Lexicon, BadLexicon> {
        Lexicon::parse(tsv, |text| text.trim().to_lowercase())
    }

    #[test]
    fn the_longest_word_wins() {
        let lexicon =
            parse("# c\n房本\t不动产权证书\nsfz\t身份证\n社保\t社会保险\n社保卡\t社会保障卡、社保卡\tx\n")
                .unwrap();
        for (text, want) in [
            ("房本丢了", vec!["不动产权证书"]),
            ("社保卡", vec!["社会保障卡", "社保卡"]),
            ("sfz丢了", vec!["身份证"]),
            ("asfzb", vec![]),
            ("没有", vec![]),
        ] {
            let got: Vec<&str> =
                lexicon.expand(text).iter().flat_map(|e| e.official.iter().map(String::as_str)).collect();
            assert_eq!(got, want, "{text}");
        }
    }

    #[test]
    fn a_bad_line_is_named() {
        let error = parse("房本\t不动产权证书\n绿本\n").unwrap_err();
        assert!(error.to_string().starts_with("lexicon line 2"), "{error}");
    }
}
