//! `bangban bench region` and `beside` over a handful of guides: reports are whole and counts add up. Times say nothing here.

use crate::house::{fixture, root};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn bench(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bangban"));
    // A model that isn't there: words alone will do, and an unoptimised one would take its time.
    command.current_dir(dir).args(["--model", "no-model", "bench"]).args(args);
    command.stdin(Stdio::null()).output().unwrap()
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What a load must say of itself.
fn check(load: &Value) {
    let counts = &load["counts"];
    let count = |name: &str| counts[name].as_u64().unwrap();
    let sum: u64 = ["accepted", "refused", "other", "failed"].into_iter().map(count).sum();
    assert_eq!(count("sent"), sum, "{load}");
    assert!(count("sent") > 0 && count("other") == 0 && count("failed") == 0, "{load}");
    if count("accepted") > 0 {
        let times = &load["times"];
        let ms = |name: &str| times[name].as_f64().unwrap();
        assert!(ms("p50_ms") > 0.0, "{load}");
        assert!(ms("p50_ms") <= ms("p95_ms") && ms("p95_ms") <= ms("p99_ms"), "{load}");
        assert!(ms("p99_ms") <= ms("longest_ms"), "{load}");
    }
    assert!(
        load["resident_bytes"].as_array().unwrap().iter().all(|bytes| bytes.as_u64() > Some(1 << 20)),
        "{load}"
    );
}

#[test]
fn the_region_is_measured_and_what_was_made_is_taken_again() {
    let dir = tempfile::tempdir().unwrap();
    let (corpus, held) = (fixture(), root().join("corpus/questions/held"));
    let mut args = vec!["region", "--guides", "60", "--few", "24", "--dir", "made", "--json", "report.json"];
    args.extend(["--corpus", corpus.to_str().unwrap(), "--questions", held.to_str().unwrap()]);
    args.extend(["--rate", "10", "--step", "5", "--most", "10"]);
    args.extend(["--seconds", "0.6", "--step-seconds", "0.4", "--beyond-seconds", "1"]);
    let first = bench(dir.path(), &args);
    assert!(first.status.success(), "{}", told(&first));
    let read = || -> Value {
        serde_json::from_slice(&std::fs::read(dir.path().join("report.json")).unwrap()).unwrap()
    };
    let report = read();
    for name in ["cards", "full_text_within", "full_text_everywhere", "beyond", "afterwards", "repeated"] {
        check(&report[name]);
    }
    for name in ["steps", "repeated_steps"] {
        let steps = report[name].as_array().unwrap();
        assert!(!steps.is_empty(), "{report}");
        steps.iter().for_each(check);
    }
    for name in ["alone", "loaded"] {
        let turns = report[name].as_array().unwrap();
        assert_eq!(turns.len(), 3);
        turns.iter().flat_map(|turn| turn.as_array().unwrap()).for_each(check);
    }
    // At ten a second the service has time for all of them.
    assert_eq!(report["cards"]["counts"]["accepted"], 6, "{report}");
    let rate = report["capacity"].as_f64().map_or(10.0, |capacity| 2.0 * capacity);
    assert_eq!(report["beyond"]["rate"].as_f64(), Some(rate), "{report}");
    assert!(report["repeated"]["recalled"].as_f64().is_some(), "{report}");
    assert!(report["cards"]["recalled"].is_null(), "nothing is kept: {report}");
    assert_eq!(report["started"]["ready_s"].as_array().unwrap().len(), 3);
    for (name, copies) in [("few", 24), ("all", 60)] {
        let made = &report[name];
        assert_eq!((made["copies"].as_u64(), made["guides"].as_u64()), (Some(copies), Some(copies + 12)));
        assert_eq!((&made["reused"], &made["model"]), (&Value::Bool(false), &Value::Null));
        for part in ["synth", "cold", "warm"] {
            let spent = &made[part];
            assert!(spent["wall_s"].as_f64() > Some(0.0) && spent["cpu_s"].as_f64() >= Some(0.0), "{made}");
            // `synth` has ended here before its memory is looked at twice.
            let least = if part == "synth" { 0 } else { 1 << 20 };
            assert!(spent["most_bytes"].as_u64() > Some(least), "{made}");
        }
        assert!(made["index_bytes"].as_u64() > Some(1000) && made["copies_bytes"].as_u64() > Some(1000));
    }
    let table = told(&first);
    for part in ["≤ 1.2 GB", "question → card at 10 a second", "full text within a division", "beyond"] {
        assert!(table.contains(part), "{part} is missing:\n{table}");
    }

    args.push("--beside");
    let second = bench(dir.path(), &args);
    assert!(second.status.success(), "{}", told(&second));
    let again = read();
    // Once more for the comparison.
    assert_eq!(told(&second).matches("are taken as they are").count(), 3, "{}", told(&second));
    assert!(
        report["beside"].is_null() && again["beside"]["search"].as_array().unwrap().len() >= 2,
        "{again}"
    );
    let missing = again["beside"]["missing"].as_array().unwrap();
    assert!(missing.iter().any(|why| why.as_str().unwrap().contains("no-model")), "{again}");
    assert_eq!((&again["all"]["reused"], &again["few"]["reused"]), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!(again["all"]["cold"], report["all"]["cold"]);
}

#[test]
fn what_cannot_be_measured_is_told() {
    let dir = tempfile::tempdir().unwrap();
    for (args, part) in [
        (&["region", "--questions", "nowhere"][..], "nowhere"),
        (&["region", "--rate", "0"], "above 0"),
        (&["region", "--questions", ".", "--dir", "made"], "no question"),
    ] {
        let output = bench(dir.path(), args);
        assert!(!output.status.success() && told(&output).contains(part), "{args:?}: {}", told(&output));
    }
    assert!(!dir.path().join("made").exists());
}

#[test]
fn full_text_is_held_beside_other_engines() {
    let dir = tempfile::tempdir().unwrap();
    let (corpus, held) = (fixture(), root().join("corpus/questions/held"));
    let mut args = vec!["beside", "--no-embedding", "--guides", "60", "--asked", "24", "--dir", "made"];
    args.extend(["--corpus", corpus.to_str().unwrap(), "--questions", held.to_str().unwrap()]);
    args.extend(["--json", "beside.json"]);
    let output = bench(dir.path(), &args);
    assert!(output.status.success(), "{}", told(&output));
    let report: Value =
        serde_json::from_slice(&std::fs::read(dir.path().join("beside.json")).unwrap()).unwrap();
    assert_eq!(report["guides"], 72);
    let engines = report["search"].as_array().unwrap();
    let missing = report["missing"].as_array().unwrap();
    // Ours and SQLite's are always there; PostgreSQL either is, or is said not to be.
    assert_eq!(engines.len() + missing.len(), 3, "{report}");
    assert!(
        missing.iter().all(|why| why.as_str().unwrap().contains("apt-get install postgresql")),
        "{report}"
    );
    let asked = engines[0]["questions"].as_u64().unwrap();
    assert!(asked > 12 && asked <= 24, "{report}");
    for engine in engines {
        assert_eq!(engine["questions"].as_u64(), Some(asked), "{engine}");
        for way in ["within", "everywhere"] {
            let ms = |name: &str| engine[way][name].as_f64().unwrap();
            assert!(ms("p50_ms") > 0.0 && ms("p50_ms") <= ms("p99_ms"), "{engine}");
        }
        assert!(engine["bytes"].as_u64() > Some(1_000), "{engine}");
        assert!(told(&output).contains(engine["about"].as_str().unwrap()), "{}", told(&output));
    }
}

#[test]
fn a_side_of_the_comparison_embeds_what_it_is_sent() {
    let model = root().join("models/bangban-e5-small");
    if !model.join("weights.gguf").exists() {
        println!("skipped: {} has no weights.gguf; see models/README.md", model.display());
        return;
    }
    for (side, about) in [(&["embedder"][..], "bangban int8"), (&["embedder", "--reference"], "candle f32")] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bangban"))
            .arg("--model")
            .arg(&model)
            .arg("bench")
            .args(side)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all("[\"护照\",\"身份证丢了\"]\n[\"落户\"]\n".as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        let said = told(&output);
        let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines[0]["about"].as_str().unwrap().starts_with(about), "{said}");
        let times =
            |line: &Value| line.as_array().unwrap().iter().filter(|ms| ms.as_f64() > Some(0.0)).count();
        assert_eq!((lines.len(), times(&lines[1]), times(&lines[2])), (3, 2, 1), "{said}");
    }
}
