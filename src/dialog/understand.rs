//! Where a text belongs before any item is looked for, and what it asks about.

use crate::guide::Facet;
use crate::text::{BadClassifier, Classifier, mark_elsewhere};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// Chance that an item is meant, as far as the text alone tells.
    pub item: f32,
    /// The likeliest route that is no item.
    pub other: Other,
    /// What it asks about, likeliest first; empty where it asks in general.
    pub facets: Vec<Facet>,
    /// Whether the vector was looked at, or the words alone.
    pub by_meaning: bool,
}

/// A route that competes with an item.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Other {
    /// Which.
    pub route: Route,
    /// Its chance.
    pub chance: f32,
    /// How many times worse it is to miss it than to be wrong about it.
    pub caution: f32,
}

/// Cosines differ by hundredths; the other values by whole numbers.
const COSINE_SCALE: f32 = 10.0;

/// From this chance on, no search can raise a doubt about a danger.
const CERTAIN: f32 = 0.5;

impl Understood {
    /// Whether somebody is in danger beyond any doubt that a search could raise.
    pub fn is_danger(&self) -> bool {
        self.route == Route::Emergency && self.chance >= CERTAIN
    }

    /// What the weighing of a search looks at; see [`SCALES`].
    pub fn scales(&self, found: Evidence) -> Scales {
        let margin = (self.item.max(1e-4) / self.other.chance.max(1e-4)).ln();
        [1.0, margin, found.confidence, COSINE_SCALE * found.nearest, found.length]
    }
}

/// What the search says of a question.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Confidence in its first item.
    pub confidence: f32,
    /// Cosine of its nearest name or known question; 0 without vectors.
    pub nearest: f32,
    /// Logarithm of the question's length in characters.
    pub length: f32,
}

/// What speaks for an item: the text's own odds, and what the search found.
pub const SCALES: [&str; 5] = ["constant", "margin", "confidence", "nearest", "length"];

/// The values of one question.
pub type Scales = [f32; SCALES.len()];

/// What is weighed against what: a text's vector against its words, and a text against what a search found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Balance {
    /// What the vector counts beside the words, 0 to 1.
    pub vector_share: f32,
    /// Weights of [`SCALES`] with a vector.
    pub meaning: Scales,
    /// The same by words alone.
    pub words: Scales,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BalanceFile {
    vector_share: f32,
    meaning: BTreeMap<String, f32>,
    words: BTreeMap<String, f32>,
}

impl Balance {
    fn parse(text: &str) -> Result<Balance, BadUnderstanding> {
        let file: BalanceFile =
            toml::from_str(text).map_err(|e| BadUnderstanding::Balance(e.message().to_owned()))?;
        let read = |values: &BTreeMap<String, f32>| -> Result<Scales, BadUnderstanding> {
            if let Some(unknown) = values.keys().find(|key| !SCALES.contains(&key.as_str())) {
                return Err(BadUnderstanding::Balance(format!("{unknown} is no name of a weight")));
            }
            let mut scales = Scales::default();
            for (slot, name) in scales.iter_mut().zip(SCALES) {
                let value = values.get(name).filter(|v| v.is_finite());
                *slot = *value.ok_or_else(|| BadUnderstanding::Balance(format!("{name} is no number")))?;
            }
            Ok(scales)
        };
        if !(0.0..=1.0).contains(&file.vector_share) {
            return Err(BadUnderstanding::Balance("vector_share is not within 0 and 1".to_owned()));
        }
        let (meaning, words) = (read(&file.meaning)?, read(&file.words)?);
        Ok(Balance { vector_share: file.vector_share, meaning, words })
    }

    /// The file's text.
    pub fn to_toml(&self) -> String {
        let section = |title: &str, values: &Scales| {
            let line = |(name, value): (&&str, &f32)| format!("{name} = {value:.4}\n");
            format!("[{title}]\n{}", SCALES.iter().zip(values).map(line).collect::<String>())
        };
        let share = format!("vector_share = {:.2}\n", self.vector_share);
        format!("{share}\n{}\n{}", section("meaning", &self.meaning), section("words", &self.words))
    }
}

