//! A PostgreSQL of its own, in a folder of its own, for as long as the comparison takes: nothing but a socket leads to it.

use crate::store::beside::{AFTER, BEFORE, SIZE, VERSION, WordRow, question, rows, timed};
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Where Debian puts its programs, by version.
const HOME: &str = "/usr/lib/postgresql";

/// Its user in Debian; the server refuses to run as root.
const USER: &str = "postgres";

/// Nothing need survive here, and one question has one core, as with the others.
const SETTINGS: &str = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
                        -c shared_buffers=512MB -c work_mem=64MB -c maintenance_work_mem=512MB -c max_wal_size=4GB \
                        -c max_parallel_workers_per_gather=0 -c jit=off";

/// A question that takes longer is broken off, and counts with this time.
const PATIENCE_MS: u64 = 30_000;

/// A running server; it is stopped and its folder goes when this is dropped.
pub struct Postgres {
    bin: PathBuf,
    folder: tempfile::TempDir,
    /// Name and version.
    pub about: String,
}

/// Where its programs are; the newest of several.
fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir(HOME).ok()?.flatten().map(|entry| entry.path());
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let with = versions.filter(|path| path.join("bin/initdb").is_file());
    Some(with.max_by_key(version)?.join("bin"))
}

impl Postgres {
    /// Makes a cluster and starts its server; the inner error says why there is none.
    pub fn start() -> Result<std::result::Result<Postgres, String>> {
        let Some(bin) = installed() else {
            return Ok(Err("PostgreSQL: not installed; apt-get install postgresql".to_owned()));
        };
        let folder = tempfile::tempdir().context("can't make a folder for PostgreSQL")?;
        if as_root() {
            done(Command::new("chown").arg(USER).arg(folder.path()))?;
        }
        let mut server = Postgres { about: String::new(), bin, folder };
        done(
            server
                .program("initdb")
                .args(["--locale=C", "--encoding=UTF8", "--auth=trust", "-U", USER, "-D"])
                .arg(server.data()),
        )?;
        let settings = format!("-k {} {SETTINGS}", server.folder.path().display());
        let log = server.folder.path().join("log");
        done(
            server
                .program("pg_ctl")
                .arg("-D")
                .arg(server.data())
                .arg("-l")
                .arg(log)
                .args(["-w", "-o", &settings, "start"]),
        )?;
        let about = server.ask(VERSION)?;
        server.about = format!("PostgreSQL {}", about.split_whitespace().next().unwrap_or("?"));
        Ok(Ok(server))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// One of its programs, as the user who may run it.
    fn program(&self, name: &str) -> Command {
        let program = self.bin.join(name);
        let mut command = match as_root() {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", USER, "--"]).arg(program);
                command
            }
            false => Command::new(program),
        };
        command.current_dir(self.folder.path());
        command
    }

    /// A client that reads what it is to do from its standard input, and stops at the first error.
    fn client(&self) -> Result<Child> {
        self.program("psql")
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", USER, "-d", "postgres", "-h"])
            .arg(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("can't start psql")
    }

    fn ask(&self, text: &str) -> Result<String> {
        let mut client = self.client()?;
        if let Some(mut stdin) = client.stdin.take() {
            stdin.write_all(text.as_bytes())?;
        }
        heard(client)
    }

    /// Opens a line by which guides are copied in.
    pub fn filling(&self) -> Result<Filling> {
        let mut client = self.client()?;
        if let Some(stdin) = &mut client.stdin {
            stdin.write_all(BEFORE.as_bytes())?;
        }
        Ok(Filling(client))
    }

    /// How long each question takes, milliseconds, as its own client measures it; the first of them is asked once more
    /// before, so that no connection is new.
    pub fn times(&self, questions: &[(&[String], Option<&str>)], limit: i64) -> Result<Vec<f64>> {
        let Some(first) = questions.first() else { return Ok(Vec::new()) };
        let mut text = timed(PATIENCE_MS);
        for (words, within) in std::iter::once(first).chain(questions) {
            text += &question(words, *within, limit);
        }
        let told = self.ask(&text)?;
        let times: Vec<f64> = told.lines().filter_map(time).collect();
        if times.len() != questions.len() + 1 {
            bail!("{} questions to {}, {} times: {told}", questions.len() + 1, self.about, times.len());
        }
        Ok(times[1..].to_vec())
    }

    /// Bytes of the table with its index.
    pub fn size(&self) -> Result<u64> {
        let told = self.ask(SIZE)?;
        told.trim().parse().with_context(|| format!("{} told its size as {told:?}", self.about))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Where it never started there is nothing to stop.
        let _ = self
            .program("pg_ctl")
            .arg("-D")
            .arg(self.data())
            .args(["-m", "immediate", "-w", "stop"])
            .output();
    }
}

/// Guides on their way in.
pub struct Filling(Child);

impl Filling {
    /// Copies guides in.
    pub fn add(&mut self, list: &[WordRow]) -> Result<()> {
        match &mut self.0.stdin {
            Some(stdin) => Ok(stdin.write_all(rows(list).as_bytes())?),
            None => bail!("psql has no standard input"),
        }
    }

    /// After the last one: makes the table and its index.
    pub fn finish(mut self) -> Result<()> {
        if let Some(mut stdin) = self.0.stdin.take() {
            stdin.write_all(AFTER.as_bytes())?;
        }
        heard(self.0).map(drop)
    }
}

/// What a client said until its end.
fn heard(client: Child) -> Result<String> {
    let output = client.wait_with_output()?;
    if !output.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The milliseconds in a line such as `Time: 1234.567 ms (00:01.235)`.
fn time(line: &str) -> Option<f64> {
    line.strip_prefix("Time: ")?.split(' ').next()?.parse().ok()
}

fn as_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0)
}

fn done(command: &mut Command) -> Result<()> {
    // A server that goes on must not hold the pipes.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).status();
    let status = status.with_context(|| format!("can't run {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(time("Time: 0.512 ms"), Some(0.512));
        assert_eq!(time("Time: 1234.567 ms (00:01.235)"), Some(1234.567));
        assert_eq!(time("1234"), None);
    }

    #[test]
    fn a_server_of_its_own_finds_words() {
        let server = match Postgres::start().unwrap() {
            Ok(server) => server,
            Err(why) => {
                println!("skipped: {why}");
                return;
            }
        };
        assert!(server.about.starts_with("PostgreSQL 1"), "{}", server.about);
        let row = |guide, within: &str, name: &str| {
            let [within, name, organ, text] = [within, name, "公安 局", "户口簿 照片"].map(str::to_owned);
            WordRow { guide, within, name, organ, text }
        };
        let mut filling = server.filling().unwrap();
        filling.add(&[row(1, "150702 150700", "身份证 办理"), row(2, "150102 150100", "护照 签发")]).unwrap();
        filling.finish().unwrap();
        let find = |words: &[&str], within| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let told = server.ask(&question(&words, within, 10)).unwrap();
            told.split_whitespace().map(|guide| guide.parse().unwrap()).collect::<Vec<i64>>()
        };
        assert_eq!(find(&["护照", "照片"], None), [2, 1]);
        assert_eq!(find(&["护照", "照片"], Some("150700")), [1]);
        assert!(find(&["驾驶证"], None).is_empty());
        let words = ["护照".to_owned()];
        let times = server.times(&[(&words, None), (&words, Some("150700"))], 10).unwrap();
        assert!(times.len() == 2 && times.iter().all(|ms| *ms > 0.0), "{times:?}");
        assert!(server.size().unwrap() > 0);
    }
}
