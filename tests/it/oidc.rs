//! Signing in by an identity provider, and every way in which its answer may not count.

use crate::api::as_documented;
use crate::house::{House, PASSWORD, Reply, fixture, root};
use crate::provider::{Asked, Key, PUBLIC, Provider, SECRET, pairs, rules, say_by_tls};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use bangban::assist::{AccessError, Oidc};
use bangban::config::{self, Secret};
use bangban::desk::Role;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

async fn house(rules: config::Oidc) -> House {
    House::set(&[fixture()], |config| config.oidc = Some(rules)).await
}

fn at(reply: &Reply) -> &str {
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text());
    reply.headers[header::LOCATION].to_str().unwrap()
}

/// The value of a cookie that is set.
fn set(reply: &Reply, name: &str) -> Option<String> {
    let mut all = reply.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let text = all.find_map(|text| text.strip_prefix(&format!("{name}=")))?;
    Some(text.split(';').next().unwrap().to_owned())
}

/// Goes to the provider: what it is asked, and the cookie that was set.
async fn start(house: &House, back: &str) -> (Asked, String) {
    let reply = house.get(&format!("/api/v1/desk/oidc/start?back={}", crate::house::encoded(back))).await;
    let asked = pairs(&Url::parse(at(&reply)).unwrap());
    (asked, set(&reply, "bangban_oidc").unwrap())
}

async fn come_back(house: &House, cookie: Option<&str>, pairs: &[(&str, &str)]) -> Reply {
    let mut url = Url::parse(PUBLIC).unwrap().join("/api/v1/desk/oidc/callback").unwrap();
    url.query_pairs_mut().extend_pairs(pairs);
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let mut request = Request::get(path).header("host", "desk.test:8080");
    if let Some(cookie) = cookie {
        request = request.header("cookie", format!("a=b; bangban_oidc={cookie}"));
    }
    house.call(request.body(Body::empty()).unwrap()).await
}

/// The whole way for somebody whose claims are made something of.
async fn go(house: &House, provider: &Provider, login: &str, change: impl FnOnce(&mut Value)) -> Reply {
    let (asked, cookie) = start(house, "/desk#hotline").await;
    let code = provider.consent(&asked, login, change);
    come_back(house, Some(&cookie), &[("state", &asked["state"]), ("code", &code)]).await
}

/// The last row of the audit log: actor, action, subject, detail.
async fn told(house: &House) -> [String; 4] {
    let wanted = bangban::store::Wanted { before: Some(i64::MAX), limit: 1, ..Default::default() };
    let row = house.app.audit.list(&wanted).await.unwrap().remove(0);
    [row.actor, row.action, row.subject, row.detail]
}

const STRANGER: [&str; 3] = ["nobody", "refused.oidc", "GET /api/v1/desk/oidc/callback"];

async fn me(house: &House, reply: &Reply) -> Reply {
    let cookie = format!("bangban_desk={}", set(reply, "bangban_desk").unwrap_or_default());
    house.desk(&cookie, "GET", "/api/v1/desk/session", None).await
}

/// Calls the routes of this file with success, against the document.
pub async fn documented(document: &Value) -> BTreeSet<(String, String)> {
    let provider = Provider::open(Key::ec(), false).await;
    let house = house(provider.rules()).await;
    house.staff("li", &[Role::Agent]).await;
    let ways = house.get("/api/v1/desk/sign-in").await;
    as_documented(document, "get", "/api/v1/desk/sign-in", &ways);
    let refused = house.get("/api/v1/desk/oidc/start?back=/").await;
    as_documented(document, "get", "/api/v1/desk/oidc/start", &refused);
    assert_eq!(at(&go(&house, &provider, "li", |_| {}).await), "/desk#hotline");
    ["sign-in", "oidc/start", "oidc/callback"]
        .map(|path| ("get".to_owned(), format!("/api/v1/desk/{path}")))
        .into()
}

