//! The same words of the same guides in other engines, and the same questions to all of them by turns.

use super::drive::Times;
use super::mix::Asked;
use super::postgres::{Filling, Postgres};
use crate::guide::{Guide, RegionCode};
use crate::search::{Search, Within, guide_texts};
use crate::store::beside::{WordRow, WordTable};
use crate::text::Query;
use anyhow::{Context, Result};
use serde::Serialize;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Guides handed over together.
const PART: usize = 1_000;

/// Questions asked of one engine before the next has its turn.
const TURN: usize = 10;

/// Of an engine that is slow, no more turns than fit into this time.
const PATIENCE: Duration = Duration::from_secs(90);

/// Guides that are asked for.
const LIMIT: usize = 10;

/// One engine.
#[derive(Clone, Debug, Serialize)]
pub struct Engine {
    /// Its name and version.
    pub about: String,
    /// Seconds for taking in the guides, cut into words beforehand; ours takes them in with the import.
    pub filled_s: Option<f64>,
    /// Bytes of its table and index.
    pub bytes: u64,
    /// Questions that it was asked, in each way.
    pub questions: usize,
    /// Looking through the guides of a division.
    pub within: Option<Times>,
    /// Looking through all guides.
    pub everywhere: Option<Times>,
}

/// A question, as all engines are asked it.
struct Question {
    query: Query,
    region: RegionCode,
}

/// All engines that are there, over the guides of an index; what is missing is told.
pub fn compare(index: &Path, asked: &[Asked]) -> Result<(Vec<Engine>, Vec<String>)> {
    let search = Search::open(index)?;
    let runtime = super::super::runtime()?;
    let aside = tempfile::tempdir().context("can't make a folder for SQLite")?;
    let file = aside.path().join("words.sqlite");
    let table = runtime.block_on(WordTable::create(&file))?;
    let (postgres, missing) = match Postgres::start()? {
        Ok(postgres) => (Some(postgres), Vec::new()),
        Err(why) => (None, vec![why]),
    };
    let filled = fill(&search, &runtime, &table, postgres.as_ref())?;
    let questions: Vec<Question> = asked
        .iter()
        .filter_map(|one| {
            Some(Question { query: search.analyzer().query(&one.text), region: one.region.clone()? })
        })
        .filter(|question| !question.query.search_words().is_empty())
        .collect();
    let ours = super::made::size(&index.join(&search.manifest().generation).join("regional"))?;
    let mut engines = vec![
        (Asks::Ours(&search), Kept::new("bangban", None, ours)),
        (
            Asks::Sqlite(&runtime, &table),
            Kept::new("SQLite FTS5", Some(filled[0]), std::fs::metadata(&file)?.len()),
        ),
    ];
    if let Some(postgres) = &postgres {
        engines
            .push((Asks::Postgres(postgres), Kept::new(&postgres.about, Some(filled[1]), postgres.size()?)));
    }
    for turn in questions.chunks(TURN) {
        for (asks, kept) in &mut engines {
            let began = Instant::now();
            if kept.spent < PATIENCE {
                kept.within.extend(asks.times(turn, true)?);
                kept.everywhere.extend(asks.times(turn, false)?);
                kept.spent += began.elapsed();
            }
        }
    }
    Ok((engines.into_iter().map(|(_, kept)| kept.engine()).collect(), missing))
}

/// Hands every guide in use to the engines; gives the seconds that each took.
fn fill(
    search: &Search,
    runtime: &Runtime,
    table: &WordTable,
    postgres: Option<&Postgres>,
) -> Result<[f64; 2]> {
    let mut filling = postgres.map(Postgres::filling).transpose()?;
    let mut spent = [Duration::ZERO; 2];
    let mut rows = Vec::with_capacity(PART);
    let mut fault = None;
    let mut number = 0;
    search.each_guide(&mut |guide| {
        number += 1;
        rows.extend(words(search, number, guide));
        if rows.len() == PART && fault.is_none() {
            fault = hand(&rows, runtime, table, filling.as_mut(), &mut spent).err();
            rows.clear();
        }
    })?;
    if let Some(fault) = fault {
        return Err(fault);
    }
    hand(&rows, runtime, table, filling.as_mut(), &mut spent)?;
    let began = Instant::now();
    runtime.block_on(table.finish())?;
    spent[0] += began.elapsed();
    if let Some(filling) = filling {
        let began = Instant::now();
        filling.finish()?;
        spent[1] += began.elapsed();
    }
    Ok(spent.map(|spent| spent.as_secs_f64()))
}

