//! Codes of items, organs and business items: read once, opaque after.
//!
//! Published codes come in at least six lengths, with letters and hyphens, so nothing
//! inside a code is interpreted and no length is refused.

use std::fmt;

/// Why a text is not a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Nothing but white space.
    #[error("the code is empty; leave the field out instead")]
    Empty,
    /// White space or a control character inside the code.
    #[error("the code has {0:?} inside at character {1}; remove it")]
    Character(char, usize),
}

fn parse(text: &str) -> Result<String, BadCode> {
    let code = text.trim();
    if code.is_empty() {
        return Err(BadCode::Empty);
    }
    match code.chars().enumerate().find(|(_, c)| c.is_whitespace() || c.is_control()) {
        Some((at, c)) => Err(BadCode::Character(c, at + 1)),
        None => Ok(code.to_owned()),
    }
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The code as published.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The form codes are compared by: upper case.
            pub fn key(&self) -> String {
                self.0.to_uppercase()
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadCode;
            fn try_from(text: String) -> Result<Self, BadCode> {
                parse(&text).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> String {
                code.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

code!(
    /// 基本编码: one item, the same everywhere.
    CatalogCode
);
code!(
    /// 实施编码: one item as one organ handles it.
    TaskCode
);
code!(
    /// 业务办理项编码: one case of an item.
    BusinessCode
);
code!(
    /// 实施主体编码: the organ.
    OrganCode
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_length_is_a_code_and_blanks_are_not() {
        for (text, want) in [
            ("442011817001", Ok("442011817001")),
            (
                " 511A0138000000-511602000000-000-115113010833722043-1-00 ",
                Ok("511A0138000000-511602000000-000-115113010833722043-1-00"),
            ),
            ("G-000007-001", Ok("G-000007-001")),
            ("", Err(BadCode::Empty)),
            ("  ", Err(BadCode::Empty)),
            ("11 44", Err(BadCode::Character(' ', 3))),
            ("11\u{0}44", Err(BadCode::Character('\u{0}', 3))),
        ] {
            let got = TaskCode::try_from(text.to_owned()).map(String::from);
            assert_eq!(got, want.map(str::to_owned), "{text:?}");
        }
    }
}
