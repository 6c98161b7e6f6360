//! The dashboard: figures, questions that nobody could answer, tables to take along.

use super::App;
use super::json::{Json, Params};
use super::problem::{Problem, ProblemShape};
use super::who::Staff;
use super::wire::figures::{
    DayShape, FiguresResponse, GapCountShape, HourCountShape, ItemCountShape, NearItemShape,
    OutcomeCountShape, PlaceCountShape, QuestionGroupShape, QuestionGroupsResponse, RouteCountShape,
    StarCountShape, StatusCountShape, TimesShape, WaitsShape,
};
use super::wire::region as place_shape;
use crate::assist::{FigureError, Figures, Group, UnsettledKind};
use crate::desk::Permission;
use crate::guide::RegionCode;
use crate::store::{DayCounts, Window};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::civil::{Date, date};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, ToSpan};
use std::sync::Arc;

/// Days of a window at most.
const LONGEST: i32 = 366;

/// Days of a window where none is named.
const USUAL: i32 = 7;

/// Figures of some days: what was asked, how it ended, how it was rated. Counts, no persons.
#[utoipa::path(
    get, path = "/api/v1/figures", tag = "查询台",
    params(
        ("from" = Option<String>, Query, description = "First day; a week ago when absent", example = "2026-11-01"),
        ("to" = Option<String>, Query, description = "Last day; today when absent"),
        ("region" = Option<String>, Query, description = "Only turns about this division"),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Figures", body = FiguresResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn figures(
    staff: Staff,
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<FiguresResponse>, Problem> {
    staff.may(Permission::StatsRead)?;
    let asked = app.window(&params)?;
    Ok(Json(app.counted(&asked).await?))
}

/// Questions that were not settled, grouped by meaning: masked words, no persons.
#[utoipa::path(
    get, path = "/api/v1/figures/questions", tag = "查询台",
    params(
        ("kind" = Option<String>, Query, description = "`unanswered` or `unsure`; `unanswered` when absent"),
        ("from" = Option<String>, Query, description = "First day; a week ago when absent"),
        ("to" = Option<String>, Query, description = "Last day; today when absent"),
        ("region" = Option<String>, Query, description = "Only turns about this division"),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Groups, the largest first", body = QuestionGroupsResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn questions(
    staff: Staff,
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<QuestionGroupsResponse>, Problem> {
    staff.may(Permission::StatsRead)?;
    let asked = app.window(&params)?;
    let groups = app.figures.questions(&app.assist, kind(&params)?, &asked.window).await?;
    Ok(Json(QuestionGroupsResponse { groups: groups.into_iter().map(group).collect() }))
}

/// One table as CSV, for spreadsheets.
#[utoipa::path(
    get, path = "/api/v1/figures/export", tag = "查询台",
    params(
        ("what" = String, Query, description = "`days`, `hours`, `items`, `places` or `questions`"),
        ("kind" = Option<String>, Query, description = "With `questions`: `unanswered` or `unsure`"),
        ("from" = Option<String>, Query, description = "First day; a week ago when absent"),
        ("to" = Option<String>, Query, description = "Last day; today when absent"),
        ("region" = Option<String>, Query, description = "Only turns about this division"),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "UTF-8 with a byte order mark", content_type = "text/csv"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn export(staff: Staff, State(app): State<Arc<App>>, params: Params) -> Result<Response, Problem> {
    staff.may(Permission::StatsRead)?;
    let asked = app.window(&params)?;
    let what = params.get("what").unwrap_or_default();
    let rows = match what {
        "questions" => {
            let groups = app.figures.questions(&app.assist, kind(&params)?, &asked.window).await?;
            question_rows(&groups)
        }
        "days" | "hours" | "items" | "places" => table(what, &app.counted(&asked).await?),
        _ => {
            let mend = "应为 days、hours、items、places 或 questions";
            return Err(Problem::BadField("what", mend.into()));
        }
    };
    let name = format!("attachment; filename=\"{what}-{}-{}.csv\"", asked.from, asked.to);
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, csv(&rows)?).into_response())
}

fn kind(params: &Params) -> Result<UnsettledKind, Problem> {
    match params.get("kind") {
        None | Some("unanswered") => Ok(UnsettledKind::Unanswered),
        Some("unsure") => Ok(UnsettledKind::Unsure),
        Some(_) => Err(Problem::BadField("kind", "应为 unanswered 或 unsure".into())),
    }
}

/// What is asked for.
struct Asked {
    from: Date,
    to: Date,
    window: Window,
}

impl App {
    fn window(&self, params: &Params) -> Result<Asked, Problem> {
        let day = |name: &'static str, absent: Date| match params.get(name) {
            None => Ok(absent),
            Some(text) => {
                text.parse::<Date>().map_err(|_| Problem::BadField(name, "应为 2026-11-01 这样的日期".into()))
            }
        };
        let today = (self.today)();
        let to = day("to", today)?;
        let week_ago = to.saturating_sub((USUAL - 1).days());
        let from = day("from", week_ago)?;
        if from > to || days_between(from, to) > LONGEST {
            return Err(Problem::BadField("from", format!("应在 to 之前，最多 {LONGEST} 天")));
        }
        let china = TimeZone::fixed(Offset::constant(8));
        let start = |day: Date| china.to_timestamp(day.at(0, 0, 0, 0));
        let wrong = |_| Problem::BadField("from", "日期超出范围".into());
        let window = Window {
            from: start(from).map_err(wrong)?,
            to: start(to.saturating_add(Span::new().days(1))).map_err(wrong)?,
            region: self.region(params.get("region"))?,
        };
        Ok(Asked { from, to, window })
    }

    async fn counted(&self, asked: &Asked) -> Result<FiguresResponse, Problem> {
        let found = self.figures.read(&asked.window, (asked.from, asked.to), (self.today)()).await?;
        Ok(self.shaped(asked, found))
    }

    fn shaped(&self, asked: &Asked, found: Figures) -> FiguresResponse {
        let name = |key: &str| self.assist.named_item(key).map_or_else(|_| key.to_owned(), |named| named.1);
        let place = |code: String| {
            let code = RegionCode::try_from(code).ok()?;
            Some(place_shape(&self.assist.place(&code)))
        };
        let whole = asked.window.region.is_none();
        let clicks =
            |key: &str| found.clicks.iter().find(|(item, _)| item == key).map_or(0, |(_, clicks)| *clicks);
        let waits = &found.handovers.waits;
        let wait = |share: usize| (!waits.is_empty()).then(|| waits[(waits.len() - 1) * share / 100]);
        FiguresResponse {
            from: asked.from.to_string(),
            to: asked.to.to_string(),
            turns: found.turns,
            conversations: found.conversations,
            shares: found
                .statuses
                .into_iter()
                .map(|(status, count)| StatusCountShape { status, count })
                .collect(),
            routes: found.routes.into_iter().map(|(route, count)| RouteCountShape { route, count }).collect(),
            days: days(asked.from, asked.to, &found.days),
            hours: found
                .hours
                .into_iter()
                .map(|(weekday, hour, count)| HourCountShape { weekday, hour, count })
                .collect(),
            items: found
                .items
                .into_iter()
                .map(|one| ItemCountShape {
                    name: name(&one.item),
                    // Clicks are counted without a place.
                    clicks: whole.then(|| clicks(&one.item)),
                    code: one.item,
                    count: one.count,
                    answered: one.answered,
                })
                .collect(),
            places: found
                .places
                .into_iter()
                .filter_map(|(code, count)| Some(PlaceCountShape { region: place(code)?, count }))
                .collect(),
            ratings: found
                .ratings
                .into_iter()
                .map(|(about, stars, count)| StarCountShape { about, stars, count })
                .collect(),
            handovers: found
                .handovers
                .outcomes
                .iter()
                .map(|(outcome, count)| OutcomeCountShape { outcome: outcome.clone(), count: *count })
                .collect(),
            waits: WaitsShape {
                asked: found.handovers.asked,
                claimed: found.handovers.claimed,
                p50_seconds: wait(50),
                p90_seconds: wait(90),
            },
            gaps: found.gaps.into_iter().map(|(gap, count)| GapCountShape { gap, count }).collect(),
            open_reports: found.open.reports,
            open_work_items: found.open.work_items,
            late_work_items: found.open.late,
            ms: TimesShape {
                p50: found.times.first().copied(),
                p90: found.times.get(1).copied(),
                p99: found.times.get(2).copied(),
            },
        }
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}

/// Every day of the window, those without a turn too.
fn days(from: Date, to: Date, counts: &DayCounts) -> Vec<DayShape> {
    let epoch = date(1970, 1, 1);
    let mut list = Vec::new();
    let mut day = from;
    while day <= to {
        let number = i64::from(days_between(epoch, day));
        let mut shape = DayShape { day: day.to_string(), ..DayShape::default() };
        for (_, status, count) in counts.iter().filter(|(at, ..)| *at == number) {
            shape.turns += count;
            match status.as_str() {
                "answered" => shape.answered += count,
                "clarify" => shape.clarify += count,
                "candidates" => shape.candidates += count,
                "handoff" => shape.handoff += count,
                _ => shape.other += count,
            }
        }
        list.push(shape);
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    list
}

fn group(group: Group) -> QuestionGroupShape {
    QuestionGroupShape {
        text: group.text,
        count: group.count,
        examples: group.examples,
        items: group
            .items
            .into_iter()
            .map(|(code, name, confidence)| NearItemShape { code, name, confidence })
            .collect(),
    }
}

type Rows = Vec<Vec<String>>;

fn table(what: &str, figures: &FiguresResponse) -> Rows {
    let row = |cells: &[&dyn ToString]| cells.iter().map(|cell| cell.to_string()).collect::<Vec<String>>();
    match what {
        "days" => std::iter::once(row(&[&"日期", &"轮次", &"直接回答", &"追问", &"候选", &"转交", &"其他"]))
            .chain(figures.days.iter().map(|d| {
                row(&[&d.day, &d.turns, &d.answered, &d.clarify, &d.candidates, &d.handoff, &d.other])
            }))
            .collect(),
        "hours" => std::iter::once(row(&[&"星期", &"小时", &"轮次"]))
            .chain(figures.hours.iter().map(|h| row(&[&h.weekday, &h.hour, &h.count])))
            .collect(),
        "items" => std::iter::once(row(&[&"事项编码", &"事项名称", &"轮次", &"直接回答"]))
            .chain(figures.items.iter().map(|i| row(&[&i.code, &i.name, &i.count, &i.answered])))
            .collect(),
        _ => std::iter::once(row(&[&"区划代码", &"地区", &"轮次"]))
            .chain(figures.places.iter().map(|p| row(&[&p.region.code, &p.region.name, &p.count])))
            .collect(),
    }
}

fn question_rows(groups: &[Group]) -> Rows {
    let head = ["问题", "次数", "其他说法", "最接近的事项"].map(str::to_owned).to_vec();
    let rows = groups.iter().map(|group| {
        let items: Vec<&str> = group.items.iter().map(|(_, name, _)| name.as_str()).collect();
        vec![group.text.clone(), group.count.to_string(), group.examples.join("；"), items.join("；")]
    });
    std::iter::once(head).chain(rows).collect()
}

/// Rows as CSV. A byte order mark comes first, since spreadsheets take the file for another encoding without; a cell
/// that would be taken for a formula is marked as text.
fn csv(rows: &Rows) -> Result<Vec<u8>, Problem> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    for row in rows {
        let safe = row.iter().map(|cell| match cell.starts_with(['=', '+', '-', '@']) {
            true => format!("'{cell}"),
            false => cell.clone(),
        });
        writer.write_record(safe).map_err(|error| Problem::Internal(error.into()))?;
    }
    writer.into_inner().map_err(|error| Problem::Internal(anyhow::anyhow!("{error}")))
}

impl From<FigureError> for Problem {
    fn from(error: FigureError) -> Problem {
        match error {
            FigureError::Ask(error) => error.into(),
            error @ FigureError::Store(_) => Problem::Internal(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_a_row() {
        let counts = vec![(20_784, "answered".to_owned(), 3), (20_784, "unsafe".to_owned(), 1)];
        let list = days(date(2026, 11, 26), date(2026, 11, 27), &counts);
        let got: Vec<(&str, i64, i64)> = list.iter().map(|d| (d.day.as_str(), d.turns, d.other)).collect();
        let at = i64::from(days_between(date(1970, 1, 1), date(2026, 11, 27)));
        assert_eq!(at, 20_784);
        assert_eq!(got, [("2026-11-26", 0, 0), ("2026-11-27", 4, 1)]);
    }

    #[test]
    fn a_cell_is_no_formula() {
        let text = String::from_utf8(csv(&vec![vec!["=1+1".into(), "a,b".into()]]).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}'=1+1,\"a,b\"\n");
    }
}
