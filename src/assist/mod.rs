//! Where it meets: a question goes in, an answer of guide fields comes out.
//!
//! One path serves the API, the command line and the evaluation.

mod access;
mod answer;
mod apply;
mod attend;
mod bell;
mod calls;
mod canned;
mod changes;
mod content;
mod converse;
mod counter;
mod differences;
mod faults;
mod figures;
mod full_text;
mod handover;
mod hear;
mod import;
mod lessons;
mod links;
mod lookup;
mod oidc;
mod orders;
mod outside;
mod proposals;
mod ratings;
mod recall;
mod seats;
mod seek;
mod show;
mod suggest;
mod talk;
mod ticket;
mod transcript;
mod webhooks;
mod words;

pub use access::{Access, AccessError, CAP, NewAccount, made_password};
pub use answer::{Answer, CandidateItem, ItemView, PlaceName, Timings};
pub use apply::{Application, Applications, ApplyError, Counter, Online};
pub use attend::{AgentWords, CaseFile};
pub use bell::Told;
pub use calls::{Calls, Received, Sentence, Speaker};
pub use changes::{Changed, import_changes};
pub use content::{
    Change, ContentError, Contents, Previewed, Settled, SharedCalendar, Trial, Verdict as ContentVerdict,
    change,
};
pub use converse::{Incoming, Turn};
pub use counter::{Glance, LookedUp, LookupRow, Member, NextQuestion, PACK, Visit, VisitMaterial};
pub use differences::{
    DifferenceDesk, DifferenceRow, Differences, FaultKind, FaultRow, Progress, differences,
};
pub use faults::{FaultError, Faults, NewReport, NewWrapup};
pub use figures::{FigureDesk, FigureError, Figures, Group, UnsettledKind};
pub use full_text::FullTextRow;
pub use handover::{BadDeskFile, DeskNow, DeskRules, Handed, Standing};
pub use hear::case_told;
pub use import::{ImportError, Sources, Step, import};
pub use lessons::{Lesson, TeachError};
pub use links::LinkChecks;
pub use lookup::{CompareColumn, Compared, ThemeView};
pub use oidc::{BadOidc, Begun, CALLBACK, Oidc, OidcError, PENDING, Pending};
pub use proposals::{Decision, ProposalError, Proposals, Proposed};
pub use ratings::{RateError, Rated, Ratings, SettleFault};
pub use seats::Seats;
pub use seek::evidence;
pub use suggest::{Suggested, Suggestion};
pub use talk::{Sent, Signal, TalkError, Talks};
pub use ticket::{Issued, Ticket, Tickets};
pub use transcript::transcript;
pub use webhooks::{BadWebhook, Receiver, Webhooks};

use crate::dialog::{BadUnderstanding, Route, Status, Thresholds, Understanding, Understood, Verdict};
use crate::embed::Embedder;
use crate::guide::{Answers, ITEM, RegionCode};
use crate::search::{BadFusion, Fusion, Search, SearchError};
use crate::store::{Journal, StoreError};
use jiff::civil::Date;
use lessons::Lessons;
use recall::Recall;
use seek::{Sought, confidence, judged};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

/// What can go wrong on the way to an answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The index failed.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// No item has this code.
    #[error("no item with code {0:?}")]
    NoSuchItem(String),
    /// The divisions file has no such place.
    #[error("no division with code {0:?}")]
    NoSuchRegion(String),
    /// Every guide of the item is suspended, cancelled or out of date.
    #[error("item {0:?} has no guide in force")]
    NotInForce(String),
    /// A worker thread ended early.
    #[error("a search thread ended early: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

/// What keeps the service from opening.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The index.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// The accepted corrections.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The models of routes and facets.
    #[error(transparent)]
    Understanding(#[from] BadUnderstanding),
    /// The weights of the ranking.
    #[error(transparent)]
    Fusion(#[from] BadFusion),
    /// The model, while it read the accepted corrections.
    #[error(transparent)]
    Embed(#[from] crate::embed::EmbedError),
}

/// A question with what is known of the asker.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The question in the asker's words.
    pub text: String,
    /// The asker's place; a place named in the question goes first.
    pub region: Option<RegionCode>,
    /// `true` for a private person, `false` for a firm.
    pub person: Option<bool>,
    /// Answers to 情形 questions.
    pub answers: Answers,
    /// How many candidates at most.
    pub limit: usize,
    /// A change that is tried out for this question alone.
    pub trial: Option<Arc<Trial>>,
}

/// Owns the index in service and the model.
pub struct Assist {
    root: PathBuf,
    live: RwLock<Arc<Search>>,
    lessons: RwLock<Arc<Lessons>>,
    journal: Journal,
    /// Published everyday words, `everyday<TAB>official` a line.
    everyday: RwLock<String>,
    embedder: Option<Embedder>,
    fusion: Fusion,
    understanding: Understanding,
    thresholds: Thresholds,
    recall: Recall,
}

/// What `bangban fit` learned.
pub struct Weights {
    /// Of the ranking and the confidence.
    pub fusion: Fusion,
    /// Of routes and facets.
    pub understanding: Understanding,
}

impl Weights {
    /// Those that come with the program.
    pub fn shipped() -> Result<Weights, OpenError> {
        Ok(Weights { fusion: Fusion::shipped()?, understanding: Understanding::shipped()? })
    }

    /// Those in a folder, as `bangban fit --out` writes them.
    pub fn read(folder: &Path) -> Result<Weights, OpenError> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|cause| SearchError::Io { path, cause })
        };
        Ok(Weights {
            fusion: Fusion::parse(&read("fusion.toml")?)?,
            understanding: Understanding::parse(
                &read("routes-meaning.tsv")?,
                &read("routes-words.tsv")?,
                &read("facets.tsv")?,
                &read("routes.toml")?,
            )?,
        })
    }
}

