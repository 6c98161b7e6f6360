//! Who may do what at the desks: roles, and the one table of what each of them may.

/// What an account is there for (角色). An account has one or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 话务: talks to citizens.
    Agent,
    /// 基层帮办: explains guides at a 苏木, 嘎查 or community.
    Helper,
    /// 知识管理: decides what is learned, settles bad ratings.
    Editor,
    /// 班长: watches over the agents, and talks too.
    Supervisor,
    /// 分析: reads figures.
    Analyst,
    /// 审计: reads who did what.
    Auditor,
    /// 管理员: makes accounts. Reads no audit log and no conversation: whoever gives rights doesn't check their use.
    Admin,
}

/// One thing that somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See conversations that were handed over.
    DeskRead,
    /// Take a conversation, answer in it, give it back, forward and close it; be present.
    Claim,
    /// See all seats and their figures, act on conversations of others.
    Supervise,
    /// Write ready-made sentences.
    CannedWrite,
    /// Propose that a question means an item; see proposals.
    ProposalsMake,
    /// Accept, refuse and withdraw proposals.
    ProposalsDecide,
    /// See work items of bad ratings.
    WorkItemsRead,
    /// Settle them.
    WorkItemsSettle,
    /// Read figures.
    StatsRead,
    /// Make, change and disable accounts.
    AccountsManage,
    /// Read, export and verify the audit log.
    AuditRead,
    /// Use the look-up desks: guides at a glance, wrap-ups, reports of faults.
    Lookup,
    /// Pin notices.
    NoticesWrite,
    /// See all reports of faults and all gaps; settle them.
    ReportsSettle,
    /// See and retry what is sent to other systems, see checked links.
    OutboxManage,
}

use Permission as P;

/// The table: what each role may.
const TABLE: [(Role, &[Permission]); 7] = [
    (Role::Agent, &[P::DeskRead, P::Claim, P::CannedWrite, P::ProposalsMake, P::Lookup]),
    (Role::Helper, &[P::Lookup, P::ProposalsMake]),
    (
        Role::Editor,
        &[
            P::CannedWrite,
            P::ProposalsMake,
            P::ProposalsDecide,
            P::WorkItemsRead,
            P::WorkItemsSettle,
            P::Lookup,
            P::NoticesWrite,
            P::ReportsSettle,
        ],
    ),
    (
        Role::Supervisor,
        &[
            P::DeskRead,
            P::Claim,
            P::Supervise,
            P::CannedWrite,
            P::ProposalsMake,
            P::WorkItemsRead,
            P::WorkItemsSettle,
            P::StatsRead,
            P::Lookup,
            P::NoticesWrite,
        ],
    ),
    (Role::Analyst, &[P::StatsRead, P::WorkItemsRead]),
    (Role::Auditor, &[P::AuditRead]),
    (Role::Admin, &[P::AccountsManage, P::OutboxManage]),
];

impl Role {
    /// Every role.
    pub const ALL: [Role; 7] = [
        Role::Agent,
        Role::Helper,
        Role::Editor,
        Role::Supervisor,
        Role::Analyst,
        Role::Auditor,
        Role::Admin,
    ];

    /// The word in the API and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Role::Agent => "agent",
            Role::Helper => "helper",
            Role::Editor => "editor",
            Role::Supervisor => "supervisor",
            Role::Analyst => "analyst",
            Role::Auditor => "auditor",
            Role::Admin => "admin",
        }
    }

    /// The role with this word.
    pub fn parse(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }

    /// What it may.
    pub fn permissions(self) -> &'static [Permission] {
        TABLE.iter().find(|(role, _)| *role == self).map_or(&[], |(_, list)| list)
    }
}

impl Permission {
    /// Every permission.
    pub const ALL: [Permission; 15] = [
        P::DeskRead,
        P::Claim,
        P::Supervise,
        P::CannedWrite,
        P::ProposalsMake,
        P::ProposalsDecide,
        P::WorkItemsRead,
        P::WorkItemsSettle,
        P::StatsRead,
        P::AccountsManage,
        P::AuditRead,
        P::Lookup,
        P::NoticesWrite,
        P::ReportsSettle,
        P::OutboxManage,
    ];

    /// The word in the API.
    pub fn word(self) -> &'static str {
        match self {
            P::DeskRead => "desk.read",
            P::Claim => "desk.claim",
            P::Supervise => "desk.supervise",
            P::CannedWrite => "canned.write",
            P::ProposalsMake => "proposals.make",
            P::ProposalsDecide => "proposals.decide",
            P::WorkItemsRead => "work_items.read",
            P::WorkItemsSettle => "work_items.settle",
            P::StatsRead => "stats.read",
            P::AccountsManage => "accounts.manage",
            P::AuditRead => "audit.read",
            P::Lookup => "lookup",
            P::NoticesWrite => "notices.write",
            P::ReportsSettle => "reports.settle",
            P::OutboxManage => "outbox.manage",
        }
    }
}

/// Whether one of these roles may do this.
pub fn may(roles: &[Role], permission: Permission) -> bool {
    roles.iter().any(|role| role.permissions().contains(&permission))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn words_are_unique_and_read_back() {
        let roles: BTreeSet<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        let permissions: BTreeSet<&str> = Permission::ALL.iter().map(|p| p.word()).collect();
        assert_eq!((roles.len(), permissions.len()), (Role::ALL.len(), Permission::ALL.len()));
        for role in Role::ALL {
            assert_eq!(Role::parse(role.word()), Some(role));
            assert!(!role.permissions().is_empty(), "{role:?} may nothing");
        }
        assert_eq!(Role::parse("root"), None);
    }

    #[test]
    fn duties_are_apart() {
        for permission in Permission::ALL {
            assert!(may(&Role::ALL, permission), "nobody may {permission:?}");
            assert!(!may(&[], permission));
        }
        // Whoever gives rights neither reads the log of their use nor conversations.
        for permission in [P::AuditRead, P::DeskRead, P::Claim, P::ProposalsDecide] {
            assert!(!may(&[Role::Admin], permission), "{permission:?}");
        }
        assert!(!may(&[Role::Agent, Role::Supervisor], P::ProposalsDecide));
        assert!(may(&[Role::Agent, Role::Editor], P::ProposalsDecide));
    }
}
