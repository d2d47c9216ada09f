//! The control plane's signed calls: `/_edge/ledgers/{workspaceId}/publish|reserve|snapshot|status` and `/_edge/kv`.

use crate::glue::Incoming;
use crate::ledger::client::{self, NoAnswer};
use crate::settings::Settings;
use crate::{answer, clock};
use futures_util::future::try_join_all;
use shared::id::WorkspaceId;
use shared::ledger::{KvPut, KvWrites};
use shared::limits::SIGNED_BODY_MAX;
use shared::problem::Problem;
use shared::signature::{self, SignedCall, TO_EDGE};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use worker::kv::{KvError, KvStore};
use worker::{Request, console_error, console_warn};

/// Everything under this prefix is the edge's own; the policy cannot name it.
pub(crate) const PREFIX: &str = "/_edge/";

/// Checks the signature of a call and carries it out.
pub(crate) async fn answer(settings: Rc<Settings>, request: JsValue, incoming: Incoming) -> JsValue {
    let answered = handle(&settings, &request, incoming.raw().path).await;
    answered.unwrap_or_else(|problem| answer::problem(&problem, &request))
}

async fn handle(settings: &Settings, raw: &JsValue, path: &str) -> Result<JsValue, Problem> {
    let body = verified_body(settings, raw, path).await?;
    match path.strip_prefix(PREFIX).unwrap_or_default().split('/').collect::<Vec<_>>().as_slice() {
        ["ledgers", workspace_id, "publish"] => pass_on(settings, workspace_id, "/publish", &body).await,
        ["ledgers", workspace_id, "reserve"] => pass_on(settings, workspace_id, "/reserve", &body).await,
        ["ledgers", workspace_id, "snapshot"] => pass_on(settings, workspace_id, "/snapshot", &body).await,
        ["ledgers", workspace_id, "status"] => pass_on(settings, workspace_id, "/status", &body).await,
        ["kv"] => write_kv(settings, &body).await,
        _ => Err(Problem::not_found("There is no such call of the edge.")),
    }
}

async fn verified_body(settings: &Settings, raw: &JsValue, path: &str) -> Result<String, Problem> {
    let mut request = Request::from(wasm_bindgen::JsCast::unchecked_into::<web_sys::Request>(raw.clone()));
    let header = request.headers().get(signature::HEADER).ok().flatten();
    let method = request.inner().method();
    let length = request.headers().get("content-length").ok().flatten().and_then(|length| length.parse().ok());
    if length.is_none_or(|length: usize| length > SIGNED_BODY_MAX) {
        return Err(Problem::new(413, "payload-too-large", "The body is too large, or its length is not given"));
    }
    let body = request.text().await.map_err(|_| Problem::invalid_request("The body is not UTF-8 text."))?;
    let call = SignedCall { label: TO_EDGE, method: &method, path, body: body.as_bytes() };
    call.verify(header.as_deref(), &settings.publish_keys, clock::now()).map_err(|why| {
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
    let writes: KvWrites = serde_json::from_str(body).map_err(|why| Problem::invalid_request(&why.to_string()))?;
    let puts = writes.puts.iter().map(|put| put_in_kv(&settings.kv, put));
    let deletes = writes.deletes.iter().map(|digest| {
        let key = digest.to_hex();
        async move { settings.kv.delete(&key).await }
    });
    try_join_all(puts).await.map_err(|why| unavailable(&why.to_string()))?;
    try_join_all(deletes).await.map_err(|why| unavailable(&why.to_string()))?;
    Ok(answer::json(200, "{}"))
}

async fn put_in_kv(kv: &KvStore, put: &KvPut) -> Result<(), KvError> {
    let write = kv.put(&put.digest.to_hex(), put.workspace_id.as_str())?;
    match put.expiration_s {
        Some(expiration_s) => write.expiration(expiration_s).execute().await,
        None => write.execute().await,
    }
}

fn unavailable(why: &str) -> Problem {
    console_error!("signed call failed: {why}");
    Problem::authority_unavailable().detail("Ledger or KV is out of reach. The call can be repeated.")
}
