//! Where callers and admins act, and what they write down.

use fastrand::Rng;
use serde_json::json;
use shared::digest::Digest;
use shared::keyring::Keyring;
use shared::token::{Token as TokenText, TokenPrefix};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::Duration;
use tests::{Client, Edges, Excuse, Recorder, Said, Verdict, Workspace, wait_until};

pub const WORKSPACES: usize = 4;

/// Of this many revoked last, callers try the tokens again and again.
const RECENT: usize = 12;

/// How long anything may take that must come about by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// Edges seen from outside, and everything that is known about tokens.
pub struct Stage {
    /// Where tokens are used.
    doors: Vec<Client>,
    /// Where they are administered: the edges, whatever is in front of the doors.
    edges: Vec<Client>,
    workspaces: Vec<Workspace>,
    recorder: Recorder,
    roster: Mutex<Roster>,
    counts: Counts,
    is_over: AtomicBool,
}

#[derive(Default)]
struct Roster {
    live: Vec<Arc<Token>>,
    /// In the order in which their revocation was called.
    revoked: Vec<Arc<Token>>,
}

struct Token {
    number: usize,
    id: String,
    text: String,
    workspace: usize,
    /// Where it may deploy.
    deployments: String,
    /// Whether it can revoke itself.
    is_admin: bool,
}

#[derive(Default)]
struct Counts {
    revoked: AtomicUsize,
    by_themselves: AtomicUsize,
    with_project: AtomicUsize,
    evictions: AtomicUsize,
    kills: AtomicUsize,
    kv_outages: AtomicUsize,
}

