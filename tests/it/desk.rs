//! From the program to a person and back: who waits, who takes, what each is told.

use crate::house::{House, Reply};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use bangban::assist::AgentWords;
use bangban::desk::{Closed, Presence, Role, Seat};
use bangban::store::Listed;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

pub fn seat(id: &str) -> Seat {
    Seat {
        id: id.into(),
        login: id.into(),
        number: format!("0{id}"),
        name: id.into(),
        supervises: false,
        groups: vec![],
        regions: vec![],
        skills: vec![],
        cap: 5,
        presence: Presence::Offline,
        load: 0,
    }
}

/// Somebody in a conversation of his own, in 海拉尔区.
pub struct Citizen<'h> {
    house: &'h House,
    pub id: String,
    token: String,
}

impl<'h> Citizen<'h> {
    pub async fn new(house: &'h House) -> Citizen<'h> {
        let begun =
            house.post("/api/v1/conversations", json!({ "region": "150702" }).to_string()).await.json();
        let text = |name: &str| begun[name].as_str().unwrap().to_owned();
        Citizen { house, id: text("id"), token: text("token") }
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/conversations/{}{path}", self.id))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) })
            .unwrap();
        self.house.call(request).await
    }

    pub async fn say(&self, text: &str) -> Value {
        let reply = self.call("POST", "/messages", json!({ "text": text })).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{text}: {}", reply.text());
        reply.json()["messages"].clone()
    }

    async fn stage(&self) -> Value {
        self.call("GET", "/stage", Value::Null).await.json()
    }

    pub async fn history(&self) -> Vec<Value> {
        self.call("GET", "", Value::Null).await.json()["messages"].as_array().unwrap().clone()
    }
}

fn now() -> Timestamp {
    Timestamp::now()
}

/// An agent with an open line.
fn there(house: &House, id: &str) -> Seat {
    let seat = seat(id);
    assert_eq!(house.app.talks.seats().here(&seat, true, now()), Presence::Online);
    seat
}

pub fn words<'a>(name: &'a str, text: &'a str) -> AgentWords<'a> {
    AgentWords { name, content: text, text, card: None, place: None }
}

#[tokio::test]
async fn nobody_there_is_said_and_a_message_can_be_left() {
    let house = House::open().await;
    let citizen = Citizen::new(&house).await;
    let hours = house.get("/api/v1/service-hours?region=150702").await.json();
    assert_eq!((hours["state"].as_str(), hours["seats_online"].as_i64()), (Some("unstaffed"), Some(0)));
    let reply = citizen.say("转人工").await[1]["reply"].clone();
    assert_eq!(
        (&reply["status"], &reply["desk"]["state"]),
        (&json!("handoff"), &json!("unstaffed")),
        "{reply}"
    );
    assert!(reply["say"][0].as_str().unwrap().contains("留言"), "{reply}");
    assert_eq!(reply["stage"], Value::Null);
    let refused = citizen.call("POST", "/handoff", json!({})).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.json()["desk"]["state"], "unstaffed");
    assert_eq!(citizen.stage().await["stage"], "bot");

