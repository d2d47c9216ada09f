# A reference by itself. Its variables are in the environment.
using Workerd = import "/workerd/workerd.capnp";

const program :Workerd.Config = (
  services = [(name = "edge", worker = .edge), (name = "internet", network = (allow = ["private"]))],
  sockets = [(name = "edge", http = (), service = "edge")],
);

const edge :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [(name = "index.js", esModule = embed "index.js")],
  bindings = [
    (name = "ORIGIN_URL", fromEnvironment = "ORIGIN_URL"),
    (name = "PEPPER", fromEnvironment = "PEPPER"),
    (name = "TOKEN", fromEnvironment = "TOKEN"),
    (name = "WORKSPACE", fromEnvironment = "WORKSPACE"),
  ],
);
