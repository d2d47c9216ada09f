-- Times are milliseconds since 1970, scopes are bits (shared/src/scope.rs), hashes and digests
-- lowercase hexadecimal. Only text and bigint, so that SQLite and Postgres run the same statements.

CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  plan TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  -- Where the change log stands. Every changing transaction locks this row first.
  epoch BIGINT NOT NULL,
  version BIGINT NOT NULL,
  hash TEXT NOT NULL,
  -- When the ledger of this workspace was first initialised.
  initialised_at BIGINT,
  -- Why the ledger's history and this one differ; cured by republish.
  conflict TEXT
);

CREATE INDEX workspaces_uninitialised ON workspaces (id) WHERE initialised_at IS NULL;

CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  deleted_at BIGINT,
  -- The last change of the deletion, and how many tokens it revoked.
  deleted_version BIGINT,
  deleted_tokens BIGINT
);

CREATE INDEX projects_of_workspace ON projects (workspace_id, id);

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  project_id TEXT REFERENCES projects (id),
  name TEXT NOT NULL,
  -- The prefix and four characters, for lists. The token itself is nowhere.
  prefix TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  pepper_id TEXT NOT NULL,
  scopes BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT,
  last_used_at BIGINT,
  -- Its last change.
  version BIGINT NOT NULL
);

CREATE INDEX tokens_of_workspace ON tokens (workspace_id, id);
CREATE INDEX tokens_unrevoked ON tokens (workspace_id, expires_at) WHERE revoked_at IS NULL;
CREATE INDEX tokens_of_project ON tokens (project_id, id);

CREATE TABLE changes (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  -- 1, 2, 3 … without holes, in the order of the commits.
  version BIGINT NOT NULL,
  -- 'create' or 'update': a create is effective without waiting for leases.
  kind TEXT NOT NULL,
  token_id TEXT NOT NULL REFERENCES tokens (id),
  -- Hash of the history before this change, and up to it.
  previous TEXT NOT NULL,
  hash TEXT NOT NULL,
  digest TEXT NOT NULL,
  -- shared::record::Record as JSON.
  record TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  -- 1 once the secret of a pending create went out: from then on it waits like any other change.
  announced BIGINT NOT NULL,
  -- When the ledger had it and nobody could remember anything older any more.
  acknowledged_at BIGINT,
  -- When KV had it.
  replicated_at BIGINT,
  -- When the whole edge followed it: an update once acknowledged; a create once the ledger
  -- and KV have it, if it was announced also acknowledged.
  effective_at BIGINT,
  PRIMARY KEY (workspace_id, version)
);

CREATE INDEX changes_unfinished ON changes (workspace_id, version)
  WHERE acknowledged_at IS NULL OR replicated_at IS NULL;
