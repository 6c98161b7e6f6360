//! What an agent may answer next: read from guides or kept ready by staff, and said by nobody but him.

use crate::canned::{hand_over, keep, online};
use crate::desk::{Citizen, Desk};
use crate::house::House;
use axum::http::StatusCode;
use bangban::desk::Role;
use serde_json::{Value, json};

const PASSPORT: &str = "B15000000000000000000000000002";

/// What is suggested: (kind, label) of each, and all of it.
async fn suggested(agent: &Desk<'_>, citizen: &Citizen<'_>) -> (Vec<(String, String)>, Value) {
    let reply = agent.call("GET", &format!("/cases/{}/suggestions", citizen.id), Value::Null).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let told = reply.json()["suggestions"].clone();
    let word = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
    let list = told.as_array().unwrap().iter().map(|one| (word(one, "kind"), word(one, "label"))).collect();
    (list, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_suggested_is_a_field_or_kept_ready_and_nothing_is_said() {
    let house = House::open().await;
    let agent = online(&house, "wang").await;
    keep(&agent, json!({ "title": "身份证邮寄", "text": "{{事项}}可以寄到家。" })).await;
    keep(&agent, json!({ "title": "护照邮寄", "text": "护照可以寄到家。" })).await;
    keep(&agent, json!({ "title": "问候", "text": "您好，{{工号}} 为您服务。" })).await;
    let citizen = Citizen::new(&house).await;
    citizen.say("身份证丢了").await;
    hand_over(&citizen).await;
    let claim = format!("/cases/{}/claim", citizen.id);
    assert_eq!(agent.call("POST", &claim, json!({})).await.status, StatusCode::OK);
    let of = |kind: &str, label: &str| (kind.to_owned(), label.to_owned());
    let card = of("card", "居民身份证办理");

    // Before he says anything to a person, what he asked the program.
    let (list, told) = suggested(&agent, &citizen).await;
    assert_eq!(list, std::slice::from_ref(&card), "{told}");
    let item = &told[0]["item"];
    assert_eq!((&item["region"], &item["guide_region"]["code"]), (&json!("150702"), &json!("150702")));

    citizen.say("那要多少钱").await;
    let (list, told) = suggested(&agent, &citizen).await;
    assert_eq!(list, [of("lines", "收费"), card], "{told}");
    let line = &told[0]["lines"][0];
    assert!(line["citation"]["id"].as_str().unwrap().contains("#fees"), "{told}");
    let text = told[0]["text"].as_str().unwrap();
    assert!(text.contains(line["value"].as_str().unwrap()) && text.contains("《居民身份证办理》办事指南"));

    citizen.say("能寄到家吗").await;
    let (list, told) = suggested(&agent, &citizen).await;
    assert_eq!(list.last(), Some(&of("canned", "身份证邮寄")), "{told}");
    assert!(!told.to_string().contains("护照") && !told.to_string().contains("问候"), "{told}");
    assert_eq!(told.as_array().unwrap().last().unwrap()["text"], "{{事项}}可以寄到家。", "as it was kept");

    // Another place is named: its guide.
    citizen.say("赤峰那边要多少钱").await;
    let (_, told) = suggested(&agent, &citizen).await;
    assert_eq!(told[0]["item"]["region"], "150400", "{told}");

    for nothing in ["红烧肉怎么做", "谢谢"] {
        citizen.say(nothing).await;
        let (list, told) = suggested(&agent, &citizen).await;
        assert!(list.is_empty(), "{nothing}: {told}");
    }
    citizen.say("我的身份证号是 11010519491231002X").await;
    assert!(!suggested(&agent, &citizen).await.1.to_string().contains("11010519491231002X"));

    // What the agent has put in is what is talked about from then on.
    let put = json!({ "item_code": PASSPORT, "client_msg_id": "1" });
    let messages = format!("/cases/{}/messages", citizen.id);
    assert_eq!(agent.call("POST", &messages, put).await.status, StatusCode::CREATED);
    citizen.say("多少钱").await;
    let (list, told) = suggested(&agent, &citizen).await;
    assert_eq!(told[0]["item"]["name"], "普通护照签发", "{list:?} {told}");

    let said = citizen.history().await;
    let by_agent = said.iter().filter(|message| message["kind"] == "agent").count();
    assert_eq!(by_agent, 1, "only what he has sent himself");
}

#[tokio::test]
async fn only_who_has_a_conversation_is_told_what_may_be_answered() {
    let house = House::open().await;
    let (agent, other) = (online(&house, "wang").await, online(&house, "li").await);
    let citizen = Citizen::new(&house).await;
    citizen.say("身份证丢了").await;
    hand_over(&citizen).await;
    let path = format!("/cases/{}/suggestions", citizen.id);
    let refused = async |staff: &Desk<'_>| {
        let reply = staff.call("GET", &path, Value::Null).await;
        (reply.status.as_u16(), reply.json()["type"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(refused(&agent).await, (409, "/problems/not-now".to_owned()), "nobody has it yet");
    let claim = format!("/cases/{}/claim", citizen.id);
    assert_eq!(agent.call("POST", &claim, json!({})).await.status, StatusCode::OK);
    let boss = Desk::sign_in(&house, "boss", &[Role::Supervisor]).await;
    for staff in [&other, &boss] {
        assert_eq!(refused(staff).await, (403, "/problems/not-yours".to_owned()));
    }
    for role in [Role::Helper, Role::Editor, Role::Analyst, Role::Auditor, Role::Admin] {
        let staff = Desk::sign_in(&house, role.word(), &[role]).await;
        assert_eq!(refused(&staff).await, (403, "/problems/not-allowed".to_owned()), "{role:?}");
    }
    assert_eq!(house.get(&format!("/api/v1/desk{path}")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(suggested(&agent, &citizen).await.0.len(), 1);
}
