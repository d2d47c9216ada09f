// Moves values between a ledger object, its platform, and whoever calls it; decides nothing.

// One call of a ledger object by a stub of its own: after an error a stub may be of no use.
export async function callLedger(namespace, name, path, body) {
  const stub = namespace.get(namespace.idFromName(name));
  const response = await stub.fetch(`http://ledger${path}`, { method: "POST", body });
  return [response.status, await response.text()];
}

// A signed call of the control plane by a ledger.
export async function callControlPlane(url, signature, body) {
  const headers = { "content-type": "application/json", "deplo-signature": signature };
  const response = await fetch(url, { method: "POST", headers, body, redirect: "manual" });
  await response.body?.cancel();
  return response.status;
}

// Runs a statement with bindings out of a JSON array. Its rows have one column, which is JSON; they become a JSON array.
export function execute(state, statement, bindings) {
  const rows = state.storage.sql
    .exec(statement, ...JSON.parse(bindings))
    .raw()
    .toArray();
  return `[${rows.map(([json]) => json).join(",")}]`;
}

// Resolves once every write so far is confirmed.
export function sync(state) {
  return state.storage.sync();
}

export function setAlarm(state, delayMs) {
  return state.storage.setAlarm(Date.now() + delayMs);
}

export function deleteAlarm(state) {
  return state.storage.deleteAlarm();
}
