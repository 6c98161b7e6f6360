//! Conversations over HTTP: tokens, order, sending twice, events, the end; random walks; kill -9.

use crate::house::{House, fixture, today};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use bangban::assist::{Assist, Incoming};
use bangban::dialog::{Press, State, Status};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

struct Talk<'h> {
    house: &'h House,
    id: String,
    token: String,
}

impl<'h> Talk<'h> {
    async fn begin(house: &'h House, body: Value) -> Talk<'h> {
        let reply = house.post("/api/v1/conversations", body.to_string()).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        let begun = reply.json();
        let id = begun["id"].as_str().unwrap().to_owned();
        assert_eq!(reply.headers["location"], format!("/api/v1/conversations/{id}"));
        assert_eq!(begun["messages"][0]["seq"], 1);
        Talk { house, id, token: begun["token"].as_str().unwrap().to_owned() }
    }

    fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Request<Body> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/conversations/{}{path}", self.id))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        request.body(body.map_or_else(Body::empty, |b| Body::from(b.to_string()))).unwrap()
    }

    async fn send(&self, body: Value) -> (StatusCode, Value) {
        let reply = self.house.call(self.request("POST", "/messages", Some(&body))).await;
        (reply.status, reply.json())
    }

    async fn say(&self, text: &str) -> Value {
        let (status, body) = self.send(json!({ "text": text })).await;
        assert_eq!(status, StatusCode::CREATED, "{text}: {body}");
        body["messages"][1]["reply"].clone()
    }

    async fn history(&self, query: &str) -> Value {
        self.house.call(self.request("GET", query, None)).await.json()
    }
}

