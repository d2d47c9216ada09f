//! Callers and an admin, none of whose requests may fail.

use super::deployment::Deployment;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use shared::keyring::Keyring;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use tests::{Client, Workspace, wait_until};

const CALLERS: usize = 3;

/// How long traffic may take to show that it goes on.
const PATIENCE: Duration = Duration::from_secs(60);

/// A token with its id.
pub struct Token {
    id: String,
    text: String,
}

/// Callers who deploy, and an admin who replaces the tokens that they use.
pub struct Traffic<'a, 'e> {
    deployment: &'a Deployment<'e>,
    workspace: Workspace,
    admin: RwLock<Token>,
    /// What callers use; nobody revokes one that is on its way. The last is replaced all the time.
    in_use: RwLock<Vec<Token>>,
    /// What the platform checks assertions with.
    platform_keys: RwLock<Keyring>,
    deployed: AtomicU64,
    replaced: AtomicU64,
    is_over: AtomicBool,
}

impl<'a, 'e> Traffic<'a, 'e> {
    /// Keeps traffic up while something happens.
    pub fn during(deployment: &'a Deployment<'e>, happen: impl FnOnce(&Self)) {
        let workspace = deployment.with_control_plane(|control_plane| Workspace::create(control_plane, 0, "team"));
        let traffic = Self {
            admin: RwLock::new(Token { id: String::new(), text: workspace.admin.clone() }),
            workspace,
            deployment,
            in_use: RwLock::default(),
            platform_keys: RwLock::new(deployment.assertion_key.parse().unwrap()),
            deployed: AtomicU64::new(0),
            replaced: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
        };
        // One whose id is known, so that it can be replaced.
        let admin = traffic.token("admin");
        *traffic.admin.write().unwrap() = admin;
        *traffic.in_use.write().unwrap() = vec![traffic.token("deploy"), traffic.token("deploy")];
        thread::scope(|scope| {
            let _over = Over(&traffic.is_over);
            let traffic = &traffic;
            (0..CALLERS).for_each(|caller| drop(scope.spawn(move || traffic.call(caller))));
            scope.spawn(|| traffic.replace_tokens());
            traffic.goes_on();
            happen(traffic);
        });
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        println!("{} requests and {} new tokens meanwhile", count(&traffic.deployed), count(&traffic.replaced));
    }

    /// Waits for more of it, from now on.
    pub fn goes_on(&self) {
        let more_of = |counter: &AtomicU64, count| {
            let wanted = counter.load(Ordering::Relaxed) + count;
            assert!(wait_until(PATIENCE, || counter.load(Ordering::Relaxed) >= wanted), "the traffic has stopped");
        };
        more_of(&self.deployed, 100);
        more_of(&self.replaced, 2);
    }

    /// What the platform checks assertions with from now on.
    pub fn set_platform_keys(&self, keys: &str) {
        *self.platform_keys.write().unwrap() = keys.parse().unwrap();
    }

    /// A new token, which works at once and everywhere.
    pub fn token(&self, scope: &str) -> Token {
        let body = json!({"name": "Test", "scopes": [scope]});
        let path = self.workspace.path("/access-tokens");
        let answer = self.as_admin(|admin| admin.post(&path, &body));
        assert_eq!(answer.status, 201, "{}", answer.text);
        let text = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
        let token = Token { id: text("id"), text: text("token") };
        self.works_everywhere(&token);
        token
    }

    /// The oldest token of the callers and the admin's own get successors, and end.
    pub fn replace_oldest_and_admin(&self) {
        let successor = self.token("admin");
        let old = std::mem::replace(&mut *self.admin.write().unwrap(), successor);
        self.revoke(&old);
        self.replace(0);
    }

    pub fn works_everywhere(&self, token: &Token) {
        self.deployment.at_every_edge(|client| self.deploy(client, token));
    }

    pub fn is_refused_everywhere(&self, token: &Token) {
        self.deployment.at_every_edge(|client| {
            let answer = client.with_token(&token.text).send("POST", &self.workspace.deployments());
            assert_eq!(answer.outcome(), "401 invalid-token");
        });
    }

    /// Whether the control plane has heard of its use.
    pub fn was_used(&self, token: &Token) -> bool {
        self.as_admin(|admin| admin.send("GET", &self.path_of(token))).json()["lastUsedAt"] != Value::Null
    }

    fn call(&self, caller: usize) {
        while !self.is_over() {
            let tokens = self.in_use.read().unwrap();
            let token = &tokens[caller % tokens.len()];
            self.deployment.at_an_edge(caller, |client| self.deploy(client, token));
            self.deployed.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn replace_tokens(&self) {
        while !self.is_over() {
            self.replace(1);
            self.replaced.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn replace(&self, which: usize) {
        let successor = self.token("deploy");
        let old = std::mem::replace(&mut self.in_use.write().unwrap()[which], successor);
        self.revoke(&old);
    }

    fn revoke(&self, token: &Token) {
        let answer = self.as_admin(|admin| admin.send("DELETE", &self.path_of(token)));
        assert_eq!(answer.status, 200, "{}", answer.text);
        self.is_refused_everywhere(token);
    }

    fn deploy(&self, client: &Client, token: &Token) {
        let answer = client.with_token(&token.text).send("POST", &self.workspace.deployments());
        assert_eq!(answer.status, 200, "{}", answer.text);
        self.check_assertion(answer.json()["headers"]["deplo-assertion"].as_str().unwrap());
    }

    /// As the platform does it: by the key of the id that the assertion names.
    fn check_assertion(&self, assertion: &str) {
        let (audience, keys) = (&self.deployment.origin_url, self.platform_keys.read().unwrap());
        let key_id = decode_header(assertion).unwrap().kid.unwrap();
        let key = keys.get(&key_id).expect("a key that the platform knows");
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[audience]);
        let key = DecodingKey::from_secret(&key.mac(&[audience.as_bytes()]));
        decode::<Value>(assertion, &key, &validation).expect("an assertion");
    }

    fn as_admin<T>(&self, call: impl FnOnce(&Client) -> T) -> T {
        let admin = self.admin.read().unwrap();
        self.deployment.administer(|client| call(&client.with_token(&admin.text)))
    }

    fn path_of(&self, token: &Token) -> String {
        self.workspace.path(&format!("/access-tokens/{}", token.id))
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

/// Ends the traffic when dropped, also when what happens meanwhile panics.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
