//! A turn as plain text: for the terminal, for a transcript, for reading aloud.

use super::answer::ItemView;
use super::converse::Turn;
use crate::dialog::{Ask, Button, Press, Side, side_name, wording};
use crate::guide::{Line, MaterialState};
use std::fmt::Write;

/// The reply of a turn in lines; buttons stand in 【】.
pub fn transcript(turn: &Turn) -> String {
    let mut out = String::new();
    let reply = &turn.reply;
    if let Some(heard) = &turn.heard {
        line(&mut out, &wording::heard(heard));
    }
    reply.say.iter().for_each(|sentence| line(&mut out, sentence));
    for (side, lines) in &turn.sides {
        fields(&mut out, *side, lines);
    }
    if let Some((_, hall)) = &turn.hall {
        line(&mut out, &hall.place.name);
        for field in hall.lines() {
            line(
                &mut out,
                &format!("  {}：{}", field.label, field.value.as_deref().unwrap_or(wording::NOT_STATED)),
            );
        }
    }
    if let Some(view) = turn.view.as_ref().filter(|_| !turn.folded) {
        materials(&mut out, view);
    }
    for view in &turn.views {
        line(&mut out, &format!("· {}", view.card.name));
    }
    if let Some(bundle) = &turn.bundle {
        for (at, member) in bundle.theme.members.iter().enumerate() {
            let after = match member.after.as_slice() {
                [] => String::new(),
                before => format!("（先办：{}）", before.join("、")),
            };
            let known =
                if bundle.keys[at].is_some() { "" } else { "（本库没有这个事项的指南）" };
            line(&mut out, &format!("{}. {}{after}{known}", at + 1, member.title));
        }
    }
    if !turn.materials.is_empty() {
        line(&mut out, "合并材料：");
        for material in &turn.materials {
            let used_by = material.used_by.join("、");
            line(&mut out, &format!("  - {}（{used_by}）{}", material.name, tag(&material.state)));
        }
    }
    if let Some(compared) = &turn.compared {
        let names: Vec<&str> = compared.columns.iter().map(|c| c.asked.name.as_str()).collect();
        line(&mut out, &format!("{}：{}", compared.name, names.join(" | ")));
        for column in &compared.columns {
            let from = match &column.guide {
                Some((place, _)) => wording::from_guide(&column.asked.name, &place.name),
                None => wording::no_guide(&column.asked.name),
            };
            line(&mut out, &from);
        }
        for row in compared.comparison.rows.iter().filter(|row| row.differs) {
            let values: Vec<&str> =
                row.values.iter().map(|v| v.as_deref().unwrap_or(wording::NOT_STATED)).collect();
            line(&mut out, &format!("  ≠ {}：{}", row.label, values.join(" | ")));
        }
    }
    if let Some(Ask { text, options, .. }) = &reply.ask {
        line(&mut out, &format!("{text}{}", buttons(options)));
    }
    let others: Vec<Button> = reply.offers.iter().filter(|b| !always_there(&b.press)).cloned().collect();
    if !others.is_empty() {
        line(&mut out, &format!("也可以：{}", buttons(&others)));
    }
    out
}

/// Buttons that stand under every card say nothing of the turn.
fn always_there(press: &Press) -> bool {
    matches!(press, Press::Restart | Press::Human | Press::NoneOfThese)
}

fn buttons(list: &[Button]) -> String {
    list.iter().map(|button| format!("【{}】", button.label)).collect()
}

fn line(out: &mut String, text: &str) {
    // Writing to a string can't fail.
    let _ = writeln!(out, "{text}");
}

fn fields(out: &mut String, side: Side, lines: &[Line]) {
    for field in lines {
        let value = field.value.as_deref().unwrap_or(wording::NOT_STATED);
        let label = if field.label.is_empty() { side_name(side) } else { field.label };
        line(out, &format!("  {label}：{value}"));
    }
}

fn materials(out: &mut String, view: &ItemView) {
    view.notices().iter().for_each(|notice| line(out, &format!("※ {notice}")));
    for (at, material) in view.card.materials.iter().enumerate() {
        let tag = match (&material.state, &material.material.needed_when) {
            (MaterialState::Open(_), Some(when)) => format!("［看情形：{when}］"),
            (state, _) => tag(state).to_owned(),
        };
        let quantity = material.material.quantity().map(|q| format!("  {q}")).unwrap_or_default();
        line(out, &format!("  {}. {}{quantity}{tag}", at + 1, material.material.name));
    }
}

fn tag(state: &MaterialState) -> &'static str {
    match state {
        MaterialState::Needed => "",
        MaterialState::Waivable => "［免提交（电子证照）］",
        MaterialState::Later => "［容缺后补］",
        MaterialState::Open(_) => "［看情形］",
    }
}
