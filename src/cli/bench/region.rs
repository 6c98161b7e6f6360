//! `bangban bench region`: the guides of the whole region, the service as it always runs, and everything asked of it at
//! fixed rates.

use super::beside::{self, BesideArgs};
use super::chance::Chance;
use super::child::{Service, Start, account};
use super::drive::Schedule;
use super::line::sign_in;
use super::load::{Load, full_text_requests, match_requests};
use super::machine::{Limits, Machine, mean_tokens};
use super::made::{Made, Plan};
use super::mix::{Asked, DIFFERENT, Places, fresh, questions, repeated};
use super::report::{self, Report, Started};
use crate::config::{Config, Limits as Bounds};
use crate::guide::Regions;
use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What `bench region` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct RegionArgs {
    /// Regional copies in the index
    #[arg(long, value_name = "N", default_value_t = 502_000)]
    guides: usize,
    /// Copies in the index that it is held against
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    few: usize,
    /// Folder of guides and indexes; what is there and matches is taken as it is
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    dir: PathBuf,
    /// Make guides and indexes anew even if they are there
    #[arg(long)]
    fresh: bool,
    /// Guides, divisions, words and known questions
    #[arg(long, value_name = "PATH", default_value = "corpus")]
    corpus: PathBuf,
    /// Question files (JSON Lines with `question`), none of them in the index
    #[arg(long, value_name = "PATH", default_value = "corpus/questions/held")]
    questions: PathBuf,
    /// Questions a second at which latency is measured
    #[arg(long, value_name = "N", default_value_t = 100.0)]
    rate: f64,
    /// Steps in which the rate is raised until the service no longer keeps up
    #[arg(long, value_name = "N", default_value_t = 50.0)]
    step: f64,
    /// The highest rate that is tried
    #[arg(long, value_name = "N", default_value_t = 2_000.0)]
    most: f64,
    /// Seconds of each load
    #[arg(long, value_name = "N", default_value_t = 20.0)]
    seconds: f64,
    /// Seconds of each step of the rate
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    step_seconds: f64,
    /// Seconds at twice the rate that the service can keep up with
    #[arg(long, value_name = "N", default_value_t = 60.0)]
    beyond_seconds: f64,
    /// Then all that `bench beside` compares, over the same guides
    #[arg(long)]
    beside: bool,
    /// Seed of what is asked
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Write everything that was measured as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// A service keeps up with a rate while 99 of a hundred answers come within this time.
const KEPT_UP_MS: f64 = 50.0;

/// Requests a second that leave the service idle in between: each finds it doing nothing else.
const ALONE: f64 = 20.0;

/// The rate is raised by one part of so many of what it is, in whole steps, one at least.
const COARSER: f64 = 4.0;

/// Requests before the clock counts: pages are read in.
const WARM: usize = 200;

/// The larger index is opened so often.
const STARTS: usize = 3;

/// Loads on the one and the other index by turns, so that both see the same minutes of the machine.
const TURNS: usize = 3;

/// The account that looks through full text, good in this measurement alone.
const LOGIN: &str = "bench";
const PASSWORD: &str = "bench-only-1";

/// Measures, prints, writes.
pub fn run(config: &Config, args: &RegionArgs) -> Result<ExitCode> {
    ensure!(
        [args.rate, args.step, args.seconds, args.step_seconds, args.beyond_seconds].iter().all(|n| *n > 0.0),
        "rates and seconds must be above 0"
    );
    let held = questions(&args.questions)?;
    let plan = Plan { dir: &args.dir, corpus: &args.corpus, model: &config.model, fresh: args.fresh };
    let few = plan.make(args.few)?;
    let all = plan.make(args.guides)?;
    let machine = Machine::look();
    let tokens = mean_tokens(&config.model, &held).unwrap_or(0.0);
    let limits = Limits::of(&machine, &config.model, all.vectors, tokens);
    let regions =
        Regions::parse(&super::super::import::companions(std::slice::from_ref(&args.corpus))?.regions)?;
    let mut asker = Asker::of(&held, Places::of(&regions), args.seed);
    let bench = Bench { args, plan: &plan, model: &config.model };
    let mut report = bench.measure(&mut asker, machine, limits, few, all)?;
    report.print();
    // Should the comparison fail, what was measured before is there.
    report::write(args.json.as_deref(), &report)?;
    if args.beside {
        let with = BesideArgs::with(args.guides, &args.dir, &args.corpus, &args.questions, args.seed);
        let compared = beside::measure(config, &with)?;
        compared.print();
        report.beside = Some(compared);
        report::write(args.json.as_deref(), &report)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes questions.
struct Asker<'a> {
    held: &'a [String],
    places: Places,
    /// Those that are asked over and over, the most asked first.
    different: Vec<Asked>,
    chance: Chance,
}

impl Asker<'_> {
    fn of(held: &[String], places: Places, seed: u64) -> Asker<'_> {
        let mut chance = Chance::of(seed);
        let different = fresh(held, &places, DIFFERENT, &mut chance);
        Asker { held, places, different, chance }
    }

    /// Requests for a load of cards, each drawn anew or few of them often.
    fn cards(&mut self, rate: f64, seconds: f64, over_and_over: bool) -> Vec<Vec<u8>> {
        let count = Schedule { rate }.requests(seconds);
        match_requests(&match over_and_over {
            true => repeated(&self.different, count, &mut self.chance),
            false => fresh(self.held, &self.places, count, &mut self.chance),
        })
    }

    /// Questions for full text, all with a place or none.
    fn texts(&mut self, rate: f64, seconds: f64, placed: bool) -> Vec<Asked> {
        let count = Schedule { rate }.requests(seconds);
        let mut asked = fresh(self.held, &self.places, count, &mut self.chance);
        for one in &mut asked {
            one.region = if placed { self.places.one(&mut self.chance) } else { None };
        }
        asked
    }
}

