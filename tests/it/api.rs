//! The HTTP door: shapes against the document, refusals, hostile input.

use crate::house::{House, Reply, encoded};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use bangban::config::Limits;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A schema of the document that admits no field it doesn't name.
fn closed(document: &Value, schema: &Value) -> Value {
    let mut root = json!({"$ref": "#/components/schemas/root", "components": document["components"].clone()});
    root["components"]["schemas"]["root"] = schema.clone();
    let schemas = root["components"]["schemas"].as_object_mut().unwrap();
    for schema in schemas.values_mut() {
        if schema.get("properties").is_some() {
            schema["additionalProperties"] = json!(false);
        }
    }
    root
}

/// The documented schema of a response, by operation, status and content type.
fn documented<'d>(operation: &'d Value, reply: &Reply) -> &'d Value {
    let status = reply.status.as_u16().to_string();
    let range = format!("{}XX", &status[..1]);
    let responses = &operation["responses"];
    let response = if responses[&status].is_null() { &responses[&range] } else { &responses[&status] };
    assert!(!response.is_null(), "status {status} is not in the document: {}", reply.text());
    let kind = reply.kind().split(';').next().unwrap().to_owned();
    let content = &response["content"][&kind];
    assert!(!content.is_null(), "{status} with {kind} is not in the document: {response}");
    &content["schema"]
}

