//! What a text comes to in the conversation it stands in, before anything is searched.

use super::options::{chosen, corrected, labels};
use super::phrases::{PHRASES, Side, bare, compares, left_over, list, sides};
use super::state::{Press, State};
use crate::guide::RegionCode;

/// What a text comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// The same as something pressed.
    Press(Press),
    /// Names a place and nothing else.
    Place,
    /// Names a place beyond the region and nothing else, or compares with one.
    Beyond,
    /// Asks for a side of the item being talked about.
    FollowUp(Vec<Side>),
    /// Wants to see the item beside how another place does it.
    Compare,
    /// Says who applies: `true` for a private person.
    Applicant(bool),
    /// "Thanks", "I see."
    Thanks,
    /// "Hello."
    Hello,
    /// "Are you a person?"
    WhoAreYou,
    /// No words at all, or nothing but what was masked.
    Nothing,
    /// Everything else: to be searched.
    Question,
}

/// A text as the reading sees it.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The folded text.
    pub folded: &'a str,
    /// The folded text without its place names.
    pub without_places: &'a str,
    /// Every place that its names may mean.
    pub places: &'a [RegionCode],
    /// The folded text without places of other provinces, where it names any.
    pub without_beyond: Option<&'a str>,
}

/// Reads a text in its conversation.
pub fn read(state: &State, words: Words<'_>) -> Intent {
    let text = bare(words.folded);
    let is = |list: &[&str]| list.contains(&text.as_str());
    if text.is_empty() {
        return Intent::Nothing;
    }
    if is(list("hello")) {
        return Intent::Hello;
    }
    if text.chars().count() <= 12 && list("who").iter().any(|word| text.contains(word)) {
        return Intent::WhoAreYou;
    }
    if text == "人工" || list("human").iter().any(|word| text.contains(word)) {
        return Intent::Press(Press::Human);
    }
    if state.focus.is_some() && text != "不是" && text != "不对" && is(list("none")) {
        return Intent::Press(Press::NoneOfThese);
    }
    let labels = state.pending.as_ref().map(labels).unwrap_or_default();
    if let Some(press) = corrected(state, &text) {
        return Intent::Press(press);
    }
    if let Some(press) = chosen(state, &labels, &text) {
        return Intent::Press(press);
    }
    for (words, press) in [
        (list("restart"), Press::Restart),
        (list("back"), Press::Back),
        (list("cancel"), Press::Cancel),
        (list("brief"), Press::Brief),
    ] {
        if is(words) {
            return Intent::Press(press);
        }
    }
    let short = text.chars().count() <= 14;
    let holds = |list: &[&str]| short && list.iter().any(|word| text.contains(word));
    if holds(&["简单点", "说简单", "看不懂", "没听懂", "听不懂", "没整明白", "大白话", "太长了", "没弄明白"])
    {
        return Intent::Press(Press::Brief);
    }
    // 算了，问你个正事: what follows is said in earnest.
    let dropped = text.starts_with("算了") && text.chars().count() <= 6;
    if dropped || (short && (text.ends_with("没事了") || text.ends_with("不办了"))) {
        return Intent::Press(Press::Cancel);
    }
    if text.chars().count() <= 8 && text.contains("谢谢") {
        return Intent::Thanks;
    }
    if text == "换地区" || text == "换个地方" {
        return Intent::Press(Press::ChangePlace);
    }
    if let Some(rest) = words.without_beyond.filter(|_| words.places.is_empty() && state.focus.is_some())
        && (left_over(&bare(rest), &[list("around_place")]) == 0 || (short && compares(&text)))
    {
        return Intent::Beyond;
    }
    if state.focus.as_ref().is_some_and(|focus| text == bare(&focus.name)) {
        return Intent::FollowUp(Vec::new());
    }
    let rest = bare(words.without_places);
    let has_place = !words.places.is_empty();
    if state.focus.is_some() && compares(&text) {
        let named = list("elsewhere").iter().any(|word| text.contains(word));
        let little = left_over(
            &rest,
            &[
                list("comparing"),
                list("elsewhere"),
                list("empty"),
                &["和", "跟", "与", "有", "什么", "啥", "比"],
            ],
        );
        if (has_place || named) && little <= 2 {
            return Intent::Compare;
        }
    }
    if has_place && left_over(&rest, &[list("around_place")]) == 0 {
        return Intent::Place;
    }
    if matches!(text.as_str(), "个人" | "我个人" | "个人办" | "我是个人" | "给个人办" | "给自己办" | "自己办")
    {
        return Intent::Applicant(true);
    }
    if matches!(
        text.as_str(),
        "公司"
            | "企业"
            | "单位"
            | "我是公司"
            | "我是企业"
            | "给公司办"
            | "给单位办"
            | "单位办"
            | "公司办"
            | "企业办"
            | "我们是公司"
    ) {
        return Intent::Applicant(false);
    }
    if is(list("thanks")) {
        return Intent::Thanks;
    }
    // 上面说的那个: words that point at nothing.
    if !state.talking() && left_over(&text, &[list("empty")]) == 0 {
        return Intent::Nothing;
    }
    {
        let sides = sides(&rest, true);
        let spoken: Vec<&str> = PHRASES.sides.iter().flat_map(|(_, list)| list.iter().copied()).collect();
        if !sides.is_empty() && left_over(&rest, &[&spoken, list("others"), list("go"), list("empty")]) <= 1 {
            return Intent::FollowUp(sides);
        }
    }
    Intent::Question
}

#[cfg(test)]
mod tests {
    use super::super::state::{Choice, Focus, Pending};
    use super::*;
    use crate::guide::{Facet, ItemKey};

    fn choice(label: &str) -> Choice {
        Choice { item: ItemKey::from_name(label), name: label.into(), case: None, label: label.into() }
    }

