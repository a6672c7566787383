//! The one command of the page. What can be asked, and in what shape, is the core's affair.

use deskbell_core::{Core, rpc::types::RpcError};
use serde_json::Value;
use tauri::State;
use tokio::sync::RwLock;

use crate::links;

/// The calls that are running, so that quitting can wait for them.
#[derive(Debug, Default)]
pub struct Calls(RwLock<()>);

impl Calls {
    /// Waits until every call has its answer.
    pub async fn finished(&self) {
        let _ = self.0.write().await;
    }
}

/// Asks the core. A link is opened only after the core has said that it may be.
#[tauri::command]
pub async fn rpc(core: State<'_, Core>, calls: State<'_, Calls>, name: String, args: Value) -> Result<Value, RpcError> {
    let _running = calls.0.read().await;
    let href = (name == "open_link").then(|| args.get("href").and_then(Value::as_str).map(str::to_owned)).flatten();
    let answer = core.rpc(&name, args).await?;
    if let Some(href) = href {
        links::open(&href).await?;
    }
    Ok(answer)
}
