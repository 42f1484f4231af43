//! The expression engine, which is a module of its own (`ui/judge`): loaded when the first expression or rule is looked at, and
//! asked what there is to say of them. Where it cannot be loaded, or stops, that is what there is to say.

use std::sync::Arc;

use expr::{Ruling, Sees, Verdict};
use js_sys::Promise;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(raw_module = "./lazy.js")]
extern "C" {
    #[wasm_bindgen(js_name = loadJudge)]
    fn load_judge(attempt: u32) -> Promise;
}

#[wasm_bindgen]
extern "C" {
    /// The loaded module; see `ui/judge/src/lib.rs`.
    #[derive(Clone)]
    type Module;

    #[wasm_bindgen(method, catch)]
    fn take(this: &Module, outputs: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn judge(this: &Module, source: &str, sees: &str) -> Result<String, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn decide(this: &Module, rule: &str) -> Result<String, JsValue>;
}

/// What the engine says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer<T> {
    /// It is on its way.
    Awaited,
    /// This.
    Said(T),
    /// It could not be loaded, or it stopped at this; why, in words.
    Missing(String),
}

/// The way to the engine.
#[derive(Clone, Copy)]
pub(crate) struct Engine {
    state: RwSignal<State, LocalStorage>,
    /// The outputs that the module was given last.
    given: StoredValue<Option<Arc<Map<String, Value>>>, LocalStorage>,
    attempts: StoredValue<u32>,
}

#[derive(Clone)]
enum State {
    /// Nobody has looked at an expression yet.
    Unwanted,
    Loading,
    Ready(Module),
    Missing(String),
}

impl Engine {
    /// One that is not loaded.
    pub(crate) fn new() -> Self {
        Self { state: RwSignal::new_local(State::Unwanted), given: StoredValue::new_local(None), attempts: StoredValue::new(0) }
    }

    /// Loads it, unless it is there or on its way.
    pub(crate) fn want(self) {
        if self.state.with_untracked(|state| matches!(state, State::Loading | State::Ready(_))) {
            return;
        }
        let attempt = self.attempts.get_value();
        self.attempts.set_value(attempt + 1);
        self.given.set_value(None);
        self.state.set(State::Loading);
        spawn_local(async move {
            let loaded = JsFuture::from(load_judge(attempt)).await;
            self.state.set(match loaded {
                Ok(module) => State::Ready(module.unchecked_into()),
                Err(error) => State::Missing(format!("what tries expressions could not be loaded: {}", words(&error))),
            });
        });
    }

    /// What there is to say of an expression. Follows the engine's coming.
    pub(crate) fn judge(self, source: &str, outputs: &Arc<Map<String, Value>>, sees: &Sees) -> Answer<Verdict> {
        if source.trim().is_empty() {
            return Answer::Said(Verdict::Empty);
        }
        self.ask(outputs, |module| module.judge(source, &json(sees)))
    }

    /// What there is to say of a rule. Follows the engine's coming.
    pub(crate) fn decide(self, rule: &Value, outputs: &Arc<Map<String, Value>>) -> Answer<Ruling> {
        self.ask(outputs, |module| module.decide(&json(rule)))
    }

    fn ask<T: DeserializeOwned>(
        self,
        outputs: &Arc<Map<String, Value>>,
        question: impl FnOnce(&Module) -> Result<String, JsValue>,
    ) -> Answer<T> {
        let module = match self.state.get() {
            State::Unwanted | State::Loading => return Answer::Awaited,
            State::Missing(why) => return Answer::Missing(why),
            State::Ready(module) => module,
        };
        let answer = self.give(&module, outputs).and_then(|()| question(&module));
        match answer.map_err(|error| words(&error)).and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string())) {
            Ok(said) => Answer::Said(said),
            Err(why) => {
                // What has stopped once is in no state to be asked again. Told after this question is answered.
                let why = format!("what tries expressions stopped at this one: {why}");
                let state = self.state;
                let told = why.clone();
                queue_microtask(move || state.set(State::Missing(told)));
                Answer::Missing(why)
            }
        }
    }

    /// Gives the module the outputs, unless it has them.
    fn give(self, module: &Module, outputs: &Arc<Map<String, Value>>) -> Result<(), JsValue> {
        let has_them = self.given.with_value(|given| given.as_ref().is_some_and(|given| Arc::ptr_eq(given, outputs)));
        if !has_them {
            module.take(&json(&**outputs))?;
            self.given.set_value(Some(outputs.clone()));
        }
        Ok(())
    }
}

/// Our own values can always be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What a script threw, as a person may read it.
fn words(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| "the browser does not say why".to_owned(), |error| String::from(error.message()))
}
