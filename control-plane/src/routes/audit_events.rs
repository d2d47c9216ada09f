//! `/workspaces/{workspaceId}/audit-events`

use super::{Page, PageQuery, invalid};
use crate::app::App;
use crate::body::Query;
use crate::error::Error;
use crate::openapi;
use crate::operator::Operator;
use crate::store::audit_events::{self, Of};
use crate::store::{AuditEventRow, Connection, tokens};
use crate::times;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::id::TokenId;
use shared::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};

/// An event as the log shows it. `before` and `after` hold what was changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEvent)]
pub(crate) struct AuditEventView {
    /// 1, 2, 3 … in this workspace.
    #[schema(minimum = 1)]
    number: i64,
    /// When it was done.
    #[schema(format = DateTime)]
    at: String,
    /// Who did it: a token's id, or `operator` for somebody at the control plane's machine.
    actor: String,
    /// What was done, such as `token.created`. More may be added.
    #[schema(examples("token.created"))]
    action: String,
    /// The token that it was done to.
    #[schema(required)]
    token_id: Option<String>,
    /// The project that it, or that token, belongs to.
    #[schema(required)]
    project_id: Option<String>,
    /// Where the request came from.
    #[schema(required)]
    address: Option<String>,
    /// The client's program, by its own words.
    #[schema(required)]
    user_agent: Option<String>,
    /// The request's `x-request-id`.
    #[schema(required)]
    request_id: Option<String>,
    /// What was changed, as it was; null for something new.
    #[schema(value_type = Option<Object>, required)]
    before: Value,
    /// What was changed, as it is since.
    #[schema(value_type = Option<Object>, required)]
    after: Value,
}

impl From<AuditEventRow> for AuditEventView {
    fn from(row: AuditEventRow) -> Self {
        let read = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Self {
            number: row.number,
            at: times::format(Timestamp(row.created_at.cast_unsigned())),
            actor: row.actor,
            action: row.action,
            token_id: row.token_id,
            project_id: row.project_id,
            address: row.address,
            user_agent: row.user_agent,
            request_id: row.request_id,
            before: read(row.state_before),
            after: read(row.state_after),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// How many entries a page has at most.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// `nextCursor` of the page before; none for the first.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
    /// Only what was done to this token.
    #[param(pattern = "^tok_[A-Za-z0-9]+$", max_length = 64)]
    token_id: Option<String>,
}

/// `GET`: who did what, newest first; a project's token sees what concerns its project.
#[utoipa::path(
    get,
    path = "/workspaces/{workspaceId}/audit-events",
    operation_id = "listAuditEvents",
    tag = openapi::AUDIT,
    summary = "List what was done",
    description = "Who did what to which token, from where and when, before and after; never a secret. A project's token \
                   sees what concerns its project.",
    params(ListQuery),
    responses((status = 200, description = "A page of events, newest first.", body = Page<AuditEventView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    operator: Operator,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<AuditEventView>>, Error> {
    let page = PageQuery::check(query.limit.as_deref(), query.cursor)?;
    let before = page.after.as_deref().map_or(Ok(i64::MAX), str::parse);
    let before = before.map_err(|_| invalid("cursor", "expected the nextCursor of the page before"))?;
    let token_id = query.token_id.map(|id| id.parse::<TokenId>().map_err(|why| invalid("tokenId", &why.to_string())));
    let mut connection = app.store.connection().await?;
    let of = match (token_id.transpose()?, operator.project_id()) {
        (Some(id), _) if !sees(&mut connection, &operator, &id).await? => return Ok(Json(Page::empty())),
        (Some(id), _) => Of::Token(&id.to_string()),
        (None, Some(id)) => Of::Project(id),
        (None, None) => Of::Workspace(operator.workspace_id().as_str()),
    };
    let rows = audit_events::list(&mut connection, of, before, page.rows()).await?;
    Ok(Json(page.page(rows, |row| row.number.to_string(), AuditEventView::from)))
}

async fn sees(connection: &mut Connection, operator: &Operator, id: &TokenId) -> Result<bool, Error> {
    let row = tokens::get(connection, operator.workspace_id().as_str(), id.as_str()).await?;
    Ok(row.is_some_and(|row| operator.sees(row.project_id.as_deref())))
}
