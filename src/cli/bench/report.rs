//! What was measured, what was asked for, and what the machine could do at best, side by side.

use super::beside;
use super::load::Load;
use super::machine::{Limits, Machine};
use super::made::Made;
use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Serialize;
use std::path::Path;

/// Everything that `bench region` measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Version of the program.
    pub version: &'static str,
    /// When it was measured.
    pub measured_at: Timestamp,
    /// Where.
    pub machine: Machine,
    /// What that machine could do at best; `None` in an unoptimised build or without a model.
    pub limits: Option<Limits>,
    /// Seconds of each load.
    pub seconds: f64,
    /// The smaller index.
    pub few: Made,
    /// The index of the whole region.
    pub all: Made,
    /// The service over it, as it starts.
    pub started: Started,
    /// Cards by turns from the smaller and from the whole index, the service idle in between.
    pub alone: Vec<[Load; 2]>,
    /// The same at the rate at which latency is measured.
    pub loaded: Vec<[Load; 2]>,
    /// Cards at that rate, nothing kept.
    pub cards: Load,
    /// Full text within a division.
    pub full_text_within: Load,
    /// Full text without bounds.
    pub full_text_everywhere: Load,
    /// Cards at higher and higher rates.
    pub steps: Vec<Load>,
    /// The highest of these rates that the service kept up with.
    pub capacity: Option<f64>,
    /// Cards at twice that rate.
    pub beyond: Load,
    /// Cards at a low rate, right after it.
    pub afterwards: Load,
    /// Bytes of that service in memory at most.
    pub most_bytes: u64,
    /// Cards for questions asked over and over, finds kept.
    pub repeated: Load,
    /// The same at higher and higher rates.
    pub repeated_steps: Vec<Load>,
    /// The highest of these rates that the service kept up with.
    pub repeated_capacity: Option<f64>,
    /// What others would take, where that was asked for.
    pub beside: Option<beside::Report>,
}

/// Writes a report as JSON, where a file is named.
pub fn write(file: Option<&Path>, report: &impl Serialize) -> Result<()> {
    if let Some(file) = file {
        std::fs::write(file, serde_json::to_vec_pretty(report)?)
            .with_context(|| format!("can't write {}", file.display()))?;
        println!("everything: {}", file.display());
    }
    Ok(())
}

/// How the service started.
#[derive(Debug, Serialize)]
pub struct Started {
    /// Seconds from the start of the process until `/readyz` answered, of each start.
    pub ready_s: Vec<f64>,
    /// Bytes in memory then.
    pub resident_bytes: u64,
}

/// One line of the table.
struct Row {
    what: String,
    asked: String,
    measured: String,
    /// Whether what was asked for is met; `None` where nothing was.
    met: Option<bool>,
    /// What the machine could do at best, and how far that is.
    limit: String,
}

const MB: f64 = 1e6;

impl Report {
    /// A table that reads in a terminal and in Markdown.
    pub fn print(&self) {
        let Machine { cpu, cores, kernel, clock_ghz, .. } = &self.machine;
        let clock = clock_ghz.map(|ghz| format!(", {ghz:.2} GHz")).unwrap_or_default();
        println!("\n{cpu}, {cores} cores{clock}, kernel {kernel}; bangban {}\n", self.version);
        println!("| what | asked | measured | met | at best |\n|---|---|---|---|---|");
        for row in self.rows() {
            let met = row.met.map_or("", |met| if met { "yes" } else { "no" });
            println!("| {} | {} | {} | {met} | {} |", row.what, row.asked, row.measured, row.limit);
        }
        println!(
            "\n| rate | accepted | refused | by words alone | p50 ms | p95 ms | p99 ms | service cores | driver cores |"
        );
        println!("|---|---|---|---|---|---|---|---|---|");
        for (load, mark) in self.loads() {
            let times = load.times.unwrap_or_default();
            println!(
                "| {:.0} {mark} | {} | {} | {} | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} |",
                load.rate,
                load.counts.accepted,
                load.counts.sent - load.counts.accepted,
                load.keywords_only,
                times.p50_ms,
                times.p95_ms,
                times.p99_ms,
                load.service_cores,
                load.driver_cores
            );
        }
    }