fn hand(
    rows: &[WordRow],
    runtime: &Runtime,
    table: &WordTable,
    filling: Option<&mut Filling>,
    spent: &mut [Duration; 2],
) -> Result<()> {
    let began = Instant::now();
    runtime.block_on(table.add(rows))?;
    spent[0] += began.elapsed();
    if let Some(filling) = filling {
        let began = Instant::now();
        filling.add(rows)?;
        spent[1] += began.elapsed();
    }
    Ok(())
}

/// The words of a guide as our own full text has them; `None` of one that is not in use.
fn words(search: &Search, number: i64, guide: &Guide) -> Option<WordRow> {
    let analyzer = search.analyzer();
    let cut = |text: &str| {
        let words = analyzer.segmenter().cut_search(text).into_iter().map(|word| word.text);
        words.collect::<Vec<_>>().join(" ")
    };
    let [name, organ, text] = guide_texts(guide, analyzer)?.map(|text| cut(&text));
    let within: Vec<String> =
        guide.place_code().into_iter().flat_map(RegionCode::line).map(String::from).collect();
    Some(WordRow { guide: number, within: within.join(" "), name, organ, text })
}

/// An engine that can be asked.
enum Asks<'a> {
    Ours(&'a Search),
    Sqlite(&'a Runtime, &'a WordTable),
    Postgres(&'a Postgres),
}

impl Asks<'_> {
    /// How long each question takes.
    fn times(&self, questions: &[Question], bounded: bool) -> Result<Vec<Duration>> {
        let each = |ask: &dyn Fn(&Question) -> Result<()>| -> Result<Vec<Duration>> {
            let time = |question: &Question| -> Result<Duration> {
                let began = Instant::now();
                ask(question)?;
                Ok(began.elapsed())
            };
            questions.iter().map(time).collect()
        };
        let region = |question: &Question| bounded.then(|| question.region.clone());
        match self {
            Asks::Ours(search) => each(&|question| {
                let within = Within { region: region(question), ..Within::default() };
                Ok(search.full_text(&question.query, &within, LIMIT).map(drop)?)
            }),
            Asks::Sqlite(runtime, table) => each(&|question| {
                let region = region(question);
                let region = region.as_ref().map(RegionCode::as_str);
                let found = table.find(question.query.search_words(), region, LIMIT as i64);
                Ok(runtime.block_on(found).map(drop)?)
            }),
            Asks::Postgres(postgres) => {
                let asked: Vec<(&[String], Option<&str>)> = questions
                    .iter()
                    .map(|q| (q.query.search_words(), bounded.then(|| q.region.as_str())))
                    .collect();
                let ms = postgres.times(&asked, LIMIT as i64)?;
                Ok(ms.into_iter().map(|ms| Duration::from_secs_f64(ms / 1e3)).collect())
            }
        }
    }
}

/// What is known of an engine so far.
struct Kept {
    about: String,
    filled_s: Option<f64>,
    bytes: u64,
    spent: Duration,
    within: Vec<Duration>,
    everywhere: Vec<Duration>,
}

impl Kept {
    fn new(about: &str, filled_s: Option<f64>, bytes: u64) -> Kept {
        let (within, everywhere) = (Vec::new(), Vec::new());
        Kept { about: about.to_owned(), filled_s, bytes, spent: Duration::ZERO, within, everywhere }
    }

    fn engine(self) -> Engine {
        Engine {
            about: self.about,
            filled_s: self.filled_s,
            bytes: self.bytes,
            questions: self.within.len(),
            within: Times::of(self.within),
            everywhere: Times::of(self.everywhere),
        }
    }
}
