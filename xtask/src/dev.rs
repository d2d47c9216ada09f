//! `cargo xtask dev`: the whole system on this machine, until Ctrl-C.

use crate::run::{cargo, root, run as run_command, say, say_building};
use crate::{edge_build, tools};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;
use tests::{Client, ControlPlane, EchoOrigin, Edge, EdgeConfig, Log, Secrets, port, write_private};

const CONTROL_PLANE_PORT: u16 = 8080;
const EDGE_PORT: u16 = 8787;
const ORIGIN_PORT: u16 = 8090;

/// How often the parts are looked after.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Every so many looks the edge is asked whether it answers.
const ASK_EVERY: u64 = 40;

const WORKSPACE: &str = "ws_demo";
const PROJECT: &str = "proj_demo";

/// How the line of `.dev/env` with the demo's token begins.
const TOKEN_LINE: &str = "export DEPLO_TOKEN=";

/// How it is started.
#[derive(Args)]
pub(crate) struct Options {
    /// Forget everything in .dev and start over. A database elsewhere keeps what it has, but its tokens no longer
    /// work, since they were hashed under a secret in .dev.
    #[arg(long)]
    fresh: bool,
    /// Keep the truth in this database instead of .dev/deplo.db: `postgres://<user>@<host>/<name>` or
    /// `sqlite://<file>`. It gets the tables and the demo workspace if it has none, and must not be one that a
    /// deployed edge follows.
    #[arg(long)]
    database_url: Option<String>,
}

/// Starts everything and runs until Ctrl-C, or until a part ends by itself.
pub(crate) fn run(options: &Options) -> Result<()> {
    let stop = stop_flag()?;
    check_ports()?;
    tools::check_prerequisites()?;
    edge_build::run()?;
    say_building("the control plane", "target/debug/control-plane", "about two minutes");
    run_command(&mut cargo(&["build", "--quiet", "-p", "control-plane"]))?;
    if options.fresh && state().exists() {
        fs::remove_dir_all(state()).context(".dev cannot be removed")?;
    }
    if options.fresh && options.database_url.is_some() {
        say("starting over in .dev; the database of --database-url keeps what it has, but its tokens no longer work");
    }
    fs::create_dir_all(state())?;
    let mut parts = Parts::start(options)?;
    parts.make_demo()?;
    greet();
    for look in 0_u64.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        parts.check(look % ASK_EVERY == 0)?;
        sleep(LOOK_AGAIN);
    }
    say("stopping");
    Ok(())
}

/// Set by Ctrl-C and SIGTERM.
pub(crate) fn stop_flag() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // A second one ends the program at once.
        signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

fn check_ports() -> Result<()> {
    for (port, part) in [(CONTROL_PLANE_PORT, "control plane"), (EDGE_PORT, "edge"), (ORIGIN_PORT, "echo origin")] {
        ensure!(
            port::is_free(port),
            "port {port} of the {part} is taken; stop what listens there (is `cargo xtask dev` running already?)"
        );
    }
    Ok(())
}

fn state() -> PathBuf {
    root().join(".dev")
}

fn env_file() -> PathBuf {
    state().join("env")
}

struct Parts {
    edge: Edge,
    control_plane: ControlPlane,
    _origin: EchoOrigin,
}

impl Parts {
    fn start(options: &Options) -> Result<Self> {
        let secrets = Secrets::kept_in(&state().join("secrets"))?;
        let log = Log::in_file(&state().join("log"))?;
        let origin = EchoOrigin::start(ORIGIN_PORT)?;
        let database = options.database_url.clone();
        let database = database.unwrap_or_else(|| format!("sqlite://{}", state().join("deplo.db").display()));
        let edge_url = format!("http://127.0.0.1:{EDGE_PORT}");
        let mut control_plane = ControlPlane::new(CONTROL_PLANE_PORT, &database, &edge_url, &secrets, &log);
        say("starting the control plane");
        control_plane.start()?;
        say("starting the edge (wrangler dev)");
        let config = EdgeConfig {
            directory: state().join("edge"),
            port: EDGE_PORT,
            origin_url: origin.url(),
            control_plane_url: control_plane.url(),
            secrets,
            alter: |_| (),
        };
        Ok(Self { edge: Edge::start(config, &log)?, control_plane, _origin: origin })
    }

