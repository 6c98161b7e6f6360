//! Places beyond the region (外地): whose office is meant often tells whether the question is ours at all.

use aho_corasick::{AhoCorasick, MatchKind};
use std::sync::LazyLock;

/// Stands where a place beyond the region was named.
const MARK: &str = "※";

/// `None` only if the list, which is compiled in, were too large for an automaton.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let names = include_str!("../../corpus/elsewhere.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(names).ok()
});

/// A text with one sign in the place of every name of a place beyond the region, so that what is learned of one
/// city holds for all.
pub fn mark_elsewhere(text: &str) -> String {
    match FINDER.as_ref() {
        None => text.to_owned(),
        Some(finder) => {
            let mut marked = String::with_capacity(text.len());
            finder.replace_all_with(text, &mut marked, |_, _, into| {
                into.push_str(MARK);
                true
            });
            marked
        }
    }
}

/// A text without the names of places beyond the region; `None` where it names none.
pub fn without_elsewhere(text: &str) -> Option<String> {
    let marked = mark_elsewhere(text);
    marked.contains(MARK).then(|| marked.replace(MARK, " "))
}

/// Whether something goes to a place beyond the region (卖到河北), so that it is done here.
pub fn goes_elsewhere(text: &str) -> bool {
    let marked = mark_elsewhere(text);
    ["到", "往", "去", "运", "给"].iter().any(|word| marked.contains(&format!("{word}{MARK}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outside_place_is_the_same_sign() {
        assert_eq!(mark_elsewhere("大同社保断了转回沈阳"), "※社保断了转回※");
        assert_eq!(mark_elsewhere("赤峰的社保"), "赤峰的社保");
        assert_eq!(mark_elsewhere(""), "");
        assert_eq!(without_elsewhere("那河北呢").as_deref(), Some("那 呢"));
        assert_eq!(without_elsewhere("那赤峰呢"), None);
        assert!(goes_elsewhere("羊要卖到河北去") && !goes_elsewhere("沈阳社保局几点开门"));
    }

    #[test]
    fn no_league_and_no_banner_is_on_the_list() {
        // Townships may share a name with a city far away; a question's own places are taken out before.
        for line in include_str!("../../corpus/regions.tsv").lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            if let [_, name, "2" | "3" | "4", ..] = cells[..] {
                assert_eq!(mark_elsewhere(name), name);
            }
        }
    }
}
