//! `bangban ask`: the same path as the service, printed for a person.

use crate::assist::{Answer, Ask, Assist, ItemView};
use crate::config::Config;
use crate::dialog::wording;
use crate::guide::{Answers, Card, Line, MaterialState, Source};
use crate::http::wire;
use anyhow::{Context, Result};
use std::process::ExitCode;

/// What `ask` takes.
#[derive(Debug, clap::Args)]
pub struct AskArgs {
    /// The question in plain words
    question: String,
    /// Division code of the asker
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
    /// An answer to a 情形 question, such as agent=self; may be repeated
    #[arg(long = "answer", value_name = "ID=OPTION")]
    answers: Vec<String>,
    /// Print the API's JSON
    #[arg(long)]
    json: bool,
    /// Show words, both lists, scores and timings
    #[arg(long)]
    explain: bool,
}

/// Answers one question.
pub fn run(config: &Config, args: AskArgs) -> Result<ExitCode> {
    let assist = super::assist(config)?;
    let region = match &args.region {
        Some(code) => Some(assist.region(code)?),
        None => None,
    };
    let answers = args
        .answers
        .iter()
        .map(|pair| {
            pair.split_once('=')
                .with_context(|| format!("--answer {pair:?}: write ID=OPTION, such as agent=self"))
        })
        .collect::<Result<Answers>>()?;
    let most = config.limits.question_chars;
    if args.question.chars().count() > most || args.question.trim().is_empty() {
        anyhow::bail!("the question must have 1 to {most} characters");
    }
    let ask = Ask { text: args.question, region, person: None, answers, limit: 5, trial: None };
    let answer = super::runtime()?.block_on(assist.ask(ask, super::today()))?;
    if args.json {
        let shape = wire::matched(&answer, "cli".to_owned());
        println!("{}", serde_json::to_string_pretty(&shape)?);
    } else {
        print_answer(&answer);
    }
    if args.explain {
        explain(&assist, &answer);
    }
    Ok(ExitCode::SUCCESS)
}

fn print_answer(answer: &Answer) {
    for notice in answer.notices() {
        println!("※ {notice}");
    }
    for place in &answer.region_choices {
        println!("   {} {}", place.code, place.name);
    }
    println!("{}", wording::lead(answer.status, answer.understood.route));
    if let Some(view) = &answer.view {
        print_card(view, answer.confidence);
    }
    if !answer.candidates.is_empty() {
        println!("\n相近事项");
        for candidate in &answer.candidates {
            let case = candidate.business_item.as_deref().map(|c| format!("（{c}）"));
            println!(
                "  {:>3.0}%  {}{}  {}",
                candidate.confidence * 100.0,
                candidate.name,
                case.unwrap_or_default(),
                candidate.key
            );
        }
    }
}

fn print_card(view: &ItemView, confidence: f32) {
    let card = &view.card;
    let case = card.business_item.as_deref().map(|c| format!("（{c}）"));
    println!("\n{}{}  可信度 {:.0}%", card.name, case.unwrap_or_default(), confidence * 100.0);
    for notice in view.notices() {
        println!("※ {notice}");
    }
    print_lines("", &card.head);
    println!("\n{}", wording::materials(card.needed(), card.waivable(), card.open()));
    for (at, line) in card.materials.iter().enumerate() {
        let material = &line.material;
        let tag = match &line.state {
            MaterialState::Needed => String::new(),
            MaterialState::Waivable => "［免提交（电子证照）］".into(),
            MaterialState::Later => "［容缺后补］".into(),
            MaterialState::Open(ids) => format!("［看情形：{}］", waits_for(card, ids)),
        };
        let quantity = material.quantity().unwrap_or_else(|| wording::NOT_STATED.into());
        println!("  {}. {}  {quantity}{tag}  〔{}〕", at + 1, material.name, sources(&line.citation.sources));
    }
    for question in &card.questions {
        let options: Vec<String> = question
            .options
            .iter()
            .map(|(id, label)| {
                let chosen = if question.chosen.contains(id) { "✓" } else { "" };
                format!("{chosen}{label}={id}")
            })
            .collect();
        println!("  ？{}（{}）：{}", question.question, question.id, options.join("  "));
    }
    println!();
    print_lines("", &card.limits);
    print_lines("", &card.channels);
    for (label, url) in [("在线办理", &card.online_url), ("手机办理", &card.mobile_url)] {
        if let Some(url) = url {
            println!("  {label}：{url}");
        }
    }
    if let Some((_, hall)) = &view.hall {
        println!("  ※ {}", wording::GO_TO_HALL);
        println!("  {}", hall.place.name);
        print_lines("  ", &hall.lines());
    }
    print_lines("", &card.conditions);
    print_lines("", &card.basis);
    let version = card.version.as_deref().unwrap_or(wording::NOT_STATED);
    let date = card.updated_at.map_or_else(|| wording::NOT_STATED.to_owned(), |d| d.to_string());
    let place = view.place.as_ref().map_or(wording::NOT_STATED, |p| p.name.as_str());
    println!(
        "  依据：{place} {} 办事指南，版本 {version}，更新于 {date}，编码 {}",
        card.name,
        card.code.as_deref().unwrap_or(card.key.as_str())
    );
}

/// The questions that decide an open material, in the guide's words.
fn waits_for(card: &Card, ids: &[String]) -> String {
    let texts: Vec<&str> = card
        .questions
        .iter()
        .filter(|question| ids.contains(&question.id))
        .map(|question| question.question.as_str())
        .collect();
    texts.join("；")
}

fn print_lines(indent: &str, lines: &[Line]) {
    for line in lines {
        let value = line.value.as_deref().unwrap_or(wording::NOT_STATED);
        let from = match line.value {
            Some(_) => format!("  〔{}〕", sources(&line.citation.sources)),
            None => String::new(),
        };
        println!("{indent}  {}：{value}{from}", line.label);
    }
}

fn sources(list: &[Source]) -> String {
    let texts: Vec<String> = list.iter().map(|s| wire::source(s).text).collect();
    if texts.is_empty() { wording::NOT_STATED.to_owned() } else { texts.join("；") }
}

fn explain(assist: &Assist, answer: &Answer) {
    let search = assist.search();
    let name = |item: u32| search.item(item).map_or("?", |i| i.name.as_str());
    println!("\n—— explain ——");
    println!("words: {}", answer.query.search_words().join(" / "));
    println!("asked of the model: {}", answer.query.meaning_text());
    println!("by words (BM25):");
    for (item, score) in answer.hits.keyword.iter().take(8) {
        println!("  {score:8.3}  {}", name(*item));
    }
    println!("by meaning (cosine):");
    for (item, score) in answer.hits.vector.iter().take(8) {
        println!("  {score:8.4}  {}", name(*item));
    }
    let understood = &answer.understood;
    let facets: Vec<&str> = understood.facets.iter().map(|f| f.word()).collect();
    println!("route: {} ({:.3})  facets: {}", understood.route.word(), understood.chance, facets.join(", "));
    println!("fused:");
    for found in answer.hits.fused.iter().take(8) {
        println!(
            "  {:8.3}  {:5.3}  {}  ← {}",
            found.score,
            found.confidence,
            name(found.item),
            found.matched.as_deref().unwrap_or("-")
        );
    }
    let t = answer.timings;
    println!("timings: words {:?}, model {:?}, search {:?}, total {:?}", t.words, t.model, t.search, t.total);
}
