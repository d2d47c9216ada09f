//! Where callers and admins act, and what they write down.

use super::roster::{Roster, Token};
use fastrand::Rng;
use serde_json::json;
use shared::digest::Digest;
use shared::keyring::Keyring;
use shared::token::{Token as TokenText, TokenPrefix};
use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use tests::{Answer, Client, Edges, Excuse, History, Recorder, Said, Workspace, wait_until};

/// Each has a ledger of its own.
pub const WORKSPACES: usize = 4;

/// How long anything may take that must come about by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// The edges seen from outside, and all that is known about tokens.
pub struct Stage {
    /// Where tokens are used.
    doors: Vec<Client>,
    /// Where they are administered: the edges, whatever is in front of the doors.
    edges: Vec<Client>,
    workspaces: Vec<Workspace>,
    pub recorder: Recorder,
    pub roster: Roster,
    is_over: AtomicBool,
}

/// Ends the work when dropped, also when what happens meanwhile panics.
pub struct AtWork<'a>(&'a Stage);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }
}

impl Stage {
    pub fn new(edges: &Edges, doors: Vec<Client>) -> Self {
        let workspaces = (0..WORKSPACES as u32).map(|number| Workspace::create(&edges.control_plane, number, "team"));
        Self {
            doors,
            edges: edges.clients(),
            workspaces: workspaces.collect(),
            recorder: Recorder::start(),
            roster: Roster::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Makes so many tokens.
    pub fn fill(&self, tokens: usize) {
        thread::scope(|scope| {
            for workspace in 0..WORKSPACES {
                scope.spawn(move || {
                    for number in 0..tokens / WORKSPACES {
                        self.create(workspace, None, number % 8 == 0);
                    }
                });
            }
        });
    }

    /// Callers and admins work until this is dropped.
    pub const fn at_work(&self) -> AtWork<'_> {
        AtWork(self)
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Uses tokens at one edge, the living and the lately revoked.
    pub fn call(&self, edge: usize, mut rng: Rng) {
        while !self.is_over() {
            if let Some(token) = self.roster.pick(&mut rng) {
                self.deploy(edge, &token);
            }
        }
    }

    /// Revokes and creates in one workspace.
    pub fn administer(&self, workspace: usize, mut rng: Rng) {
        while !self.is_over() {
            match rng.u8(0..20) {
                0 => self.delete_a_project(workspace),
                _ => self.replace_a_token(workspace, &mut rng),
            }
        }
    }

    /// One is revoked, or may deploy no more, and one is made; every edge must know at once.
    fn replace_a_token(&self, workspace: usize, rng: &mut Rng) {
        if let Some(token) = self.roster.condemn_one(workspace, rng) {
            if token.is_admin || rng.u8(0..4) > 0 { self.revoke_one(&token) } else { self.narrow_one(&token) }
        }
        let token = self.create(workspace, None, rng.u8(0..8) == 0);
        self.deploy_everywhere(&token);
    }

    /// Every edge has just seen a token of each workspace when something happens, and then they are revoked.
    ///
    /// Without other traffic: a new ledger instance has lent nothing by itself when it applies the revocation,
    /// and must wait for what the instance before it had lent.
    pub fn revoke_after(&self, happen: impl FnOnce()) {
        let tokens: Vec<_> = (0..WORKSPACES).map(|workspace| self.create(workspace, None, false)).collect();
        tokens.iter().for_each(|token| self.deploy_everywhere(token));
        happen();
        thread::scope(|scope| {
            for token in &tokens {
                self.roster.condemn(token);
                scope.spawn(|| self.revoke_one(token));
            }
        });
    }

    fn revoke_one(&self, token: &Arc<Token>) {
        let admin = self.admin(token.workspace);
        let caller = if token.is_admin { admin.with_token(&token.text) } else { admin.clone() };
        let path = self.workspaces[token.workspace].path(&format!("/access-tokens/{}", token.id));
        self.revoke(slice::from_ref(token), || delete(&caller, &admin, &path));
    }

    fn narrow_one(&self, token: &Arc<Token>) {
        let admin = self.admin(token.workspace);
        let path = self.workspaces[token.workspace].path(&format!("/access-tokens/{}", token.id));
        self.roster.narrow(token);
        self.revoke(slice::from_ref(token), || narrow(&admin, &path));
    }

    /// A project dies, and its tokens with it.
    fn delete_a_project(&self, workspace: usize) {
        let (admin, path) = (self.admin(workspace), self.workspaces[workspace].path("/projects"));
        let project = admin.post(&path, &json!({"name": "Short-lived"})).json()["id"].as_str().unwrap().to_owned();
        let tokens = [0; 3].map(|_| self.create(workspace, Some(&project), false));
        tokens.iter().for_each(|token| self.deploy_everywhere(token));
        tokens.iter().for_each(|token| self.roster.condemn(token));
        self.revoke(&tokens, || delete(&admin, &admin, &format!("{path}/{project}")));
    }

    /// Notes when `delete` was called and answered, and tries the tokens at once.
    fn revoke(&self, tokens: &[Arc<Token>], delete: impl FnOnce()) {
        tokens.iter().for_each(|token| self.recorder.revoking(token.number));
        delete();
        tokens.iter().for_each(|token| self.recorder.revoked(token.number));
        tokens.iter().for_each(|token| self.deploy_everywhere(token));
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
        let dies_with_project = project.is_some();
        let (id, text) = (text("id"), text("token"));
        let token = Arc::new(Token { number, id, text, workspace, deployments, dies_with_project, is_admin });
        self.roster.add(&token);
        token
    }

    fn admin(&self, workspace: usize) -> Client {
        self.edges[workspace % self.edges.len()].with_token(&self.workspaces[workspace].admin)
    }

    /// Uses a token at an edge, and writes the answer down.
    fn deploy(&self, edge: usize, token: &Token) -> u16 {
        let client = self.doors[edge].with_token(&token.text);
        self.recorder.request(edge, token.number, || client.send("POST", &token.deployments).status)
    }

    fn deploy_everywhere(&self, token: &Token) {
        for edge in 0..self.doors.len() {
            self.deploy(edge, token);
        }
    }

    /// Now that nothing is broken, live tokens work on every edge, and no others.
    pub fn expect_truth(&self) {
        thread::scope(|scope| {
            for edge in 0..self.doors.len() {
                scope.spawn(move || {
                    self.roster.all().iter().for_each(|(token, expected)| self.expect(edge, token, *expected))
                });
            }
        });
    }

    fn expect(&self, edge: usize, token: &Token, expected: u16) {
        let is_so = wait_until(PATIENCE, || self.deploy(edge, token) == expected);
        assert!(is_so, "token {} at edge {edge} does not answer {expected}", token.number);
    }

    /// All that was seen, with what KV said about it.
    pub fn history(self, edges: &Edges) -> History {
        let peppers: Keyring = edges.secrets.token_pepper.parse().unwrap();
        let mut history = self.recorder.finish();
        for (token, _) in self.roster.all() {
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
        history
    }
}

/// Deletes something. A 202 promises nothing yet: somebody who still may asks again until it is done.
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

/// Takes the scope to deploy away. Again, if pending: that waits like the first time.
fn narrow(admin: &Client, path: &str) {
    let patch = || Answer::of(admin.request("PATCH", path).json(&json!({"scopes": ["read"]}))).status;
    let mut status = patch();
    let is_done = wait_until(PATIENCE, || {
        if status == 202 {
            status = patch();
        }
        status != 202
    });
    assert!(is_done && status == 200, "PATCH {path} answered {status}");
}
