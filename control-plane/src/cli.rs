//! The command line: `serve | migrate | workspace create | list | set-plan | token create | doctor | republish`.

use crate::app::{App, app};
use crate::bootstrap::{self, WorkspaceRequest};
use crate::clock::{Clock, SystemClock};
use crate::doctor::{self, Finding, Level};
use crate::housekeeping::keep_house;
use crate::metrics::{self, Metrics};
use crate::plan::Plan;
use crate::progress_bar::Bar;
use crate::publisher::{EdgeClient, Publisher};
use crate::rate_limit::{Limiting, RateLimits};
use crate::republish::{self, Progress};
use crate::settings::{MetricsAddr, RawSettings, SECRETS_HELP, without_password};
use crate::shutdown::Signals;
use crate::store::{Store, workspaces};
use crate::token_request::RawTokenRequest;
use crate::{log, random, shutdown};
use anyhow::{Context, ensure};
use clap::{Args, Parser, Subcommand};
use shared::id::{ProjectId, WorkspaceId};
use shared::problem::Problem;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Owns the truth about access tokens and publishes it to the edge.
#[derive(Parser)]
#[command(version, about, max_term_width = 100, after_help = SECRETS_HELP)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten, next_help_heading = "Settings, by option or environment")]
    settings: RawSettings,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API, and publish every change to the edge.
    Serve,
    /// Bring the database's tables up to date. `serve` does so too.
    Migrate,
    /// Workspaces.
    #[command(subcommand)]
    Workspace(WorkspaceCommand),
    /// Tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Look at settings, database, edge, ledgers and clocks, and say what to do. 0: all is well; 1: something is broken.
    Doctor,
    /// Start a new epoch and rebuild ledger and KV from the database; needed after a restored backup.
    Republish {
        /// Only this workspace.
        #[arg(long)]
        workspace: Option<WorkspaceId>,
    },
}

#[derive(Subcommand)]
enum WorkspaceCommand {
    /// Make a workspace; prints its id.
    Create(WorkspaceArgs),
    /// List the ids of all workspaces.
    List,
    /// Give a workspace another plan. Tokens beyond a smaller one live on, and no further ones are made.
    SetPlan {
        /// The workspace.
        id: WorkspaceId,
        /// How many live tokens it may have: 5, 50, or as many as it likes.
        plan: Plan,
    },
}

#[derive(Args)]
struct WorkspaceArgs {
    /// Its id, `ws_` and letters or digits. Default: a fresh one.
    #[arg(long)]
    id: Option<WorkspaceId>,
    /// What people call it. Default: its id.
    #[arg(long)]
    name: Option<String>,
    /// How many live tokens it may have: 5, 50, or as many as it likes.
    #[arg(long, default_value = "free")]
    plan: Plan,
    /// Make a project of this id in it.
    #[arg(long)]
    project: Option<ProjectId>,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Make a token; prints it, once, alone on standard output.
    Create(TokenArgs),
}

#[derive(Args)]
struct TokenArgs {
    /// The workspace that it belongs to.
    #[arg(long)]
    workspace: WorkspaceId,
    /// What people call it.
    #[arg(long)]
    name: String,
    /// What it may do: deploy, read, delete, admin.
    #[arg(long, value_delimiter = ',', required = true)]
    scopes: Vec<String>,
    /// The one project that it covers. Default: all.
    #[arg(long)]
    project: Option<ProjectId>,
    /// When it expires: RFC 3339, or a date, which means the end of that day in UTC. Default: never.
    #[arg(long)]
    expires: Option<String>,
}

/// Runs a command. 0: done; 1: failed; 2: a setting or argument cannot be used; 9: committed, and pending.
///
/// `limiting` is of `serve`; nothing else is limited.
pub async fn run(cli: Cli, limiting: Limiting) -> ExitCode {
    log::start(&cli.settings.log, cli.settings.log_format);
    match execute(cli, limiting).await {
        Ok(code) => code,
        Err(why) if why.is::<Unusable>() => fail(&why, 2),
        Err(why) => fail(&why, 1),
    }
}

