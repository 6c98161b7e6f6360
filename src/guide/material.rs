//! 申请材料: what an applicant hands in, one entry each.

use super::situation::When;
use super::words::{CopyType, MaterialForm, MaterialSource, Necessity};
use serde::{Deserialize, Serialize};

/// One material of a guide.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Material {
    /// 材料名称
    pub name: String,
    /// 材料类型
    pub copy_type: Option<CopyType>,
    /// 材料形式
    pub form: Option<MaterialForm>,
    /// 原件份数
    pub originals: Option<u32>,
    /// 复印件份数
    pub copies: Option<u32>,
    /// 纸质材料规格
    pub paper_spec: Option<String>,
    /// 复印件特殊要求
    pub copy_note: Option<String>,
    /// 电子材料规格
    pub file_spec: Option<String>,
    /// 材料必要性
    pub necessity: Option<Necessity>,
    /// 非必要时办理情形, as the source words it
    pub needed_when: Option<String>,
    /// 来源渠道
    pub source: Option<MaterialSource>,
    /// 来源渠道说明
    pub source_note: Option<String>,
    /// 是否可免提交: an electronic licence may replace it
    pub waivable: Option<bool>,
    /// 免交方式
    pub waive_mode: Option<String>,
    /// 电子证照名称
    pub license_name: Option<String>,
    /// 电子证照编码
    pub license_code: Option<String>,
    /// 数据共享: where the data come from
    pub shared_data: Option<String>,
    /// 空白表格
    pub blank_form: Option<String>,
    /// 示例样表
    pub sample_form: Option<String>,
    /// 填报须知
    pub fill_notes: Option<String>,
    /// 受理标准
    pub accept_standard: Option<String>,
    /// 要求提供材料的依据
    pub basis: Option<String>,
    /// 签章要求
    pub seal: Option<String>,
    /// 是否需本人到现场填写
    pub in_person: Option<bool>,
    /// 备注
    pub remark: Option<String>,
    /// Needed only if this holds (情形关系)
    pub when: Option<When>,
    /// 排序
    pub order: Option<u32>,
}

impl Material {
    /// 原件/复印件 with their counts, as one short text; `None` where the guide is silent.
    pub fn quantity(&self) -> Option<String> {
        let count = |what: &str, n: Option<u32>| match n {
            Some(n) if n > 0 => Some(format!("{what}{n}份")),
            _ => None,
        };
        let counted: Vec<String> =
            [count("原件", self.originals), count("复印件", self.copies)].into_iter().flatten().collect();
        match (&self.copy_type, counted.is_empty()) {
            (_, false) => Some(counted.join("、")),
            (Some(kind), true) => Some(kind.word().to_owned()),
            (None, true) => None,
        }
    }
}
