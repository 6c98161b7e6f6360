//! Fixed vocabularies of guides. A word outside a vocabulary is kept as it stands, never lost.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal $(| $other:literal)*),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A word outside the vocabulary, as the source has it.
            Other(String),
        }

        impl $name {
            /// The word as a guide prints it.
            pub fn word(&self) -> &str {
                match self {
                    $($name::$variant => $word,)+
                    $name::Other(text) => text,
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.trim() {
                    $($word $(| $other)* => $name::$variant,)+
                    other => $name::Other(other.to_owned()),
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.word().to_owned()
            }
        }
    };
}

words! {
    /// 事项类型. Only kinds that a citizen applies for belong on a portal.
    ItemType {
        /// 行政许可
        Permit = "行政许可",
        /// 行政确认
        Confirmation = "行政确认",
        /// 行政给付
        Payment = "行政给付",
        /// 行政奖励
        Reward = "行政奖励",
        /// 行政裁决
        Ruling = "行政裁决",
        /// 行政征收
        Levy = "行政征收",
        /// 公共服务
        PublicService = "公共服务",
        /// 其他行政权力
        OtherPower = "其他行政权力",
    }
}

words! {
    /// 服务对象: who may apply.
    Audience {
        /// 自然人
        Person = "自然人" | "个人",
        /// 企业法人
        Company = "企业法人" | "企业",
        /// 事业法人
        Institution = "事业法人",
        /// 社会组织法人
        SocialOrganization = "社会组织法人",
        /// 非法人企业
        UnincorporatedCompany = "非法人企业",
        /// 行政机关
        Organ = "行政机关",
        /// 其他组织
        OtherOrganization = "其他组织",
        /// 法人, where the source does not say which kind
        LegalPerson = "法人",
    }
}

impl Audience {
    /// Whether a private person is meant.
    pub fn is_person(&self) -> bool {
        matches!(self, Audience::Person)
    }
}

words! {
    /// 事项状态: only 在用 is answered from.
    State {
        /// 在用
        InUse = "在用",
        /// 挂起
        Suspended = "挂起" | "暂停",
        /// 取消
        Cancelled = "取消",
        /// 草稿
        Draft = "草稿",
    }
}

words! {
    /// 办件类型
    CaseType {
        /// 即办件: settled on the spot
        Immediate = "即办件",
        /// 承诺件: settled within the promised time
        Promised = "承诺件",
    }
}

words! {
    /// 材料类型: the original, a copy, or both.
    CopyType {
        /// 原件
        Original = "原件",
        /// 复印件
        Copy = "复印件",
        /// 原件和复印件
        Both = "原件和复印件" | "原件及复印件" | "原件、复印件",
    }
}

words! {
    /// 材料形式
    MaterialForm {
        /// 纸质
        Paper = "纸质",
        /// 电子
        Electronic = "电子" | "电子版",
        /// 纸质或电子
        Either = "纸质或电子" | "纸质/电子",
        /// 证照
        Licence = "证照" | "电子证照",
        /// 容缺补正
        Tolerated = "容缺补正",
        /// 告知承诺
        Commitment = "告知承诺",
    }
}

words! {
    /// 材料必要性
    Necessity {
        /// 必要
        Required = "必要",
        /// 非必要
        Conditional = "非必要",
        /// 容缺后补: may follow after acceptance
        Later = "容缺后补" | "容缺",
    }
}

words! {
    /// 来源渠道: who provides a material.
    MaterialSource {
        /// 申请人自备
        Applicant = "申请人自备" | "申请人",
        /// 政府部门核发
        Government = "政府部门核发",
        /// 其他
        Elsewhere = "其他",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_survive() {
        for (text, want) in [
            ("行政许可", ItemType::Permit),
            (" 公共服务 ", ItemType::PublicService),
            ("便民服务", ItemType::Other("便民服务".into())),
        ] {
            let got = ItemType::from(text.to_owned());
            assert_eq!(got, want, "{text:?}");
            assert_eq!(String::from(got), text.trim());
        }
    }
}
