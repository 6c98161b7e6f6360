//! `bangban chat`: the conversation in a terminal, for trying it by hand.

use crate::assist::{Assist, Incoming, Turn, transcript};
use crate::config::Config;
use crate::dialog::{Button, Place, Press, State, wording};
use anyhow::Result;
use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

/// What `chat` takes.
#[derive(Debug, clap::Args)]
pub struct ChatArgs {
    /// Division code of the asker
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
    /// Show what was found with its chances, and where the time went
    #[arg(long)]
    explain: bool,
}

/// Talks until the input ends.
pub fn run(config: &Config, args: &ChatArgs) -> Result<ExitCode> {
    let assist = super::assist(config)?;
    let runtime = super::runtime()?;
    let mut state = State::default();
    if let Some(code) = &args.region {
        let code = assist.region(code)?;
        let name = assist.search().regions().full_name(&code);
        state.place = Some(Place { code, name });
    }
    println!("{}", wording::GREETING);
    println!("（输入文字；或输入按钮上的字；/state 看记住了什么，/quit 结束）");
    let input = std::io::stdin();
    let prompt = input.is_terminal();
    let mut buttons: Vec<Button> = Vec::new();
    let mut lines = input.lock().lines();
    loop {
        if prompt {
            print!("\n您> ");
            std::io::stdout().flush()?;
        }
        let Some(line) = lines.next().transpose()? else { break };
        let text = line.trim();
        match text {
            "" => continue,
            "/quit" | "/exit" => break,
            "/state" => {
                println!("{}", serde_json::to_string_pretty(&state)?);
                continue;
            }
            _ => {}
        }
        if text.chars().count() > config.limits.question_chars {
            println!("不能超过 {} 个字。", config.limits.question_chars);
            continue;
        }
        let incoming = incoming(&buttons, text);
        let turn = talk(&assist, &runtime, &state, incoming)?;
        print!("{}", transcript(&turn));
        println!("{}", wording_of(&turn));
        if args.explain {
            explain(&assist, &turn);
        }
        buttons =
            turn.reply.ask.iter().flat_map(|ask| ask.options.clone()).chain(turn.reply.offers).collect();
        state = turn.state;
    }
    Ok(ExitCode::SUCCESS)
}

fn talk(
    assist: &Assist,
    runtime: &tokio::runtime::Runtime,
    state: &State,
    incoming: Incoming,
) -> Result<Turn> {
    Ok(runtime.block_on(assist.converse(state, incoming, super::today()))?)
}

/// A button by the words on it, or its machine word; everything else is text.
fn incoming(buttons: &[Button], text: &str) -> Incoming {
    let pressed = buttons.iter().find(|b| b.label == text).map(|b| b.press.clone());
    match pressed.or_else(|| text.contains(':').then(|| Press::parse(text)).flatten()) {
        Some(press) => Incoming::Press(press),
        None => Incoming::Text(text.to_owned()),
    }
}

fn wording_of(turn: &Turn) -> String {
    let always: Vec<&str> = turn.reply.offers.iter().map(|b| b.label.as_str()).collect();
    format!("［{}］ {}", turn.reply.status.word(), always.join(" · "))
}

fn explain(assist: &Assist, turn: &Turn) {
    let search = assist.search();
    for (key, confidence) in turn.found.iter().take(6) {
        let item = search.key(&crate::guide::ItemKey::from_text(key)).and_then(|at| search.item(at));
        println!("  {confidence:5.3}  {}", item.map_or(key.as_str(), |i| i.name.as_str()));
    }
    println!("  route {}  {:?}", turn.route.word(), turn.timings);
}
