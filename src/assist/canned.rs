//! Replies kept ready (快捷回复): who keeps and drops them, and which of them hold for a conversation.

use super::talk::{TalkError, Talks};
use crate::desk::{Permission, Scope, Seat};
use crate::store::{Account, Canned, Entry};
use jiff::Timestamp;
use ulid::Ulid;

impl Talks {
    /// Keeps a reply ready.
    pub async fn keep_canned(
        &self,
        title: String,
        text: String,
        scope: Scope,
        by: &Account,
        now: Timestamp,
    ) -> Result<Canned, TalkError> {
        scope.group.as_deref().map_or(Ok(()), |group| self.known_group(group))?;
        let canned = Canned {
            id: Ulid::generate().to_string(),
            title,
            text,
            scope,
            owner: by.id.clone(),
            number: by.number.clone(),
        };
        let region = canned.scope.region.as_ref().map_or_else(String::new, ToString::to_string);
        let group = canned.scope.group.as_deref().unwrap_or_default();
        let detail = format!("region={region} group={group}");
        let entry = entry(by, "canned.kept", &canned.id, detail, now);
        self.desks.add_canned(&canned, &entry).await?;
        Ok(canned)
    }

    /// Drops a reply: one's own, or as a supervisor anybody's. Tells whether there was one.
    pub async fn drop_canned(&self, id: &str, by: &Account, now: Timestamp) -> Result<bool, TalkError> {
        let any = by.may(Permission::Supervise);
        let entry = entry(by, "canned.dropped", id, String::new(), now);
        Ok(self.desks.drop_canned(id, &by.id, any, &entry).await?)
    }

    /// Every reply, by title.
    pub async fn all_canned(&self) -> Result<Vec<Canned>, TalkError> {
        Ok(self.desks.canned().await?)
    }

    /// Those that hold for a conversation that he may look at, by title.
    pub async fn canned_for(&self, seat: &Seat, id: &str) -> Result<Vec<Canned>, TalkError> {
        let case = self.case(seat, id).await?;
        let place = case.state.place.as_ref().map(|place| &place.code);
        let mut kept = self.desks.canned().await?;
        kept.retain(|one| one.scope.holds(&case.group, place));
        Ok(kept)
    }
}

fn entry(by: &Account, action: &'static str, id: &str, detail: String, at: Timestamp) -> Entry {
    Entry { actor: by.login.clone(), action, subject: format!("canned:{id}"), detail, at }
}