    fn loads(&self) -> impl Iterator<Item = (&Load, &'static str)> {
        let steps = self.steps.iter().map(|load| (load, ""));
        let repeated = self.repeated_steps.iter().map(|load| (load, "over and over"));
        steps.chain([(&self.beyond, "beyond"), (&self.afterwards, "afterwards")]).chain(repeated)
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows = self.making();
        rows.extend(self.serving());
        rows.extend(self.pressing());
        rows
    }

    fn making(&self) -> Vec<Row> {
        let all = &self.all;
        let then = if all.reused { format!(", made {}", all.made_at.strftime("%F")) } else { String::new() };
        let import_s = self.limits.as_ref().map(|limits| limits.import_s);
        let spent = |what: &str, asked_s: f64, spent: super::child::Spent, best: Option<f64>| Row {
            what: format!("import of {} guides, {what}{then}", all.guides),
            asked: format!("≤ {:.0} min", asked_s / 60.0),
            measured: format!("{:.0} s ({:.0} s of CPU)", spent.wall_s, spent.cpu_s),
            met: Some(spent.wall_s <= asked_s),
            limit: best.map_or(String::new(), |best| {
                format!("{best:.0} s for the vectors alone: {:.1} ×", spent.wall_s / best)
            }),
        };
        let most = all.cold.most_bytes.max(all.warm.most_bytes);
        vec![
            spent("no vector known", 300.0, all.cold, import_s),
            spent("every vector known", 180.0, all.warm, None),
            row(
                "memory of the import",
                "≤ 2 GB",
                format!("{:.0} MB", most as f64 / MB),
                most <= 2_000_000_000,
            ),
            Row {
                limit: format!("{:.0} MB of JSON Lines", all.copies_bytes as f64 / MB),
                ..row(
                    "index",
                    "≤ 1.2 GB",
                    format!("{:.0} MB", all.index_bytes as f64 / MB),
                    all.index_bytes <= 1_200_000_000,
                )
            },
        ]
    }

    fn serving(&self) -> Vec<Row> {
        let ready = self.started.ready_s.iter().copied().fold(0.0, f64::max);
        let most = self.most_bytes.max(self.started.resident_bytes);
        let cards = &self.cards;
        let best = |measured: f64| {
            self.limits.as_ref().map_or(String::new(), |limits| {
                let Limits { question_ms, mean_tokens, mean_model_ms, scan_ms, .. } = limits;
                format!(
                    "{question_ms:.2} ms ({mean_tokens:.0} tokens {mean_model_ms:.2}, scan {scan_ms:.2}): {:.1} ×",
                    measured / question_ms
                )
            })
        };
        vec![
            row("from start to ready, the longest of three", "≤ 2 s", format!("{ready:.2} s"), ready <= 2.0),
            row(
                "memory while serving, at most",
                "≤ 1 GB",
                format!(
                    "{:.0} MB at first, {:.0} MB at most",
                    self.started.resident_bytes as f64 / MB,
                    most as f64 / MB
                ),
                most <= 1_000_000_000,
            ),
            Row {
                limit: best(cards.p50_ms()),
                ..row(
                    &format!("question → card at {:.0} a second, nothing kept: p50", cards.rate),
                    "≤ 6 ms",
                    format!("{:.1} ms", cards.p50_ms()),
                    cards.p50_ms() <= 6.0,
                )
            },
            row("the same: p99", "≤ 20 ms", format!("{:.1} ms", cards.p99_ms()), cards.p99_ms() <= 20.0),
            row(
                "full text within a division: p99",
                "≤ 30 ms",
                format!(
                    "{:.1} ms (without {:.1})",
                    self.full_text_within.p99_ms(),
                    self.full_text_everywhere.p99_ms()
                ),
                self.full_text_within.p99_ms() <= 30.0,
            ),
            self.growth("the service idle in between", &self.alone),
            self.growth("under that load", &self.loaded),
        ]
    }