/// The fitted models of routes and facets.
pub struct Understanding {
    by_meaning: Classifier,
    by_words: Classifier,
    facets: Classifier,
    balance: Balance,
    /// The embedding model whose vectors `by_meaning` was fitted with.
    model: String,
}

/// The files of the models can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadUnderstanding {
    /// One of them is broken.
    #[error("models/{0}: {1}")]
    File(&'static str, BadClassifier),
    /// The weights of a search beside a text.
    #[error("models/routes.toml: {0}; write the file anew with `bangban fit`")]
    Balance(String),
    /// A class that no route or facet has.
    #[error("models/{0}: no such class: {1:?}; write the file anew with `bangban fit`")]
    Class(&'static str, String),
}

/// A missed emergency is this many times as bad as a false alarm, so less certainty is asked of one.
const MISSED_DANGER: f32 = 4.0;

/// So many questions of a day are about an item for one that is not: 64 of 100 calls to a hotline are consultations
/// (唐山, November 2024), and a portal is asked more of these.
const ITEMS_A_DAY: f32 = 64.0 / 36.0;

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
            include_str!("../../models/routes-meaning.tsv"),
            include_str!("../../models/routes-words.tsv"),
            include_str!("../../models/facets.tsv"),
            include_str!("../../models/routes.toml"),
        )
    }

    /// Reads the four files.
    pub fn parse(
        meaning: &str,
        words: &str,
        facets: &str,
        balance: &str,
    ) -> Result<Understanding, BadUnderstanding> {
        let read = |name: &'static str, text: &str, known: fn(&str) -> bool| {
            let model = Classifier::parse(text).map_err(|e| BadUnderstanding::File(name, e))?;
            match model.classes().iter().find(|class| !known(class)) {
                Some(class) => Err(BadUnderstanding::Class(name, class.clone())),
                None => Ok(model),
            }
        };
        let route = |class: &str| Route::from_word(class).is_some();
        let facet = |class: &str| class == GENERAL || Facet::from_word(class).is_some();
        let model = meaning.lines().find_map(|line| line.strip_prefix(MODEL_LINE)).unwrap_or_default();
        Ok(Understanding {
            by_meaning: read("routes-meaning.tsv", meaning, route)?,
            by_words: read("routes-words.tsv", words, route)?,
            facets: read("facets.tsv", facets, facet)?,
            balance: Balance::parse(balance)?,
            model: model.trim().to_owned(),
        })
    }

    /// Sorts a folded text; `vector` with the identity of the model that made it, where there is one.
    pub fn understand(&self, folded: &str, vector: Option<(&str, &[f32])>) -> Understood {
        let vector = vector.filter(|(model, _)| *model == self.model).map(|(_, vector)| vector);
        let share = self.balance.vector_share;
        let meant = vector.map(|vector| Meant { model: &self.by_meaning, vector, share });
        let understood = sorted(&self.by_words, meant, folded);
        Understood { facets: self.facets(folded), ..understood }
    }

    /// Takes into account what a search found: with it the question may be about an item after all, or not.
    pub fn weigh(&self, understood: &mut Understood, found: Evidence) {
        if understood.is_danger() {
            return;
        }
        let weights = if understood.by_meaning { &self.balance.meaning } else { &self.balance.words };
        let sum: f32 = weights.iter().zip(understood.scales(found)).map(|(w, s)| w * s).sum();
        // The weights were learned from as many texts of one side as of the other.
        let odds = sum.exp() * ITEMS_A_DAY;
        let item = if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 };
        (understood.route, understood.chance) = if item >= (1.0 - item) * understood.other.caution {
            (Route::Item, item)
        } else {
            (understood.other.route, 1.0 - item)
        };
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

/// A text's vector, and what sorts by it.
#[derive(Clone, Copy)]
pub struct Meant<'a> {
    /// Learned from vectors alone.
    pub model: &'a Classifier,
    /// Of the length that it was learned with.
    pub vector: &'a [f32],
    /// What it counts beside the words, 0 to 1. Learned on texts that the embedding was not taught: of those that it
    /// was, the vector says more than it can of others.
    pub share: f32,
}

