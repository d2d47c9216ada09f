//! `deplo`: access tokens on the command line.
//!
//! Data goes to standard output, words to standard error; [`exit::Exit`] has the codes. [`args`] is what can be typed,
//! [`command`] what it does, [`client`] the API.

mod api_url;
mod args;
mod client;
mod clock;
mod command;
mod credentials;
mod error;
mod exit;
mod input;
mod output;
mod session;
mod spinner;
mod table;
mod text;
mod times;
mod token_table;

use args::Cli;
use clap::Parser;
use error::Error;
use exit::Exit;
use std::env;
use std::process::{self, ExitCode};
use tokio::runtime::Builder;
use tokio::signal;

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|why| refuse(&why));
    let exit = run(cli).unwrap_or_else(|why| {
        output::say_error(&why);
        why.exit()
    });
    exit.into()
}

/// Ends as clap does, without a token that somebody took for an argument.
fn refuse(why: &clap::Error) -> ! {
    if !why.use_stderr() {
        why.exit();
    }
    let arguments: Vec<_> = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let secrets = arguments.iter().flat_map(|argument| text::words(argument)).filter(|word| text::may_be_secret(word));
    let words = why.render().ansi().to_string();
    let words = secrets.fold(words, |words, secret| words.replace(secret, &text::shortened(secret)));
    output::say(words.trim_end());
    process::exit(why.exit_code());
}

fn run(cli: Cli) -> Result<Exit, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Error::failed(format!("cannot start: {why}")))?;
    let changes = cli.command.changes();
    let done = runtime.block_on(async {
        tokio::select! {
            done = command::run(cli) => done,
            Ok(()) = signal::ctrl_c() => Err(interrupted(changes)),
        }
    });
    // A look-up of a name may go on for long; nobody waits for it.
    runtime.shutdown_background();
    done
}

fn interrupted(changes: bool) -> Error {
    let note = "What was sent may have been done; `deplo tokens list` and `deplo audit` show it.";
    if changes { Error::interrupted().note(note) } else { Error::interrupted() }
}