#[tokio::test]
async fn a_conversation_ends_in_the_exact_list_of_the_guide() {
    let house = House::open().await;
    let talk = Talk::begin(&house, json!({ "region": "150702" })).await;
    let reply = talk.say("身份证丢了").await;
    assert_eq!(reply["status"], "answered", "{reply}");
    let card = &reply["card"];
    assert_eq!(card["name"], "居民身份证办理", "{reply}");
    // Every line is a field of the guide, with where it was read.
    for material in card["materials"]["list"].as_array().unwrap() {
        assert!(material["citation"]["id"].as_str().unwrap().contains('#'), "{material}");
    }
    let fee = talk.say("那要多少钱").await;
    assert_eq!(fee["card"], Value::Null, "a follow-up shows its lines alone: {fee}");
    assert!(fee["sides"].to_string().contains("收费") || fee["say"].to_string().contains("收费"), "{fee}");
    let elsewhere = talk.say("不是海拉尔，是赤峰").await;
    assert_eq!(elsewhere["region"]["code"], "150400", "{elsewhere}");
    assert_eq!(elsewhere["card"]["name"], "居民身份证办理", "the item stays: {elsewhere}");
    let history = talk.history("").await;
    let numbers: Vec<i64> =
        history["messages"].as_array().unwrap().iter().map(|m| m["seq"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=7).collect::<Vec<_>>());
    assert_eq!((history["turn"].as_i64(), history["region"]["code"].as_str()), (Some(3), Some("150400")));
    // Pages lead to each other without gap or overlap.
    let first = talk.history("?limit=3").await;
    assert_eq!(first["messages"].as_array().unwrap().len(), 3);
    let later = first["later_url"].as_str().unwrap().split_once('?').unwrap().1.to_owned();
    assert_eq!(talk.history(&format!("?{later}")).await["messages"][0]["seq"], 4);
    let before = talk.history("?before=4&limit=2").await;
    let numbers: Vec<i64> =
        before["messages"].as_array().unwrap().iter().map(|m| m["seq"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [2, 3]);
}

#[tokio::test]
async fn personal_data_are_masked_before_they_are_kept_and_it_is_said() {
    let house = House::open().await;
    let talk = Talk::begin(&house, json!({})).await;
    let reply = talk.say("身份证丢了，号码110101199003077774，电话13812345678").await;
    assert!(reply["say"][0].as_str().unwrap().contains("已遮住"), "{reply}");
    let kept = talk.history("").await.to_string();
    assert!(!kept.contains("110101199003077774") && !kept.contains("13812345678"), "{kept}");
}

#[tokio::test]
async fn sending_twice_counts_once_and_strangers_get_nothing() {
    let house = House::open().await;
    let talk = Talk::begin(&house, json!({})).await;
    let body = json!({ "text": "身份证丢了", "client_msg_id": "m-1" });
    let (status, first) = talk.send(body.clone()).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(talk.send(body).await, (StatusCode::CREATED, first));
    let (status, refused) = talk.send(json!({ "text": "护照", "client_msg_id": "m-1" })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    assert_eq!(talk.history("").await["seq"], 3);
    for (body, status) in [
        (json!({}), 422),
        (json!({ "text": "护照", "press": "human" }), 422),
        (json!({ "press": "dance" }), 422),
        (json!({ "text": "？？？" }), 422),
        (json!({ "text": "字".repeat(501) }), 422),
        (json!({ "text": "护照", "client_msg_id": "" }), 422),
    ] {
        assert_eq!(talk.send(body.clone()).await.0.as_u16(), status, "{body}");
    }
    let stranger = Talk { house: &house, id: talk.id.clone(), token: "0".repeat(64) };
    assert_eq!(stranger.send(json!({ "text": "护照" })).await.0, StatusCode::NOT_FOUND);
    let unknown = Talk { house: &house, id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".into(), token: talk.token.clone() };
    assert_eq!(unknown.send(json!({ "text": "护照" })).await.0, StatusCode::NOT_FOUND);
    let bare = house.get(&format!("/api/v1/conversations/{}", talk.id)).await;
    assert_eq!(bare.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_at_the_same_time_stand_one_after_the_other() {
    let house = House::open().await;
    let talk = Talk::begin(&house, json!({})).await;
    let sends = (0..12).map(|n| talk.send(json!({ "text": "身份证丢了", "client_msg_id": format!("{n}") })));
    for (status, body) in futures_util::future::join_all(sends).await {
        assert_eq!(status, StatusCode::CREATED, "{body}");
    }
    let history = talk.history("").await;
    let kinds: Vec<&str> =
        history["messages"].as_array().unwrap().iter().map(|m| m["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 25);
    assert!(kinds[1..].chunks(2).all(|pair| pair == ["citizen", "assistant"]), "{kinds:?}");
}

/// Reads server-sent events until `count` of them or the end have come: (id, name, data).
async fn listen(talk: &Talk<'_>, last: Option<i64>, count: usize) -> Vec<(String, String, Value)> {
    let mut request = talk.request("GET", "/events", None);
    if let Some(last) = last {
        request.headers_mut().insert("last-event-id", last.to_string().parse().unwrap());
    }
    let response = tower::ServiceExt::oneshot(talk.house.router(), request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    let mut body = response.into_body();
    let mut text = String::new();
    while text.matches("\n\n").count() < count {
        match tokio::time::timeout(Duration::from_secs(20), body.frame()).await.unwrap() {
            Some(frame) => text.push_str(std::str::from_utf8(frame.unwrap().data_ref().unwrap()).unwrap()),
            None => break,
        }
    }
    text.split("\n\n")
        .filter(|event| event.contains("data:"))
        .map(|event| {
            let field = |name: &str| {
                let line = event.lines().find_map(|line| line.strip_prefix(name));
                line.unwrap_or_default().trim().to_owned()
            };
            (field("id:"), field("event:"), serde_json::from_str(&field("data:")).unwrap())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_have_no_gaps_resume_and_end() {
    let house = House::open().await;
    let talk = Talk::begin(&house, json!({})).await;
    talk.say("身份证丢了").await;
    let heard = listen(&talk, None, 3).await;
    let ids: Vec<&str> = heard.iter().map(|e| e.0.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3"]);
    assert!(heard.iter().all(|e| e.1 == "message.created" && e.2["conversation"] == talk.id.as_str()));
    // Later ones come while one listens, from where one left.
    let (heard, ()) = tokio::join!(listen(&talk, Some(3), 2), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        talk.say("护照").await;
    });
    assert_eq!(heard.iter().map(|e| e.0.as_str()).collect::<Vec<_>>(), ["4", "5"]);
    assert_eq!(listen(&talk, Some(99), 1).await[0].1, "reset");
    let close = talk.request("POST", "/close", Some(&json!({ "reason": "solved" })));
    assert_eq!(house.call(close).await.status, StatusCode::NO_CONTENT);
    let heard = listen(&talk, Some(5), 9).await;
    assert_eq!((heard.len(), heard[0].1.as_str()), (1, "conversation.closed"));
    let (status, refused) = talk.send(json!({ "text": "护照" })).await;
    assert_eq!((status, refused["type"].as_str()), (StatusCode::CONFLICT, Some("/problems/closed")));
    let next = Talk::begin(&house, json!({ "previous": talk.id })).await;
    assert_ne!(next.id, talk.id);
    // Whoever listens when the service stops is told so.
    let (heard, ()) = tokio::join!(listen(&next, Some(1), 9), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        house.stop.send(true).unwrap();
    });
    assert_eq!(heard.last().unwrap().1, "server.closing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_of_one_citizen_hear_the_same_in_one_order() {
    let house = House::open().await;
    let talk = Talk::begin(&house, json!({ "region": "150702" })).await;
    let talks = &house.app.talks;
    let agent = crate::desk::seat("1");
    talks.seats().here(&agent, true, Timestamp::now());
    let handed = talk.request("POST", "/handoff", Some(&json!({})));
    assert_eq!(house.call(handed).await.status, StatusCode::ACCEPTED);
    talks.claim(&agent, &talk.id, Timestamp::now()).await.unwrap();
    let from = talk.history("").await["seq"].as_i64().unwrap();
    // Each tab listens by itself, and both write at once, while the agent answers.
    let lines: Vec<String> = (0..12).map(|n| format!("第{n}句")).collect();
    let says = async |text: &String| {
        let (status, told) = talk.send(json!({ "text": text, "client_msg_id": text })).await;
        assert_eq!(status, StatusCode::CREATED, "{told}");
    };
    let writes = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        for (at, pair) in lines.chunks(2).enumerate() {
            let (name, text) = (format!("a{at}"), format!("答{at}"));
            let answer =
                talks.agent_says(&agent, &talk.id, crate::desk::words(&name, &text), Timestamp::now());
            let (_, _, answered) = tokio::join!(says(&pair[0]), says(&pair[1]), answer);
            answered.unwrap();
        }
    };
    let count = lines.len() + lines.len() / 2;
    let (one, other, ()) =
        tokio::join!(listen(&talk, Some(from), count), listen(&talk, Some(from), count), writes);
    let heard = |tab: &[(String, String, Value)]| -> Vec<(i64, String)> {
        let word = |event: &(String, String, Value)| {
            (event.0.parse().unwrap(), event.2["message"]["text"].as_str().unwrap().to_owned())
        };
        tab.iter().filter(|event| event.1 == "message.created").map(word).collect()
    };
    let (one, other) = (heard(&one), heard(&other));
    assert_eq!(one, other);
    let numbers: Vec<i64> = one.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(numbers, (from + 1..=from + count as i64).collect::<Vec<_>>());
    for text in lines.iter().chain(&(0..6).map(|at| format!("答{at}")).collect::<Vec<_>>()) {
        assert_eq!(one.iter().filter(|(_, said)| said == text).count(), 1, "{text}");
    }
}

/// The fixture whose name in Mongolian letters is the letters in their order, a word of no language.
fn upright() -> std::path::PathBuf {
    crate::house::root().join("tests/fixtures/mongolian.jsonl")
}

#[tokio::test]
async fn a_mongolian_name_reaches_every_page_as_the_guide_has_it() {
    let record: Value = serde_json::from_str(&std::fs::read_to_string(upright()).unwrap()).unwrap();
    let name = record["name_mn"].as_str().unwrap();
    assert!(['\u{180B}', '\u{180E}', '\u{202F}'].iter().all(|c| name.contains(*c)), "{name:?}");
    let house = House::set(&[crate::house::fixture(), upright()], |_| {}).await;
    let document = house.get("/openapi.json").await.json();
    let path = format!("/api/v1/items/{}", record["task_code"].as_str().unwrap());
    let item = house.get(&path).await;
    crate::api::as_documented(&document, "get", "/api/v1/items/{code}", &item);
    let line = &item.json()["card"]["name_mn"];
    assert_eq!((line["value"].as_str(), line["citation"]["field"].as_str()), (Some(name), Some("name_mn")));
    assert_eq!(line["citation"]["sources"][0]["kind"], "synthetic");
    let talk = Talk::begin(&house, json!({})).await;
    let said = talk.say("竖排文字演示").await;
    assert_eq!(said["card"]["name_mn"]["value"], name, "{said}");
    for form in ["", "?format=html"] {
        let told = house.call(talk.request("GET", &format!("/transcript{form}"), None)).await.text();
        assert!(told.contains(name), "{told}");
    }
    let mut plain = Plain { house: &house, cookie: String::new() };
    plain.go(None).await;
    let page = plain.go(Some(&format!("text={}", crate::house::encoded("竖排文字演示")))).await;
    assert!(
        page.contains(&format!("<p class=\"mongolian\" lang=\"mn-Mong\" tabindex=\"0\">{name}</p>")),
        "{page}"
    );
    // Who has no such name says nothing of it.
    let other = house.get("/api/v1/items/150100000001").await.json();
    assert!(other["card"]["name"].is_string() && other["card"]["name_mn"].is_null());
}

/// A browser without scripts: keeps the cookie, follows the redirect.
struct Plain<'h> {
    house: &'h House,
    cookie: String,
}

impl Plain<'_> {
    async fn send(&mut self, form: Option<&str>) -> crate::house::Reply {
        let request = match form {
            None => Request::get("/chat"),
            Some(_) => Request::post("/chat").header("content-type", "application/x-www-form-urlencoded"),
        };
        let body = form.map_or_else(Body::empty, |form| Body::from(form.to_owned()));
        let reply = self.house.call(request.header("cookie", &self.cookie).body(body).unwrap()).await;
        if let Some(set) = reply.headers.get("set-cookie") {
            let set = set.to_str().unwrap();
            assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
            self.cookie = set.split(';').next().unwrap().to_owned();
        }
        reply
    }

    async fn go(&mut self, form: Option<&str>) -> String {
        let reply = self.send(form).await;
        if reply.status != StatusCode::SEE_OTHER {
            return reply.text();
        }
        assert_eq!(reply.headers["location"], "/chat#last");
        let page = self.send(None).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        page.text()
    }
}

#[tokio::test]
async fn without_scripts_the_same_is_done_by_forms() {
    let house = House::open().await;
    let mut plain = Plain { house: &house, cookie: String::new() };
    let hello = plain.go(None).await;
    assert!(hello.contains("我是帮办") && hello.contains("value=\"human\""), "{hello}");
    let typed = |text: &str| format!("text={}", crate::house::encoded(text));
    let card = plain.go(Some(&typed("身份证丢了"))).await;
    assert!(
        card.contains("<h3>居民身份证办理") && card.contains("申请材料") && card.contains("〔"),
        "{card}"
    );
    let asked = plain.go(Some(&typed("<script>alert(1)</script>身份证"))).await;
    assert!(!asked.contains("<script>alert") && asked.contains("alert(1)"), "{asked}");
    // What can't be taken says why, and keeps what was typed.
    let refused = plain.send(Some(&typed("？？"))).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("role=\"alert\"") && refused.text().contains("value=\"？？\""));
    assert!(plain.go(Some("press=human")).await.contains("12345"));
    let before = plain.cookie.clone();
    let fresh = plain.go(Some("fresh=1")).await;
    assert!(plain.cookie != before && !fresh.contains("居民身份证办理"), "{fresh}");
    plain.cookie = "bangban_talk=01ARZ3NDEKTSV4RRFFQ69G5FAV.00".into();
    assert!(plain.go(None).await.contains("我是帮办"));
}

/// Texts of every kind for a walk that means nothing.
const TEXTS: [&str; 30] = [
    "身份证丢了",
    "护照",
    "营业执照怎么办",
    "低保",
    "那要多少钱",
    "能让我妈去吗",
    "第二个",
    "都不是",
    "不清楚",
    "是",
    "不是",
    "赤峰",
    "前旗",
    "不是呼市，是赤峰",
    "和赤峰有什么不一样",
    "返回",
    "重新开始",
    "算了",
    "没听懂",
    "谢谢",
    "转人工",
    "着火了",
    "你个傻子",
    "我是公司",
    "娃刚生下来要办啥",
    "身份证和户口本都丢了",
    "asdf qwer",
    "沈阳的社保局在哪",
    "上礼拜交的申请批了没",
    "几年换一次",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_random_walks_never_end_in_a_corner() {
    let (_dir, assist) = crate::house::assist();
    let mut chance = 0x2545_f491_u64;
    let mut draw = |below: usize| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        (chance % below as u64) as usize
    };
    for walk in 0..1_000 {
        let mut state = State::default();
        let mut buttons: Vec<Press> = Vec::new();
        let mut path: Vec<String> = Vec::new();
        for _ in 0..6 {
            let incoming = match draw(10) {
                0..5 if !buttons.is_empty() => Incoming::Press(buttons[draw(buttons.len())].clone()),
                5 => Incoming::Press(Press::Pick(draw(9))),
                6 => Incoming::Press(Press::Edit(["item", "who", "没有"][draw(3)].to_owned())),
                _ => Incoming::Text(TEXTS[draw(TEXTS.len())].to_owned()),
            };
            path.push(format!("{incoming:?}"));
            state =
                leads_on(&assist, &state, incoming, &mut buttons, &format!("walk {walk}: {path:?}")).await;
        }
    }
}

async fn leads_on(
    assist: &Assist,
    state: &State,
    incoming: Incoming,
    buttons: &mut Vec<Press>,
    path: &str,
) -> State {
    let turn = assist.converse(state, incoming, today()).await.unwrap_or_else(|e| panic!("{e}: {path}"));
    let reply = &turn.reply;
    assert!(!reply.say.is_empty() || reply.ask.is_some(), "nothing is said: {path}");
    assert!(reply.say.iter().all(|sentence| !sentence.is_empty()), "{:?}: {path}", reply.say);
    let options = reply.ask.iter().flat_map(|ask| &ask.options);
    *buttons = options.chain(&reply.offers).map(|button| button.press.clone()).collect();
    assert!(buttons.contains(&Press::Human), "no way to a person: {path}");
    assert!(reply.ask.iter().all(|ask| !ask.options.is_empty()), "a question without a choice: {path}");
    let labels = reply.ask.iter().flat_map(|ask| &ask.options).chain(&reply.offers);
    for button in labels {
        assert!((1..=18).contains(&button.label.chars().count()), "{button:?}: {path}");
        assert_eq!(Press::parse(&button.press.to_string()).as_ref(), Some(&button.press), "{path}");
    }
    assert!(turn.state.rounds <= 4 && turn.state.before.len() <= 8, "{path}");
    if reply.status == Status::Answered {
        assert!(
            turn.view.is_some() || turn.bundle.is_some() || turn.compared.is_some() || !turn.views.is_empty()
        );
    }
    let text = serde_json::to_string(&turn.state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&text).unwrap(), turn.state, "{path}");
    turn.state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_kill_9_every_acknowledged_message_is_there_once() {
    use std::process::{Child, Command, Stdio};
    let dir = tempfile::tempdir().unwrap();
    let index = dir.path().join("index");
    crate::house::build(&index, &[fixture()], None);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let serve = || -> Child {
        Command::new(env!("CARGO_BIN_EXE_bangban"))
            .args(["serve", "--listen", &free.to_string(), "--model", "nowhere", "--index"])
            .arg(&index)
            .env("BANGBAN_DATA", dir.path().join("data"))
            .env("BANGBAN_LIMITS__PER_MINUTE", "0")
            .env("BANGBAN_LIMITS__AT_ONCE", "256")
            .current_dir(dir.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut first = serve();
    ready(free).await;
    let mut talks = Vec::new();
    for _ in 0..200 {
        let (_, begun) = call(free, "POST", "/api/v1/conversations", None, Some(&json!({}))).await.unwrap();
        talks.push((begun["id"].as_str().unwrap().to_owned(), begun["token"].as_str().unwrap().to_owned()));
    }
    let tasks: Vec<_> = talks
        .iter()
        .cloned()
        .map(|(id, token)| {
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for n in 0.. {
                    let body =
                        json!({ "text": format!("身份证丢了{n}"), "client_msg_id": format!("{id}-{n}") });
                    let path = format!("/api/v1/conversations/{id}/messages");
                    match call(free, "POST", &path, Some(&token), Some(&body)).await {
                        Some((201, said)) => acknowledged.push(said["messages"][0].clone()),
                        _ => break,
                    }
                }
                acknowledged
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    first.kill().unwrap();
    first.wait().unwrap();
    let mut kept = Vec::new();
    for task in tasks {
        kept.push(task.await.unwrap());
    }
    assert!(kept.iter().map(Vec::len).sum::<usize>() > 20, "the service was killed before it could answer");

    let mut second = serve();
    ready(free).await;
    for ((id, token), acknowledged) in talks.iter().zip(&kept) {
        let path = format!("/api/v1/conversations/{id}?limit=200");
        let (status, history) = call(free, "GET", &path, Some(token), None).await.unwrap();
        assert_eq!(status, 200);
        let messages = history["messages"].as_array().unwrap();
        let numbers: Vec<i64> = messages.iter().map(|m| m["seq"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=messages.len() as i64).collect::<Vec<_>>());
        for message in acknowledged {
            assert_eq!(messages.iter().filter(|m| m["text"] == message["text"]).count(), 1, "{message}");
        }
        // Nothing half: what a citizen said has its answer.
        assert_eq!(messages.len() % 2, 1);
    }
    second.kill().unwrap();
    second.wait().unwrap();
}

async fn ready(address: std::net::SocketAddr) {
    for _ in 0..300 {
        if call(address, "GET", "/readyz", None, None).await.is_some_and(|(status, _)| status == 200) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the service did not start");
}

/// One request on a connection of its own; `None` where the line broke.
async fn call(
    address: std::net::SocketAddr,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> Option<(u16, Value)> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await.ok()?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{bearer}Content-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).unwrap_or(Value::Null)))
}

#[tokio::test]
async fn whoever_reads_traditional_characters_is_answered_in_them() {
    let house = House::open().await;
    let talk = Talk::begin(&house, json!({})).await;
    let mut request = talk.request("POST", "/messages", Some(&json!({ "text": "辦身份證" })));
    request.headers_mut().insert("accept-language", "zh-TW,zh;q=0.8".parse().unwrap());
    let reply = house.call(request).await;
    assert_eq!(reply.headers["content-language"], "zh-Hant");
    let options = reply.json()["messages"][1]["reply"]["ask"]["options"].clone();
    let lost = options.as_array().unwrap().iter().find(|o| o["label"] == "丟失補領").cloned();
    let lost = lost.unwrap_or_else(|| panic!("{options}"));
    // What a button sends is the same in both.
    assert_eq!(lost["id"], "option:丢失补领");
    let (status, body) = talk.send(json!({ "press": lost["id"] })).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    assert_eq!(body["messages"][1]["reply"]["card"]["business_item"], "丢失补领");

    let item = body["messages"][1]["reply"]["card"]["item"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/items/{item}/materials?item={}", crate::house::encoded("丟失補領"));
    let request = Request::builder().uri(path).header("accept-language", "zh-Hant");
    let reply = house.call(request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let names: Vec<Value> =
        reply.json()["materials"]["list"].as_array().unwrap().iter().map(|m| m["name"].clone()).collect();
    assert!(names.iter().any(|name| name == "居民戶口簿"), "{names:?}");
}
