//! From a sentence to something searchable. No files, no clock: texts in, values out.

mod classify;
mod elsewhere;
mod fold;
mod gazetteer;
mod heard;
mod lexicon;
mod mask;
mod plain;
mod script;
mod segment;
mod sound;

pub use classify::{BadClassifier, Classifier, Labelled};
pub use elsewhere::{goes_elsewhere, mark_elsewhere, without_elsewhere};
pub use fold::{BadDictionary, Folded, Folder};
pub use gazetteer::{BadGazetteer, Gazetteer, Mention};
pub use heard::mask_heard;
pub use lexicon::{BadLexicon, Expansion, Lexicon};
pub use mask::{Masked, Personal, PersonalKind, mask};
pub use plain::plain;
pub use script::{has_mongolian, simplified, traditional};
pub use segment::{Segmenter, Word, is_filler};
pub use sound::{Heard, How, Sounds};

use crate::guide::{BadRegions, RegionCode, Regions};
use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

/// The data of an analysis can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadAnalysis {
    /// The divisions.
    #[error(transparent)]
    Regions(#[from] BadRegions),
    /// Their names.
    #[error(transparent)]
    Gazetteer(#[from] BadGazetteer),
    /// The everyday words.
    #[error(transparent)]
    Lexicon(#[from] BadLexicon),
    /// The fold.
    #[error(transparent)]
    Fold(#[from] BadDictionary),
}

/// Folds, cuts and understands texts, the same way for questions and for what is indexed.
pub struct Analyzer {
    folder: Folder,
    segmenter: Segmenter,
    lexicon: Lexicon,
    gazetteer: Gazetteer,
    /// Everyday words that were published since the index was made.
    published: RwLock<Option<Arc<Lexicon>>>,
}

/// One analysed question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    masked: Masked,
    folded: String,
    words: Vec<String>,
    meaning: String,
    placeless: String,
    mentions: Vec<Mention>,
}

/// So many place names in one text are a list of regions (通办 and the like), not a place spoken of.
const PLACE_LIST: usize = 5;

impl Analyzer {
    /// An analysis from the divisions (`corpus/regions.tsv`), the everyday words
    /// (`corpus/lexicon/*.tsv`) and further words for the dictionary.
    pub fn new(regions: &str, lexicon: &str, words: &[&str]) -> Result<Analyzer, BadAnalysis> {
        let folder = Folder::new()?;
        let fold = |text: &str| folder.fold(text).text;
        let regions = Regions::parse(regions)?;
        let lexicon = Lexicon::parse(lexicon, fold)?;
        let gazetteer = Gazetteer::new(&regions, fold)?;
        let places = regions.iter().map(|r| r.name.as_str());
        let own: Vec<String> = words.iter().copied().chain(lexicon.words()).chain(places).map(fold).collect();
        let segmenter = Segmenter::new(own.iter().map(String::as_str));
        Ok(Analyzer { folder, segmenter, lexicon, gazetteer, published: RwLock::default() })
    }

    /// The segmentation.
    pub fn segmenter(&self) -> &Segmenter {
        &self.segmenter
    }

    /// The search copy of a text.
    pub fn fold(&self, text: &str) -> String {
        self.folder.fold(text).text
    }

    /// A text without its lines that only list places: such a list would pull it up for any place name.
    pub fn without_place_lists<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let is_list = |line: &str| {
            let folded = self.fold(line);
            let mentions = self.gazetteer.find(&folded);
            let named: usize = mentions.iter().map(|m| m.end - m.start).sum();
            mentions.len() >= PLACE_LIST && named * 2 > folded.len()
        };
        if !text.lines().any(is_list) {
            return Cow::Borrowed(text);
        }
        let kept: Vec<&str> = text.lines().filter(|line| !is_list(line)).collect();
        Cow::Owned(kept.join("\n"))
    }

    /// Everyday words and the official ones behind them.
    pub fn everyday_words(&self) -> impl Iterator<Item = &str> {
        self.lexicon.words()
    }

    /// Everyday words beside those of the index, read as `everyday<TAB>official` lines.
    pub fn everyday(&self, tsv: &str) -> Result<Option<Arc<Lexicon>>, BadLexicon> {
        if tsv.trim().is_empty() {
            return Ok(None);
        }
        Ok(Some(Arc::new(Lexicon::parse(tsv, |text| self.fold(text))?)))
    }

    /// Puts published everyday words into use, in place of those before.
    pub fn publish(&self, words: Option<Arc<Lexicon>>) {
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = words;
    }

    /// Published everyday words that are in use.
    pub fn published(&self) -> Option<Arc<Lexicon>> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Analyses a question. Personal data are masked before anything else looks at it.
    pub fn query(&self, text: &str) -> Query {
        self.query_under(text, self.published().as_deref())
    }

    /// The same with other words in place of the published ones.
    pub fn query_under(&self, text: &str, published: Option<&Lexicon>) -> Query {
        let masked = mask(text);
        // What is left of a number says nothing about what is asked.
        let folded = self.fold(&masked.blanked(text));
        let mentions = self.gazetteer.find(&folded);
        let mut words: Vec<String> = Vec::new();
        let mut add = |word: &str| {
            if !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        };
        let without_places = blanked(&folded, &mentions);
        let cut = self.segmenter.cut_search(&without_places);
        cut.iter().filter(|w| !is_filler(&w.text)).for_each(|w| add(&w.text));
        let more = published.map(|words| words.expand(&folded)).unwrap_or_default();
        for expansion in self.lexicon.expand(&folded).into_iter().chain(more) {
            for official in expansion.official {
                self.segmenter.cut_search(official).iter().for_each(|w| add(&w.text));
            }
        }
        if words.is_empty() {
            // Nothing but fillers and places: better a vague search than none.
            words.extend(self.segmenter.cut_search(&folded).into_iter().map(|w| w.text));
        }
        let meaning = without_places.split_whitespace().collect::<Vec<_>>().join(" ");
        let meaning = if meaning.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
            folded.clone()
        } else {
            meaning
        };
        Query { masked, folded, words, meaning, placeless: without_places, mentions }
    }
}

