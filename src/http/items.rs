//! Items: their cards, their materials, their differences between places; divisions and bundles.

use super::App;
use super::json::{Json, Params, Path};
use super::problem::{Problem, ProblemShape};
use super::wire::{
    CompareResponse, ItemResponse, MaterialsResponse, RegionsResponse, ThemesResponse, card, catalog,
    compared, materials_response, region, theme,
};
use crate::guide::Answers;
use axum::extract::State;
use std::sync::Arc;

/// Most places that are compared at once: more columns than a screen shows.
const MOST_COLUMNS: usize = 12;

/// Answers given as query parameters: `item=丢失补领&agent=self&doc=a,b`.
pub(super) fn answers(params: &Params) -> Answers {
    params
        .except(&["region", "regions"])
        .flat_map(|(id, options)| options.split(',').map(move |option| (id, option)))
        .collect()
}

/// An item with its card for a place.
#[utoipa::path(
    get, path = "/api/v1/items/{code}", tag = "事项",
    params(
        ("code" = String, Path, description = "Key, 基本编码, 实施编码 or 业务办理项编码"),
        ("region" = Option<String>, Query, description = "Division code"),
        ("item" = Option<String>, Query, description = "业务办理项; other 情形 answers are given by their question's id in the same way"),
    ),
    responses(
        (status = 200, description = "The item and its card", body = ItemResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn item(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    params: Params,
) -> Result<Json<ItemResponse>, Problem> {
    let place = app.region(params.get("region"))?;
    let (item, view) = app.assist.item(&code, place.as_ref(), &answers(&params), (app.today)())?;
    let (places, themes) = app.assist.around(&item);
    Ok(Json(ItemResponse { item: catalog(&item, &places, themes), card: card(&view) }))
}

/// The materials that these answers leave.
#[utoipa::path(
    get, path = "/api/v1/items/{code}/materials", tag = "事项",
    params(
        ("code" = String, Path, description = "Key or code"),
        ("region" = Option<String>, Query, description = "Division code"),
        ("item" = Option<String>, Query, description = "业务办理项; other 情形 answers are given by their question's id in the same way, several options with commas"),
    ),
    responses(
        (status = 200, description = "The list of materials", body = MaterialsResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn materials(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    params: Params,
) -> Result<Json<MaterialsResponse>, Problem> {
    let place = app.region(params.get("region"))?;
    let (_, view) = app.assist.item(&code, place.as_ref(), &answers(&params), (app.today)())?;
    Ok(Json(materials_response(&view)))
}

/// The guides of one item for several places, field by field.
#[utoipa::path(
    get, path = "/api/v1/items/{code}/compare", tag = "事项",
    params(
        ("code" = String, Path, description = "Key or code"),
        ("regions" = String, Query, description = "2 to 12 division codes with commas", example = "150702,150202"),
    ),
    responses(
        (status = 200, description = "Rows, differing ones first", body = CompareResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn compare(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    params: Params,
) -> Result<Json<CompareResponse>, Problem> {
    let codes: Vec<&str> = params
        .get("regions")
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|code| !code.is_empty())
        .collect();
    if !(2..=MOST_COLUMNS).contains(&codes.len()) {
        return Err(Problem::BadField(
            "regions",
            format!("请给出 2 到 {MOST_COLUMNS} 个区划代码，用逗号分开"),
        ));
    }
    let regions = codes.into_iter().map(|code| app.assist.region(code)).collect::<Result<Vec<_>, _>>()?;
    let comparison = app.assist.compare(&code, &regions, (app.today)())?;
    Ok(Json(compared(&comparison)))
}

/// Divisions directly below one.
#[utoipa::path(
    get, path = "/api/v1/regions", tag = "区划",
    params(("parent" = Option<String>, Query, description = "Division code; leagues and cities when absent")),
    responses(
        (status = 200, description = "Divisions", body = RegionsResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn regions(State(app): State<Arc<App>>, params: Params) -> Result<Json<RegionsResponse>, Problem> {
    let parent = app.region(params.get("parent"))?;
    let below = app.assist.regions_below(parent.as_ref());
    Ok(Json(RegionsResponse { regions: below.iter().map(region).collect() }))
}

/// Life-event bundles (一件事) with their members and one merged list of materials.
#[utoipa::path(
    get, path = "/api/v1/themes", tag = "事项",
    responses((status = 200, description = "Bundles", body = ThemesResponse))
)]
pub async fn themes(State(app): State<Arc<App>>) -> Result<Json<ThemesResponse>, Problem> {
    let themes = app.assist.themes((app.today)())?;
    Ok(Json(ThemesResponse { themes: themes.into_iter().map(theme).collect() }))
}
