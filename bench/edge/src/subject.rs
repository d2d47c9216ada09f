//! What is measured: references, and the edge in the situations in which requests find it.

use crate::load::{Load, Until};
use crate::program::{Program, Source};
use crate::surroundings;
use crate::tokens::{Tokens, WORKSPACE};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use tests::{Secrets, root};

/// Path and query of every request.
const TARGET: &str = "/workspaces/ws_01kb0000000000000000000000/projects/proj_web/deployments?limit=20";

/// Requests that are sent before anything is measured: until the engine has compiled what is hot.
const WARM_UP: usize = 20_000;

/// Tokens for the subject that has never seen its token: more than it can be asked for in all rounds.
const COLD_TOKENS: usize = 48_000;

/// What a subject is compared with: the fastest program that gives such answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Baseline {
    /// Passes requests on as they came.
    PassThrough,
    /// Refuses with the same answer always.
    Static401,
}

/// Something that is measured.
pub(crate) struct Subject {
    /// What the table calls it.
    pub(crate) name: String,
    /// What it is compared with.
    pub(crate) baseline: Baseline,
    program: usize,
    load: Load,
    /// Credentials that were sent so far.
    sent: usize,
}

/// Everything that is measured, running.
pub(crate) struct Subjects {
    /// The first two are the baselines.
    pub(crate) all: Vec<Subject>,
    programs: Vec<Program>,
    surroundings: Surroundings,
}

struct Surroundings {
    platform_url: String,
    secrets: Secrets,
}

/// A built edge, and how full of tokens its memory is.
struct EdgeSetup {
    build: PathBuf,
    tokens: usize,
    lease_ms: &'static str,
}

impl Subjects {
    /// Starts everything. `edges` has a directory `rules-N` for each build with N rules.
    pub(crate) fn start(edges: &Path, references: &Path) -> Result<Self> {
        let platform_url = format!("http://{}", surroundings::platform()?);
        let surroundings = Surroundings { platform_url, secrets: Secrets::random()? };
        let mut subjects = Self { all: Vec::new(), programs: Vec::new(), surroundings };
        subjects.add_references(references)?;
        subjects.add_edges(edges)?;
        Ok(subjects)
    }

    /// Sends a subject's requests. Returns how many were answered, and the CPU time that its process used meanwhile.
    pub(crate) fn run(&mut self, index: usize, until: Until) -> Result<(usize, std::time::Duration)> {
        let subject = &mut self.all[index];
        let program = &self.programs[subject.program];
        let before = program.cpu_time()?;
        let answered = subject
            .load
            .send(program.address, subject.sent, until)
            .with_context(|| format!("{}; the log:\n{}", subject.name, program.log()))?;
        subject.sent += answered;
        Ok((answered, program.cpu_time()?.saturating_sub(before)))
    }

    fn add_references(&mut self, directory: &Path) -> Result<()> {
        use Baseline::{PassThrough, Static401};
        let token = Tokens::new(1, &self.surroundings.secrets)?.texts.remove(0);
        let bearer = vec![format!("Bearer {token}")];
        let pepper = "k".repeat(32);
        let platform_url = self.surroundings.platform_url.clone();
        let variables =
            [("ORIGIN_URL", &*platform_url), ("PEPPER", &*pepper), ("TOKEN", &*token), ("WORKSPACE", WORKSPACE)];
        let start = |name: &str| {
            let source = Source { config: "reference", modules: vec![(directory.join(name), "index.js")] };
            Program::start(&source, &variables, ([127, 0, 0, 1], 0).into())
        };
        for name in ["pass_through.js", "static_401.js", "authorizer.js", "hono.js"] {
            self.programs.push(start(name)?);
        }
        self.add("bare pass-through", PassThrough, 0, bearer.clone(), 200)?;
        self.add("static 401", Static401, 1, vec![], 401)?;
        self.add("JS authorizer, allows", PassThrough, 2, bearer.clone(), 200)?;
        self.add("Hono bearerAuth, allows", PassThrough, 3, bearer, 200)?;
        self.add("JS authorizer, no credentials", Static401, 2, vec![], 401)?;
        self.add("Hono bearerAuth, no credentials", Static401, 3, vec![], 401)
    }