impl Stage {
    pub fn new(edges: &Edges, doors: Vec<Client>) -> Self {
        let workspaces = (0..WORKSPACES as u32).map(|number| Workspace::create(&edges.control_plane, number, "team"));
        Self {
            doors,
            edges: edges.clients(),
            workspaces: workspaces.collect(),
            recorder: Recorder::start(),
            roster: Mutex::default(),
            counts: Counts::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Makes so many tokens.
    pub fn fill(&self, tokens: usize) {
        thread::scope(|scope| {
            for workspace in 0..WORKSPACES {
                scope.spawn(move || {
                    (0..tokens / WORKSPACES).for_each(|n| drop(self.create(workspace, None, n % 8 == 0)))
                });
            }
        });
    }

    pub fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// Calls one edge all the time: with a live token, or one that was revoked lately.
    pub fn call(&self, edge: usize, mut rng: Rng) {
        while !self.is_over.load(Ordering::Relaxed) {
            if let Some(token) = self.pick(&mut rng) {
                self.deploy(edge, &token);
            }
        }
    }

    /// Revokes and creates in one workspace all the time.
    pub fn administer(&self, workspace: usize, mut rng: Rng) {
        while !self.is_over.load(Ordering::Relaxed) {
            match rng.u8(0..20) {
                0 => self.delete_a_project(workspace),
                _ => self.replace_one(workspace, &mut rng),
            }
        }
    }

    fn pick(&self, rng: &mut Rng) -> Option<Arc<Token>> {
        let roster = self.roster.lock().unwrap();
        let recent = &roster.revoked[roster.revoked.len().saturating_sub(RECENT)..];
        let tokens = if rng.bool() { recent } else { &roster.live };
        rng.choice(tokens).map(Arc::clone)
    }

    /// Uses a token at an edge; the status is written down.
    fn deploy(&self, edge: usize, token: &Token) -> u16 {
        let client = self.doors[edge].with_token(&token.text);
        self.recorder.request(edge, token.number, || client.send("POST", &token.deployments).status)
    }

    fn deploy_everywhere(&self, token: &Token) {
        for edge in 0..self.doors.len() {
            self.deploy(edge, token);
        }
    }

    /// A token is revoked, another made; every edge must know at once.
    fn replace_one(&self, workspace: usize, rng: &mut Rng) {
        if let Some(token) = self.take(workspace, rng) {
            self.revoke(&token);
            self.deploy_everywhere(&token);
        }
        self.deploy_everywhere(&self.create(workspace, None, rng.u8(0..8) == 0));
    }

    /// Chooses who dies. From now on callers try it often.
    fn take(&self, workspace: usize, rng: &mut Rng) -> Option<Arc<Token>> {
        let mut roster = self.roster.lock().unwrap();
        let own: Vec<_> = (0..roster.live.len()).filter(|&index| roster.live[index].workspace == workspace).collect();
        let token = roster.live.swap_remove(*rng.choice(&own)?);
        roster.revoked.push(Arc::clone(&token));
        Some(token)
    }

    fn revoke(&self, token: &Token) {
        let own = self.admin(token.workspace);
        let caller = if token.is_admin { own.with_token(&token.text) } else { own.clone() };
        let path = self.workspaces[token.workspace].path(&format!("/access-tokens/{}", token.id));
        self.recorder.revoking(token.number);
        delete(&caller, &own, &path);
        self.recorder.revoked(token.number);
        self.counts.revoked.fetch_add(1, Ordering::Relaxed);
        self.counts.by_themselves.fetch_add(usize::from(token.is_admin), Ordering::Relaxed);
    }

    fn delete_a_project(&self, workspace: usize) {
        let admin = self.admin(workspace);
        let path = self.workspaces[workspace].path("/projects");
        let project = admin.post(&path, &json!({"name": "Short-lived"})).json()["id"].as_str().unwrap().to_owned();
        let tokens = [0; 3].map(|_| self.create(workspace, Some(&project), false));
        tokens.iter().for_each(|token| self.deploy_everywhere(token));
        self.forget(&tokens);
        tokens.iter().for_each(|token| self.recorder.revoking(token.number));
        delete(&admin, &admin, &format!("{path}/{project}"));
        tokens.iter().for_each(|token| self.recorder.revoked(token.number));
        self.counts.with_project.fetch_add(tokens.len(), Ordering::Relaxed);
        tokens.iter().for_each(|token| self.deploy_everywhere(token));
    }

    /// Moves tokens from the living to the revoked.
    fn forget(&self, tokens: &[Arc<Token>]) {
        let mut roster = self.roster.lock().unwrap();
        roster.live.retain(|live| tokens.iter().all(|token| token.number != live.number));
        roster.revoked.extend(tokens.iter().cloned());
    }

    fn create(&self, workspace: usize, project: Option<&str>, is_admin: bool) -> Arc<Token> {
        let home = &self.workspaces[workspace];
        let scope = if is_admin { "admin" } else { "deploy" };
        let body = json!({"name": "Test", "scopes": [scope], "projectId": project});
        let number = self.recorder.token();
        let answer = self.admin(workspace).post(&home.path("/access-tokens"), &body);
        match answer.status {
            201 => self.recorder.created(number),
            status => assert_eq!(status, 202, "{}", answer.text),
        }
        let view = answer.json();
        let text = |name: &str| view[name].as_str().unwrap().to_owned();
        let deployments = home.path(&format!("/projects/{}/deployments", project.unwrap_or(&home.project)));
        let token = Token { number, id: text("id"), text: text("token"), workspace, deployments, is_admin };
        let token = Arc::new(token);
        self.roster.lock().unwrap().live.push(Arc::clone(&token));
        token
    }

    fn admin(&self, workspace: usize) -> Client {
        self.edges[workspace % self.edges.len()].with_token(&self.workspaces[workspace].admin)
    }

    pub fn evict_ledgers(&self, edges: &Edges) {
        self.recorder.fault(|| edges.ledgers.evict_ledgers().expect("evicted"));
        self.counts.evictions.fetch_add(1, Ordering::Relaxed);
    }

    /// The process is gone for a second; edges keep what they have in memory.
    pub fn kill_ledgers(&self, edges: &mut Edges) {
        self.recorder.fault(|| {
            edges.ledgers.kill();
            sleep(Duration::from_secs(1));
            edges.ledgers.start().expect("the ledgers come back");
        });
        self.counts.kills.fetch_add(1, Ordering::Relaxed);
    }

    /// Every call of KV fails for a second.
    pub fn fail_kv(&self, edges: &Edges) {
        self.recorder.fault(|| {
            edges.kv.set_down(true);
            sleep(Duration::from_secs(1));
            edges.kv.set_down(false);
        });
        self.counts.kv_outages.fetch_add(1, Ordering::Relaxed);
    }

    /// Now that nothing is broken, live tokens work on every edge, and the others do not.
    pub fn expect_truth(&self) {
        thread::scope(|scope| {
            for edge in 0..self.doors.len() {
                scope.spawn(move || {
                    let roster = self.roster.lock().unwrap();
                    let all = roster.live.iter().map(|token| (token, 200));
                    let all: Vec<_> = all
                        .chain(roster.revoked.iter().map(|token| (token, 401)))
                        .map(|(token, expected)| (Arc::clone(token), expected))
                        .collect();
                    drop(roster);
                    for (token, expected) in all {
                        let is_so = wait_until(PATIENCE, || self.deploy(edge, &token) == expected);
                        assert!(is_so, "token {} at edge {edge} does not answer {expected}", token.number);
                    }
                });
            }
        });
    }

    /// What happened in numbers, and the verdict.
    pub fn finish(self, edges: &Edges) -> (String, Verdict) {
        let Roster { live, revoked } = self.roster.into_inner().unwrap();
        let peppers: Keyring = edges.secrets.token_pepper.parse().unwrap();
        let mut history = self.recorder.finish();
        for token in live.iter().chain(&revoked) {
            let text = TokenText::parse(&token.text, &TokenPrefix::default()).unwrap();
            let key = Digest::current(text, &peppers).to_hex();
            for edge in 0..self.doors.len() {
                let excuse = match edges.kv.said(edge, &key) {
                    Said::True => continue,
                    Said::Nothing => Excuse::Hidden,
                    Said::False => Excuse::Misplaced,
                };
                history.excuses.insert((edge, token.number), excuse);
            }
        }
        (format!("{} creates, {}", history.lives.len(), self.counts), history.check())
    }
}

/// Deletes something. A 202 promises nothing yet: somebody who may asks again until it is done.
fn delete(caller: &Client, admin: &Client, path: &str) {
    let mut status = caller.send("DELETE", path).status;
    let is_done = wait_until(PATIENCE, || {
        if status == 202 {
            status = admin.send("DELETE", path).status;
        }
        status != 202
    });
    assert!(is_done && status == 200, "DELETE {path} answered {status}");
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let get = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        let Self { revoked, by_themselves, with_project, evictions, kills, kv_outages } = self;
        write!(
            f,
            "{} revocations ({} of the caller's own) and {} with a project, ",
            get(revoked),
            get(by_themselves),
            get(with_project)
        )?;
        write!(
            f,
            "ledgers evicted {} times and killed {} times, KV down {} times",
            get(evictions),
            get(kills),
            get(kv_outages)
        )
    }
}
