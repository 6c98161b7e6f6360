//! Shapes of replies kept ready.

use super::desk::{GroupShape, Names};
use crate::desk::Group;
use crate::store::Canned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Replies kept ready.
#[derive(Debug, Serialize, ToSchema)]
pub struct CannedResponse {
    /// The replies.
    pub canned: Vec<CannedShape>,
    /// Groups that one can be kept for.
    pub groups: Vec<GroupShape>,
}

/// A reply kept ready.
#[derive(Debug, Serialize, ToSchema)]
pub struct CannedShape {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The reply; `{{工号}}`, `{{事项}}`, `{{地区}}` and `{{电话}}` stand for facts of the conversation.
    pub text: String,
    /// Division that it is for, with all below; `null` for every place.
    pub region: Option<String>,
    /// What that is called.
    pub region_name: Option<String>,
    /// Group that it is for; `null` for all.
    pub group: Option<String>,
    /// What that is called.
    pub group_name: Option<String>,
    /// Number of its author.
    pub owner: String,
    /// Whether it is the asker's own.
    pub mine: bool,
}

/// Keeps a reply ready.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CannedRequest {
    /// What it is called, at most 30 characters.
    pub title: String,
    /// The reply, at most 1,000 characters.
    pub text: String,
    /// Division that it is for, with all below; every place when absent.
    pub region: Option<String>,
    /// Group that it is for; all when absent.
    pub group: Option<String>,
}

/// A reply kept ready, as an account sees it.
pub fn canned(canned: &Canned, account: &str, names: &impl Names) -> CannedShape {
    let scope = &canned.scope;
    CannedShape {
        id: canned.id.clone(),
        title: canned.title.clone(),
        text: canned.text.clone(),
        region: scope.region.as_ref().map(ToString::to_string),
        region_name: scope.region.as_ref().map(|code| names.place(code)),
        group: scope.group.clone(),
        group_name: scope.group.as_deref().map(|group| names.group(group)),
        owner: canned.number.clone(),
        mine: canned.owner == account,
    }
}

/// Several, with the groups that one can be kept for.
pub fn all(kept: &[Canned], groups: &[Group], account: &str, names: &impl Names) -> CannedResponse {
    let group = |group: &Group| GroupShape { id: group.id.clone(), name: group.name.clone() };
    CannedResponse {
        canned: kept.iter().map(|one| canned(one, account, names)).collect(),
        groups: groups.iter().map(group).collect(),
    }
}
