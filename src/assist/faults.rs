//! What staff write down of guides and calls: notices for everybody, faults of a guide, how a call ended.

use super::{AskError, Assist, words};
use crate::desk::Permission;
use crate::guide::RegionCode;
use crate::store::{
    Account, Database, DatabaseError, Entry, Faults as Store, Gap, NamedItem, Notice, Notices, Report,
    ReportState, ReportsWanted, SettleReportError, Wrapup, WrapupsWanted, Written,
};
use crate::text::mask;
use jiff::{SignedDuration, Timestamp};
use ulid::Ulid;

/// Characters of a field's name, and of what stands in it, at most.
const FIELD: usize = 200;
const VALUE: usize = 2000;

/// A notice ends within a year: nobody reads what stands for ever.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);

/// Something is not taken down.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// A field can't be used: which one, and how to mend it.
    #[error("{0}: {1}")]
    Field(&'static str, String),
    /// The item.
    #[error(transparent)]
    Item(#[from] AskError),
    /// No such report.
    #[error(transparent)]
    Settle(#[from] SettleReportError),
    /// The store.
    #[error(transparent)]
    Store(#[from] DatabaseError),
}

/// A fault as somebody reports it.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// Key or code of the item.
    pub item: String,
    /// The guide's place.
    pub region: Option<RegionCode>,
    /// The guide's field, or `field/entry`.
    pub field: String,
    /// What stands there.
    pub value: Option<String>,
    /// What is wrong with it.
    pub words: String,
}

/// How a call ended.
#[derive(Clone, Debug)]
pub struct NewWrapup {
    /// Key or code of the item.
    pub item: Option<String>,
    /// The caller's place.
    pub region: Option<RegionCode>,
    /// Whether the caller got what he needed.
    pub solved: bool,
    /// What was missing.
    pub gap: Option<Gap>,
    /// The caller's words.
    pub words: Option<String>,
}

/// What staff write down.
pub struct Faults {
    store: Store,
    notices: Notices,
    /// Days that words of callers are kept.
    words_days: u32,
}

impl Faults {
    /// Those of a file.
    pub fn of(database: Database, words_days: u32) -> Faults {
        Faults { store: Store::of(database.clone()), notices: Notices::of(database), words_days }
    }

    /// Notices that stand for a place: its own, those of divisions above it and below it. All, without a place.
    pub async fn notices(
        &self,
        region: Option<&RegionCode>,
        now: Timestamp,
    ) -> Result<Vec<Notice>, DatabaseError> {
        let mut list = self.notices.standing(now).await?;
        list.retain(|notice| match (&notice.region, region) {
            (Some(own), Some(place)) => own.is_within(place) || place.is_within(own),
            _ => true,
        });
        Ok(list)
    }

    /// Pins a notice.
    pub async fn pin(
        &self,
        words: &str,
        region: Option<RegionCode>,
        until: Timestamp,
        by: &Account,
        now: Timestamp,
    ) -> Result<Notice, FaultError> {
        let words = needed("text", words)?;
        if until <= now || until.duration_since(now) > LONGEST {
            return Err(FaultError::Field("until", "应为现在之后、一年之内的时间".into()));
        }
        let id = Ulid::generate().to_string();
        let notice = Notice { id, words, region, until, author: by.login.clone(), at: now };
        let entry =
            entry(by, "notice.pinned", format!("notice:{}", notice.id), format!("until={until}"), now);
        self.notices.add(&notice, &entry).await?;
        Ok(notice)
    }

    /// Takes a notice away. Tells whether there was one.
    pub async fn unpin(&self, id: &str, by: &Account, now: Timestamp) -> Result<bool, DatabaseError> {
        let entry = entry(by, "notice.dropped", format!("notice:{id}"), String::new(), now);
        self.notices.drop(id, &entry).await
    }

    /// Takes a report of a fault down.
    pub async fn report(
        &self,
        assist: &Assist,
        new: NewReport,
        by: &Account,
        now: Timestamp,
    ) -> Result<Report, FaultError> {
        let item = named(assist, &new.item)?;
        let field = new.field.trim().to_owned();
        if field.is_empty() || field.chars().count() > FIELD {
            return Err(FaultError::Field("field", format!("应为 1 到 {FIELD} 个字符的字段名")));
        }
        if new.value.as_ref().is_some_and(|value| value.chars().count() > VALUE) {
            return Err(FaultError::Field("value", format!("不能超过 {VALUE} 个字")));
        }
        let report = Report {
            written: written(by, now),
            item,
            region: new.region.map(|code| code.to_string()),
            field,
            value: new.value.filter(|value| !value.trim().is_empty()).map(|value| mask(&value).text),
            words: needed("text", &new.words)?,
            state: ReportState::Open,
            note: None,
            settled_at: None,
        };
        let subject = format!("report:{}", report.written.id);
        let detail = format!("item={} field={}", report.item.key, report.field);
        self.store.report(&report, &entry(by, "report.made", subject, detail, now)).await?;
        Ok(report)
    }

    /// Reports, the newest first: one's own, or all to those who settle. Tells whether there are more.
    pub async fn reports(
        &self,
        by: &Account,
        mine: bool,
        open: Option<bool>,
        page: usize,
        per_page: usize,
    ) -> Result<(Vec<Report>, bool), DatabaseError> {
        let own = mine || !by.may(Permission::ReportsSettle);
        let wanted = ReportsWanted { author: own.then_some(by.login.as_str()), open };
        let (skip, limit) = ((page - 1) * per_page, per_page + 1);
        let mut list = self.store.reports(wanted, skip as i64, limit as i64).await?;
        let more = list.len() > per_page;
        list.truncate(per_page);
        Ok((list, more))
    }

    /// Settles a report.
    pub async fn settle(
        &self,
        id: &str,
        state: ReportState,
        note: Option<&str>,
        by: &Account,
        now: Timestamp,
    ) -> Result<Report, FaultError> {
        if state == ReportState::Open {
            return Err(FaultError::Field("state", "应为 corrected 或 refused".into()));
        }
        let note = optional("note", note)?;
        let detail = format!("state={}", state.word());
        let entry = entry(by, "report.settled", format!("report:{id}"), detail, now);
        Ok(self.store.settle(id, state, note.as_deref(), &by.number, &entry).await?)
    }

    /// Takes down how a call ended.
    pub async fn wrap_up(
        &self,
        assist: &Assist,
        new: NewWrapup,
        by: &Account,
        now: Timestamp,
    ) -> Result<Wrapup, FaultError> {
        let wrapup = Wrapup {
            written: written(by, now),
            item: new.item.as_deref().map(|code| named(assist, code)).transpose()?,
            region: new.region.map(|code| code.to_string()),
            solved: new.solved,
            gap: new.gap,
            words: optional("words", new.words.as_deref())?,
            settled_by: None,
        };
        let key = wrapup.item.as_ref().map_or("", |item| &item.key);
        let gap = wrapup.gap.map_or("", Gap::word);
        let detail = format!("item={key} solved={} gap={gap}", wrapup.solved);
        let subject = format!("wrapup:{}", wrapup.written.id);
        self.store.wrap_up(&wrapup, &entry(by, "wrapup.made", subject, detail, now)).await?;
        Ok(wrapup)
    }

    /// How calls ended, the newest first. Tells whether there are more.
    pub async fn wrapups(
        &self,
        wanted: WrapupsWanted,
        page: usize,
        per_page: usize,
    ) -> Result<(Vec<Wrapup>, bool), DatabaseError> {
        let (skip, limit) = ((page - 1) * per_page, per_page + 1);
        let mut list = self.store.wrapups(wanted, skip as i64, limit as i64).await?;
        let more = list.len() > per_page;
        list.truncate(per_page);
        Ok((list, more))
    }

    /// Notes that somebody saw to the gap of a call.
    pub async fn settle_wrapup(&self, id: &str, by: &Account, now: Timestamp) -> Result<Wrapup, FaultError> {
        let entry = entry(by, "wrapup.settled", format!("wrapup:{id}"), String::new(), now);
        Ok(self.store.settle_wrapup(id, &by.number, &entry).await?)
    }

    /// Deletes callers' words as old as those of conversations. Tells of how many calls.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, DatabaseError> {
        let kept = SignedDuration::from_hours(24 * i64::from(self.words_days));
        self.store.forget(now.checked_sub(kept).unwrap_or(Timestamp::MIN)).await
    }
}

fn named(assist: &Assist, code: &str) -> Result<NamedItem, AskError> {
    let (key, name) = assist.named_item(code)?;
    Ok(NamedItem { key: key.to_string(), name })
}

fn written(by: &Account, at: Timestamp) -> Written {
    Written { id: Ulid::generate().to_string(), author: by.login.clone(), number: by.number.clone(), at }
}

fn entry(by: &Account, action: &'static str, subject: String, detail: String, at: Timestamp) -> Entry {
    Entry { actor: by.login.clone(), action, subject, detail, at }
}

fn optional(field: &'static str, words: Option<&str>) -> Result<Option<String>, FaultError> {
    words::kept(words).map_err(|what| FaultError::Field(field, what))
}

fn needed(field: &'static str, words: &str) -> Result<String, FaultError> {
    optional(field, Some(words))?.ok_or_else(|| FaultError::Field(field, "请写出内容".into()))
}
