//! Who is asked, and whether anybody is there: groups, seats, and what a citizen is offered.

use super::case::Staffer;
use super::hours::{Calendar, Opening};
use crate::guide::RegionCode;
use crate::text::has_mongolian;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// A group of people who answer (坐席组).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name in accounts and requests.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Words in the name of an organ (实施主体) whose items it answers; none for all that no other group answers.
    #[serde(default)]
    pub organs: Vec<String>,
    /// Divisions that it answers for, with all below; none for every place.
    #[serde(default)]
    pub regions: Vec<RegionCode>,
}

impl Group {
    fn answers_for(&self, region: Option<&RegionCode>) -> bool {
        covers(&self.regions, region)
    }
}

/// Whether some divisions, with all below, hold a place; none of them stands for all, and who doesn't say where he
/// is may be asked by anybody.
pub fn covers(regions: &[RegionCode], place: Option<&RegionCode>) -> bool {
    match place {
        Some(place) if !regions.is_empty() => regions.iter().any(|region| place.is_within(region)),
        _ => true,
    }
}

/// For which conversations something is kept ready (适用范围).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The division, with all below; `None` for every place.
    pub region: Option<RegionCode>,
    /// The group; `None` for all.
    pub group: Option<String>,
}

impl Scope {
    /// Whether it holds for a conversation of a group from a place. Of whoever doesn't say where he is, no division is
    /// known to be his.
    pub fn holds(&self, group: &str, place: Option<&RegionCode>) -> bool {
        self.group.as_deref().is_none_or(|own| own == group)
            && self.region.as_ref().is_none_or(|own| place.is_some_and(|place| place.is_within(own)))
    }
}

/// The group for an organ and a place: the first that names the organ, else the first that names none.
pub fn group_for<'g>(
    groups: &'g [Group],
    organ: Option<&str>,
    region: Option<&RegionCode>,
) -> Option<&'g Group> {
    let names = |group: &&Group| {
        organ.is_some_and(|organ| group.organs.iter().any(|word| organ.contains(word.as_str())))
    };
    let here = || groups.iter().filter(|group| group.answers_for(region));
    here().find(names).or_else(|| here().find(|group| group.organs.is_empty())).or_else(|| groups.first())
}

/// Whether a seat takes conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// 在线
    Online,
    /// 忙碌: goes on with what he has.
    Busy,
    /// 离线
    Offline,
}

impl Presence {
    /// The word for it in requests.
    pub fn word(self) -> &'static str {
        match self {
            Presence::Online => "online",
            Presence::Busy => "busy",
            Presence::Offline => "offline",
        }
    }
}

/// A seat (坐席) as the queue sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The account.
    pub id: String,
    /// The name it signs in by.
    pub login: String,
    /// 工号
    pub number: String,
    /// What colleagues call him.
    pub name: String,
    /// Whether he may act on the cases of others (班长).
    pub supervises: bool,
    /// Groups that it answers for; none for all.
    pub groups: Vec<String>,
    /// Divisions that it answers for; none for all.
    pub regions: Vec<RegionCode>,
    /// What it can do that others can't (专长), such as 蒙古语.
    pub skills: Vec<String>,
    /// Conversations at once.
    pub cap: u32,
    /// Whether it takes more.
    pub presence: Presence,
    /// Conversations now.
    pub load: u32,
}

impl Seat {
    /// Who this is in a step.
    pub fn staffer(&self) -> Staffer<'_> {
        Staffer { id: &self.id, login: &self.login, number: &self.number, supervises: self.supervises }
    }

    /// Whether it answers for a group and place, and has the needed skills.
    pub fn suits(&self, group: &str, region: Option<&RegionCode>, skills: &[String]) -> bool {
        (self.groups.is_empty() || self.groups.iter().any(|g| g == group))
            && covers(&self.regions, region)
            && self.has(skills)
    }

    /// Whether it has these skills.
    pub fn has(&self, skills: &[String]) -> bool {
        skills.iter().all(|skill| self.skills.contains(skill))
    }
}

/// The skill (专长) of whoever can answer in Mongolian, as accounts name it.
pub const MONGOLIAN: &str = "蒙古语";

