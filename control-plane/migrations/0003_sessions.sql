-- Who is signed in to the dashboard. What a session may do is what its token may do when it asks.
CREATE TABLE sessions (
  -- SHA-256 of what the browser's cookie holds, which is nowhere.
  digest TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  token_id TEXT NOT NULL REFERENCES tokens (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_of_workspace ON sessions (workspace_id);

CREATE INDEX audit_events_of_token ON audit_events (token_id, number) WHERE token_id IS NOT NULL;
