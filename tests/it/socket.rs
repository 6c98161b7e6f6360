//! Over a real socket: slow bodies, broken requests, many peers, an orderly end.

use crate::house::House;
use bangban::config::Limits;
use bangban::http::{listen, serve};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<anyhow::Result<()>>,
    _house: House,
}

async fn start(limits: Limits) -> Served {
    let house = House::new(limits).await;
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = house.app.clone();
    let task = tokio::spawn(async move {
        serve(listener, app, async {
            let _ = stopped.await;
        })
        .await
    });
    Served { address, stop, task, _house: house }
}

/// Sends pieces with a pause between them; returns all that comes back.
async fn send(address: SocketAddr, pieces: &[&[u8]], pause: Duration) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    for piece in pieces {
        // The server may have hung up already: what it said is read below.
        if stream.write_all(piece).await.is_err() {
            break;
        }
        tokio::time::sleep(pause).await;
    }
    let mut bytes = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

fn post(body: &str, length: usize) -> String {
    format!(
        "POST /api/v1/match HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_broken_and_greedy_peers_are_answered_or_cut_off() {
    // Long enough for a busy machine, short beside the slow body below.
    let limits = Limits { per_minute: 0, request_ms: 4_000, ..Limits::default() };
    let served = start(limits).await;
    let short = Duration::from_millis(5);

    let body = "{\"q\":\"护照\"}";
    let whole = send(served.address, &[post(body, body.len()).as_bytes()], short).await;
    assert!(whole.starts_with("HTTP/1.1 200"), "{whole}");

    // A body that never ends: refused after the time limit.
    let slow =
        send(served.address, &[post("{\"q\":", 500).as_bytes(), b"\"a", b"b"], Duration::from_secs(2)).await;
    assert!(slow.starts_with("HTTP/1.1 408") && slow.contains("/problems/timeout"), "{slow}");

    let greedy = send(served.address, &[post(&"x".repeat(20_000), 20_000).as_bytes()], short).await;
    assert!(greedy.starts_with("HTTP/1.1 413"), "{greedy}");

    for rubbish in [
        &b"\x00\x01\x02\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ] {
        let reply = send(served.address, &[rubbish], short).await;
        assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 4"), "{reply}");
    }
    let header = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(200_000));
    let reply = send(served.address, &[header.as_bytes()], short).await;
    assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 431"), "{reply}");

    // Still well after all that.
    let after = send(served.address, &[post(body, body.len()).as_bytes()], short).await;
    assert!(after.starts_with("HTTP/1.1 200"), "{after}");

    served.stop.send(()).unwrap();
    served.task.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_ask_at_once_and_each_gets_its_own_answer() {
    let served = start(Limits { per_minute: 0, at_once: 64, ..Limits::default() }).await;
    let questions = [("护照", "普通护照签发"), ("营业执照", "企业设立登记"), ("社保卡", "社会保障卡申领")];
    let mut tasks = Vec::new();
    for n in 0..60 {
        let address = served.address;
        tasks.push(tokio::spawn(async move {
            let (question, item) = questions[n % questions.len()];
            let body = format!("{{\"q\":\"{question}\"}}");
            let reply = send(address, &[post(&body, body.len()).as_bytes()], Duration::ZERO).await;
            assert!(reply.starts_with("HTTP/1.1 200") && reply.contains(item), "{question}: {reply}");
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    served.stop.send(()).unwrap();
    served.task.await.unwrap().unwrap();
}
