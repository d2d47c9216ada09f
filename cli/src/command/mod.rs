//! The commands, a file each.

mod audit;
mod create;
mod generate;
mod list;
mod login;
mod logout;
mod revoke;
mod rotate;
mod whoami;

use crate::args::{Cli, Command, Tokens};
use crate::client::Created;
use crate::client::model::{AccessToken, Receipt};
use crate::clock::now;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{Output, say, say_done, warn};
use crate::text::plain;
use crate::times::since;
use secrecy::ExposeSecret;
use serde::Serialize;

/// Runs a command to its end.
pub(crate) async fn run(cli: Cli) -> Result<Exit, Error> {
    let output = Output::new(&cli.global);
    match cli.command {
        Command::Tokens(Tokens::Create(args)) => create::run(&cli.global, args, &output).await,
        Command::Tokens(Tokens::List(args)) => list::run(&cli.global, args, &output).await,
        Command::Tokens(Tokens::Revoke(args)) => revoke::run(&cli.global, args, &output).await,
        Command::Tokens(Tokens::Rotate(args)) => rotate::run(&cli.global, args, &output).await,
        Command::Whoami => whoami::run(&cli.global, &output).await,
        Command::Login => login::run(&cli.global, &output).await,
        Command::Logout(args) => logout::run(&cli.global, &args, &output).await,
        Command::Audit(args) => audit::run(&cli.global, &args, &output).await,
        Command::Completions { shell } => generate::completions(shell, &output),
        Command::Man { directory } => generate::man_pages(&directory),
    }
}

/// A token that was made, as `--json` shows it.
#[derive(Serialize)]
struct ShownOnce<'a> {
    #[serde(flatten)]
    view: &'a AccessToken,
    token: &'a str,
}

/// Shows a token this once: the text alone on standard output, words around it on standard error.
fn show_once(created: &Created, done: &str, output: &Output) -> Result<(), Error> {
    let token = created.token.expose_secret();
    say_done(&format!("{done} (shown once):"));
    let shown = ShownOnce { view: &created.view, token };
    output.all_data(&shown, || token.into()).map_err(|why| {
        let id = &created.view.id;
        Error::failed(format!("{id} was made, and its text could not be written to standard output: {why}"))
            .note(format!("Nobody has it. Revoke it: deplo tokens revoke {id}"))
    })
}

/// A line about a receipt.
fn show_receipt(receipt: &Receipt) {
    let id = plain(&receipt.id);
    match (receipt.status.as_str(), receipt.effective_at) {
        ("revoked", Some(at)) => say_done(&format!("{id} refused everywhere since {}", since(at, now()))),
        ("pending", _) => warn(&format!("{id} is revoked, and part of the edge may not know yet")),
        ("not-found", _) => warn(&format!("{id} is not there")),
        (status, _) => warn(&format!("{id}: {}", plain(status))),
    }
}

/// 0, or 9 with words if the edge does not know yet.
fn settled(created: &Created) -> Exit {
    if created.is_effective {
        return Exit::Done;
    }
    warn(
        "Pending: the edge could not be told yet, and will be as soon as it can. Until then the token may be refused there.",
    );
    say(&format!("  `deplo tokens list` shows when {} is active.", created.view.id));
    Exit::Pending
}

/// `"CI Deploy" (tok_…): deploy, all projects`
fn summary(token: &AccessToken) -> String {
    let project = token.project_id.as_deref().unwrap_or("all projects");
    format!("\"{}\" ({}): {}, {project}", plain(&token.name), token.id, token.scopes.join(", "))
}
