//! On to the application: the right address, a ticket that the portal can trust, the way to a counter.

use crate::api::as_documented;
use crate::house::{House, Reply, fixture};
use axum::body::Body;
use axum::http::Request;
use bangban::assist::{Ticket, Tickets};
use bangban::desk::{Holidays, Role, china};
use bangban::store::{Algorithm, Link, Links, Signer, Wanted};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// What a portal does with a ticket, after `docs/TICKET.md`: the reference receiver.
struct Portal {
    key: String,
    taken: HashSet<String>,
}

impl Portal {
    fn new(key: &str) -> Portal {
        Portal { key: key.to_owned(), taken: HashSet::new() }
    }

    fn accept(&mut self, text: &str, now: i64) -> Result<Value, &'static str> {
        let parts: Vec<&str> = text.split('.').collect();
        let &["v1", algorithm, payload, mac] = parts.as_slice() else { return Err("form") };
        let signed = format!("v1.{algorithm}.{payload}");
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| "form")?;
        // The receiver decides what it takes; the ticket only says what it is.
        let good = match algorithm {
            "hs256" => Hmac::<sha2::Sha256>::new_from_slice(self.key.as_bytes())
                .unwrap()
                .chain_update(&signed)
                .verify_slice(&mac)
                .is_ok(),
            "hsm3" => Hmac::<sm3::Sm3>::new_from_slice(self.key.as_bytes())
                .unwrap()
                .chain_update(&signed)
                .verify_slice(&mac)
                .is_ok(),
            _ => return Err("algorithm"),
        };
        if !good {
            return Err("signature");
        }
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| "form")?;
        let ticket: Value = serde_json::from_slice(&payload).map_err(|_| "form")?;
        let time = |name: &str| ticket[name].as_i64().ok_or("form");
        // A minute for clocks that differ.
        if now >= time("expires_at")? || now < time("issued_at")? - 60 {
            return Err("time");
        }
        match self.taken.insert(ticket["id"].as_str().ok_or("form")?.to_owned()) {
            true => Ok(ticket),
            false => Err("replay"),
        }
    }
}

/// Guides for this: the small catalog, and some with addresses and places.
fn guides() -> (tempfile::TempDir, Vec<PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("more.jsonl");
    let guide = |code: &str, name: &str, more: Value| {
        let mut guide = json!({
            "name": name, "task_code": code, "item_type": "公共服务", "region_code": "150700",
            "materials": [{"name": "申请表"}],
            "provenance": {"*": ["page:https://example.cn/g@2026-03-02"]},
        });
        guide.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        guide.to_string() + "\n"
    };
    let text = [
        guide("D1", "取水许可", json!({
            "online": true, "online_url": "https://portal.example.cn/qs?item=1#/apply", "app_url": "https://app.example.cn/qs",
            "business_items": [{"name": "首次申请"}, {"name": "延续"}],
            "situations": [{"id": "well", "question": "打井吗？", "options": [{"id": "yes", "label": "打"}, {"id": "no", "label": "不打"}]}],
            "places": [{"name": "某政务服务中心", "address": "某路1号", "window": "3号窗口", "hours": "周一至周五 0:00-24:00", "phone": "0470-1234567"},
                       {"name": "某便民点", "hours": "以公示为准"}],
            "supports": {"appointment": true}, "updated_at": "2026-03-02",
        })),
        guide("D2", "旧指南的事项", json!({"online": true, "online_url": "https://portal.example.cn/old", "updated_at": "2023-01-01"})),
        guide("D3", "只能现场的事项", json!({"online": false, "places": [{"name": "某所", "hours": "周一至周五 9:00-12:00"}]})),
        guide("D4", "手机办的事项", json!({"online": true, "mobile_url": "https://m.example.cn/x"})),
        guide("D5", "外头的事项", json!({"online": true, "online_url": "https://elsewhere.example.com/x"})),
    ]
    .concat();
    std::fs::write(&file, text).unwrap();
    (dir, vec![fixture(), file])
}