fn fail(why: &anyhow::Error, code: u8) -> ExitCode {
    eprintln!("control-plane: {why:#}");
    ExitCode::from(code)
}

/// A setting or argument that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unusable(String);

async fn execute(cli: Cli, limiting: Limiting) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve => serve(&cli.settings, limiting).await?,
        Command::Migrate => drop(open(&cli.settings).await?),
        Command::Workspace(WorkspaceCommand::Create(args)) => create_workspace(&cli.settings, args).await?,
        Command::Workspace(WorkspaceCommand::List) => list_workspaces(&cli.settings).await?,
        Command::Workspace(WorkspaceCommand::SetPlan { id, plan }) => {
            bootstrap::set_plan(&open(&cli.settings).await?, id.as_str(), plan, &SystemClock).await?;
        }
        Command::Token(TokenCommand::Create(args)) => return create_token(&cli.settings, args).await,
        Command::Doctor => return doctor(&cli.settings).await,
        Command::Republish { workspace } => republish_all(&cli.settings, workspace).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(settings: &RawSettings) -> anyhow::Result<Store> {
    let store = open_as_it_is(settings).await?;
    store.migrate().await.context("cannot bring the database up to date")?;
    Ok(store)
}

async fn open_as_it_is(settings: &RawSettings) -> anyhow::Result<Store> {
    let url = settings.check_database_url().map_err(Unusable)?;
    let store = Store::open(url).await;
    store.with_context(|| format!("cannot open the database {}", without_password(url)))
}

/// The parts of the program.
fn assemble(settings: &RawSettings, store: Store) -> anyhow::Result<(App, EdgeClient)> {
    let checked = settings.check().map_err(Unusable)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let edge = EdgeClient::new(&checked, Arc::clone(&clock)).context("cannot set up calls of the edge")?;
    let metrics = Arc::<Metrics>::default();
    let publisher = Publisher::new(store.clone(), edge.clone(), Arc::clone(&clock), Arc::clone(&metrics));
    let limits = Arc::new(RateLimits::new(Limiting::On, Arc::clone(&metrics)));
    Ok((App { store, publisher, limits, uses: Arc::default(), metrics, clock, settings: Arc::new(checked) }, edge))
}

/// The parts of the program, with a publisher that is already at work.
async fn start(settings: &RawSettings) -> anyhow::Result<(App, EdgeClient)> {
    settings.check().map_err(Unusable)?;
    let (app, edge) = assemble(settings, open(settings).await?)?;
    tokio::spawn(Arc::clone(&app.publisher).run());
    Ok((app, edge))
}

async fn serve(settings: &RawSettings, limiting: Limiting) -> anyhow::Result<()> {
    let (parts, _) = start(settings).await?;
    // Not before: until here a signal ends the process as it is.
    let signals = Signals::listen().context("cannot listen to signals")?;
    let parts = App { limits: Arc::new(RateLimits::new(limiting, Arc::clone(&parts.metrics))), ..parts };
    let listener = listen(settings.listen_addr, "LISTEN_ADDR").await?;
    if let MetricsAddr(Some(address)) = settings.metrics_addr {
        let listener = listen(address, "METRICS_ADDR").await?;
        tracing::info!("metrics on http://{}/metrics", listener.local_addr()?);
        tokio::spawn(axum::serve(listener, metrics::router(parts.clone())).into_future());
    }
    tracing::info!("listening on http://{}", listener.local_addr()?);
    tokio::spawn(keep_house(parts.clone()));
    let served = shutdown::serve(listener, app(parts.clone()), signals).await;
    if let Err(why) = parts.uses.write_down(&parts.store).await {
        tracing::warn!("when tokens were last used is not written down: {why}");
    }
    served
}

async fn listen(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    let cannot = || format!("cannot listen on {address}; set {setting} to a free address");
    TcpListener::bind(address).await.with_context(cannot)
}

