//! Policies of any size. A program is built with one of them if `DEPLO_POLICY` names it.

use crate::run::root;
use anyhow::Result;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

/// A file with so many rules, at least one.
pub(crate) fn with_rules(count: usize) -> Result<PathBuf> {
    let folder = root().join("target/policies");
    fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{count}-rules.toml"));
    fs::write(&file, text(count))?;
    Ok(file)
}

/// Lists of deployments, and routes beside them whose names begin alike: all of them have one parent, so that finding
/// the rule takes as many comparisons as it can, and as long ones.
fn text(count: usize) -> String {
    let mut text = String::new();
    let names =
        std::iter::once("deployments".into()).chain((1..count).map(|number| format!("deployments-{number:04}")));
    for name in names {
        let path = format!("/workspaces/{{workspaceId}}/projects/{{projectId}}/{name}");
        let _ =
            writeln!(text, "[[rule]]\nmethod = \"GET\"\npath = \"{path}\"\nscope = \"read\"\norigin = \"platform\"\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn there_are_as_many_rules_as_wanted() {
        for count in [1, 10, 1_000] {
            let text = text(count);
            assert_eq!(text.matches("[[rule]]").count(), count);
            assert!(text.contains("/deployments\""), "the route that is asked for");
        }
    }
}
