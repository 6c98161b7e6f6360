//! What a reply shows, read from guides, and what they still ask.

use super::AskError;
use super::answer::ItemView;
use super::converse::Turn;
use super::lookup;
use crate::dialog::{
    Pending, Road, Route, Show, Side, Status, aspect, mentions, nearby, side_name, walk, wording,
};
use crate::guide::{Answers, ITEM, RegionCode, share_materials};
use crate::search::Search;
use jiff::civil::Date;

/// Reads from guides what the reply shows, and asks what they still ask.
pub(super) fn show(search: &Search, mut turn: Turn, words: &[String], today: Date) -> Result<Turn, AskError> {
    let region = turn.state.place.as_ref().map(|p| p.code.clone());
    match turn.reply.show.clone() {
        Show::Item { sides, brief, whole } => {
            // A follow-up is answered by its lines; the card was shown before.
            turn.folded = !whole;
            item(search, turn, &sides, words, brief, today)
        }
        Show::Items(choices) => {
            for choice in &choices {
                let item = search.key(&choice.item);
                turn.views.extend(card_of(search, item, choice.case.as_deref(), region.as_ref(), today)?);
            }
            turn.materials = share_materials(turn.views.iter().map(|view| &view.card));
            Ok(turn)
        }
        Show::Bundle(name) => {
            if let Some(theme) = search.themes().iter().find(|theme| theme.name == name) {
                let view = lookup::theme_view(search, theme, region.as_ref(), today)?;
                turn.materials = view.materials.clone();
                turn.bundle = Some(view);
            }
            Ok(turn)
        }
        Show::Nothing => {
            let asks = turn.route == Route::Appointment && turn.reply.status == Status::Handoff;
            let hall = region.filter(|_| asks).and_then(|region| search.hall(&region).cloned());
            turn.hall = hall.map(|hall| (lookup::place_name(search, &hall.region_code), hall));
            Ok(turn)
        }
        Show::Compare(_) => Ok(turn),
    }
}

/// The card of an item under a case, where there is one.
fn card_of(
    search: &Search,
    item: Option<u32>,
    case: Option<&str>,
    region: Option<&RegionCode>,
    today: Date,
) -> Result<Option<ItemView>, AskError> {
    let answers: Answers = case.iter().map(|case| (ITEM, *case)).collect();
    Ok(match item {
        Some(item) => lookup::view(search, item, region, &answers, today)?,
        None => None,
    })
}

/// The card of the item in focus, what was asked of it, and the question that it waits for.
fn item(
    search: &Search,
    mut turn: Turn,
    sides: &[Side],
    words: &[String],
    brief: bool,
    today: Date,
) -> Result<Turn, AskError> {
    let Some(focus) = &turn.state.focus else {
        return Ok(turn);
    };
    let region = turn.state.place.as_ref().map(|p| p.code.clone());
    let view = match search.key(&focus.item) {
        Some(item) => {
            lookup::view(search, item, region.as_ref(), &focus.answers, today)?.map(|view| (item, view))
        }
        None => None,
    };
    let Some((item, view)) = view else {
        // Out of force since, or gone with the last generation.
        turn.reply.status = Status::Candidates;
        turn.reply.say = vec![wording::not_in_force(&focus.name)];
        turn.reply.show = Show::Nothing;
        turn.state.focus = None;
        return Ok(turn);
    };
    let card = &view.card;
    let counts = wording::materials(card.needed(), card.waivable(), card.open());
    let place = view.place.as_ref().map(|p| p.name.as_str());
    let case = card.business_item.as_deref();
    let mut say = vec![match turn.folded && !sides.is_empty() {
        // The card stands above: what it says is not said again.
        true => wording::about(&card.name, case),
        false => wording::answer(&card.name, case, place, &counts),
    }];
    for &side in sides.iter().filter(|side| **side != Side::Facet(crate::guide::Facet::Materials)) {
        let lines = match side {
            Side::Mentioned => {
                say.push(wording::GUIDE_SAYS.to_owned());
                mentions(card, words)
            }
            _ => aspect(card, side),
        };
        if lines.iter().any(|line| line.value.is_some()) {
            turn.sides.push((side, lines));
            continue;
        }
        // Not in its own field; perhaps a step or an answered question tells.
        let told = match side {
            Side::Mentioned => Vec::new(),
            _ => nearby(card, side, words),
        };
        if !told.is_empty() {
            say.push(wording::GUIDE_SAYS.to_owned());
            turn.sides.push((side, told));
            continue;
        }
        let phone = card.channels.iter().find(|l| l.label == "咨询电话").and_then(|l| l.value.clone());
        let hall = view.hall.as_ref().and_then(|(_, hall)| hall.place.phone.clone());
        say.push(wording::silent(side_name(side)) + &wording::ask_there(phone.or(hall).as_deref()));
    }
    if brief {
        say.extend(wording::in_short(card));
    }
    // That something was masked is told before anything else.
    let masked = turn.reply.say.iter().position(|sentence| sentence == wording::MASKED);
    if let Some(at) = masked {
        say.insert(0, turn.reply.say.remove(at));
    }
    say.append(&mut turn.reply.say);
    turn.reply.say = say;
    if turn.reply.ask.is_none() {
        let varies = search.places_of(item).len() > 1;
        let (state, ask) = walk(turn.state, Road { questions: &card.questions, varies });
        (turn.state, turn.reply.ask) = (state, ask);
        let asks_case = matches!(&turn.state.pending, Some(Pending::Situation { id, .. }) if id == ITEM);
        if asks_case && sides.is_empty() && !brief {
            // Until the case is known, a list of all that any case needs helps nobody.
            turn.reply.status = Status::Clarify;
            turn.reply.say[usize::from(masked.is_some())] = wording::cases_of(&card.name);
            turn.folded = true;
        }
    }
    turn.view = Some(view);
    Ok(turn)
}
