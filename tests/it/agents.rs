//! Which agent comes first, and what agents leave behind: rows of the audit log, a conversation that goes on where they
//! stopped.

use crate::canned::{hand_over, online};
use crate::desk::{Citizen, Desk, seat};
use crate::house::House;
use axum::http::StatusCode;
use bangban::desk::{MONGOLIAN, Presence, SKILLED_FIRST, Seat};
use bangban::store::Wanted;
use jiff::{SignedDuration, Timestamp};
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

const PASSPORT: &str = "B15000000000000000000000000002";

#[tokio::test]
async fn a_conversation_given_back_goes_on_with_what_was_shown_last() {
    let house = House::open().await;
    let agent = online(&house, "wang").await;
    let about = async |citizen: &Citizen<'_>| {
        let reply = citizen.say("要带什么材料").await[1]["reply"].clone();
        let card = reply["card"].clone();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (word(&card["name"]), word(&card["region"]["code"]))
    };
    let of = |name: &str, region: &str| (name.to_owned(), region.to_owned());
    for (shown, want) in [
        (vec![], of("居民身份证办理", "150702")),
        (vec![json!({ "item_code": PASSPORT })], of("普通护照签发", "150000")),
        (vec![json!({ "item_code": PASSPORT }), json!({ "text": "请看" })], of("普通护照签发", "150000")),
        (
            vec![
                json!({ "item_code": PASSPORT }),
                json!({ "item_code": "150100000001", "region": "150700" }),
            ],
            of("居民身份证办理", "150700"),
        ),
    ] {
        let citizen = Citizen::new(&house).await;
        citizen.say("身份证丢了").await;
        hand_over(&citizen).await;
        act(&agent, &citizen, "claim", json!({}), StatusCode::OK).await;
        for (n, mut put) in shown.clone().into_iter().enumerate() {
            put["client_msg_id"] = json!(format!("{n}"));
            act(&agent, &citizen, "messages", put, StatusCode::CREATED).await;
        }
        act(&agent, &citizen, "give-back", json!({}), StatusCode::OK).await;
        assert_eq!(about(&citizen).await, want, "{shown:?}");
        if shown.len() == 1 {
            // Turned away from since, it doesn't come back with the next agent.
            citizen.say("身份证丢了").await;
            hand_over(&citizen).await;
            act(&agent, &citizen, "claim", json!({}), StatusCode::OK).await;
            act(&agent, &citizen, "give-back", json!({}), StatusCode::OK).await;
            assert_eq!(about(&citizen).await.0, "居民身份证办理");
        }
    }
}

#[tokio::test]
async fn who_writes_mongolian_is_kept_for_a_speaker_for_a_while() {
    let house = House::open().await;
    let talks = &house.app.talks;
    let now = Timestamp::now;
    let sits = |seat: Seat| {
        talks.seats().here(&seat, true, now());
        seat
    };
    let plain = sits(seat("1"));
    let speaker = sits(Seat { skills: vec![MONGOLIAN.into()], ..seat("2") });
    let waits = async |words: &[&str], later: Option<&str>| {
        let citizen = Citizen::new(&house).await;
        for words in words {
            citizen.say(words).await;
        }
        hand_over(&citizen).await;
        if let Some(words) = later {
            citizen.say(words).await;
        }
        citizen
    };
    let mongolian = "ᠪᠢ ᠦᠨᠡᠮᠯᠡᠬᠦ ᠭᠡᠷᠡᠭᠡᠨ ᠭᠡᠵᠦ";
    let (before, while_waiting) =
        (waits(&[mongolian, "谢谢"], None).await, waits(&[], Some(mongolian)).await);
    let chinese = waits(&["身份证丢了，会蒙古语更好"], None).await;
    for (citizen, needs) in [(&before, true), (&while_waiting, true), (&chinese, false)] {
        let row = talks.case(&plain, &citizen.id).await.unwrap();
        assert_eq!(row.skills == [MONGOLIAN], needs, "{:?}", row.skills);
    }
    let stage = before.call("GET", "/stage", Value::Null).await.json();
    assert_eq!((&stage["queue"]["position"], &stage["queue"]["wait"]), (&json!(1), &Value::Null), "{stage}");
    let waiting = async |seat: &Seat, at| talks.alarm(seat, at).await.unwrap().map_or(0, |(count, _)| count);
    let late = now() + SignedDuration::from_secs(SKILLED_FIRST + 1);
    assert_eq!((waiting(&plain, now()).await, waiting(&speaker, now()).await), (1, 3));
    assert_eq!(waiting(&plain, late).await, 3, "nobody waits for ever");

    let kept = talks.claim(&plain, &before.id, now()).await.unwrap_err().to_string();
    assert!(kept.contains(MONGOLIAN), "{kept}");
    talks.claim(&plain, &chinese.id, now()).await.unwrap();
    talks.claim(&speaker, &before.id, now()).await.unwrap();
    assert_eq!(talks.claim(&plain, &while_waiting.id, late).await.unwrap().skills, [MONGOLIAN]);

    // A speaker who takes nothing keeps nobody waiting.
    let third = waits(&[mongolian], None).await;
    assert!(talks.claim(&plain, &third.id, now()).await.is_err());
    talks.seats().choose(&speaker.id, Presence::Busy);
    talks.claim(&plain, &third.id, now()).await.unwrap();

    // Over HTTP it is a refusal with its reason.
    talks.seats().choose(&speaker.id, Presence::Online);
    let fourth = waits(&[mongolian], None).await;
    let agent = online(&house, "wang").await;
    let reply = agent.call("POST", &format!("/cases/{}/claim", fourth.id), json!({})).await;
    assert_eq!((reply.status, &reply.json()["type"]), (StatusCode::CONFLICT, &json!("/problems/kept")));
    assert!(reply.json()["detail"].as_str().unwrap().contains(MONGOLIAN), "{}", reply.text());
}
