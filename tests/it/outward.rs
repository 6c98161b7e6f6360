//! Other systems: told until they take it, by signed webhooks; addresses of guides, looked at slowly.

use crate::api::as_documented;
use crate::desk::{seat, words};
use crate::house::{House, fixture};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::routing::any;
use bangban::assist::{LinkChecks, Webhooks};
use bangban::config::{LinkRules, OutboxRules, Webhook};
use bangban::desk::{Closed, Role};
use bangban::store::{Database, EventKind, Links, OutState};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SECRET: &str = "a secret of the tests, 32 characters";

/// How a receiver answers its nth request, from 0.
type Manner = fn(usize) -> Answer;

#[derive(Clone, Copy, PartialEq)]
enum Answer {
    /// Takes it.
    Take,
    /// Takes it, and says that it failed: it comes again.
    TakeAndFail,
    /// Fails.
    Fail,
    /// Says nothing for longer than anybody waits.
    Stall,
}

/// What came in: time, id, body, and whether it was taken for the first time.
#[derive(Clone)]
struct Got {
    headers: HeaderMap,
    body: Value,
    raw: Vec<u8>,
    first: bool,
}

/// A receiver after `docs/WEBHOOKS.md`, with a manner of its own.
struct Receiver {
    manner: Manner,
    known: Mutex<HashSet<String>>,
    got: Mutex<Vec<Got>>,
    asked: Mutex<usize>,
}

/// What a receiver does with a request before it believes it.
fn verify(secret: &str, headers: &HeaderMap, body: &[u8], now: i64) -> Result<(), &'static str> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or("header");
    let timestamp = header("bangban-timestamp")?;
    let mac = header("bangban-signature")?.strip_prefix("v1=").ok_or("header")?;
    let mac: Option<Vec<u8>> =
        (0..mac.len() / 2).map(|at| u8::from_str_radix(mac.get(2 * at..2 * at + 2)?, 16).ok()).collect();
    Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes())
        .unwrap()
        .chain_update(timestamp)
        .chain_update(".")
        .chain_update(body)
        .verify_slice(&mac.ok_or("header")?)
        .map_err(|_| "signature")?;
    let at: i64 = timestamp.parse().map_err(|_| "header")?;
    if (now - at).abs() <= 300 { Ok(()) } else { Err("time") }
}

