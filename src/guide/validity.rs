//! Whether a guide may be answered from on a given day.

use super::Guide;
use super::words::State;
use jiff::civil::Date;

/// Why a guide is not in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotInForce {
    /// 事项状态 is not 在用; the state's word.
    State(String),
    /// 计划生效日期 lies ahead.
    NotYet(Date),
    /// 计划取消日期 has passed.
    Over(Date),
}

/// A guide older than this many days is shown with a warning.
pub const STALE_DAYS: i32 = 730;

impl Guide {
    /// Whether the guide may be answered from on this day.
    pub fn in_force(&self, today: Date) -> Result<(), NotInForce> {
        match &self.state {
            None | Some(State::InUse) => {}
            Some(state) => return Err(NotInForce::State(state.word().to_owned())),
        }
        match (self.effective_date, self.cancel_date) {
            (Some(from), _) if from > today => Err(NotInForce::NotYet(from)),
            (_, Some(to)) if to <= today => Err(NotInForce::Over(to)),
            _ => Ok(()),
        }
    }

    /// Days since the guide was last updated; `None` where it carries no date.
    pub fn age_days(&self, today: Date) -> Option<i32> {
        let span = today.since(self.updated_at?).ok()?;
        Some(span.get_days())
    }

    /// Whether the guide is older than [`STALE_DAYS`].
    pub fn is_stale(&self, today: Date) -> bool {
        self.age_days(today).is_some_and(|days| days > STALE_DAYS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn only_guides_in_use_and_in_date_answer() {
        let today = date(2026, 11, 24);
        let base = Guide::default();
        for (guide, want) in [
            (base.clone(), Ok(())),
            (Guide { state: Some(State::Suspended), ..base.clone() }, Err(NotInForce::State("挂起".into()))),
            (
                Guide { effective_date: Some(date(2027, 1, 1)), ..base.clone() },
                Err(NotInForce::NotYet(date(2027, 1, 1))),
            ),
            (Guide { cancel_date: Some(today), ..base.clone() }, Err(NotInForce::Over(today))),
        ] {
            assert_eq!(guide.in_force(today), want);
        }
        let old = Guide { updated_at: Some(date(2020, 1, 1)), ..base };
        assert!(old.is_stale(today));
        assert_eq!(Guide { updated_at: Some(date(2026, 11, 1)), ..old }.age_days(today), Some(23));
    }
}
