//! Processes of this same program: what one took from start to end, and the service that is measured.

use super::line::{Line, counter, get};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Clock ticks in which the kernel counts CPU time, a second.
const TICKS: f64 = 100.0;

/// How often a process is looked at. Its peak of memory is kept by the kernel; only what it grows in its last moment
/// is missed.
const LOOK: Duration = Duration::from_millis(10);

/// A service that takes longer to start does not start.
const START: Duration = Duration::from_secs(120);

/// What a process took from its start to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// Seconds by the clock.
    pub wall_s: f64,
    /// Seconds of all cores together.
    pub cpu_s: f64,
    /// Bytes in memory at most.
    pub most_bytes: u64,
}

/// This program, with the model that it has.
pub fn program(model: &Path) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe().context("can't find this program's own file")?);
    command.arg("--model").arg(model);
    Ok(command)
}

/// Runs a command to its end, with its words in a file.
pub fn run(command: &mut Command, log: &Path) -> Result<(Spent, ExitStatus)> {
    let wrong = || format!("can't write {}", log.display());
    let file = File::options().create(true).append(true).open(log).with_context(wrong)?;
    let begun = Instant::now();
    command.stdin(Stdio::null()).stdout(file.try_clone().with_context(wrong)?).stderr(file);
    let mut child = command.spawn().context("can't start this program again")?;
    let mut spent = Spent::default();
    loop {
        spent.most_bytes = spent.most_bytes.max(memory(child.id(), "VmHWM:"));
        if let Some((state, cpu_s)) = stat(child.id()) {
            spent.cpu_s = cpu_s;
            if state != 'Z' {
                std::thread::sleep(LOOK);
                continue;
            }
        }
        // It has ended and waits to be seen off.
        let status = child.wait().context("can't wait for this program's end")?;
        spent.wall_s = begun.elapsed().as_secs_f64();
        return Ok((spent, status));
    }
}

/// Bytes that `/proc/PID/status` names; 0 where the process has ended.
fn memory(pid: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kib = status.lines().find_map(|text| text.strip_prefix(line));
    kib.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// State and CPU seconds of a process; `None` where there is none.
fn stat(pid: u32) -> Option<(char, f64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is a name in brackets, which may hold anything.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((fields.first()?.chars().next()?, (ticks(11)? + ticks(12)?) / TICKS))
}

/// CPU seconds of this process so far.
pub fn own_cpu() -> f64 {
    stat(std::process::id()).map_or(0.0, |(_, cpu_s)| cpu_s)
}

/// The service, as it always runs, in a process of its own; it ends when dropped.
pub struct Service {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start until `/readyz` answered.
    pub ready: Duration,
    log: PathBuf,
}

/// What a service is started with.
pub struct Start<'a> {
    /// Folder of the index.
    pub index: &'a Path,
    /// Folder of the model.
    pub model: &'a Path,
    /// Folder of what it keeps.
    pub data: &'a Path,
    /// Questions that it keeps for whoever asks the same; 0 for none.
    pub recall: usize,
}

impl Service {
    /// Starts it on a free port and waits until it is ready.
    pub fn start(start: &Start<'_>) -> Result<Service> {
        // Free a moment ago; should another program take it meanwhile, the service says so and ends.
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let log = start.data.join("log");
        let file = File::options().create(true).append(true).open(&log)?;
        let begun = Instant::now();
        let child = program(start.model)?
            .arg("--index")
            .arg(start.index)
            .args(["serve", "--listen", &address.to_string()])
            .env("BANGBAN_DATA", start.data)
            .env("BANGBAN_LIMITS__PER_MINUTE", "0")
            .env("BANGBAN_LIMITS__RECALL", start.recall.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .context("can't start the service")?;
        let mut service = Service { child, address, ready: Duration::ZERO, log };
        let mut line = Line::to(address);
        let question = get("/readyz", &[]);
        while !line.call(&question).is_ok_and(|status| status == 200) {
            service.alive()?;
            if begun.elapsed() > START {
                bail!("the service did not get ready: {}", service.last_words());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        service.ready = begun.elapsed();
        Ok(service)
    }

    /// Fails where it has ended.
    pub fn alive(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("the service ended with {status}: {}", self.last_words()),
        }
    }

    /// The end of its log.
    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }

    /// Bytes in memory now.
    pub fn resident(&self) -> u64 {
        memory(self.child.id(), "VmRSS:")
    }

    /// Bytes in memory at most, so far.
    pub fn most(&self) -> u64 {
        memory(self.child.id(), "VmHWM:")
    }

    /// CPU seconds so far.
    pub fn cpu(&self) -> f64 {
        stat(self.child.id()).map_or(0.0, |(_, cpu_s)| cpu_s)
    }

    /// What it has counted so far.
    pub fn counted(&self) -> Result<Counted> {
        let mut line = Line::to(self.address);
        line.call(&get("/metrics", &[])).context("can't read /metrics")?;
        let recall = |found| counter(line.body(), "bangban_recall_total", &["kind=\"question\"", found]);
        Ok(Counted {
            busy: counter(line.body(), "bangban_model_busy_total", &[]),
            recalled: recall("found=\"hit\""),
            not_recalled: recall("found=\"miss\""),
        })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has ended already, or ends now; what it kept is thrown away.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Counters of `/metrics`.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// Searches by words alone because the model was busy.
    pub busy: f64,
    /// Questions whose finds were known.
    pub recalled: f64,
    /// Questions that were looked for in vain there.
    pub not_recalled: f64,
}

/// Makes an account that may look things up, in the data folder of a service that is not yet running.
pub fn account(data: &Path, login: &str, password: &str) -> Result<()> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["admin", "create", "--login", login, "--number", "0001", "--roles", "helper"])
        .env("BANGBAN_DATA", data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("can't start this program again")?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that refuses before it reads closes the pipe, and says why.
        let _ = writeln!(stdin, "{password}");
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("can't make an account: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_took_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let mut command = Command::new("sh");
        command
            .args(["-c", "echo said; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 0.2; exit 3"]);
        let (spent, status) = run(&mut command, &log).unwrap();
        assert_eq!(status.code(), Some(3));
        assert!(spent.wall_s >= 0.2 && spent.most_bytes > 100_000, "{spent:?}");
        assert!(spent.cpu_s > 0.0 && spent.cpu_s <= spent.wall_s, "{spent:?}");
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "said\n");
        assert_eq!(stat(u32::MAX), None);
        assert_eq!(memory(u32::MAX, "VmRSS:"), 0);
    }
}
