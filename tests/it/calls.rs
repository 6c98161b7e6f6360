//! What is said on the telephone: signed, told to the one agent who has the call, masked, once, and kept nowhere.

use crate::api::as_documented;
use crate::house::{House, Reply, fixture, root};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use bangban::desk::Role;
use bangban::store::{Algorithm, Signer};
use futures_util::{SinkExt, StreamExt};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

const KEY: &str = "a key of the telephone, 32 characters";
const PATH: &str = "/api/v1/desk/transcript";

/// The service with a key; the folder holds it.
async fn house() -> (tempfile::TempDir, House) {
    let dir = tempfile::tempdir().unwrap();
    let key = dir.path().join("telephone.key");
    std::fs::write(&key, format!("{KEY}\n")).unwrap();
    let house = House::set(&[fixture()], |config| config.transcript.key = Some(key)).await;
    (dir, house)
}

fn said(agent: &str, call: &str, seq: u64, text: &str) -> Value {
    json!({"agent": agent, "call": call, "seq": seq, "speaker": "caller", "text": text, "at": "2026-11-27T01:02:03Z"})
}

fn signature(key: &str, stamp: i64, body: &str) -> String {
    let signer = Signer::of(key, Algorithm::Sha256).unwrap();
    format!("v1={}", signer.sign_hex(format!("{stamp}.{body}").as_bytes()))
}

async fn send(house: &House, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut request = Request::post(PATH).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    house.call(request.body(Body::from(body.to_owned())).unwrap()).await
}

/// Sends a sentence as the telephone system does.
async fn hear(house: &House, body: &Value) -> Reply {
    let (stamp, body) = (Timestamp::now().as_second(), body.to_string());
    let stamped = stamp.to_string();
    let headers =
        [("bangban-timestamp", stamped.as_str()), ("bangban-signature", &signature(KEY, stamp, &body))];
    send(house, &headers, &body).await
}

/// Calls the route of this file with success, against the document.
pub async fn documented(document: &Value) -> BTreeSet<(String, String)> {
    let (_dir, house) = house().await;
    house.staff("0101", &[Role::Agent]).await;
    for (agent, status) in [("0101", 200), ("0199", 404)] {
        let reply = hear(&house, &said(agent, "c", 1, "您好")).await;
        assert_eq!(reply.status, status, "{}", reply.text());
        as_documented(document, "post", PATH, &reply);
    }
    BTreeSet::from([("post".to_owned(), PATH.to_owned())])
}

