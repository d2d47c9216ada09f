//! Two control planes on one database change the same workspace at once, and one of them is killed over and over.
//! Whatever was acknowledged is true at that very moment, and at the end database, ledger and KV agree: nothing was
//! published out of order or lost.

use crate::support::line::{Call, Moment};
use crate::support::program::{Program, answer};
use crate::support::{Server, WORKSPACE, digest_of, tokens_path};
use control_plane::plan::Plan;
use control_plane::store::tokens;
use serde_json::json;
use shared::ledger::LedgerStorage;
use shared::record::State;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::task::JoinSet;

/// Writers that create and revoke, one request after the other.
const WRITERS: usize = 6;

/// How often one of the control planes is killed.
const KILLS: usize = 4;

/// What a writer remembers of a token that it asked for: its id, and whether it was told that it is revoked.
type Told = HashMap<String, (String, bool)>;

struct World {
    server: Server,
    /// Where the two control planes are. The second one's place changes.
    urls: RwLock<[String; 2]>,
    http: reqwest::Client,
    is_over: AtomicBool,
    /// Requests without an answer: cut off by a kill, or sent before the next one listened.
    lost: AtomicUsize,
    /// Requests that were acknowledged by each.
    acknowledged: [AtomicUsize; 2],
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_acknowledge_holds_although_one_is_killed() {
    let server = Server::start(Plan::Team).await;
    // A revocation takes time in which its control plane can be killed.
    server.edge.set_lease(50);
    let (steady, mut mortal) = (Program::start(&server).await, Program::start(&server).await);
    let world = Arc::new(World {
        urls: RwLock::new([steady.url.clone(), mortal.url.clone()]),
        http: reqwest::Client::new(),
        is_over: AtomicBool::new(false),
        lost: AtomicUsize::new(0),
        acknowledged: Default::default(),
        server,
    });
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(Arc::clone(&world).write(writer));
    }
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(800)).await;
        mortal.kill().await;
        mortal = Program::start(&world.server).await;
        world.urls.write().unwrap()[1].clone_from(&mortal.url);
    }
    tokio::time::sleep(Duration::from_millis(800)).await;
    world.is_over.store(true, Ordering::SeqCst);
    let told: Told = writers.join_all().await.into_iter().flatten().collect();

    world.server.reconcile().await;
    world.check_told(&told).await;
    assert!(world.acknowledged.iter().all(|count| count.load(Ordering::SeqCst) > 0), "both had something to do");
    assert!(world.lost.load(Ordering::SeqCst) > 0, "nobody noticed that one was killed");
}

/// Nobody starts anew, and nobody asks for anything more.
#[tokio::test]
async fn one_finishes_what_another_had_committed_when_it_was_killed() {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    let (_steady, mortal) = (Program::start(&server).await, Program::start(&server).await);
    let gate = server.edge.line.hold(Call::Publish, Moment::Before);
    let revoke = tokio::spawn(answer(mortal.request("DELETE", &tokens_path(&id), &server.admin)));
    gate.reached().await;
    mortal.kill().await;
    assert!(revoke.await.unwrap().is_none(), "nobody was told anything");
    gate.open();
    server.reconcile().await;
    let record = server.edge.ledger().record(&digest_of(&token)).unwrap();
    assert_eq!(record.map(|record| record.state), Some(State::Revoked));
}

impl World {
    /// Creates tokens by one control plane and revokes every other one by the other, until it is over.
    async fn write(self: Arc<Self>, writer: usize) -> Told {
        let mut told = Told::new();
        for round in 0.. {
            if self.is_over.load(Ordering::SeqCst) {
                break;
            }
            let (name, at) = (format!("{writer}-{round}"), (writer + round) % 2);
            let id = self.create(&name, at).await;
            let is_revoked = round % 2 == 0 && self.revoke(&id, 1 - at).await;
            told.insert(name, (id, is_revoked));
        }
        told
    }

    /// Asks for a token until there is an answer, of either of them. By its name it can be told whether it was made twice.
    async fn create(&self, name: &str, mut at: usize) -> String {
        loop {
            let body = json!({"name": name, "scopes": ["read"]}).to_string();
            let request = self.request(at, "POST", &tokens_path("")).header("content-type", "application/json");
            match answer(request.header("idempotency-key", name).body(body)).await {
                None => self.lost.fetch_add(1, Ordering::SeqCst),
                Some(told) if told.status == 201 => {
                    let digest = digest_of(&told.text_of("token"));
                    let record = self.server.edge.ledger().record(&digest).unwrap();
                    assert_eq!(record.map(|record| record.state), Some(State::Active), "{name} was acknowledged");
                    assert!(self.server.edge.kv_has(&digest), "{name} was acknowledged");
                    self.acknowledged[at].fetch_add(1, Ordering::SeqCst);
                    return told.text_of("id");
                }
                Some(told) => {
                    assert!(matches!(told.status, 200 | 202), "{name}: {} {}", told.status, told.text);
                    return told.text_of("id");
                }
            };
            at = 1 - at;
        }
    }

    /// Returns whether it was told that the token is revoked everywhere.
    async fn revoke(&self, id: &str, at: usize) -> bool {
        let Some(told) = answer(self.request(at, "DELETE", &tokens_path(id))).await else {
            self.lost.fetch_add(1, Ordering::SeqCst);
            return false;
        };
        assert!(matches!(told.status, 200 | 202), "{id}: {} {}", told.status, told.text);
        if told.status == 200 {
            assert_eq!(self.state_in_ledger(id).await, Some(State::Revoked), "{id} was acknowledged");
            self.acknowledged[at].fetch_add(1, Ordering::SeqCst);
        }
        told.status == 200
    }

    async fn state_in_ledger(&self, id: &str) -> Option<State> {
        let mut connection = self.server.app.store.connection().await.unwrap();
        let row = tokens::get(&mut connection, WORKSPACE, id).await.unwrap().unwrap();
        self.server.edge.ledger().record(&row.digest().unwrap()).unwrap().map(|record| record.state)
    }

    fn request(&self, at: usize, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.urls.read().unwrap()[at]);
        self.http.request(method.parse().unwrap(), url).bearer_auth(&self.server.admin)
    }

    /// Every token that anybody was told of is there, once; and revoked if anybody was told so.
    async fn check_told(&self, told: &Told) {
        assert!(!told.is_empty());
        let mut connection = self.server.database().connect().await;
        let sql = "SELECT id, name, CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END FROM tokens";
        let rows: Vec<(String, String, i64)> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
        for (name, (id, is_revoked)) in told {
            let named: Vec<_> = rows.iter().filter(|row| row.1 == *name).collect();
            assert!(named.len() == 1 && named[0].0 == *id, "{name} is {id}: {named:?}");
            assert!(!is_revoked || named[0].2 == 1, "{name} was revoked: {named:?}");
        }
    }
}
