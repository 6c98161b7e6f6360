//! Words of a text: jieba with our dictionary, search mode, without its guesses at new words.

use jieba_rs::{Jieba, TokenizeMode};
use std::sync::Arc;

/// Cuts texts into words; cheap to clone.
#[derive(Clone)]
pub struct Segmenter {
    jieba: Arc<Jieba>,
}

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word in lower case.
    pub text: String,
    /// Its first byte.
    pub start_byte: usize,
    /// The byte after it.
    pub end_byte: usize,
    /// Its first character.
    pub position: usize,
}

/// How often our own words are taken to occur: often enough to win over their parts.
const OWN_FREQUENCY: usize = 3_000;

impl Segmenter {
    /// The default dictionary with further words.
    pub fn new<'a>(words: impl Iterator<Item = &'a str>) -> Segmenter {
        let mut jieba = Jieba::new();
        for word in words.filter(|w| !w.is_empty()) {
            jieba.add_word(word, Some(OWN_FREQUENCY), None);
        }
        Segmenter { jieba: Arc::new(jieba) }
    }

    /// Whether the dictionary has a word.
    pub fn has_word(&self, word: &str) -> bool {
        self.jieba.has_word(word)
    }

    /// Words of a folded text, overlapping as in search mode: a long word and the words inside it.
    /// Punctuation is left out.
    pub fn cut_search(&self, text: &str) -> Vec<Word> {
        // HMM off: it guesses by context, and question and index must be cut alike.
        let tokens = self.jieba.tokenize(text, TokenizeMode::Search, false);
        let mut starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        starts.push(text.len());
        tokens
            .into_iter()
            .filter(|token| token.word.chars().any(char::is_alphanumeric))
            .filter_map(|token| {
                Some(Word {
                    text: token.word.to_lowercase(),
                    start_byte: *starts.get(token.start)?,
                    end_byte: *starts.get(token.end)?,
                    position: token.start,
                })
            })
            .collect()
    }
}

/// Words that say that something is asked, not what: they match every guide's questions.
const FILLERS: [&str; 74] = [
    "啊",
    "呢",
    "吗",
    "吧",
    "呀",
    "哦",
    "嗯",
    "呃",
    "咋",
    "咋办",
    "咋弄",
    "咋个",
    "么",
    "了",
    "的",
    "得",
    "地",
    "我",
    "我们",
    "俺",
    "俺们",
    "你",
    "你们",
    "您",
    "他",
    "她",
    "它",
    "这",
    "那",
    "这个",
    "那个",
    "一个",
    "一下",
    "请问",
    "问下",
    "问一下",
    "咨询",
    "想",
    "想要",
    "要",
    "需要",
    "得要",
    "怎么",
    "怎样",
    "怎么办",
    "如何",
    "什么",
    "啥",
    "哪",
    "哪里",
    "哪儿",
    "哪个",
    "去",
    "到",
    "在",
    "是",
    "有",
    "没有",
    "和",
    "与",
    "及",
    "或",
    "能",
    "能不能",
    "可以",
    "办",
    "办理",
    "弄",
    "搞",
    "关于",
    "问题",
    "麻烦",
    "帮",
    "给",
];

/// Whether a word says nothing about the matter asked for.
pub fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_words_stay_whole_and_keep_their_parts() {
        let segmenter = Segmenter::new(["公积金提取"].into_iter());
        let words = segmenter.cut_search("住房公积金提取，ABC12");
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        assert!(texts.contains(&"公积金提取") && texts.contains(&"提取"), "{texts:?}");
        assert!(texts.contains(&"abc12") && !texts.contains(&"，"), "{texts:?}");
        for word in &words {
            let text = &"住房公积金提取，ABC12"[word.start_byte..word.end_byte];
            assert_eq!(text.to_lowercase(), word.text);
        }
    }

    #[test]
    fn fillers_are_known() {
        assert!(is_filler("请问") && !is_filler("身份证"));
        let mut seen: Vec<&str> = FILLERS.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), FILLERS.len(), "a filler stands twice");
    }
}
