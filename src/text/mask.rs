//! Personal data, found and masked before anything is logged or stored.
//!
//! Numbers count by their check digit where they have one. Item and organ codes hold runs of digits
//! that look like identity numbers: a run of letters and digits longer than any personal number is
//! left alone.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What was masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PersonalKind {
    /// 居民身份证号码, 18 or 15 digits.
    Identity,
    /// 手机号码
    Mobile,
    /// 银行卡号
    BankCard,
    /// 机动车号牌
    Plate,
    /// 电子邮箱
    Email,
    /// 护照或通行证号码
    TravelDocument,
}

/// One masked stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Personal {
    /// What it was.
    pub kind: PersonalKind,
    /// Its bytes in the original.
    pub range: Range<usize>,
}

/// A text that may be logged and stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masked {
    /// The text with stars in place of personal data.
    pub text: String,
    /// What was masked, in order.
    pub found: Vec<Personal>,
}

impl Masked {
    /// The text that was masked, with a blank in place of each personal stretch.
    pub fn blanked(&self, original: &str) -> String {
        let mut text = String::with_capacity(original.len());
        let mut at = 0;
        for personal in &self.found {
            text.push_str(&original[at..personal.range.start]);
            text.push(' ');
            at = personal.range.end;
        }
        text.push_str(&original[at..]);
        text
    }
}

/// Masks personal data in a text.
pub fn mask(text: &str) -> Masked {
    let mut found: Vec<Personal> = Vec::new();
    numbers(text, &mut found);
    patterns(text, &mut found);
    found.sort_by_key(|p| p.range.start);
    let mut masked = Masked::default();
    let mut at = 0;
    for personal in found {
        if personal.range.start < at {
            continue;
        }
        masked.text.push_str(&text[at..personal.range.start]);
        masked.text.push_str(&stars(personal.kind, &text[personal.range.clone()]));
        at = personal.range.end;
        masked.found.push(personal);
    }
    masked.text.push_str(&text[at..]);
    masked
}

/// The digit or letter that a character stands for, full width included.
fn alphanumeric(c: char) -> Option<char> {
    match c {
        '0'..='9' | 'A'..='Z' | 'a'..='z' => Some(c),
        '\u{FF10}'..='\u{FF19}' | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}' => {
            char::from_u32(u32::from(c) - 0xFEE0)
        }
        _ => None,
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '\u{3000}' | '\u{A0}' | '－' | '—')
}

/// One digit of a run with its place.
type Digit = (char, Range<usize>);

/// Runs of letters and digits, single separators inside allowed; identity numbers, phones and cards in them.
fn numbers(text: &str, found: &mut Vec<Personal>) {
    let mut run: Vec<Digit> = Vec::new();
    let mut gap = 0;
    for (at, c) in text.char_indices() {
        match alphanumeric(c) {
            Some(plain) => {
                // A letter after a gap starts something new: only digits are written in groups.
                if gap > 0 && !plain.is_ascii_digit() {
                    close(&mut run, found);
                }
                gap = 0;
                run.push((plain, at..at + c.len_utf8()));
            }
            None if is_separator(c) && gap == 0 && !run.is_empty() => gap = 1,
            None => {
                close(&mut run, found);
                gap = 0;
            }
        }
    }
    close(&mut run, found);
}

/// Longest personal number; longer runs without a gap are codes.
const LONGEST: usize = 21;

fn close(run: &mut Vec<Digit>, found: &mut Vec<Personal>) {
    let digits = std::mem::take(run);
    let unbroken = digits.windows(2).all(|pair| pair[0].1.end == pair[1].1.start);
    if digits.len() < 11 || (unbroken && digits.len() > LONGEST) {
        return;
    }
    let mut at = 0;
    while at < digits.len() {
        match number_at(&digits, at) {
            Some((kind, length)) => {
                let range = digits[at].1.start..digits[at + length - 1].1.end;
                found.push(Personal { kind, range });
                at += length;
            }
            None => at += 1,
        }
    }
}

fn number_at(digits: &[Digit], at: usize) -> Option<(PersonalKind, usize)> {
    // A number starts where the run or a group of it starts: never in the middle of another number.
    let starts = at == 0 || digits[at - 1].1.end != digits[at].1.start || at == 2 && country(digits);
    let fits = |length: usize| -> Option<String> {
        let part = digits.get(at..at + length)?;
        let ends = digits.get(at + length).is_none_or(|next| digits[at + length - 1].1.end != next.1.start);
        (starts && ends).then(|| part.iter().map(|(c, _)| *c).collect())
    };
    if fits(18).is_some_and(|n| is_identity(&n)) {
        return Some((PersonalKind::Identity, 18));
    }
    for length in [19, 18, 17, 16] {
        if fits(length).is_some_and(|n| is_card(&n)) {
            return Some((PersonalKind::BankCard, length));
        }
    }
    if fits(15).is_some_and(|n| is_old_identity(&n)) {
        return Some((PersonalKind::Identity, 15));
    }
    if fits(11).is_some_and(|n| is_mobile(&n)) {
        return Some((PersonalKind::Mobile, 11));
    }
    None
}

/// Whether a run begins with the country code 86.
fn country(digits: &[Digit]) -> bool {
    digits.len() == 13 && digits[0].0 == '8' && digits[1].0 == '6'
}

fn is_identity(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let bytes = number.as_bytes();
    if !bytes[..17].iter().all(u8::is_ascii_digit) || !is_date(&number[6..14]) {
        return false;
    }
    let sum: u32 = bytes[..17].iter().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    bytes[17].to_ascii_uppercase() == CHECKS[(sum % 11) as usize]
}

fn is_old_identity(number: &str) -> bool {
    number.bytes().all(|b| b.is_ascii_digit())
        && (11..=82).contains(&number[..2].parse().unwrap_or(0))
        && is_date(&format!("19{}", &number[6..12]))
}

