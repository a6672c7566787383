//! The core of one profile, asked by name.

use crate::{Args, Run, Stop, Surroundings, refused};
use deskbell_core::{
    ChatId, CommandId, Core, CoreOptions,
    rpc::types::{Outbox, OutboxRow, Session, Status},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::PathBuf, time::Duration};

/// An open profile.
pub struct Client {
    core: Core,
    cache_password: Option<String>,
    /// How long a command may wait for the hub.
    pub wait: Duration,
}

impl Client {
    /// Opens the profile, and the cache with the password from stdin where that was asked for. The network is left alone
    /// until a command asks for it.
    pub async fn open(args: &Args, surroundings: &mut Surroundings) -> Run<Self> {
        let password = match args.cache_password_stdin {
            true => Some(surroundings.password("The password of the messages on this computer")?),
            false => None,
        };
        let dir = profile_dir(args)?;
        let options = CoreOptions { background_sync: false, ..surroundings.core.clone() };
        let core = Core::open(&dir, options).await.map_err(|error| Stop::Told(error.into()))?;
        let client = Self { core, cache_password: password, wait: Duration::from_secs(args.wait) };
        if let (Some(password), Session::Locked { .. }) = (&client.cache_password, client.session().await?)
            && let Err(error) = client.call("unlock", json!({ "password": password })).await
        {
            client.core.shutdown().await;
            return Err(error);
        }
        Ok(client)
    }

    /// The core itself.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// The password of the messages on this computer, where one was given.
    pub fn cache_password(&self) -> Option<&str> {
        self.cache_password.as_deref()
    }

    /// Asks something of the core's list.
    pub async fn call(&self, name: &str, args: Value) -> Run<Value> {
        check_ids(&args)?;
        Ok(self.core.rpc(name, args).await?)
    }

    /// Who is signed in.
    pub async fn session(&self) -> Run<Session> {
        read("get_session", self.call("get_session", json!({})).await?)
    }

    /// How far this computer is in step with the hub.
    pub async fn status(&self) -> Run<Status> {
        read("get_status", self.call("get_status", json!({})).await?)
    }

    /// The same as it is answered where the hub was not asked: then nobody knows how the network is.
    pub async fn status_here(&self) -> Run<Value> {
        let mut status = self.call("get_status", json!({})).await?;
        status["network"] = Value::Null;
        Ok(status)
    }

    /// What waits, was refused or is held.
    pub async fn outbox(&self) -> Run<Vec<OutboxRow>> {
        let outbox: Outbox = read("list_outbox", self.call("list_outbox", json!({})).await?)?;
        Ok(outbox.rows)
    }

    /// Names of what is in the outbox.
    pub async fn outbox_names(&self) -> Run<BTreeSet<String>> {
        Ok(self.outbox().await?.iter().map(|row| row.command.to_string()).collect())
    }
}

/// Identifiers are typed by hand here: a wrong one is said in words, with where the right ones are.
fn check_ids(args: &Value) -> Run {
    let no_id = |what: &str, list: &str, given: &Value| {
        let given: String = given.as_str().unwrap_or_default().chars().take(60).collect();
        refused("bad_arguments", format!("{given:?} is not the id of a {what}: copy one from `deskbell-cli {list}`."))
    };
    if let Some(chat) = args.get("chat").filter(|chat| chat.is_string())
        && serde_json::from_value::<ChatId>(chat.clone()).is_err()
    {
        return Err(no_id("chat", "list", chat));
    }
    if let Some(command) = args.get("command").filter(|command| command.is_string())
        && serde_json::from_value::<CommandId>(command.clone()).is_err()
    {
        return Err(no_id("command", "outbox list", command));
    }
    Ok(())
}

/// A core's answer in the shape that it has.
fn read<T: serde::de::DeserializeOwned>(name: &str, value: Value) -> Run<T> {
    serde_json::from_value(value)
        .map_err(|why| refused("internal", format!("The answer of {name} cannot be read: {why}.")))
}

/// Where the profile is: the argument, `DESKBELL_PROFILE`, or the place where the window has it.
pub fn profile_dir(args: &Args) -> Run<PathBuf> {
    if let Some(dir) = &args.profile {
        return Ok(dir.clone());
    }
    let dirs = directories::ProjectDirs::from("org", "deskbell", "Deskbell");
    let dirs =
        dirs.ok_or_else(|| refused("no_home", "There is no home directory: name a profile with --profile DIR."))?;
    Ok(dirs.data_local_dir().join("default"))
}
