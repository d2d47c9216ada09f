//! The program is killed by `SIGKILL` at every step of what it does, and another one starts on what it left. Then
//! database, ledger and KV agree; what the caller was told holds; and what the caller was not told was either not
//! committed, or is carried out completely.

use crate::support::line::{Call, Gate, Moment};
use crate::support::program::{self, Program};
use crate::support::{Answer, Server, digest_of, tokens_path};
use control_plane::plan::Plan;
use serde_json::{Value, json};
use shared::ledger::LedgerStorage;
use shared::record::State;
use sqlx::AnyConnection;
use std::time::Duration;
use tokio::time::sleep;

/// Where it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The transaction waits for its workspace.
    BeforeTheCommit,
    /// The ledger has heard nothing of it.
    BeforeTheLedger,
    /// The ledger has it, and its answer was lost.
    AfterTheLedger,
    /// KV has heard nothing of it.
    BeforeKv,
    /// KV has it, and its answer was lost.
    AfterKv,
    /// Somebody may still remember what was before, or ask a ledger instance that was replaced.
    InTheWait,
    /// It is effective, and that is not written down.
    BeforeItIsWrittenDown,
    /// It is effective, and the caller may have been told so or not.
    OnceItIsEffective,
}

const STEPS: [Step; 8] = [
    Step::BeforeTheCommit,
    Step::BeforeTheLedger,
    Step::AfterTheLedger,
    Step::BeforeKv,
    Step::AfterKv,
    Step::InTheWait,
    Step::BeforeItIsWrittenDown,
    Step::OnceItIsEffective,
];

/// What it was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Create,
    Revoke,
    Rotate,
}

#[tokio::test]
async fn a_create_is_made_once_or_not_at_all() {
    for step in STEPS {
        killed(Operation::Create, step).await;
    }
}

#[tokio::test]
async fn a_revocation_is_carried_out_or_was_not_begun() {
    for step in STEPS {
        killed(Operation::Revoke, step).await;
    }
}

#[tokio::test]
async fn a_rotation_changes_both_tokens_or_none() {
    for step in STEPS {
        killed(Operation::Rotate, step).await;
    }
}

async fn killed(operation: Operation, step: Step) {
    let server = Server::start(Plan::Pro).await;
    let (id, token) = server.token(&["read"]).await;
    let was = format!("{operation:?}, killed {step:?}");
    let program = Program::start(&server).await;
    let hold = step.prepare(&server).await;
    let call = tokio::spawn(program::answer(operation.request(&program, &server, &id)));
    let hold = step.reach(&server, hold).await;
    program.kill().await;
    let told = call.await.unwrap();
    drop(hold);
    server.edge.set_lease(0);
    server.edge.set_inherited(0);

    let program = Program::start(&server).await;
    server.reconcile().await;
    let is_done = step != Step::BeforeTheCommit;
    assert_eq!(operation.is_done(&server, &program, &token).await, is_done, "{was}");
    check_told(operation, step, told.as_ref(), &was);

    let again = program::answer(operation.request(&program, &server, &id)).await.unwrap();
    let is_replayed = operation != Operation::Revoke && is_done;
    assert_eq!(again.status, operation.status(is_replayed), "{was}: {}", again.text);
    assert_eq!(again.json()["replayed"] == json!(true), is_replayed, "{was}: {}", again.text);
    assert!(operation.is_done(&server, &program, &token).await, "{was}, and asked for again");
    server.reconcile().await;
}

/// Nobody is told of what is not effective yet. A revocation is so without KV.
fn check_told(operation: Operation, step: Step, told: Option<&Answer>, was: &str) {
    let is_effective = match step {
        Step::OnceItIsEffective => true,
        Step::BeforeKv | Step::AfterKv => operation == Operation::Revoke,
        _ => false,
    };
    if let Some(answer) = told {
        assert!(is_effective && answer.status == operation.status(false), "{was}: {} {}", answer.status, answer.text);
    }
}

