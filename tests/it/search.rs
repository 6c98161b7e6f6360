//! From a question to an item and its place, on the small catalog.

use crate::house::{assist, build, companions, embedder, fixture, today};
use bangban::assist::{Answer, Ask, Assist};
use bangban::dialog::{Status, Thresholds};
use bangban::embed::Embedder;
use bangban::guide::{MaterialState, RegionCode};
use bangban::search::{Context, Fit, Search};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn region(code: &str) -> RegionCode {
    RegionCode::try_from(code.to_owned()).unwrap()
}

async fn ask(assist: &Assist, text: &str, region: Option<&str>) -> Answer {
    let ask = Ask { text: text.to_owned(), region: region.map(self::region), limit: 5, ..Ask::default() };
    assist.ask(ask, today()).await.unwrap()
}

fn first(answer: &Answer, assist: &Assist) -> String {
    let search = assist.search();
    answer.hits.fused.first().and_then(|f| search.item(f.item)).map_or_else(String::new, |i| i.name.clone())
}

#[tokio::test]
async fn everyday_words_lead_to_the_item_and_its_case() {
    let (_dir, assist) = assist();
    for (text, item, case) in [
        ("身份证丢了", "居民身份证办理", Some("丢失补领")),
        ("身份证弄没了咋整", "居民身份证办理", None),
        ("身份證丟了怎麼補", "居民身份证办理", Some("丢失补领")),
        ("户口本丢了", "居民户口簿补领换领", None),
        ("想办个护照", "普通护照签发", None),
        ("办营业执照要啥", "企业设立登记", None),
        ("我想开饭馆", "食品经营许可", Some("新办")),
        ("社保卡", "社会保障卡申领", None),
        ("草场流转", "草原承包经营权流转备案", None),
    ] {
        let answer = ask(&assist, text, None).await;
        assert_eq!(first(&answer, &assist), item, "{text}");
        if case.is_some() {
            assert_eq!(answer.hits.fused[0].business_item.as_deref(), case, "{text}");
        }
    }
}

#[tokio::test]
async fn copies_are_one_item_and_the_place_chooses_among_them() {
    let (_dir, assist) = assist();
    for (text, from, guide, fit) in [
        ("身份证丢了", None, "150000", Fit::Highest),
        ("身份证丢了", Some("150702"), "150702", Fit::Own),
        ("身份证丢了", Some("150702001"), "150702", Fit::Above),
        ("身份证丢了", Some("150721"), "150700", Fit::Above),
        // The guide of 赤峰市 is suspended: the region's answers.
        ("身份证丢了", Some("150402"), "150000", Fit::Above),
        // A place in the question goes before the asker's own.
        ("海拉尔身份证丢了", Some("150402"), "150702", Fit::Own),
    ] {
        let answer = ask(&assist, text, from).await;
        let items =
            answer.hits.fused.iter().filter(|f| Some(f.item) == assist.search().named("居民身份证办理"));
        assert_eq!(items.count(), 1, "{text}");
        let view = answer.view.unwrap_or_else(|| panic!("{text} {from:?}: no card"));
        assert_eq!(view.place.unwrap().code.as_str(), guide, "{text} {from:?}");
        assert_eq!(view.fit, fit, "{text} {from:?}");
    }
}

#[tokio::test]
async fn an_ambiguous_place_is_asked_for_and_a_home_settles_it() {
    let (_dir, assist) = assist();
    let answer = ask(&assist, "前旗身份证丢了", None).await;
    assert!(answer.region_choices.len() >= 3, "{:?}", answer.region_choices);
    let settled = ask(&assist, "前旗身份证丢了", Some("150800")).await;
    assert!(settled.region_choices.is_empty());
    assert_eq!(settled.region.unwrap().name, "巴彦淖尔市乌拉特前旗");
}

#[tokio::test]
async fn a_code_finds_its_item_and_that_very_guide() {
    let (_dir, assist) = assist();
    for code in ["a15070200000000000000000000001", "150100000001", "B150000000000000000000000"] {
        let answer = ask(&assist, code, None).await;
        assert_eq!(answer.status, Status::Answered, "{code}");
        assert_eq!(answer.confidence, 1.0, "{code}");
    }
    let (_, view) =
        assist.item("A15070200000000000000000000001", None, &Default::default(), today()).unwrap();
    assert_eq!(view.place.unwrap().code.as_str(), "150702");
    assert!(assist.item("nonsense", None, &Default::default(), today()).is_err());
}

#[tokio::test]
async fn an_item_out_of_force_is_named_but_never_answered_from() {
    let (_dir, assist) = assist();
    let answer = ask(&assist, "已经取消的事项", None).await;
    assert_ne!(answer.status, Status::Answered);
    assert!(answer.view.is_none());
}

#[tokio::test]
async fn made_up_guides_say_so() {
    let (_dir, assist) = assist();
    let answer = ask(&assist, "演示用的事项", Some("150702")).await;
    let view = answer.view.unwrap();
    assert!(view.notices().iter().any(|n| n.contains("演示")), "{:?}", view.notices());
}

