//! Marked-up text → plain text, for the search copy.

use std::borrow::Cow;

/// Text without HTML tags and entities; line breaks stand where blocks end. Never fails.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '&']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = if rest.starts_with('<') { tag(rest, &mut out) } else { entity(rest, &mut out) };
        rest = &rest[taken..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Longest tag that is taken for one; a lone `<` in running text stays.
const LONGEST_TAG: usize = 2_000;

fn tag(rest: &str, out: &mut String) -> usize {
    let named = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
    match rest.find('>') {
        Some(end) if named && end < LONGEST_TAG => {
            let name = rest[1..end].trim_start_matches('/').to_ascii_lowercase();
            if ["br", "p", "div", "li", "tr", "h"].iter().any(|block| name.starts_with(block)) {
                out.push('\n');
            }
            end + 1
        }
        _ => {
            out.push('<');
            1
        }
    }
}

fn entity(rest: &str, out: &mut String) -> usize {
    let end = rest.bytes().take(12).position(|b| b == b';');
    let c = end.and_then(|end| match &rest[1..end] {
        "nbsp" | "ensp" | "emsp" => Some(' '),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" | "ldquo" | "rdquo" => Some('"'),
        "apos" | "lsquo" | "rsquo" => Some('\''),
        "middot" => Some('·'),
        "hellip" => Some('…'),
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control() || c.is_whitespace())
        }
    });
    match (c, end) {
        (Some(c), Some(end)) => {
            out.push(c);
            end + 1
        }
        _ => {
            out.push('&');
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_and_entities_go_and_the_rest_stays() {
        for (text, want) in [
            ("无标记", "无标记"),
            ("<p>甲</p>乙<br/>丙", "\n甲\n乙\n丙"),
            ("甲&nbsp;乙&#20013;&#x4E2D;", "甲 乙中中"),
            ("a < b && c > d", "a < b && c > d"),
            ("1<2>1", "1<2>1"),
            ("&unknown; &", "&unknown; &"),
            ("<script>alert(1)</script>", "alert(1)"),
        ] {
            assert_eq!(plain(text), want, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in any::<String>(), marked in "[<>&;/a-p甲#x0-9 ]{0,40}") {
            plain(&text);
            plain(&marked);
        }
    }
}