    for (body, field) in [
        (json!({ "text": " " }), "text"),
        (json!({ "text": "字".repeat(1001) }), "text"),
        (json!({ "text": "请回电", "contact": { "phone": "打我电话" } }), "contact.phone"),
        (json!({ "text": "请回电", "contact": { "name": "名".repeat(31) } }), "contact.name"),
    ] {
        let reply = citizen.call("POST", "/message-left", body).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.text());
        assert!(reply.json()["errors"][field].is_array(), "{}", reply.text());
    }
    let left = json!({ "text": "房本的事，请打 13812345678", "contact": { "name": "张女士", "phone": "138 1234 5678" } });
    let reply = citizen.call("POST", "/message-left", left.clone()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let ticket = reply.json()["ticket"].as_str().unwrap().to_owned();
    assert!(ticket.starts_with('M') && ticket.ends_with("-0001"), "{ticket}");
    assert_eq!(citizen.call("POST", "/message-left", left).await.status, StatusCode::CONFLICT);
    // The program goes on meanwhile, and nothing of the phone lies open.
    assert_eq!(citizen.say("身份证丢了").await[1]["reply"]["status"], "answered");
    assert!(!citizen.call("GET", "/transcript", Value::Null).await.text().contains("13812345678"));

    let agent = there(&house, "7");
    let talks = &house.app.talks;
    let list = talks.cases(&agent, Listed::Callback).await.unwrap();
    assert_eq!((list.len(), list[0].ticket.as_deref()), (1, Some(ticket.as_str())));
    let contact = talks.contact(&agent, &citizen.id, now()).await.unwrap();
    assert_eq!((contact.name.as_deref(), contact.phone.as_deref()), (Some("张女士"), Some("138 1234 5678")));
    talks.close_case(&agent, &citizen.id, Closed::CalledBack, None, now()).await.unwrap();
    assert!(talks.contact(&agent, &citizen.id, now()).await.is_err(), "deleted with the call");
    assert_eq!(citizen.say("谢谢").await[1]["kind"], "assistant", "the conversation itself goes on");
}

#[tokio::test]
async fn a_citizen_waits_is_taken_answered_and_given_back() {
    let house = House::open().await;
    let talks = &house.app.talks;
    let (first, second) = (Citizen::new(&house).await, Citizen::new(&house).await);
    let (one, two) = (there(&house, "1"), there(&house, "2"));
    first.say("身份证丢了").await;
    let reply = first.say("我要人工").await[1]["reply"].clone();
    assert_eq!(reply["stage"]["queue"]["position"], 1, "{reply}");
    let asked = second.call("POST", "/handoff", json!({ "why": "complaint" })).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    assert_eq!(asked.json()["queue"]["position"], 2);
    assert_eq!(
        second.call("POST", "/handoff", json!({})).await.json()["queue"]["position"],
        2,
        "again: the same"
    );
    assert_eq!(second.history().await.len(), 2, "and told once");

    // The program is silent, buttons rest, words are passed on and masked.
    let said = first.say("我的身份证号是 11010519491231002X").await;
    assert_eq!(said.as_array().unwrap().len(), 1, "{said}");
    assert!(!said.to_string().contains("11010519491231002X"));
    let pressed = first.call("POST", "/messages", json!({ "press": "restart" })).await;
    assert_eq!(
        (pressed.status, pressed.json()["type"].as_str().unwrap()),
        (StatusCode::CONFLICT, "/problems/not-now")
    );

    let waiting = talks.cases(&one, Listed::Waiting).await.unwrap();
    assert_eq!(waiting.iter().map(|row| &row.conversation).collect::<Vec<_>>(), [&first.id, &second.id]);
    assert_eq!(waiting[0].state.focus.as_ref().unwrap().name, "居民身份证办理");
    talks.claim(&one, &first.id, now()).await.unwrap();
    let late = talks.claim(&two, &first.id, now()).await.unwrap_err().to_string();
    assert!(late.contains("01"), "{late}");
    assert_eq!(second.stage().await["queue"]["position"], 1, "the queue moves on");
    assert_eq!(first.stage().await["agent"]["number"], "01");

    let sent = talks.agent_says(&one, &first.id, words("a1", "您好，请讲"), now()).await.unwrap();
    let again = talks.agent_says(&one, &first.id, words("a1", "您好，请讲"), now()).await.unwrap();
    assert_eq!(sent, again);
    assert!(talks.agent_says(&one, &first.id, words("a1", "别的"), now()).await.is_err());
    assert!(talks.agent_says(&two, &first.id, words("b1", "插话"), now()).await.is_err());
    let note = talks.note(&one, &first.id, "来电人 13812345678 着急", now()).await.unwrap();
    assert!(!note.text.contains("13812345678"));

    talks.give_back(&one, &first.id, now()).await.unwrap();
    assert_eq!(first.say("那要多少钱").await[1]["kind"], "assistant", "the program answers again");
    let kinds: Vec<String> = first
        .history()
        .await
        .iter()
        .map(|m| m["event"].as_str().or(m["kind"].as_str()).unwrap().to_owned())
        .collect();
    assert_eq!(
        kinds,
        [
            "assistant",
            "citizen",
            "assistant",
            "citizen",
            "assistant",
            "citizen",
            "agent.joined",
            "agent",
            "agent.left",
            "citizen",
            "assistant"
        ]
    );
    let file = talks.case_file(&one, &first.id).await.unwrap();
    let steps: Vec<&str> = file.log.iter().map(|step| step.what.as_str()).collect();
    assert_eq!(steps, ["queued", "claimed", "given_back"]);
    assert_eq!(file.notes.len(), 1);
    let transcript = first.call("GET", "/transcript?format=html", Value::Null).await;
    assert!(transcript.headers["content-disposition"].to_str().unwrap().contains("bangban.html"));
    assert!(transcript.text().contains("您好，请讲") && !transcript.text().contains("着急"));

    // Whoever no longer wants to wait goes back to the program.
    let left = second.call("DELETE", "/handoff", Value::Null).await;
    assert_eq!((left.status, left.json()["stage"].as_str().unwrap()), (StatusCode::OK, "bot"));
    assert!(talks.cases(&one, Listed::Waiting).await.unwrap().is_empty());
}

