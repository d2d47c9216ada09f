//! The request that is decided about, the token that it presents, and what is true of that.

use sha2::{Digest as _, Sha256};
use shared::keyring::Keyring;
use shared::question::RawRequest;
use shared::record::{Record, State};
use shared::scope::{Scope, ScopeSet};
use shared::token::{NewToken, TokenPrefix};

pub(crate) const WORKSPACE: &str = "ws_01m886m9wxv547ynrew5aar14e";

pub(crate) const METHOD: &str = "GET";

pub(crate) const PATH: &str =
    "/workspaces/ws_01m886m9wxv547ynrew5aar14e/projects/proj_01m886mb617p6szjqazkawqaha/deployments";

/// A create of a deployment.
pub(crate) fn request(authorization: &str) -> RawRequest<'_> {
    RawRequest { method: METHOD, path: PATH, authorization: Some(authorization) }
}

pub(crate) fn authorization(token: &NewToken) -> String {
    format!("Bearer {}", token.as_token().expose())
}

/// A token out of a number. Made at run time, since a literal would look like somebody's secret.
pub(crate) fn token(number: u64) -> NewToken {
    let mut drawn = 0;
    NewToken::generate(&TokenPrefix::default(), |bytes| {
        drawn += 1;
        for (byte, random) in bytes.iter_mut().zip(random(number << 8 | drawn)) {
            *byte = random;
        }
    })
}

/// An active token of a project, as most are.
pub(crate) fn record(number: u64) -> Record {
    Record {
        token_id: format!("tok_{number:026}").parse().expect("an id"),
        project_id: Some("proj_01m886mb617p6szjqazkawqaha".parse().expect("an id")),
        scopes: ScopeSet::from_iter([Scope::Deploy, Scope::Read]),
        expires_at: Some(shared::timestamp::Timestamp::MAX),
        state: State::Active,
    }
}

/// One pepper, as between two rotations.
pub(crate) fn peppers() -> Keyring {
    let hex: String = random(0).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("k1:{hex}").parse().expect("a keyring")
}

/// The same for the same number.
pub(crate) fn random(number: u64) -> [u8; 32] {
    Sha256::digest(number.to_le_bytes()).into()
}
