//! Learning from use, slips, and where a text belongs, on the small catalog.

use crate::house::{House, assist, today};
use bangban::assist::{Ask, Assist};
use bangban::dialog::{Route, Status};
use bangban::guide::ItemKey;
use serde_json::json;
use std::sync::Arc;

async fn first(assist: &Assist, text: &str) -> String {
    let ask = Ask { text: text.to_owned(), limit: 5, ..Ask::default() };
    let answer = assist.ask(ask, today()).await.unwrap();
    let search = assist.search();
    answer.hits.fused.first().and_then(|f| search.item(f.item)).map_or_else(String::new, |i| i.name.clone())
}

fn key(assist: &Assist, name: &str) -> ItemKey {
    let search = assist.search();
    search.item(search.named(name).unwrap()).unwrap().key.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_counts_at_once_everywhere_and_can_be_found_and_taken_back() {
    let (dir, teacher) = assist();
    let teacher = Arc::new(teacher);
    let odd = "老规矩那一套手续";
    let wanted = "草原承包经营权流转备案";
    assert_ne!(first(&teacher, odd).await, wanted);
    let at = jiff::Timestamp::now();
    let good = teacher.teach(odd, &key(&teacher, wanted), None, "坐席07", at).await.unwrap();
    assert_eq!(first(&teacher, odd).await, wanted);

    // A second process on the same folder learns it when it looks, and after a restart.
    let thresholds = bangban::dialog::Thresholds::default();
    let other = Assist::open(dir.path(), Some(crate::house::embedder()), thresholds).unwrap();
    assert_eq!(first(&other, odd).await, wanted);
    let bad = teacher
        .teach("想办个护照，电话13812345678", &key(&teacher, "社会保障卡申领"), None, "坐席13", at)
        .await
        .unwrap();
    other.refresh().unwrap();
    assert_eq!(first(&other, "想办个护照，电话13812345678").await, "社会保障卡申领");

    // No personal data are kept.
    let journal = std::fs::read_to_string(dir.path().join("learned.jsonl")).unwrap();
    assert!(!journal.contains("13812345678") && journal.contains("坐席13"), "{journal}");

    // The poisoned one is found by its author and taken back; the good one stays.
    let found: Vec<String> = teacher
        .taught()
        .unwrap()
        .into_iter()
        .filter(|l| l.example.author.as_deref() == Some("坐席13"))
        .map(|l| l.id)
        .collect();
    assert_eq!(found, [bad.id]);
    teacher.forget(&found, "管理员", at).await.unwrap();
    other.refresh().unwrap();
    for assist in [&*teacher, &other] {
        assert_eq!(first(assist, "想办个护照，电话13812345678").await, "普通护照签发");
        assert_eq!(first(assist, odd).await, wanted);
    }
    assert_eq!(teacher.taught().unwrap(), [good]);
}

#[tokio::test]
async fn what_cannot_be_taught_is_refused() {
    let (_dir, assist) = assist();
    let assist = Arc::new(assist);
    let key = key(&assist, "普通护照签发");
    let now = jiff::Timestamp::UNIX_EPOCH;
    for (question, item, case, word) in [
        ("出国本", ItemKey::from_name("没有这个"), None, "no item"),
        ("出国本", key.clone(), Some("没有这种".to_owned()), "no business item"),
        ("  ", key.clone(), None, "empty"),
    ] {
        let error = assist.teach(question, &item, case, "甲", now).await.unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    assert!(assist.taught().unwrap().is_empty());
}

#[tokio::test]
async fn slips_reach_the_item_and_the_reader_is_told() {
    let (_dir, assist) = assist();
    for (text, item) in [
        ("深份证丢了", "居民身份证办理"),
        ("sfz丢了", "居民身份证办理"),
        ("设保卡", "社会保障卡申领"),
        ("營業執照", "企业设立登记"),
        ("yyzz", "企业设立登记"),
        ("shenfenzheng", "居民身份证办理"),
    ] {
        assert_eq!(first(&assist, text).await, item, "{text}");
    }
    let ask = Ask { text: "yyzz".into(), limit: 5, ..Ask::default() };
    let answer = assist.ask(ask, today()).await.unwrap();
    assert_eq!(answer.heard.as_deref(), Some("营业执照"));
    assert!(answer.notices().iter().any(|n| n.contains("营业执照")), "{:?}", answer.notices());
    // A clean question is never read as something else.
    let ask = Ask { text: "身份证丢了".into(), limit: 5, ..Ask::default() };
    assert_eq!(assist.ask(ask, today()).await.unwrap().heard, None);
}

#[tokio::test]
async fn dangers_point_to_the_numbers_and_to_nothing_else() {
    let (_dir, assist) = assist();
    for text in
        ["着火了快来人", "孩子掉井里了", "我真的撑不下去了", "有人在捅人", "身份证也烧着了，屋里还有人"]
    {
        let ask = Ask { text: text.to_owned(), limit: 5, ..Ask::default() };
        let answer = assist.ask(ask, today()).await.unwrap();
        assert_eq!((answer.understood.route, answer.status), (Route::Emergency, Status::Handoff), "{text}");
        assert!(
            answer.view.is_none() && answer.candidates.is_empty() && answer.notices().is_empty(),
            "{text}"
        );
        assert!(answer.hits.fused.is_empty(), "{text}: searched before the numbers were said");
    }
}

#[tokio::test]
async fn each_route_ends_in_its_own_way_and_sentence() {
    let house = House::open().await;
    let mut leads = Vec::new();
    for (text, route, status) in [
        ("着火了快来人", "emergency", "handoff"),
        ("窗口那人爱答不理的，退休手续让我跑了三回", "complaint", "handoff"),
        ("我家停水三天了，来个人修修吧", "help", "handoff"),
        ("上礼拜交的社保卡申请有信了没", "progress", "handoff"),
        ("转人工", "human", "handoff"),
        ("你好呀", "chitchat", "out_of_scope"),
        ("你个废物", "abuse", "unsafe"),
    ] {
        let answer = house.ask(json!({"q": text})).await;
        assert_eq!(
            (&answer["route"], &answer["status"]),
            (&json!(route), &json!(status)),
            "{text}: {answer}"
        );
        assert!(answer["card"].is_null(), "{text}");
        leads.push(answer["lead"].as_str().unwrap().to_owned());
    }
    for number in ["110", "119", "120", "122"] {
        assert!(leads[0].contains(number), "{}", leads[0]);
    }
    leads.sort_unstable();
    leads.dedup();
    assert_eq!(leads.len(), 7);
    let answer = house.ask(json!({"q": "补办身份证要多少钱"})).await;
    assert_eq!((&answer["route"], &answer["facets"][0]), (&json!("item"), &json!("fee")), "{answer}");
}