/// A desk's line.
struct Line(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Line {
    async fn open(house: &House, address: SocketAddr, cookie: &str) -> Line {
        let ticket = house.desk(cookie, "POST", "/api/v1/desk/socket-ticket", Some(json!({}))).await.json();
        let mut request = format!("ws://{address}/api/v1/desk/socket").into_client_request().unwrap();
        let protocol = format!("bangban.v1, ticket.{}", ticket["ticket"].as_str().unwrap());
        request.headers_mut().insert("origin", format!("http://{address}").parse().unwrap());
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        socket.send(Message::text(json!({"v": 1, "type": "resume"}).to_string())).await.unwrap();
        let mut line = Line(socket);
        assert_eq!(line.next().await["type"], "ready");
        line
    }

    async fn next(&mut self) -> Value {
        loop {
            let told = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await.unwrap();
            if let Message::Text(text) = told.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// The next sentence: call, number and words.
    async fn sentence(&mut self) -> (String, u64, String) {
        let told = self.next().await;
        assert_eq!((&told["type"], &told["seq"]), (&json!("call.said"), &Value::Null), "{told}");
        let data = &told["data"];
        let text = |name: &str| data[name].as_str().unwrap().to_owned();
        assert_eq!((text("speaker").as_str(), text("at").as_str()), ("caller", "2026-11-27T01:02:03Z"));
        (text("call"), data["seq"].as_u64().unwrap(), text("text"))
    }

    /// Whether nothing was told: what is asked for is answered next.
    async fn silent(&mut self) -> bool {
        self.0.send(Message::text(json!({"v": 1, "type": "ping"}).to_string())).await.unwrap();
        self.next().await["type"] == "pong"
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sentence_reaches_the_one_agent_who_has_the_call_masked_and_once() {
    let (_dir, house) = house().await;
    let (wang, li) = (house.staff("0101", &[Role::Agent]).await, house.staff("0102", &[Role::Agent]).await);
    let boss = house.staff("0001", &[Role::Supervisor]).await;
    let listener = bangban::http::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let service = tokio::spawn(bangban::http::serve(listener, house.app.clone(), async move {
        let _ = stopped.await;
    }));
    let first = hear(&house, &said("0101", "ring-one", 1, "我身份证丢了。")).await;
    assert_eq!(first.json(), json!({"taken": true, "open": false}));

    // Who opens the line hears what was said so far, and then each sentence.
    let mut mine = Line::open(&house, address, &wang).await;
    let mut others = [Line::open(&house, address, &li).await, Line::open(&house, address, &boss).await];
    let own = |seq: u64, text: &str| ("ring-one".to_owned(), seq, text.to_owned());
    assert_eq!(mine.sentence().await, own(1, "我身份证丢了。"));
    let second = said("0101", "ring-one", 2, "电话是13800138000，身份证150702199001011234。");
    assert_eq!(hear(&house, &second).await.json(), json!({"taken": true, "open": true}));
    let (_, _, text) = mine.sentence().await;
    assert!(text.contains("138****8000") && !text.contains("199001011234"), "{text}");

    // Again: known, and told to nobody.
    assert_eq!(hear(&house, &second).await.json(), json!({"taken": false, "open": true}));
    assert!(mine.silent().await);
    assert_eq!(hear(&house, &said("0102", "c-2", 1, "退休咋办")).await.status, 200);
    let (call, _, text) = others[0].sentence().await;
    assert_eq!((call.as_str(), text.as_str()), ("c-2", "退休咋办"));
    assert!(mine.silent().await, "another agent's call");
    assert!(others[1].silent().await, "a supervisor listens to no call of others");
    assert!(others[0].silent().await);

    // A second window, and one that comes back: the call that he has, from its beginning.
    let mut again = Line::open(&house, address, &wang).await;
    assert_eq!((again.sentence().await.1, again.sentence().await.1), (1, 2));
    hear(&house, &said("0101", "c-3", 1, "您好")).await;
    for line in [&mut mine, &mut again] {
        assert_eq!(line.sentence().await.0, "c-3");
    }
    let late = hear(&house, &said("0101", "ring-one", 3, "再见")).await;
    assert_eq!(late.json()["taken"], false, "that call is over");
    let mut anew = Line::open(&house, address, &wang).await;
    assert_eq!(anew.sentence().await.0, "c-3");
    assert!(anew.silent().await);

    // Nothing of it is kept. What is looked for is long enough not to stand in a hash by chance.
    let mut kept = std::fs::read(house.file()).unwrap();
    kept.extend(std::fs::read(house.file().with_extension("sqlite-wal")).unwrap_or_default());
    let kept = String::from_utf8_lossy(&kept);
    assert!(kept.contains("session.opened"), "the store is read");
    for said in ["我身份证丢了", "****8000", "0138000", "19900101", "ring-one"] {
        assert!(!kept.contains(said), "{said}");
    }
    let _ = stop.send(());
    house.stop.send_replace(true);
    service.await.unwrap().unwrap();
}

#[tokio::test]
async fn only_what_is_signed_now_and_whole_is_taken() {
    let (_dir, house) = house().await;
    house.staff("0101", &[Role::Agent]).await;
    let admin = house.staff("0009", &[Role::Admin]).await;
    house.staff("0301", &[Role::Helper]).await;
    let body = said("0101", "c", 1, "您好").to_string();
    let now = Timestamp::now().as_second();
    let good = signature(KEY, now, &body);
    let other = signature("another key, of 32 characters too", now, &body);
    let altered = body.replace("您好", "您 好");
    let stamp = now.to_string();
    let (early, late) = (now - 301, now + 302);
    let (early_stamp, late_stamp) = (early.to_string(), late.to_string());
    let (early_mac, late_mac) = (signature(KEY, early, &body), signature(KEY, late, &body));
    let signer = Signer::of(KEY, Algorithm::Sha256).unwrap();
    let wordy = format!("v1={}", signer.sign_hex(format!("soon.{body}").as_bytes()));
    for (time, mac, body, why) in [
        (None, None, &body, "none"),
        (Some(&stamp), None, &body, "none"),
        (None, Some(&good), &body, "none"),
        (Some(&stamp), Some(&good.replace("v1=", "v2=")), &body, "none"),
        (Some(&stamp), Some(&other), &body, "signature"),
        (Some(&stamp), Some(&good), &altered, "signature"),
        (Some(&(now - 1).to_string()), Some(&good), &body, "signature"),
        (Some(&stamp), Some(&"v1=".to_owned()), &body, "signature"),
        (Some(&early_stamp), Some(&early_mac), &body, "time"),
        (Some(&late_stamp), Some(&late_mac), &body, "time"),
        (Some(&"soon".to_owned()), Some(&wordy), &body, "time"),
    ] {
        let headers = [("bangban-timestamp", time), ("bangban-signature", mac)];
        let headers: Vec<(&str, &str)> =
            headers.into_iter().filter_map(|(name, value)| Some((name, value?.as_str()))).collect();
        let reply = send(&house, &headers, body).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{why}: {}", reply.text());
        assert_eq!(reply.json()["type"], "/problems/bad-signature");
        let wanted = bangban::store::Wanted { before: Some(i64::MAX), limit: 1, ..Default::default() };
        let row = house.app.audit.list(&wanted).await.unwrap().remove(0);
        let row = [row.actor.as_str(), &row.action, &row.subject, &row.detail];
        assert_eq!(row, ["nobody", "refused.signature", "POST /api/v1/desk/transcript", why]);
    }
    let with = |field: &str, value: Value| {
        let mut body = said("0101", "c", 1, "您好");
        body[field] = value;
        body
    };
    for (body, status, word) in [
        (with("agent", json!("0199")), 404, "工号"),
        (with("agent", json!("0009")), 404, "工号"),
        (with("agent", json!("0301")), 404, "工号"),
        (with("speaker", json!("dog")), 422, "speaker"),
        (with("text", json!(" ")), 422, "text"),
        (with("text", json!("字".repeat(501))), 422, "text"),
        (with("call", json!("")), 422, "call"),
        (with("call", json!("a b")), 422, "call"),
        (with("call", json!("c".repeat(65))), 422, "call"),
        (with("at", json!("now")), 422, "at"),
        (with("seq", json!(-1)), 400, "seq"),
        (with("text", json!("x".repeat(20_000))), 413, "too-large"),
        (with("further", json!(1)), 200, "taken"),
    ] {
        let reply = hear(&house, &body).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text());
        assert!(reply.text().contains(word), "{body}: {}", reply.text());
    }
    // A disabled account hears nothing.
    let list = house.desk(&admin, "GET", "/api/v1/admin/accounts", None).await.json();
    let agent = list["accounts"].as_array().unwrap().iter().find(|a| a["number"] == "0101").unwrap();
    let path = format!("/api/v1/admin/accounts/{}", agent["id"].as_str().unwrap());
    house.desk(&admin, "PATCH", &path, Some(json!({"disabled": true}))).await;
    assert_eq!(hear(&house, &said("0101", "c", 2, "您好")).await.status, 404);

    // Without a key there is no such route.
    let plain = House::open().await;
    assert_eq!(hear(&plain, &said("0101", "c", 1, "您好")).await.json()["type"], "/problems/no-such-path");
}

/// The worked example of `docs/TRANSCRIPT.md`, byte for byte.
#[test]
fn the_documents_example_is_signed_so() {
    let document = std::fs::read_to_string(root().join("docs/TRANSCRIPT.md")).unwrap();
    let body = r#"{"agent":"0101","call":"20261127-000017","seq":1,"speaker":"caller","text":"我身份证丢了，想补一个。","at":"2026-11-27T01:02:03Z"}"#;
    let signature = signature(KEY, 1_795_741_323, body);
    for part in [KEY, "1795741323", body, &signature] {
        assert!(document.contains(part), "docs/TRANSCRIPT.md must hold\n{part}");
    }
}