    fn add_edges(&mut self, edges: &Path) -> Result<()> {
        use Baseline::{PassThrough, Static401};
        let build = root().join("build");
        let edge = |rules: Option<usize>, tokens, lease_ms| EdgeSetup {
            build: rules.map_or_else(|| build.clone(), |rules| edges.join(format!("rules-{rules}"))),
            tokens,
            lease_ms,
        };
        let (hot, bearers) = self.start_edge(&edge(None, 1, "1000"))?;
        let unknown = Tokens::new(2, &self.surroundings.secrets)?.texts.remove(1);
        self.add("edge, hot: allows", PassThrough, hot, bearers, 200)?;
        self.add("edge, no credentials", Static401, hot, vec![], 401)?;
        self.add(
            "edge, malformed token",
            Static401,
            hot,
            vec![format!("Bearer {}0", &unknown[..unknown.len() - 1])],
            401,
        )?;
        self.add("edge, unknown token", Static401, hot, vec![format!("Bearer {unknown}")], 401)?;
        for tokens in [1_000, 100_000] {
            let (program, bearers) = self.start_edge(&edge(None, tokens, "1000"))?;
            self.add(&format!("edge, hot, {tokens} tokens"), PassThrough, program, bearers, 200)?;
        }
        for (rules, tokens) in [(10, 1), (100, 1), (1_000, 1), (1_000, 100_000)] {
            let (program, bearers) = self.start_edge(&edge(Some(rules), tokens, "1000"))?;
            self.add(&format!("edge, hot, {rules} rules, {tokens} tokens"), PassThrough, program, bearers, 200)?;
        }
        let (program, bearers) = self.start_edge(&edge(None, 1, "0"))?;
        self.add("edge, lease 0: asks the ledger", PassThrough, program, bearers, 200)?;
        let (program, bearers) = self.start_edge(&edge(None, COLD_TOKENS, "1000"))?;
        self.add("edge, cold: KV and ledger", PassThrough, program, bearers, 200)
    }

    fn start_edge(&mut self, setup: &EdgeSetup) -> Result<(usize, Vec<String>)> {
        let Surroundings { platform_url, secrets } = &self.surroundings;
        let tokens = Tokens::new(setup.tokens, secrets)?;
        let kv = surroundings::kv(WORKSPACE, tokens.digests())?;
        let variables = [
            ("ORIGIN_URL", &**platform_url),
            ("CONTROL_PLANE_URL", platform_url),
            ("LEASE_MS", setup.lease_ms),
            ("TOKEN_PEPPER", &secrets.token_pepper),
            ("PUBLISH_KEY", &secrets.publish_key),
            ("ASSERTION_KEY", &secrets.assertion_key),
        ];
        let modules = ["entry.js", "index.js", "index_bg.wasm"].map(|name| (setup.build.join(name), name));
        let program = Program::start(&Source { config: "edge", modules: modules.into() }, &variables, kv)?;
        tokens.publish(&format!("http://{}", program.address), secrets)?;
        self.programs.push(program);
        Ok((self.programs.len() - 1, tokens.texts.iter().map(|text| format!("Bearer {text}")).collect()))
    }

    /// Warms a subject up. One that has many tokens to begin with is full of them then, but for the cold one.
    fn add(
        &mut self,
        name: &str,
        baseline: Baseline,
        program: usize,
        credentials: Vec<String>,
        status: u16,
    ) -> Result<()> {
        eprintln!("==> warming up: {name}");
        let warm_up = if name.contains("cold") { 2_000 } else { WARM_UP.max(credentials.len()) };
        let load = Load { target: TARGET.into(), credentials, status };
        self.all.push(Subject { name: name.into(), baseline, program, load, sent: 0 });
        self.run(self.all.len() - 1, Until::Answered(warm_up)).map(drop)
    }

    /// Fails if the subject that must not know its tokens has run out of them.
    pub(crate) fn check_cold(&self) -> Result<()> {
        let ran_out = self.all.iter().any(|subject| subject.name.contains("cold") && subject.sent > COLD_TOKENS);
        ensure!(!ran_out, "the cold edge was sent a token twice; measure shorter, or give it more tokens");
        Ok(())
    }
}
