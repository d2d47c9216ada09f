//! `/workspaces/{workspaceId}/audit-events`

use super::{Page, PageQuery, invalid};
use crate::app::App;
use crate::body::Query;
use crate::error::Error;
use crate::operator::Operator;
use crate::store::{AuditEventRow, audit_events};
use crate::times;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::timestamp::Timestamp;

/// An event as the log shows it. `before` and `after` hold what was changed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditEventView {
    number: i64,
    at: String,
    actor: String,
    action: String,
    token_id: Option<String>,
    project_id: Option<String>,
    address: Option<String>,
    user_agent: Option<String>,
    request_id: Option<String>,
    before: Value,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET`: who did what, newest first; a project's token sees what concerns its project.
pub(crate) async fn list(
    State(app): State<App>,
    operator: Operator,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<AuditEventView>>, Error> {
    let page = PageQuery::check(query.limit.as_deref(), query.cursor)?;
    let before = page.after.as_deref().map_or(Ok(i64::MAX), str::parse);
    let before = before.map_err(|_| invalid("cursor", "expected the nextCursor of the page before"))?;
    let mut connection = app.store.connection().await?;
    let rows = match operator.project_id() {
        Some(id) => audit_events::list_of_project(&mut connection, id, before, page.rows()).await?,
        None => audit_events::list(&mut connection, operator.workspace_id().as_str(), before, page.rows()).await?,
    };
    Ok(Json(page.page(rows, |row| row.number.to_string(), AuditEventView::from)))
}