#[tokio::test]
async fn whoever_has_an_account_is_signed_in_as_with_a_password() {
    for (key, in_form) in [(Key::ec(), false), (Key::rsa(), true)] {
        let provider = Provider::open(key, in_form).await;
        let house = house(provider.rules()).await;
        house.staff("wang01", &[Role::Agent, Role::Editor]).await;
        assert_eq!(provider.asked("configuration"), 0, "asked only when somebody signs in");
        assert_eq!(house.get("/api/v1/desk/sign-in").await.json(), json!({"oidc": true}));

        let reply = house.get("/api/v1/desk/oidc/start?back=/desk%23hotline").await;
        let to = Url::parse(at(&reply)).unwrap();
        assert!(to.as_str().starts_with(&format!("{}/authorize?kc_locale=zh&", provider.issuer)), "{to}");
        let asked = pairs(&to);
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", "bangban"),
            ("redirect_uri", "http://desk.test:8080/api/v1/desk/oidc/callback"),
            ("scope", "openid profile"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(asked[name], value, "{to}");
        }
        assert!(["state", "nonce", "code_challenge"].iter().all(|name| asked[*name].len() == 43), "{to}");
        let cookie = reply.headers["set-cookie"].to_str().unwrap();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/api/v1/desk/oidc/callback", "Max-Age=600"] {
            assert!(cookie.contains(part), "{cookie}");
        }

        let cookie = set(&reply, "bangban_oidc").unwrap();
        let code = provider.consent(&asked, " Wang01 ", |claims| claims["aud"] = json!(["bangban"]));
        let state = asked["state"].as_str();
        let come = [("state", state), ("code", &code), ("iss", &provider.issuer)];
        let reply = come_back(&house, Some(&cookie), &come).await;
        assert_eq!(at(&reply), "/desk#hotline");
        assert_eq!(set(&reply, "bangban_oidc").as_deref(), Some(""), "the cookie is taken away");
        let desk = reply.headers.get_all("set-cookie").iter().next().unwrap().to_str().unwrap();
        for part in ["bangban_desk=", "HttpOnly", "SameSite=Strict", "Path=/api/v1", "Max-Age=28800"] {
            assert!(desk.contains(part), "{desk}");
        }
        let me = me(&house, &reply).await;
        assert_eq!(me.json()["account"]["login"], "wang01", "{}", me.text());
        assert_eq!(told(&house).await, ["wang01", "session.opened", "account:wang01", "oidc"]);

        // What was read once is known the next time.
        go(&house, &provider, "wang01", |_| {}).await;
        assert_eq!((provider.asked("configuration"), provider.asked("keys")), (1, 1));
    }
}

