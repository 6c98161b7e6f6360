//! Words that people write beside something: bounded, and without personal data before they are kept.

use crate::text::mask;

/// Characters at most.
const MOST: usize = 500;

/// Words as they may be kept; `None` where there are none. What is wrong with them, and how to mend it, otherwise.
pub(super) fn kept(words: Option<&str>) -> Result<Option<String>, String> {
    let Some(words) = words.map(str::trim).filter(|words| !words.is_empty()) else { return Ok(None) };
    if words.chars().count() > MOST {
        return Err(format!("不能超过 {MOST} 个字"));
    }
    Ok(Some(mask(words).text))
}
