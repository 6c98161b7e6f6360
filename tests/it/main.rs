//! Tests of the whole: one binary, one file a subject. What belongs where:
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod accounts; // signing in, roles, origins, the audit log, `bangban admin`
mod agents; // which agent comes first; the audit log, a conversation that goes on where they stopped
mod api; // the HTTP door: shapes against the document, refusals, hostile input
mod apply; // on to the application: links, tickets and a receiver of them, counters and their hours
mod bench; // `bangban bench region` and `beside` over a handful of guides
mod calls; // what is said on the telephone, for the one agent who has the call
mod canned; // replies kept ready, their places and groups
mod changes; // guides that come, change and go without an import of all of them
mod cli; // the program as a person runs it: what it prints, its exit codes, kill -9
mod conversations; // whole conversations, as a civil servant can read them
mod corpus; // the shipped corpus: complete, sound, with its sources
mod desk; // people who answer: queue, claim, lost seats, messages left
mod house; // what the others share: fixtures, a stand-in for the model, the service without a socket
mod import; // files in, findings out: every way a file can be wrong
mod layers; // the walls of the house
mod learn; // corrections accepted in use, slips, routes, on the small catalog
mod lookup; // the look-up desks, the report of differences, the dashboard, pages of other sites
mod measure; // questions with known answers, ours and those of ../shared
mod model; // the real weights
mod oidc; // signing in by an identity provider, and every answer of one that doesn't count
mod outward; // other systems: webhooks that fail, stall and double, work orders, links that are looked at
mod properties; // what holds for every text: fold, mask, codes
mod provider; // an identity provider on this machine, for `oidc`
mod ratings; // 好差评 and its work items, proposals with four eyes
mod search; // from a question to an item and its place, on a small catalog
mod socket; // slow bodies, broken requests, many peers
mod suggest; // what an agent may answer next
mod talks; // conversations over HTTP, random walks, kill -9
