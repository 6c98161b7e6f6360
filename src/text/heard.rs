//! Personal data in what was heard: a slip is heard easily, so the check digit of a number says little; and numbers are
//! read out, which some write down in characters.

use super::mask::mask;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// A number as long as those of identity and bank cards, and one that is read out.
#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by every test of this file")]
static NUMBERS: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [
        Regex::new(r"[0-9０-９](?:[ \-－—\u{3000}\u{A0}，,、]?[0-9０-９]){14,}[XxＸｘ]?").unwrap(),
        Regex::new("[零〇一二三四五六七八九幺](?:[ ，,、]?[零〇一二三四五六七八九幺]){10,}").unwrap(),
    ]
});

/// What was heard, masked: besides all that [`mask`] finds, every number that is as long as a personal one.
pub fn mask_heard(text: &str) -> String {
    let hidden = |found: &Captures| -> String {
        found[0].chars().take(3).chain(std::iter::repeat_n('*', 8)).collect()
    };
    NUMBERS.iter().fold(mask(text).text, |text, number| number.replace_all(&text, hidden).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_personal_whatever_their_check_digit() {
        for (text, want) in [
            ("号码是150702199001011234，对", "号码是150********，对"),
            ("15070219900101123x", "150********"),
            ("１５０７０２１９９００１０１１２３４", "１５０********"),
            ("150702，19900101，1234", "150********"),
            ("卡号6222 0212 3456 7890 121", "卡号622********"),
            ("电话13800138000", "电话138****8000"),
            ("幺三八零零幺三八零零零，记下了吗", "幺三八********，记下了吗"),
            ("一 三 八，零 零 一 三，八 零 零 零", "一 三********"),
            ("窗口电话0471-6940000", "窗口电话0471-6940000"),
            ("一二三四五", "一二三四五"),
            ("打12345，二〇二六年十一月二十七日", "打12345，二〇二六年十一月二十七日"),
        ] {
            assert_eq!(mask_heard(text), want, "{text}");
            assert_eq!(mask_heard(want), want);
        }
    }
}
