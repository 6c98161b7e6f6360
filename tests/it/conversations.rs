//! Golden conversations: `tests/conversations/*.txt`, over the whole shipped corpus with the real model.
//!
//! A line `市民：…` is said, a line `按：…` presses the button with these words; everything else is what the program
//! answered. `UPDATE=1 cargo test --test it conversations` writes the answers anew; read them before you commit them.

use crate::house::{root, today, whole};
use bangban::assist::{Assist, Incoming, transcript};
use bangban::dialog::{Button, Place, Press, State};
use std::fmt::Write;
use std::path::PathBuf;

/// One conversation: its title, its place, and what is said or pressed.
struct Script {
    title: String,
    place: Option<String>,
    lines: Vec<Said>,
}

enum Said {
    Text(String),
    Press(String),
}

fn scripts(text: &str) -> Vec<Script> {
    let mut list: Vec<Script> = Vec::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("== ") {
            list.push(Script { title: title.to_owned(), place: None, lines: Vec::new() });
            continue;
        }
        let Some(script) = list.last_mut() else { continue };
        if let Some(code) = line.strip_prefix("地区：") {
            script.place = Some(code.trim().to_owned());
        } else if let Some(said) = line.strip_prefix("市民：") {
            script.lines.push(Said::Text(said.to_owned()));
        } else if let Some(label) = line.strip_prefix("按：") {
            script.lines.push(Said::Press(label.to_owned()));
        }
    }
    list
}

async fn play(assist: &Assist, script: &Script) -> String {
    let mut out = format!("== {}\n", script.title);
    let mut state = State::default();
    if let Some(code) = &script.place {
        writeln!(out, "地区：{code}").unwrap();
        let code = assist.region(code).unwrap();
        let name = assist.search().regions().full_name(&code);
        state.place = Some(Place { code, name });
    }
    let mut buttons: Vec<Button> = Vec::new();
    for said in &script.lines {
        let incoming = match said {
            Said::Text(text) => {
                writeln!(out, "市民：{text}").unwrap();
                Incoming::Text(text.clone())
            }
            Said::Press(label) => {
                writeln!(out, "按：{label}").unwrap();
                match buttons.iter().find(|b| b.label == *label) {
                    Some(button) => Incoming::Press(button.press.clone()),
                    None => {
                        let labels: Vec<&str> = buttons.iter().map(|b| b.label.as_str()).collect();
                        writeln!(out, "  （没有这个按钮；有的是：{}）", labels.join("、")).unwrap();
                        continue;
                    }
                }
            }
        };
        let turn = assist.converse(&state, incoming, today()).await.unwrap();
        writeln!(out, "帮办〔{}〕", turn.reply.status.word()).unwrap();
        for line in transcript(&turn).lines() {
            writeln!(out, "  {line}").unwrap();
        }
        buttons = turn.reply.ask.iter().flat_map(|a| a.options.clone()).chain(turn.reply.offers).collect();
        assert!(buttons.iter().any(|b| b.press == Press::Human) || turn.state.pending.is_none(), "{out}");
        state = turn.state;
    }
    out
}

fn golden() -> Vec<PathBuf> {
    let folder = root().join("tests/conversations");
    let mut list: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    list.retain(|path| path.extension().is_some_and(|e| e == "txt"));
    list.sort();
    list
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn golden_conversations_go_as_they_went() {
    let Some(assist) = whole() else { return };
    let update = std::env::var_os("UPDATE").is_some();
    let mut differing = Vec::new();
    let mut count = 0;
    for path in golden() {
        let text = std::fs::read_to_string(&path).unwrap();
        let head: String =
            text.lines().take_while(|l| !l.starts_with("== ")).map(|l| format!("{l}\n")).collect();
        let mut played = head;
        for script in scripts(&text) {
            count += 1;
            played.push_str(&play(assist, &script).await);
            played.push('\n');
        }
        if update {
            std::fs::write(&path, &played).unwrap();
        } else if played.trim() != text.trim() {
            let first = played.lines().zip(text.lines()).find(|(a, b)| a != b);
            differing.push(format!("{}: {first:?}", path.display()));
        }
    }
    assert!(count >= 120, "{count} conversations");
    assert!(differing.is_empty(), "differs; UPDATE=1 writes them anew:\n{}", differing.join("\n"));
}