#[tokio::test]
async fn a_token_that_is_not_wholly_in_order_signs_nobody_in() {
    let provider = Provider::open(Key::ec(), false).await;
    let house = house(provider.rules()).await;
    house.staff("wang", &[Role::Agent]).await;
    let now = Timestamp::now().as_second();
    type Change = Box<dyn FnOnce(&mut Value)>;
    let put = |name: &'static str, value: Value| -> Change { Box::new(move |claims| claims[name] = value) };
    let without = |name: &'static str| -> Change {
        Box::new(move |claims| drop(claims.as_object_mut().unwrap().remove(name)))
    };
    for (change, why) in [
        (put("nonce", json!("another")), "nonce"),
        (without("nonce"), "nonce"),
        (put("aud", json!("another service")), "audience"),
        (put("aud", json!(["another", "one more"])), "audience"),
        (put("aud", json!(["bangban", "another"])), "audience"),
        (put("azp", json!("another")), "audience"),
        (without("aud"), "malformed"),
        (put("iss", json!("https://id.example")), "issuer"),
        (without("iss"), "malformed"),
        (put("exp", json!(now - 120)), "expired"),
        (put("exp", json!("tomorrow")), "malformed"),
        (without("exp"), "malformed"),
        (put("nbf", json!(now + 3600)), "expired"),
        (without("preferred_username"), "claim"),
        (put("preferred_username", json!(["wang"])), "claim"),
    ] {
        let reply = go(&house, &provider, "wang", change).await;
        assert_eq!(at(&reply), "/desk?oidc=refused#hotline", "{why}");
        assert_eq!(set(&reply, "bangban_desk"), None);
        let [actor, action, subject, detail] = told(&house).await;
        assert_eq!([actor.as_str(), &action, &subject], STRANGER);
        assert_eq!(detail, why);
    }
    // For several, where it says for whom.
    let reply = go(&house, &provider, "wang", |claims| {
        claims["aud"] = json!(["bangban", "another"]);
        claims["azp"] = json!("bangban");
    })
    .await;
    assert_eq!(me(&house, &reply).await.status, 200);

    // Signed by somebody else, in his name or in the provider's, not at all, or with what everybody can know.
    let foreign = Key::ec();
    let unsigned = |claims: &Value, head: Value| {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(&head), part(claims))
    };
    let keyed = |claims: &Value| {
        use hmac::{Hmac, KeyInit, Mac};
        let text = unsigned(claims, json!({"alg":"HS256","kid":"first"}));
        let text = text.trim_end_matches('.');
        let mac = Hmac::<Sha256>::new_from_slice(&[0, 0, 0]).unwrap().chain_update(text);
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    };
    for (make, why) in [
        (&(|claims: &Value| foreign.token(Some("first"), claims)) as &dyn Fn(&Value) -> String, "signature"),
        (&|claims| foreign.token(None, claims), "signature"),
        (&|claims| foreign.token(Some("foreign"), claims), "key"),
        (&|claims| Key::rsa().token(Some("first"), claims), "key"),
        (&|claims| unsigned(claims, json!({"alg":"none"})), "malformed"),
        (&|claims| unsigned(claims, json!({"alg":"ES256","kid":"first"})), "signature"),
        (&keyed, "algorithm"),
        (&|_| "not a token".to_owned(), "malformed"),
    ] {
        let (asked, cookie) = start(&house, "/desk").await;
        let claims = json!({
            "iss": provider.issuer, "aud": "bangban", "preferred_username": "wang", "exp": now + 300,
            "nonce": asked["nonce"],
        });
        let code = provider.grant(&asked, make(&claims));
        let reply = come_back(&house, Some(&cookie), &[("state", &asked["state"]), ("code", &code)]).await;
        assert_eq!((at(&reply), set(&reply, "bangban_desk")), ("/desk?oidc=refused", None), "{why}");
        assert_eq!(told(&house).await[3], why);
    }

    // The provider's new key is read when it is met.
    *provider.key.lock().unwrap() = ("second".into(), Key::ec());
    let reply = go(&house, &provider, "wang", |_| {}).await;
    assert_eq!(me(&house, &reply).await.status, 200);
}

