//! 好差评 with its work items; proposals with four eyes, and what they teach.

use crate::api::as_documented;
use crate::house::{House, Reply, today};
use axum::body::Body;
use axum::http::Request;
use bangban::assist::{Ask, Assist};
use bangban::desk::Role;
use bangban::store::{Conversations, Database, NewTurn};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A conversation of a citizen.
struct Talk<'h> {
    house: &'h House,
    id: String,
    token: String,
}

impl Talk<'_> {
    async fn open(house: &House) -> Talk<'_> {
        let begun = house.post("/api/v1/conversations", json!({"region": "150702"}).to_string()).await.json();
        let text = |field: &str| begun[field].as_str().unwrap().to_owned();
        Talk { house, id: text("id"), token: text("token") }
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        let request = Request::post(format!("/api/v1/conversations/{}{path}", self.id))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.house.call(request).await
    }

    /// Asks, and gives the number of the answer.
    async fn ask(&self, text: &str) -> i64 {
        let reply = self.post("/messages", json!({"text": text})).await.json();
        reply["messages"][1]["seq"].as_i64().unwrap()
    }

    async fn rate(&self, body: Value) -> Reply {
        self.post("/rating", body).await
    }

    /// A person has answered.
    async fn serve(&self) {
        let store = Conversations::of(Database::open(&self.house.file()).await.unwrap());
        let before = store.load(&self.id).await.unwrap().unwrap();
        let turn = NewTurn {
            conversation: &before,
            name: None,
            messages: &[("agent", json!({"text": "您好"}))],
            state: &before.state,
            trace: &Value::Null,
            close: None,
            at: Timestamp::now(),
        };
        store.append(turn).await.unwrap();
    }
}

/// Calls every operation of ratings and proposals with success, each answer against the document.
pub async fn documented(house: &House, document: &Value) -> BTreeSet<(String, String)> {
    let editor = house.staff("doc-editor", &[Role::Editor]).await;
    let author = house.staff("doc-author", &[Role::Agent]).await;
    let talk = Talk::open(house).await;
    let seq = talk.ask("身份证丢了").await;
    let rated =
        talk.rate(json!({"about":"answer","seq":seq,"stars":1,"reasons":["wrong"],"text":"不对"})).await;
    as_documented(document, "post", "/api/v1/conversations/{id}/rating", &rated);
    as_documented(document, "get", "/api/v1/ratings/reasons", &house.get("/api/v1/ratings/reasons").await);
    let mut called = BTreeSet::from([
        ("post".to_owned(), "/api/v1/conversations/{id}/rating".to_owned()),
        ("get".to_owned(), "/api/v1/ratings/reasons".to_owned()),
    ]);
    let items = house.desk(&editor, "GET", "/api/v1/desk/work-items?open=true", None).await.json();
    let done = format!("/api/v1/desk/work-items/{}/done", items["items"][0]["id"].as_str().unwrap());
    let mut ids = Vec::new();
    for question in ["老规矩那一套", "从前的办法", "阿爸那时候的手续"] {
        let body = json!({"question": question, "item_code": "150100000001"});
        let made = house.desk(&author, "POST", "/api/v1/desk/proposals", Some(body)).await;
        assert_eq!(made.status, 201, "{}", made.text());
        as_documented(document, "post", "/api/v1/desk/proposals", &made);
        ids.push(made.json()["id"].as_str().unwrap().to_owned());
    }
    called.insert(("post".to_owned(), "/api/v1/desk/proposals".to_owned()));
    let decide = |at: usize, word: &str| format!("/api/v1/desk/proposals/{}/{word}", ids[at]);
    for (cookie, method, template, path, body, status) in [
        (&editor, "GET", "/api/v1/desk/work-items", "/api/v1/desk/work-items".to_owned(), None, 200),
        (
            &editor,
            "POST",
            "/api/v1/desk/work-items/{id}/done",
            done.clone(),
            Some(json!({"outcome":"mended","note":"改了"})),
            200,
        ),
        (&editor, "POST", "/api/v1/desk/work-items/{id}/done", done, Some(json!({"outcome":"mended"})), 409),
        (&author, "GET", "/api/v1/desk/proposals", "/api/v1/desk/proposals".to_owned(), None, 200),
        (&editor, "POST", "/api/v1/desk/proposals/{id}/accept", decide(0, "accept"), None, 200),
        (&editor, "POST", "/api/v1/desk/proposals/{id}/refuse", decide(1, "refuse"), None, 200),
        (&author, "POST", "/api/v1/desk/proposals/{id}/withdraw", decide(2, "withdraw"), None, 200),
        (&editor, "POST", "/api/v1/desk/proposals/{id}/withdraw", decide(0, "withdraw"), None, 200),
    ] {
        let reply = house.desk(cookie, method, &path, body).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
        let method = method.to_lowercase();
        as_documented(document, &method, template, &reply);
        if status == 200 {
            called.insert((method, template.to_owned()));
        }
    }
    called
}