/// Seconds of waiting in which a conversation is kept for seats with the skills that it needs.
pub const SKILLED_FIRST: i64 = 60;

/// Skills that a citizen's words ask for.
pub fn skills_for(said: &str) -> Vec<String> {
    has_mongolian(said).then(|| MONGOLIAN.to_owned()).into_iter().collect()
}

/// Seconds that a waiting conversation is still kept for seats with the skills that it needs; 0 where any seat may
/// take it: it needs none, has `waited` long enough, or nobody who has them takes conversations now.
pub fn kept_for(
    skills: &[String],
    (group, region): (&str, Option<&RegionCode>),
    waited: i64,
    there: &[Seat],
) -> i64 {
    let takes = |seat: &Seat| seat.presence == Presence::Online && seat.suits(group, region, skills);
    match !skills.is_empty() && there.iter().any(takes) {
        true => (SKILLED_FIRST - waited).clamp(0, SKILLED_FIRST),
        false => 0,
    }
}

/// What a citizen who asks for a person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Somebody is free.
    Open,
    /// Somebody is there, and all are at their limit.
    Busy,
    /// It is open, but nobody is there: to be said as it is.
    Unstaffed,
    /// It is closed; opens then, where that is known.
    Closed(Option<DateTime>),
}

impl Offer {
    /// The word for it in answers.
    pub fn word(self) -> &'static str {
        match self {
            Offer::Open => "open",
            Offer::Busy => "busy",
            Offer::Unstaffed => "unstaffed",
            Offer::Closed(_) => "closed",
        }
    }

    /// Whether waiting makes sense.
    pub fn queues(self) -> bool {
        matches!(self, Offer::Open | Offer::Busy)
    }
}