impl Assist {
    /// Opens the current generation. Without a model, or with one that the index was not made with,
    /// search goes by words alone, and says so.
    pub fn open(
        root: &Path,
        embedder: Option<Embedder>,
        thresholds: Thresholds,
    ) -> Result<Assist, OpenError> {
        Assist::open_with(root, embedder, thresholds, Weights::shipped()?)
    }

    /// The same with weights of one's own.
    pub fn open_with(
        root: &Path,
        embedder: Option<Embedder>,
        thresholds: Thresholds,
        weights: Weights,
    ) -> Result<Assist, OpenError> {
        let search = Search::open(root)?.with_fusion(weights.fusion.clone());
        let assist = Assist {
            fusion: weights.fusion,
            understanding: weights.understanding,
            root: root.to_owned(),
            live: RwLock::new(Arc::new(search)),
            lessons: RwLock::default(),
            journal: Journal::of(root),
            everyday: RwLock::default(),
            embedder,
            thresholds,
            recall: Recall::of(0),
        };
        assist.learn()?;
        Ok(assist)
    }

    /// The same with what is found for at most so many questions kept for whoever asks it again.
    pub fn with_recall(self, questions: usize) -> Assist {
        Assist { recall: Recall::of(questions), ..self }
    }

    /// The generation in service.
    pub fn search(&self) -> Arc<Search> {
        // A poisoned lock still holds a whole snapshot: the swap is one assignment.
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens the generation that `CURRENT` names now, if it is another one, and reads what was taught since;
    /// readers finish on the old one. Tells whether the generation changed.
    pub fn refresh(&self) -> Result<bool, OpenError> {
        let served = self.search().manifest().generation.clone();
        let same = crate::search::current(&self.root)?.as_deref() == Some(served.as_str());
        if !same {
            let before = self.search();
            let fresh = Search::open_after(&self.root, &before)?.with_fusion(self.fusion.clone());
            self.put_in_service(Arc::new(fresh))?;
        }
        self.learn()?;
        Ok(!same)
    }

    /// Whether questions are understood by meaning, not by words alone.
    pub fn has_model(&self) -> bool {
        self.usable(&self.search()).is_some()
    }

    fn usable(&self, search: &Search) -> Option<&Embedder> {
        self.embedder.as_ref().filter(|e| search.manifest().model.as_deref() == Some(e.model_id()))
    }

    /// Answers a question.
    pub async fn ask(&self, ask: Ask, today: Date) -> Result<Answer, AskError> {
        let search = self.search();
        let limit = ask.limit.clamp(1, 20);
        let sought = self.seek(&search, &ask, limit + 5).await?;
        let thresholds = self.thresholds;
        let answer =
            tokio::task::spawn_blocking(move || answer(&search, &ask, sought, limit, thresholds, today))
                .await??;
        Ok(answer)
    }
}

/// Everything after the search: judgement and card.
fn answer(
    search: &Search,
    ask: &Ask,
    sought: Sought,
    limit: usize,
    thresholds: Thresholds,
    today: Date,
) -> Result<Answer, AskError> {
    let started = Instant::now();
    let Sought { query, understood, hits, heard, region, region_choices, keywords_only, mut timings, .. } =
        sought;
    let judgement = judged(&hits, &thresholds);
    let view = match (judgement.verdict, hits.fused.first()) {
        (Verdict::Sure, Some(first)) if understood.route == Route::Item => {
            let mut answers = ask.answers.clone();
            if let (None, Some(case)) = (answers.get(ITEM), &first.business_item) {
                answers.choose(ITEM, case);
            }
            lookup::view(search, first.item, region.as_ref(), &answers, today)?
        }
        _ => None,
    };
    let status = status(&understood, judgement.status, view.is_some());
    let shown = match judgement.verdict {
        _ if !understood.route.shows_items() => 0,
        Verdict::Twins(n) => n,
        Verdict::Nothing => 0,
        _ => limit,
    };
    let skip = usize::from(view.is_some());
    let listed = hits
        .fused
        .iter()
        .skip(skip)
        .take(shown)
        .filter_map(|found| lookup::candidate(search, found))
        .collect();
    timings.total += started.elapsed();
    Ok(Answer {
        status,
        understood,
        confidence: confidence(&hits),
        heard,
        region: region.map(|code| lookup::place_name(search, &code)),
        region_choices: region_choices.iter().map(|code| lookup::place_name(search, code)).collect(),
        view,
        candidates: listed,
        keywords_only,
        query,
        hits,
        timings,
    })
}

/// How the turn ends: by its route, and for an item by what was found.
fn status(understood: &Understood, judged: Status, has_card: bool) -> Status {
    match understood.route {
        // An item whose guides are all out of force can be named, not answered from.
        Route::Item if judged == Status::Answered && !has_card => Status::Candidates,
        Route::Item => judged,
        Route::Chitchat | Route::OutOfScope => Status::OutOfScope,
        Route::Abuse => Status::Unsafe,
        Route::Emergency
        | Route::Complaint
        | Route::Help
        | Route::Progress
        | Route::Appointment
        | Route::Human => Status::Handoff,
    }
}