    /// Makes the demo workspace and its admin token, unless they are there.
    ///
    /// A token that works is of the database that the edge followed last. Without one the edge may hold what another
    /// database said, or nothing, and is told what is in this one.
    fn make_demo(&self) -> Result<()> {
        if !self.control_plane.print(&["workspace", "list"])?.lines().any(|id| id == WORKSPACE) {
            let create = ["workspace", "create", "--id", WORKSPACE, "--plan", "pro", "--project", PROJECT];
            self.control_plane.print(&create)?;
        }
        if self.token_works() {
            return Ok(());
        }
        // First, so that the old token is never taken for one of what the edge follows from now on.
        write_private(&env_file(), "")?;
        say("telling the edge what is in the database, and making an admin token");
        self.control_plane.print(&["republish"])?;
        let create = ["token", "create", "--workspace", WORKSPACE, "--name", "cargo xtask dev", "--scopes", "admin"];
        write_private(&env_file(), &env_lines(&self.control_plane.print(&create)?))
    }

    /// Whether the token of an earlier start is one of this database, and was not revoked meanwhile.
    fn token_works(&self) -> bool {
        let text = fs::read_to_string(env_file()).unwrap_or_default();
        let token = text.lines().find_map(|line| line.strip_prefix(TOKEN_LINE));
        token.is_some_and(|token| {
            let list = format!("/workspaces/{WORKSPACE}/access-tokens");
            Client::new(&self.control_plane.url()).with_token(token).send("GET", &list).status == 200
        })
    }

    fn check(&mut self, ask_edge: bool) -> Result<()> {
        let ended = self.edge.ended().or_else(|| self.control_plane.ended());
        // The edge's runtime may end while wrangler, which started it, goes on.
        match ended.or_else(|| (ask_edge && !self.edge.answers()).then(|| "the edge answers no more".into())) {
            Some(ended) => {
                bail!("{ended}\nEverything was stopped. The whole log is in {}.", relative(&state().join("log")))
            }
            None => Ok(()),
        }
    }
}

fn env_lines(token: &str) -> String {
    format!(
        "export DEPLO_API_URL=http://127.0.0.1:{EDGE_PORT}\n\
         export DEPLO_WORKSPACE={WORKSPACE}\n\
         {TOKEN_LINE}{token}\n\
         export DEPLO_CONTROL_PLANE_URL=http://127.0.0.1:{CONTROL_PLANE_PORT}\n"
    )
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn greet() {
    println!(
        r#"
Everything is up, until Ctrl-C.
  dashboard      http://127.0.0.1:{CONTROL_PLANE_PORT}   sign in with DEPLO_TOKEN of {env}
  edge           http://127.0.0.1:{EDGE_PORT}   the API, as callers see it
  platform       http://127.0.0.1:{ORIGIN_PORT}   an echo server in its place
  log            {log}

Paste these three lines into a second terminal, in this directory. A token that may deploy is made;
it deploys, may not delete the project, is revoked, and its next request is refused.

. {env}; api() {{ curl -sS -w ' %{{http_code}}\n' -H "Authorization: Bearer $1" -X "$2" "$DEPLO_API_URL/workspaces/$DEPLO_WORKSPACE$3" "${{@:4}}"; }}
NEW=$(api $DEPLO_TOKEN POST /access-tokens --json '{{"name": "CI Deploy", "scopes": ["deploy"]}}'); echo "$NEW"; field() {{ echo "$NEW" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }}
api $(field token) POST /projects/{PROJECT}/deployments; api $(field token) DELETE /projects/{PROJECT}; api $DEPLO_TOKEN DELETE /access-tokens/$(field id); api $(field token) POST /projects/{PROJECT}/deployments
"#,
        log = relative(&state().join("log")),
        env = relative(&env_file()),
    );
}
