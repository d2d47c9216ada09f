//! How it is measured.

use crate::api::Token;
use crate::callers::ask_about;
use crate::operation::{self, Operation};
use crate::subject::Subject;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Tokens that are there from the beginning, and are never revoked.
const TOKENS: usize = 1_000;

/// Of them, those that are checked, in turn.
const CHECKED: usize = 200;

/// Rounds that do not count: until Node has compiled what is hot.
const WARM_UP: usize = 3;

/// How long a server may go on after its last answer, at its own cost.
const SETTLE: Duration = Duration::from_millis(200);

/// What one measurement found.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) per_s: f64,
    /// CPU time of the server per operation, in microseconds.
    pub(crate) server_us: f64,
    /// The same of its database, if that is not the server itself.
    pub(crate) database_us: Option<f64>,
}

impl Figures {
    /// CPU time of server and database.
    pub(crate) fn total_us(self) -> f64 {
        self.server_us + self.database_us.unwrap_or_default()
    }
}

/// Makes the tokens, and does everything several times.
pub(crate) async fn warm_up(subject: &Subject) {
    let tokens = ask_about(subject, Operation::Create, vec![Token::default(); TOKENS]).await;
    subject.tokens.borrow_mut().extend(tokens);
    for _ in 0..WARM_UP {
        for operation in operation::ALL {
            measure(subject, operation).await;
        }
    }
}

/// Does an operation as often as it is done in a round.
pub(crate) async fn measure(subject: &Subject, operation: Operation) -> Figures {
    let tokens = tokens(subject, operation);
    let (count, before, begun) = (tokens.len() as f64, subject.times(), Instant::now());
    let created = ask_about(subject, operation, tokens).await;
    let took = begun.elapsed();
    sleep(SETTLE).await;
    let used = subject.times().since(&before);
    subject.tokens.borrow_mut().extend(created);
    let per_operation = |time: Duration| time.as_secs_f64() * 1e6 / count;
    Figures {
        per_s: count / took.as_secs_f64(),
        server_us: per_operation(used.server),
        database_us: used.database.map(per_operation),
    }
}

/// What is asked about: to revoke, those that were created last.
fn tokens(subject: &Subject, operation: Operation) -> Vec<Token> {
    let (mut tokens, count) = (subject.tokens.borrow_mut(), operation.count());
    match operation {
        Operation::Create | Operation::List => vec![Token::default(); count],
        Operation::Verify => tokens.iter().take(CHECKED).cycle().take(count).cloned().collect(),
        Operation::Revoke => {
            let kept = tokens.len() - count;
            tokens.split_off(kept)
        }
    }
}