#[tokio::test]
async fn of_fifty_who_claim_one_wins_and_no_one_gets_more_than_he_may() {
    let house = Arc::new(House::open().await);
    there(&house, "1");
    for round in 0..8 {
        let citizen = Citizen::new(&house).await;
        assert_eq!(citizen.call("POST", "/handoff", json!({})).await.status, StatusCode::ACCEPTED);
        let racers = (0..50).map(|racer| {
            let (house, id) = (house.clone(), citizen.id.clone());
            tokio::spawn(async move {
                house.app.talks.claim(&seat(&format!("r{round}-{racer}")), &id, now()).await.is_ok()
            })
        });
        let mut won = 0;
        for racer in racers.collect::<Vec<_>>() {
            won += usize::from(racer.await.unwrap());
        }
        assert_eq!(won, 1, "round {round}");
    }
    let greedy = Seat { cap: 2, ..seat("g") };
    let mut taken = 0;
    for _ in 0..4 {
        let citizen = Citizen::new(&house).await;
        citizen.call("POST", "/handoff", json!({})).await;
        taken += usize::from(house.app.talks.claim(&greedy, &citizen.id, now()).await.is_ok());
    }
    assert_eq!(taken, 2);
}

#[tokio::test]
async fn a_lost_seat_gives_its_conversations_back_to_the_queue() {
    let house = House::open().await;
    let talks = &house.app.talks;
    let citizen = Citizen::new(&house).await;
    let agent = there(&house, "1");
    citizen.call("POST", "/handoff", json!({})).await;
    talks.claim(&agent, &citizen.id, now()).await.unwrap();
    talks.seats().gone("1", now());
    let in_seconds = |seconds: i64| now() + SignedDuration::from_secs(seconds);
    talks.tick(in_seconds(58)).await.unwrap();
    assert_eq!(citizen.stage().await["stage"], "assigned");
    talks.tick(in_seconds(61)).await.unwrap();
    assert_eq!(citizen.stage().await["stage"], "queued");
    let last = citizen.history().await.pop().unwrap();
    assert!(last["text"].as_str().unwrap().contains("不用重新排队"), "{last}");

    // Nobody comes: told once.
    talks.tick(in_seconds(300)).await.unwrap();
    talks.tick(in_seconds(302)).await.unwrap();
    let told = citizen.history().await.iter().filter(|m| m["event"] == "queue.slow").count();
    assert_eq!(told, 1);

    // A citizen who says nothing is asked, then let go.
    talks.claim(&there(&house, "2"), &citizen.id, now()).await.unwrap();
    talks.tick(in_seconds(16 * 60)).await.unwrap();
    assert_eq!(citizen.history().await.last().unwrap()["event"], "still.there");
    talks.tick(in_seconds(17 * 60 + 2)).await.unwrap();
    let last = citizen.history().await.pop().unwrap();
    assert_eq!((&last["event"], &last["reason"]), (&json!("conversation.closed"), &json!("timeout")));
}