    /// From few guides to all of them.
    fn growth(&self, when: &str, turns: &[[Load; 2]]) -> Row {
        let mean = |pick: fn(&Load) -> f64, at: usize| {
            turns.iter().map(|turn| pick(&turn[at])).sum::<f64>() / turns.len().max(1) as f64
        };
        let [p50, p99] =
            [Load::p50_ms as fn(&Load) -> f64, Load::p99_ms].map(|pick| (mean(pick, 0), mean(pick, 1)));
        row(
            &format!("from {} to {} guides, {when}: p50, p99", self.few.guides, self.all.guides),
            "< + 50 %",
            format!(
                "{:.1} → {:.1} ms ({:+.0} %), {:.1} → {:.1} ms ({:+.0} %)",
                p50.0,
                p50.1,
                growth(p50),
                p99.0,
                p99.1,
                growth(p99)
            ),
            growth(p50) < 50.0 && growth(p99) < 50.0,
        )
    }

    fn pressing(&self) -> Vec<Row> {
        let beyond = &self.beyond;
        let first = beyond.resident_bytes.get(1).copied().unwrap_or(0) as f64;
        let last = beyond.resident_bytes.last().copied().unwrap_or(0) as f64;
        let best = self.limits.as_ref().map(|limits| limits.questions_a_second);
        let told =
            |capacity: Option<f64>| capacity.map_or("none".to_owned(), |rate| format!("{rate:.0} a second"));
        vec![
            Row {
                limit: best.map_or(String::new(), |best| format!("{best:.0} a second without the driver")),
                ..row(
                    "highest rate with p99 < 50 ms, nothing kept",
                    "≥ 300 a second",
                    told(self.capacity),
                    self.capacity.is_some_and(|rate| rate >= 300.0),
                )
            },
            row(
                &format!("{:.0} a second for {:.0} s: p99 of what is accepted", beyond.rate, beyond.seconds),
                "< 100 ms",
                format!(
                    "{:.1} ms; of {} {} accepted ({} by words alone), {} refused, {} failed",
                    beyond.p99_ms(),
                    beyond.counts.sent,
                    beyond.counts.accepted,
                    beyond.keywords_only,
                    beyond.counts.refused,
                    beyond.counts.other + beyond.counts.failed
                ),
                beyond.p99_ms() < 100.0 && beyond.counts.other + beyond.counts.failed == 0,
            ),
            row(
                "memory meanwhile",
                "flat",
                format!("{:.0} MB in the first sixth, {:.0} MB at the end", first / MB, last / MB),
                last <= first * FLAT,
            ),
            Row {
                met: None,
                asked: String::new(),
                ..row(
                    &format!(
                        "questions asked over and over at {:.0} a second, finds kept",
                        self.repeated.rate
                    ),
                    "",
                    format!(
                        "{:.0} % known, p50 {:.1} ms, p99 {:.1} ms; highest rate with p99 < 50 ms: {}",
                        self.repeated.recalled.unwrap_or(0.0) * 100.0,
                        self.repeated.p50_ms(),
                        self.repeated.p99_ms(),
                        told(self.repeated_capacity)
                    ),
                    true,
                )
            },
        ]
    }
}

/// Memory that grows by less than this, over a load, is flat.
const FLAT: f64 = 1.1;

/// By how much the second is more than the first, percent.
fn growth((few, all): (f64, f64)) -> f64 {
    (all / few - 1.0) * 100.0
}

fn row(what: &str, asked: &str, measured: String, met: bool) -> Row {
    Row { what: what.to_owned(), asked: asked.to_owned(), measured, met: Some(met), limit: String::new() }
}