async fn receive(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let nth = {
        let mut asked = receiver.asked.lock().unwrap();
        *asked += 1;
        *asked - 1
    };
    let answer = (receiver.manner)(nth);
    if verify(SECRET, &headers, &body, Timestamp::now().as_second()).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    if answer == Answer::Stall {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    if answer == Answer::Fail {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    let id = headers["bangban-id"].to_str().unwrap().to_owned();
    let first = receiver.known.lock().unwrap().insert(id);
    let got = Got { headers, body: serde_json::from_slice(&body).unwrap(), raw: body.to_vec(), first };
    receiver.got.lock().unwrap().push(got);
    if answer == Answer::Take { StatusCode::NO_CONTENT } else { StatusCode::BAD_GATEWAY }
}

impl Receiver {
    async fn open(manner: Manner) -> (Arc<Receiver>, String) {
        let receiver = Arc::new(Receiver {
            manner,
            known: Mutex::default(),
            got: Mutex::default(),
            asked: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/in?token=private", listener.local_addr().unwrap());
        let router = Router::new().route("/in", any(receive)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (receiver, url)
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// What was taken, each once, as it came.
    fn taken(&self) -> Vec<Value> {
        self.got().into_iter().filter(|got| got.first).map(|got| got.body).collect()
    }

    async fn wait_for(&self, many: usize) -> Vec<Value> {
        for _ in 0..600 {
            if self.taken().len() >= many {
                return self.taken();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} taken of {many}, asked {} times", self.taken().len(), self.asked.lock().unwrap());
    }
}

fn rules(tries: u32) -> OutboxRules {
    OutboxRules { tries, retry_ms: 20, timeout_ms: 2_000 }
}

fn hook(name: &str, url: &str, secret: &Path, kinds: &[EventKind]) -> Webhook {
    Webhook { name: name.into(), url: url.into(), secret: secret.to_owned(), kinds: kinds.to_vec() }
}

fn secret(dir: &tempfile::TempDir) -> PathBuf {
    let file = dir.path().join("hook.key");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    file
}

async fn house(hooks: Vec<Webhook>, tries: u32) -> House {
    House::set(&[fixture()], |config| {
        config.webhooks = hooks;
        config.outbox = rules(tries);
    })
    .await
}

/// Sends what is to be sent until the house is torn down.
fn deliver(house: &House) {
    let (app, stopping) = (house.app.clone(), house.stop.subscribe());
    tokio::spawn(async move { app.webhooks.deliver(stopping).await });
}

struct Talk<'h> {
    house: &'h House,
    id: String,
    token: String,
}

impl<'h> Talk<'h> {
    async fn open(house: &'h House) -> Talk<'h> {
        let begun = house.post("/api/v1/conversations", json!({"region":"150702"}).to_string()).await.json();
        let text = |name: &str| begun[name].as_str().unwrap().to_owned();
        Talk { house, id: text("id"), token: text("token") }
    }

    async fn post(&self, path: &str, body: Value) -> StatusCode {
        let request = Request::post(format!("/api/v1/conversations/{}{path}", self.id))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.house.call(request).await.status
    }

    async fn leave(&self, text: &str) {
        let body = json!({"text": text, "contact": {"name": "张三", "phone": "13812345678"}});
        assert_eq!(self.post("/message-left", body).await, 201);
    }
}

/// Calls every operation of other systems with success, each answer against the document.
pub async fn documented(house: &House, document: &Value) -> BTreeSet<(String, String)> {
    let admin = house.staff("doc-outward", &[Role::Admin]).await;
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(house.file())).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO outbox VALUES (1, 'one', 'gone', 'rating.created', 'conversation:x', '{}', 1000, 'dead', 16, 1000, 2000, 500, 'status');
         INSERT INTO link VALUES ('https://a.cn', 'a.cn', 'X', 1, 1000, 2000, 404, 'gone')",
    )
    .execute(&pool)
    .await
    .unwrap();
    let mut called = BTreeSet::new();
    for (method, template, path, status) in [
        ("get", "/api/v1/admin/outbox", "/api/v1/admin/outbox?state=dead", 200),
        ("get", "/api/v1/admin/outbox", "/api/v1/admin/outbox?state=lost", 422),
        ("post", "/api/v1/admin/outbox/{id}/retry", "/api/v1/admin/outbox/one/retry", 200),
        ("post", "/api/v1/admin/outbox/{id}/retry", "/api/v1/admin/outbox/one/retry", 409),
        ("post", "/api/v1/admin/outbox/{id}/retry", "/api/v1/admin/outbox/two/retry", 404),
        ("get", "/api/v1/admin/outbox", "/api/v1/admin/outbox?state=waiting", 200),
        ("get", "/api/v1/admin/webhooks", "/api/v1/admin/webhooks", 200),
        ("get", "/api/v1/admin/links", "/api/v1/admin/links", 200),
    ] {
        let reply = house.desk(&admin, &method.to_uppercase(), path, None).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.text());
        as_documented(document, method, template, &reply);
        if status == 200 {
            called.insert((method.to_owned(), template.to_owned()));
        }
    }
    called
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_told_until_it_is_taken_in_order_and_known_by_its_id() {
    let dir = tempfile::tempdir().unwrap();
    let manner: Manner = |nth| match nth {
        0 | 3 => Answer::Fail,
        1 | 4 => Answer::TakeAndFail,
        _ => Answer::Take,
    };
    let (receiver, url) = Receiver::open(manner).await;
    let house = house(vec![hook("portal", &url, &secret(&dir), &[])], 16).await;
    deliver(&house);
    let talk = Talk::open(&house).await;
    let agent = seat("1");
    house.app.talks.seats().here(&agent, true, Timestamp::now());
    assert_eq!(talk.post("/messages", json!({"text":"身份证丢了"})).await, 201);
    assert_eq!(talk.post("/handoff", json!({})).await, 202);
    assert_eq!(talk.post("/messages", json!({"text":"我的电话是13812345678"})).await, 201);
    let desk = &house.app.talks;
    desk.claim(&agent, &talk.id, Timestamp::now()).await.unwrap();
    desk.agent_says(&agent, &talk.id, words("m1", "您好"), Timestamp::now()).await.unwrap();
    desk.close_case(&agent, &talk.id, Closed::Solved, None, Timestamp::now()).await.unwrap();
    assert_eq!(talk.post("/rating", json!({"about":"service","stars":5})).await, 200);
    let taken = receiver.wait_for(6).await;
    let kinds: Vec<&str> = taken.iter().map(|told| told["kind"].as_str().unwrap()).collect();
    let want = [
        "handoff.requested",
        "message.created",
        "handoff.claimed",
        "message.created",
        "handoff.closed",
        "rating.created",
    ];
    assert_eq!(kinds, want, "in the order in which it happened, whatever failed between");
    assert!(taken.iter().all(|told| told["subject"] == format!("conversation:{}", talk.id)));
    assert_eq!((&taken[3]["data"]["text"], &taken[3]["data"]["agent"]), (&json!("您好"), &json!("01")));
    assert_eq!(taken[4]["data"]["outcome"], "solved");
    assert_eq!((&taken[5]["data"]["stars"], &taken[5]["data"]["changed"]), (&json!(5), &json!(false)));
    let all = receiver.got();
    assert!(!all.iter().any(|got| String::from_utf8_lossy(&got.raw).contains("13812345678")));
    let doubled: Vec<&Got> = all.iter().filter(|got| !got.first).collect();
    assert_eq!(doubled.len(), 2, "what was taken and called a failure came again");
    for got in &doubled {
        let before = all.iter().find(|other| other.first && other.body["id"] == got.body["id"]).unwrap();
        assert_eq!(got.raw, before.raw, "the same id, the same body");
    }
    let (got, now) = (&all[0], Timestamp::now().as_second());
    assert_eq!(verify(SECRET, &got.headers, &got.raw, now), Ok(()));
    assert_eq!(verify("another secret of the same length...", &got.headers, &got.raw, now), Err("signature"));
    assert_eq!(verify(SECRET, &got.headers, &got.raw[1..], now), Err("signature"));
    assert_eq!(verify(SECRET, &got.headers, &got.raw, now + 600), Err("time"));
    let mut later = got.headers.clone();
    later.insert("bangban-timestamp", (now + 600).to_string().parse().unwrap());
    assert_eq!(verify(SECRET, &later, &got.raw, now + 600), Err("signature"), "the time is signed too");
    // Once it was taken, its words are kept here no longer.
    let outbox = house.app.webhooks.outbox();
    for _ in 0..100 {
        if outbox.list(OutState::Sent, 10).await.unwrap().len() == 6 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let sent = outbox.list(OutState::Sent, 10).await.unwrap();
    assert!(sent.len() == 6 && sent.iter().all(|one| one.body.is_empty()), "{sent:?}");
    house.stop.send(true).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_stalls_holds_up_neither_the_others_nor_the_service() {
    let dir = tempfile::tempdir().unwrap();
    let file = secret(&dir);
    let (slow, slow_url) = Receiver::open(|_| Answer::Stall).await;
    let (quick, quick_url) = Receiver::open(|_| Answer::Take).await;
    let orders = [EventKind::WorkorderCreated];
    let hooks = vec![hook("slow", &slow_url, &file, &[]), hook("quick", &quick_url, &file, &orders)];
    let house = house(hooks, 3).await;
    deliver(&house);
    let begun = std::time::Instant::now();
    for nth in 0..8 {
        Talk::open(&house).await.leave(&format!("第{nth}个留言，请回电")).await;
    }
    let taken = quick.wait_for(8).await;
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(taken.iter().all(|told| told["kind"] == "workorder.created"), "only what it asked for");
    assert!(slow.taken().is_empty());
    // Given up after its last try, and everything else for it is tried as well.
    let outbox = house.app.webhooks.outbox();
    for _ in 0..600 {
        if !outbox.list(OutState::Dead, 100).await.unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let dead = outbox.list(OutState::Dead, 100).await.unwrap();
    assert_eq!((dead[0].tries, dead[0].failure.as_deref(), dead[0].status), (3, Some("timeout"), None));
    house.stop.send(true).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_given_up_is_listed_and_sent_again_by_staff() {
    let dir = tempfile::tempdir().unwrap();
    let (receiver, url) = Receiver::open(|nth| if nth < 2 { Answer::Fail } else { Answer::Take }).await;
    let house = house(vec![hook("portal", &url, &secret(&dir), &[EventKind::WorkorderCreated])], 2).await;
    deliver(&house);
    Talk::open(&house).await.leave("路灯坏了三天").await;
    let admin = house.staff("admin", &[Role::Admin]).await;
    let list = async |state: &str| {
        let path = format!("/api/v1/admin/outbox?state={state}");
        house.desk(&admin, "GET", &path, None).await.json()["entries"].as_array().unwrap().clone()
    };
    for _ in 0..200 {
        if !list("dead").await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let dead = list("dead").await;
    assert_eq!((dead.len(), &dead[0]["tries"], &dead[0]["status"]), (1, &json!(2), &json!(500)));
    assert!(receiver.taken().is_empty());
    let hooks = house.desk(&admin, "GET", "/api/v1/admin/webhooks", None).await;
    assert_eq!(hooks.json()["webhooks"][0]["dead"], 1);
    let shown = hooks.text();
    assert!(
        !shown.contains(SECRET) && !shown.contains("token=private") && !shown.contains("hook.key"),
        "{shown}"
    );
    let retry = format!("/api/v1/admin/outbox/{}/retry", dead[0]["id"].as_str().unwrap());
    let agent = house.staff("agent", &[Role::Agent, Role::Supervisor]).await;
    assert_eq!(house.desk(&agent, "POST", &retry, None).await.status, 403);
    assert_eq!(house.desk(&admin, "POST", &retry, None).await.status, 200);
    let taken = receiver.wait_for(1).await;
    assert_eq!(taken[0]["id"], dead[0]["id"], "under its old id");
    let wanted = bangban::store::Wanted { action: Some("outbox.retried"), limit: 9, ..Default::default() };
    let rows = house.app.audit.list(&wanted).await.unwrap();
    assert_eq!((rows.len(), rows[0].actor.as_str()), (1, "admin"));
    house.stop.send(true).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_before_the_end_is_sent_after_a_new_start() {
    let dir = tempfile::tempdir().unwrap();
    let (receiver, url) = Receiver::open(|_| Answer::Take).await;
    let hooks = vec![hook("portal", &url, &secret(&dir), &[])];
    // Nobody sends here: as if the service were killed between the write and the first try.
    let house = house(hooks.clone(), 16).await;
    Talk::open(&house).await.leave("请回电").await;
    assert!(receiver.taken().is_empty());
    let again = Database::open(&house.file()).await.unwrap();
    let (webhooks, _) = Webhooks::read(&again, &hooks, rules(16)).unwrap();
    let stopping = house.stop.subscribe();
    tokio::spawn(async move { webhooks.deliver(stopping).await });
    let taken = receiver.wait_for(2).await;
    let kinds: Vec<&str> = taken.iter().map(|told| told["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["message.created", "workorder.created"]);
    house.stop.send(true).unwrap();
}

#[tokio::test]
async fn a_work_order_holds_what_the_hotline_needs_and_nothing_personal() {
    let dir = tempfile::tempdir().unwrap();
    let file = secret(&dir);
    let house =
        house(vec![hook("12345", "http://127.0.0.1:9/", &file, &[EventKind::WorkorderCreated])], 2).await;
    let waiting = async || {
        let list = house.app.webhooks.outbox().list(OutState::Waiting, 10).await.unwrap();
        list.iter().map(|one| serde_json::from_str::<Value>(&one.body).unwrap()).collect::<Vec<_>>()
    };
    let talk = Talk::open(&house).await;
    assert_eq!(talk.post("/messages", json!({"text":"身份证丢了"})).await, 201);
    talk.leave("窗口乱收费，我是张三，电话13812345678，身份证11010519491231002X。请回电").await;
    let order = waiting().await.pop().unwrap();
    let text = order.to_string();
    for personal in ["13812345678", "11010519491231002X"] {
        assert!(!text.contains(personal), "{text}");
    }
    assert_eq!((&order["channel"], &order["urgency"]), (&json!("智能问答"), &json!("一般")));
    assert_eq!(order["region"], json!({"code": "150702", "name": "呼伦贝尔市海拉尔区"}));
    assert_eq!(order["class"]["id"], "conduct");
    assert_eq!(order["class_scheme"], "帮办自拟，非官方分类");
    assert_eq!(order["item"]["name"], "居民身份证办理");
    assert_eq!(order["item"]["guide"], "A15070200000000000000000000001");
    assert!(
        order["sources"].as_array().unwrap().iter().any(|s| s.as_str().unwrap().contains("居民身份证法")),
        "{order}"
    );
    assert_eq!((&order["contact_left"], &order["phone"]), (&json!(true), &json!("138****5678")));
    assert!(order["title"].as_str().unwrap().starts_with("【咨询】窗口乱收费"), "{order}");
    assert!(order["number"].as_str().is_some_and(|number| !number.is_empty()));
    assert_eq!(order["earlier"][0], "身份证丢了");

    // A complaint that is handed over is one at once; a mere question is none.
    house.app.talks.seats().here(&seat("1"), true, Timestamp::now());
    let (asks, complains) = (Talk::open(&house).await, Talk::open(&house).await);
    assert_eq!(asks.post("/handoff", json!({})).await, 202);
    assert_eq!(waiting().await.len(), 1);
    assert_eq!(complains.post("/handoff", json!({"why":"complaint"})).await, 202);
    let orders = waiting().await;
    assert_eq!(
        (orders.len(), &orders[1]["business"], &orders[1]["number"]),
        (2, &json!("投诉举报"), &Value::Null)
    );
}

#[tokio::test]
async fn nothing_is_written_where_nobody_is_told_and_a_bad_key_stops_the_start() {
    let house = House::open().await;
    Talk::open(&house).await.leave("请回电").await;
    assert!(house.app.webhooks.outbox().list(OutState::Waiting, 9).await.unwrap().is_empty());
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("weak.key");
    let database = Database::open(&house.file()).await.unwrap();
    for text in [None, Some("weak")] {
        text.iter().for_each(|text| std::fs::write(&file, text).unwrap());
        let hooks = [hook("portal", "https://a.cn/", &file, &[])];
        let error = Webhooks::read(&database, &hooks, rules(2)).err().unwrap().to_string();
        assert!(error.contains("portal") && error.contains("weak.key"), "{error}");
    }
}

#[test]
fn the_documents_example_verifies() {
    let document = std::fs::read_to_string(crate::house::root().join("docs/WEBHOOKS.md")).unwrap();
    let signature = document.split("`v1=").nth(2).unwrap().split('`').next().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("bangban-timestamp", "1795651200".parse().unwrap());
    headers.insert("bangban-signature", format!("v1={signature}").parse().unwrap());
    assert_eq!(verify(SECRET, &headers, br#"{"v":1}"#, 1_795_651_200), Ok(()));
    assert!(document.contains(SECRET));
    for kind in EventKind::ALL {
        assert!(document.contains(&format!("`{}`", kind.word())), "{}", kind.word());
    }
}

/// What a site that is looked at was asked: method and path.
type Asked = Arc<Mutex<Vec<String>>>;

async fn site(State(asked): State<Asked>, method: Method, uri: axum::http::Uri) -> axum::response::Response {
    asked.lock().unwrap().push(format!("{method} {}", uri.path()));
    let (status, to) = match (method.as_str(), uri.path()) {
        (_, "/moved") => (302, "/good"),
        (_, "/round") => (302, "/round"),
        (_, "/away") => (302, "ftp://elsewhere.cn/"),
        ("HEAD", "/headless") => (405, ""),
        (_, "/login") => (401, ""),
        (_, "/gone") => (404, ""),
        (_, "/broken") => (503, ""),
        _ => (200, ""),
    };
    let response = axum::http::Response::builder().status(status);
    let response = if to.is_empty() { response } else { response.header("location", to) };
    response.body(Body::empty()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_are_looked_at_one_a_host_and_never_inside() {
    let asked = Asked::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(site).with_state(asked.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("links.jsonl");
    let pages = ["good", "moved", "round", "away", "headless", "login", "gone", "broken"];
    let guide = |page: &&str| {
        let text = json!({"name": format!("事项{page}"), "task_code": page, "region_code": "150700", "online": true,
            "online_url": format!("{host}/{page}"), "materials": [{"name": "表"}], "provenance": {"*": ["unverified"]}});
        text.to_string() + "\n"
    };
    std::fs::write(&file, pages.iter().map(guide).collect::<String>()).unwrap();
    let house = House::set(&[file], |_| {}).await;
    let links = Links::of(Database::open(&house.file()).await.unwrap());
    let rules = LinkRules { check: true, host_seconds: 1, every_hours: 24, timeout_ms: 2_000, private: true };
    assert!(
        !LinkChecks::of(links.clone(), LinkRules::default()).unwrap().on(),
        "nobody looks unless it is set"
    );

    // Into the inner network only where that is set.
    let shy = LinkChecks::of(links.clone(), LinkRules { private: false, ..rules }).unwrap();
    let mut known = String::new();
    shy.round(&house.app.assist, &mut known, crate::house::today()).await.unwrap();
    assert!(asked.lock().unwrap().is_empty());
    let list = links.list(20).await.unwrap();
    assert_eq!((list.len(), list[0].failure.as_deref()), (pages.len(), Some("not_public")));

    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(house.file())).await.unwrap();
    sqlx::raw_sql("UPDATE link SET failures = 0, failure = NULL, checked_at = NULL, due_at = 0")
        .execute(&pool)
        .await
        .unwrap();
    let bold = LinkChecks::of(links.clone(), rules).unwrap();
    let begun = std::time::Instant::now();
    for nth in 1..=pages.len() {
        bold.round(&house.app.assist, &mut known, crate::house::today()).await.unwrap();
        let list = links.list(20).await.unwrap();
        let looked = list.iter().filter(|link| link.checked_at.is_some()).count();
        assert_eq!(looked, nth, "one address of a host a round");
    }
    let requests = asked.lock().unwrap().len();
    assert!(
        begun.elapsed() >= Duration::from_secs(requests as u64 - 1),
        "{requests} in {:?}",
        begun.elapsed()
    );
    let found: BTreeSet<(String, Option<String>, Option<u16>)> = links
        .list(20)
        .await
        .unwrap()
        .into_iter()
        .map(|link| (link.url.rsplit('/').next().unwrap().to_owned(), link.failure, link.status))
        .collect();
    let want = [
        ("good", None, Some(200)),
        ("moved", None, Some(200)),
        ("round", Some("redirects"), None),
        ("away", Some("not_public"), None),
        ("headless", None, Some(200)),
        ("login", None, Some(401)),
        ("gone", Some("gone"), Some(404)),
        ("broken", Some("server"), Some(503)),
    ];
    let want = want.map(|(page, failure, status)| (page.to_owned(), failure.map(str::to_owned), status));
    assert_eq!(found, BTreeSet::from(want));
    assert!(
        asked.lock().unwrap().contains(&"GET /headless".to_owned()),
        "what knows no HEAD is asked for the page"
    );
}
