//! Signing in, roles, origins, sessions, the audit log, and `bangban admin`.

use crate::api::as_documented;
use crate::house::{HOST, House, PASSWORD, Reply, root};
use axum::body::Body;
use axum::http::Request;
use bangban::assist::AccessError;
use bangban::desk::{Permission, Role};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Calls every operation of accounts and audit with success, each answer against the document.
pub async fn documented(house: &House, document: &Value) -> BTreeSet<(String, String)> {
    let all = house.staff("documented", &Role::ALL).await;
    let new = json!({"login":"doc-agent","name":"甲","number":"0001","password":PASSWORD,"roles":["agent"],"groups":["公安"],"regions":["150702"],"skills":["mn"]});
    let made = house.desk(&all, "POST", "/api/v1/admin/accounts", Some(new)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let change = format!("/api/v1/admin/accounts/{}", made.json()["id"].as_str().unwrap());
    as_documented(document, "post", "/api/v1/admin/accounts", &made);
    let sign_in = json!({"login":"doc-agent","password":PASSWORD});
    let passwords = json!({"old":PASSWORD,"new":"another good password"});
    let mut called = BTreeSet::from([("post".to_owned(), "/api/v1/admin/accounts".to_owned())]);
    for (method, template, path, body, status) in [
        ("POST", "/api/v1/desk/session", "/api/v1/desk/session", Some(sign_in), 200),
        ("GET", "/api/v1/desk/session", "/api/v1/desk/session", None, 200),
        ("GET", "/api/v1/admin/accounts", "/api/v1/admin/accounts", None, 200),
        ("PATCH", "/api/v1/admin/accounts/{id}", &change, Some(json!({"cap":5})), 200),
        ("PATCH", "/api/v1/admin/accounts/{id}", &change, Some(json!({"cap":50})), 422),
        ("GET", "/api/v1/admin/audit", "/api/v1/admin/audit?limit=2", None, 200),
        ("GET", "/api/v1/admin/audit", "/api/v1/admin/audit?limit=x", None, 422),
        ("GET", "/api/v1/admin/audit/export", "/api/v1/admin/audit/export", None, 200),
        ("GET", "/api/v1/admin/audit/verify", "/api/v1/admin/audit/verify", None, 200),
        ("PUT", "/api/v1/desk/session/password", "/api/v1/desk/session/password", Some(passwords), 204),
        ("DELETE", "/api/v1/desk/session", "/api/v1/desk/session", None, 401),
    ] {
        let reply = house.desk(&all, method, path, body).await;
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
        let method = method.to_lowercase();
        if status != 204 {
            as_documented(document, &method, template, &reply);
        }
        if reply.status.is_success() {
            called.insert((method, template.to_owned()));
        }
    }
    let (token, _) =
        house.app.access.sign_in("documented", "another good password", Timestamp::now()).await.unwrap();
    let cookie = format!("bangban_desk={token}");
    assert_eq!(house.desk(&cookie, "DELETE", "/api/v1/desk/session", None).await.status, 204);
    called.insert(("delete".to_owned(), "/api/v1/desk/session".to_owned()));
    called
}

async fn sign_in(house: &House, login: &str, password: &str) -> Reply {
    let body = json!({"login": login, "password": password});
    house.desk("", "POST", "/api/v1/desk/session", Some(body)).await
}

fn kind(reply: &Reply) -> String {
    reply.json()["type"].as_str().unwrap_or_default().to_owned()
}

/// The last rows of the log, the newest first: actor, action, subject, detail.
async fn told(house: &House, many: i64) -> Vec<[String; 4]> {
    let wanted = bangban::store::Wanted { before: Some(i64::MAX), limit: many, ..Default::default() };
    let rows = house.app.audit.list(&wanted).await.unwrap();
    rows.into_iter().map(|row| [row.actor, row.action, row.subject, row.detail]).collect()
}

async fn database(file: &Path) -> SqlitePool {
    SqlitePool::connect_with(SqliteConnectOptions::new().filename(file)).await.unwrap()
}

/// A route for each permission that is asked for here: what it answers to whoever may.
const ROUTES: [(Permission, &str, &str, u16); 13] = [
    (Permission::AccountsManage, "GET", "/api/v1/admin/accounts", 200),
    (Permission::AccountsManage, "PATCH", "/api/v1/admin/accounts/none", 404),
    (Permission::AuditRead, "GET", "/api/v1/admin/audit", 200),
    (Permission::AuditRead, "GET", "/api/v1/admin/audit/export", 200),
    (Permission::AuditRead, "GET", "/api/v1/admin/audit/verify", 200),
    (Permission::OutboxManage, "GET", "/api/v1/admin/outbox?state=dead", 200),
    (Permission::OutboxManage, "POST", "/api/v1/admin/outbox/none/retry", 404),
    (Permission::OutboxManage, "GET", "/api/v1/admin/webhooks", 200),
    (Permission::OutboxManage, "GET", "/api/v1/admin/links", 200),
    (Permission::WorkItemsRead, "GET", "/api/v1/desk/work-items?open=true", 200),
    (Permission::WorkItemsSettle, "POST", "/api/v1/desk/work-items/none/done", 404),
    (Permission::ProposalsMake, "GET", "/api/v1/desk/proposals?state=open", 200),
    (Permission::ProposalsDecide, "POST", "/api/v1/desk/proposals/none/accept", 404),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_what_the_table_says_and_every_refusal_is_a_row() {
    let house = House::open().await;
    for role in Role::ALL {
        let cookie = house.staff(role.word(), &[role]).await;
        let me = house.desk(&cookie, "GET", "/api/v1/desk/session", None).await.json();
        let permissions: Vec<&str> =
            me["permissions"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
        let table: Vec<&str> = Permission::ALL
            .into_iter()
            .filter(|p| role.permissions().contains(p))
            .map(Permission::word)
            .collect();
        assert_eq!(permissions, table, "{role:?}");
        for (permission, method, path, status) in ROUTES {
            let body = match (method, path.ends_with("/done")) {
                (_, true) => Some(json!({"outcome": "mended"})),
                ("PATCH", _) => Some(json!({})),
                _ => None,
            };
            let reply = house.desk(&cookie, method, path, body).await;
            let may = role.permissions().contains(&permission);
            assert_eq!(
                reply.status,
                if may { status } else { 403 },
                "{role:?} {method} {path}: {}",
                reply.text()
            );
            if !may {
                assert_eq!(kind(&reply), "/problems/not-allowed");
                let row = told(&house, 1).await.remove(0);
                assert_eq!((row[0].as_str(), row[1].as_str()), (role.word(), "refused.permission"));
                assert_eq!(row[3], permission.word());
                assert!(row[2].starts_with(&format!("{method} /api/v1/")), "{row:?}");
            }
        }
        // Nobody who isn't signed in.
        for (_, method, path, _) in ROUTES {
            let reply = house.desk("", method, path, Some(json!({"outcome": "mended"}))).await;
            assert_eq!(
                (reply.status.as_u16(), kind(&reply).as_str()),
                (401, "/problems/no-session"),
                "{path}"
            );
        }
    }
}

/// What is there for those who are not signed in yet.
const SIGN_IN: [(&str, &str); 4] = [
    ("post", "/api/v1/desk/session"),
    ("get", "/api/v1/desk/sign-in"),
    ("get", "/api/v1/desk/oidc/start"),
    ("get", "/api/v1/desk/oidc/callback"),
];

/// Every operation that the document keeps for staff, whoever wrote it.
#[tokio::test(flavor = "multi_thread")]
async fn no_staff_route_answers_a_stranger_or_a_foreign_page() {
    let house = House::open().await;
    let all = house.staff("all", &Role::ALL).await;
    let document = house.get("/openapi.json").await.json();
    let mut asked = 0;
    for (template, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let staff =
                operation["security"].as_array().is_some_and(|s| s.iter().any(|s| s["staff"].is_array()));
            let desk = template.starts_with("/api/v1/desk/") || template.starts_with("/api/v1/admin/");
            let signs_in = SIGN_IN.contains(&(method.as_str(), template.as_str()));
            // Another system, not a person; its own test sends what is signed otherwise.
            let signed = operation["security"] == json!([{"signature": []}]);
            assert!(staff || !desk || signs_in || signed, "{method} {template} says nothing of who may");
            if !staff {
                continue;
            }
            asked += 1;
            let (method, path) = (method.to_uppercase(), template.replace("{id}", "none"));
            for cookie in ["", "bangban_desk=forged"] {
                let reply = house.desk(cookie, &method, &path, Some(json!({}))).await;
                assert_eq!(
                    (reply.status.as_u16(), kind(&reply).as_str()),
                    (401, "/problems/no-session"),
                    "{path}"
                );
            }
            if method != "GET" {
                let request = Request::builder()
                    .method(method.as_str())
                    .uri(&path)
                    .header("host", HOST)
                    .header("origin", "https://evil.example")
                    .header("cookie", &all)
                    .header("content-type", "application/json")
                    .body(Body::from("{}"))
                    .unwrap();
                let reply = house.call(request).await;
                assert_eq!(kind(&reply), "/problems/foreign-origin", "{method} {path}");
            }
        }
    }
    assert!(asked >= 15, "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_passwords_lock_a_login_whether_it_exists_or_not() {
    let house = House::open().await;
    house.staff("known", &[Role::Agent]).await;
    house.staff("other", &[Role::Agent]).await;
    let mut seen = Vec::new();
    for login in ["known", "unknown"] {
        let mut answers = Vec::new();
        for n in 1..=6 {
            let reply = sign_in(&house, login, &format!("wrong password {n}")).await;
            let body = reply.json();
            answers.push((reply.status.as_u16(), body["type"].to_string(), body["title"].to_string()));
        }
        let statuses: Vec<u16> = answers.iter().map(|a| a.0).collect();
        assert_eq!(statuses, [401, 401, 401, 401, 423, 423], "{login}");
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1], "an unknown login answers as a known one does");
    let locked = sign_in(&house, " Known ", PASSWORD).await;
    assert_eq!((locked.status.as_u16(), kind(&locked).as_str()), (423, "/problems/locked"));
    assert_eq!(sign_in(&house, "other", PASSWORD).await.status, 200);

    // What was typed as an unknown login is kept nowhere; the known one is told of.
    let rows = told(&house, 20).await;
    assert!(rows.iter().any(|r| r[1] == "session.locked" && r[2] == "account:known"), "{rows:?}");
    assert!(rows.iter().any(|r| r[1] == "session.locked" && r[2] == "account:?"), "{rows:?}");
    let pool = database(&house.file()).await;
    for table in ["audit", "sign_in_failure"] {
        let query = format!("SELECT * FROM {table}");
        for row in sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(&pool).await.unwrap() {
            for column in 0..row.len() {
                let text: String = row.try_get_unchecked(column).unwrap_or_default();
                assert!(!text.contains("unknown") && !text.contains("wrong password"), "{table}: {text}");
            }
        }
    }

    // A quarter of an hour later it opens; a success forgets what failed before.
    let later = Timestamp::now() + SignedDuration::from_mins(16);
    let access = &house.app.access;
    for round in 0..2 {
        for _ in 0..4 {
            let wrong = access.sign_in("known", "wrong", later).await;
            assert!(matches!(wrong, Err(AccessError::BadLogin)), "{round}: {wrong:?}");
        }
        access.sign_in("known", PASSWORD, later).await.unwrap();
    }

    // Many at once are not more than five: the sixth is refused before its password is looked at.
    let guesses: Vec<_> = (0..12)
        .map(|n| {
            let app = house.app.clone();
            tokio::spawn(async move { app.access.sign_in("other", &format!("guess {n}"), later).await })
        })
        .collect();
    let mut looked_at = 0;
    for guess in guesses {
        match guess.await.unwrap() {
            Err(AccessError::BadLogin) => looked_at += 1,
            Err(AccessError::Locked(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(looked_at, 4, "the fifth locks");

    // A new password unlocks.
    let admin = house.staff("boss", &[Role::Admin]).await;
    let list = house.desk(&admin, "GET", "/api/v1/admin/accounts", None).await.json();
    let other = list["accounts"].as_array().unwrap().iter().find(|a| a["login"] == "other").unwrap();
    assert!(other["locked_until"].is_string(), "{other}");
    let path = format!("/api/v1/admin/accounts/{}", other["id"].as_str().unwrap());
    let reply = house.desk(&admin, "PATCH", &path, Some(json!({"password": "quite another one"}))).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(sign_in(&house, "other", "quite another one").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_something_comes_from_a_page_of_ours() {
    let house = House::open().await;
    let cookie = house.staff("boss", &[Role::Admin]).await;
    let new = json!({"login":"new","name":"甲","number":"7","password":PASSWORD,"roles":["agent"]});
    let sign = json!({"login":"boss","password":PASSWORD});
    for (method, path, body, headers, status) in [
        ("POST", "/api/v1/admin/accounts", &new, &[][..], 403),
        ("POST", "/api/v1/admin/accounts", &new, &[("origin", "https://evil.example")], 403),
        ("POST", "/api/v1/admin/accounts", &new, &[("origin", "null")], 403),
        ("POST", "/api/v1/admin/accounts", &new, &[("sec-fetch-site", "cross-site")], 403),
        ("DELETE", "/api/v1/desk/session", &new, &[("origin", "http://desk.test:8081")], 403),
        ("PUT", "/api/v1/desk/session/password", &new, &[], 403),
        ("POST", "/api/v1/desk/session", &sign, &[("origin", "https://evil.example")], 403),
        ("POST", "/api/v1/admin/accounts", &new, &[("sec-fetch-site", "same-origin")], 201),
        ("POST", "/api/v1/desk/session", &sign, &[("origin", "http://desk.test:8080")], 200),
        ("GET", "/api/v1/admin/accounts", &new, &[("origin", "https://evil.example")], 200),
    ] {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", HOST)
            .header("cookie", &cookie)
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let reply = house.call(request.body(Body::from(body.to_string())).unwrap()).await;
        assert_eq!(reply.status, status, "{method} {path} {headers:?}: {}", reply.text());
        if status == 403 {
            assert_eq!(kind(&reply), "/problems/foreign-origin");
            assert_eq!(told(&house, 1).await[0][1], "refused.origin");
        }
    }
    let me = house.desk(&cookie, "GET", "/api/v1/desk/session", None).await;
    assert_eq!(me.status, 200, "a foreign page signed somebody out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_in_every_way_that_it_should() {
    let house = House::open().await;
    let admin = house.staff("boss", &[Role::Admin]).await;
    let path = "/api/v1/desk/session";
    let status = async |cookie: &str| house.desk(cookie, "GET", path, None).await.status.as_u16();

    // The cookie: not for scripts, not for other sites; the file holds its hash alone.
    let reply = sign_in(&house, "boss", PASSWORD).await;
    let set = reply.headers["set-cookie"].to_str().unwrap().to_owned();
    for part in ["bangban_desk=", "HttpOnly", "SameSite=Strict", "Path=/api/v1", "Max-Age=28800"] {
        assert!(set.contains(part), "{set}");
    }
    let token = set.split(['=', ';']).nth(1).unwrap();
    let pool = database(&house.file()).await;
    let rows = sqlx::query("SELECT token FROM staff_session").fetch_all(&pool).await.unwrap();
    let tokens: Vec<String> = rows.iter().map(|row| row.try_get(0).unwrap()).collect();
    let hash: String = Sha256::digest(token.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    assert!(tokens.contains(&hash) && !tokens.iter().any(|kept| kept == token), "{tokens:?}");

    // Forged, and the hash in place of the token.
    for forged in ["0".repeat(64), hash, "x".repeat(5000), "'; DROP TABLE account; --".to_owned()] {
        assert_eq!(status(&format!("bangban_desk={forged}")).await, 401, "{forged}");
    }
    assert_eq!(told(&house, 1).await[0][1], "refused.session");

    // Idle for an hour; used all the time it ends after eight.
    let access = &house.app.access;
    let now = Timestamp::now();
    let (token, _) = access.sign_in("boss", PASSWORD, now).await.unwrap();
    let after = |minutes: i64| now + SignedDuration::from_mins(minutes);
    assert!(access.enter(&token, after(59)).await.unwrap().is_some());
    assert!(access.enter(&token, after(59 + 61)).await.unwrap().is_none());
    let (token, _) = access.sign_in("boss", PASSWORD, now).await.unwrap();
    for minutes in (30..480).step_by(30) {
        assert!(access.enter(&token, after(minutes)).await.unwrap().is_some(), "{minutes}");
    }
    assert!(access.enter(&token, after(480)).await.unwrap().is_none());

    // Signed out.
    let cookie = house.staff("aa", &[Role::Agent]).await;
    assert_eq!(house.desk(&cookie, "DELETE", path, None).await.status, 204);
    assert_eq!(status(&cookie).await, 401);

    // Another password: with the wrong old one nothing happens.
    let (cookie, second) = (house.staff("bb", &[Role::Agent]).await, sign_in(&house, "bb", PASSWORD).await);
    let second = second.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let change = |old: &str, new: &str| Some(json!({"old": old, "new": new}));
    for (old, new, want) in [
        ("wrong", "a good new password", 422),
        (PASSWORD, "short", 422),
        (PASSWORD, "a good new password", 204),
    ] {
        assert_eq!((status(&cookie).await, status(&second).await), (200, 200));
        let reply = house.desk(&cookie, "PUT", "/api/v1/desk/session/password", change(old, new)).await;
        assert_eq!(reply.status, want, "{}", reply.text());
    }
    assert_eq!((status(&cookie).await, status(&second).await), (401, 401));
    assert_eq!(sign_in(&house, "bb", PASSWORD).await.status, 401);
    assert_eq!(sign_in(&house, "bb", "a good new password").await.status, 200);

    // Disabled: at once, and not back in.
    let cookie = house.staff("cc", &[Role::Agent]).await;
    let me = house.desk(&cookie, "GET", path, None).await.json();
    let account = format!("/api/v1/admin/accounts/{}", me["account"]["id"].as_str().unwrap());
    assert_eq!(house.desk(&admin, "PATCH", &account, Some(json!({"disabled": true}))).await.status, 200);
    assert_eq!(status(&cookie).await, 401);
    assert_eq!(sign_in(&house, "cc", PASSWORD).await.status, 401);
    assert_eq!(house.desk(&admin, "PATCH", &account, Some(json!({"disabled": false}))).await.status, 200);
    assert_eq!((status(&cookie).await, sign_in(&house, "cc", PASSWORD).await.status.as_u16()), (401, 200));

    // Fewer roles: at once.
    let cookie = house.staff("dd", &[Role::Auditor, Role::Agent]).await;
    let me = house.desk(&cookie, "GET", path, None).await.json();
    let account = format!("/api/v1/admin/accounts/{}", me["account"]["id"].as_str().unwrap());
    assert_eq!(house.desk(&cookie, "GET", "/api/v1/admin/audit", None).await.status, 200);
    assert_eq!(house.desk(&admin, "PATCH", &account, Some(json!({"roles": ["agent"]}))).await.status, 200);
    assert_eq!(house.desk(&cookie, "GET", "/api/v1/admin/audit", None).await.status, 403);
    let rows = told(&house, 3).await;
    assert!(
        rows.iter().any(|r| r[1] == "account.changed" && r[3] == "roles=agent,auditor>agent"),
        "{rows:?}"
    );

    // Ended ones are deleted.
    assert!(access.sweep(after(10_000)).await.unwrap() > 0);
    let left = sqlx::query("SELECT 1 FROM staff_session").fetch_all(&pool).await.unwrap();
    assert!(left.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_cannot_be_are_refused_with_the_reason() {
    let house = House::open().await;
    let admin = house.staff("boss", &[Role::Admin]).await;
    let good = json!({"login":"wang.01","name":"王","number":"0123","password":"long enough!","roles":["agent","editor"]});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, status, word) in [
        (with("password", json!("short")), 422, "password"),
        (with("password", json!("WANG.01 ")), 422, "password"),
        (with("login", json!("wang.0123456")), 201, ""),
        (
            json!({"login":"wang.0123456x","name":"王","number":"9","password":"Wang.0123456X","roles":["agent"]}),
            422,
            "password",
        ),
        (with("password", json!("x".repeat(600))), 422, "password"),
        (with("login", json!("王")), 422, "login"),
        (with("login", json!("a b")), 422, "login"),
        (with("login", json!("")), 422, "login"),
        (with("number", json!("")), 422, "number"),
        (with("name", json!(" ")), 422, "name"),
        (with("roles", json!([])), 422, "roles"),
        (with("roles", json!(["root"])), 422, "roles"),
        (with("regions", json!(["999999"])), 422, "regions"),
        (with("groups", json!(["a,b"])), 422, "groups"),
        (with("cap", json!(0)), 422, "cap"),
        (with("cap", json!(21)), 422, "cap"),
        // The 工号 is taken by the third row.
        (good.clone(), 409, "工号"),
        (with("number", json!("0124")), 201, ""),
        (with("number", json!("0125")), 409, "登录名"),
        (
            json!({"login":"BOSS","name":"王","number":"0126","password":"long enough!","roles":["agent"]}),
            409,
            "登录名",
        ),
    ] {
        let reply = house.desk(&admin, "POST", "/api/v1/admin/accounts", Some(body.clone())).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.text());
        assert!(reply.text().contains(word), "{body}: {}", reply.text());
        assert!(
            !reply.text().contains("long enough!") && !reply.text().contains("argon2"),
            "{}",
            reply.text()
        );
    }
    // Nobody makes himself powerless, or powerful.
    let me = house.desk(&admin, "GET", "/api/v1/desk/session", None).await.json();
    let own = format!("/api/v1/admin/accounts/{}", me["account"]["id"].as_str().unwrap());
    for (change, status) in [
        (json!({"roles": ["admin", "auditor"]}), 409),
        (json!({"disabled": true}), 409),
        (json!({"name": "班主任"}), 200),
    ] {
        assert_eq!(house.desk(&admin, "PATCH", &own, Some(change.clone())).await.status, status, "{change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_exported_recomputed_and_a_forger_is_seen() {
    let house = House::open().await;
    let auditor = house.staff("auditor", &[Role::Auditor]).await;
    house.staff("aa", &[Role::Agent]).await;
    sign_in(&house, "aa", "wrong").await;
    let export = house.desk(&auditor, "GET", "/api/v1/admin/audit/export", None).await;
    assert_eq!(export.kind(), "application/x-ndjson");
    let lines: Vec<Value> = export.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let actions: Vec<&str> = lines.iter().map(|line| line["action"].as_str().unwrap()).collect();
    let want = [
        "account.created",
        "session.opened",
        "account.created",
        "session.opened",
        "session.refused",
        "audit.exported",
    ];
    assert_eq!(actions, want);
    // As somebody without this program would.
    let mut prev = String::new();
    for (at, line) in lines.iter().enumerate() {
        assert_eq!((&line["seq"], &line["prev"]), (&json!(at + 1), &json!(prev)));
        let text = serde_json::to_string(&json!([
            line["seq"],
            line["at"],
            line["actor"],
            line["action"],
            line["subject"],
            line["detail"]
        ]))
        .unwrap();
        let digest = Sha256::digest(format!("{prev}{text}").as_bytes());
        prev = digest.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(line["hash"], json!(prev), "{line}");
    }
    let verify = async || house.desk(&auditor, "GET", "/api/v1/admin/audit/verify", None).await.json();
    assert_eq!(verify().await, json!({"ok": true, "entries": 6, "broken_at": null, "head": prev}));

    // Pages from either end.
    for (query, seqs, next) in [
        ("limit=2", vec![1, 2], json!(2)),
        ("after=4&limit=10", vec![5, 6], json!(null)),
        ("before=1000&limit=2", vec![6, 5], json!(5)),
        ("action=session&subject=account:aa", vec![4, 5], json!(null)),
        ("actor=nobody", vec![5], json!(null)),
    ] {
        let page = house.desk(&auditor, "GET", &format!("/api/v1/admin/audit?{query}"), None).await.json();
        let got: Vec<i64> =
            page["entries"].as_array().unwrap().iter().map(|e| e["seq"].as_i64().unwrap()).collect();
        assert_eq!((got, &page["next"]), (seqs, &next), "{query}");
    }

    let pool = database(&house.file()).await;
    sqlx::raw_sql("UPDATE audit SET actor = 'somebody' WHERE seq = 4").execute(&pool).await.unwrap();
    let found = verify().await;
    assert_eq!((&found["ok"], &found["broken_at"]), (&json!(false), &json!(4)));
}

#[test]
fn no_line_of_the_program_changes_or_deletes_a_row_of_the_log() {
    let mut folders = vec![root().join("src")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            // Its own tests forge rows on purpose.
            let code = text.split("#[cfg(test)]").next().unwrap().to_uppercase();
            read += code.matches("INSERT INTO AUDIT ").count();
            for word in ["UPDATE AUDIT SET", "DELETE FROM AUDIT", "REPLACE INTO AUDIT", "DROP TABLE AUDIT"] {
                assert!(!code.contains(word), "{}: {word}", path.display());
            }
        }
    }
    assert_eq!(read, 1, "rows are written in one place");
}

fn admin(folder: &Path, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bangban"))
        .current_dir(folder)
        .env("BANGBAN_DATA", folder)
        .arg("admin")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses before it reads closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_is_made_beside_the_running_service() {
    let house = House::open().await;
    let folder = house.file().parent().unwrap().to_owned();
    let made = admin(
        &folder,
        &["create", "--login", "Boss", "--name", "班长", "--number", "0001"],
        "a good password\n",
    );
    assert!(made.status.success(), "{}", text(&made));
    assert!(!text(&made).contains("a good password"), "{}", text(&made));
    assert_eq!(sign_in(&house, "boss", "a good password").await.status, 200);

    // Made and shown once.
    let made = admin(&folder, &["create", "--login", "aud", "--roles", "auditor,analyst"], "");
    let password = text(&made).lines().last().unwrap().rsplit(' ').next().unwrap().to_owned();
    let reply = sign_in(&house, "aud", &password).await;
    assert_eq!(reply.json()["account"]["roles"], json!(["analyst", "auditor"]), "{}", text(&made));

    for (args, input, word) in [
        (&["create", "--login", "boss", "--number", "0002"][..], "another password\n", "already"),
        (&["create", "--login", "x1", "--number", "0001"], "another password\n", "number"),
        (&["create", "--login", "x1", "--roles", "king"], "another password\n", "no role"),
        (&["create", "--login", "x1"], "short\n", "password"),
        (&["reset", "--login", "nobody"], "another password\n", "no account"),
        (&["verify-audit", "--noted", "x"], "", "SEQ:HASH"),
    ] {
        let output = admin(&folder, args, input);
        assert!(!output.status.success() && text(&output).contains(word), "{args:?}: {}", text(&output));
    }

    let reset = admin(&folder, &["reset", "--login", "boss"], "another password\n");
    assert!(reset.status.success(), "{}", text(&reset));
    assert_eq!(sign_in(&house, "boss", "a good password").await.status, 401);
    assert_eq!(sign_in(&house, "boss", "another password").await.status, 200);
    let list = text(&admin(&folder, &["list"], ""));
    assert!(
        list.contains("0001  boss  班长  admin") && list.contains("aud  aud  aud  analyst,auditor"),
        "{list}"
    );

    let verified = admin(&folder, &["verify-audit"], "");
    let noted = text(&verified).trim().rsplit(' ').next().unwrap().to_owned();
    assert!(verified.status.success(), "{}", text(&verified));
    sign_in(&house, "boss", "another password").await;
    assert!(admin(&folder, &["verify-audit", "--noted", &noted], "").status.success());
    let pool = database(&house.file()).await;
    // Cut off the end, and mend the head: only what was noted elsewhere tells.
    sqlx::raw_sql(
        "DELETE FROM audit WHERE seq > 1;
         UPDATE audit_head SET seq = 1, hash = (SELECT hash FROM audit WHERE seq = 1)",
    )
    .execute(&pool)
    .await
    .unwrap();
    assert!(admin(&folder, &["verify-audit"], "").status.success());
    let output = admin(&folder, &["verify-audit", "--noted", &noted], "");
    assert!(!output.status.success() && text(&output).contains("not the one"), "{}", text(&output));
    sqlx::raw_sql("DELETE FROM audit").execute(&pool).await.unwrap();
    let output = admin(&folder, &["verify-audit"], "");
    assert!(!output.status.success() && text(&output).contains("broken at 1"), "{}", text(&output));
}
