//! A request that is in flight when its token is revoked gets 401 instead of the origin's answer, and a body that
//! still streams is cut.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tests::{Client, Workspace, World, wait_until};

/// What a revocation may take on a busy machine, leases included.
const PATIENCE: Duration = Duration::from_secs(20);

/// A lease, and time for asking the ledger.
const CUT_WITHIN: Duration = Duration::from_secs(2);

pub fn while_the_origin_holds_them(world: &World) {
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["deploy"], None);
    let (caller, path) = (world.edge().with_token(&token), format!("{}?hold={id}", workspace.deployments()));
    thread::scope(|scope| {
        let in_flight = scope.spawn(|| caller.send("POST", &path));
        assert!(wait_until(PATIENCE, || world.origin.holds(&id)), "the request never arrived");
        revoke(world, &workspace, &id);
        world.origin.let_go(&id);
        let refused = in_flight.join().expect("an answer");
        assert_eq!(refused.outcome(), "401 invalid-token", "{}", refused.text);
        assert!(refused.header("www-authenticate").contains("was revoked"), "{refused:?}");
    });
}

/// The origin's headers came before the revocation: its body is cut all the same.
pub fn while_they_stream(world: &World) {
    let workspace = world.workspace();
    let [revoked, kept] = [0; 2].map(|_| workspace.token(&world.edge(), &["read"], None));
    let (never, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        let [cut, whole] = [(&revoked, &never), (&kept, &stop)].map(|((_, token), stop)| {
            let caller = world.edge().with_token(token);
            scope.spawn(|| read_stream(caller, &workspace, stop))
        });
        thread::sleep(Duration::from_secs(2));
        revoke(world, &workspace, &revoked.0);
        let answered = now();
        let cut = cut.join().expect("a stream");
        thread::sleep(CUT_WITHIN);
        stop.store(true, Ordering::Relaxed);
        let whole = whole.join().expect("a stream");
        assert!(cut.broken, "the body ended as if it were whole");
        assert!(cut.chunks > 5, "only {} chunks came before", cut.chunks);
        let late = cut.last_at.saturating_duration_since(answered);
        assert!(late < CUT_WITHIN, "a chunk came {late:?} after the revocation was answered");
        assert!(!whole.broken && whole.last_at > answered, "another token's stream was cut");
    });
}

/// A body of known length that is short needs no watching, and comes whole.
pub fn but_short_and_empty_bodies_come_whole(world: &World) {
    let workspace = world.workspace();
    let (_, token) = workspace.token(&world.edge(), &["deploy", "read"], None);
    let caller = world.edge().with_token(&token);
    for bytes in [0, 1, 1 << 16, (1 << 16) + 1, 1 << 22] {
        let answer = caller.send("GET", &format!("{}?bytes={bytes}", workspace.deployments()));
        assert_eq!((answer.status, answer.text.len()), (200, bytes));
        assert_eq!(answer.header("content-length"), bytes.to_string());
        let encoded = caller.send("GET", &format!("{}?bytes={bytes}&encoding=gzip", workspace.deployments()));
        assert_eq!((encoded.status, encoded.text.len()), (200, bytes), "nothing is decoded on the way");
        assert_eq!(
            (encoded.header("content-encoding"), encoded.header("content-length")),
            ("gzip", &*bytes.to_string())
        );
        let head = caller.send("HEAD", &format!("{}?bytes={bytes}", workspace.deployments()));
        assert_eq!((head.status, head.text.len()), (200, 0));
    }
}

/// A long answer whose status no response can have (RFC 9110 ends at 599) fails alone.
pub fn an_answer_that_is_none_fails_alone(world: &World) {
    let workspace = world.workspace();
    let (id, token) = workspace.token(&world.edge(), &["read"], None);
    let (caller, base) = (world.edge().with_token(&token), workspace.deployments());
    thread::scope(|scope| {
        let other = scope.spawn(|| caller.send("GET", &format!("{base}?hold={id}")));
        assert!(wait_until(PATIENCE, || world.origin.holds(&id)), "the request never arrived");
        let strange = caller.send("GET", &format!("{base}?status=700&bytes={}", 1 << 20));
        assert_eq!(strange.outcome(), "502 origin-unreachable");
        assert!(strange.text.contains("cannot be passed on"), "{}", strange.text);
        world.origin.let_go(&id);
        assert_eq!(other.join().expect("an answer").status, 200);
    });
}

pub struct Streamed {
    pub chunks: usize,
    pub broken: bool,
    pub last_at: Instant,
}

/// Reads a body that never ends, until it is cut or `stop` is set.
pub fn read_stream(caller: Client, workspace: &Workspace, stop: &AtomicBool) -> Streamed {
    let request = caller.request("GET", &format!("{}?stream=50", workspace.deployments()));
    let mut response = request.timeout(Duration::from_secs(300)).send().expect("headers");
    assert_eq!(response.status(), 200);
    let mut streamed = Streamed { chunks: 0, broken: false, last_at: now() };
    let mut chunk = [0; 1024];
    while !stop.load(Ordering::Relaxed) {
        match response.read(&mut chunk) {
            Ok(0) => return streamed,
            Ok(_) => (streamed.chunks, streamed.last_at) = (streamed.chunks + 1, now()),
            Err(_) => return Streamed { broken: true, ..streamed },
        }
    }
    streamed
}

pub fn revoke(world: &World, workspace: &Workspace, id: &str) {
    let admin = world.edge().with_token(&workspace.admin);
    let receipt = admin.send("DELETE", &workspace.path(&format!("/access-tokens/{id}")));
    assert_eq!(receipt.status, 200, "{}", receipt.text);
}

#[expect(clippy::disallowed_methods, reason = "what is measured here is time")]
pub fn now() -> Instant {
    Instant::now()
}
