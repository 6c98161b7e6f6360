//! What whoever takes a conversation sees first: fields, not a story.

use crate::dialog::{Pending, Place, State};
use crate::guide::{ITEM, ItemKey};
use serde::{Deserialize, Serialize};

/// Why somebody is handed over (转人工原因).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// He asked for it.
    #[default]
    Asked,
    /// The program did not find it, twice.
    Misses,
    /// Somebody is in danger.
    Danger,
    /// A complaint or report.
    Complaint,
    /// His own case: how far it is.
    Progress,
}

impl Why {
    /// The word for it in requests.
    pub fn word(self) -> &'static str {
        match self {
            Why::Asked => "asked",
            Why::Misses => "misses",
            Why::Danger => "danger",
            Why::Complaint => "complaint",
            Why::Progress => "progress",
        }
    }

    /// The reason that a word stands for.
    pub fn parse(word: &str) -> Option<Why> {
        [Why::Asked, Why::Misses, Why::Danger, Why::Complaint, Why::Progress]
            .into_iter()
            .find(|why| why.word() == word)
    }

    /// The reason as staff read it.
    pub fn in_words(self) -> &'static str {
        match self {
            Why::Asked => "主动要求人工",
            Why::Misses => "程序没有找对事项",
            Why::Danger => "可能有危险",
            Why::Complaint => "投诉举报",
            Why::Progress => "问自己的件办到哪了",
        }
    }
}

/// What is known of a conversation, for the one who takes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Brief {
    /// The question that is being settled, masked.
    pub question: String,
    /// The citizen's place.
    pub place: Option<Place>,
    /// `true` for a private person, `false` for a firm, where it was said.
    pub person: Option<bool>,
    /// The item that was being talked about, with its case.
    pub item: Option<(ItemKey, String, Option<String>)>,
    /// Questions of the guide with what was answered.
    pub answers: Vec<(String, String)>,
    /// Questions of the guide that are open, or that the citizen could not answer.
    pub missing: Vec<String>,
}

impl Brief {
    /// Of what a conversation knows; `question` gives a question of the guide in words by its id.
    pub fn of(state: &State, question: impl Fn(&str) -> Option<String>) -> Brief {
        let in_words = |id: &str| question(id).unwrap_or_else(|| id.to_owned());
        let mut brief = Brief {
            question: state.question.clone(),
            place: state.place.clone(),
            person: state.person,
            ..Brief::default()
        };
        if let Some(focus) = &state.focus {
            let case = focus.answers.get(ITEM).and_then(|cases| cases.first().cloned());
            brief.item = Some((focus.item.clone(), focus.name.clone(), case));
            for id in focus.order.iter().filter(|id| *id != ITEM) {
                let options = focus.known.iter().find(|(known, _)| known == id).map(|(_, options)| options);
                let given = focus.answers.get(id);
                let is_given = |option: &str| given.is_some_and(|given| given.contains(option));
                let chosen = options.into_iter().flatten().filter(|(option, _)| is_given(option));
                let label = chosen.map(|(_, label)| label.as_str()).collect::<Vec<_>>().join("、");
                if !label.is_empty() {
                    brief.answers.push((in_words(id), label));
                }
            }
            brief.missing.extend(focus.skipped.iter().map(|id| in_words(id)));
        }
        if let Some(Pending::Situation { id, .. }) = &state.pending
            && !brief.missing.contains(&in_words(id))
        {
            brief.missing.push(in_words(id));
        }
        brief
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialog::{Choice, Focus};

    #[test]
    fn a_brief_tells_what_was_answered_and_what_is_open() {
        let choice = Choice {
            item: ItemKey::from_name("身份证"),
            name: "居民身份证办理".into(),
            case: Some("丢失补领".into()),
            label: "补领".into(),
        };
        let mut focus = Focus::on(&choice);
        let options = || vec![("yes".to_owned(), "是".to_owned()), ("no".to_owned(), "不是".to_owned())];
        focus.known = vec![("local".into(), options()), ("minor".into(), options())];
        focus.answer("local", &["yes".into()]);
        focus.skipped.push("minor".into());
        let state = State {
            focus: Some(focus),
            pending: Some(Pending::Situation { id: "photo".into(), multi: false, options: options() }),
            question: "身份证丢了".into(),
            ..State::default()
        };
        let brief = Brief::of(&state, |id| (id == "local").then(|| "户口在本地吗".to_owned()));
        assert_eq!(brief.item.unwrap().2.as_deref(), Some("丢失补领"));
        assert_eq!(brief.answers, [("户口在本地吗".to_owned(), "是".to_owned())]);
        assert_eq!(brief.missing, ["minor", "photo"]);
        for why in [Why::Asked, Why::Misses, Why::Danger, Why::Complaint, Why::Progress] {
            assert_eq!(Why::parse(why.word()), Some(why));
        }
    }
}