async fn open(algorithm: Algorithm) -> (tempfile::TempDir, House) {
    let (dir, paths) = guides();
    let key = dir.path().join("portal.key");
    std::fs::write(&key, format!("{KEY}\n")).unwrap();
    let house = House::set(&paths, |config| {
        config.apply.key = Some(key);
        config.apply.algorithm = algorithm;
        config.apply.hosts = vec!["example.cn".into()];
        // Nobody looks here; what was seen is written by the tests.
        config.links.check = true;
    })
    .await;
    (dir, house)
}

async fn go(house: &House, code: &str, body: Value, token: Option<&str>) -> Reply {
    let mut request =
        Request::post(format!("/api/v1/items/{code}/apply")).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    house.call(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Calls both operations with success, each answer against the document.
pub async fn documented(house: &House, document: &Value) -> BTreeSet<(String, String)> {
    let code = "B15000000000000000000000000002";
    let template = "/api/v1/items/{code}/apply";
    let mut called = BTreeSet::new();
    for (query, status) in
        [("", 200), ("?channel=terminal", 200), ("?channel=fax", 422), ("?region=150702", 200)]
    {
        let reply = house.get(&format!("/api/v1/items/{code}/apply{query}")).await;
        assert_eq!(reply.status, status, "{query}: {}", reply.text());
        as_documented(document, "get", template, &reply);
    }
    let hall = house.get("/api/v1/items/150100000001/apply?region=152502").await;
    as_documented(document, "get", template, &hall);
    called.insert(("get".to_owned(), template.to_owned()));
    for (body, status) in
        [(json!({}), 200), (json!({"channel":"terminal"}), 409), (json!({"region":"1"}), 404)]
    {
        let reply = go(house, code, body, None).await;
        assert_eq!(reply.status, status, "{}", reply.text());
        as_documented(document, "post", template, &reply);
    }
    called.insert(("post".to_owned(), template.to_owned()));
    called
}

#[tokio::test]
async fn a_ticket_carries_what_was_settled_and_is_taken_once() {
    for algorithm in [Algorithm::Sha256, Algorithm::Sm3] {
        let (_dir, house) = open(algorithm).await;
        let begun = house.post("/api/v1/conversations", json!({"region":"150702"}).to_string()).await.json();
        let (id, token) = (begun["id"].as_str().unwrap(), begun["token"].as_str().unwrap());
        let body = json!({
            "region": "150702", "conversation": id,
            "answers": {"item": ["延续"], "well": ["no", "maybe"], "name": ["张三 13812345678"]},
        });
        let reply = go(&house, "D1", body, Some(token)).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let online = reply.json()["online"].clone();
        let ticket = online["ticket"].as_str().unwrap();
        assert_eq!(online["url"], "https://portal.example.cn/qs?item=1#/apply");
        let with = format!("https://portal.example.cn/qs?item=1&bangban_ticket={ticket}#/apply");
        assert_eq!(online["open_url"], with);
        assert_eq!(online["citation"]["sources"][0]["kind"], "page");
        let now = Timestamp::now().as_second();
        let mut portal = Portal::new(KEY);
        let read = portal.accept(ticket, now).unwrap();
        assert_eq!(read["guide"], "D1");
        assert_eq!((&read["region"], &read["channel"]), (&json!("150702"), &json!("pc")));
        // Only what the guide asks, with options that it has: nobody's name goes along.
        assert_eq!(read["answers"], json!({"item": ["延续"], "well": ["no"]}));
        assert_eq!(read["conversation"], id);
        assert_eq!(read["expires_at"].as_i64().unwrap() - read["issued_at"].as_i64().unwrap(), 600);

        assert_eq!(portal.accept(ticket, now), Err("replay"));
        let fresh = || Portal::new(KEY);
        assert_eq!(fresh().accept(ticket, now + 600), Err("time"));
        assert_eq!(fresh().accept(ticket, now - 3600), Err("time"));
        assert_eq!(Portal::new("another key of the same length..").accept(ticket, now), Err("signature"));
        let parts: Vec<&str> = ticket.split('.').collect();
        let mut altered = read.clone();
        altered["region"] = json!("150100");
        let payload = URL_SAFE_NO_PAD.encode(altered.to_string());
        assert_eq!(fresh().accept(&format!("v1.{}.{payload}.{}", parts[1], parts[3]), now), Err("signature"));
        let other = if parts[1] == "hs256" { "hsm3" } else { "hs256" };
        assert_eq!(fresh().accept(&ticket.replacen(parts[1], other, 1), now), Err("signature"));
        assert_eq!(fresh().accept(&ticket.replacen(parts[1], "none", 1), now), Err("algorithm"));
        for broken in ["", "v1", "v2.hs256.a.b", &ticket[1..]] {
            assert_eq!(fresh().accept(broken, now), Err("form"), "{broken}");
        }
    }
}

#[tokio::test]
async fn a_conversation_goes_along_with_its_own_token_only() {
    let (_dir, house) = open(Algorithm::Sha256).await;
    let begin = async || house.post("/api/v1/conversations", "{}").await.json();
    let (one, other) = (begin().await, begin().await);
    let body = json!({"conversation": one["id"]});
    assert_eq!(go(&house, "D1", body.clone(), None).await.status, 401);
    assert_eq!(go(&house, "D1", body.clone(), other["token"].as_str()).await.status, 404);
    assert_eq!(go(&house, "D1", body, one["token"].as_str()).await.status, 200);
    // Whoever shows the token of another conversation is told no more than a stranger, and written down.
    let path = format!("/api/v1/conversations/{}", one["id"].as_str().unwrap());
    let shown = async |token: &str| {
        let request = Request::get(&path).header("authorization", format!("Bearer {token}"));
        let reply = house.call(request.body(Body::empty()).unwrap()).await;
        let told = reply.json();
        (reply.status.as_u16(), told["type"].clone(), told["title"].clone(), told["detail"].clone())
    };
    let stolen = shown(other["token"].as_str().unwrap()).await;
    assert_eq!(stolen, shown("nobody's").await);
    assert_eq!(stolen.0, 404);
    let wanted = Wanted { action: Some("refused.token"), limit: 9, ..Default::default() };
    let rows = house.app.audit.list(&wanted).await.unwrap();
    let subjects: Vec<&str> = rows.iter().map(|row| row.subject.as_str()).collect();
    assert_eq!(subjects, ["POST /api/v1/items/{code}/apply", "GET /api/v1/conversations/{id}"]);
    assert!(rows.iter().all(|row| row.actor == "nobody"));
    let links = Links::of(bangban::store::Database::open(&house.file()).await.unwrap());
    let item = house.get("/api/v1/items/D1/apply").await.json()["item"].as_str().unwrap().to_owned();
    assert_eq!(links.clicks(&item).await.unwrap(), 1, "who was refused did not go on");
}

#[tokio::test]
async fn each_way_says_where_or_why_not() {
    let (_dir, house) = open(Algorithm::Sha256).await;
    for (code, query, url, reason, others) in [
        ("D1", "", Some("https://portal.example.cn/qs?item=1#/apply"), None, json!(["app"])),
        ("D1", "?channel=app", Some("https://app.example.cn/qs"), None, json!(["pc"])),
        ("D1", "?channel=terminal", None, Some("other_channel"), json!(["pc", "app"])),
        ("D1", "?region=152500", None, Some("elsewhere"), json!([])),
        ("D2", "", None, Some("stale"), json!([])),
        ("D2", "?channel=app", None, Some("stale"), json!([])),
        ("D3", "", None, Some("on_site"), json!([])),
        ("D4", "", None, Some("other_channel"), json!(["app", "mini_program"])),
        ("D4", "?channel=mini_program", Some("https://m.example.cn/x"), None, json!(["app"])),
        ("D5", "", None, Some("not_allowed"), json!([])),
        ("150100000001", "?region=150702", None, Some("not_stated"), json!([])),
    ] {
        let reply = house.get(&format!("/api/v1/items/{code}/apply{query}")).await.json();
        assert_eq!(reply["online"]["url"].as_str(), url, "{code}{query}: {reply}");
        assert_eq!(reply["reason"].as_str(), reason, "{code}{query}");
        assert_eq!(reply["other_channels"], others, "{code}{query}");
        assert_eq!(reply["reason_text"].is_null(), reason.is_none(), "{code}{query}");
        assert!(reply["online"]["ticket"].is_null(), "looking makes no ticket");
        if reason.is_some() {
            let (path, question) = query.split_once('=').unwrap_or(("", ""));
            let body = if path.is_empty() { json!({}) } else { json!({ (&path[1..]): question }) };
            assert_eq!(go(&house, code, body, None).await.status, 409, "{code}{query}");
        }
    }
}

#[tokio::test]
async fn a_counter_tells_its_hours_as_far_as_they_can_be_read() {
    let (_dir, house) = open(Algorithm::Sha256).await;
    let offline = house.get("/api/v1/items/D1/apply").await.json()["offline"].clone();
    assert!(offline["notice"].is_null());
    let places = offline["places"].as_array().unwrap();
    assert_eq!((places.len(), &places[0]["name"]), (2, &json!("某政务服务中心")));
    let labels: Vec<&str> =
        places[0]["lines"].as_array().unwrap().iter().map(|l| l["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["地址", "窗口", "办公时间", "电话"]);
    assert!(
        places[0]["lines"].as_array().unwrap().iter().all(|l| l["citation"]["sources"][0]["kind"] == "page")
    );
    // 24:00 is no time of a day: what can't be read is shown and not interpreted.
    assert!(places[0]["open_now"].is_null() && places[1]["open_now"].is_null());
    assert_eq!(offline["appointment"]["value"], "可以");
    assert_eq!(offline["consult"]["text"], "指南未载明");
    // A guide without places: the hall, as a record of its own.
    let hall = house.get("/api/v1/items/150100000001/apply?region=152502").await.json()["offline"].clone();
    assert!(hall["notice"].as_str().unwrap().contains("大厅"));
    assert_eq!(hall["places"][0]["hall"]["code"], "152500");
    assert!(hall["places"][0]["open_now"].is_null(), "its hours speak of appointments: {hall}");
    let known = house.get("/api/v1/items/D3/apply").await.json()["offline"]["places"][0].clone();
    let Some(open) = known["open_now"].as_bool() else {
        // The holidays of the year to come are announced in its autumn before.
        let holidays: Holidays = toml::from_str(include_str!("../../corpus/holidays.toml")).unwrap();
        let soon =
            jiff::tz::TimeZone::UTC.to_datetime(Timestamp::now() + SignedDuration::from_hours(24 * 21));
        assert!(!holidays.know(soon.year()), "{known}");
        return;
    };
    let when = known[if open { "closes_at" } else { "next_opening" }].as_str().unwrap();
    let when: Timestamp = when.parse().unwrap();
    let ahead = when.duration_since(Timestamp::now());
    assert!(ahead > SignedDuration::ZERO && ahead < SignedDuration::from_hours(24 * 12), "{known}");
    assert!(known["text"].as_str().unwrap().contains("开门"));
}

#[tokio::test]
async fn a_published_day_reaches_the_counters_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let now = china().to_datetime(Timestamp::now());
    // Hours that are far from now, so that the next opening is the same for as long as this takes.
    let hour = (now.hour() + 12) % 24;
    let guide = json!({
        "name": "看日历的事项", "task_code": "D6", "item_type": "公共服务", "region_code": "150700",
        "places": [{ "name": "某所", "hours": format!("周一至周五 {hour}:00-{hour}:30") }],
        "provenance": { "*": ["page:https://example.cn/g@2026-03-02"] },
    });
    std::fs::write(dir.path().join("one.jsonl"), guide.to_string() + "\n").unwrap();
    let known = |year: i16| format!("[[year]]\nyear = {year}\nsource = \"x\"\ndays_off = []\nmake_up = []\n");
    let holidays = dir.path().join("holidays.toml");
    std::fs::write(&holidays, known(now.year()) + &known(now.year() + 1)).unwrap();
    let house = House::set(&[fixture(), dir.path().join("one.jsonl")], |config| {
        config.desk.holidays = Some(holidays);
    })
    .await;
    let next = async || {
        let place = house.get("/api/v1/items/D6/apply").await.json()["offline"]["places"][0].clone();
        assert_eq!(place["open_now"], false, "{place}");
        place["next_opening"].as_str().unwrap()[..10].to_owned()
    };
    let (one, other) =
        (house.staff("one", &[Role::Editor]).await, house.staff("other", &[Role::Editor]).await);
    let before = next().await;
    let change = json!({ "kind": "day", "day": before, "worked": false, "note": "停电检修" });
    let made = house.desk(&one, "POST", "/api/v1/content", Some(change)).await.json();
    assert_eq!(next().await, before, "what is only written doesn't count");
    let decide = async |cookie: &str, what: &str| {
        let path = format!("/api/v1/content/{}/{what}", made["id"].as_str().unwrap());
        let reply = house.desk(cookie, "POST", &path, None).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    };
    decide(&other, "publish").await;
    assert!(next().await > before);
    decide(&other, "withdraw").await;
    assert_eq!(next().await, before);
}

#[tokio::test]
async fn a_dead_address_is_offered_no_longer_and_comes_back() {
    let (_dir, house) = open(Algorithm::Sha256).await;
    let links = Links::of(bangban::store::Database::open(&house.file()).await.unwrap());
    let now = Timestamp::now();
    let found = house.app.assist.links(crate::house::today()).unwrap();
    links.keep(&found, now).await.unwrap();
    let url = "https://portal.example.cn/qs?item=1#/apply";
    let card = async || {
        house.app.assist.search().set_dead(links.dead().await.unwrap());
        let card = house.get("/api/v1/items/D1").await.json()["card"].clone();
        (card["online_url"].is_null(), card["notices"].to_string().contains("打不开"))
    };
    let reason = async || house.get("/api/v1/items/D1/apply").await.json()["reason"].clone();
    for (failure, want) in [
        (Some("timeout"), Value::Null),
        (Some("server"), Value::Null),
        (Some("gone"), json!("dead")),
        (None, Value::Null),
    ] {
        links.looked(url, (None, failure), now, now).await.unwrap();
        assert_eq!(reason().await, want, "{failure:?}");
        // The card doesn't offer it either, and says why.
        assert_eq!(card().await, (!want.is_null(), !want.is_null()), "{failure:?}");
    }
    // What no guide has any more is forgotten; what is known of the others stays.
    links.looked(url, (Some(500), Some("server")), now, now).await.unwrap();
    let left: Vec<_> = found.into_iter().filter(|(known, _, _)| known == url).collect();
    links.keep(&left, now).await.unwrap();
    let list: Vec<Link> = links.list(10).await.unwrap();
    assert_eq!((list.len(), list[0].failures), (1, 1));
}

/// The worked example of `docs/TICKET.md`, byte for byte.
#[test]
fn the_documents_example_is_what_is_made() {
    let document = std::fs::read_to_string(crate::house::root().join("docs/TICKET.md")).unwrap();
    let ticket = Ticket {
        item: "150100000001".into(),
        guide: Some("A15070200000000000000000000001".into()),
        region: Some("150702".into()),
        answers: [("item", "丢失补领"), ("agent", "self")].into_iter().collect(),
        conversation: None,
        channel: "pc".into(),
        issued_at: 1_795_651_200,
        expires_at: 1_795_651_800,
        id: "01KB0000000000000000000000".into(),
    };
    for algorithm in [Algorithm::Sha256, Algorithm::Sm3] {
        let text = Tickets::of(Signer::of(KEY, algorithm).unwrap(), 10).text(&ticket);
        assert!(document.contains(&text), "docs/TICKET.md must hold\n{text}");
        assert_eq!(
            Portal::new(KEY).accept(&text, 1_795_651_200).unwrap()["id"],
            "01KB0000000000000000000000"
        );
    }
    assert!(document.contains(KEY));
}
