//! `bangban learned`: what was taught in use; who taught it, taking it back, handing it to training.

use crate::config::Config;
use crate::guide::ItemKey;
use crate::search::Search;
use crate::store::{Journal, Learned};
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// What `learned` takes. Without `--add`, `--remove` or `--export` it lists.
#[derive(Debug, clap::Args)]
pub struct LearnedArgs {
    /// Only what this person accepted; with --add or --remove, who does it
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Only from this moment on, such as 2026-11-26T00:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Only before this moment
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// Accept this question for the item named with --item
    #[arg(long, value_name = "QUESTION", requires = "item", requires = "author")]
    add: Option<String>,
    /// Key of the item
    #[arg(long, value_name = "CODE")]
    item: Option<String>,
    /// 业务办理项 that the question means
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
    /// Take back everything that is listed; name at least --author, --since or --until
    #[arg(long, value_name = "BY", conflicts_with = "add")]
    remove_as: Option<String>,
    /// Write what is listed as training questions
    #[arg(long, value_name = "FILE", conflicts_with = "add")]
    export: Option<PathBuf>,
}

/// Lists, adds, takes back, exports.
pub fn run(config: &Config, args: &LearnedArgs) -> Result<ExitCode> {
    if let (Some(question), Some(item), Some(author)) = (&args.add, &args.item, &args.author) {
        let assist = Arc::new(super::assist(config)?);
        let key = item_key(&assist.search(), item).with_context(|| format!("no item with code {item:?}"))?;
        let taught = assist.teach(question, &key, args.case.clone(), author, Timestamp::now());
        print(&super::runtime()?.block_on(taught)?);
        return Ok(ExitCode::SUCCESS);
    }
    let journal = Journal::of(&config.index);
    let chosen: Vec<Learned> = journal.read()?.into_iter().filter(|l| args.picks(l)).collect();
    chosen.iter().for_each(print);
    println!("{} accepted corrections", chosen.len());
    if let Some(file) = &args.export {
        let mut text = String::new();
        for learned in &chosen {
            text += &serde_json::to_string(&training(learned))?;
            text.push('\n');
        }
        std::fs::write(file, text).with_context(|| format!("can't write {}", file.display()))?;
        println!("written to {}", file.display());
    }
    if let Some(by) = &args.remove_as {
        if args.author.is_none() && args.since.is_none() && args.until.is_none() {
            bail!("name what to take back with --author, --since or --until");
        }
        let ids: Vec<String> = chosen.into_iter().map(|l| l.id).collect();
        journal.remove(&ids, by, Timestamp::now())?;
        println!("{} taken back", ids.len());
    }
    Ok(ExitCode::SUCCESS)
}

impl LearnedArgs {
    fn picks(&self, learned: &Learned) -> bool {
        let example = &learned.example;
        self.author.as_ref().is_none_or(|author| example.author.as_ref() == Some(author))
            && self.since.is_none_or(|since| example.at.is_some_and(|at| at >= since))
            && self.until.is_none_or(|until| example.at.is_some_and(|at| at < until))
    }
}

/// A row as `corpus/questions/train` has them.
fn training(learned: &Learned) -> serde_json::Value {
    let example = &learned.example;
    serde_json::json!({
        "question": example.question,
        "item": example.item,
        "business_item": example.business_item,
        "voice": "在用中采纳",
        "form": "plain",
        "facet": "general",
    })
}

fn print(learned: &Learned) {
    let example = &learned.example;
    let at = example.at.map_or_else(String::new, |at| at.to_string());
    println!(
        "{}  {at}  {}  {} → {}",
        learned.id,
        example.author.as_deref().unwrap_or("-"),
        example.question,
        example.item
    );
}

/// The key of the item with exactly this key, code or official name.
fn item_key(search: &Search, text: &str) -> Option<ItemKey> {
    let found = search.by_code(text, true, 1).ok()?.first().copied().or_else(|| search.named(text))?;
    search.item(found).map(|item| item.key.clone())
}