/// What can be offered now, from the hours and the seats that suit.
pub fn offer<'s>(calendar: &Calendar, seats: impl Iterator<Item = &'s Seat>, now: DateTime) -> Offer {
    // Without set hours it is open whenever somebody is there.
    if !calendar.hours.is_empty() {
        match calendar.at(now) {
            Opening::Until(_) => {}
            Opening::From(next) => return Offer::Closed(Some(next)),
            Opening::Unknown => return Offer::Closed(None),
        }
    }
    let mut best = Offer::Unstaffed;
    for seat in seats {
        match seat.presence {
            Presence::Online if seat.load < seat.cap => return Offer::Open,
            Presence::Online | Presence::Busy => best = Offer::Busy,
            Presence::Offline => {}
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn code(text: &str) -> RegionCode {
        RegionCode::try_from(text.to_owned()).unwrap()
    }

    fn group(id: &str, organs: &[&str], regions: &[&str]) -> Group {
        Group {
            id: id.into(),
            name: id.into(),
            organs: organs.iter().map(|o| (*o).into()).collect(),
            regions: regions.iter().map(|r| code(r)).collect(),
        }
    }

    #[test]
    fn the_organ_and_the_place_choose_the_group() {
        let groups = [
            group("police", &["公安"], &["150700"]),
            group("all", &[], &[]),
            group("security", &["社会保险"], &[]),
        ];
        for (organ, region, want) in [
            (Some("海拉尔区公安局"), Some("150702"), "police"),
            (Some("赤峰市公安局"), Some("150402"), "all"),
            (Some("海拉尔区公安局"), None, "police"),
            (Some("社会保险事业服务中心"), Some("150402"), "security"),
            (None, Some("150702"), "all"),
        ] {
            let region = region.map(code);
            assert_eq!(group_for(&groups, organ, region.as_ref()).unwrap().id, want, "{organ:?} {region:?}");
        }
        assert_eq!(group_for(&[], None, None), None);
    }

    #[test]
    fn what_is_for_a_division_or_a_group_holds_there_alone() {
        for (region, own, place, group, want) in [
            (None, None, None, "all", true),
            (Some("150700"), None, Some("150702"), "all", true),
            (Some("150700"), None, Some("150700"), "all", true),
            (Some("150702"), None, Some("150700"), "all", false),
            (Some("150700"), None, Some("150402"), "all", false),
            (Some("150700"), None, None, "all", false),
            (Some("150000"), None, Some("150402"), "all", true),
            (None, Some("police"), Some("150702"), "police", true),
            (None, Some("police"), Some("150702"), "all", false),
            (Some("150700"), Some("police"), Some("150402"), "police", false),
        ] {
            let scope = Scope { region: region.map(code), group: own.map(str::to_owned) };
            let place = place.map(code);
            assert_eq!(scope.holds(group, place.as_ref()), want, "{scope:?} {group} {place:?}");
        }
    }

    fn seat(presence: Presence, load: u32) -> Seat {
        Seat {
            id: "a".into(),
            login: "a".into(),
            number: "001".into(),
            name: "甲".into(),
            supervises: false,
            groups: vec!["all".into()],
            regions: vec![code("150700")],
            skills: vec!["蒙古语".into()],
            cap: 2,
            presence,
            load,
        }
    }

    #[test]
    fn a_seat_takes_its_own() {
        let seat = seat(Presence::Online, 0);
        let mongolian = ["蒙古语".to_owned()];
        for (group, region, skills, want) in [
            ("all", Some("150702"), &[][..], true),
            ("all", None, &mongolian[..], true),
            ("police", Some("150702"), &[][..], false),
            ("all", Some("150402"), &[][..], false),
        ] {
            assert_eq!(seat.suits(group, region.map(code).as_ref(), skills), want, "{group} {region:?}");
        }
        assert!(!Seat { skills: vec![], ..seat }.suits("all", None, &mongolian));
    }

    #[test]
    fn who_has_the_skill_comes_first_and_nobody_waits_for_ever() {
        use Presence::{Busy, Offline, Online};
        assert_eq!(skills_for("ᠮᠣᠩᠭᠣᠯ"), [MONGOLIAN]);
        assert!(skills_for("蒙古语").is_empty(), "a word about it is no such word");
        let needs = skills_for("我叫ᠪᠠᠲᠤ");
        let (none, plain) = (Vec::new(), Seat { skills: vec![], ..seat(Online, 0) });
        for (skills, there, waited, want) in [
            (&needs, vec![seat(Online, 2), plain.clone()], 0, 60),
            (&needs, vec![seat(Online, 0)], 59, 1),
            (&needs, vec![seat(Online, 0)], 60, 0),
            (&needs, vec![seat(Online, 0)], 900, 0),
            (&needs, vec![seat(Busy, 0), seat(Offline, 0), plain.clone()], 0, 0),
            (&needs, vec![], 0, 0),
            (&none, vec![seat(Online, 0)], 0, 0),
        ] {
            let place = code("150702");
            assert_eq!(kept_for(skills, ("all", Some(&place)), waited, &there), want, "{waited} {there:?}");
            assert_eq!(kept_for(skills, ("police", Some(&place)), waited, &there), 0, "of another group");
        }
    }

    #[test]
    fn nobody_there_is_not_called_open() {
        use Presence::{Busy, Offline, Online};
        let always = Calendar::default();
        let hours =
            Calendar { hours: vec!["09:00-12:00".to_owned().try_into().unwrap()], ..Calendar::default() };
        let thursday = |hour| date(2026, 11, 26).at(hour, 0, 0, 0);
        let next = date(2026, 11, 27).at(9, 0, 0, 0);
        for (calendar, seats, hour, want) in [
            (&always, vec![], 3, Offer::Unstaffed),
            (&always, vec![seat(Offline, 0)], 3, Offer::Unstaffed),
            (&always, vec![seat(Online, 2), seat(Busy, 0)], 3, Offer::Busy),
            (&always, vec![seat(Online, 2), seat(Online, 1)], 3, Offer::Open),
            (&hours, vec![seat(Online, 0)], 10, Offer::Open),
            (&hours, vec![seat(Online, 0)], 13, Offer::Closed(Some(next))),
            (&hours, vec![], 10, Offer::Unstaffed),
        ] {
            assert_eq!(offer(calendar, seats.iter(), thursday(hour)), want, "{hour} {seats:?}");
        }
    }
}
