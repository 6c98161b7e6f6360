//! Simplified and Traditional characters (简、繁), for texts that are shown.

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
}
