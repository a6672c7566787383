//! The one command of the page. What can be asked, and in what shape, is the core's affair.

use deskbell_core::{Core, rpc::types::RpcError};
use serde_json::Value;
use tauri::State;

use crate::links;

/// Asks the core. A link is opened only after the core has said that it may be.
#[tauri::command]
pub async fn rpc(core: State<'_, Core>, name: String, args: Value) -> Result<Value, RpcError> {
    let href = (name == "open_link").then(|| args.get("href").and_then(Value::as_str).map(str::to_owned)).flatten();
    let answer = core.rpc(&name, args).await?;
    if let Some(href) = href {
        links::open(&href).await?;
    }
    Ok(answer)
}