#[tokio::test]
async fn each_sign_in_ends_once_in_the_browser_where_it_began() {
    let provider = Provider::open(Key::ec(), false).await;
    let house = house(provider.rules()).await;
    house.staff("wang", &[Role::Agent]).await;
    let stranger = async |reply: Reply, at_page: &str, why: &str| {
        assert_eq!((at(&reply), set(&reply, "bangban_desk")), (at_page, None), "{why}");
        let [actor, action, subject, detail] = told(&house).await;
        assert_eq!([actor.as_str(), &action, &subject], STRANGER);
        assert_eq!(detail, why);
    };

    // Shown again: neither the state nor the code counts twice.
    let (asked, cookie) = start(&house, "/desk").await;
    let code = provider.consent(&asked, "wang", |_| {});
    let come = [("state", asked["state"].as_str()), ("code", &code)];
    assert_eq!(at(&come_back(&house, Some(&cookie), &come).await), "/desk");
    stranger(come_back(&house, Some(&cookie), &come).await, "/desk?oidc=state", "state").await;
    let (again, other) = start(&house, "/desk").await;
    let come = [("state", again["state"].as_str()), ("code", &code)];
    stranger(come_back(&house, Some(&other), &come).await, "/desk?oidc=refused", "code").await;

    // In another browser, with another's cookie, with a state of nobody's, or without one.
    for (shown, own_state) in
        [(None, true), (Some("of another"), true), (Some(""), true), (Some("own"), false)]
    {
        let (asked, cookie) = start(&house, "/desk").await;
        let code = provider.consent(&asked, "wang", |_| {});
        let shown = shown.map(|shown| if shown == "own" { cookie.as_str() } else { shown });
        let state = if own_state { asked["state"].as_str() } else { "of nobody's" };
        let come = [("state", state), ("code", &code)];
        stranger(come_back(&house, shown, &come).await, "/desk?oidc=state", "state").await;
        stranger(come_back(&house, Some(&cookie), &[("code", &code)]).await, "/desk?oidc=state", "state")
            .await;
    }
    // Two that are under way at once keep to themselves.
    let ((one, first), (two, second)) = (start(&house, "/desk").await, start(&house, "/desk").await);
    let code = provider.consent(&one, "wang", |_| {});
    let come = [("state", one["state"].as_str()), ("code", &code)];
    stranger(come_back(&house, Some(&second), &come).await, "/desk?oidc=state", "state").await;
    let come = [("state", two["state"].as_str()), ("code", &code)];
    stranger(come_back(&house, Some(&first), &come).await, "/desk?oidc=state", "state").await;

    // A code that was given to another's sign-in lacks this one's proof.
    let ((one, _), (two, second)) = (start(&house, "/desk").await, start(&house, "/desk").await);
    let code = provider.consent(&one, "wang", |_| {});
    let come = [("state", two["state"].as_str()), ("code", &code)];
    stranger(come_back(&house, Some(&second), &come).await, "/desk?oidc=refused", "code").await;

    // From another provider, or not signed in there.
    for (more, why) in [(("iss", "https://evil.example"), "issuer"), (("error", "access_denied"), "denied")] {
        let (asked, cookie) = start(&house, "/desk#wall").await;
        let reply = come_back(&house, Some(&cookie), &[("state", &asked["state"]), more]).await;
        stranger(reply, "/desk?oidc=refused#wall", why).await;
    }

    // After ten minutes it is forgotten.
    let oidc = Oidc::open(&provider.rules()).unwrap();
    let now = Timestamp::now();
    for (minutes, good) in [(9, true), (10, false)] {
        let begun = oidc.begin("/desk".into(), now).await.unwrap();
        let state = pairs(&Url::parse(&begun.to).unwrap())["state"].clone();
        let later = now + SignedDuration::from_mins(minutes);
        assert_eq!(oidc.take(&state, Some(&begun.cookie), later).is_some(), good, "{minutes}");
    }
}

#[tokio::test]
async fn accounts_are_neither_made_nor_opened_for_it() {
    let provider = Provider::open(Key::ec(), false).await;
    let house = house(provider.rules()).await;
    let admin = house.staff("boss", &[Role::Admin]).await;
    house.staff("gone", &[Role::Agent]).await;
    let reply = go(&house, &provider, "150702199001011234", |_| {}).await;
    assert_eq!((at(&reply), set(&reply, "bangban_desk")), ("/desk?oidc=unknown#hotline", None));
    assert_eq!(told(&house).await, ["nobody", "session.refused", "account:?", "oidc"]);
    let list = async || house.desk(&admin, "GET", "/api/v1/admin/accounts", None).await.json();
    let accounts = list().await;
    assert_eq!(accounts["accounts"].as_array().unwrap().len(), 2, "none is made on the fly");

    let gone = accounts["accounts"].as_array().unwrap().iter().find(|a| a["login"] == "gone").unwrap();
    let path = format!("/api/v1/admin/accounts/{}", gone["id"].as_str().unwrap());
    house.desk(&admin, "PATCH", &path, Some(json!({"disabled": true}))).await;
    let reply = go(&house, &provider, "gone", |_| {}).await;
    assert_eq!((at(&reply), set(&reply, "bangban_desk")), ("/desk?oidc=disabled#hotline", None));
    assert_eq!(told(&house).await, ["nobody", "session.refused", "account:gone", "oidc"]);
    assert_eq!(me(&house, &reply).await.status, 401);

    // Guesses at a password keep out neither him nor the lock on it.
    let access = &house.app.access;
    let now = Timestamp::now();
    for _ in 0..5 {
        access.sign_in("boss", "a guess", now).await.unwrap_err();
    }
    let reply = go(&house, &provider, "boss", |_| {}).await;
    assert_eq!(me(&house, &reply).await.status, 200);
    let locked = access.sign_in("boss", PASSWORD, Timestamp::now()).await;
    assert!(matches!(locked, Err(AccessError::Locked(_))), "{locked:?}");
}

