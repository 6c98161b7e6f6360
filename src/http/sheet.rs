//! Sheets to take along: 材料清单 for citizens, 一次性告知单 for whoever was sent home with something missing.

use super::App;
use super::items::answers;
use super::json::{Params, Path};
use super::paper::{Entry, Paper, PaperError, Section, pdf, png};
use super::problem::{Problem, ProblemShape};
use crate::assist::ItemView;
use crate::dialog::wording;
use crate::guide::{Line, MaterialLine, MaterialState, Place};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use std::sync::Arc;

/// What is missing: more names than a guide has materials are a mistake.
const MISSING: usize = 60;

/// The list of materials as PDF (A4), with boxes to tick, the place to go to and a code of the online address.
#[utoipa::path(
    get, path = "/api/v1/items/{code}/checklist.pdf", tag = "事项",
    params(
        ("code" = String, Path, description = "Key or code"),
        ("region" = Option<String>, Query, description = "Division code"),
        ("item" = Option<String>, Query, description = "业务办理项; other 情形 answers are given by their question's id in the same way"),
    ),
    responses(
        (status = 200, description = "A sheet", content_type = "application/pdf"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn checklist_pdf(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    app.sheet(&code, &params, false, Form::Pdf).await
}

/// The same as one picture (PNG).
#[utoipa::path(
    get, path = "/api/v1/items/{code}/checklist.png", tag = "事项",
    params(
        ("code" = String, Path, description = "Key or code"),
        ("region" = Option<String>, Query, description = "Division code"),
        ("item" = Option<String>, Query, description = "业务办理项; other 情形 answers are given by their question's id in the same way"),
    ),
    responses(
        (status = 200, description = "A picture", content_type = "image/png"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn checklist_png(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    app.sheet(&code, &params, false, Form::Png).await
}

/// 一次性告知单 as PDF (A4): every material, those that are missing marked, where and when to come again.
#[utoipa::path(
    get, path = "/api/v1/items/{code}/notice.pdf", tag = "事项",
    params(
        ("code" = String, Path, description = "Key or code"),
        ("region" = Option<String>, Query, description = "Division code"),
        ("missing" = Option<String>, Query, description = "材料名称 of what is missing; several times for several"),
        ("item" = Option<String>, Query, description = "业务办理项; other 情形 answers are given by their question's id in the same way"),
    ),
    responses(
        (status = 200, description = "A sheet", content_type = "application/pdf"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn notice_pdf(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    app.sheet(&code, &params, true, Form::Pdf).await
}

/// The same as one picture (PNG).
#[utoipa::path(
    get, path = "/api/v1/items/{code}/notice.png", tag = "事项",
    params(
        ("code" = String, Path, description = "Key or code"),
        ("region" = Option<String>, Query, description = "Division code"),
        ("missing" = Option<String>, Query, description = "材料名称 of what is missing; several times for several"),
        ("item" = Option<String>, Query, description = "业务办理项; other 情形 answers are given by their question's id in the same way"),
    ),
    responses(
        (status = 200, description = "A picture", content_type = "image/png"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn notice_png(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    app.sheet(&code, &params, true, Form::Png).await
}

#[derive(Clone, Copy)]
enum Form {
    Pdf,
    Png,
}

impl App {
    async fn sheet(
        &self,
        code: &str,
        params: &Params,
        notice: bool,
        form: Form,
    ) -> Result<Response, Problem> {
        let region = self.region(params.get("region"))?;
        let today = (self.today)();
        let given = answers(&params.without(&["missing"]));
        let (_, view) = self.assist.item(code, region.as_ref(), &given, today)?;
        let missing: Vec<&str> = params.all("missing").filter(|name| !name.is_empty()).collect();
        if missing.len() > MISSING {
            return Err(Problem::BadField("missing", format!("最多 {MISSING} 项")));
        }
        if let Some(stranger) =
            missing.iter().find(|name| !view.card.materials.iter().any(|m| m.material.name == **name))
        {
            return Err(Problem::BadField("missing", format!("指南里没有材料 {stranger:?}")));
        }
        let paper = if notice { notice_paper(&view, &missing, today) } else { checklist_paper(&view, today) };
        // Drawing takes a core for some milliseconds.
        let drawn = tokio::task::spawn_blocking(move || match form {
            Form::Pdf => pdf(&paper),
            Form::Png => png(&paper),
        });
        let bytes = drawn.await.map_err(|e| Problem::Internal(e.into()))??;
        let (kind, ending) = match form {
            Form::Pdf => ("application/pdf", "pdf"),
            Form::Png => ("image/png", "png"),
        };
        let name = if notice { "notice" } else { "checklist" };
        let shown = format!("inline; filename=\"{name}-{}.{ending}\"", view.card.key);
        Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, shown)], bytes)
            .into_response())
    }
}

impl From<PaperError> for Problem {
    fn from(error: PaperError) -> Problem {
        Problem::Internal(error.into())
    }
}

fn subject(view: &ItemView) -> String {
    match &view.card.business_item {
        Some(case) => format!("{}（{case}）", view.card.name),
        None => view.card.name.clone(),
    }
}

fn head(view: &ItemView) -> Vec<(String, String)> {
    let card = &view.card;
    let organ = card.head.iter().find(|line| line.citation.field == "department");
    let guide = [
        card.code.clone(),
        card.version.as_ref().map(|version| wording::sheet_version(version)),
        card.updated_at.map(|day| wording::sheet_updated(&day.to_string())),
    ];
    let guide: Vec<String> = guide.into_iter().flatten().collect();
    [
        (wording::SHEET_PLACE, view.place.as_ref().map(|place| place.name.clone())),
        (wording::SHEET_ORGAN, organ.and_then(|line| line.value.clone())),
        (wording::SHEET_GUIDE, (!guide.is_empty()).then(|| guide.join("　"))),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label.to_owned(), value?)))
    .collect()
}

fn material(line: &MaterialLine, tick: bool) -> Entry {
    let one = &line.material;
    let quantity = one.quantity().map(|quantity| format!("　{quantity}")).unwrap_or_default();
    let state = match &line.state {
        MaterialState::Waivable => Some(wording::SHEET_WAIVABLE.to_owned()),
        MaterialState::Later => Some(wording::SHEET_LATER.to_owned()),
        MaterialState::Open(_) => {
            Some(one.needed_when.clone().unwrap_or_else(|| wording::SHEET_DEPENDS.to_owned()))
        }
        MaterialState::Needed => None,
    };
    let notes: Vec<String> =
        [state, one.copy_note.clone(), one.remark.clone()].into_iter().flatten().collect();
    Entry {
        tick: Some(tick),
        text: format!("{}{quantity}", one.name),
        note: (!notes.is_empty()).then(|| notes.join("；")),
    }
}

fn materials(view: &ItemView, ticked: &dyn Fn(&MaterialLine) -> bool) -> Section {
    let card = &view.card;
    let heading = wording::materials(card.needed(), card.waivable(), card.open());
    Section { heading, lines: card.materials.iter().map(|line| material(line, ticked(line))).collect() }
}

fn place_line(place: &Place) -> Entry {
    let parts = [
        (wording::SHEET_ADDRESS, &place.address),
        (wording::SHEET_WINDOW, &place.window),
        (wording::SHEET_HOURS, &place.hours),
        (wording::SHEET_PHONE, &place.phone),
        (wording::SHEET_ROUTE, &place.route),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter_map(|(label, value)| value.as_ref().map(|value| format!("{label}：{value}")))
        .collect();
    Entry { tick: None, text: place.name.clone(), note: (!parts.is_empty()).then(|| parts.join("　")) }
}

/// Where to go: what the guide says, or else the hall of the place, marked as what it is.
fn places(view: &ItemView) -> Section {
    let mut lines: Vec<Entry> = view.card.places.iter().map(place_line).collect();
    if let (true, Some((_, hall))) = (lines.is_empty(), &view.hall) {
        lines.push(Entry { text: wording::GO_TO_HALL.to_owned(), ..Entry::default() });
        lines.push(place_line(&hall.place));
    }
    if lines.is_empty() {
        lines.push(Entry { text: wording::NOT_STATED.to_owned(), ..Entry::default() });
    }
    let phone = view.card.channels.iter().find(|line| line.citation.field == "consult");
    lines.extend(
        phone
            .and_then(|line| line.value.clone())
            .map(|phone| Entry { text: format!("{}：{phone}", wording::SHEET_CONSULT), ..Entry::default() }),
    );
    Section { heading: wording::SHEET_WHERE.to_owned(), lines }
}

fn limits(view: &ItemView) -> Section {
    let said = |line: &Line| Entry {
        text: format!("{}：{}", line.label, line.value.as_deref().unwrap_or(wording::NOT_STATED)),
        ..Entry::default()
    };
    Section { heading: wording::SHEET_LIMITS.to_owned(), lines: view.card.limits.iter().map(said).collect() }
}

fn foot(view: &ItemView, today: Date) -> Vec<String> {
    let source = view.card.data_source.as_deref();
    vec![wording::sheet_foot(source, &today.to_string())]
}

fn checklist_paper(view: &ItemView, today: Date) -> Paper {
    // An address that a guide gives is no secret, but only one that a phone can open is worth a code.
    let address = [&view.card.mobile_url, &view.card.online_url].into_iter().flatten();
    let address = address.into_iter().find(|url| url.starts_with("https://") || url.starts_with("http://"));
    Paper {
        title: wording::SHEET_CHECKLIST.to_owned(),
        subject: subject(view),
        head: head(view),
        notices: view.notices().into_iter().map(str::to_owned).collect(),
        sections: vec![materials(view, &|_| false), places(view), limits(view)],
        code: address.filter(|_| !view.card.stale).map(|url| (url.clone(), wording::SHEET_SCAN.to_owned())),
        foot: foot(view, today),
    }
}

fn notice_paper(view: &ItemView, missing: &[&str], today: Date) -> Paper {
    let lacks = |line: &MaterialLine| missing.contains(&line.material.name.as_str());
    let mut sections = Vec::new();
    if !missing.is_empty() {
        let lines = view.card.materials.iter().filter(|line| lacks(line));
        let lines = lines.map(|line| Entry { tick: None, ..material(line, false) }).collect();
        sections.push(Section { heading: wording::SHEET_MISSING.to_owned(), lines });
    }
    // What was handed in is ticked; without anything missing nobody said what was.
    sections.push(materials(view, &|line| {
        !missing.is_empty() && line.state == MaterialState::Needed && !lacks(line)
    }));
    sections.push(places(view));
    sections.push(limits(view));
    sections.push(Section {
        heading: wording::SHEET_SIGNED.to_owned(),
        lines: vec![Entry { text: wording::SHEET_SIGN.to_owned(), ..Entry::default() }],
    });
    Paper {
        title: wording::SHEET_NOTICE.to_owned(),
        subject: subject(view),
        head: head(view),
        notices: view.notices().into_iter().map(str::to_owned).collect(),
        sections,
        code: None,
        foot: foot(view, today),
    }
}
