//! What can be asked of an item (问的是哪一方面).

use serde::{Deserialize, Serialize};

/// One side of a guide that a question can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// 申请材料
    Materials,
    /// 受理条件
    Conditions,
    /// 办理流程
    Process,
    /// 收费
    Fee,
    /// 办结时限
    Time,
    /// 办理地点、时间
    Place,
    /// 咨询电话
    Phone,
    /// 能否网办
    Online,
    /// 设定依据
    Basis,
    /// 能否代办
    Agent,
    /// 办理结果
    Result,
    /// 实施主体: who is in charge
    Who,
}

impl Facet {
    /// Every facet there is.
    pub const ALL: [Facet; 12] = [
        Facet::Materials,
        Facet::Conditions,
        Facet::Process,
        Facet::Fee,
        Facet::Time,
        Facet::Place,
        Facet::Phone,
        Facet::Online,
        Facet::Basis,
        Facet::Agent,
        Facet::Result,
        Facet::Who,
    ];

    /// The word used in files and in the API.
    pub fn word(self) -> &'static str {
        match self {
            Facet::Materials => "materials",
            Facet::Conditions => "conditions",
            Facet::Process => "process",
            Facet::Fee => "fee",
            Facet::Time => "time",
            Facet::Place => "place",
            Facet::Phone => "phone",
            Facet::Online => "online",
            Facet::Basis => "basis",
            Facet::Agent => "agent",
            Facet::Result => "result",
            Facet::Who => "who",
        }
    }

    /// The facet with this word.
    pub fn from_word(word: &str) -> Option<Facet> {
        Facet::ALL.into_iter().find(|facet| facet.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_serialised_names() {
        for facet in Facet::ALL {
            assert_eq!(serde_json::to_value(facet).unwrap(), facet.word());
            assert_eq!(Facet::from_word(facet.word()), Some(facet));
        }
        assert_eq!(Facet::from_word("general"), None);
    }
}