#[tokio::test]
async fn without_the_provider_passwords_still_do() {
    // Nobody listens there; the service has started all the same.
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let down = house(rules(&format!("http://{nowhere}"))).await;
    down.staff("wang", &[Role::Agent]).await;
    for _ in 0..2 {
        let reply = down.get("/api/v1/desk/oidc/start?back=/desk%23wall").await;
        assert_eq!(at(&reply), "/desk?oidc=down#wall");
    }
    let body = json!({"login": "wang", "password": PASSWORD});
    assert_eq!(down.desk("", "POST", "/api/v1/desk/session", Some(body)).await.status, 200);

    // It is looked for again; not at once, so that nobody waits for it in vain.
    let provider = Provider::open(Key::ec(), false).await;
    let oidc =
        Oidc::open(&config::Oidc { issuer: format!("{}/", provider.issuer), ..provider.rules() }).unwrap();
    let now = Timestamp::now();
    for (seconds, asked) in [(0, 1), (4, 1), (5, 2)] {
        let later = now + SignedDuration::from_secs(seconds);
        let refused = oidc.begin("/desk".into(), later).await.unwrap_err();
        assert!(refused.to_string().contains("another issuer"), "{refused}");
        assert_eq!(provider.asked("configuration"), asked, "{seconds}");
    }

    // A secret that it doesn't know is a fault of the set-up, not of who signs in.
    let wrong = house(config::Oidc { client_secret: Secret::of("wrong"), ..provider.rules() }).await;
    let reply = go(&wrong, &provider, "wang", |_| {}).await;
    assert_eq!(at(&reply), "/desk?oidc=down#hotline");

    // Where none is set up there is nothing.
    let plain = House::open().await;
    assert_eq!(plain.get("/api/v1/desk/sign-in").await.json(), json!({"oidc": false}));
    for path in ["start", "callback?state=a&code=b"] {
        let reply = plain.get(&format!("/api/v1/desk/oidc/{path}")).await;
        assert_eq!(reply.json()["type"], "/problems/no-such-path", "{path}");
    }
}

#[tokio::test]
async fn nobody_is_led_away_from_our_pages() {
    let provider = Provider::open(Key::ec(), false).await;
    let house = house(provider.rules()).await;
    for back in
        ["https://evil.example/desk", "//evil.example", "/\\evil.example", "/chat", "javascript:alert(1)"]
    {
        let path = format!("/api/v1/desk/oidc/start?back={}", crate::house::encoded(back));
        let reply = house.get(&path).await;
        assert_eq!((reply.status.as_u16(), set(&reply, "bangban_oidc")), (422, None), "{back}");
    }
    assert_eq!(provider.asked("configuration"), 0);

    // The cookies are for TLS alone where the service is found by it.
    let tls = config::Oidc { public_url: "https://desk.test".into(), ..provider.rules() };
    let tls = self::house(tls).await;
    let reply = tls.get("/api/v1/desk/oidc/start").await;
    assert!(reply.headers["set-cookie"].to_str().unwrap().ends_with("; Secure"));
}