/// `YYYYMMDD` of a person who may be alive.
fn is_date(text: &str) -> bool {
    let part = |range: Range<usize>| text[range].parse::<u32>().unwrap_or(0);
    (1880..=2100).contains(&part(0..4)) && (1..=12).contains(&part(4..6)) && (1..=31).contains(&part(6..8))
}

fn is_mobile(number: &str) -> bool {
    let bytes = number.as_bytes();
    bytes.iter().all(u8::is_ascii_digit) && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1])
}

/// Luhn's check, and a first digit that bank cards have.
fn is_card(number: &str) -> bool {
    let bytes = number.as_bytes();
    if !bytes.iter().all(u8::is_ascii_digit) || !(b'3'..=b'6').contains(&bytes[0]) {
        return false;
    }
    let sum: u32 = bytes
        .iter()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b - b'0');
            match (i % 2, digit * 2) {
                (0, _) => digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Patterns of constant text: they are tested, so an error can't reach a caller.
#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by every test of this file")]
static PATTERNS: LazyLock<[(PersonalKind, Regex); 3]> = LazyLock::new(|| {
    [
        (
            PersonalKind::Plate,
            Regex::new(
                "([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z][·• ]?(?:[A-HJ-NP-Za-hj-np-z0-9]{5}[A-HJ-NP-Za-hj-np-z0-9学警港澳挂]|[A-HJ-NP-Za-hj-np-z0-9]{4}[A-HJ-NP-Za-hj-np-z0-9学警港澳挂]))",
            )
            .unwrap(),
        ),
        (
            PersonalKind::Email,
            Regex::new(r"([A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)").unwrap(),
        ),
        (
            PersonalKind::TravelDocument,
            Regex::new(r"(?:护照|通行证)(?:号码|号|编号)?(?:是|为|：|:| )*([A-Za-z]{1,2}[0-9]{7,9})").unwrap(),
        ),
    ]
});

fn patterns(text: &str, found: &mut Vec<Personal>) {
    for (kind, pattern) in PATTERNS.iter() {
        for groups in pattern.captures_iter(text) {
            let Some(hit) = groups.get(1) else { continue };
            // Without a digit a plate is only a word that begins like one.
            if *kind == PersonalKind::Plate && !hit.as_str().bytes().any(|b| b.is_ascii_digit()) {
                continue;
            }
            found.push(Personal { kind: *kind, range: hit.range() });
        }
    }
}

/// The stretch with stars: enough is left for its owner to recognise it.
fn stars(kind: PersonalKind, text: &str) -> String {
    let chars: Vec<char> = text.chars().filter(|c| !is_separator(*c)).collect();
    let (head, tail) = match kind {
        PersonalKind::Identity | PersonalKind::Mobile => (3, 4),
        PersonalKind::BankCard => (0, 4),
        PersonalKind::Plate => (2, 2),
        PersonalKind::Email | PersonalKind::TravelDocument => (1, 0),
    };
    let hidden = chars.len().saturating_sub(head + tail).max(3);
    let first: String = chars.iter().take(head).collect();
    let last: String = chars.iter().skip(chars.len().saturating_sub(tail).max(head)).collect();
    format!("{first}{}{last}", "*".repeat(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A made-up number with a right check digit.
    fn identity(seventeen: &str) -> String {
        ('0'..='9').chain(['X']).map(|check| format!("{seventeen}{check}")).find(|n| is_identity(n)).unwrap()
    }

    #[test]
    fn personal_data_are_masked() {
        let id = identity("15070219900101123");
        let spaced = format!("{} {} {}", &id[..6], &id[6..14], &id[14..]);
        let wide: String = id.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        for text in [id.clone(), spaced, wide, id.to_lowercase()] {
            let masked = mask(&format!("我的号{text}丢了"));
            assert_eq!(masked.found.len(), 1, "{text}");
            assert_eq!(masked.found[0].kind, PersonalKind::Identity);
            assert!(masked.text.contains("***********") && masked.text.starts_with("我的号"), "{masked:?}");
        }
        for (text, want) in [
            ("打13812345678", "打138****5678"),
            ("打138-1234-5678吧", "打138****5678吧"),
            ("+8613812345678", "+86138****5678"),
            ("车牌蒙A12345", "车牌蒙A***45"),
            ("卡6222021234567890128", "卡***************0128"),
            ("a.b@c.com", "a********"),
            ("护照号E12345678", "护照号E********"),
            ("150702900101123", "150********1123"),
        ] {
            assert_eq!(mask(text).text, want, "{text}");
        }
    }

    #[test]
    fn codes_and_office_numbers_stay() {
        for text in [
            "打12345",
            "0471-6940000",
            "11440100696927671X3442011817001",
            "11440000006939756B2440101007000",
            "511A0138000000-511602000000-000-115113010833722043-1-00",
            "91150100MA0N12345X",
            "442011817001",
            "2026-03-02",
            "150702000000",
            "蒙古族",
            "新ABCDEFG",
        ] {
            assert_eq!(mask(text).text, text);
        }
    }

    proptest! {
        #[test]
        fn masking_survives_and_is_final(text in any::<String>(), digits in "[0-9Xx -]{0,40}") {
            for text in [text, digits] {
                let once = mask(&text).text;
                prop_assert_eq!(mask(&once).text, once);
            }
        }

        #[test]
        fn a_number_never_gets_through(before in "[甲乙，a]{0,5}", digits in "1[3-9][0-9]{9}", after in "[丙。]{0,5}") {
            let masked = mask(&format!("{before}，{digits}{after}")).text;
            prop_assert!(!masked.contains(&digits), "{}", masked);
        }
    }
}
