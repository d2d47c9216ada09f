# The program that every process of `tests::Edges` runs: the built worker under workerd, without wrangler.
#
# The ledgers of one process serve all; the others reach them through its debug port. Addresses and the
# directory are given on the command line, vars and secrets in the environment.
using Workerd = import "/workerd/workerd.capnp";

const program :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "evict", worker = .evict),
    (name = "remembering", worker = .remembering),
    (name = "storage", disk = (writable = true)),
    (name = "kv", external = (http = ())),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [
    (name = "edge", http = (), service = "edge"),
    (name = "evict", http = (), service = "evict"),
    (name = "remembering", http = (), service = "remembering"),
  ],
  extensions = [(modules = [(name = "edges:ledgers", internal = true, esModule = embed "ledgers.js")])],
);

const edge :Workerd.Worker = (
  compatibilityDate = .date,
  modules = [
    (name = "entry.js", esModule = embed "../../build/entry.js"),
    (name = "index.js", esModule = embed "../../build/index.js"),
    (name = "index_bg.wasm", wasm = embed "../../build/index_bg.wasm"),
  ],
  bindings = [
    (name = "ORIGIN_URL", fromEnvironment = "ORIGIN_URL"),
    (name = "CONTROL_PLANE_URL", fromEnvironment = "CONTROL_PLANE_URL"),
    (name = "LEASE_MS", fromEnvironment = "LEASE_MS"),
    (name = "TOKEN_PEPPER", fromEnvironment = "TOKEN_PEPPER"),
    (name = "PUBLISH_KEY", fromEnvironment = "PUBLISH_KEY"),
    (name = "ASSERTION_KEY", fromEnvironment = "ASSERTION_KEY"),
    (name = "TOKENS", kvNamespace = "kv"),
    (name = "LEDGER", wrapped = (moduleName = "edges:ledgers", innerBindings = [
      (name = "ids", durableObjectNamespace = "Ledger"),
      (name = "debugPort", workerdDebugPort = void),
      (name = "address", fromEnvironment = "LEDGERS"),
    ])),
  ],
  durableObjectNamespaces = [(className = "Ledger", uniqueKey = "ledger", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);

const evict :Workerd.Worker = (
  compatibilityDate = .date,
  compatibilityFlags = ["unsafe_module"],
  modules = [(name = "evict.js", esModule = embed "evict.js")],
);

const remembering :Workerd.Worker = (
  compatibilityDate = .date,
  modules = [(name = "remembering.js", esModule = embed "remembering.js")],
  bindings = [(name = "edge", service = "edge")],
);

const date :Text = "2026-11-01";
