//! The command line: a token is checked before it is stored, and is its owner's alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use tests::{Deplo, World};

/// Signed in by standard input, used without the environment, signed out.
pub fn from_login_to_logout(world: &World) {
    let workspace = world.workspace();
    let deplo = Deplo::new(&world.edge.url());
    let login = deplo.run_with_input(&["login"], &format!("{}\n", workspace.admin)).ended(0);
    assert!(login.err.contains("Signed in") && login.err.contains(&workspace.id), "{}", login.err);
    assert!(!login.err.contains(&workspace.admin) && login.out.is_empty());
    let mode = fs::metadata(deplo.credentials()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);

    let deplo = deplo.without("DEPLO_API_URL");
    let who = deplo.run(&["whoami", "--json"]).ended(0).json();
    assert_eq!(who["workspaceId"], workspace.id);
    assert_eq!(who["source"], deplo.credentials().display().to_string());
    let _ = deplo.run(&["tokens", "create", "X", "--scopes", "read"]).ended(0);

    fs::set_permissions(deplo.credentials(), fs::Permissions::from_mode(0o644)).unwrap();
    let warned = deplo.run(&["whoami"]).ended(0);
    assert!(warned.err.contains("mode 0644") && warned.err.contains("chmod 600"), "{}", warned.err);

    let logout = deplo.run(&["logout"]).ended(0);
    assert!(logout.err.contains("still works"), "{}", logout.err);
    let _ = deplo.run(&["whoami"]).ended(2);
    assert!(!fs::read_to_string(deplo.credentials()).unwrap().contains(&workspace.admin));
    assert_eq!(world.edge().with_token(&workspace.admin).send("GET", "/access-token").status, 200);
}

/// Nothing is stored that does not work, and nothing is lost that does.
pub fn and_stores_nothing_that_does_not_work(world: &World) {
    let workspace = world.workspace();
    let deplo = Deplo::new(&world.edge.url());
    for input in ["", "\n", "two words", "nonsense"] {
        let refused = deplo.run_with_input(&["login"], input).ended(4);
        assert!(!deplo.credentials().exists(), "{}", refused.err);
    }
    let other = deplo.run_with_input(&["login", "--workspace", "ws_other"], &workspace.admin).ended(5);
    assert!(other.err.contains("belongs to") && !deplo.credentials().exists(), "{}", other.err);

    let _ = deplo.run_with_input(&["login"], &workspace.admin).ended(0);
    let _ = deplo.run_with_input(&["login"], "nonsense").ended(4);
    let _ = deplo.run(&["whoami"]).ended(0);
}

/// A token is sent to the API that it was stored for, and to no other.
pub fn and_sends_a_token_nowhere_else(world: &World) {
    let workspace = world.workspace();
    let deplo = Deplo::new(&world.edge.url());
    let _ = deplo.run_with_input(&["login"], &workspace.admin).ended(0);
    let elsewhere = deplo.run(&["whoami", "--api-url", &world.control_plane.url()]).ended(4);
    assert!(elsewhere.err.contains("there is no token for"), "{}", elsewhere.err);
}

/// Signing out can end the token itself.
pub fn and_revokes_on_the_way_out(world: &World) {
    let workspace = world.workspace();
    let (_, token) = workspace.token(&world.edge(), &["deploy"], None);
    let deplo = Deplo::new(&world.edge.url());
    let _ = deplo.run_with_input(&["login"], &token).ended(0);
    let logout = deplo.run(&["logout", "--revoke"]).ended(0);
    assert!(logout.err.contains("refused everywhere since"), "{}", logout.err);
    assert_eq!(world.edge().with_token(&token).send("POST", &workspace.deployments()).outcome(), "401 invalid-token");
    let _ = deplo.run(&["whoami"]).ended(4);
    let nothing = Deplo::new(&world.edge.url()).with_token(&token).run(&["logout", "--revoke"]).ended(4);
    assert!(nothing.err.contains("nothing was revoked"), "{}", nothing.err);
}

/// Whoever rotates the token in use goes on with the new one.
pub fn and_follows_a_rotation_of_its_own(world: &World) {
    let workspace = world.workspace();
    let deplo = Deplo::new(&world.edge.url());
    let login = deplo.run_with_input(&["login", "--json"], &workspace.admin).ended(0).json();
    let id = login["accessToken"]["id"].as_str().unwrap().to_owned();
    let _ = deplo.run(&["tokens", "rotate", &id]).ended(0);
    let who = deplo.run(&["whoami", "--json"]).ended(0).json();
    assert_eq!(who["accessToken"]["createdBy"], id);

    let id = who["accessToken"]["id"].as_str().unwrap().to_owned();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let unseen = deplo.command(&["tokens", "rotate", &id]).stdout(full).output().unwrap();
    assert_eq!(unseen.status.code(), Some(1), "it could not be shown");
    let words = String::from_utf8_lossy(&unseen.stderr);
    assert!(words.contains(&format!("{id} still works until")), "{words}");
    let who = deplo.run(&["whoami", "--json"]).ended(0).json();
    assert_eq!(who["accessToken"]["createdBy"], id, "and yet it is stored");

    let rotated = deplo.run(&["tokens", "rotate", who["accessToken"]["id"].as_str().unwrap()]).ended(0);
    let deplo = deplo.with_token(rotated.out.trim());
    let who = deplo.run(&["whoami", "--json"]).ended(0).json();
    let id = who["accessToken"]["id"].as_str().unwrap().to_owned();
    let again = deplo.run(&["tokens", "rotate", &id]).ended(0);
    assert!(again.err.contains("DEPLO_TOKEN held the token that was replaced"), "{}", again.err);
}

/// An address is the same with a slash at its end and without.
pub fn and_knows_an_address_with_a_slash(world: &World) {
    let workspace = world.workspace();
    let deplo = Deplo::new(&format!("{}//", world.edge.url()));
    for _ in 0..2 {
        let _ = deplo.run_with_input(&["login"], &workspace.admin).ended(0);
    }
    let deplo = deplo.with("DEPLO_API_URL", &world.edge.url());
    let _ = deplo.run(&["whoami"]).ended(0);
}

/// With address and token in the environment, nothing stored is looked at.
pub fn and_needs_none_of_them_in_ci(world: &World) {
    let workspace = world.workspace();
    let deplo = Deplo::new(&world.edge.url()).with_token(&workspace.admin).with("CI", "1");
    fs::create_dir_all(deplo.credentials()).unwrap();
    // Nor is a proxy asked for this machine.
    let _ = deplo.with("HTTP_PROXY", "http://127.0.0.1:1").run(&["tokens", "list"]).ended(0);
}