async fn work(house: &House, cookie: &str, query: &str) -> Vec<Value> {
    let reply = house.desk(cookie, "GET", &format!("/api/v1/desk/work-items{query}"), None).await;
    reply.json()["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rating_is_one_and_changes_until_the_conversation_is_closed() {
    let house = House::open().await;
    let editor = house.staff("editor", &[Role::Editor]).await;
    let talk = Talk::open(&house).await;
    let seq = talk.ask("身份证丢了").await;
    let later = talk.ask("要多少钱").await;
    for (body, status, word) in [
        (json!({"about":"answer","seq":seq,"stars":0}), 422, "stars"),
        (json!({"about":"answer","seq":seq,"stars":6}), 422, "stars"),
        (json!({"about":"answer","stars":5}), 422, "seq"),
        (json!({"about":"answer","seq":seq - 1,"stars":5}), 422, "seq"),
        (json!({"about":"answer","seq":99,"stars":5}), 422, "seq"),
        (json!({"about":"page","seq":seq,"stars":5}), 422, "about"),
        (json!({"about":"answer","seq":seq,"stars":5,"reasons":["manner"]}), 422, "reasons"),
        (json!({"about":"answer","seq":seq,"stars":5,"text":"很".repeat(501)}), 422, "text"),
        (json!({"about":"service","stars":5}), 409, "no-service"),
        (json!({"about":"service","seq":seq,"stars":5}), 422, "seq"),
        (json!({"about":"answer","seq":seq,"stars":-1}), 400, "stars"),
    ] {
        let reply = talk.rate(body.clone()).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text());
        assert!(reply.text().contains(word), "{body}: {}", reply.text());
    }
    assert!(work(&house, &editor, "").await.is_empty());

    let first = talk
        .rate(json!({"about":"answer","seq":seq,"stars":2,"reasons":["wrong","unclear","wrong"],"text":"打 13812345678 问的不是这样"}))
        .await;
    assert_eq!(first.status, 200, "{}", first.text());
    let first = first.json();
    assert_eq!((&first["level"], &first["reasons"]), (&json!("不满意"), &json!(["unclear", "wrong"])));
    assert!(!first["text"].as_str().unwrap().contains("13812345678"), "{first}");

    // One work item, due after fifteen working days, and one only.
    talk.rate(json!({"about":"answer","seq":seq,"stars":1})).await;
    let items = work(&house, &editor, "?open=true").await;
    assert_eq!(items.len(), 1, "{items:?}");
    let item = &items[0];
    assert_eq!((&item["due_on"], &item["stars"]), (&json!("2026-12-16"), &json!(1)), "{item}");
    assert_eq!(item["conversation"], json!(talk.id));
    assert_eq!(item["item_code"], json!(item_of(&house, "居民身份证办理")), "{item}");

    // Raised: nothing to settle; lowered again: the same one is open again.
    talk.rate(json!({"about":"answer","seq":seq,"stars":3})).await;
    assert!(work(&house, &editor, "?open=true").await.is_empty());
    assert_eq!(work(&house, &editor, "?open=false").await[0]["outcome"], "raised");
    talk.rate(json!({"about":"answer","seq":seq,"stars":2})).await;
    let again = work(&house, &editor, "").await;
    assert_eq!((again.len(), &again[0]["id"], &again[0]["done_at"]), (1, &item["id"], &json!(null)));

    // Another answer is another rating; its item is that of the turn, though the card was not shown again.
    talk.rate(json!({"about":"answer","seq":later,"stars":1})).await;
    let items = work(&house, &editor, "").await;
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["item_code"], items[1]["item_code"], "{items:?}");

    // Another's token, and none.
    let stranger = Talk { house: &house, id: talk.id.clone(), token: Talk::open(&house).await.token };
    assert_eq!(stranger.rate(json!({"about":"answer","seq":seq,"stars":5})).await.status, 404);

    // The service of a person, once there was one.
    talk.serve().await;
    assert_eq!(talk.rate(json!({"about":"service","stars":5,"reasons":["manner"]})).await.status, 200);

    // Closed: what was rated stays, what was not can still be rated, once.
    let third = talk.ask("谢谢").await;
    assert_eq!(talk.post("/close", json!({"reason":"solved"})).await.status, 204);
    for (body, status) in [
        (json!({"about":"answer","seq":seq,"stars":5}), 409),
        (json!({"about":"service","stars":1}), 409),
        (json!({"about":"answer","seq":third,"stars":4}), 200),
        (json!({"about":"answer","seq":third,"stars":5}), 409),
    ] {
        let reply = talk.rate(body.clone()).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text());
    }
    let kept = house.app.ratings.kept();
    assert_eq!(kept.of_conversation(&talk.id).await.unwrap().len(), 4);
    let sum = kept.sum(bangban::desk::About::Service, Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!(sum, (1, 5));
}

