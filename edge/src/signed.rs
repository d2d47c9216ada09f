//! The control plane's signed calls: `/_edge/ledgers/{workspaceId}/publish|reserve|snapshot|status` and `/_edge/kv`.

use crate::glue::kv;
use crate::glue::request::{Incoming, header, read_body};
use crate::ledger::client::{self, NoAnswer};
use crate::settings::Settings;
use crate::{answer, clock};
use shared::id::WorkspaceId;
use shared::ledger::Formatted;
use shared::limits::SIGNED_BODY_MAX;
use shared::problem::Problem;
use shared::question::RawRequest;
use shared::signature::{self, SignedCall, TO_EDGE};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use worker::{console_error, console_warn};

/// Everything under this prefix is the edge's own; the policy cannot name it.
pub(crate) const PREFIX: &str = "/_edge/";

/// Checks the signature of a call and carries it out.
pub(crate) async fn answer(settings: Rc<Settings>, request: JsValue, incoming: Incoming) -> JsValue {
    let answered = handle(&settings, &request, &incoming).await;
    answered.unwrap_or_else(|problem| answer::problem(&problem, &request))
}

async fn handle(settings: &Settings, request: &JsValue, incoming: &Incoming) -> Result<JsValue, Problem> {
    let RawRequest { method, path, .. } = incoming.raw();
    let body = verified_body(settings, request, method, path).await?;
    match path.strip_prefix(PREFIX).unwrap_or_default().split('/').collect::<Vec<_>>().as_slice() {
        ["ledgers", workspace_id, call @ ("publish" | "reserve" | "snapshot" | "status")] => {
            pass_on(settings, workspace_id, &format!("/{call}"), &body).await
        }
        ["kv"] => write_kv(settings, &body).await,
        _ => Err(Problem::not_found("There is no such call of the edge.")),
    }
}

async fn verified_body(settings: &Settings, request: &JsValue, method: &str, path: &str) -> Result<String, Problem> {
    let signature = header(request, signature::HEADER);
    let length = header(request, "content-length").and_then(|length| length.parse().ok());
    if length.is_none_or(|length: usize| length > SIGNED_BODY_MAX) {
        return Err(Problem::new(413, "payload-too-large", "The body is too large, or its length is not given"));
    }
    let body = read_body(request).await.ok().and_then(|body| body.as_string());
    let body = body.ok_or_else(|| Problem::invalid_request("The body is not UTF-8 text."))?;
    let call = SignedCall { label: TO_EDGE, method, path, body: body.as_bytes() };
    call.verify(signature.as_deref(), &settings.publish_keys, clock::now()).map_err(|why| {
        console_warn!("signed call of {path} refused: {why}");
        Problem::new(401, "invalid-signature", "The call is not signed by the control plane").detail(&why.to_string())
    })?;
    Ok(body)
}

async fn pass_on(settings: &Settings, workspace_id: &str, call: &str, body: &str) -> Result<JsValue, Problem> {
    let workspace_id: WorkspaceId =
        workspace_id.parse().map_err(|_| Problem::not_found("This is not a workspace id."))?;
    match client::call(&settings.ledgers, &workspace_id, call, body).await {
        Ok((status, answer)) => Ok(answer::json(status, &answer)),
        Err(NoAnswer { why, .. }) => Err(unavailable(&why)),
    }
}

async fn write_kv(settings: &Settings, body: &str) -> Result<JsValue, Problem> {
    // KV's JavaScript reads the rest, unchecked: it is `KvWrites`, since only the control plane can have signed it.
    serde_json::from_str::<Formatted>(body).map_err(|why| Problem::invalid_request(&why.to_string()))?;
    kv::write_kv(&settings.kv, body).await.map_err(|why| unavailable(&why))?;
    Ok(answer::json(200, "{}"))
}

fn unavailable(why: &str) -> Problem {
    console_error!("signed call failed: {why}");
    Problem::authority_unavailable().detail("Ledger or KV is out of reach. The call can be repeated.")
}