/// The chance of each route by the words of a folded text, and by its vector where there is one.
pub fn chances<'a>(words: &'a Classifier, meant: Option<Meant<'_>>, folded: &str) -> Vec<(&'a str, f32)> {
    let mut chances = named(words, words.chances(&mark_elsewhere(folded), &[]));
    let Some(Meant { model, vector, share }) = meant else {
        return chances;
    };
    let by_vector = named(model, model.chances("", vector));
    for (class, chance) in &mut chances {
        let other = by_vector.iter().find(|(name, _)| name == class).map_or(0.0, |found| found.1);
        *chance = chance.powf(1.0 - share) * other.powf(share);
    }
    let all: f32 = chances.iter().map(|c| c.1).sum();
    chances.iter_mut().for_each(|c| c.1 /= all.max(f32::MIN_POSITIVE));
    chances
}

/// Sorts a folded text.
pub fn sorted(words: &Classifier, meant: Option<Meant<'_>>, folded: &str) -> Understood {
    let named_danger = names_danger(folded);
    let caution = |route: Route| match route {
        Route::Emergency if named_danger => MISSED_DANGER * NAMED_DANGER,
        Route::Emergency => MISSED_DANGER,
        _ => 1.0,
    };
    let mut item = 0.0;
    let mut other = Other { caution: 1.0, ..Other::default() };
    for (class, chance) in chances(words, meant, folded) {
        let route = Route::from_word(class).unwrap_or_default();
        let this = Other { route, chance, caution: caution(route) };
        if route == Route::Item {
            item = chance;
        } else if other.route == Route::Item || chance * this.caution > other.chance * other.caution {
            other = this;
        }
    }
    let (route, chance) =
        if other.chance * other.caution > item { (other.route, other.chance) } else { (Route::Item, item) };
    Understood { route, chance, item, other, facets: Vec::new(), by_meaning: meant.is_some() }
}

/// Whether a folded text names a danger, be it one that happens now or not.
pub fn names_danger(folded: &str) -> bool {
    DANGERS.iter().any(|word| folded.contains(word))
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
            (Route::OutOfScope, 0.5, 0.4, 0.95, Route::Item),
            (Route::OutOfScope, 0.7, 0.2, 0.0, Route::OutOfScope),
            (Route::Progress, 0.99, 0.001, 0.6, Route::Progress),
            (Route::Emergency, 0.5, 0.5, 1.0, Route::Emergency),
            (Route::Emergency, 0.01, 0.97, 1.0, Route::Item),
        ] {
            let caution = if route == Route::Emergency { MISSED_DANGER } else { 1.0 };
            let mut understood = Understood {
                route,
                chance,
                item,
                other: Other { route, chance, caution },
                by_meaning: true,
                facets: Vec::new(),
            };
            SHIPPED.weigh(
                &mut understood,
                Evidence { confidence, nearest: 0.8 + confidence / 6.0, length: 2.3 },
            );
            assert_eq!(understood.route, want, "{route:?} {confidence}");
            assert!((0.0..=1.0).contains(&understood.chance));
        }
    }

    #[test]
    fn a_broken_balance_is_named() {
        let good = SHIPPED.balance.to_toml();
        assert_eq!(Balance::parse(&good).unwrap(), SHIPPED.balance);
        for (from, to, word) in
            [("margin", "margins", "margins"), ("[words]\nconstant", "[words]\n# constant", "constant")]
        {
            let error = Balance::parse(&good.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(word) && error.contains("bangban fit"), "{error}");
        }
    }

    #[test]
    fn a_class_that_is_no_route_is_refused() {
        let text = "classes\titem\tfoo\nbias\t0\t0\n";
        let error =
            Understanding::parse(text, text, text, &SHIPPED.balance.to_toml()).err().unwrap().to_string();
        assert!(error.contains("foo"), "{error}");
    }
}