fn item_of(house: &House, name: &str) -> String {
    let search = house.app.assist.search();
    search.item(search.named(name).unwrap()).unwrap().key.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_item_is_settled_once_with_an_outcome_and_words_are_forgotten_after() {
    let house = House::open().await;
    let editor = house.staff("editor", &[Role::Editor]).await;
    let talk = Talk::open(&house).await;
    let seq = talk.ask("身份证丢了").await;
    talk.rate(json!({"about":"answer","seq":seq,"stars":1,"text":"看不懂"})).await;
    let id = work(&house, &editor, "").await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/desk/work-items/{id}/done");

    // While it is open its words are needed.
    let late = Timestamp::now() + SignedDuration::from_hours(24 * 31);
    assert_eq!(house.app.ratings.sweep(late).await.unwrap(), 0);
    for (path, body, status) in [
        (&path, json!({"outcome":"fine"}), 422),
        (&path, json!({"outcome":"raised"}), 422),
        (&path, json!({"outcome":"mended","note":"字".repeat(501)}), 422),
        (&"/api/v1/desk/work-items/none/done".to_owned(), json!({"outcome":"mended"}), 404),
        (&path, json!({"outcome":"mended","note":"已回电 13812345678，材料已更正"}), 200),
        (&path, json!({"outcome":"explained"}), 409),
    ] {
        let reply = house.desk(&editor, "POST", path, Some(body.clone())).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text());
        assert!(!reply.text().contains("13812345678"), "{}", reply.text());
    }
    let done = work(&house, &editor, "?open=false").await.remove(0);
    assert_eq!((&done["outcome"], &done["done_by"]), (&json!("mended"), &json!("editor")), "{done}");
    assert!(work(&house, &editor, "?open=true").await.is_empty());
    let wanted = bangban::store::Wanted { action: Some("work_item"), limit: 9, ..Default::default() };
    assert_eq!(house.app.audit.list(&wanted).await.unwrap().len(), 1);
    // Settled work stays settled, whatever the citizen does.
    talk.rate(json!({"about":"answer","seq":seq,"stars":1,"text":"还是不懂"})).await;
    assert!(work(&house, &editor, "?open=true").await.is_empty());

    assert_eq!(house.app.ratings.sweep(late).await.unwrap(), 1);
    let kept = work(&house, &editor, "").await.remove(0);
    assert_eq!((&kept["text"], &kept["stars"]), (&json!(null), &json!(1)));
}

