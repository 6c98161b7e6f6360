//! On to the online application (在线申请): which of a guide's addresses is right for where somebody stands.

use super::Guide;
use jiff::civil::Date;

/// Where somebody applies from (办理渠道).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entrance {
    /// 电脑端
    Computer,
    /// 蒙速办 App
    App,
    /// 小程序
    MiniProgram,
    /// 自助终端
    Terminal,
}

/// Why nobody is sent on to an online application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOnline {
    /// The guide says that it can't be done online.
    OnSite,
    /// The guide has not been updated for long.
    Stale,
    /// The guide is that of another place.
    Elsewhere,
    /// The guide is made up for demonstration.
    Synthetic,
    /// The guide has an address, but not for here.
    OtherEntrance,
    /// The guide names no address.
    NotStated,
    /// What the guide names is no address, or one of a host that nobody is sent to.
    NotAllowed,
    /// It has not answered for some time.
    Dead,
}

impl NotOnline {
    /// The word in the API.
    pub fn word(self) -> &'static str {
        match self {
            NotOnline::OnSite => "on_site",
            NotOnline::Stale => "stale",
            NotOnline::Elsewhere => "elsewhere",
            NotOnline::Synthetic => "synthetic",
            NotOnline::OtherEntrance => "other_channel",
            NotOnline::NotStated => "not_stated",
            NotOnline::NotAllowed => "not_allowed",
            NotOnline::Dead => "dead",
        }
    }
}

impl Entrance {
    /// All of them.
    pub const ALL: [Entrance; 4] =
        [Entrance::Computer, Entrance::App, Entrance::MiniProgram, Entrance::Terminal];

    /// The word in the API and in tickets.
    pub fn word(self) -> &'static str {
        match self {
            Entrance::Computer => "pc",
            Entrance::App => "app",
            Entrance::MiniProgram => "mini_program",
            Entrance::Terminal => "terminal",
        }
    }

    /// The entrance with this word.
    pub fn parse(word: &str) -> Option<Entrance> {
        Entrance::ALL.into_iter().find(|entrance| entrance.word() == word)
    }
}

/// A guide's address for an entrance, as (field, address). A phone's page (移动端) stands in for App and mini program,
/// which show pages; nothing stands in for a computer's or a terminal's.
pub fn entrance(guide: &Guide, entrance: Entrance) -> Option<(&'static str, &str)> {
    let mobile = ("mobile_url", &guide.mobile_url);
    let candidates = match entrance {
        Entrance::Computer => [("online_url", &guide.online_url), ("online_url", &None)],
        Entrance::App => [("app_url", &guide.app_url), mobile],
        Entrance::MiniProgram => [("mini_program_url", &guide.mini_program_url), mobile],
        Entrance::Terminal => [("terminal_url", &guide.terminal_url), ("terminal_url", &None)],
    };
    candidates.into_iter().find_map(|(field, url)| {
        let url = url.as_deref().map(str::trim).filter(|url| !url.is_empty())?;
        Some((field, url))
    })
}

/// Every address that a guide has for applying.
pub fn links(guide: &Guide) -> impl Iterator<Item = &str> {
    [&guide.online_url, &guide.mobile_url, &guide.app_url, &guide.mini_program_url, &guide.terminal_url]
        .into_iter()
        .filter_map(|url| url.as_deref())
        .map(str::trim)
        .filter(|url| !url.is_empty())
}

impl Guide {
    /// The address to apply at, as (field, address), or why there is none; whether it answers is for others to say.
    pub fn apply_at(&self, at: Entrance, today: Date) -> Result<(&'static str, &str), NotOnline> {
        if self.online == Some(false) {
            return Err(NotOnline::OnSite);
        }
        let Some((field, url)) = entrance(self, at) else {
            let other = links(self).next().is_some();
            return Err(if other { NotOnline::OtherEntrance } else { NotOnline::NotStated });
        };
        match (self.synthetic, self.is_stale(today)) {
            (true, _) => Err(NotOnline::Synthetic),
            (_, true) => Err(NotOnline::Stale),
            _ if ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme)) => Ok((field, url)),
            _ => Err(NotOnline::NotAllowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn each_entrance_has_its_own_address_and_each_refusal_its_reason() {
        let all = r#""online":true,"online_url":"https://a/pc","mobile_url":"https://a/m","app_url":"https://a/app","terminal_url":"https://a/t""#;
        let at = |fields: &str, entrance| {
            let guide: Guide = serde_json::from_str(&format!("{{\"name\":\"甲\",{fields}}}")).unwrap();
            guide.apply_at(entrance, date(2026, 11, 26)).map(|(field, url)| format!("{field} {url}"))
        };
        use Entrance as E;
        use NotOnline as N;
        for (fields, entrance, want) in [
            (all, E::Computer, Ok("online_url https://a/pc")),
            (all, E::App, Ok("app_url https://a/app")),
            (all, E::MiniProgram, Ok("mobile_url https://a/m")),
            (all, E::Terminal, Ok("terminal_url https://a/t")),
            (r#""online_url":"https://a""#, E::Computer, Ok("online_url https://a")),
            (r#""online_url":"https://a""#, E::App, Err(N::OtherEntrance)),
            (r#""mobile_url":"https://a""#, E::Computer, Err(N::OtherEntrance)),
            (r#""mobile_url":"https://a""#, E::Terminal, Err(N::OtherEntrance)),
            (r#""online":false,"online_url":"https://a""#, E::Computer, Err(N::OnSite)),
            (r#""online":true,"online_url":" ""#, E::Computer, Err(N::NotStated)),
            (r#""online_url":"javascript:alert(1)""#, E::Computer, Err(N::NotAllowed)),
            (r#""online_url":"https://a","updated_at":"2024-01-01""#, E::Computer, Err(N::Stale)),
            (r#""online_url":"https://a","synthetic":true"#, E::Computer, Err(N::Synthetic)),
        ] {
            let want = want.map(str::to_owned);
            assert_eq!(at(fields, entrance), want, "{fields} {entrance:?}");
        }
        for entrance in Entrance::ALL {
            assert_eq!(Entrance::parse(entrance.word()), Some(entrance));
        }
    }
}