#[test]
fn a_bad_set_up_stops_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    for (text, want) in [
        (None, "No such file"),
        (Some("no certificate"), "no certificate in it"),
        (Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "ca.pem"),
    ] {
        if let Some(text) = text {
            std::fs::write(&ca, text).unwrap();
        }
        let rules = config::Oidc { ca: Some(ca.clone()), ..rules("https://id.example") };
        let error = format!("{:#}", anyhow::Error::from(Oidc::open(&rules).err().unwrap()));
        assert!(error.contains("oidc") && error.contains(want), "{error}");
    }
}

#[tokio::test]
async fn a_provider_of_the_inner_network_is_believed_by_its_own_certificates() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("https://{}", listener.local_addr().unwrap());
    let told = json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/a"),
        "token_endpoint": format!("{issuer}/t"), "jwks_uri": format!("{issuer}/k"),
    });
    say_by_tls(listener, told.to_string());
    let ca = root().join("tests/fixtures/inner-network/ca.pem");
    for (ca, good) in [(None, false), (Some(ca), true)] {
        let oidc = Oidc::open(&config::Oidc { ca, ..rules(&issuer) }).unwrap();
        let begun = oidc.begin("/desk".into(), Timestamp::now()).await;
        assert_eq!(begun.is_ok(), good, "{begun:?}");
    }

    // What it says without TLS is not believed.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("https://{}", listener.local_addr().unwrap());
    let told = json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/a"),
        "token_endpoint": format!("{issuer}/t"), "jwks_uri": "http://id.example/k",
    });
    say_by_tls(listener, told.to_string());
    let ca = Some(root().join("tests/fixtures/inner-network/ca.pem"));
    let oidc = Oidc::open(&config::Oidc { ca, ..rules(&issuer) }).unwrap();
    let error = oidc.begin("/desk".into(), Timestamp::now()).await.unwrap_err();
    assert!(error.to_string().contains("without TLS"), "{error}");
}

/// What all tests log while this one looks: a log of one thread's own misses what others were the first to log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Option<Vec<u8>>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Some(kept) = &mut *self.0.lock().unwrap() {
            kept.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_log_nor_store_holds_a_secret() {
    let log = Log(Arc::new(Mutex::new(Some(Vec::new()))));
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("info,tantivy=warn,reqwest=debug")
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let provider = Provider::open(Key::ec(), true).await;
    let house = house(provider.rules()).await;
    house.staff("wang", &[Role::Agent]).await;
    let mut secrets = vec![SECRET.to_owned(), "150702199001011234".to_owned()];
    for (login, bad) in [("wang", false), ("wang", true), ("150702199001011234", false)] {
        let (asked, cookie) = start(&house, "/desk").await;
        let code = provider.consent(&asked, login, |claims| {
            if bad {
                claims["nonce"] = json!("another");
            }
        });
        secrets.extend([asked["state"].clone(), asked["nonce"].clone(), cookie.clone(), code.clone()]);
        secrets.push(provider.grants.lock().unwrap()[&code].token.clone());
        let reply = come_back(&house, Some(&cookie), &[("state", &asked["state"]), ("code", &code)]).await;
        secrets.extend(set(&reply, "bangban_desk"));
    }
    let logged = String::from_utf8(log.0.lock().unwrap().take().unwrap()).unwrap();
    assert!(logged.contains("refused.oidc") && logged.contains("session.refused"), "{logged}");
    let mut kept = std::fs::read(house.file()).unwrap();
    kept.extend(std::fs::read(house.file().with_extension("sqlite-wal")).unwrap_or_default());
    let kept = String::from_utf8_lossy(&kept);
    assert!(kept.contains("refused.oidc"), "the store is read");
    for secret in secrets {
        assert!(!logged.contains(&secret), "{secret} in the log\n{logged}");
        assert!(!kept.contains(&secret), "{secret} in the store");
    }
}
