//! The Durable Object: a thin shell around [`shared::ledger::Ledger`].
//!
//! It keeps no thread-locals (edge and object may share an isolate) and sets no timers, since a pending one would
//! falsify its clock. What was used is handed on by an alarm, which is none.

use super::storage::SqlLedgerStorage;
use super::usage;
use crate::glue::ledger::{delete_alarm, set_alarm, sync};
use crate::glue::request::{Incoming, read_body};
use crate::glue::words;
use crate::promise::{promise, promise_of};
use crate::{answer, clock, settings};
use js_sys::Promise;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::ledger::{Ledger as Machine, LedgerStorage, RenewalAnswer};
use shared::limits::USAGE_ALARM_MS;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use worker::{console_error, console_warn};

/// The ledger of one workspace, whose id is the object's name.
#[wasm_bindgen]
pub struct Ledger(Rc<Object>);

struct Object {
    /// `DurableObjectState`.
    state: JsValue,
    env: JsValue,
    /// None until this instance has claimed the storage.
    machine: RefCell<Option<Machine>>,
}

#[wasm_bindgen]
impl Ledger {
    /// An instance of the object; the platform makes it, and another one whenever it likes.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(state: JsValue, env: JsValue) -> Self {
        Self(Rc::new(Object { state, env, machine: RefCell::new(None) }))
    }

    /// Answers a call of the edge.
    pub fn fetch(&self, request: JsValue) -> Promise {
        let object = Rc::clone(&self.0);
        promise_of(async move { object.fetch(&request).await })
    }

    /// Tells the control plane which tokens were used; what it did not take is told again.
    pub fn alarm(&self) -> Promise {
        let object = Rc::clone(&self.0);
        promise(async move {
            let told = object.alarm().await;
            told.map(|()| JsValue::UNDEFINED).map_err(|why| js_sys::Error::new(&why).into())
        })
    }
}
/// HTTP status and body.
type Answer = Result<(u16, String), String>;

impl Object {
    async fn fetch(&self, request: &JsValue) -> JsValue {
        let incoming = Incoming::read(request);
        let path = incoming.raw().path;
        let (status, body) = self.answer(path, request).await.unwrap_or_else(|why| {
            console_error!("ledger: {path} failed: {why}");
            (500, why)
        });
        answer::json(status, &body)
    }

    /// The next alarm comes first: this one may end at any time, and is repeated only so often.
    async fn alarm(&self) -> Result<(), String> {
        set_alarm(&self.state, USAGE_ALARM_MS).await?;
        let mut storage = self.storage();
        while storage.has_used()? {
            if let Err(why) = usage::report(&self.env, &mut storage).await {
                console_warn!("which tokens were used is told later: {why}");
                return Ok(());
            }
        }
        delete_alarm(&self.state).await
    }

    async fn answer(&self, path: &str, request: &JsValue) -> Answer {
        let body = read_body(request).await.map_err(|thrown| words(&thrown))?.as_string().unwrap_or_default();
        let mut storage = self.storage();
        self.claim(&mut storage).await?;
        match path {
            "/renew" => self.renew(&mut storage, &body).await,
            "/publish" => self.step(&body, |machine, message| machine.publish(&mut storage, message, clock::now())),
            "/reserve" => self.step(&body, |machine, message| machine.reserve(&mut storage, message)),
            "/snapshot" => self.step(&body, |machine, message| machine.snapshot(&mut storage, message, clock::now())),
            "/status" => said(&self.with_machine(|machine| machine.status(&storage, clock::now()))??),
            _ => Ok((404, "no such call".into())),
        }
    }

    /// Makes this instance the owner: a confirmed write, after which no other instance can
    /// write any more, and only then the reading of what earlier ones left behind.
    ///
    /// An uninitialised ledger writes nothing: whoever initialises it writes first.
    async fn claim(&self, storage: &mut SqlLedgerStorage) -> Result<(), String> {
        if self.machine.borrow().is_some() {
            return Ok(());
        }
        let lease_ms = settings::lease_ms(&self.env)?;
        let mut inherited = None;
        if storage.position()?.is_some() {
            storage.claim()?;
            sync(&self.state).await?;
            inherited = storage.window()?;
        }
        // Another request may have claimed meanwhile, and granted: then its machine stays.
        self.machine.borrow_mut().get_or_insert_with(|| Machine::new(lease_ms, inherited, clock::now()));
        Ok(())
    }

    async fn renew(&self, storage: &mut SqlLedgerStorage, body: &str) -> Answer {
        let now = clock::now();
        let wants_window = self.with_machine(|machine| machine.wants_window(now))?;
        if wants_window && storage.position()?.is_some() {
            let planned = self.with_machine(|machine| machine.plan_window(now))?;
            storage.set_window(planned.stored())?;
            sync(&self.state).await?;
            self.with_machine(|machine| machine.open_window(planned))?;
        }
        let answer =
            self.step::<_, RenewalAnswer>(body, |machine, message| machine.renew(storage, message, clock::now()))?;
        let used = self.with_machine(Machine::take_used)?;
        if !used.is_empty() && storage.keep_used(&used, clock::now())? {
            set_alarm(&self.state, USAGE_ALARM_MS).await?;
        }
        Ok(answer)
    }

    fn storage(&self) -> SqlLedgerStorage {
        SqlLedgerStorage::new(self.state.clone())
    }

    /// Reads a message, lets the machine make one step, and answers with what it says.
    fn step<M: DeserializeOwned, A: Serialize>(
        &self,
        body: &str,
        step: impl FnOnce(&mut Machine, &M) -> Result<A, String>,
    ) -> Answer {
        match serde_json::from_str(body) {
            Ok(message) => said(&self.with_machine(|machine| step(machine, &message))??),
            Err(why) => Ok((400, format!("unreadable message: {why}"))),
        }
    }

    fn with_machine<T>(&self, step: impl FnOnce(&mut Machine) -> T) -> Result<T, String> {
        self.machine.borrow_mut().as_mut().map(step).ok_or_else(|| "the ledger was not claimed".into())
    }
}

fn said(answer: &impl Serialize) -> Answer {
    serde_json::to_string(answer).map(|body| (200, body)).map_err(|why| why.to_string())
}