#[tokio::test]
async fn what_happened_is_told_in_one_order_to_all_who_listen() {
    let house = House::open().await;
    let talks = &house.app.talks;
    let agent = there(&house, "1");
    let mut heard = talks.hear();
    let start = talks.last_told().await.unwrap();
    for _ in 0..3 {
        let citizen = Citizen::new(&house).await;
        citizen.call("POST", "/handoff", json!({})).await;
        talks.claim(&agent, &citizen.id, now()).await.unwrap();
        citizen.say("在吗").await;
        talks.close_case(&agent, &citizen.id, Closed::Solved, None, now()).await.unwrap();
    }
    assert!(heard.has_changed().unwrap());
    heard.borrow_and_update();
    let told = talks.told(start).await.unwrap().unwrap();
    let numbers: Vec<i64> = told.iter().map(|one| one.event.seq).collect();
    assert_eq!(numbers, (start + 1..=start + told.len() as i64).collect::<Vec<_>>(), "no gap");
    let of_messages = told.iter().filter(|one| one.message.is_some()).count();
    assert!(of_messages >= 3 && told.iter().filter(|one| one.event.what == "closed").count() == 3);
    assert_eq!(talks.told(told.last().unwrap().event.seq).await.unwrap().unwrap().len(), 0);
    assert!(talks.told(10_000).await.unwrap().is_none(), "a number that was never given out");
    let (numbers, seats, waiting) = talks.wall(now()).await.unwrap();
    assert_eq!((seats.len(), waiting.len()), (1, 0));
    let count = |word: &str| numbers.counts.iter().find(|(known, _)| known == word).map_or(0, |(_, n)| *n);
    assert_eq!((count("queued"), count("claimed"), count("closed")), (3, 3, 3));
}

/// An agent who is signed in, at the real API.
pub struct Desk<'h> {
    house: &'h House,
    cookie: String,
}

