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
use std::process::ExitCode;
use tokio::runtime::Builder;
use tokio::signal;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = run(cli).unwrap_or_else(|why| {
        if why.exit() != Exit::Done {
            output::say_error(&why);
        }
        why.exit()
    });
    exit.into()
}

fn run(cli: Cli) -> Result<Exit, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Error::failed(format!("cannot start: {why}")))?;
    runtime.block_on(async {
        tokio::select! {
            done = command::run(cli) => done,
            _ = signal::ctrl_c() => {
                let note = "What was sent may have been done; `deplo tokens list` and `deplo audit` show it.";
                Err(Error::interrupted().note(note))
            }
        }
    })
}
