"""Keeps schemathesis from ending the token that it calls with."""

import os

import requests
import schemathesis

API, WORKSPACE = os.environ["API"], os.environ["WORKSPACE"]
TOKEN, TOKEN_ID = os.environ["TOKEN"], os.environ["TOKEN_ID"]

# Nobody's: what would be done to the caller's own token is done to this one.
NOBODY = "tok_nobody"


@schemathesis.hook
def before_call(context, case, kwargs):
    headers = case.headers or {}
    is_own = headers.get("Authorization") == f"Bearer {TOKEN}"
    if is_own and (case.method, case.operation.path) == ("DELETE", "/access-token"):
        case.headers = {**headers, "Authorization": f"Bearer {fresh_token()}"}
    if case.method != "GET" and (case.path_parameters or {}).get("tokenId") == TOKEN_ID:
        case.path_parameters["tokenId"] = NOBODY
    if isinstance(case.body, dict) and isinstance(case.body.get("ids"), list):
        case.body["ids"] = [NOBODY if id == TOKEN_ID else id for id in case.body["ids"]]


def fresh_token():
    """A token for the operation after which its caller has none."""
    answer = requests.post(
        f"{API}/workspaces/{WORKSPACE}/access-tokens",
        headers={"Authorization": f"Bearer {TOKEN}"},
        json={"name": "Revokes itself", "scopes": ["read"]},
        timeout=30,
    )
    answer.raise_for_status()
    return answer.json()["token"]
