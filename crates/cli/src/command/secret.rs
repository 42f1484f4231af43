//! `patchbay secret`: sets, lists and forgets secrets, and chooses where they are kept. Never takes a value as an argument.

use std::io::{self, IsTerminal, Read, stdin};
use std::path::Path;

use app::vault::{self, Choice, Name, Secret as Value};

use crate::args::{Output, Secret, Store};
use crate::error::Error;
use crate::exit::Exit;
use crate::secrets::{secrets, unless_stopped};
use crate::{out, prompt, setup};

pub(super) fn run(data: Option<&Path>, verb: Secret) -> Result<Exit, Error> {
    match verb {
        Secret::Set { name } => set(data, Name::new(name)?),
        Secret::List { output } => list(data, output),
        Secret::Remove { name } => remove(data, Name::new(name)?),
        Secret::Store { place: None } => show_store(data),
        Secret::Store { place: Some(place) } => choose_store(data, place),
    }
}

fn set(data: Option<&Path>, name: Name) -> Result<Exit, Error> {
    setup::block_on(async |stop| {
        let asked = name.clone();
        let typed = tokio::task::spawn_blocking(move || read_value(&asked));
        let value = tokio::select! {
            value = typed => value.map_err(|error| Error::Input(error.into()))?.map_err(Error::Input)?,
            () = stop.asked() => return Ok(stop.exit()),
        };
        let stored = name.clone();
        let set = unless_stopped(&stop, secrets(data).with(move |vault| vault.set(&stored, &value))).await?;
        if set.is_some() {
            out::say(format_args!("secret `{name}` is set"));
        }
        Ok(stop.exit())
    })
}

/// Asks the person, or takes standard input without its last line break.
fn read_value(name: &Name) -> io::Result<Value> {
    if stdin().is_terminal() {
        return prompt::ask(&format!("Value of {name} (hidden): "));
    }
    // Long enough that a usual value is never moved, which would leave a copy in memory.
    let mut value = String::with_capacity(64 * 1024);
    stdin().read_to_string(&mut value)?;
    let kept = value.strip_suffix('\n').map_or(value.as_str(), |line| line.strip_suffix('\r').unwrap_or(line)).len();
    value.truncate(kept);
    Ok(Value::new(value))
}

fn list(data: Option<&Path>, output: Output) -> Result<Exit, Error> {
    setup::block_on(async |stop| {
        if let Some(names) = unless_stopped(&stop, secrets(data).with(vault::Vault::list)).await? {
            let names: Vec<&str> = names.iter().map(Name::as_str).collect();
            match output {
                Output::Json => out::json(&names)?,
                Output::Text => out::text(names.iter().map(|name| format!("{name}\n")).collect::<String>())?,
            }
        }
        Ok(stop.exit())
    })
}

fn remove(data: Option<&Path>, name: Name) -> Result<Exit, Error> {
    setup::block_on(async |stop| {
        let removed = name.clone();
        if unless_stopped(&stop, secrets(data).with(move |vault| vault.remove(&removed))).await?.is_some() {
            out::say(format_args!("secret `{name}` is removed"));
        }
        Ok(stop.exit())
    })
}

fn show_store(data: Option<&Path>) -> Result<Exit, Error> {
    let choice = vault::chosen(&secrets(data).places()?)?;
    out::text(format_args!("{}\n", described(&choice)))?;
    Ok(Exit::Done)
}

fn choose_store(data: Option<&Path>, place: Store) -> Result<Exit, Error> {
    let places = secrets(data).places()?;
    let choice = match place {
        Store::Keychain => Choice::Keychain,
        Store::File { path } => Choice::File { path: path.unwrap_or_else(|| places.file.clone()) },
    };
    vault::choose(&places, choice)?;
    // As it was written down: with its whole path.
    out::say(format_args!("secrets are kept in {}", described(&vault::chosen(&places)?)));
    Ok(Exit::Done)
}

fn described(choice: &Choice) -> String {
    match choice {
        Choice::Keychain => "the system's keychain".to_owned(),
        Choice::File { path } => format!("the encrypted file {}", path.display()),
    }
}
