//! The Durable Object: a thin shell around [`shared::ledger::Ledger`].
//!
//! It keeps no thread-locals (edge and object may share an isolate) and sets no timers, since a pending one would
//! falsify its clock. What was used is handed on by an alarm, which is none.

use super::storage::SqlLedgerStorage;
use super::usage;
use crate::clock;
use crate::glue::path_and_query;
use crate::settings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::ledger::{Ledger as Machine, LedgerStorage, RenewalAnswer};
use shared::limits::USAGE_ALARM_MS;
use std::cell::RefCell;
use std::time::Duration;
use worker::{DurableObject, Env, Request, Response, Result, State, console_error, console_warn, durable_object};

/// The ledger of one workspace, whose id is the object's name.
#[durable_object(alarm)]
pub struct Ledger {
    state: State,
    env: Env,
    /// None until this instance has claimed the storage.
    machine: RefCell<Option<Machine>>,
}

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, machine: RefCell::new(None) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let url = request.inner().url();
        let path = path_and_query(&url);
        let body = request.text().await?;
        match self.answer(path, &body).await {
            Err(why) => {
                console_error!("ledger: {path} failed: {why}");
                Response::error(why.to_string(), 500)
            }
            answered => answered,
        }
    }

    /// Tells the control plane which tokens were used; what it did not take is told again.
    async fn alarm(&self) -> Result<Response> {
        // The next alarm first: this one may end at any time, and is repeated only so often.
        self.set_alarm().await?;
        let mut storage = self.storage();
        while !storage.used(1)?.is_empty() {
            if let Err(why) = usage::report(&self.env, &mut storage).await {
                console_warn!("which tokens were used is told later: {why}");
                return Response::empty();
            }
        }
        self.state.storage().delete_alarm().await?;
        Response::empty()
    }
}

impl Ledger {
    async fn answer(&self, path: &str, body: &str) -> Result<Response> {
        let mut storage = self.storage();
        self.claim(&mut storage).await?;
        match path {
            "/renew" => self.renew(&mut storage, body).await,
            "/publish" => self.step(body, |machine, message| machine.publish(&mut storage, message, clock::now())),
            "/reserve" => self.step(body, |machine, message| machine.reserve(&mut storage, message)),
            "/snapshot" => self.step(body, |machine, message| machine.snapshot(&mut storage, message, clock::now())),
            "/status" => Response::from_json(&self.with_machine(|machine| machine.status(&storage, clock::now()))??),
            _ => Response::error("no such call", 404),
        }
    }

    /// Makes this instance the owner: a confirmed write, after which no other instance can
    /// write any more, and only then the reading of what earlier ones left behind.
    ///
    /// An uninitialised ledger writes nothing: whoever initialises it writes first.
    async fn claim(&self, storage: &mut SqlLedgerStorage) -> Result<()> {
        if self.machine.borrow().is_some() {
            return Ok(());
        }
        let lease_ms = settings::lease_ms(&self.env)?;
        let mut inherited = None;
        if storage.position()?.is_some() {
            storage.claim()?;
            self.state.storage().sync().await?;
            inherited = storage.window()?;
        }
        // Another request may have claimed meanwhile, and granted: then its machine stays.
        self.machine.borrow_mut().get_or_insert_with(|| Machine::new(lease_ms, inherited, clock::now()));
        Ok(())
    }

    async fn renew(&self, storage: &mut SqlLedgerStorage, body: &str) -> Result<Response> {
        let now = clock::now();
        let wants_window = self.with_machine(|machine| machine.wants_window(now))?;
        if wants_window && storage.position()?.is_some() {
            let planned = self.with_machine(|machine| machine.plan_window(now))?;
            storage.set_window(planned.stored())?;
            self.state.storage().sync().await?;
            self.with_machine(|machine| machine.open_window(planned))?;
        }
        let answer =
            self.step::<_, RenewalAnswer>(body, |machine, message| machine.renew(storage, message, clock::now()))?;
        let used = self.with_machine(Machine::take_used)?;
        if !used.is_empty() && storage.keep_used(&used, clock::now())? {
            self.set_alarm().await?;
        }
        Ok(answer)
    }

    fn storage(&self) -> SqlLedgerStorage {
        SqlLedgerStorage::new(self.state.storage().sql())
    }

    async fn set_alarm(&self) -> Result<()> {
        self.state.storage().set_alarm(Duration::from_millis(USAGE_ALARM_MS)).await
    }

    /// Reads a message, lets the machine make one step, and answers with what it says.
    fn step<M: DeserializeOwned, A: Serialize>(
        &self,
        body: &str,
        step: impl FnOnce(&mut Machine, &M) -> Result<A>,
    ) -> Result<Response> {
        match serde_json::from_str(body) {
            Ok(message) => Response::from_json(&self.with_machine(|machine| step(machine, &message))??),
            Err(why) => Response::error(format!("unreadable message: {why}"), 400),
        }
    }

    fn with_machine<T>(&self, step: impl FnOnce(&mut Machine) -> T) -> Result<T> {
        self.machine.borrow_mut().as_mut().map(step).ok_or_else(|| "the ledger was not claimed".into())
    }
}
