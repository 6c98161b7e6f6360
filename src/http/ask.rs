//! Questions: match, search, suggest.

use super::App;
use super::json::{Json, Params};
use super::problem::{Problem, ProblemShape};
use super::wire::{
    Audience, MatchRequest, MatchResponse, SearchResponse, SuggestResponse, SuggestionShape, candidate,
    matched,
};
use crate::assist::Ask;
use crate::guide::{Answers, RegionCode};
use axum::extract::State;
use std::sync::Arc;

/// Candidates offered where the caller names no number.
const CANDIDATES: usize = 5;

/// Suggestions offered while typing.
const SUGGESTIONS: usize = 6;

/// Finds the one item that a question means and reads its card.
#[utoipa::path(
    post, path = "/api/v1/match", tag = "问答",
    request_body = MatchRequest,
    responses(
        (status = 200, description = "How the question was answered", body = MatchResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn match_question(
    State(app): State<Arc<App>>,
    Json(request): Json<MatchRequest>,
) -> Result<Json<MatchResponse>, Problem> {
    let ask = Ask {
        text: app.question("q", &request.q)?,
        region: app.region(request.region.as_deref())?,
        person: request.audience.map(|a| a == Audience::Person),
        answers: answers(&request)?,
        limit: limit(request.limit)?,
        trial: None,
    };
    let answer = app.assist.ask(ask, (app.today)()).await?;
    metrics::counter!("bangban_answers_total", "status" => answer.status.word()).increment(1);
    metrics::histogram!("bangban_answer_seconds").record(answer.timings.total.as_secs_f64());
    Ok(Json(matched(&answer, super::trace::id())))
}

fn limit(limit: Option<usize>) -> Result<usize, Problem> {
    match limit {
        None => Ok(CANDIDATES),
        Some(n) if (1..=20).contains(&n) => Ok(n),
        Some(_) => Err(Problem::BadField("limit", "应为 1 到 20 之间的整数".into())),
    }
}

/// More answers than any guide has questions.
const MOST_SLOTS: usize = 50;

fn answers(request: &MatchRequest) -> Result<Answers, Problem> {
    let pairs = request
        .slots
        .iter()
        .flat_map(|(id, chosen)| chosen.iter().map(move |option| (id.as_str(), option.as_str())));
    if pairs.clone().count() > MOST_SLOTS {
        return Err(Problem::BadField("slots", format!("最多 {MOST_SLOTS} 个回答")));
    }
    Ok(pairs.collect())
}

/// Lists items for a text, page by page.
#[utoipa::path(
    get, path = "/api/v1/search", tag = "问答",
    params(
        ("q" = String, Query, description = "Words or a code"),
        ("audience" = Option<String>, Query, description = "`person` or `enterprise`"),
        ("page" = Option<usize>, Query, description = "From 1 to 50", minimum = 1, maximum = 50),
        ("per_page" = Option<usize>, Query, description = "1 to 50; 10 when absent", minimum = 1, maximum = 50),
    ),
    responses(
        (status = 200, description = "Items, best first", body = SearchResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn search(State(app): State<Arc<App>>, params: Params) -> Result<Json<SearchResponse>, Problem> {
    let text = app.question("q", params.get("q").unwrap_or_default())?;
    let page = params.number("page", 1..=50, 1)?;
    let per_page = params.number("per_page", 1..=50, 10)?;
    let person = match params.get("audience") {
        None => None,
        Some("person") => Some(true),
        Some("enterprise") => Some(false),
        Some(_) => {
            return Err(Problem::BadField("audience", "应为 person 或 enterprise".into()));
        }
    };
    let ask = Ask { text, person, ..Ask::default() };
    let (items, more, keywords_only) = app.assist.list(ask, page, per_page).await?;
    Ok(Json(SearchResponse { items: items.iter().map(candidate).collect(), page, more, keywords_only }))
}

/// Names that begin with or contain what was typed.
#[utoipa::path(
    get, path = "/api/v1/suggest", tag = "问答",
    params(("q" = String, Query, description = "What was typed so far; at least two characters bring something")),
    responses(
        (status = 200, description = "At most six names", body = SuggestResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn suggest(State(app): State<Arc<App>>, params: Params) -> Result<Json<SuggestResponse>, Problem> {
    let text = params.get("q").unwrap_or_default();
    let suggestions = if text.chars().count() < 2 {
        Vec::new()
    } else {
        app.assist.suggest(&app.question("q", text)?, SUGGESTIONS)
    };
    Ok(Json(SuggestResponse {
        suggestions: suggestions
            .into_iter()
            .map(|(text, item)| SuggestionShape { text, code: item.key.to_string(), name: item.name })
            .collect(),
    }))
}

impl App {
    /// A question that may be worked on: not empty, not too long.
    pub(super) fn question(&self, field: &'static str, text: &str) -> Result<String, Problem> {
        let most = self.limits.question_chars;
        if text.chars().take(most + 1).count() > most {
            return Err(Problem::BadField(field, format!("不能超过 {most} 个字")));
        }
        if !text.chars().any(char::is_alphanumeric) {
            return Err(Problem::BadField(field, "请写出要办的事，例如：身份证丢了需要带什么".into()));
        }
        Ok(text.to_owned())
    }

    /// The place a caller names, if it names one.
    pub(super) fn region(&self, code: Option<&str>) -> Result<Option<RegionCode>, Problem> {
        match code.map(str::trim).filter(|code| !code.is_empty()) {
            None => Ok(None),
            Some(code) => Ok(Some(self.assist.region(code)?)),
        }
    }
}
