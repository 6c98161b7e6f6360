//! `bangban rehearse`: a whole desk against the real service, in a process of its own, with lines that break and a
//! kill -9 in the middle. It ends with what was lost, doubled or out of order; nothing may be.

mod agent;
mod citizen;
mod line;

use crate::assist::{Access, NewAccount};
use crate::config::Config;
use crate::desk::Role;
use crate::store::Database;
use anyhow::{Context, Result, bail};
use futures_util::future::join_all;
use line::{Line, random};
use serde_json::json;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What `rehearse` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct RehearseArgs {
    /// Agents at the desk
    #[arg(long, value_name = "N", default_value_t = 100)]
    agents: usize,
    /// Citizens who ask for a person, over and over
    #[arg(long, value_name = "N", default_value_t = 2000)]
    citizens: usize,
    /// Seconds that they go on
    #[arg(long, value_name = "N", default_value_t = 600)]
    seconds: u64,
    /// Conversations that 50 agents try to take at the same moment, before the rest begins
    #[arg(long, value_name = "N", default_value_t = 1000)]
    races: usize,
    /// Kill the service in the middle and start it again
    #[arg(long)]
    kill: bool,
    /// Port of the service
    #[arg(long, value_name = "PORT", default_value_t = 18480)]
    port: u16,
}

/// Agents who try to take one conversation at once.
const RACERS: usize = 50;

/// The password of all of them, good in this rehearsal alone.
const PASSWORD: &str = "rehearsal-only";

/// What went on, and what went wrong.
#[derive(Default)]
struct Counts {
    conversations: AtomicU64,
    sent: AtomicU64,
    answered: AtomicU64,
    claims: AtomicU64,
    reconnects: AtomicU64,
    faults: Mutex<Vec<String>>,
}

impl Counts {
    fn fault(&self, what: String) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }
}

/// What all of them share.
struct Stage {
    line: Line,
    counts: Counts,
    /// Becomes true when no new conversation is to begin.
    over: AtomicBool,
}

/// Runs the rehearsal.
pub fn run(config: &Config, args: &RehearseArgs) -> Result<ExitCode> {
    let aside = tempfile::tempdir().context("can't make a folder for the rehearsal")?;
    super::runtime()?.block_on(rehearse(config, args.clone(), aside.path()))
}

async fn rehearse(config: &Config, args: RehearseArgs, data: &Path) -> Result<ExitCode> {
    let database = Database::open(&data.join(super::KEPT)).await?;
    let access = Access::of(database.clone(), config.access);
    let began = Instant::now();
    for at in 0..args.agents.max(RACERS) {
        let account = NewAccount {
            login: format!("agent{at}"),
            name: format!("坐席 {at}"),
            number: format!("{at:04}"),
            roles: vec![Role::Agent],
            groups: Vec::new(),
            regions: Vec::new(),
            skills: Vec::new(),
            cap: 8,
        };
        access.create(account, PASSWORD, "cli", jiff::Timestamp::now()).await?;
    }
    database.close().await;
    println!("{} accounts made in {:.0} s", args.agents.max(RACERS), began.elapsed().as_secs_f64());
    let mut service = Service::start(config, data, args.port)?;
    let stage = Arc::new(Stage {
        line: Line::to(args.port)?,
        counts: Counts::default(),
        over: AtomicBool::new(false),
    });
    stage.line.ready().await?;
    race(&stage, args.races).await?;

    let agents: Vec<_> = (0..args.agents).map(|at| tokio::spawn(agent::work(stage.clone(), at))).collect();
    // Not all at once, as nobody comes.
    let citizens: Vec<_> = (0..args.citizens)
        .map(|at| {
            let delay = Duration::from_millis(random(20_000));
            let stage = stage.clone();
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                citizen::live(stage, at).await;
            })
        })
        .collect();
    let began = Instant::now();
    let mut sizes = Vec::new();
    let mut killed = !args.kill;
    while began.elapsed() < Duration::from_secs(args.seconds) {
        tokio::time::sleep(Duration::from_secs(5)).await;
        sizes.push(service.resident());
        if !killed && began.elapsed() * 2 > Duration::from_secs(args.seconds) {
            killed = true;
            service.kill()?;
            service = Service::start(config, data, args.port)?;
            println!("killed with -9 and started again after {:.0} s", began.elapsed().as_secs_f64());
        }
    }
    stage.over.store(true, Ordering::Relaxed);
    for citizen in join_all(citizens).await {
        citizen.context("a citizen ended early")?;
    }
    agents.iter().for_each(tokio::task::JoinHandle::abort);
    report(&stage.counts, &sizes)
}