impl<'h> Desk<'h> {
    pub async fn sign_in(house: &'h House, login: &str, roles: &[Role]) -> Desk<'h> {
        Desk { house, cookie: house.staff(login, roles).await }
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        let body = (!body.is_null()).then_some(body);
        self.house.desk(&self.cookie, method, &format!("/api/v1/desk{path}"), body).await
    }
}

/// Calls every operation of the hand-over with success, as the document has it.
pub async fn documented(house: &House, document: &Value) -> BTreeSet<(String, String)> {
    let agent = Desk::sign_in(house, "doc-desk", &[Role::Agent, Role::Supervisor]).await;
    let mut called = BTreeSet::new();
    let mut heard = |method: &str, template: &str, reply: &Reply, status: u16| {
        assert_eq!(reply.status.as_u16(), status, "{method} {template}: {}", reply.text());
        let method = method.to_lowercase();
        // An answer without a body, and a file, have no shape.
        if status != 204 && !template.ends_with("/transcript") {
            crate::api::as_documented(document, &method, template, reply);
        }
        if status < 300 {
            called.insert((method, template.to_owned()));
        }
    };
    heard("GET", "/api/v1/service-hours", &house.get("/api/v1/service-hours").await, 200);
    let (first, second) = (Citizen::new(house).await, Citizen::new(house).await);
    first.say("身份证丢了").await;
    let talk = |path: &str| format!("/api/v1/conversations/{{id}}{path}");
    let none = Value::Null;
    heard("POST", &talk("/handoff"), &first.call("POST", "/handoff", json!({})).await, 503);
    let online = agent.call("PUT", "/presence", json!({ "state": "online" })).await;
    heard("PUT", "/api/v1/desk/presence", &online, 200);
    for (method, path, body, status) in [
        ("POST", "/handoff", json!({}), 202),
        ("GET", "/stage", none.clone(), 200),
        ("DELETE", "/handoff", none.clone(), 200),
        ("GET", "/transcript", none.clone(), 200),
        ("POST", "/handoff", json!({ "why": "misses" }), 202),
    ] {
        heard(method, &talk(path), &first.call(method, path, body).await, status);
    }
    let left = second.call("POST", "/message-left", json!({ "text": "请回电" })).await;
    heard("POST", &talk("/message-left"), &left, 201);
    let code = "150100000001";
    for (method, path, template, body, status) in [
        ("GET", "/cases?list=waiting".to_owned(), "/cases", none.clone(), 200),
        ("GET", "/cases?list=none".to_owned(), "/cases", none.clone(), 422),
        ("POST", format!("/cases/{}/claim", first.id), "/cases/{id}/claim", json!({}), 200),
        ("GET", format!("/cases/{}", first.id), "/cases/{id}", none.clone(), 200),
        ("GET", format!("/cases/{}/suggestions", first.id), "/cases/{id}/suggestions", none.clone(), 200),
        ("GET", format!("/cases/{}/suggestions", second.id), "/cases/{id}/suggestions", none.clone(), 409),
        (
            "POST",
            format!("/cases/{}/messages", first.id),
            "/cases/{id}/messages",
            json!({ "item_code": code, "client_msg_id": "m" }),
            201,
        ),
        ("POST", format!("/cases/{}/typing", first.id), "/cases/{id}/typing", json!({ "on": true }), 204),
        ("POST", format!("/cases/{}/notes", first.id), "/cases/{id}/notes", json!({ "text": "着急" }), 201),
        (
            "POST",
            format!("/cases/{}/forward", first.id),
            "/cases/{id}/forward",
            json!({ "group": "general" }),
            200,
        ),
        ("POST", format!("/cases/{}/claim", first.id), "/cases/{id}/claim", json!({}), 200),
        ("POST", format!("/cases/{}/give-back", first.id), "/cases/{id}/give-back", json!({}), 200),
        ("POST", format!("/cases/{}/contact", second.id), "/cases/{id}/contact", json!({}), 200),
        (
            "POST",
            format!("/cases/{}/close", second.id),
            "/cases/{id}/close",
            json!({ "outcome": "called_back" }),
            200,
        ),
        ("GET", "/colleagues".to_owned(), "/colleagues", none.clone(), 200),
        ("POST", "/canned".to_owned(), "/canned", json!({ "title": "问候", "text": "您好" }), 201),
        ("GET", "/canned".to_owned(), "/canned", none.clone(), 200),
        ("GET", format!("/canned?conversation={}", first.id), "/canned", none.clone(), 200),
        ("DELETE", "/canned/none".to_owned(), "/canned/{id}", none.clone(), 204),
        ("GET", "/wall".to_owned(), "/wall", none.clone(), 200),
        ("POST", "/socket-ticket".to_owned(), "/socket-ticket", json!({}), 200),
    ] {
        let reply = agent.call(method, &path, body).await;
        heard(method, &format!("/api/v1/desk{template}"), &reply, status);
    }
    called
}

#[tokio::test]
async fn an_agent_works_over_http_and_a_card_keeps_its_sources() {
    let house = House::open().await;
    let (agent, other) = (
        Desk::sign_in(&house, "wang", &[Role::Agent]).await,
        Desk::sign_in(&house, "li", &[Role::Agent]).await,
    );
    let boss = Desk::sign_in(&house, "boss", &[Role::Supervisor]).await;
    assert_eq!(agent.call("PUT", "/presence", json!({ "state": "online" })).await.status, StatusCode::OK);
    let citizen = Citizen::new(&house).await;
    citizen.say("身份证丢了").await;
    assert_eq!(citizen.call("POST", "/handoff", json!({})).await.status, StatusCode::ACCEPTED);
    let waiting = agent.call("GET", "/cases?list=waiting", Value::Null).await.json();
    let row = &waiting["cases"][0];
    assert_eq!(
        (row["id"].as_str(), row["item"]["name"].as_str()),
        (Some(citizen.id.as_str()), Some("居民身份证办理"))
    );
    let case = |act: &str| format!("/cases/{}{act}", citizen.id);
    assert_eq!(agent.call("POST", &case("/claim"), json!({})).await.status, StatusCode::OK);
    let late = other.call("POST", &case("/claim"), json!({})).await;
    assert_eq!(
        (late.status, late.json()["type"].as_str().unwrap()),
        (StatusCode::CONFLICT, "/problems/taken")
    );
    assert!(late.json()["detail"].as_str().unwrap().contains("wang"));

    let file = agent.call("GET", &case(""), Value::Null).await.json();
    assert_eq!(file["brief"]["item"]["name"], "居民身份证办理", "{file}");
    assert_eq!(file["brief"]["region"]["code"], "150702");
    assert!(!file["brief"]["candidates"].as_array().unwrap().is_empty());
    assert_eq!(file["brief"]["said"][0], "身份证丢了");

    let code = file["brief"]["item"]["code"].as_str().unwrap();
    let words = json!({ "text": "按这个准备", "item_code": code, "client_msg_id": "1" });
    let said = agent.call("POST", &case("/messages"), words.clone()).await;
    assert_eq!(said.status, StatusCode::CREATED, "{}", said.text());
    assert_eq!(
        agent.call("POST", &case("/messages"), words).await.json(),
        said.json(),
        "sent twice, written once"
    );
    let last = citizen.history().await.pop().unwrap();
    assert_eq!((&last["kind"], &last["agent"]["number"]), (&json!("agent"), &json!("wang")));
    let materials = last["card"]["materials"]["list"].as_array().unwrap();
    assert!(!materials.is_empty());
    for material in materials {
        assert!(material["citation"]["id"].as_str().unwrap().contains('#'), "{material}");
    }
    for (path, body, status) in [
        ("/messages", json!({ "text": "x" }), StatusCode::BAD_REQUEST),
        ("/messages", json!({ "client_msg_id": "2" }), StatusCode::UNPROCESSABLE_ENTITY),
        ("/messages", json!({ "item_code": "nothing", "client_msg_id": "3" }), StatusCode::NOT_FOUND),
        ("/close", json!({ "outcome": "timeout" }), StatusCode::UNPROCESSABLE_ENTITY),
        ("/forward", json!({}), StatusCode::UNPROCESSABLE_ENTITY),
        ("/forward", json!({ "group": "nobody" }), StatusCode::UNPROCESSABLE_ENTITY),
        ("/notes", json!({ "text": "" }), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let reply = agent.call("POST", &case(path), body.clone()).await;
        assert_eq!(reply.status, status, "{path} {body}: {}", reply.text());
    }
    let stranger =
        other.call("POST", &case("/messages"), json!({ "text": "插话", "client_msg_id": "9" })).await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN);
    let canned =
        agent.call("POST", "/canned", json!({ "title": "问候", "text": "您好，{{工号}} 为您服务" })).await;
    assert_eq!(canned.status, StatusCode::CREATED);
    assert_eq!(other.call("GET", "/canned", Value::Null).await.json()["canned"][0]["mine"], false);
    assert_eq!(other.call("GET", "/wall", Value::Null).await.status, StatusCode::FORBIDDEN);
    let wall = boss.call("GET", "/wall", Value::Null).await.json();
    assert_eq!((&wall["today"]["claimed"], &wall["waiting"]), (&json!(1), &json!(0)), "{wall}");

    let done = agent.call("POST", &case("/close"), json!({ "outcome": "solved", "item_code": code })).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    assert_eq!(citizen.stage().await["stage"], "closed");
    let history = agent.call("GET", "/cases?list=history", Value::Null).await.json();
    assert_eq!(history["cases"][0]["outcome"], "solved");
    let proposals = agent.call("GET", "/proposals?state=open", Value::Null).await.json();
    assert_eq!(proposals["proposals"][0]["question"], "身份证丢了", "{proposals}");
}

#[tokio::test]
async fn the_line_wants_a_ticket_of_our_page_and_tells_in_order() {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::client::IntoClientRequest;

    let house = House::open().await;
    let agent = Desk::sign_in(&house, "wang", &[Role::Agent]).await;
    let listener = bangban::http::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let service = tokio::spawn(bangban::http::serve(listener, house.app.clone(), async move {
        let _ = stopped.await;
    }));
    let open = |origin: String, ticket: String| async move {
        let mut request = format!("ws://{address}/api/v1/desk/socket").into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("origin", origin.parse().unwrap());
        headers.insert("sec-websocket-protocol", format!("bangban.v1, ticket.{ticket}").parse().unwrap());
        tokio_tungstenite::connect_async(request).await
    };
    let ticket = async || {
        let reply = agent.call("POST", "/socket-ticket", json!({})).await.json();
        reply["ticket"].as_str().unwrap().to_owned()
    };
    let own = format!("http://{address}");
    assert!(open("http://elsewhere.example".into(), ticket().await).await.is_err(), "a foreign page");
    assert!(open(own.clone(), "0".repeat(48)).await.is_err(), "no such ticket");
    let good = ticket().await;
    let (mut socket, response) = open(own.clone(), good.clone()).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "bangban.v1");
    assert!(open(own.clone(), good).await.is_err(), "a ticket is good once");

