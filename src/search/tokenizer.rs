//! Our segmentation as tantivy tokenizers: words by jieba, and pairs of characters.

use crate::text::Segmenter;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Name under which the word tokenizer is registered.
pub const WORDS: &str = "words";
/// Name under which the pair tokenizer is registered.
pub const PAIRS: &str = "pairs";

/// Cuts folded text into words, overlapping as in jieba's search mode.
#[derive(Clone)]
pub struct Words(pub Segmenter);

/// Cuts folded text into pairs of neighbouring Han characters; runs of letters and digits stay whole.
#[derive(Clone)]
pub struct Pairs;

/// Tokens made beforehand, handed out one by one.
pub struct Tokens {
    list: std::vec::IntoIter<Token>,
    current: Token,
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        match self.list.next() {
            Some(token) => {
                self.current = token;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.current
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.current
    }
}

fn stream(list: Vec<Token>) -> Tokens {
    Tokens { list: list.into_iter(), current: Token::default() }
}

impl Tokenizer for Words {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        let words = self.0.cut_search(text);
        stream(
            words
                .into_iter()
                .map(|word| Token {
                    offset_from: word.start_byte,
                    offset_to: word.end_byte,
                    position: word.position,
                    text: word.text,
                    position_length: 1,
                })
                .collect(),
        )
    }
}

impl Tokenizer for Pairs {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        stream(
            pairs(text)
                .into_iter()
                .enumerate()
                .map(|(position, (from, to))| Token {
                    offset_from: from,
                    offset_to: to,
                    position,
                    text: text[from..to].to_owned(),
                    position_length: 1,
                })
                .collect(),
        )
    }
}

/// Byte ranges of the pairs in a text; a Han character alone between others stands for itself.
pub fn pairs(text: &str) -> Vec<(usize, usize)> {
    let mut list = Vec::new();
    let mut run: Vec<(usize, char)> = Vec::new();
    let mut end = 0;
    let mut flush = |run: &mut Vec<(usize, char)>, end: usize| {
        match run.as_slice() {
            [] => {}
            [(at, _)] => list.push((*at, end)),
            [(at, first), ..] if first.is_ascii_alphanumeric() => list.push((*at, end)),
            _ => {
                for (i, pair) in run.windows(2).enumerate() {
                    let to = run.get(i + 2).map_or(end, |next| next.0);
                    list.push((pair[0].0, to));
                }
            }
        }
        run.clear();
    };
    for (at, c) in text.char_indices() {
        let joins = c.is_alphanumeric()
            && run.last().is_none_or(|(_, last)| last.is_ascii_alphanumeric() == c.is_ascii_alphanumeric());
        if !joins {
            flush(&mut run, end);
        }
        if c.is_alphanumeric() {
            run.push((at, c));
        }
        end = at + c.len_utf8();
    }
    flush(&mut run, end);
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_han_and_whole_latin() {
        for (text, want) in [
            ("身份证", vec!["身份", "份证"]),
            ("证", vec!["证"]),
            ("办abc12证，明", vec!["办", "abc12", "证", "明"]),
            ("户口 迁移", vec!["户口", "迁移"]),
            ("", vec![]),
            ("！？", vec![]),
        ] {
            let got: Vec<&str> = pairs(text).into_iter().map(|(a, b)| &text[a..b]).collect();
            assert_eq!(got, want, "{text:?}");
        }
    }
}