#[tokio::test]
async fn answers_change_the_list() {
    let (_dir, assist) = assist();
    let names = |answer: Answer| -> Vec<(String, bool)> {
        let card = answer.view.unwrap().card;
        card.materials
            .iter()
            .map(|m| (m.material.name.clone(), matches!(m.state, MaterialState::Open(_))))
            .collect()
    };
    let open = ask(&assist, "身份证丢了", None).await;
    assert_eq!(
        names(open),
        [("居民户口簿".into(), false), ("挂失说明".into(), false), ("代办人身份证".into(), true)]
    );
    let asked = Ask {
        text: "身份证丢了".into(),
        answers: [("agent", "self"), ("item", "到期换领")].into_iter().collect(),
        limit: 5,
        ..Ask::default()
    };
    let told = assist.ask(asked, today()).await.unwrap();
    assert_eq!(
        names(told),
        [("居民户口簿".into(), false)],
        "what the asker says goes before what was guessed"
    );
}

#[tokio::test]
async fn without_the_model_words_alone_answer_and_it_is_said() {
    let dir = tempfile::tempdir().unwrap();
    build(dir.path(), &[fixture()], None);
    let assist = Assist::open(dir.path(), Some(embedder()), Thresholds::default()).unwrap();
    assert!(!assist.has_model(), "the index was made with another model");
    let answer = ask(&assist, "护照", None).await;
    assert!(answer.keywords_only);
    assert_eq!(first(&answer, &assist), "普通护照签发");
    assert!(answer.notices().iter().any(|n| n.contains("关键词")));
}

#[tokio::test]
async fn a_new_generation_goes_into_service_without_a_pause() {
    let (dir, assist) = assist();
    let before = assist.search();
    assert!(!assist.refresh().unwrap());
    let more = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(fixture()).unwrap()
        + "{\"name\":\"新来的事项\",\"materials\":[{\"name\":\"表\"}]}\n";
    std::fs::write(more.path().join("g.jsonl"), text).unwrap();
    build(dir.path(), &[more.path().to_owned()], Some(&embedder()));
    assert!(assist.refresh().unwrap());
    assert!(assist.search().named("新来的事项").is_some());
    assert!(before.named("新来的事项").is_none(), "a reader keeps the snapshot it has");
    assert!(before.place(0, None, today()).unwrap().is_some());
}

#[test]
fn lists_of_places_do_not_pull_an_item_up() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("g.jsonl");
    std::fs::write(
        &file,
        "{\"name\":\"甲事项\",\"conditions\":[\"<p>通办范围：呼和浩特市、包头市、乌海市、赤峰市、通辽市、鄂尔多斯市</p>\",\"本人&nbsp;申请\"]}\n{\"name\":\"赤峰市补贴\"}\n",
    )
    .unwrap();
    let index = tempfile::tempdir().unwrap();
    build(index.path(), &[file], None);
    let search = Search::open(index.path()).unwrap();
    let analyzer = companions().analyzer().unwrap();
    let hits = search.find(&analyzer.query("赤峰市补贴"), None, &Context::default(), 5).unwrap();
    let names: Vec<&str> = hits.fused.iter().map(|f| search.item(f.item).unwrap().name.as_str()).collect();
    assert_eq!(names, ["赤峰市补贴"]);
    let own = search.find(&analyzer.query("本人申请"), None, &Context::default(), 5).unwrap();
    assert_eq!(own.fused.len(), 1, "markup is cleaned on the search copy");
    let item = search.named("甲事项").unwrap();
    let shown = search.place(item, None, today()).unwrap().unwrap().guide;
    assert!(shown.conditions[0].text.contains("<p>"), "what citizens read stays the source's own");
}

#[tokio::test]
async fn the_same_question_is_looked_for_once_until_something_changes() {
    let dir = tempfile::tempdir().unwrap();
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = seen.clone();
    let letters = embedder();
    let counted = Embedder::from_fn(letters.dimensions(), 64, move |texts| {
        counter.fetch_add(texts.len(), Ordering::SeqCst);
        letters.embed_blocking(texts)
    })
    .unwrap();
    build(dir.path(), &[fixture()], Some(&counted));
    let assist = Assist::open(dir.path(), Some(counted), Thresholds::default()).unwrap().with_recall(64);
    let assist = Arc::new(assist);
    let read = || seen.swap(0, Ordering::SeqCst);
    read();
    let new = ask(&assist, "想办个护照", None).await;
    assert!(read() > 0);
    let again = ask(&assist, "想办个护照", None).await;
    assert_eq!(read(), 0, "the model read it again");
    assert_eq!((&again.hits, &again.candidates, again.status), (&new.hits, &new.candidates, new.status));
    // From elsewhere it is another question, whose words are known.
    let there = ask(&assist, "想办个护照", Some("150702")).await;
    assert_eq!((read(), there.region.unwrap().code.as_str()), (0, "150702"));
    // What holds personal data is kept nowhere.
    for _ in 0..2 {
        ask(&assist, "想办个护照，电话13812345678", None).await;
        assert!(read() > 0, "a telephone number was kept");
    }
    // What was taught counts at once, and no longer once it is taken back.
    let cards = assist.search().named("社会保障卡申领").unwrap();
    let key = assist.search().item(cards).unwrap().key.clone();
    let at = jiff::Timestamp::now();
    let lesson = assist.teach("想办个护照", &key, None, "坐席07", at).await.unwrap();
    let taught = ask(&assist, "想办个护照", None).await;
    assert_eq!(first(&taught, &assist), "社会保障卡申领");
    assist.forget(&[lesson.id], "管理员", at).await.unwrap();
    assert_eq!(ask(&assist, "想办个护照", None).await.hits, new.hits);
}