    socket.send(Message::text(json!({ "v": 1, "type": "resume", "id": "r" }).to_string())).await.unwrap();
    let citizen = Citizen::new(&house).await;
    let mut kinds: Vec<(String, i64)> = Vec::new();
    let mut last = 0;
    while kinds.len() < 5 {
        let Some(Ok(Message::Text(text))) = socket.next().await else { continue };
        let told: Value = serde_json::from_str(&text).unwrap();
        if told["type"] == "ready" {
            assert_eq!((&told["reply_to"], &told["data"]["presence"]), (&json!("r"), &json!("online")));
            assert_eq!(citizen.call("POST", "/handoff", json!({})).await.status, StatusCode::ACCEPTED);
            let claim = format!("/cases/{}/claim", citizen.id);
            assert_eq!(agent.call("POST", &claim, json!({})).await.status, StatusCode::OK);
            citizen.say("在吗").await;
            citizen.say("喂").await;
            let close = format!("/cases/{}/close", citizen.id);
            agent.call("POST", &close, json!({ "outcome": "unsolved" })).await;
        }
        if let Some(seq) = told["seq"].as_i64() {
            assert!(seq > last, "{told}");
            last = seq;
            let what = told["data"]["what"].as_str().or(told["data"]["message"]["text"].as_str());
            kinds.push((what.unwrap().to_owned(), seq));
        }
    }
    let words: Vec<&str> = kinds.iter().map(|(what, _)| what.as_str()).collect();
    assert_eq!(words, ["queued", "claimed", "在吗", "喂", "closed"]);
    drop(socket);
    // A broken line is taken up after the last number that was heard.
    let (mut socket, _) = open(own, ticket().await).await.unwrap();
    let resume = json!({ "v": 1, "type": "resume", "seq": kinds[3].1 });
    socket.send(Message::text(resume.to_string())).await.unwrap();
    let next = loop {
        let Some(Ok(Message::Text(text))) = socket.next().await else { continue };
        let told: Value = serde_json::from_str(&text).unwrap();
        if told["seq"].is_i64() {
            break told;
        }
    };
    assert_eq!((&next["seq"], &next["data"]["what"]), (&json!(kinds[4].1), &json!("closed")));
    house.stop.send_replace(true);
    let mut code = None;
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Close(Some(frame)) = message {
            code = Some(u16::from(frame.code));
        }
    }
    assert_eq!(code, Some(1012), "told that the service stops");
    let _ = stop.send(());
    service.await.unwrap().unwrap();
}

#[test]
fn a_small_rehearsal_with_a_kill_loses_and_doubles_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let index = dir.path().join("index");
    crate::house::build(&index, &[crate::house::fixture()], None);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_bangban"))
        .args(["rehearse", "--agents", "8", "--citizens", "24", "--seconds", "16", "--races", "4", "--kill"])
        .args(["--port", &port.to_string(), "--model", "nowhere", "--index"])
        .arg(&index)
        .current_dir(dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("killed with -9") && said.contains("one winner each"), "{said}");
    assert!(said.contains("\n0 faults"), "{said}");
}
