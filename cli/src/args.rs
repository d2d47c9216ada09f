//! The command line: what can be typed. What it does is in [`crate::command`].

use crate::exit;
use crate::times::Span;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use colorchoice_clap::Color;
use shared::id::{ProjectId, TokenId};
use shared::scope::Scope;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  deplo login --api-url https://api.example.com
  deplo tokens create \"CI Deploy\" --scopes deploy --project proj_abc123 --expires 30d
  deplo tokens list
  deplo tokens revoke tok_abc123";

const ENVIRONMENT: &str = "\
Environment:
  DEPLO_TOKEN      the access token; goes before what `deplo login` stored
  DEPLO_API_URL    as --api-url
  DEPLO_WORKSPACE  as --workspace
  NO_COLOR         no colours, as --color never
  CI               nothing is asked, as with --no-input, and nothing moves
  HTTPS_PROXY, NO_PROXY  the proxy, as usual
  SSL_CERT_FILE    certificates to trust on Linux; elsewhere the system's are";

/// Access tokens that are checked at the edge and die at once.
#[derive(Parser)]
#[command(
    name = "deplo",
    version,
    before_help = EXAMPLES,
    after_help = format!("{ENVIRONMENT}\n\n{}", exit::HELP),
    subcommand_required = true,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Address of the API. Default: where you signed in last.
    #[arg(long, global = true, env = "DEPLO_API_URL", hide_env = true, value_name = "URL")]
    pub(crate) api_url: Option<String>,
    /// Workspace. Default: the token's own.
    #[arg(long, global = true, env = "DEPLO_WORKSPACE", hide_env = true, value_name = "ID")]
    pub(crate) workspace: Option<String>,
    /// Print JSON instead of words and tables.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// How long to wait for an answer.
    #[arg(long, global = true, value_name = "TIME", default_value = "60s")]
    pub(crate) timeout: Span,
    /// Never ask; fail instead.
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    #[command(flatten)]
    pub(crate) color: Color,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create, list, revoke and rotate access tokens.
    #[command(subcommand, alias = "token", arg_required_else_help = true)]
    Tokens(Tokens),
    /// Show whose token is used, and what it may do.
    #[command(before_help = "Examples:\n  deplo whoami\n  deplo whoami --json | jq -r .accessToken.id")]
    Whoami,
    /// Check a token and store it for later commands.
    #[command(
        before_help = "Examples:\n  deplo login --api-url https://api.example.com\n  deplo login < token.txt",
        long_about = "Check a token and store it for later commands.\n\nThe token is asked for on a terminal, and read from \
                      standard input elsewhere; it is never an argument, since other users of the machine see those."
    )]
    Login,
    /// Forget the stored token.
    #[command(before_help = "Examples:\n  deplo logout\n  deplo logout --revoke")]
    Logout(Logout),
    /// Show who did what to which token, newest first.
    #[command(before_help = "Examples:\n  deplo audit\n  deplo audit --limit 1000 --json")]
    Audit(Audit),
    /// Print a script that completes commands in your shell.
    #[command(
        before_help = "Examples:\n  source <(deplo completions bash)\n  deplo completions fish > ~/.config/fish/completions/deplo.fish"
    )]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write the man pages into a directory.
    #[command(before_help = "Example:\n  deplo man ~/.local/share/man/man1 && man deplo-tokens-create")]
    Man {
        /// The directory; it is made if it is not there.
        directory: PathBuf,
    },
}

impl Command {
    /// Whether it may change something at the API.
    pub(crate) const fn changes(&self) -> bool {
        match self {
            Self::Tokens(tokens) => !matches!(tokens, Tokens::List(_)),
            Self::Logout(args) => args.revoke,
            _ => false,
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum Tokens {
    /// Create a token; standard output gets the token alone.
    #[command(
        visible_alias = "add",
        before_help = "Examples:\n  deplo tokens create \"CI Deploy\" --scopes deploy\n  \
                       deplo tokens create Reports --scopes read --project proj_abc123 --expires 2026-12-31\n  \
                       TOKEN=$(deplo tokens create Nightly --scopes deploy,read --expires 12h)"
    )]
    Create(Create),
    /// List tokens, newest first.
    #[command(
        visible_alias = "ls",
        before_help = "Examples:\n  deplo tokens list\n  deplo tokens list --status all --project proj_abc123\n  \
                       deplo tokens list --json | jq -r '.tokens[] | select(.lastUsedAt == null) | .id'"
    )]
    List(List),
    /// Revoke tokens, and wait until the whole edge refuses them.
    #[command(
        visible_alias = "rm",
        before_help = "Examples:\n  deplo tokens revoke tok_abc123\n  deplo tokens revoke tok_abc123 tok_def456 --yes\n  \
                       deplo tokens list --json | jq -r '.tokens[] | select(.lastUsedAt == null) | .id' | deplo tokens revoke - --yes"
    )]
    Revoke(Revoke),
    /// Replace a token by a new one with the same name, scopes, project and expiry.
    #[command(
        before_help = "Examples:\n  deplo tokens rotate tok_abc123\n  TOKEN=$(deplo tokens rotate tok_abc123 --grace 1h)"
    )]
    Rotate(Rotate),
}

#[derive(Args)]
pub(crate) struct Create {
    /// What people call it, 1 to 100 characters.
    pub(crate) name: String,
    /// What it may do, with commas between.
    #[arg(long, required = true, value_delimiter = ',', value_parser = scope(), visible_alias = "scope")]
    pub(crate) scopes: Vec<Scope>,
    /// The one project that it covers. Default: all of the workspace.
    #[arg(long, value_name = "ID")]
    pub(crate) project: Option<ProjectId>,
    /// When it expires: a date (the end of that day in UTC), RFC 3339, or a time from now such as 30d or 12h.
    /// Default: never.
    #[arg(long, value_name = "WHEN")]
    pub(crate) expires: Option<String>,
}

#[derive(Args)]
pub(crate) struct List {
    /// Which tokens; pending ones are active.
    #[arg(long, default_value = "active")]
    pub(crate) status: Status,
    /// Only tokens of this project.
    #[arg(long, value_name = "ID")]
    pub(crate) project: Option<ProjectId>,
    /// At most so many. Default: all.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Status {
    Active,
    Expired,
    Revoked,
    All,
}

#[derive(Args)]
pub(crate) struct Revoke {
    /// Ids, or - to read them from standard input.
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Do not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// How long to ask again while part of the edge does not know.
    #[arg(long, value_name = "TIME", default_value = "30s")]
    pub(crate) wait: Span,
}

#[derive(Args)]
pub(crate) struct Rotate {
    /// The token's id.
    pub(crate) id: TokenId,
    /// How long the old token still works, such as 1h; never longer than it would have. Default: not at all.
    #[arg(long, value_name = "TIME", default_value = "0s", hide_default_value = true)]
    pub(crate) grace: Span,
}

#[derive(Args)]
pub(crate) struct Logout {
    /// Revoke the token as well, so that nobody can use it.
    #[arg(long)]
    pub(crate) revoke: bool,
}

#[derive(Args)]
pub(crate) struct Audit {
    /// At most so many events.
    #[arg(long, value_name = "N", default_value = "50", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
}

fn scope() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(Scope::ALL.map(Scope::name)).try_map(|name| name.parse::<Scope>())
}