/// A text with its place names blanked out.
fn blanked(folded: &str, mentions: &[Mention]) -> String {
    let mut text = String::with_capacity(folded.len());
    let mut at = 0;
    for mention in mentions {
        text.push_str(&folded[at..mention.start]);
        text.push(' ');
        at = mention.end;
    }
    text.push_str(&folded[at..]);
    text
}

impl Query {
    /// The question with personal data masked: the only form that may be kept.
    pub fn masked(&self) -> &Masked {
        &self.masked
    }

    /// The folded question.
    pub fn search_text(&self) -> &str {
        &self.folded
    }

    /// Words to search for: without fillers and places, with the official words for everyday ones.
    pub fn search_words(&self) -> &[String] {
        &self.words
    }

    /// What the model is asked: the question without its places, which say where, not what.
    pub fn meaning_text(&self) -> &str {
        &self.meaning
    }

    /// The folded question with its place names blanked out.
    pub fn without_places(&self) -> &str {
        &self.placeless
    }

    /// Places named in the question.
    pub fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// The place spoken of, with everything its name may mean.
    pub fn finest_place(&self) -> Option<&[RegionCode]> {
        Gazetteer::finest(&self.mentions).map(|m| m.places.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    static ANALYZER: LazyLock<Analyzer> = LazyLock::new(|| {
        let regions = include_str!("../../corpus/regions.tsv");
        Analyzer::new(regions, "房本\t不动产权证书\n", &["不动产权证书"]).unwrap()
    });

    #[test]
    fn a_question_is_taken_apart() {
        let query = ANALYZER.query("请问在赤峰房本丟了怎麼補？我電話13812345678");
        assert!(query.search_words().contains(&"不动产权证书".to_owned()), "{query:?}");
        assert!(!query.search_words().iter().any(|w| w == "请问" || w == "赤峰"), "{query:?}");
        assert!(!query.meaning_text().contains("赤峰") && query.meaning_text().contains("房本"));
        assert_eq!(query.finest_place().unwrap()[0].as_str(), "150400");
        assert!(
            !query.masked().text.contains("13812345678") && !query.meaning_text().contains("13812345678")
        );
    }

    #[test]
    fn a_bare_place_and_bare_fillers_still_search() {
        for text in ["赤峰", "怎么办", "呼伦贝尔海拉尔"] {
            let query = ANALYZER.query(text);
            assert!(!query.meaning_text().is_empty() && !query.search_words().is_empty(), "{text}");
        }
    }

    #[test]
    fn lists_of_places_are_left_out_of_the_search_copy() {
        let list = "通办范围\n呼和浩特市、包头市、乌海市、赤峰市、通辽市、鄂尔多斯市\n在海拉尔区办理";
        assert_eq!(ANALYZER.without_place_lists(list), "通办范围\n在海拉尔区办理");
        assert!(matches!(ANALYZER.without_place_lists("在赤峰市办理"), Cow::Borrowed(_)));
    }
}
