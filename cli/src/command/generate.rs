//! `deplo completions`, `deplo man`: made from the definition of the command line.

use crate::args::Cli;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::{Output, say_done};
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use serde_json::json;
use std::path::Path;

pub(crate) fn completions(shell: Shell, output: &Output) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "deplo", &mut script);
    let script = String::from_utf8_lossy(&script);
    output.data(&json!({"script": script}), || script.trim_end().into())?;
    Ok(Exit::Done)
}

pub(crate) fn man_pages(directory: &Path) -> Result<Exit, Error> {
    let command = with_examples_in_pages(Cli::command().disable_help_subcommand(true));
    let written = std::fs::create_dir_all(directory).and_then(|()| clap_mangen::generate_to(command, directory));
    written.map_err(|why| Error::failed(format!("cannot write into {}: {why}", directory.display())))?;
    say_done(&format!("The man pages are in {}", directory.display()));
    Ok(Exit::Done)
}

/// A page has no place for what stands before the help, but one for what stands behind it.
fn with_examples_in_pages(command: Command) -> Command {
    let texts = [command.get_before_help(), command.get_after_help()].into_iter().flatten().map(ToString::to_string);
    let extra = texts.collect::<Vec<_>>().join("\n\n");
    command.after_help(extra).mut_subcommands(with_examples_in_pages)
}
