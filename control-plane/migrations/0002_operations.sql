-- Rotation: the token that replaced this one, and the first moment at which this one is over.
ALTER TABLE tokens ADD COLUMN superseded_by TEXT;
ALTER TABLE tokens ADD COLUMN superseded_until BIGINT;

-- Number of the last audit event.
ALTER TABLE workspaces ADD COLUMN audited BIGINT NOT NULL DEFAULT 0;

CREATE TABLE audit_events (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  -- 1, 2, 3 … without holes, in the order of the commits: one that was taken away is missed.
  number BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  -- A token's id, or 'operator' for a command at the machine itself.
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  token_id TEXT,
  project_id TEXT,
  -- Where the request came from.
  address TEXT,
  user_agent TEXT,
  request_id TEXT,
  -- JSON: what it changed, before and after. Never a token's text or digest.
  state_before TEXT,
  state_after TEXT,
  PRIMARY KEY (workspace_id, number)
);

CREATE INDEX audit_events_of_project ON audit_events (project_id, number) WHERE project_id IS NOT NULL;

CREATE TABLE idempotency_keys (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  -- The token that asked.
  operator TEXT NOT NULL,
  route TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  -- SHA-256 of what was asked for.
  fingerprint TEXT NOT NULL,
  -- What came of it. Its text is nowhere.
  token_id TEXT NOT NULL REFERENCES tokens (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, operator, route, idempotency_key)
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Republishes that have begun and are not over: what a next run goes on with.
CREATE TABLE republishes (
  workspace_id TEXT PRIMARY KEY REFERENCES workspaces (id),
  begun_at BIGINT NOT NULL,
  -- Position of the snapshot that is being sent.
  epoch BIGINT,
  version BIGINT,
  -- The snapshot is in force, and KV has every token up to this one; empty: none yet.
  kv_after TEXT
);

-- One for each kind of list; see src/store/tokens/list.rs.
CREATE INDEX tokens_permanent ON tokens (workspace_id, id)
  WHERE revoked_at IS NULL AND expires_at IS NULL AND superseded_by IS NULL;
CREATE INDEX tokens_temporary ON tokens (workspace_id, id) WHERE revoked_at IS NULL AND expires_at IS NOT NULL;
CREATE INDEX tokens_revoked ON tokens (workspace_id, id) WHERE revoked_at IS NOT NULL;
CREATE INDEX tokens_superseded ON tokens (workspace_id, id) WHERE superseded_until IS NOT NULL;
CREATE INDEX tokens_in_grace ON tokens (workspace_id, superseded_until) WHERE superseded_until IS NOT NULL;
-- For the temporary ones, and for the plan's limit.
DROP INDEX tokens_unrevoked;
CREATE INDEX tokens_live ON tokens (workspace_id, expires_at) WHERE revoked_at IS NULL AND superseded_by IS NULL;
