//! Scripts: Simplified and Traditional characters (简、繁) for texts that are shown, and Mongolian letters (蒙古文).

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use std::sync::LazyLock;

/// `None` only if the library's own dictionaries were broken; a test holds them against that.
static TRADITIONAL: LazyLock<Option<OpenCC>> =
    LazyLock::new(|| OpenCC::from_config(BuiltinConfig::S2tw).ok());
static SIMPLIFIED: LazyLock<Option<OpenCC>> = LazyLock::new(|| OpenCC::from_config(BuiltinConfig::T2s).ok());

/// A text in Traditional characters, phrase by phrase (the characters of Taiwan, the words of the mainland).
pub fn traditional(text: &str) -> String {
    TRADITIONAL.as_ref().map_or_else(|| text.to_owned(), |converter| converter.convert(text))
}

/// A text in Simplified characters.
pub fn simplified(text: &str) -> String {
    SIMPLIFIED.as_ref().map_or_else(|| text.to_owned(), |converter| converter.convert(text))
}

/// Whether a text has letters of the traditional Mongolian script, Todo, Sibe and Manchu letters among them.
pub fn has_mongolian(text: &str) -> bool {
    text.contains(|c| matches!(c, '\u{1820}'..='\u{1878}' | '\u{1880}'..='\u{18AA}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_decide_which_character_stands() {
        for (hans, hant) in [
            ("身份证丢了需要带什么", "身份證丟了需要帶什麼"),
            ("头发、发票、皇后、以后", "頭髮、發票、皇后、以後"),
            ("审核，核对，这里", "審核，核對，這裡"),
            ("12345 转人工", "12345 轉人工"),
            ("", ""),
        ] {
            assert_eq!(traditional(hans), hant);
            assert_eq!(simplified(hant), hans);
        }
    }

    #[test]
    fn mongolian_is_told_by_its_letters() {
        for (text, want) in [
            ("ᠮᠣᠩᠭᠣᠯ", true),
            ("我叫ᠪᠠᠲᠤ", true),
            ("身份证丢了", false),
            ("Монгол", false),
            ("\u{180E}\u{1804}", false),
            ("", false),
        ] {
            assert_eq!(has_mongolian(text), want, "{text}");
        }
    }
}
