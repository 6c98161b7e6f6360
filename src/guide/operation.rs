//! 同步类型: what a record of a batch of changes does to a guide.

use super::Guide;

/// What becomes of the guide that a record names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// 新增: it comes, and must not be there yet.
    Insert,
    /// 修改: it is replaced whole, and must be there.
    Update,
    /// 删除: it goes, and must be there.
    Delete,
    /// The record doesn't say: it comes or is replaced.
    Put,
}

/// A word that is no 同步类型.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no operation; write insert, update or delete, or leave it out")]
pub struct BadOperation(pub String);

impl Guide {
    /// What a batch of changes does with this record, by its `sync_op`.
    pub fn operation(&self) -> Result<Operation, BadOperation> {
        let word = self.sync_op.as_deref().unwrap_or_default().trim();
        match word.to_lowercase().as_str() {
            "" => Ok(Operation::Put),
            "insert" | "i" | "新增" => Ok(Operation::Insert),
            "update" | "u" | "修改" | "变更" | "更新" => Ok(Operation::Update),
            "delete" | "d" | "删除" => Ok(Operation::Delete),
            _ => Err(BadOperation(word.to_owned())),
        }
    }

    /// What makes two records the same implementation: the code, else item, place, organ and business items.
    pub fn identity(&self) -> [String; 4] {
        if let Some(code) = &self.task_code {
            return [code.key(), String::new(), String::new(), String::new()];
        }
        let place = self.place_code().map(|c| c.as_str().to_owned()).or_else(|| self.region_name.clone());
        let cases: Vec<&str> = self.business_items.iter().map(|b| b.name.as_str()).collect();
        [
            self.name.clone(),
            place.unwrap_or_default(),
            self.department.clone().unwrap_or_default(),
            // Lists without codes give one row a business item.
            format!("{}\n{}", self.sub_name.as_deref().unwrap_or_default(), cases.join("\n")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_feeds_are_known_and_others_refused() {
        for (word, want) in [
            (None, Some(Operation::Put)),
            (Some(" "), Some(Operation::Put)),
            (Some("I"), Some(Operation::Insert)),
            (Some("新增"), Some(Operation::Insert)),
            (Some("Update "), Some(Operation::Update)),
            (Some("变更"), Some(Operation::Update)),
            (Some("DELETE"), Some(Operation::Delete)),
            (Some("删除"), Some(Operation::Delete)),
            (Some("3"), None),
            (Some("drop"), None),
        ] {
            let guide = Guide { sync_op: word.map(str::to_owned), ..Guide::default() };
            assert_eq!(guide.operation().ok(), want, "{word:?}");
        }
    }
}
