//! A database restored from a backup is noticed, and `republish` cures it without reviving anything.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use shared::change::{Change, Head};
use shared::digest::Digest;
use shared::keyring::Keyring;
use shared::ledger::{
    Format, Position, Publish, PublishAnswer, Reserve, Reserved, Snapshot, SnapshotAnswer, TokenRecord,
};
use shared::record::{Record, State};
use shared::scope::{Scope, ScopeSet};
use shared::timestamp::Timestamp;
use shared::token::{NewToken, TokenPrefix};
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;
use tests::{Client, Workspace, World, send_signed, wait_until};

pub fn noticed_as_a_conflict_and_cured_by_republish() {
    let mut world = World::start();
    let workspace = world.workspace();
    let (kept, kept_token) = workspace.token(&world.edge(), &["deploy"], None);
    let (dead, dead_token) = workspace.token(&world.edge(), &["deploy"], None);
    let backup = tempfile::tempdir().expect("a directory");
    world.control_plane.stop();
    copy_database(&world.directory(), backup.path());

    world.control_plane.start().expect("the control plane starts");
    let admin = world.direct().with_token(&workspace.admin);
    assert_eq!(admin.send("DELETE", &workspace.path(&format!("/access-tokens/{dead}"))).status, 200);
    world.control_plane.stop();
    copy_database(backup.path(), &world.directory());
    world.control_plane.start().expect("the control plane starts");

    // The backup believes that the token lives; the edge knows better.
    assert_eq!(view(&admin, &workspace, &dead)["status"], "active");
    let refused = world.edge().with_token(&dead_token).send("POST", &workspace.deployments());
    assert_eq!(refused.outcome(), "401 invalid-token");
    let noticed = || admin.send("GET", "/readyz").json()["conflicts"][0]["workspaceId"] == workspace.id;
    assert!(wait_until(Duration::from_secs(20), noticed), "nothing was changed since, and it is noticed all the same");
    let body = json!({"name": "After the restore", "scopes": ["read"]});
    let created = admin.post(&workspace.path("/access-tokens"), &body);
    assert_eq!(created.outcome(), "503 authority-unavailable", "nobody gets rights in a conflict");
    world.log().expect("run `control-plane republish`");

    let revoked = world.control_plane.print(&["republish", "--workspace", &workspace.id]).expect("republished");
    assert_eq!(revoked, dead, "what the ledger knew as revoked is revoked in the database too, and printed");
    let settled = wait_until(Duration::from_secs(20), || view(&admin, &workspace, &dead)["status"] == "revoked");
    assert!(settled, "{}", view(&admin, &workspace, &dead));
    let outcome = |token: &str| world.edge().with_token(token).send("POST", &workspace.deployments()).outcome();
    assert_eq!((outcome(&kept_token).as_str(), outcome(&dead_token).as_str()), ("200", "401 invalid-token"));
    assert_eq!(admin.send("GET", "/readyz").json()["conflicts"], json!([]));
    assert_eq!(admin.send("DELETE", &workspace.path(&format!("/access-tokens/{kept}"))).status, 200);
    assert_eq!(outcome(&kept_token), "401 invalid-token", "the new epoch goes on as the old one did");
}

/// A workspace that the control plane does not know: the test plays it.
const ROTATED: &str = "ws_rotated";

/// Of the tokens in the grace of a rotation, only that one lives on whose grace the backup knows.
pub fn nor_what_a_rotation_ended(world: &World) {
    let grace = |until| State::Superseded { until: Timestamp(until) };
    let (ends, later) = (4_102_444_800_000, 4_102_444_800_001); // in 2100
    let backup = [Some(grace(ends)), Some(State::Active), Some(grace(later)), None];
    let tokens = [1, 2, 3, 4].map(|byte| NewToken::generate(&TokenPrefix::default(), |bytes| bytes.fill(byte)));
    let peppers: Keyring = world.secrets.token_pepper.parse().expect("a keyring");
    let digests = tokens.each_ref().map(|token| Digest::current(token.as_token(), &peppers));
    let outcomes = || tokens.each_ref().map(|token| list_deployments(world, token));

    load(world, Position::FIRST, Vec::new());
    let rotated = [State::Active, grace(ends)].map(|state| digests.map(|digest| token_record(digest, state)));
    let changes = history(rotated.into_iter().flatten());
    let published: PublishAnswer = call(world, "publish", &Publish { format: Format, epoch: 1, changes });
    assert_eq!(published.position.map(|position| position.head.version), Some(8));
    assert_eq!(outcomes(), ["200"; 4]);

    let Reserved { epoch, .. } = call(world, "reserve", &Reserve { format: Format, epoch: 1 });
    let restored = digests.iter().zip(backup).filter_map(|(digest, state)| Some(token_record(*digest, state?)));
    let mut loaded = load(world, Position { epoch, head: Head::GENESIS }, restored.collect());
    thread::sleep(Duration::from_millis(loaded.wait_ms));
    assert_eq!(outcomes(), ["200", "401 invalid-token", "401 invalid-token", "401 invalid-token"]);
    let mut revoked = digests[1..].to_vec();
    revoked.sort_unstable();
    loaded.still_revoked.sort_unstable();
    assert_eq!(loaded.still_revoked, revoked, "the database is told");
}

fn token_record(digest: Digest, state: State) -> TokenRecord {
    let token_id = "tok_rotated".parse().expect("an id");
    let scopes = ScopeSet::from_iter([Scope::Read]);
    TokenRecord { digest, record: Record { token_id, project_id: None, scopes, expires_at: None, state } }
}

fn history(records: impl Iterator<Item = TokenRecord>) -> Vec<Change> {
    let mut head = Head::GENESIS;
    let append = |TokenRecord { digest, record }| {
        let change = Change { version: head.version + 1, previous: head.hash, digest, record };
        head = change.head();
        change
    };
    records.map(append).collect()
}

fn load(world: &World, position: Position, records: Vec<TokenRecord>) -> SnapshotAnswer {
    call(world, "snapshot", &Snapshot { format: Format, position, part: 0, parts: 1, records })
}

fn call<A: DeserializeOwned>(world: &World, call: &str, message: &impl Serialize) -> A {
    let path = format!("/_edge/ledgers/{ROTATED}/{call}");
    let answer = send_signed(&world.edge.url(), &path, message, &world.secrets);
    assert_eq!(answer.status(), 200);
    answer.json().expect("an answer")
}

fn list_deployments(world: &World, token: &NewToken) -> String {
    let path = format!("/workspaces/{ROTATED}/projects/proj_any/deployments");
    world.edge().with_token(token.as_token().expose()).send("GET", &path).outcome()
}

fn view(admin: &Client, workspace: &Workspace, id: &str) -> serde_json::Value {
    admin.send("GET", &workspace.path(&format!("/access-tokens/{id}"))).json()
}

/// Copies the database's files, as they are when nobody has it open.
fn copy_database(from: &Path, to: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let name = format!("deplo.db{suffix}");
        let _ = fs::remove_file(to.join(&name));
        if from.join(&name).exists() {
            fs::copy(from.join(&name), to.join(&name)).expect("copied");
        }
    }
}
