//! Every error of a request, and the one place that turns it into HTTP.

use axum::response::{IntoResponse, Response};
use shared::problem::Problem;
use shared::refusal::Refusal;

/// Why a request failed: an answer for the caller, or a cause for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The caller is told this.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// The database failed or is out of reach.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A commit failed. It may have been carried out, and only its answer lost.
    #[error("commit: {0}")]
    Commit(sqlx::Error),
    /// What stands in the database cannot be read.
    #[error("corrupt: {0}")]
    Corrupt(String),
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        refusal.problem().into()
    }
}

impl From<crate::store::Corrupt> for Error {
    fn from(corrupt: crate::store::Corrupt) -> Self {
        Self::Corrupt(corrupt.0)
    }
}

impl Error {
    /// What the caller is told. The cause goes to the log, here and once.
    fn into_problem(self) -> Problem {
        match self {
            Self::Problem(problem) => *problem,
            Self::Database(why) => {
                tracing::error!("the database failed: {why}");
                Problem::authority_unavailable()
                    .detail("The database is out of reach. Nothing was changed; try again shortly.")
            }
            Self::Commit(why) => {
                tracing::error!("a commit failed, and may have been carried out nevertheless: {why}");
                Problem::authority_unavailable().detail(
                    "The database did not confirm the change, which may have been made nevertheless. Look first, or \
                     send the request again: with the same `Idempotency-Key` nothing is made twice.",
                )
            }
            Self::Corrupt(why) => {
                tracing::error!("the database holds what cannot be read: {why}");
                Problem::new(500, "internal-error", "Something is wrong on our side")
                    .detail("The request could not be carried out. Tell the operator the request id.")
            }
        }
    }
}

impl IntoResponse for Error {
    /// An empty response that carries its problem; `app` writes it out, since it knows the request id.
    fn into_response(self) -> Response {
        let problem = self.into_problem();
        let mut response = Response::default();
        response.extensions_mut().insert(problem);
        response
    }
}