    fn talking() -> State {
        State { focus: Some(Focus::on(&choice("居民身份证补领"))), ..State::default() }
    }

    fn asked(labels: &[&str]) -> State {
        let options = labels.iter().map(|l| choice(l)).collect();
        State { pending: Some(Pending::Which { options }), ..State::default() }
    }

    fn plain(state: &State, text: &str) -> Intent {
        read(state, Words { folded: text, without_places: text, places: &[], without_beyond: None })
    }

    #[test]
    fn options_are_taken_by_number_by_label_and_by_part_of_it() {
        let state = asked(&["首次申领", "丢失补领", "到期换领"]);
        for (text, want) in [
            ("第二个", Some(1)),
            ("2", Some(1)),
            ("选第三个", Some(2)),
            ("最后一个", Some(2)),
            ("丢失补领", Some(1)),
            ("我要丢失补领的", Some(1)),
            ("到期", Some(2)),
            ("丢失", Some(1)),
            ("第九个", None),
            ("领", None),
            ("我家房子塌了一块怎么报", None),
        ] {
            let want = want.map_or(Intent::Question, |at| Intent::Press(Press::Pick(at)));
            assert_eq!(plain(&state, text), want, "{text}");
        }
        assert_eq!(plain(&state, "都不是"), Intent::Press(Press::NoneOfThese));
        assert_eq!(plain(&state, "不知道啊"), Intent::Press(Press::Skip));
    }

    #[test]
    fn yes_and_no_answer_a_question_of_the_guide() {
        let options =
            vec![("self".to_owned(), "是本人办理".to_owned()), ("other".to_owned(), "不是本人".to_owned())];
        let pending = Some(Pending::Situation { id: "who".into(), multi: false, options });
        let state = State { pending, ..talking() };
        for (text, want) in
            [("是", "self"), ("不是", "other"), ("是的", "self"), ("本人办理", "self"), ("第二个", "other")]
        {
            assert_eq!(plain(&state, text), Intent::Press(Press::Options(vec![want.into()])), "{text}");
        }
    }

    #[test]
    fn another_province_named_alone_is_no_question_of_its_own() {
        let beyond = |state: &State, text: &str, rest: &str| {
            read(state, Words { folded: text, without_places: text, places: &[], without_beyond: Some(rest) })
        };
        assert_eq!(beyond(&talking(), "那河北呢", "那 呢"), Intent::Beyond);
        assert_eq!(beyond(&talking(), "和北京有什么不一样", "和 有什么不一样"), Intent::Beyond);
        assert_eq!(beyond(&talking(), "从河北把户口迁回来", "从 把户口迁回来"), Intent::Question);
        assert_eq!(beyond(&State::default(), "河北", " "), Intent::Question);
    }

    #[test]
    fn follow_ups_are_told_from_new_questions() {
        use Facet::*;
        let facet = |f| Intent::FollowUp(vec![Side::Facet(f)]);
        for (text, want) in [
            ("那要多少钱", facet(Fee)),
            ("能让我妈去吗", facet(Agent)),
            ("能代办吗", facet(Agent)),
            ("几天能办好", facet(Time)),
            ("多久", facet(Time)),
            ("要排多久队", Intent::FollowUp(vec![Side::Waiting])),
            ("几年换一次", Intent::FollowUp(vec![Side::Interval])),
            ("在哪办", facet(Place)),
            ("网上能办吗", facet(Online)),
            ("凭啥要这个", facet(Basis)),
            ("刚才说的那个证怎么领", facet(Result)),
            ("还要什么材料", facet(Materials)),
            ("电话多少", facet(Phone)),
            ("护照丢了怎么补", Intent::Question),
            ("给娃上户口要带什么", Intent::Question),
            ("低保多少钱一个月", Intent::Question),
        ] {
            assert_eq!(plain(&talking(), text), want, "{text}");
            // Without an item it is asked what they are about.
            assert_eq!(plain(&State::default(), text), want, "{text} without an item");
        }
    }

    #[test]
    fn ways_around_are_understood_everywhere() {
        for (text, want) in [
            ("转人工", Press::Human),
            ("人工", Press::Human),
            ("给我找个活人", Press::Human),
            ("重新开始", Press::Restart),
            ("返回上一步", Press::Back),
            ("上一步", Press::Back),
            ("算了", Press::Cancel),
            ("没听懂，", Press::Brief),
        ] {
            let got = plain(&talking(), text);
            if text != "返回上一步" {
                assert_eq!(got, Intent::Press(want), "{text}");
            }
        }
        assert_eq!(plain(&talking(), "谢谢"), Intent::Thanks);
        assert_eq!(plain(&State::default(), "我是公司"), Intent::Applicant(false));
    }

    #[test]
    fn a_place_alone_and_a_comparison_are_no_questions() {
        let place = [RegionCode::try_from("150400".to_owned()).unwrap()];
        let with = |state: &State, text: &str, rest: &str| {
            read(state, Words { folded: text, without_places: rest, places: &place, without_beyond: None })
        };
        for (text, rest) in [
            ("不是呼市，是赤峰", "不是 ，是 "),
            ("我在赤峰", "我在 "),
            ("赤峰呢", " 呢"),
            ("换成赤峰的", "换成 的"),
        ] {
            assert_eq!(with(&talking(), text, rest), Intent::Place, "{text}");
        }
        assert_eq!(with(&talking(), "和赤峰有什么不一样", "和 有什么不一样"), Intent::Compare);
        assert_eq!(
            with(&talking(), "赤峰在哪办", " 在哪办"),
            Intent::FollowUp(vec![Side::Facet(Facet::Place)])
        );
        assert_eq!(with(&talking(), "赤峰护照怎么办", " 护照怎么办"), Intent::Question);
    }
}
