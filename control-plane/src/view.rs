//! What users see of a token. Never the token itself, but for the answer that creates it.

use crate::openapi::schema;
use crate::store::TokenRow;
use crate::times;
use serde::Serialize;
use shared::scope::ScopeSet;
use shared::timestamp::Timestamp;
use shared::token::Token;
use utoipa::ToSchema;

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Active,
    /// Its last change is committed and not yet effective on the whole edge.
    Pending,
    Expired,
    Revoked,
}

/// A token as lists show it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccessToken)]
pub(crate) struct TokenView {
    #[schema(examples("tok_01m886mb617p6szjqazkawqaha"))]
    id: String,
    name: String,
    /// What may be shown of its text.
    #[schema(examples("sk_live_AbCd…"))]
    prefix: String,
    #[schema(schema_with = schema::scopes)]
    scopes: Vec<&'static str>,
    /// The one project that it covers; null: the whole workspace.
    #[schema(required)]
    project_id: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    /// The token that made it, or `operator`.
    created_by: String,
    /// First moment at which it is no longer valid; null: never.
    #[schema(format = DateTime, required)]
    expires_at: Option<String>,
    /// When it was last used, right to within two minutes; null: never.
    #[schema(format = DateTime, required)]
    last_used_at: Option<String>,
    /// When its revocation was committed, or its grace was over.
    #[schema(format = DateTime, required)]
    revoked_at: Option<String>,
    status: Status,
    /// The token that replaced it.
    #[schema(required)]
    superseded_by: Option<String>,
    /// Until then it works beside the token that replaced it; null: it has no such grace.
    #[schema(format = DateTime, required)]
    grace_ends_at: Option<String>,
}

/// The answer that creates a token: the only one that holds it.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedAccessToken)]
pub(crate) struct CreatedView<'a> {
    #[serde(flatten)]
    view: TokenView,
    /// Its text, this once; null in a repeated answer.
    #[schema(required, examples("sk_live_AbCd…"))]
    token: Option<&'a str>,
    /// Whether this repeats an earlier answer, which held the token.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    replayed: bool,
}

impl<'a> CreatedView<'a> {
    pub(crate) fn new(view: TokenView, token: Token<'a>) -> Self {
        Self { view, token: Some(token.expose()), replayed: false }
    }
}

impl CreatedView<'static> {
    pub(crate) const fn replayed(view: TokenView) -> Self {
        Self { view, token: None, replayed: true }
    }
}

/// What a revocation is answered with.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Receipt {
    id: String,
    status: ReceiptStatus,
    /// When the revocation was committed.
    #[schema(format = DateTime, required)]
    revoked_at: Option<String>,
    /// When the whole edge refused the token; null while pending.
    #[schema(format = DateTime, required)]
    effective_at: Option<String>,
    /// Number of the change in its workspace.
    #[schema(minimum = 1)]
    version: i64,
}

/// Where a revocation stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ReceiptStatus {
    Revoked,
    /// Committed, and not yet effective on the whole edge.
    Pending,
}

fn shown(at: Option<i64>) -> Option<String> {
    at.and_then(|at| u64::try_from(at).ok()).map(|at| times::format(Timestamp(at)))
}

fn status(row: &TokenRow, now: Timestamp) -> Status {
    let expired = row.expires_at.is_some_and(|end| u64::try_from(end).is_ok_and(|end| end <= now.0));
    match (row.revoked_at, row.effective_at) {
        (Some(_), Some(_)) => Status::Revoked,
        (None, _) if row.dead_since(now).is_some() => Status::Revoked,
        (None, _) if expired => Status::Expired,
        (_, None) => Status::Pending,
        (None, Some(_)) => Status::Active,
    }
}

impl TokenView {
    pub(crate) fn new(row: TokenRow, now: Timestamp) -> Self {
        Self {
            status: status(&row, now),
            scopes: ScopeSet::from_bits(row.scope_bits()).names(),
            created_at: shown(Some(row.created_at)).unwrap_or_default(),
            expires_at: shown(row.expires_at),
            last_used_at: shown(row.last_used_at),
            revoked_at: shown(row.dead_since(now)),
            grace_ends_at: shown(row.superseded_until.and_then(|_| row.ends_at())),
            id: row.id,
            name: row.name,
            prefix: row.prefix,
            project_id: row.project_id,
            created_by: row.created_by,
            superseded_by: row.superseded_by,
        }
    }
}

impl Receipt {
    pub(crate) fn new(row: TokenRow) -> Self {
        Self {
            status: if row.effective_at.is_some() { ReceiptStatus::Revoked } else { ReceiptStatus::Pending },
            revoked_at: shown(row.revoked_at),
            effective_at: shown(row.effective_at),
            version: row.version,
            id: row.id,
        }
    }

    pub(crate) const fn is_pending(&self) -> bool {
        self.effective_at.is_none()
    }
}

/// What became of one of many tokens that were to be revoked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum BulkReceipt {
    Found(Receipt),
    /// There is none of this id.
    NotFound {
        id: String,
        status: NotFound,
    },
}

/// That there is none.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NotFound {
    NotFound,
}

impl BulkReceipt {
    pub(crate) const fn not_found(id: String) -> Self {
        Self::NotFound { id, status: NotFound::NotFound }
    }
}