/// The answer has the shape that the document promises, and nothing else.
pub fn as_documented(document: &Value, method: &str, template: &str, reply: &crate::house::Reply) {
    let operation = &document["paths"][template][method];
    assert!(!operation.is_null(), "{method} {template} is not in the document");
    let schema = documented(operation, reply);
    let values: Vec<Value> = match reply.kind() {
        "application/x-ndjson" => {
            reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        }
        kind if kind.contains("json") => vec![reply.json()],
        _ => vec![Value::from(reply.text())],
    };
    let validator = jsonschema::validator_for(&closed(document, schema)).unwrap();
    let faults: Vec<String> = values
        .iter()
        .flat_map(|value| validator.iter_errors(value))
        .map(|e| format!("{e} at {}", e.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{method} {template}: {faults:#?}");
}

#[tokio::test]
async fn the_document_says_what_the_server_does() {
    let house = House::open().await;
    let document = house.get("/openapi.json").await.json();
    let code = "150100000001";
    // (method, path template, request path, body, status)
    let calls: Vec<(&str, &str, String, Option<Value>, u16)> = vec![
        (
            "post",
            "/api/v1/match",
            "/api/v1/match".into(),
            Some(json!({"q":"身份证丢了","region":"150702"})),
            200,
        ),
        ("post", "/api/v1/match", "/api/v1/match".into(), Some(json!({"q":"前旗身份证丢了"})), 200),
        ("post", "/api/v1/match", "/api/v1/match".into(), Some(json!({"q":"草原","region":"152502"})), 200),
        ("post", "/api/v1/match", "/api/v1/match".into(), Some(json!({"q":""})), 422),
        ("post", "/api/v1/match", "/api/v1/match".into(), Some(json!({"q":"护照","region":"999999"})), 404),
        ("post", "/api/v1/match", "/api/v1/match".into(), Some(json!({"q":1})), 400),
        ("get", "/api/v1/search", format!("/api/v1/search?q={}&per_page=3", encoded("身份证")), None, 200),
        ("get", "/api/v1/search", "/api/v1/search".into(), None, 422),
        ("get", "/api/v1/suggest", format!("/api/v1/suggest?q={}", encoded("身份")), None, 200),
        ("get", "/api/v1/suggest", "/api/v1/suggest?q=%FF%FF".into(), None, 400),
        ("get", "/api/v1/items/{code}", format!("/api/v1/items/{code}?region=150702&agent=other"), None, 200),
        ("get", "/api/v1/items/{code}", "/api/v1/items/nothing".into(), None, 404),
        (
            "get",
            "/api/v1/items/{code}/materials",
            format!("/api/v1/items/{code}/materials?agent=self"),
            None,
            200,
        ),
        ("get", "/api/v1/items/{code}/materials", "/api/v1/items/nothing/materials".into(), None, 404),
        (
            "get",
            "/api/v1/items/{code}/compare",
            format!("/api/v1/items/{code}/compare?regions=150702,150700"),
            None,
            200,
        ),
        (
            "get",
            "/api/v1/items/{code}/compare",
            format!("/api/v1/items/{code}/compare?regions=150702"),
            None,
            422,
        ),
        ("get", "/api/v1/regions", "/api/v1/regions?parent=150700".into(), None, 200),
        ("get", "/api/v1/regions", "/api/v1/regions?parent=1".into(), None, 404),
        ("get", "/api/v1/themes", "/api/v1/themes".into(), None, 200),
        ("get", "/api/v1/version", "/api/v1/version".into(), None, 200),
        ("get", "/healthz", "/healthz".into(), None, 200),
        ("get", "/readyz", "/readyz".into(), None, 200),
        ("get", "/metrics", "/metrics".into(), None, 200),
    ];
    let mut called = BTreeSet::new();
    for (method, template, path, body, status) in calls {
        let reply = match &body {
            Some(body) => house.post(&path, body.to_string()).await,
            None => house.get(&path).await,
        };
        assert_eq!(reply.status.as_u16(), status, "{path}: {}", reply.text());
        as_documented(&document, method, template, &reply);
        if status == 200 {
            called.insert((method.to_owned(), template.to_owned()));
        }
    }
    let begun = house.post("/api/v1/conversations", json!({"region":"150702"}).to_string()).await;
    as_documented(&document, "post", "/api/v1/conversations", &begun);
    called.insert(("post".to_owned(), "/api/v1/conversations".to_owned()));
    let begun = begun.json();
    let (id, token) = (begun["id"].as_str().unwrap(), begun["token"].as_str().unwrap());
    for (method, path, body, status) in [
        ("post", "/messages", Some(json!({"text":"身份证丢了"})), 201),
        ("post", "/messages", Some(json!({"text":"那要多少钱"})), 201),
        ("post", "/messages", Some(json!({"text":"身份证和护照都丢了"})), 201),
        ("post", "/messages", Some(json!({"text":"娃刚生下来要办啥"})), 201),
        ("post", "/messages", Some(json!({"press":"place:150400"})), 201),
        ("post", "/messages", Some(json!({"press":"nothing"})), 422),
        ("get", "", None, 200),
        ("get", "?after=x", None, 422),
        ("post", "/close", Some(json!({"reason":"unsolved"})), 204),
        ("post", "/messages", Some(json!({"text":"护照"})), 409),
        ("get", "/events", None, 200),
    ] {
        let request = axum::http::Request::builder()
            .method(method.to_uppercase().as_str())
            .uri(format!("/api/v1/conversations/{id}{path}"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(body.as_ref().map_or_else(axum::body::Body::empty, |b| b.to_string().into()))
            .unwrap();
        let reply = house.call(request).await;
        assert_eq!(reply.status.as_u16(), status, "{path} {body:?}: {}", reply.text());
        let template = format!("/api/v1/conversations/{{id}}{}", path.split('?').next().unwrap());
        called.insert((method.to_owned(), template.clone()));
        // An answer without a body, and a stream of many, have no one shape.
        if status != 204 && path != "/events" {
            as_documented(&document, method, &template, &reply);
        }
    }
    called.extend(crate::accounts::documented(&house, &document).await);
    called.extend(crate::ratings::documented(&house, &document).await);
    called.extend(crate::desk::documented(&house, &document).await);
    called.extend(crate::lookup::documented(&house, &document).await);
    called.extend(crate::apply::documented(&house, &document).await);
    called.extend(crate::outward::documented(&house, &document).await);
    called.extend(crate::oidc::documented(&document).await);
    called.extend(crate::calls::documented(&document).await);
    let listed: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |m| (m.clone(), path.clone())))
        .collect();
    assert_eq!(called, listed, "every operation of the document is called with success here");
}

#[tokio::test]
async fn an_answer_is_fields_with_their_sources() {
    let house = House::open().await;
    let answer = house.ask(json!({"q":"海拉尔身份证丢了"})).await;
    assert_eq!(answer["status"], "answered");
    let card = &answer["card"];
    assert_eq!(card["name"], "居民身份证办理");
    assert_eq!(card["business_item"], "丢失补领");
    assert_eq!(card["region"]["name"], "呼伦贝尔市海拉尔区");
    assert_eq!((&card["version"], &card["updated_at"]), (&json!("3"), &json!("2026-03-02")));
    let fee = card["limits"].as_array().unwrap().iter().find(|l| l["label"] == "收费").unwrap();
    assert_eq!(fee["value"], "证件工本费 40元/证");
    assert_eq!(fee["citation"]["sources"][0]["text"], "《居民身份证法》第二十一条");
    for section in ["head", "conditions", "limits", "channels", "flow", "results", "basis"] {
        for line in card[section].as_array().unwrap() {
            assert!(!line["citation"]["id"].as_str().unwrap().is_empty(), "{section}: {line}");
            let silent = line["value"].is_null();
            assert_eq!(silent, line["text"] == "指南未载明", "{section}: {line}");
        }
    }
    let flow = &card["flow"][0];
    assert!(flow["value"].is_null(), "a guide that is silent is not spoken for: {flow}");
}

#[tokio::test]
async fn materials_follow_the_answers() {
    let house = House::open().await;
    let list = |reply: &Value| -> Vec<(String, String)> {
        let list = reply["materials"]["list"].as_array().unwrap();
        list.iter()
            .map(|m| (m["name"].as_str().unwrap().to_owned(), m["state"].as_str().unwrap().to_owned()))
            .collect()
    };
    for (query, want) in [
        ("", vec![("居民户口簿", "waivable"), ("挂失说明", "open"), ("代办人身份证", "open")]),
        (
            "?item=%E4%B8%A2%E5%A4%B1%E8%A1%A5%E9%A2%86&agent=self",
            vec![("居民户口簿", "waivable"), ("挂失说明", "needed")],
        ),
        (
            "?item=%E5%88%B0%E6%9C%9F%E6%8D%A2%E9%A2%86&agent=other",
            vec![("居民户口簿", "waivable"), ("代办人身份证", "needed")],
        ),
        // An option that the guide doesn't have leaves nothing out by mistake, and nothing panics.
        ("?agent=nobody&zzz=1", vec![("居民户口簿", "waivable"), ("挂失说明", "open")]),
    ] {
        let reply = house.get(&format!("/api/v1/items/150100000001/materials{query}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{query}: {}", reply.text());
        let got = list(&reply.json());
        let got: Vec<(&str, &str)> = got.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(got, want, "{query}");
    }
}

#[tokio::test]
async fn places_differ_side_by_side() {
    let house = House::open().await;
    let reply = house.get("/api/v1/items/150100000001/compare?regions=150702,150700,150400").await.json();
    let columns = reply["columns"].as_array().unwrap();
    assert_eq!(columns[0]["fit"], "own");
    assert_eq!(columns[2]["guide"]["code"], "150000", "a suspended guide does not answer for its place");
    let rows = reply["rows"].as_array().unwrap();
    let promised = rows.iter().find(|r| r["field"] == "promised_limit").unwrap();
    assert_eq!(promised["differs"], true);
    let first_same = rows.iter().position(|r| r["differs"] == false).unwrap();
    assert!(rows[first_same..].iter().all(|r| r["differs"] == false), "differing rows come first");
}

#[tokio::test]
async fn a_hall_is_named_where_the_guide_names_no_window() {
    let house = House::open().await;
    let hall = house.get("/api/v1/items/150100000001?region=152502").await.json()["card"]["hall"].clone();
    assert_eq!(hall["region"]["code"], "152500");
    assert!(hall["lines"].as_array().unwrap().iter().all(|l| l["citation"]["sources"][0]["kind"] == "page"));
    for region in ["150702", "150000"] {
        let card =
            house.get(&format!("/api/v1/items/150100000001?region={region}")).await.json()["card"].clone();
        assert!(card["hall"].is_null(), "{region}");
    }
}

#[tokio::test]
async fn personal_data_does_not_come_back() {
    let house = House::open().await;
    let id = "11010519491231002X";
    let answer = house.ask(json!({"q": format!("我身份证{id}丢了，电话13812345678")})).await;
    assert_eq!(answer["card"]["name"], "居民身份证办理");
    let text = answer.to_string();
    assert!(!text.contains(id) && !text.contains("13812345678"));
}

#[tokio::test]
async fn hostile_input_is_refused_cleanly() {
    let house = House::open().await;
    let deep = format!("{{\"q\":\"护照\",\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
    let long = json!({"q": "长".repeat(60_000)}).to_string();
    let medium = json!({"q": "长".repeat(3_000)}).to_string();
    let cases: Vec<(&str, Vec<u8>, u16, &str)> = vec![
        ("60,000 characters", long.into_bytes(), 413, "/problems/too-large"),
        ("3,000 characters", medium.into_bytes(), 422, "/problems/bad-field"),
        ("not UTF-8", b"{\"q\":\"\xFF\xFE\"}".to_vec(), 400, "/problems/bad-json"),
        ("deep", deep.into_bytes(), 400, "/problems/bad-json"),
        ("empty", Vec::new(), 400, "/problems/bad-json"),
        ("cut short", b"{\"q\":\"\xE6".to_vec(), 400, "/problems/bad-json"),
        ("two values", b"{\"q\":\"a b\"} {}".to_vec(), 400, "/problems/bad-json"),
        ("blank", json!({"q":" \u{200B}\u{202E}\n"}).to_string().into_bytes(), 422, "/problems/bad-field"),
        (
            "too many answers",
            json!({"q":"护照","slots":{"a": vec!["x"; 99]}}).to_string().into_bytes(),
            422,
            "/problems/bad-field",
        ),
        ("limit", json!({"q":"护照","limit":0}).to_string().into_bytes(), 422, "/problems/bad-field"),
        (
            "audience",
            json!({"q":"护照","audience":"cat"}).to_string().into_bytes(),
            400,
            "/problems/bad-json",
        ),
    ];
    for (name, body, status, kind) in cases {
        let reply = house.post("/api/v1/match", body).await;
        assert_eq!(reply.status.as_u16(), status, "{name}: {}", reply.text());
        assert_eq!(reply.kind(), "application/problem+json", "{name}");
        let problem = reply.json();
        assert_eq!(problem["type"], kind, "{name}");
        assert_eq!(problem["status"], status, "{name}");
        assert!(!problem["detail"].as_str().unwrap().is_empty(), "{name}");
        assert_eq!(problem["trace_id"], reply.headers["x-trace-id"].to_str().unwrap(), "{name}");
    }
    // Odd, but a question: answered, whatever it holds.
    for text in [
        "护照\u{0}\u{7}",
        "\u{202E}护照\u{202C}",
        "护照\u{FEFF}👩‍👩‍👧",
        "ᠮᠣᠩᠭᠣᠯ 护照",
        "<script>alert(1)</script>",
        "'; drop table--",
        "%%%%",
        "0",
    ] {
        let reply = house.post("/api/v1/match", json!({"q": text}).to_string()).await;
        assert!(matches!(reply.status.as_u16(), 200 | 422), "{text:?}: {}", reply.text());
    }
}

#[tokio::test]
async fn addresses_methods_and_types_are_refused_in_the_same_form() {
    let house = House::open().await;
    let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    for (name, request, status) in [
        ("no such path", get("/api/v1/nothing"), 404),
        ("dots", get("/../../etc/passwd"), 404),
        ("method", Request::delete("/api/v1/match").body(Body::empty()).unwrap(), 405),
        ("no type", Request::post("/api/v1/match").body(Body::from("{}")).unwrap(), 415),
        (
            "form",
            Request::post("/api/v1/match")
                .header("content-type", "text/plain")
                .body(Body::from("q=1"))
                .unwrap(),
            415,
        ),
        ("page number", get("/api/v1/search?q=ab&page=0"), 422),
        ("page word", get("/api/v1/search?q=ab&page=x"), 422),
        ("bad escape", get("/api/v1/search?q=%E4%B"), 400),
        ("item that is not UTF-8", get("/api/v1/items/%FF"), 400),
        ("many regions", get("/api/v1/items/150100000001/compare?regions=1,1,1,1,1,1,1,1,1,1,1,1,1"), 422),
    ] {
        let reply = house.call(request).await;
        assert_eq!(reply.status.as_u16(), status, "{name}: {}", reply.text());
        assert_eq!(reply.kind(), "application/problem+json", "{name}");
    }
}

#[tokio::test]
async fn callers_are_held_back_and_told_for_how_long() {
    let house = House::new(Limits { per_minute: 3, ..Limits::default() }).await;
    let router = house.router();
    let mut statuses = Vec::new();
    for _ in 0..5 {
        let request = Request::get("/api/v1/version").body(Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(router.clone(), request).await.unwrap();
        assert!(response.headers().contains_key("ratelimit-remaining"));
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait));
        }
        statuses.push(response.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    // Probes get through.
    let request = Request::get("/healthz").body(Body::empty()).unwrap();
    assert_eq!(tower::ServiceExt::oneshot(router, request).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn suggestions_name_each_item_once() {
    let house = House::open().await;
    let reply = house.get(&format!("/api/v1/suggest?q={}", encoded("身份證"))).await.json();
    let list = reply["suggestions"].as_array().unwrap();
    assert!((1..=6).contains(&list.len()), "{reply}");
    let codes: BTreeSet<&str> = list.iter().map(|s| s["code"].as_str().unwrap()).collect();
    assert_eq!(codes.len(), list.len());
    assert_eq!(list[0]["name"], "居民身份证办理");
    assert!(house.get("/api/v1/suggest?q=a").await.json()["suggestions"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn search_goes_page_by_page_without_repeats() {
    let house = House::open().await;
    let mut seen = BTreeSet::new();
    let mut page = 1;
    loop {
        let reply =
            house.get(&format!("/api/v1/search?q={}&per_page=4&page={page}", encoded("办证"))).await.json();
        for item in reply["items"].as_array().unwrap() {
            assert!(seen.insert(item["code"].as_str().unwrap().to_owned()), "page {page} repeats {item}");
        }
        if reply["more"] == false {
            break;
        }
        page += 1;
        assert!(page < 20);
    }
    assert!(seen.len() >= 8, "{}", seen.len());
}

#[tokio::test]
async fn pages_come_with_a_policy_and_a_way_to_read_the_document() {
    let house = House::open().await;
    let page = house.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-eval"), "{policy}");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert_eq!(house.get("/docs").await.status, StatusCode::OK);
    let answer = house.post("/api/v1/match", json!({"q":"护照"}).to_string()).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
}
