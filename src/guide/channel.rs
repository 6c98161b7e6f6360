//! How, where, how long and for how much: the practical elements of a guide.

use super::situation::When;
use serde::{Deserialize, Serialize};

/// A time limit with its unit as the source words it (工作日, 自然日, 月): unit codes differ between systems.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limit {
    /// How many units; 0 means on the spot.
    pub value: Option<u32>,
    /// The unit's word.
    pub unit: Option<String>,
    /// 说明
    pub note: Option<String>,
}

impl Limit {
    /// The limit as one short text; `None` where nothing is known.
    pub fn text(&self) -> Option<String> {
        let count = match (self.value, &self.unit) {
            (Some(0), _) => Some("当场办结".to_owned()),
            // 60日, but 60个工作日.
            (Some(n), Some(unit)) if matches!(unit.as_str(), "日" | "天" | "年") => {
                Some(format!("{n}{unit}"))
            }
            (Some(n), Some(unit)) => Some(format!("{n}个{unit}")),
            (Some(n), None) => Some(n.to_string()),
            (None, _) => None,
        };
        match (count, &self.note) {
            (Some(count), Some(note)) if !note.contains(&count) => Some(format!("{count}（{note}）")),
            (Some(count), _) => Some(count),
            (None, note) => note.clone(),
        }
    }

    /// Working days to compare limits by: `None` where the unit is unknown.
    pub fn days(&self) -> Option<u32> {
        let value = self.value?;
        match self.unit.as_deref() {
            _ if value == 0 => Some(0),
            Some("工作日") => Some(value),
            Some("自然日" | "日历日" | "天" | "日") => Some(value),
            Some("月" | "个月") => Some(value.saturating_mul(22)),
            _ => None,
        }
    }
}

/// 特别程序: hearing, inspection, expert review and the like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpecialProcedure {
    /// 环节名称
    pub name: String,
    /// 所需时限
    pub limit: Option<String>,
    /// 法定依据
    pub basis: Option<String>,
    /// 是否收费
    pub charged: Option<bool>,
    /// 是否计算在法定办结时限内
    pub counted: Option<bool>,
}

/// 收费项目
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fee {
    /// 收费项目名称
    pub name: String,
    /// 收费标准
    pub standard: Option<String>,
    /// 收费依据
    pub basis: Option<String>,
    /// 是否允许减免
    pub reducible: Option<bool>,
    /// 允许减免依据
    pub reduction_basis: Option<String>,
    /// Charged only if this holds
    pub when: Option<When>,
}

/// 办理地点
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Name of the hall or office.
    pub name: String,
    /// 地址
    pub address: Option<String>,
    /// 窗口
    pub window: Option<String>,
    /// 办理时间
    pub hours: Option<String>,
    /// 电话
    pub phone: Option<String>,
    /// Latitude, degrees.
    pub lat: Option<f64>,
    /// Longitude, degrees.
    pub lng: Option<f64>,
    /// 交通指引
    pub route: Option<String>,
    /// 行政服务中心, 便民服务中心, 代办点 …
    pub kind: Option<String>,
}

/// 咨询方式 or 监督投诉方式
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// 电话
    pub phone: Option<String>,
    /// 地址
    pub address: Option<String>,
    /// 网址
    pub url: Option<String>,
}

/// Which ways of handling an item supports; `None` where the guide is silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Supports {
    /// 预约办理
    pub appointment: Option<bool>,
    /// 网上支付
    pub online_pay: Option<bool>,
    /// 物流快递
    pub express: Option<bool>,
    /// 自助终端
    pub terminal: Option<bool>,
    /// 容缺受理
    pub tolerance: Option<bool>,
    /// 告知承诺
    pub commitment: Option<bool>,
    /// 代办
    pub agent: Option<bool>,
}

/// One step of the flow (办理流程).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// 环节
    pub step: String,
    /// 办理人员
    pub actor: Option<String>,
    /// 时限
    pub limit: Option<String>,
    /// 审查标准
    pub standard: Option<String>,
    /// 办理结果
    pub result: Option<String>,
}

/// 审批结果
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// 结果名称
    pub name: String,
    /// 证照, 批文, 其他
    pub kind: Option<String>,
    /// 结果样本
    pub sample: Option<String>,
    /// 是否生成电子证照
    pub e_licence: Option<bool>,
    /// 有效期
    pub valid_for: Option<String>,
    /// 送达方式
    pub delivery: Option<String>,
    /// 送达期限
    pub delivery_limit: Option<String>,
}

/// 设定依据
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Basis {
    /// 法律法规名称
    pub law: String,
    /// 依据文号
    pub number: Option<String>,
    /// 条款号
    pub article: Option<String>,
    /// 条款内容
    pub text: Option<String>,
    /// 颁布机关
    pub issuer: Option<String>,
    /// 实施日期
    pub effective: Option<String>,
}

/// 常见问题
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Faq {
    /// 问
    pub question: String,
    /// 答
    pub answer: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_read_as_a_guide_prints_them() {
        let limit = |value, unit: Option<&str>, note: Option<&str>| Limit {
            value,
            unit: unit.map(str::to_owned),
            note: note.map(str::to_owned),
        };
        for (limit, want, days) in [
            (limit(Some(0), None, None), Some("当场办结"), Some(0)),
            (limit(Some(15), Some("工作日"), None), Some("15个工作日"), Some(15)),
            (limit(Some(1), Some("月"), Some("可延长")), Some("1个月（可延长）"), Some(22)),
            (limit(Some(60), Some("日"), None), Some("60日"), Some(60)),
            (limit(None, None, Some("一个月内申报")), Some("一个月内申报"), None),
            (limit(Some(3), Some("W"), None), Some("3个W"), None),
            (limit(None, None, None), None, None),
        ] {
            assert_eq!(limit.text().as_deref(), want);
            assert_eq!(limit.days(), days);
        }
    }
}