async fn doctor(settings: &RawSettings) -> anyhow::Result<ExitCode> {
    settings.check().map_err(Unusable)?;
    let (app, edge) = assemble(settings, open_as_it_is(settings).await?)?;
    let findings = doctor::examine(&app, &edge).await;
    for Finding { level, what, advice } in &findings {
        let sign = match level {
            Level::Fine => "✔",
            Level::Warning => "!",
            Level::Broken => "✘",
        };
        println!("{sign} {what}");
        if !advice.is_empty() {
            println!("    {advice}");
        }
    }
    let is_broken = findings.iter().any(|finding| finding.level == Level::Broken);
    Ok(if is_broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn create_workspace(settings: &RawSettings, args: WorkspaceArgs) -> anyhow::Result<()> {
    let store = open(settings).await?;
    let now = SystemClock.now();
    let id = args.id.map_or_else(|| random::id(WorkspaceId::PREFIX, now).parse(), Ok)?;
    let name = args.name.unwrap_or_else(|| id.to_string());
    let request = WorkspaceRequest { id: id.clone(), name, plan: args.plan, project: args.project };
    bootstrap::create_workspace(&store, request, now).await?;
    println!("{id}");
    Ok(())
}

async fn list_workspaces(settings: &RawSettings) -> anyhow::Result<()> {
    let store = open(settings).await?;
    for id in workspaces::ids(&mut *store.connection().await?).await? {
        println!("{id}");
    }
    Ok(())
}

async fn create_token(settings: &RawSettings, args: TokenArgs) -> anyhow::Result<ExitCode> {
    let (app, _) = start(settings).await?;
    let raw = RawTokenRequest {
        name: args.name,
        scopes: args.scopes,
        project_id: args.project.map(|id| id.to_string()),
        expires_at: args.expires,
    };
    let request = raw.check(app.clock.now());
    let request = request.map_err(|errors| Unusable(Problem::validation_failed(errors).to_string()))?;
    let (token, row) = bootstrap::create_token(&app, args.workspace.as_str(), request).await?;
    println!("{}", token.as_token().expose());
    eprintln!("{} is shown this once; keep it where secrets are kept.", row.id);
    if row.effective_at.is_none() {
        eprintln!("It is pending: the edge could not be reached. `control-plane serve` goes on publishing it.");
        return Ok(ExitCode::from(9));
    }
    Ok(ExitCode::SUCCESS)
}

async fn republish_all(settings: &RawSettings, only: Option<WorkspaceId>) -> anyhow::Result<()> {
    let (app, edge) = start(settings).await?;
    let ids = match only {
        Some(only) => vec![existing(&app, &only).await?],
        None => republish::chosen(&app, &edge).await?,
    };
    let mut failed = 0;
    for (number, id) in (1_usize..).zip(&ids) {
        let bar = Bar::new(&format!("{id} ({number} of {})", ids.len()));
        let report = |progress| match progress {
            Progress::InForce { revoked } => bar.aside(|| say_revoked(id, &revoked)),
            progress => bar.show(&progress),
        };
        let done = republish::republish(&app, &edge, id, report).await;
        bar.end();
        match done {
            Ok(done) => eprintln!("{id}: epoch {}, {} tokens in ledger and KV", done.epoch, done.tokens),
            Err(why) => {
                failed += 1;
                eprintln!("{id}: NOT republished: {why:#}");
            }
        }
    }
    ensure!(failed == 0, "{failed} of {} workspaces were not republished; run this again, it goes on there", ids.len());
    Ok(())
}

fn say_revoked(workspace_id: &str, revoked: &[String]) {
    for id in revoked {
        println!("{id}");
        eprintln!("{workspace_id}: {id} was revoked, since the ledger knew it as dead and the database did not");
    }
}

async fn existing(app: &App, id: &WorkspaceId) -> anyhow::Result<String> {
    let found = workspaces::get(&mut *app.store.connection().await?, id.as_str()).await?;
    let none = || Unusable(format!("there is no workspace {id}; `control-plane workspace list` shows all"));
    Ok(found.ok_or_else(none)?.id)
}