async fn first(assist: &Assist, text: &str) -> String {
    let ask = Ask { text: text.to_owned(), limit: 5, ..Ask::default() };
    let answer = assist.ask(ask, today()).await.unwrap();
    let search = assist.search();
    answer.hits.fused.first().and_then(|f| search.item(f.item)).map_or_else(String::new, |i| i.name.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_one_accepts_counts_at_once_and_not_after_it_is_withdrawn() {
    let house = House::open().await;
    let agent = house.staff("agent", &[Role::Agent]).await;
    let colleague = house.staff("colleague", &[Role::Agent]).await;
    let both = house.staff("both", &[Role::Agent, Role::Editor]).await;
    let editor = house.staff("editor", &[Role::Editor]).await;
    let (odd, wanted) = ("老规矩那一套手续", "草原承包经营权流转备案");
    let code = item_of(&house, wanted);
    let assist = &house.app.assist;
    assert_ne!(first(assist, odd).await, wanted);

    let propose = async |cookie: &str, question: &str, code: &str, case: Option<&str>| {
        let body = json!({"question": question, "item_code": code, "business_item": case});
        house.desk(cookie, "POST", "/api/v1/desk/proposals", Some(body)).await
    };
    for (question, code, case, status) in [
        ("", code.as_str(), None, 422),
        ("13812345678", code.as_str(), None, 422),
        ("出国本", "none", None, 404),
        ("出国本", code.as_str(), Some("没有这种"), 422),
    ] {
        let reply = propose(&agent, question, code, case).await;
        assert_eq!(reply.status, status, "{question}: {}", reply.text());
    }
    let made = propose(&agent, odd, &code, None).await.json();
    assert_eq!(
        (&made["state"], &made["by"], &made["item"]["name"]),
        (&json!("open"), &json!("agent"), &json!(wanted))
    );
    let again = propose(&colleague, odd, &code, None).await;
    assert_eq!((again.status.as_u16(), &again.json()["id"]), (200, &made["id"]));
    assert_ne!(first(assist, odd).await, wanted, "a proposal is no lesson yet");

    let own = propose(&both, "自己提的，电话13812345678", &code, None).await.json();
    assert_eq!(own["question"], "自己提的，电话", "{own}");
    let (made, own) = (made["id"].as_str().unwrap(), own["id"].as_str().unwrap());
    let decide = async |cookie: &str, id: &str, word: &str| {
        house.desk(cookie, "POST", &format!("/api/v1/desk/proposals/{id}/{word}"), None).await
    };
    for (cookie, id, word, status, kind) in [
        (&agent, made, "accept", 403, "/problems/not-allowed"),
        (&colleague, made, "withdraw", 403, "/problems/not-allowed"),
        (&both, own, "accept", 403, "/problems/four-eyes"),
        (&editor, made, "withdraw", 409, "/problems/decided"),
        (&editor, "none", "accept", 404, "/problems/no-such-record"),
    ] {
        let reply = decide(cookie, id, word).await;
        assert_eq!((reply.status.as_u16(), reply.json()["type"].as_str().unwrap()), (status, kind), "{word}");
    }
    assert!(assist.taught().unwrap().is_empty());

    let accepted = decide(&both, made, "accept").await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    assert_eq!(accepted.json()["decided_by"], "both");
    assert_eq!(first(assist, odd).await, wanted);
    let taught = assist.taught().unwrap();
    assert_eq!((taught.len(), taught[0].id.as_str()), (1, made));

    // Decided is decided; only an editor takes it back.
    for (cookie, word, status) in [
        (&editor, "accept", 409),
        (&editor, "refuse", 409),
        (&agent, "withdraw", 403),
        (&editor, "withdraw", 200),
    ] {
        assert_eq!(decide(cookie, made, word).await.status, status, "{word}");
    }
    assert_ne!(first(assist, odd).await, wanted);
    assert!(assist.taught().unwrap().is_empty());
    assert_eq!(decide(&editor, own, "refuse").await.status, 200);
    assert_eq!(decide(&both, own, "withdraw").await.status, 409);

    let about = bangban::store::Wanted { action: Some("proposal"), limit: 99, ..Default::default() };
    let rows = house.app.audit.list(&about).await.unwrap();
    let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
    let want =
        ["proposal.made", "proposal.made", "proposal.accepted", "proposal.withdrawn", "proposal.refused"];
    assert_eq!(actions, want);
    let wanted = bangban::store::Wanted { action: Some("refused.four_eyes"), limit: 9, ..Default::default() };
    assert_eq!(house.app.audit.list(&wanted).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_was_cut_off_is_made_again_without_a_double() {
    let house = House::open().await;
    let agent = house.staff("agent", &[Role::Agent]).await;
    let editor = house.staff("editor", &[Role::Editor]).await;
    let code = item_of(&house, "草原承包经营权流转备案");
    let body = json!({"question": "老规矩那一套手续", "item_code": code});
    let made = house.desk(&agent, "POST", "/api/v1/desk/proposals", Some(body)).await.json();
    let id = made["id"].as_str().unwrap();
    let path = |word: &str| format!("/api/v1/desk/proposals/{id}/{word}");
    assert_eq!(house.desk(&editor, "POST", &path("accept"), None).await.status, 200);
    // As if the row had not been written after the journal was.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(house.file());
    let pool = sqlx::sqlite::SqlitePool::connect_with(options).await.unwrap();
    sqlx::raw_sql("UPDATE proposal SET state = 'open'").execute(&pool).await.unwrap();
    assert_eq!(house.desk(&editor, "POST", &path("accept"), None).await.status, 200);
    assert_eq!(house.app.assist.taught().unwrap().len(), 1);
    sqlx::raw_sql("UPDATE proposal SET state = 'open'").execute(&pool).await.unwrap();
    assert_eq!(house.desk(&editor, "POST", &path("refuse"), None).await.status, 200);
    assert!(house.app.assist.taught().unwrap().is_empty(), "what is refused is not taught");
}
