//! The tokens of a stage, the living and the revoked.

use fastrand::Rng;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

/// Of this many revoked last, callers try the tokens again and again.
const RECENT: usize = 12;

pub struct Token {
    /// Its number in the history.
    pub number: usize,
    pub id: String,
    pub text: String,
    /// Number of its workspace.
    pub workspace: usize,
    /// Where it may deploy.
    pub deployments: String,
    /// Whether it is the token of a project that will be deleted.
    pub dies_with_project: bool,
    /// Whether it can revoke itself, and will.
    pub is_admin: bool,
}

#[derive(Default)]
pub struct Roster(Mutex<Tokens>);

#[derive(Default)]
struct Tokens {
    live: Vec<Arc<Token>>,
    /// In the order in which their revocation was called. Or they may deploy no more.
    revoked: Vec<Arc<Token>>,
    /// Numbers of those that live on without the scope to deploy.
    narrowed: HashSet<usize>,
}

impl Tokens {
    fn condemn(&mut self, token: &Arc<Token>) {
        self.live.retain(|live| live.number != token.number);
        self.revoked.push(Arc::clone(token));
    }
}

impl Roster {
    pub fn add(&self, token: &Arc<Token>) {
        self.lock().live.push(Arc::clone(token));
    }

    /// A live token, or just as likely one that was revoked lately.
    pub fn pick(&self, rng: &mut Rng) -> Option<Arc<Token>> {
        let tokens = self.lock();
        let recent = &tokens.revoked[tokens.revoked.len().saturating_sub(RECENT)..];
        let choice = if rng.bool() { recent } else { &tokens.live };
        rng.choice(choice).map(Arc::clone)
    }

    /// Chooses who is revoked next in a workspace; from now on callers try it often.
    pub fn condemn_one(&self, workspace: usize, rng: &mut Rng) -> Option<Arc<Token>> {
        let mut tokens = self.lock();
        let is_here = |token: &&Arc<Token>| token.workspace == workspace && !token.dies_with_project;
        let here: Vec<_> = tokens.live.iter().filter(is_here).map(Arc::clone).collect();
        let token = rng.choice(here)?;
        tokens.condemn(&token);
        Some(token)
    }

    pub fn condemn(&self, token: &Arc<Token>) {
        self.lock().condemn(token);
    }

    /// Notes that a condemned token lives on, and may deploy no more.
    pub fn narrow(&self, token: &Token) {
        self.lock().narrowed.insert(token.number);
    }

    /// Every token, and what it should be answered.
    pub fn all(&self) -> Vec<(Arc<Token>, u16)> {
        let tokens = self.lock();
        let status = |token: &Token| if tokens.narrowed.contains(&token.number) { 403 } else { 401 };
        let live = tokens.live.iter().map(|token| (Arc::clone(token), 200));
        live.chain(tokens.revoked.iter().map(|token| (Arc::clone(token), status(token)))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Tokens> {
        self.0.lock().unwrap()
    }
}

impl fmt::Display for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tokens { live, revoked, narrowed } = &*self.lock();
        let count = |is_counted: fn(&Token) -> bool| revoked.iter().filter(|token| is_counted(token)).count();
        let (own, project) = (count(|token| token.is_admin), count(|token| token.dies_with_project));
        let revocations = revoked.len() - narrowed.len();
        write!(f, "{} creates, {revocations} revocations ", live.len() + revoked.len())?;
        write!(f, "({own} of the caller's own, {project} with a project), {} changes of scopes", narrowed.len())
    }
}
