//! Replies kept ready: for which places and groups they hold, who keeps and drops them.

use crate::desk::{Citizen, Desk};
use crate::house::{House, fixture};
use axum::http::StatusCode;
use bangban::desk::{Group, Role};
use bangban::store::Wanted;
use serde_json::{Value, json};

/// An agent who takes conversations.
pub async fn online<'h>(house: &'h House, login: &str) -> Desk<'h> {
    let agent = Desk::sign_in(house, login, &[Role::Agent]).await;
    let reply = agent.call("PUT", "/presence", json!({ "state": "online" })).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    agent
}

/// Keeps a reply ready.
pub async fn keep(staff: &Desk<'_>, reply: Value) {
    let kept = staff.call("POST", "/canned", reply).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.text());
}

/// Asks for a person.
pub async fn hand_over(citizen: &Citizen<'_>) {
    let asked = citizen.call("POST", "/handoff", json!({})).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
}

#[tokio::test]
async fn a_reply_kept_ready_holds_for_its_place_and_its_group() {
    let house = House::set(&[fixture()], |config| {
        config.desk.groups.push(Group {
            id: "law".into(),
            name: "法律组".into(),
            organs: vec!["司法".into()],
            regions: vec![],
        });
    })
    .await;
    let agent = online(&house, "wang").await;
    let editor = Desk::sign_in(&house, "bian", &[Role::Editor]).await;
    for (title, bound) in [
        ("甲", json!({})),
        ("乙", json!({ "region": "150700" })),
        ("丙", json!({ "region": "150400" })),
        ("丁", json!({ "group": "general" })),
        ("戊", json!({ "group": "law" })),
        ("己", json!({ "region": "150702", "group": "general" })),
    ] {
        let mut reply = json!({ "title": title, "text": "您好" });
        reply.as_object_mut().unwrap().extend(bound.as_object().unwrap().clone());
        keep(&editor, reply).await;
    }
    let titles = async |query: &str| {
        let reply = agent.call("GET", &format!("/canned{query}"), Value::Null).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        let list = reply.json()["canned"].as_array().unwrap().clone();
        let mut titles: Vec<String> =
            list.iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect();
        titles.sort_by_key(|title| "甲乙丙丁戊己".find(title.as_str()));
        titles.concat()
    };
    assert_eq!(titles("").await, "甲乙丙丁戊己");
    let here = Citizen::new(&house).await;
    hand_over(&here).await;
    assert_eq!(titles(&format!("?conversation={}", here.id)).await, "甲乙丁己");
    let all = editor.call("GET", "/canned", Value::Null).await.json();
    let of = |title: &str| {
        let list = all["canned"].as_array().unwrap();
        list.iter().find(|one| one["title"] == title).unwrap().clone()
    };
    let (league, law) = (of("乙"), of("戊"));
    assert_eq!((&league["region_name"], &league["group"]), (&json!("呼伦贝尔市"), &Value::Null));
    assert_eq!((&law["region"], &law["group_name"]), (&Value::Null, &json!("法律组")));
    let groups: Vec<&str> =
        all["groups"].as_array().unwrap().iter().map(|group| group["id"].as_str().unwrap()).collect();
    assert_eq!(groups, ["general", "law"]);

    for (bound, status) in [(json!({ "group": "none" }), 422), (json!({ "region": "9" }), 404)] {
        let mut reply = json!({ "title": "x", "text": "x" });
        reply.as_object_mut().unwrap().extend(bound.as_object().unwrap().clone());
        assert_eq!(editor.call("POST", "/canned", reply).await.status.as_u16(), status, "{bound}");
    }
    // An editor has no part in conversations, and nobody else writes replies.
    let path = format!("/canned?conversation={}", here.id);
    assert_eq!(editor.call("GET", &path, Value::Null).await.status, StatusCode::FORBIDDEN);
    let helper = Desk::sign_in(&house, "helper", &[Role::Helper]).await;
    assert_eq!(helper.call("GET", "/canned", Value::Null).await.status, StatusCode::FORBIDDEN);

    // Kept and dropped by whom is in the audit log; another's reply stays.
    let drop = format!("/canned/{}", league["id"].as_str().unwrap());
    for staff in [&agent, &editor] {
        assert_eq!(staff.call("DELETE", &drop, Value::Null).await.status, StatusCode::NO_CONTENT);
    }
    let wanted = Wanted { action: Some("canned"), limit: 20, ..Default::default() };
    let rows = house.app.audit.list(&wanted).await.unwrap();
    let last = rows.last().unwrap();
    assert_eq!(rows.len(), 7, "six kept, one dropped");
    assert_eq!((last.actor.as_str(), last.action.as_str()), ("bian", "canned.dropped"));
    assert_eq!(rows[1].detail, "region=150700 group=");
}