struct Bench<'a> {
    args: &'a RegionArgs,
    plan: &'a Plan<'a>,
    model: &'a Path,
}

impl Bench<'_> {
    fn measure(
        &self,
        asker: &mut Asker<'_>,
        machine: Machine,
        limits: Option<Limits>,
        few: Made,
        all: Made,
    ) -> Result<Report> {
        let args = self.args;
        let aside = Aside::make()?;
        account(&aside.of("all")?, LOGIN, PASSWORD)?;
        say("starting the service");
        let (mut service, started) = self.started(&aside, all.copies)?;
        let mut small = self.service(&aside, few.copies, "few", 0)?;
        self.warm(&mut small, asker)?;
        self.warm(&mut service, asker)?;
        say("few guides and all of them, by turns");
        let alone = self.by_turns(&mut small, &mut service, asker, ALONE.min(args.rate))?;
        let loaded = self.by_turns(&mut small, &mut service, asker, args.rate)?;
        drop(small);

        say("cards at a fixed rate");
        let requests = asker.cards(args.rate, args.seconds, false);
        let cards = Load::put(&mut service, &requests, args.rate)?;
        say("full text");
        let cookie = sign_in(service.address, LOGIN, PASSWORD)?;
        let rate = ALONE.min(args.rate);
        let mut full_text = |placed| {
            let requests = full_text_requests(&asker.texts(rate, args.seconds, placed), &cookie);
            Load::put(&mut service, &requests, rate)
        };
        let (full_text_within, full_text_everywhere) = (full_text(true)?, full_text(false)?);
        say("higher and higher rates");
        let (steps, capacity) = self.climb(&mut service, asker, false)?;
        say("twice what it keeps up with");
        let rate = 2.0 * capacity.unwrap_or(args.step);
        let requests = asker.cards(rate, args.beyond_seconds, false);
        let beyond = Load::put(&mut service, &requests, rate)?;
        let requests = asker.cards(ALONE.min(args.rate), args.seconds, false);
        let afterwards = Load::put(&mut service, &requests, ALONE.min(args.rate))?;
        let most_bytes = service.most();
        drop(service);

        say("the same questions over and over, with what was found kept");
        let mut service = self.service(&aside, all.copies, "kept", Bounds::default().recall)?;
        let requests = asker.cards(args.rate, args.seconds, true);
        // What a service has seen that has been running for a while.
        Load::put(&mut service, &requests, args.rate)?;
        let requests = asker.cards(args.rate, args.seconds, true);
        let repeated = Load::put(&mut service, &requests, args.rate)?;
        let (repeated_steps, repeated_capacity) = self.climb(&mut service, asker, true)?;
        Ok(Report {
            version: env!("CARGO_PKG_VERSION"),
            measured_at: Timestamp::now(),
            machine,
            limits,
            seconds: args.seconds,
            few,
            all,
            started,
            alone,
            loaded,
            cards,
            full_text_within,
            full_text_everywhere,
            steps,
            capacity,
            beyond,
            afterwards,
            most_bytes,
            repeated,
            repeated_steps,
            repeated_capacity,
            beside: None,
        })
    }

    fn service(&self, aside: &Aside, copies: usize, data: &str, recall: usize) -> Result<Service> {
        let (index, data) = (self.plan.index(copies), aside.of(data)?);
        Service::start(&Start { index: &index, model: self.model, data: &data, recall })
    }

    /// The service over all guides, started some times; the last one stays.
    fn started(&self, aside: &Aside, copies: usize) -> Result<(Service, Started)> {
        let mut service = self.service(aside, copies, "all", 0)?;
        let mut ready_s = vec![service.ready.as_secs_f64()];
        while ready_s.len() < STARTS {
            drop(service);
            service = self.service(aside, copies, "all", 0)?;
            ready_s.push(service.ready.as_secs_f64());
        }
        let resident_bytes = service.resident();
        Ok((service, Started { ready_s, resident_bytes }))
    }

    /// What nobody measures: caches fill, pages are read in.
    fn warm(&self, service: &mut Service, asker: &mut Asker<'_>) -> Result<()> {
        let mut requests = asker.cards(self.args.rate, self.args.seconds, false);
        requests.truncate(WARM);
        Load::put(service, &requests, self.args.rate / 2.0).map(drop)
    }

    /// The same questions to two services by turns.
    fn by_turns(
        &self,
        few: &mut Service,
        all: &mut Service,
        asker: &mut Asker<'_>,
        rate: f64,
    ) -> Result<Vec<[Load; 2]>> {
        let turn = |_| -> Result<[Load; 2]> {
            let requests = asker.cards(rate, self.args.seconds / TURNS as f64, false);
            Ok([Load::put(few, &requests, rate)?, Load::put(all, &requests, rate)?])
        };
        (0..TURNS).map(turn).collect()
    }

    /// Raises the rate until the service no longer keeps up, and tells the highest one that it kept up with. A rate has
    /// failed when it fails twice: on a shared machine one bad moment is not the service's.
    fn climb(
        &self,
        service: &mut Service,
        asker: &mut Asker<'_>,
        over_and_over: bool,
    ) -> Result<(Vec<Load>, Option<f64>)> {
        let (mut steps, mut capacity, mut failures) = (Vec::new(), None, 0);
        let mut rate = self.args.step;
        while rate <= self.args.most && failures < 2 {
            let requests = asker.cards(rate, self.args.step_seconds, over_and_over);
            let load = Load::put(service, &requests, rate)?;
            if load.kept_up(KEPT_UP_MS) {
                (capacity, failures) = (Some(rate), 0);
                rate += self.args.step * (rate / self.args.step / COARSER).floor().max(1.0);
            } else {
                failures += 1;
            }
            steps.push(load);
        }
        Ok((steps, capacity))
    }
}

/// Folders of what the services keep, gone with the measurement.
struct Aside(tempfile::TempDir);

impl Aside {
    fn make() -> Result<Aside> {
        Ok(Aside(tempfile::tempdir().context("can't make a folder for what the service keeps")?))
    }

    fn of(&self, name: &str) -> Result<PathBuf> {
        let folder = self.0.path().join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}

fn say(what: &str) {
    println!("{what} …");
}
