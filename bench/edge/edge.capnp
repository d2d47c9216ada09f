# The built worker with ledgers of its own, whose work counts as its own too. KV is outside.
using Workerd = import "/workerd/workerd.capnp";

const program :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "storage", disk = (writable = true)),
    (name = "kv", external = (http = ())),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "edge", http = (), service = "edge")],
);

const edge :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "entry.js", esModule = embed "entry.js"),
    (name = "index.js", esModule = embed "index.js"),
    (name = "index_bg.wasm", wasm = embed "index_bg.wasm"),
  ],
  bindings = [
    (name = "ORIGIN_URL", fromEnvironment = "ORIGIN_URL"),
    (name = "CONTROL_PLANE_URL", fromEnvironment = "CONTROL_PLANE_URL"),
    (name = "LEASE_MS", fromEnvironment = "LEASE_MS"),
    (name = "TOKEN_PEPPER", fromEnvironment = "TOKEN_PEPPER"),
    (name = "PUBLISH_KEY", fromEnvironment = "PUBLISH_KEY"),
    (name = "ASSERTION_KEY", fromEnvironment = "ASSERTION_KEY"),
    (name = "TOKENS", kvNamespace = "kv"),
    (name = "LEDGER", durableObjectNamespace = "Ledger"),
  ],
  durableObjectNamespaces = [(className = "Ledger", uniqueKey = "ledger", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);
