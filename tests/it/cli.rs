//! The program as a person runs it: what it prints, its exit codes, and what a kill leaves behind.

use crate::house::{fixture, root};
use bangban::search::{Search, current};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A folder with an index of the small catalog, made by the program itself.
struct Shop {
    dir: TempDir,
}

impl Shop {
    fn open() -> Shop {
        let shop = Shop { dir: tempfile::tempdir().unwrap() };
        let made = shop.run(&["import", fixture().to_str().unwrap(), "--no-model"]);
        assert!(made.status.success(), "{}", told(&made));
        shop
    }

    fn index(&self) -> PathBuf {
        self.dir.path().join("index")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bangban"));
        // A model that isn't there: these tests are about the program, and words alone will do.
        command.current_dir(self.dir.path()).args(["--index", "index", "--model", "no-model"]).args(args);
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn ask_prints_the_card_and_the_same_as_json() {
    let shop = Shop::open();
    let output = shop.run(&["ask", "海拉尔身份证丢了要带啥", "--explain"]);
    let text = told(&output);
    assert!(output.status.success(), "{text}");
    for part in [
        "居民身份证办理（丢失补领）",
        "40元/证",
        "《居民身份证法》第二十一条",
        "挂失说明",
        "看情形：本人办还是别人代办？",
        "呼伦贝尔市海拉尔区",
        "更新于 2026-03-02",
        "测试路1号",
        "指南未载明",
        "by words (BM25)",
        "timings",
        "going on with keywords only",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
    let output = shop.run(&["ask", "身份证丢了", "--region", "150700", "--answer", "agent=other", "--json"]);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["card"]["region"]["code"], "150700");
    let names: Vec<&str> = value["card"]["materials"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["居民户口簿", "挂失说明", "代办人身份证"]);
}

#[test]
fn mistakes_are_answered_with_what_to_do() {
    let shop = Shop::open();
    for (args, part) in [
        (&["ask", ""][..], "1 to 500 characters"),
        (&["ask", "护照", "--region", "123"], "123"),
        (&["ask", "护照", "--answer", "self"], "ID=OPTION"),
        (&["import", "nowhere"], "no such file"),
        (&["check", "nowhere"], "no such file"),
        (&["eval", "nowhere.jsonl"], "nowhere.jsonl"),
        (&["generations", "--restore", "nothing"], "no generation"),
        (&["--config", "nowhere.toml", "ask", "护照"], "nowhere.toml"),
        (&["import", ".", "--map", "nowhere.toml"], "nowhere.toml"),
    ] {
        let output = shop.run(args);
        assert!(!output.status.success(), "{args:?}");
        assert!(told(&output).contains(part), "{args:?}: {}", told(&output));
        assert!(!told(&output).contains("panicked"), "{args:?}: {}", told(&output));
    }
    let empty = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_bangban"))
        .current_dir(empty.path())
        .args(["--model", "none", "ask", "护照"])
        .output()
        .unwrap();
    assert!(told(&output).contains("bangban import"), "{}", told(&output));
}

#[test]
fn an_import_that_loses_rows_says_so_by_its_exit_code_and_in_a_file() {
    let shop = Shop::open();
    let bad = shop.dir.path().join("bad.jsonl");
    let text = std::fs::read_to_string(fixture()).unwrap() + "{\"name\":\n";
    std::fs::write(&bad, text).unwrap();
    let output = shop.run(&["import", "bad.jsonl", "--no-model", "--findings", "f.jsonl"]);
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    assert!(told(&output).contains("错误 bad.jsonl 第13行"), "{}", told(&output));
    let findings = lines(&shop.dir.path().join("f.jsonl"));
    let error = findings.iter().find(|f| f["severity"] == "error").unwrap();
    for field in ["file", "row", "rule", "reason", "fix"] {
        assert!(!error[field].is_null(), "{error}");
    }
    let checked = shop.run(&["check", "bad.jsonl", "--json"]);
    assert_eq!(checked.status.code(), Some(1));
    let same = String::from_utf8_lossy(&checked.stdout).lines().filter(|l| l.contains("\"error\"")).count();
    assert_eq!(same, 1, "check prints what an import finds");
}

#[test]
fn a_failed_import_leaves_the_index_in_service() {
    let shop = Shop::open();
    let before = current(&shop.index()).unwrap();
    std::fs::write(shop.dir.path().join("few.jsonl"), "{\"name\":\"甲\"}\n").unwrap();
    std::fs::write(shop.dir.path().join("none.jsonl"), "{}\n").unwrap();
    for (args, part) in [
        (&["import", "few.jsonl", "--no-model"][..], "--allow-shrink"),
        (&["import", "none.jsonl", "--no-model"], "stays in service"),
    ] {
        let output = shop.run(args);
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        assert!(told(&output).contains(part), "{}", told(&output));
        assert_eq!(current(&shop.index()).unwrap(), before);
    }
    assert!(shop.run(&["import", "few.jsonl", "--no-model", "--allow-shrink"]).status.success());
    let list = told(&shop.run(&["generations"]));
    assert_eq!(list.lines().count(), 2, "{list}");
    let old = before.unwrap();
    assert!(shop.run(&["generations", "--restore", &old]).status.success());
    assert_eq!(current(&shop.index()).unwrap(), Some(old));
}

#[test]
fn demonstration_copies_are_marked_and_import_again() {
    let shop = Shop::open();
    let corpus = root().join("corpus");
    let made = shop.run(&["synth", "--guides", "3000", "--out", "copies", corpus.to_str().unwrap()]);
    assert!(made.status.success(), "{}", told(&made));
    let copies = lines(&shop.dir.path().join("copies/synthetic-000.jsonl"));
    assert_eq!(copies.len(), 3000);
    assert!(copies.iter().all(|g| g["synthetic"] == true));
    let output = shop.run(&["import", "copies", "--no-model", "--out", "big", "--findings", "f.jsonl"]);
    assert!(output.status.success(), "{}", told(&output));
    let search = Search::open(&shop.dir.path().join("big")).unwrap();
    assert_eq!(search.manifest().guides, 3000);
    assert!(search.manifest().items < 800, "copies collapse to their catalog items");
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_index() {
    let shop = Shop::open();
    let corpus = root().join("corpus");
    let made = shop.run(&["synth", "--guides", "12000", "--out", "copies", corpus.to_str().unwrap()]);
    assert!(made.status.success(), "{}", told(&made));
    let before = current(&shop.index()).unwrap();
    let mut unfinished = 0;
    for pause in [0, 20, 80, 200, 400, 700, 1100, 1600] {
        let mut child = shop
            .command(&["import", "copies", "--no-model"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        // SIGKILL; an import that has already ended is fine too.
        let _ = child.kill();
        let status = child.wait().unwrap();
        unfinished += u32::from(!status.success());
        let search = Search::open(&shop.index()).expect("an index is in service after a kill");
        assert!(!search.items().is_empty());
        let now = current(&shop.index()).unwrap();
        assert!(status.success() || now == before || search.manifest().guides == 12_000);
    }
    assert!(unfinished > 0, "no import was interrupted: the pauses are too long for this machine");
    let done = shop.run(&["import", "copies", "--no-model"]);
    assert!(done.status.success(), "{}", told(&done));
    assert_eq!(Search::open(&shop.index()).unwrap().manifest().guides, 12_000);
    let left: Vec<String> = std::fs::read_dir(shop.index())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("tmp-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn changes_are_taken_whole_or_not_at_all_even_by_a_kill() {
    let shop = Shop::open();
    let corpus = root().join("corpus");
    let made = shop.run(&["synth", "--guides", "3000", "--out", "copies", corpus.to_str().unwrap()]);
    assert!(made.status.success(), "{}", told(&made));
    assert!(shop.run(&["import", "copies", "--no-model"]).status.success());
    let batch = |n: u32| {
        let text: String = (0..20)
            .map(|at| format!("{{\"task_code\":\"NEW{n}X{at}\",\"name\":\"第{n}批新来的办理事项\"}}\n"))
            .collect();
        std::fs::write(shop.dir.path().join("batch.jsonl"), text + "{\"task_code\":\"DEMO000000000\"")
            .unwrap();
    };
    batch(0);
    let refused = shop.run(&["import", "--changes", "batch.jsonl", "--no-model"]);
    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    for part in ["错误 batch.jsonl 第21行", "whole or not at all", "stays in service"] {
        assert!(told(&refused).contains(part), "{part}: {}", told(&refused));
    }
    let whole = |n: u32| {
        batch(n);
        let path = shop.dir.path().join("batch.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.rsplit_once('\n').unwrap().0).unwrap();
    };
    let mut unfinished = 0;
    for (n, pause) in (1..).zip([0, 10, 40, 100, 200, 300, 500, 800]) {
        whole(n);
        let before = Search::open(&shop.index()).unwrap().manifest().guides;
        let mut child = shop
            .command(&["import", "--changes", "batch.jsonl", "--no-model"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        let _ = child.kill();
        unfinished += u32::from(!child.wait().unwrap().success());
        let search = Search::open(&shop.index()).expect("an index is in service after a kill");
        let come = search.by_code(&format!("NEW{n}X0"), true, 1).unwrap().len();
        assert_eq!(search.manifest().guides, before + 20 * come);
    }
    assert!(unfinished > 0, "no import was interrupted: the pauses are too long for this machine");
    whole(99);
    let done = shop.run(&["import", "--changes", "batch.jsonl", "--no-model"]);
    assert!(
        done.status.success() && told(&done).contains("20 guides came, 0 changed, 0 went"),
        "{}",
        told(&done)
    );
    let answer = told(&shop.run(&["ask", "第99批新来的办理事项"]));
    assert!(answer.contains("第99批新来的办理事项"), "{answer}");
}

#[test]
fn eval_measures_and_prints_the_agreed_keys() {
    let shop = Shop::open();
    std::fs::write(
        shop.dir.path().join("q.jsonl"),
        "{\"id\":\"1\",\"question\":\"身份证丢了\",\"items\":[\"居民身份证办理\"],\"style\":\"short\"}\n\
         {\"id\":\"2\",\"question\":\"办护照\",\"items\":[\"B15000000000000000000000000002\"],\"style\":\"short\"}\n\
         {\"id\":\"3\",\"question\":\"我要飞上月亮\",\"items\":[],\"route\":\"none\"}\n\
         {\"id\":\"4\",\"question\":\"营业执照\",\"items\":[\"没有的事项\"],\"route\":\"item\"}\n",
    )
    .unwrap();
    let output = shop.run(&["eval", "q.jsonl", "--guides", fixture().to_str().unwrap(), "--json"]);
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", told(&output)));
    for key in [
        "n",
        "hit@1",
        "hit@3",
        "hit@5",
        "hit@10",
        "mrr@10",
        "answered",
        "clarified",
        "abstained",
        "none",
        "routes",
        "facets",
        "styles",
        "by_list",
        "ms",
        "model",
        "index",
    ] {
        assert!(report.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(report["n"], 3);
    assert!((report["hit@1"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-9, "{report}");
    assert_eq!(report["none"]["n"], 1);
    assert_eq!(report["styles"]["short"]["n"], 2);
    assert_eq!(report["unknown"], serde_json::json!(["4"]));
    let plain = told(&shop.run(&["eval", "q.jsonl"]));
    assert!(plain.contains("hit@1") && plain.contains("keyword"), "{plain}");
}

#[test]
fn serve_answers_and_stops_in_order() {
    let shop = Shop::open();
    let mut child = shop
        .command(&["serve", "--listen", "127.0.0.1:0", "--json-log"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut seen = String::new();
    let address = loop {
        let mut line = String::new();
        assert!(std::io::BufRead::read_line(&mut log, &mut line).unwrap() > 0, "ended early:\n{seen}");
        seen.push_str(&line);
        if let Some((_, rest)) = line.split_once("serving on http://") {
            break rest.chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect::<String>();
        }
    };
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    let body = "{\"q\":\"护照 13812345678\"}";
    let request = format!(
        "POST /api/v1/match HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let mut reply = String::new();
    std::io::Read::read_to_string(&mut stream, &mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200") && reply.contains("普通护照签发"), "{reply}");
    let terminated = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(terminated.success());
    assert!(child.wait().unwrap().success());
    std::io::Read::read_to_string(&mut log, &mut seen).unwrap();
    assert!(seen.contains("\"route\":\"/api/v1/match\""), "{seen}");
    assert!(!seen.contains("13812345678") && !seen.contains("护照"), "the log holds what was asked:\n{seen}");
}
