//! What is measured.

use crate::subject::Worker;
use crate::support::{WORKSPACE, tokens_path};
use control_plane::store::{TokenRow, tokens};
use serde_json::json;
use shared::digest::Digest;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The statement that finds a token by its digest, alone.
    BareLookup,
    /// The statement that keeps a token, with its commit, alone.
    BareInsert,
    /// A request whose token is found, and lacks the scope.
    Authenticate,
    /// A page of this status: the first, or one in the middle.
    List(&'static str, Place),
    /// A token is made.
    Create,
    /// A token that was made is revoked.
    Revoke,
}

/// Where a page is in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    First,
    Middle,
}

impl Operation {
    pub(crate) const LISTS: [Self; 8] = [
        Self::List("active", Place::First),
        Self::List("active", Place::Middle),
        Self::List("expired", Place::First),
        Self::List("expired", Place::Middle),
        Self::List("revoked", Place::First),
        Self::List("revoked", Place::Middle),
        Self::List("all", Place::First),
        Self::List("all", Place::Middle),
    ];

    pub(crate) fn name(self) -> String {
        match self {
            Self::BareLookup => "bare lookup by digest".into(),
            Self::BareInsert => "bare insert of a token".into(),
            Self::Authenticate => "authenticate".into(),
            Self::List(status, Place::First) => format!("list {status}, first page"),
            Self::List(status, Place::Middle) => format!("list {status}, middle page"),
            Self::Create => "create".into(),
            Self::Revoke => "revoke".into(),
        }
    }

    /// The single statement that it cannot do without.
    pub(crate) const fn bare(self) -> Option<Self> {
        match self {
            Self::BareLookup | Self::BareInsert => None,
            Self::Authenticate | Self::List(..) => Some(Self::BareLookup),
            Self::Create | Self::Revoke => Some(Self::BareInsert),
        }
    }

    /// Does it once. False: there is nothing left that it could be done to.
    pub(crate) async fn perform(self, worker: &mut Worker) -> bool {
        match self {
            Self::BareLookup => look_up(worker).await,
            Self::BareInsert => insert(worker).await,
            Self::Authenticate => {
                let token = worker.subject.deployer().to_owned();
                worker.subject.send("GET", &tokens_path(""), &token, None, 403).await;
            }
            Self::List(status, place) => list(worker, status, place).await,
            Self::Create => create(worker).await,
            Self::Revoke => {
                let Some(id) = worker.subject.take_created() else { return false };
                let admin = worker.subject.admin().to_owned();
                worker.subject.send("DELETE", &tokens_path(&id), &admin, None, 200).await;
            }
        }
        true
    }
}

async fn look_up(worker: &mut Worker) {
    let digest = crate::support::digest_of(worker.subject.deployer());
    assert!(tokens::by_digest(&mut worker.connection, &digest).await.unwrap().is_some());
}

/// A row like that of a create, which no change tells the edge of.
async fn insert(worker: &mut Worker) {
    let number = worker.subject.next_number();
    let digest =
        Digest::from_bytes(std::array::from_fn(|i| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (i % 8 * 8)) as u8));
    let row = TokenRow {
        id: format!("tok_01{number:024}"),
        workspace_id: WORKSPACE.into(),
        project_id: None,
        name: "Bare".into(),
        prefix: "x".into(),
        digest: digest.to_hex(),
        pepper_id: "k1".into(),
        scopes: 1,
        created_at: 1,
        created_by: "operator".into(),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
        superseded_by: None,
        superseded_until: None,
        version: -1,
        effective_at: None,
    };
    tokens::insert(&mut worker.connection, &row).await.unwrap();
}

async fn list(worker: &mut Worker, status: &str, place: Place) {
    let cursor = match place {
        Place::First => String::new(),
        Place::Middle => format!("&cursor={}", worker.subject.middle()),
    };
    let (path, admin) = (format!("{}?status={status}{cursor}", tokens_path("")), worker.subject.admin().to_owned());
    let page = worker.subject.send("GET", &path, &admin, None, 200).await;
    assert_eq!(page["data"].as_array().map(Vec::len), Some(50), "a full page of {status}: {page}");
}

async fn create(worker: &mut Worker) {
    let body = json!({"name": "CI Deploy", "scopes": ["deploy"]});
    let admin = worker.subject.admin().to_owned();
    let made = worker.subject.send("POST", &tokens_path(""), &admin, Some(&body), 201).await;
    let text = |name: &str| made[name].as_str().map(String::from).unwrap();
    worker.subject.add_created(text("id"), text("token"));
}
