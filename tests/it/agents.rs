//! What agents leave behind: rows of the audit log.

use crate::canned::{hand_over, online};
use crate::desk::{Citizen, Desk};
use crate::house::House;
use axum::http::StatusCode;
use bangban::store::Wanted;
use serde_json::{Value, json};

/// An agent does something with a case.
async fn act(agent: &Desk<'_>, citizen: &Citizen<'_>, act: &str, body: Value, status: StatusCode) {
    let reply = agent.call("POST", &format!("/cases/{}/{act}", citizen.id), body).await;
    assert_eq!(reply.status, status, "{act}: {}", reply.text());
}

#[tokio::test]
async fn a_note_is_one_row_of_the_audit_log_without_its_words() {
    let house = House::open().await;
    let agent = online(&house, "wang").await;
    let citizen = Citizen::new(&house).await;
    hand_over(&citizen).await;
    act(&agent, &citizen, "claim", json!({}), StatusCode::OK).await;
    act(&agent, &citizen, "notes", json!({ "text": "着急，先办" }), StatusCode::CREATED).await;
    let forward = json!({ "group": "general", "note": "请接着办" });
    act(&agent, &citizen, "forward", forward, StatusCode::OK).await;
    act(&agent, &citizen, "notes", json!({ "text": " " }), StatusCode::UNPROCESSABLE_ENTITY).await;

    let subject = format!("conversation:{}", citizen.id);
    let wanted = Wanted { subject: Some(&subject), limit: 20, ..Wanted::default() };
    let rows = house.app.audit.list(&wanted).await.unwrap();
    let done: Vec<(&str, &str)> = rows.iter().map(|row| (row.actor.as_str(), row.action.as_str())).collect();
    assert_eq!(
        done,
        [
            ("citizen", "case.queued"),
            ("wang", "case.claimed"),
            ("wang", "note.added"),
            ("wang", "case.forwarded"),
            ("wang", "note.added"),
        ]
    );
    assert!(!format!("{rows:?}").contains('办'), "no word of a note: {rows:?}");
    assert_eq!(house.app.audit.verify().await.unwrap().broken_at, None);
}