impl Operation {
    /// The same thing is asked for under the same key, however often.
    fn request(self, program: &Program, server: &Server, id: &str) -> reqwest::RequestBuilder {
        let keyed = |path: &str, body: Value| {
            let request = program.request("POST", path, &server.admin).header("content-type", "application/json");
            request.header("idempotency-key", "once").body(body.to_string())
        };
        match self {
            Self::Create => keyed(&tokens_path(""), json!({"name": "New", "scopes": ["read"]})),
            Self::Revoke => program.request("DELETE", &tokens_path(id), &server.admin),
            Self::Rotate => keyed(&format!("{}/rotate", tokens_path(id)), json!({})),
        }
    }

    const fn status(self, is_replayed: bool) -> u16 {
        match self {
            Self::Revoke => 200,
            Self::Create | Self::Rotate if is_replayed => 200,
            Self::Create | Self::Rotate => 201,
        }
    }

    /// Whether it was carried out, completely: on the edge and by what the program tells. Done by half is a failure.
    async fn is_done(self, server: &Server, program: &Program, token: &str) -> bool {
        let state = server.edge.ledger().record(&digest_of(token)).unwrap().unwrap().state;
        let is_revoked = state == State::Revoked;
        let list = program::answer(program.request("GET", &tokens_path(""), &server.admin)).await.unwrap().json();
        let names: Vec<_> = list["data"].as_array().unwrap().iter().map(|view| &view["name"]).collect();
        let (new, old) = (json!("New"), json!("Test"));
        let [new, old] = [new, old].map(|name| names.iter().filter(|listed| ***listed == name).count());
        match self {
            Self::Create => {
                assert!(new <= 1 && !is_revoked, "{list}");
                new == 1
            }
            Self::Revoke => {
                assert_eq!(old == 0, is_revoked, "{list}");
                is_revoked
            }
            // Its successor has the same name.
            Self::Rotate => {
                assert_eq!(old, 1, "one of the two: {list}");
                is_revoked
            }
        }
    }
}

/// What keeps the program at its step.
enum Hold {
    Nothing,
    Gate(Gate),
    Database { _lock: AnyConnection },
}

impl Step {
    /// What has to be in its way before the request is sent.
    async fn prepare(self, server: &Server) -> Hold {
        let hold = |call, moment| Hold::Gate(server.edge.line.hold(call, moment));
        match self {
            Self::BeforeTheCommit => Hold::Database { _lock: server.database().lock().await },
            Self::BeforeTheLedger => hold(Call::Publish, Moment::Before),
            Self::AfterTheLedger | Self::BeforeItIsWrittenDown => hold(Call::Publish, Moment::After),
            Self::BeforeKv => hold(Call::Kv, Moment::Before),
            Self::AfterKv => hold(Call::Kv, Moment::After),
            Self::InTheWait => {
                server.edge.set_lease(20_000);
                server.edge.set_inherited(20_000);
                hold(Call::Publish, Moment::After)
            }
            Self::OnceItIsEffective => Hold::Nothing,
        }
    }

    /// Waits until it is there.
    async fn reach(self, server: &Server, hold: Hold) -> Hold {
        match hold {
            Hold::Nothing => until_effective(server).await,
            // Wherever it is by then, it cannot have committed.
            Hold::Database { .. } => sleep(Duration::from_millis(300)).await,
            Hold::Gate(gate) => {
                gate.reached().await;
                return self.go_on(server, gate).await;
            }
        }
        hold
    }

    /// From the ledger's answer, which is held, to the steps that follow it.
    async fn go_on(self, server: &Server, gate: Gate) -> Hold {
        let hold = match self {
            Self::InTheWait => Hold::Nothing,
            Self::BeforeItIsWrittenDown => Hold::Database { _lock: server.database().lock().await },
            _ => return Hold::Gate(gate),
        };
        gate.open();
        // Wherever it is by then, it waits, or it tries to write.
        sleep(Duration::from_millis(300)).await;
        hold
    }
}

async fn until_effective(server: &Server) {
    let mut connection = server.database().connect().await;
    let sql = "SELECT MAX(effective_at) FROM changes WHERE version > $1";
    // The first changes are those of the tokens that were there before.
    while sqlx::query_scalar::<_, Option<i64>>(sql).bind(2_i64).fetch_one(&mut connection).await.unwrap().is_none() {
        sleep(Duration::from_millis(2)).await;
    }
}
