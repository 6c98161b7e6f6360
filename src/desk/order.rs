//! What the hotline is to work on (12345 工单): its kind and its class.

use super::brief::Why;
use serde::Deserialize;

/// Classes of work orders (诉求分类), as data: every hotline has its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classes {
    /// Where the scheme comes from.
    pub source: String,
    /// The classes, the more special first.
    #[serde(default)]
    pub class: Vec<Class>,
}

/// One class.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its id in the receiving system.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Words of texts that belong to it.
    pub words: Vec<String>,
}

impl Classes {
    /// The class of which a text holds most words; of several the first, of none no class.
    pub fn of(&self, text: &str) -> Option<&Class> {
        let held = |class: &Class| class.words.iter().filter(|word| text.contains(word.as_str())).count();
        let mut best: Option<(usize, &Class)> = None;
        for class in &self.class {
            let count = held(class);
            if count > best.map_or(0, |(most, _)| most) {
                best = Some((count, class));
            }
        }
        best.map(|(_, class)| class)
    }
}

/// What somebody wants of the hotline (业务类型).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Business {
    /// 咨询
    Consultation,
    /// 求助
    Help,
    /// 投诉举报
    Complaint,
}

impl Business {
    /// By why a person was asked for, and where the last question belonged.
    pub fn of(why: Why, route: Option<&str>) -> Business {
        match (why, route) {
            (Why::Complaint, _) | (_, Some("complaint")) => Business::Complaint,
            (Why::Danger, _) | (_, Some("help" | "emergency")) => Business::Help,
            _ => Business::Consultation,
        }
    }

    /// The word in work orders.
    pub fn word(self) -> &'static str {
        match self {
            Business::Consultation => "咨询",
            Business::Help => "求助",
            Business::Complaint => "投诉举报",
        }
    }
}

/// How much it presses (诉求等级).
pub fn urgency(why: Why, route: Option<&str>) -> &'static str {
    match (why, route) {
        (Why::Danger, _) | (_, Some("emergency")) => "紧急",
        _ => "一般",
    }
}

/// Characters of a title at most.
const TITLE: usize = 30;

/// A title from what was said (诉求标题): its first sentence, cut where it is long.
pub fn title(business: Business, content: &str) -> String {
    let first = content.split(['。', '\n', '！', '？', '!', '?']).find(|part| !part.trim().is_empty());
    let first = first.unwrap_or_default().trim();
    let cut: String = first.chars().take(TITLE).collect();
    let dots = if cut.len() < first.len() { "…" } else { "" };
    format!("【{}】{cut}{dots}", business.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_classes_tell_texts_apart() {
        let classes: Classes = toml::from_str(include_str!("../../corpus/classes.toml")).unwrap();
        for (text, want) in [
            ("家里暖气不热，供热公司不管", Some("utilities")),
            ("老板拖欠工资三个月", Some("wages")),
            ("楼下垃圾没人收，路灯也坏了", Some("city")),
            ("窗口态度不好还乱收费", Some("conduct")),
            // One word each: the first class of the file.
            ("医保报销的医院", Some("insurance")),
            ("你好", None),
        ] {
            assert_eq!(classes.of(text).map(|class| class.id.as_str()), want, "{text}");
        }
        let mut ids: Vec<&str> = classes.class.iter().map(|class| class.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), classes.class.len());
    }

    #[test]
    fn kind_urgency_and_title_follow_what_was_said() {
        for (why, route, business, press) in [
            (Why::Asked, None, "咨询", "一般"),
            (Why::Asked, Some("item"), "咨询", "一般"),
            (Why::Asked, Some("help"), "求助", "一般"),
            (Why::Complaint, None, "投诉举报", "一般"),
            (Why::Asked, Some("complaint"), "投诉举报", "一般"),
            (Why::Danger, Some("item"), "求助", "紧急"),
            (Why::Asked, Some("emergency"), "求助", "紧急"),
        ] {
            assert_eq!(
                (Business::of(why, route).word(), urgency(why, route)),
                (business, press),
                "{route:?}"
            );
        }
        assert_eq!(title(Business::Help, "暖气不热。已经三天"), "【求助】暖气不热");
        assert_eq!(title(Business::Help, &"字".repeat(40)), format!("【求助】{}…", "字".repeat(30)));
        assert_eq!(title(Business::Consultation, ""), "【咨询】");
    }
}
