//! The subjects, running.

use crate::load::{Load, Until};
use crate::plan::{AUTHORIZER, BASELINES, PLANS, Plan, Sends, Server, Setup};
use crate::program::{Program, Source};
use crate::surroundings;
use crate::tokens::{Tokens, WORKSPACE};
use anyhow::{Context, Result, ensure};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;
use tests::{Secrets, root};

/// Path and query of every request.
const TARGET: &str = "/workspaces/ws_01kb0000000000000000000000/projects/proj_web/deployments?limit=20";

/// Requests that are sent before anything is measured: until the engine has compiled what is hot.
const WARM_UP: usize = 20_000;

/// Requests that are sent to a subject that must not know its tokens, before anything is measured.
const WARM_UP_NEVER_SEEN: usize = 2_000;

/// Something that is measured.
pub(crate) struct Subject {
    /// What it is.
    pub(crate) plan: Plan,
    server: usize,
    load: Load,
    /// Credentials that were sent so far.
    sent: usize,
}

/// Everything that is measured, running.
pub(crate) struct Subjects {
    /// The baselines come first, in their order.
    pub(crate) all: Vec<Subject>,
    servers: Vec<Running>,
    files: Files,
    platform_url: String,
    secrets: Secrets,
}

/// Where the programs are.
pub(crate) struct Files {
    /// Has a directory `rules-N` for each build with N rules.
    pub(crate) edges: PathBuf,
    /// Has a file for each reference.
    pub(crate) references: PathBuf,
}

struct Running {
    server: Server,
    program: Program,
    /// Values of `Authorization` that it allows.
    bearers: Vec<String>,
}

impl Subjects {
    /// Starts those subjects whose name has `only` in it, and what they are compared with.
    pub(crate) fn start(files: Files, only: &str) -> Result<Self> {
        let platform_url = format!("http://{}", surroundings::platform()?);
        let secrets = Secrets::random()?;
        let mut subjects = Self { all: Vec::new(), servers: Vec::new(), files, platform_url, secrets };
        let is_wanted = |plan: &&Plan| plan.server == AUTHORIZER || plan.name.contains(only);
        let wanted: Vec<_> = PLANS.iter().filter(is_wanted).collect();
        let is_needed = |baseline: &&Plan| wanted.iter().any(|plan| plan.baseline == baseline.baseline);
        BASELINES.iter().filter(is_needed).chain(wanted.iter().copied()).try_for_each(|plan| subjects.add(*plan))?;
        Ok(subjects)
    }

    /// Sends a subject's requests. Returns how many were answered, and the CPU time that its process used meanwhile.
    ///
    /// # Errors
    /// If an answer is not what it has to be, or if a token that must be new would be sent twice.
    pub(crate) fn run(&mut self, index: usize, until: Until) -> Result<(usize, Duration)> {
        let subject = &mut self.all[index];
        let program = &self.servers[subject.server].program;
        let before = program.cpu_time()?;
        let answered = subject
            .load
            .send(program.address, subject.sent, until)
            .with_context(|| format!("{}; the log:\n{}", subject.plan.name, program.log()))?;
        subject.sent += answered;
        let ran_out = subject.plan.sends == Sends::NeverSeen && subject.sent > subject.load.credentials.len();
        ensure!(!ran_out, "{}: a token was sent twice; measure shorter, or plan more tokens", subject.plan.name);
        Ok((answered, program.cpu_time()?.saturating_sub(before)))
    }

    /// Starts a subject and warms it up. One that has many tokens is full of them then, unless they must be new.
    fn add(&mut self, plan: Plan) -> Result<()> {
        eprintln!("==> warming up: {}", plan.name);
        let server = match self.servers.iter().position(|running| running.server == plan.server) {
            Some(server) => server,
            None => self.start_server(plan.server)?,
        };
        let (credentials, status) = self.credentials(plan.sends, server)?;
        let warm_up = match plan.sends {
            Sends::NeverSeen => WARM_UP_NEVER_SEEN,
            _ => WARM_UP.max(credentials.len()),
        };
        let load = Load { target: TARGET.into(), credentials, status };
        self.all.push(Subject { plan, server, load, sent: 0 });
        self.run(self.all.len() - 1, Until::Answered(warm_up)).map(drop)
    }

    /// What callers send, and the status of the answer.
    fn credentials(&self, sends: Sends, server: usize) -> Result<(Vec<String>, u16)> {
        let unknown = || Ok::<_, anyhow::Error>(format!("Bearer {}", Tokens::new(2, &self.secrets)?.texts.remove(1)));
        Ok(match sends {
            Sends::Known | Sends::NeverSeen => (self.servers[server].bearers.clone(), 200),
            Sends::Nothing => (vec![], 401),
            Sends::Unknown => (vec![unknown()?], 401),
            Sends::Malformed => {
                let mut text = unknown()?;
                // No letter of a checksum.
                text.replace_range(text.len() - 1.., "-");
                (vec![text], 401)
            }
        })
    }

    fn start_server(&mut self, server: Server) -> Result<usize> {
        let running = match server {
            Server::Reference(name) | Server::Again(name) => self.start_reference(server, name),
            Server::Edge(setup) => self.start_edge(server, setup),
        };
        self.servers.push(running?);
        Ok(self.servers.len() - 1)
    }

    fn start_reference(&self, server: Server, name: &str) -> Result<Running> {
        let token = Tokens::new(1, &self.secrets)?.texts.remove(0);
        let pepper = "k".repeat(32);
        let variables =
            [("ORIGIN_URL", &*self.platform_url), ("PEPPER", &*pepper), ("TOKEN", &*token), ("WORKSPACE", WORKSPACE)];
        let source = Source { config: "reference", modules: vec![(self.files.references.join(name), "index.js")] };
        let program = Program::start(&source, &variables, (Ipv4Addr::LOCALHOST, 0).into())?;
        Ok(Running { server, program, bearers: vec![format!("Bearer {token}")] })
    }

    fn start_edge(&self, server: Server, setup: Setup) -> Result<Running> {
        let tokens = Tokens::new(setup.tokens, &self.secrets)?;
        let kv = surroundings::kv(WORKSPACE, tokens.digests())?;
        let variables = [
            ("ORIGIN_URL", &*self.platform_url),
            ("CONTROL_PLANE_URL", &self.platform_url),
            ("LEASE_MS", setup.lease_ms),
            ("TOKEN_PEPPER", &self.secrets.token_pepper),
            ("PUBLISH_KEY", &self.secrets.publish_key),
            ("ASSERTION_KEY", &self.secrets.assertion_key),
        ];
        let build =
            setup.rules.map_or_else(|| root().join("build"), |rules| self.files.edges.join(format!("rules-{rules}")));
        let modules = ["entry.js", "index.js", "index_bg.wasm"].map(|name| (build.join(name), name));
        let program = Program::start(&Source { config: "edge", modules: modules.into() }, &variables, kv)?;
        tokens.publish(&format!("http://{}", program.address), &self.secrets)?;
        let bearers = tokens.texts.iter().map(|text| format!("Bearer {text}")).collect();
        Ok(Running { server, program, bearers })
    }
}
