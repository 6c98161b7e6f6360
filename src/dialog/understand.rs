//! Where a text belongs before any item is looked for, and what it asks about.

use crate::guide::Facet;
use crate::text::{BadClassifier, Classifier};

/// Where a text belongs (去向). The set is closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Route {
    /// 办事咨询: a service item is meant.
    #[default]
    Item,
    /// 紧急: somebody is in danger now.
    Emergency,
    /// 投诉举报
    Complaint,
    /// 求助 that isn't urgent
    Help,
    /// 进度查询
    Progress,
    /// 预约取号
    Appointment,
    /// 转人工
    Human,
    /// 闲聊
    Chitchat,
    /// 辱骂
    Abuse,
    /// 超范围
    OutOfScope,
}

impl Route {
    /// Every route there is.
    pub const ALL: [Route; 10] = [
        Route::Item,
        Route::Emergency,
        Route::Complaint,
        Route::Help,
        Route::Progress,
        Route::Appointment,
        Route::Human,
        Route::Chitchat,
        Route::Abuse,
        Route::OutOfScope,
    ];

    /// The word used in files and in the API.
    pub fn word(self) -> &'static str {
        match self {
            Route::Item => "item",
            Route::Emergency => "emergency",
            Route::Complaint => "complaint",
            Route::Help => "help",
            Route::Progress => "progress",
            Route::Appointment => "appointment",
            Route::Human => "human",
            Route::Chitchat => "chitchat",
            Route::Abuse => "abuse",
            Route::OutOfScope => "out_of_scope",
        }
    }

    /// The route with this word.
    pub fn from_word(word: &str) -> Option<Route> {
        Route::ALL.into_iter().find(|route| route.word() == word)
    }

    /// Whether items that come near may stand beside the route's own sentence.
    pub fn shows_items(self) -> bool {
        matches!(self, Route::Item | Route::Complaint | Route::Help | Route::Progress | Route::Appointment)
    }
}

/// What a text was understood as.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understood {
    /// Where it belongs.
    pub route: Route,
    /// Chance of that, 0 to 1.
    pub chance: f32,
    /// The chance as it was weighed: a missed danger is worse than a false alarm.
    pub worth: f32,
    /// Chance that an item is meant.
    pub item: f32,
    /// What it asks about, likeliest first; empty where it asks in general.
    pub facets: Vec<Facet>,
}

/// From this chance on, no search can raise a doubt about a danger.
const CERTAIN: f32 = 0.5;

/// An item that the search is certain of makes it this many times as likely that one is meant. Not more: whoever asks
/// how his case stands names the item as well.
const FOUND: f32 = 3.0;

impl Understood {
    /// Whether somebody is in danger beyond any doubt that a search could raise.
    pub fn is_danger(&self) -> bool {
        self.route == Route::Emergency && self.chance >= CERTAIN
    }

    /// Takes the search's confidence in its first item into account.
    pub fn weigh(&mut self, confidence: f32) {
        let item = self.item * (1.0 + (FOUND - 1.0) * confidence);
        if self.route != Route::Item && !self.is_danger() && item > self.worth {
            let both = item + self.worth;
            (self.route, self.chance) = (Route::Item, item / both);
        }
    }
}

/// The fitted models of routes and facets.
pub struct Understanding {
    by_meaning: Classifier,
    by_words: Classifier,
    facets: Classifier,
    /// The embedding model whose vectors `by_meaning` was fitted with.
    model: String,
}

