//! Items without a question: by code, by place, side by side.

use super::answer::{CandidateItem, ItemView, PlaceName};
use super::{Ask, AskError, Assist};
use crate::guide::{
    self, Answers, CatalogItem, Comparison, Guide, ItemKey, RegionCode, SharedMaterial, Theme, compose,
    share_materials,
};
use crate::search::{Fit, Found, Search, SearchError};
use jiff::civil::Date;

/// One compared place.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareColumn {
    /// The place asked for.
    pub asked: PlaceName,
    /// The place whose guide answers for it.
    pub guide: Option<(PlaceName, Fit)>,
    /// Made up for demonstration.
    pub synthetic: bool,
}

/// The guides of one item side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The item.
    pub key: ItemKey,
    /// 事项名称
    pub name: String,
    /// The places.
    pub columns: Vec<CompareColumn>,
    /// The rows.
    pub comparison: Comparison,
}

/// A life-event bundle with its members looked up.
#[derive(Clone, Debug, PartialEq)]
pub struct ThemeView {
    /// The bundle.
    pub theme: Theme,
    /// Key of each member's item, where the catalog has one.
    pub keys: Vec<Option<ItemKey>>,
    /// Each material of its members once.
    pub materials: Vec<SharedMaterial>,
}

/// A place with its name; its code stands in where the divisions file doesn't know it.
pub fn place_name(search: &Search, code: &RegionCode) -> PlaceName {
    PlaceName { code: code.clone(), name: search.regions().full_name(code) }
}

/// A found item as a list shows it.
pub fn candidate(search: &Search, found: &Found) -> Option<CandidateItem> {
    let item = search.item(found.item)?;
    Some(CandidateItem {
        key: item.key.clone(),
        name: item.name.clone(),
        business_item: found.business_item.clone(),
        item_type: item.item_type.as_ref().map(|t| t.word().to_owned()),
        department: item.department.clone(),
        matched: found.matched.clone().filter(|m| *m != item.name),
        confidence: found.confidence,
    })
}

/// The card of an item for a place; `None` where no guide of it is in force.
pub fn view(
    search: &Search,
    item: u32,
    region: Option<&RegionCode>,
    answers: &Answers,
    today: Date,
) -> Result<Option<ItemView>, SearchError> {
    let Some(placed) = search.place(item, region, today)? else {
        return Ok(None);
    };
    let mut view = view_of(search, item, &placed.guide, placed.fit, answers, today);
    view.hall = region
        .filter(|_| placed.guide.places.is_empty())
        .and_then(|region| search.hall(region))
        .map(|hall| (place_name(search, &hall.region_code), hall.clone()));
    Ok(Some(view))
}

pub(super) fn view_of(
    search: &Search,
    item: u32,
    guide: &Guide,
    fit: Fit,
    answers: &Answers,
    today: Date,
) -> ItemView {
    let mut card = compose(guide, answers, today);
    // The key by which this generation knows the item, which a shared code may have changed.
    if let Some(item) = search.item(item) {
        card.key = item.key.clone();
    }
    let mut dead_link = false;
    for url in [&mut card.online_url, &mut card.mobile_url] {
        if url.as_deref().is_some_and(|url| search.is_dead(url)) {
            (*url, dead_link) = (None, true);
        }
    }
    ItemView {
        dead_link,
        materials_stated: !guide.materials.is_empty(),
        place: guide.place_code().map(|code| place_name(search, code)),
        card,
        fit,
        hall: None,
    }
}

/// The very guide that a code (实施编码) names, where it is in force and no place is asked for.
pub(super) fn own(
    search: &Search,
    code: &str,
    region: Option<&RegionCode>,
    today: Date,
) -> Result<Option<Guide>, SearchError> {
    if region.is_some() {
        return Ok(None);
    }
    let named = search.guide_by_code(code)?.map(|(_, guide)| guide);
    Ok(named.filter(|guide| guide.in_force(today).is_ok()))
}

/// A bundle with its members looked up, and their materials as the guides for a place have them.
pub fn theme_view(
    search: &Search,
    theme: &Theme,
    region: Option<&RegionCode>,
    today: Date,
) -> Result<ThemeView, SearchError> {
    let mut keys = Vec::new();
    let mut views = Vec::new();
    for member in &theme.members {
        let item = member.item.as_deref().and_then(|name| search.named(name));
        keys.push(item.and_then(|at| search.item(at)).map(|i| i.key.clone()));
        let Some(item) = item else { continue };
        let case = member.business_item.as_deref();
        let answers: Answers = case.iter().map(|case| (guide::ITEM, *case)).collect();
        views.extend(view(search, item, region, &answers, today)?);
    }
    Ok(ThemeView {
        theme: theme.clone(),
        keys,
        materials: share_materials(views.iter().map(|view| &view.card)),
    })
}

impl Assist {
    /// The place with this code; an error where the divisions file has none.
    pub fn region(&self, code: &str) -> Result<RegionCode, AskError> {
        let wrong = || AskError::NoSuchRegion(code.to_owned());
        let parsed = RegionCode::try_from(code.to_owned()).map_err(|_| wrong())?;
        let search = self.search();
        // A village has no line of its own: its township speaks for it.
        let listed = if parsed.level() > 5 { parsed.parent() } else { Some(parsed.clone()) };
        let known = listed.is_some_and(|code| search.regions().get(&code).is_some());
        if known { Ok(parsed) } else { Err(wrong()) }
    }

