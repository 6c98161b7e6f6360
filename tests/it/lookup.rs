//! The look-up desks, the report of differences, the dashboard, and pages of other sites that carry the widget.

use crate::house::{HOST, House, Reply, encoded};
use axum::body::Body;
use axum::http::Request;
use bangban::desk::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The card of 居民身份证办理.
const CARD: &str = "150100000001";

/// Calls every operation of the look-up desks with success, as the document has it.
pub async fn documented(house: &House, document: &Value) -> BTreeSet<(String, String)> {
    let clerk = house.staff("doc-lookup", &[Role::Helper, Role::Supervisor, Role::Editor]).await;
    let mut called = BTreeSet::new();
    let mut report = String::new();
    let mut notice = String::new();
    let mut wrapup = String::new();
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(2);
    let q = encoded("身份证丢了");
    let visit = json!({ "region": "150702", "members": [{ "who": "爷爷", "item": CARD, "answers": { "item": ["丢失补领"] } }] });
    for (method, template, path, body, status) in [
        ("get", "/desk/lookup", format!("/desk/lookup?q={q}&region=150702"), None, 200),
        ("get", "/desk/lookup", "/desk/lookup?q=".into(), None, 422),
        ("get", "/desk/guides", format!("/desk/guides?q={q}&region=150702"), None, 200),
        ("get", "/desk/guides", format!("/desk/guides?q={q}&online=yes"), None, 422),
        ("get", "/items/{code}/script", format!("/items/{CARD}/script?region=150702"), None, 200),
        (
            "get",
            "/items/{code}/checklist.pdf",
            format!("/items/{CARD}/checklist.pdf?region=150702"),
            None,
            200,
        ),
        ("get", "/items/{code}/checklist.png", format!("/items/{CARD}/checklist.png"), None, 200),
        (
            "get",
            "/items/{code}/notice.pdf",
            format!("/items/{CARD}/notice.pdf?missing={}", encoded("居民户口簿")),
            None,
            200,
        ),
        ("get", "/items/{code}/notice.png", format!("/items/{CARD}/notice.png?missing=x"), None, 422),
        ("get", "/items/{code}/notice.png", format!("/items/{CARD}/notice.png"), None, 200),
        ("post", "/notices", "/notices".into(), Some(json!({ "text": "今天系统维护", "until": later })), 201),
        ("get", "/notices", "/notices?region=150702".into(), None, 200),
        ("delete", "/notices/{id}", "/notices/{notice}".into(), None, 204),
        (
            "post",
            "/wrapups",
            "/wrapups".into(),
            Some(json!({ "item": CARD, "solved": false, "gap": "wrong" })),
            201,
        ),
        ("post", "/wrapups", "/wrapups".into(), Some(json!({ "solved": true, "gap": "other" })), 422),
        ("get", "/wrapups", "/wrapups?gap=any&state=open".into(), None, 200),
        ("post", "/wrapups/{id}/settle", "/wrapups/{wrapup}/settle".into(), None, 200),
        ("post", "/wrapups/{id}/settle", "/wrapups/{wrapup}/settle".into(), None, 409),
        (
            "post",
            "/reports",
            "/reports".into(),
            Some(
                json!({ "item": CARD, "region": "150702", "field": "promised_limit", "text": "窗口说是 30 天" }),
            ),
            201,
        ),
        ("get", "/reports", "/reports?mine=true&state=open".into(), None, 200),
        (
            "post",
            "/reports/{id}/settle",
            "/reports/{report}/settle".into(),
            Some(json!({ "state": "corrected" })),
            200,
        ),
        (
            "post",
            "/reports/{id}/settle",
            "/reports/{report}/settle".into(),
            Some(json!({ "state": "refused" })),
            409,
        ),
        ("post", "/desk/visit", "/desk/visit".into(), Some(visit), 200),
        ("post", "/desk/visit", "/desk/visit".into(), Some(json!({ "members": [] })), 422),
        ("get", "/desk/pack", "/desk/pack?region=150702".into(), None, 200),
        ("get", "/differences", "/differences".into(), None, 200),
        ("get", "/differences", "/differences?kind=missing&per_page=5".into(), None, 200),
        ("get", "/differences", "/differences?field=name".into(), None, 422),
        ("get", "/differences/export", "/differences/export?region=150700".into(), None, 200),
        ("get", "/figures", "/figures?from=2026-11-01&to=2026-11-30".into(), None, 200),
        ("get", "/figures", "/figures?from=2026-12-01&to=2026-11-30".into(), None, 422),
        ("get", "/figures/questions", "/figures/questions".into(), None, 200),
        ("get", "/figures/export", "/figures/export?what=days".into(), None, 200),
        ("get", "/figures/export", "/figures/export?what=all".into(), None, 422),
    ] {
        let path =
            path.replace("{report}", &report).replace("{notice}", &notice).replace("{wrapup}", &wrapup);
        let reply = house.desk(&clerk, &method.to_uppercase(), &format!("/api/v1{path}"), body).await;
        assert_eq!(reply.status.as_u16(), status, "{method} {path}: {}", reply.text());
        let template = format!("/api/v1{template}");
        let file = ["/export", ".pdf", ".png"].iter().any(|ending| template.ends_with(ending));
        if status != 204 && !(status == 200 && file) {
            crate::api::as_documented(document, method, &template, &reply);
        }
        if status == 201 {
            let id = || reply.json()["id"].as_str().unwrap().to_owned();
            match template.as_str() {
                "/api/v1/reports" => report = id(),
                "/api/v1/notices" => notice = id(),
                "/api/v1/wrapups" => wrapup = id(),
                _ => {}
            }
        }
        if status < 300 {
            called.insert((method.to_owned(), template));
        }
    }
    let other = house.staff("doc-other", &[Role::Editor]).await;
    let mut change = String::new();
    for (cookie, method, template, body, status) in [
        (&other, "post", "", Some(json!({ "kind": "synonym", "said": "小本本", "means": ["护照"] })), 201),
        (&other, "post", "", Some(json!({ "kind": "none" })), 422),
        (&clerk, "get", "/{id}/preview", None, 200),
        (&clerk, "post", "/{id}/publish", None, 200),
        (&clerk, "get", "", None, 200),
        (&clerk, "post", "/{id}/withdraw", None, 200),
        (&clerk, "post", "/{id}/withdraw", None, 409),
        (&other, "post", "", Some(json!({ "kind": "hours", "spans": ["09:00-12:00"] })), 201),
        (&clerk, "post", "/{id}/refuse", None, 200),
    ] {
        let path = format!("/api/v1/content{}", template.replace("{id}", &change));
        let reply = house.desk(cookie, &method.to_uppercase(), &path, body).await;
        assert_eq!(reply.status.as_u16(), status, "{method} {path}: {}", reply.text());
        let template = format!("/api/v1/content{template}");
        crate::api::as_documented(document, method, &template, &reply);
        if status == 201 {
            change = reply.json()["id"].as_str().unwrap().to_owned();
        }
        if status < 300 {
            called.insert((method.to_owned(), template));
        }
    }
    called
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_says_at_a_glance_what_the_guide_of_the_place_says() {
    let house = House::open().await;
    let clerk = house.staff("clerk", &[Role::Agent]).await;
    let path = format!("/api/v1/desk/lookup?q={}&region=150702", encoded("身份证丢了"));
    let found = house.desk(&clerk, "GET", &path, None).await.json();
    let row = &found["rows"][0];
    assert_eq!((row["name"].as_str(), row["fit"].as_str()), (Some("居民身份证办理"), Some("own")), "{row}");
    let item = row["business_item"].as_str().unwrap_or_default();
    let card = format!("/api/v1/items/{CARD}?region=150702&item={}", encoded(item));
    let card = house.get(&card).await.json()["card"].clone();
    assert_eq!(row["materials"], card["materials"]["list"].as_array().unwrap().len());
    let limit =
        card["limits"].as_array().unwrap().iter().find(|l| l["citation"]["field"] == "promised_limit");
    assert_eq!(row["days"], limit.unwrap()["value"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_aloud_is_fields_and_a_silent_guide_is_called_so() {
    let house = House::open().await;
    let path = format!("/api/v1/items/{CARD}/script?region=150702&item={}", encoded("丢失补领"));
    let script = house.get(&path).await.json();
    let lines = script["lines"].as_array().unwrap();
    let said = |field: &str| -> Vec<&str> {
        let of = lines.iter().filter(|line| line["field"].as_str().unwrap().starts_with(field));
        of.map(|line| line["text"].as_str().unwrap()).collect()
    };
    assert!(said("name")[0].contains("居民身份证办理"), "{script}");
    assert!(said("materials").concat().contains("挂失说明，原件一份"), "{script}");
    assert!(said("fees").concat().contains("四十元"), "{script}");
    assert!(lines.iter().all(|line| !line["text"].as_str().unwrap().contains("null")), "{script}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_has_one_list_with_everybody_who_needs_a_thing() {
    let house = House::open().await;
    let clerk = house.staff("clerk", &[Role::Helper]).await;
    let member = |who: &str, case: &str| json!({ "who": who, "item": CARD, "answers": { "item": [case] } });
    let body =
        json!({ "region": "150702", "members": [member("爷爷", "到期换领"), member("老大", "丢失补领")] });
    let visit = house.desk(&clerk, "POST", "/api/v1/desk/visit", Some(body)).await.json();
    let needs = |name: &str| -> Vec<String> {
        let list = visit["materials"].as_array().unwrap();
        let one = list.iter().find(|m| m["name"] == name).unwrap_or_else(|| panic!("{name}: {visit}"));
        one["for"].as_array().unwrap().iter().map(|f| f["who"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(needs("居民户口簿"), ["爷爷", "老大"]);
    assert_eq!(needs("挂失说明"), ["老大"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_stand_for_a_place_and_all_below_it_until_they_end() {
    let house = House::open().await;
    let editor = house.staff("editor", &[Role::Editor]).await;
    let at = |hours: i64| (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours)).to_string();
    let pin = async |text: &str, region: Option<&str>, until: String| {
        let body = json!({ "text": text, "region": region, "until": until });
        house.desk(&editor, "POST", "/api/v1/notices", Some(body)).await
    };
    assert_eq!(pin("电话 13800001111 找小王", Some("150700"), at(1)).await.status, 201);
    assert_eq!(pin("全区维护", None, at(1)).await.status, 201);
    assert_eq!(pin("昨天的", None, at(-1)).await.status, 422);
    assert_eq!(pin("太久", None, at(24 * 400)).await.status, 422);
    let shown = async |region: &str| -> Vec<String> {
        let list = house.get(&format!("/api/v1/notices?region={region}")).await.json()["notices"].clone();
        list.as_array().unwrap().iter().map(|n| n["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(shown("150702").await, ["全区维护", "电话 138****1111 找小王"]);
    assert_eq!(shown("150400").await, ["全区维护"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_is_reported_settled_once_and_its_author_sees_it() {
    let house = House::open().await;
    let clerk = house.staff("clerk", &[Role::Helper]).await;
    let other = house.staff("other", &[Role::Helper]).await;
    let editor = house.staff("editor", &[Role::Editor]).await;
    let body = json!({ "item": CARD, "region": "150702", "field": "materials/居民户口簿", "text": "不用复印件，我的号 13800001111" });
    let made = house.desk(&clerk, "POST", "/api/v1/reports", Some(body)).await.json();
    assert_eq!(
        (made["label"].as_str(), made["state"].as_str()),
        (Some("申请材料：居民户口簿"), Some("open"))
    );
    assert!(!made["text"].as_str().unwrap().contains("13800001111"), "{made}");
    let listed = async |cookie: &str| -> usize {
        let list = house.desk(cookie, "GET", "/api/v1/reports", None).await.json();
        list["reports"].as_array().unwrap().len()
    };
    assert_eq!((listed(&clerk).await, listed(&other).await, listed(&editor).await), (1, 0, 1));
    let path = format!("/api/v1/reports/{}/settle", made["id"].as_str().unwrap());
    let settle = async |cookie: &str, state: &str| {
        let body = json!({ "state": state, "note": "已改" });
        house.desk(cookie, "POST", &path, Some(body)).await.status.as_u16()
    };
    assert_eq!(settle(&clerk, "corrected").await, 403);
    assert_eq!(settle(&editor, "open").await, 422);
    assert_eq!(settle(&editor, "corrected").await, 200);
    assert_eq!(settle(&editor, "refused").await, 409);
    let seen = house.desk(&clerk, "GET", "/api/v1/reports?mine=true", None).await.json();
    assert_eq!(
        (seen["reports"][0]["state"].as_str(), seen["reports"][0]["note"].as_str()),
        (Some("corrected"), Some("已改"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_names_who_deviates_and_the_workbook_says_the_same() {
    let house = House::open().await;
    let analyst = house.staff("analyst", &[Role::Analyst]).await;
    let report = house.desk(&analyst, "GET", "/api/v1/differences?per_page=100", None).await.json();
    let rows = report["rows"].as_array().unwrap();
    assert!(!rows.is_empty(), "{report}");
    for row in rows {
        // What the report says of places is what their guides say.
        let variant = &row["variants"][0];
        let place = variant["places"][0]["code"].as_str().unwrap();
        let (code, field) = (row["code"].as_str().unwrap(), row["field"].as_str().unwrap());
        let base = row["compare"][0].as_str().unwrap();
        if base == place {
            continue;
        }
        let compared =
            house.get(&format!("/api/v1/items/{code}/compare?regions={base},{place}")).await.json();
        let list = compared["rows"].as_array().unwrap();
        let shown = list.iter().find(|r| r["field"] == field).unwrap();
        assert_eq!(shown["differs"], true, "{row} {shown}");
        assert_eq!(shown["values"][1], variant["value"], "{row}");
    }
    let people: Vec<u64> = rows.iter().map(|row| row["people"].as_u64().unwrap()).collect();
    assert!(people.is_sorted_by(|a, b| a >= b), "{people:?}");
    let none = house.desk(&analyst, "GET", "/api/v1/differences?region=152900", None).await.json();
    assert_eq!(none["found"], 0, "nobody there deviates");
    let book = house.desk(&analyst, "GET", "/api/v1/differences/export", None).await;
    assert!(book.bytes.starts_with(b"PK"), "a workbook is a zip file");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_counts_turns_and_groups_what_nobody_could_answer() {
    let house = House::open().await;
    let analyst = house.staff("analyst", &[Role::Analyst]).await;
    let begun = house.post("/api/v1/conversations", json!({ "region": "150702" }).to_string()).await.json();
    let (id, token) = (begun["id"].as_str().unwrap(), begun["token"].as_str().unwrap());
    for text in ["身份证丢了", "修一辆自行车要什么手续，电话 13800001111", "那要多少钱"]
    {
        let request = Request::post(format!("/api/v1/conversations/{id}/messages"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(json!({ "text": text }).to_string()))
            .unwrap();
        assert_eq!(house.call(request).await.status, 201, "{text}");
    }
    let day = jiff::Timestamp::now().to_string();
    // The window's days are those of Inner Mongolia; the real clock writes the turns.
    let (from, to) = ("2026-01-01", "2026-12-31");
    assert!(day.starts_with("20"), "{day}");
    let path = format!("/api/v1/figures?from={from}&to={to}");
    let figures = house.desk(&analyst, "GET", &path, None).await.json();
    assert_eq!(
        (figures["turns"].as_i64(), figures["conversations"].as_i64()),
        (Some(3), Some(1)),
        "{figures}"
    );
    let sum = |list: &str, field: &str| -> i64 {
        figures[list].as_array().unwrap().iter().map(|row| row[field].as_i64().unwrap()).sum()
    };
    for (list, field) in [("shares", "count"), ("days", "turns"), ("hours", "count"), ("routes", "count")] {
        assert_eq!(sum(list, field), 3, "{list}: {figures}");
    }
    assert_eq!(figures["places"][0]["region"]["code"], "150702");
    let took: Vec<f64> = ["p50", "p90", "p99"].iter().map(|at| figures["ms"][at].as_f64().unwrap()).collect();
    assert!(took.is_sorted() && took[0] > 0.0, "{took:?}");
    let items = figures["items"].as_array().unwrap();
    assert!(items.iter().any(|item| item["name"] == "居民身份证办理"), "{figures}");
    let elsewhere = house.desk(&analyst, "GET", &format!("{path}&region=150400"), None).await.json();
    assert_eq!(elsewhere["turns"], 0);
    let csv = house
        .desk(&analyst, "GET", &format!("/api/v1/figures/export?what=items&from={from}&to={to}"), None)
        .await;
    assert!(csv.text().contains("居民身份证办理"), "{}", csv.text());
    for kind in ["unanswered", "unsure"] {
        let path = format!("/api/v1/figures/questions?kind={kind}&from={from}&to={to}");
        let groups = house.desk(&analyst, "GET", &path, None).await.text();
        assert!(!groups.contains("13800001111"), "{groups}");
    }
}

async fn from(house: &House, method: &str, path: &str, origin: &str, body: Option<Value>) -> Reply {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", HOST)
        .header("origin", origin)
        .header("content-type", "application/json")
        .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
        .unwrap();
    house.call(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_listed_sites_get_in_and_no_others() {
    let house = House::open().await;
    let header =
        |reply: &Reply, name: &str| reply.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let (site, evil) = ("https://portal.test", "https://evil.test");
    let start = "/api/v1/conversations";
    let asked = from(&house, "OPTIONS", start, site, None).await;
    assert_eq!(
        (asked.status.as_u16(), header(&asked, "access-control-allow-origin").as_deref()),
        (204, Some(site))
    );
    assert!(header(&asked, "access-control-allow-headers").unwrap().contains("authorization"));
    assert_eq!(header(&asked, "access-control-allow-credentials"), None);
    for (origin, named, status) in [
        (site, Some("portal"), 201),
        (site, None, 403),
        (site, Some("other"), 403),
        (evil, Some("portal"), 403),
        ("null", Some("portal"), 403),
        ("http://desk.test:8080", None, 201),
        ("http://desk.test:8080", Some("portal"), 201),
        ("http://desk.test:8080", Some("nowhere"), 422),
    ] {
        let reply = from(&house, "POST", start, origin, Some(json!({ "site": named }))).await;
        assert_eq!(reply.status.as_u16(), status, "{origin} {named:?}: {}", reply.text());
        let told = header(&reply, "access-control-allow-origin");
        assert_eq!(told.as_deref(), (origin == site).then_some(site), "{origin} {named:?}");
    }
    // The site's region is its visitors'.
    let begun = from(&house, "POST", start, site, Some(json!({ "site": "portal" }))).await.json();
    assert_eq!(begun["region"]["code"], "150702");
    let read = from(&house, "GET", "/api/v1/regions", evil, None).await;
    assert_eq!((read.status.as_u16(), header(&read, "access-control-allow-origin")), (403, None));
    // The desks are for pages of ours, whatever site asks.
    let desk = from(&house, "GET", "/api/v1/desk/wall", site, None).await;
    assert_eq!((desk.status.as_u16(), header(&desk, "access-control-allow-origin")), (401, None));
    // The refusals stand in the log.
    let auditor = house.staff("auditor", &[Role::Auditor]).await;
    let rows = house.desk(&auditor, "GET", "/api/v1/admin/audit?action=refused.origin", None).await.json();
    assert!(rows["entries"].as_array().unwrap().len() >= 4, "{rows}");
}

/// Writes a change as one editor; gives its id.
async fn written(house: &House, cookie: &str, body: Value) -> String {
    let made = house.desk(cookie, "POST", "/api/v1/content", Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_everyday_word_counts_once_somebody_else_published_it_and_no_longer_when_taken_back() {
    let house = House::open().await;
    let first = house.staff("first", &[Role::Editor]).await;
    let second = house.staff("second", &[Role::Editor]).await;
    let helper = house.staff("helper", &[Role::Helper]).await;
    let call = async |cookie: &str, id: &str, what: &str| {
        house.desk(cookie, "POST", &format!("/api/v1/content/{id}/{what}"), None).await.status.as_u16()
    };
    let words = || house.app.assist.search().analyzer().query("老铁本咋办").search_words().to_vec();
    assert!(!words().iter().any(|word| word == "草原"), "{:?}", words());
    let id =
        written(&house, &helper, json!({ "kind": "synonym", "said": "老铁本", "means": ["草原承包经营权"] }))
            .await;
    assert_eq!(call(&helper, &id, "publish").await, 403);
    assert_eq!(call(&first, &id, "publish").await, 200);
    assert_eq!(call(&second, &id, "publish").await, 409);
    assert!(words().iter().any(|word| word == "草原"), "{:?}", words());
    // A change of one's own is published by somebody else.
    let own =
        written(&house, &first, json!({ "kind": "synonym", "said": "小红本", "means": ["护照"] })).await;
    assert_eq!(call(&first, &own, "publish").await, 403);
    assert_eq!(call(&second, &own, "publish").await, 200);
    assert_eq!(call(&second, &id, "withdraw").await, 200);
    assert!(!words().iter().any(|word| word == "草原"), "{:?}", words());
    let listed = house.desk(&first, "GET", "/api/v1/content?state=published", None).await.json();
    assert_eq!(listed["changes"].as_array().unwrap().len(), 1);
    assert_eq!(listed["changes"][0]["decided_by"], "second");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_tried_on_what_was_asked_before_it_counts() {
    let house = House::open().await;
    let first = house.staff("first", &[Role::Editor]).await;
    let second = house.staff("second", &[Role::Editor]).await;
    let begun = house.post("/api/v1/conversations", "{}").await.json();
    let (talk, token) = (begun["id"].as_str().unwrap(), begun["token"].as_str().unwrap());
    let say = async |text: &str| {
        let request = Request::post(format!("/api/v1/conversations/{talk}/messages"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(json!({ "text": text }).to_string()))
            .unwrap();
        assert_eq!(house.call(request).await.status, 201, "{text}");
    };
    say("牛大力卡怎么弄").await;
    say("身份证丢了").await;
    let body = json!({ "kind": "name", "item": CARD, "name": "牛大力卡怎么弄" });
    let id = written(&house, &first, body).await;
    let path = format!("/api/v1/content/{id}/preview");
    let seen = house.desk(&second, "GET", &path, None).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    let seen = seen.json();
    assert_eq!(seen["questions"], 2, "{seen}");
    let changed = seen["changed"].as_array().unwrap();
    assert_eq!(changed.len(), 1, "{seen}");
    assert_eq!(
        (changed[0]["question"].as_str(), changed[0]["after"]["name"].as_str()),
        (Some("牛大力卡怎么弄"), Some("居民身份证办理"))
    );
    let ends = async || house.ask(json!({ "q": "牛大力卡怎么弄" })).await["status"].clone();
    assert_eq!(ends().await, changed[0]["before"]["status"], "nothing counts before it is published");
    let publish = format!("/api/v1/content/{id}/publish");
    assert_eq!(house.desk(&second, "POST", &publish, None).await.status, 200);
    assert_eq!(ends().await, changed[0]["after"]["status"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_and_days_count_at_once_and_their_look_says_which_days() {
    let house = House::open().await;
    let first = house.staff("first", &[Role::Editor]).await;
    let second = house.staff("second", &[Role::Editor]).await;
    let publish = async |body: Value| {
        let id = written(&house, &first, body).await;
        let seen = house.desk(&second, "GET", &format!("/api/v1/content/{id}/preview"), None).await.json();
        let path = format!("/api/v1/content/{id}/publish");
        assert_eq!(house.desk(&second, "POST", &path, None).await.status, 200);
        seen
    };
    let seen = publish(json!({ "kind": "hours", "spans": ["09:00-12:00", "14:30-17:30"] })).await;
    assert!(!seen["days"].as_array().unwrap().is_empty(), "{seen}");
    let calendar = house.app.talks.calendar().now();
    assert_eq!(calendar.hours.len(), 2);
    // A Friday.
    let day = jiff::civil::date(2026, 12, 18);
    assert!(calendar.works(day));
    let seen =
        publish(json!({ "kind": "day", "day": day.to_string(), "worked": false, "note": "那达慕" })).await;
    assert_eq!(seen["days"][0]["day"], "2026-12-18");
    assert_eq!(
        (seen["days"].as_array().unwrap().len(), seen["days"][0]["after"].as_array().unwrap().len()),
        (1, 0)
    );
    assert!(!house.app.talks.calendar().now().works(day));
    for body in [
        json!({ "kind": "hours", "spans": ["9 to 5"] }),
        json!({ "kind": "day", "day": "tomorrow", "worked": false, "note": "x" }),
        json!({ "kind": "synonym", "said": "", "means": ["护照"] }),
        json!({ "kind": "name", "item": "nothing", "name": "甲" }),
        json!({ "kind": "colour" }),
    ] {
        let refused = house.desk(&first, "POST", "/api/v1/content", Some(body.clone())).await;
        assert!([404, 422].contains(&refused.status.as_u16()), "{body}: {}", refused.text());
    }
}

#[tokio::test]
async fn the_text_of_every_guide_is_looked_through_within_bounds() {
    let house = House::open().await;
    let clerk = house.staff("clerk", &[Role::Helper]).await;
    let names = async |q: &str, bounds: &str| -> Vec<(String, String)> {
        let path = format!("/api/v1/desk/guides?q={}{bounds}", encoded(q));
        let reply = house.desk(&clerk, "GET", &path, None).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let rows = reply.json()["rows"].as_array().unwrap().clone();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        rows.iter().map(|row| (text(&row["name"]), text(&row["region"]["code"]))).collect()
    };
    let card = |place: &str| vec![("居民身份证办理".to_owned(), place.to_owned())];
    // Only the guide of 海拉尔 has this address: no copy of the item hides it.
    assert_eq!(names("测试路1号", "").await, card("150702"));
    assert_eq!(names("测试路1号", "&region=150700").await, card("150702"));
    assert_eq!(names("测试路1号", "&region=150400").await, []);
    // The guide of 赤峰市 is suspended, that of another place is none of its own.
    assert_eq!(names("挂失说明", "&region=150400").await, []);
    assert_eq!(names("挂失说明", "&region=150700&audience=firm").await, []);
    assert_eq!(
        names("海拉尔挂失说明", "&region=150400").await,
        card("150702"),
        "a place in the text goes first"
    );
    // The same item in several places is one row, and says that there are more.
    let path = format!("/api/v1/desk/guides?q={}", encoded("挂失说明"));
    let found = house.desk(&clerk, "GET", &path, None).await.json();
    assert_eq!(
        (found["rows"].as_array().unwrap().len(), &found["rows"][0]["others"]),
        (1, &json!(2)),
        "{found}"
    );
    let line = &found["rows"][0]["lines"][0];
    assert!(line["value"].as_str().is_some_and(|value| value.contains("挂失说明")), "{line}");
    assert!(line["citation"]["field"].as_str().is_some_and(|field| field.starts_with("materials")), "{line}");
    let first =
        |rows: Vec<(String, String)>| rows.into_iter().map(|(name, _)| name).next().unwrap_or_default();
    assert_eq!(first(names("居民身份证", "&online=true").await), "社会保障卡申领");
    let mut by_organ: Vec<String> =
        names("申请书", "&organ=市场监督").await.into_iter().map(|(name, _)| name).collect();
    by_organ.sort();
    assert_eq!(by_organ, ["企业设立登记", "食品经营许可"]);
    assert_eq!(names("申请书", "&type=公共服务").await, []);
    // What is out of force is not shown.
    assert_eq!(names("旧表", "").await, []);
}