/// Fifty at once for each of some conversations: one gets it, the others are told who.
async fn race(stage: &Arc<Stage>, races: usize) -> Result<()> {
    let began = Instant::now();
    let racers = join_all((0..RACERS).map(|at| agent::sign_in(&stage.line, at))).await;
    let racers: Vec<String> = racers.into_iter().collect::<Result<_>>()?;
    let holder = racers.first().context("nobody races")?;
    let there =
        stage.line.staff("PUT", "/api/v1/desk/presence", holder, &json!({ "state": "online" })).await?;
    if there.0 != 200 {
        bail!("presence: {} {}", there.0, there.1);
    }
    for _ in 0..races {
        let citizen = citizen::Citizen::begin(&stage.line).await?;
        citizen.post(&stage.line, "/handoff", &json!({})).await?;
        let path = format!("/api/v1/desk/cases/{}/claim", citizen.id);
        let nothing = json!({});
        let tries = racers.iter().map(|racer| stage.line.staff("POST", &path, racer, &nothing));
        let tries = join_all(tries).await;
        let (mut won, mut told) = (Vec::new(), 0);
        for (racer, tried) in racers.iter().zip(tries) {
            match tried? {
                (200, _) => won.push(racer),
                (409, body) if body["detail"].as_str().is_some_and(|text| text.contains("已由")) => {
                    told += 1
                }
                (status, body) => bail!("a claim was answered with {status} {body}"),
            }
        }
        let [winner] = won.as_slice() else {
            bail!("{} of {RACERS} took conversation {}", won.len(), citizen.id);
        };
        if told != RACERS - 1 {
            bail!("{told} of {} were told who was faster", RACERS - 1);
        }
        let close = format!("/api/v1/desk/cases/{}/close", citizen.id);
        stage.line.staff("POST", &close, winner, &json!({ "outcome": "solved" })).await?;
    }
    println!(
        "{races} conversations, {RACERS} claims each: one winner each, {:.0} s",
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

fn report(counts: &Counts, sizes: &[u64]) -> Result<ExitCode> {
    let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
    println!(
        "{} conversations, {} claims, {} messages of citizens, {} answers, {} broken lines taken up again",
        read(&counts.conversations),
        read(&counts.claims),
        read(&counts.sent),
        read(&counts.answered),
        read(&counts.reconnects)
    );
    let mib = |bytes: u64| bytes / (1 << 20);
    let parts: Vec<u64> = sizes
        .chunks(sizes.len().div_ceil(6).max(1))
        .filter_map(|part| part.last())
        .map(|b| mib(*b))
        .collect();
    println!("memory of the service, MiB, in six steps: {parts:?}");
    let faults = counts.faults.lock().unwrap_or_else(PoisonError::into_inner);
    for fault in faults.iter().take(20) {
        println!("FAULT {fault}");
    }
    println!("{} faults", faults.len());
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The service in a process of its own.
struct Service(Child);

impl Service {
    fn start(config: &Config, data: &Path, port: u16) -> Result<Service> {
        let log = std::fs::File::options().create(true).append(true).open(data.join("log"))?;
        let child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .arg("--index")
            .arg(&config.index)
            .arg("--model")
            .arg(&config.model)
            .env("BANGBAN_DATA", data)
            .env("BANGBAN_LIMITS__PER_MINUTE", "0")
            .env("BANGBAN_ACCESS__FAILURES", "1000")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("can't start the service")?;
        Ok(Service(child))
    }

    fn kill(&mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// Bytes in memory.
    fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.unwrap_or(0) * 1024
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has ended already, or ends now.
        let _ = self.kill();
    }
}