    /// The item with this key or code, with its card for a place.
    ///
    /// A code of one guide (实施编码) brings that very guide unless a place is asked for.
    pub fn item(
        &self,
        code: &str,
        region: Option<&RegionCode>,
        answers: &Answers,
        today: Date,
    ) -> Result<(CatalogItem, ItemView), AskError> {
        let search = self.search();
        let item = self.find_item(&search, code)?;
        let view = match own(&search, code, region, today)? {
            Some(guide) => Some(view_of(&search, item, &guide, Fit::Own, answers, today)),
            None => view(&search, item, region, answers, today)?,
        };
        let catalog = search.item(item).cloned();
        match (catalog, view) {
            (Some(catalog), Some(view)) => Ok((catalog, view)),
            (Some(_), None) => Err(AskError::NotInForce(code.to_owned())),
            (None, _) => Err(AskError::NoSuchItem(code.to_owned())),
        }
    }

    pub(super) fn find_item(&self, search: &Search, code: &str) -> Result<u32, AskError> {
        search.by_code(code, true, 1)?.first().copied().ok_or_else(|| AskError::NoSuchItem(code.to_owned()))
    }

    /// Places with a guide of the item's own, and the bundles the item belongs to.
    pub fn around(&self, item: &CatalogItem) -> (Vec<PlaceName>, Vec<String>) {
        let search = self.search();
        let places = search.key(&item.key).map(|at| search.places_of(at)).unwrap_or_default();
        let places = places.iter().map(|code| place_name(&search, code)).collect();
        let themes = search
            .themes()
            .iter()
            .filter(|t| t.members.iter().any(|m| m.item.as_deref() == Some(&item.name)))
            .map(|t| t.name.clone())
            .collect();
        (places, themes)
    }

    /// The guides of one item for several places, field by field.
    pub fn compare(&self, code: &str, regions: &[RegionCode], today: Date) -> Result<Compared, AskError> {
        let search = self.search();
        let item = self.find_item(&search, code)?;
        let catalog = search.item(item).ok_or_else(|| AskError::NoSuchItem(code.to_owned()))?;
        let mut columns = Vec::new();
        let mut guides = Vec::new();
        for region in regions {
            let placed = search.place(item, Some(region), today)?;
            // The guide of an unrelated place must not stand in for this one's.
            let placed = placed.filter(|p| p.fit != Fit::Elsewhere);
            columns.push(CompareColumn {
                asked: place_name(&search, region),
                guide: placed.as_ref().map(|p| {
                    let code = p.guide.place_code().unwrap_or(region);
                    (place_name(&search, code), p.fit)
                }),
                synthetic: placed.as_ref().is_some_and(|p| p.guide.synthetic),
            });
            guides.push(placed.map(|p| p.guide).unwrap_or_default());
        }
        let guides: Vec<&Guide> = guides.iter().collect();
        Ok(Compared {
            key: catalog.key.clone(),
            name: catalog.name.clone(),
            columns,
            comparison: guide::compare(&guides),
        })
    }

    /// Items for a text, page by page, without judgement: for hotline and staff.
    pub async fn list(
        &self,
        ask: Ask,
        page: usize,
        per_page: usize,
    ) -> Result<(Vec<CandidateItem>, bool, bool), AskError> {
        let search = self.search();
        let wanted = page.saturating_mul(per_page) + 1;
        let sought = self.seek(&search, &ask, wanted).await?;
        let found = &sought.hits.fused;
        let list = found
            .iter()
            .skip((page - 1) * per_page)
            .take(per_page)
            .filter_map(|found| candidate(&search, found))
            .collect();
        Ok((list, found.len() >= wanted, sought.keywords_only))
    }

    /// Names while typing: at most `limit`.
    pub fn suggest(&self, text: &str, limit: usize) -> Vec<(String, CatalogItem)> {
        let search = self.search();
        let folded = search.analyzer().fold(text);
        search
            .suggest(folded.trim(), limit)
            .into_iter()
            .filter_map(|(name, item)| Some((name, search.item(item)?.clone())))
            .collect()
    }

    /// Divisions directly below one, or the leagues and cities.
    pub fn regions_below(&self, parent: Option<&RegionCode>) -> Vec<PlaceName> {
        let search = self.search();
        search
            .regions()
            .iter()
            .filter(|region| match (region.code.parent(), parent) {
                (Some(up), Some(parent)) => up == *parent,
                (Some(up), None) => up.level() == 2,
                (None, _) => false,
            })
            .map(|region| PlaceName { code: region.code.clone(), name: region.name.clone() })
            .collect()
    }

    /// Every life-event bundle with its members looked up.
    pub fn themes(&self, today: Date) -> Result<Vec<ThemeView>, AskError> {
        let search = self.search();
        let views = search.themes().iter().map(|theme| theme_view(&search, theme, None, today));
        Ok(views.collect::<Result<_, _>>()?)
    }
}