/// The files of the models can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadUnderstanding {
    /// One of them is broken.
    #[error("models/{0}: {1}")]
    File(&'static str, BadClassifier),
    /// A class that no route or facet has.
    #[error("models/{0}: no such class: {1:?}; write the file anew with `bangban fit`")]
    Class(&'static str, String),
}

/// A missed emergency is this many times as bad as a false alarm, so less certainty is asked of one.
const MISSED_DANGER: f32 = 4.0;

/// Words that name a danger, and how many times likelier they make one: a net under the model, which alone decides
/// whether they tell of something that happens now (火灾事故认定 is no fire).
const DANGERS: [&str; 40] = [
    "着火",
    "起火",
    "冒烟",
    "救命",
    "持刀",
    "拿刀",
    "捅",
    "砍人",
    "打死",
    "杀人",
    "跳楼",
    "跳河",
    "上吊",
    "割腕",
    "自杀",
    "不想活",
    "活不下去",
    "撑不下去",
    "喝农药",
    "喝药了",
    "百草枯",
    "落水",
    "溺水",
    "掉井",
    "掉水",
    "掉冰",
    "触电",
    "电着",
    "中毒",
    "煤气",
    "没气了",
    "没呼吸",
    "叫不醒",
    "昏迷",
    "晕倒",
    "大出血",
    "压住",
    "埋住",
    "爆炸",
    "绑架",
];
const NAMED_DANGER: f32 = 8.0;

/// A facet beside the likeliest one is named too if it is at least this share as likely.
const SECOND_FACET: f32 = 0.45;

/// The class of texts that ask about an item in general.
const GENERAL: &str = "general";

/// Starts the line that names the embedding model.
pub const MODEL_LINE: &str = "# model ";

impl Understanding {
    /// The models that come with the program.
    pub fn shipped() -> Result<Understanding, BadUnderstanding> {
        Understanding::parse(
            include_str!("../../models/routes.tsv"),
            include_str!("../../models/routes-words.tsv"),
            include_str!("../../models/facets.tsv"),
        )
    }

    /// Reads the three files.
    pub fn parse(routes: &str, words: &str, facets: &str) -> Result<Understanding, BadUnderstanding> {
        let read = |name: &'static str, text: &str, known: fn(&str) -> bool| {
            let model = Classifier::parse(text).map_err(|e| BadUnderstanding::File(name, e))?;
            match model.classes().iter().find(|class| !known(class)) {
                Some(class) => Err(BadUnderstanding::Class(name, class.clone())),
                None => Ok(model),
            }
        };
        let route = |class: &str| Route::from_word(class).is_some();
        let facet = |class: &str| class == GENERAL || Facet::from_word(class).is_some();
        let model = routes.lines().find_map(|line| line.strip_prefix(MODEL_LINE)).unwrap_or_default();
        Ok(Understanding {
            by_meaning: read("routes.tsv", routes, route)?,
            by_words: read("routes-words.tsv", words, route)?,
            facets: read("facets.tsv", facets, facet)?,
            model: model.trim().to_owned(),
        })
    }

    /// Sorts a folded text; `vector` with the identity of the model that made it, where there is one.
    pub fn understand(&self, folded: &str, vector: Option<(&str, &[f32])>) -> Understood {
        let chances = match vector.filter(|(model, _)| *model == self.model) {
            Some((_, vector)) => named(&self.by_meaning, self.by_meaning.chances(folded, vector)),
            None => named(&self.by_words, self.by_words.chances(folded, &[])),
        };
        let named_danger = DANGERS.iter().any(|word| folded.contains(word));
        let caution = MISSED_DANGER * if named_danger { NAMED_DANGER } else { 1.0 };
        let weighed = chances.iter().map(|(class, chance)| {
            let route = Route::from_word(class).unwrap_or_default();
            let worth = if route == Route::Emergency { chance * caution } else { *chance };
            (route, *chance, worth)
        });
        let (route, chance, worth) =
            weighed.max_by(|a, b| a.2.total_cmp(&b.2)).unwrap_or((Route::Item, 1.0, 1.0));
        let item = chances.iter().find(|(class, _)| *class == Route::Item.word()).map_or(0.0, |c| c.1);
        Understood { route, chance, worth, item, facets: self.facets(folded) }
    }

    fn facets(&self, folded: &str) -> Vec<Facet> {
        let mut chances = named(&self.facets, self.facets.chances(folded, &[]));
        chances.sort_by(|a, b| b.1.total_cmp(&a.1));
        let Some((first, best)) = chances.first() else {
            return Vec::new();
        };
        if *first == GENERAL {
            return Vec::new();
        }
        let near = chances.iter().take_while(|(_, chance)| *chance >= best * SECOND_FACET);
        near.filter_map(|(class, _)| Facet::from_word(class)).collect()
    }
}

fn named(model: &Classifier, chances: Vec<f32>) -> Vec<(&str, f32)> {
    model.classes().iter().map(String::as_str).zip(chances).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    static SHIPPED: LazyLock<Understanding> = LazyLock::new(|| Understanding::shipped().unwrap());

    #[test]
    fn dangers_come_first_whatever_words_they_use() {
        for text in [
            "着火了快来人",
            "孩子掉井里了",
            "我真的撑不下去了",
            "煤气泄漏味道好大",
            "有人持刀伤人",
            "出车祸了人被压住了",
            "老人晕倒了叫不醒",
        ] {
            assert_eq!(SHIPPED.understand(text, None).route, Route::Emergency, "{text}");
        }
    }

    #[test]
    fn routes_and_facets_have_words_and_the_models_know_them_all() {
        for route in Route::ALL {
            assert_eq!(Route::from_word(route.word()), Some(route));
            assert!(SHIPPED.by_words.classes().iter().any(|c| c == route.word()), "{route:?}");
        }
        assert_eq!(Route::from_word("none"), None);
    }

    #[test]
    fn what_is_asked_is_told() {
        for (text, want) in [
            ("办身份证要多少钱", Some(Facet::Fee)),
            ("补办户口本需要带什么材料", Some(Facet::Materials)),
            ("几天能办好营业执照", Some(Facet::Time)),
            ("身份证", None),
        ] {
            assert_eq!(SHIPPED.understand(text, None).facets.first().copied(), want, "{text}");
        }
    }

    #[test]
    fn a_sure_item_outweighs_an_unsure_route_but_no_danger() {
        for (route, chance, item, confidence, want) in [
            (Route::OutOfScope, 0.5, 0.4, 0.9, Route::Item),
            (Route::OutOfScope, 0.5, 0.4, 0.0, Route::OutOfScope),
            (Route::Progress, 0.95, 0.04, 1.0, Route::Progress),
            (Route::Emergency, 0.5, 0.5, 1.0, Route::Emergency),
            (Route::Emergency, 0.1, 0.8, 1.0, Route::Item),
            (Route::Item, 0.5, 0.5, 0.0, Route::Item),
        ] {
            let mut understood = Understood { route, chance, worth: chance, item, facets: Vec::new() };
            understood.weigh(confidence);
            assert_eq!(understood.route, want, "{route:?} {confidence}");
            assert!((0.0..=1.0).contains(&understood.chance));
        }
    }

    #[test]
    fn a_class_that_is_no_route_is_refused() {
        let text = "classes\titem\tfoo\nbias\t0\t0\n";
        let error = Understanding::parse(text, text, text).err().unwrap().to_string();
        assert!(error.contains("foo"), "{error}");
    }
}
