//! What a caller finds: two projects with a token each, and its own credential.

use super::caller::{Caller, Credential, make_project, make_token};
use crate::support::{Server, WORKSPACE};

pub struct Scene {
    pub project: String,
    pub other_project: String,
    /// A token of the project.
    pub token: String,
    /// A token of the other project.
    pub other_token: String,
}

impl Scene {
    /// A fresh one, for a caller who may use it up.
    pub async fn set(server: &Server, caller: &Caller) -> (Self, Credential) {
        let (project, other_project) = (make_project(server).await, make_project(server).await);
        let (_, token) = make_token(server, WORKSPACE, 2, Some(project.clone()), None).await;
        let (_, other_token) = make_token(server, WORKSPACE, 2, Some(other_project.clone()), None).await;
        let scene = Self { project, other_project, token, other_token };
        let credential = Credential::make(caller, server, &scene).await;
        (scene, credential)
    }
}
