//! What the page asks. What can be asked, and in what shape, is the core's affair.

use std::sync::Arc;

use deskbell_core::{Core, rpc::types::RpcError};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};
use tokio::sync::watch;

use crate::{links, wire::ToWindow};

/// The calls that are running, so that quitting can wait for them.
#[derive(Debug, Clone)]
pub struct Calls(Arc<watch::Sender<usize>>);

/// One of them, until it is dropped.
pub struct Running(Calls);

impl Calls {
    /// None.
    pub fn none() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    /// One more, from now on.
    pub fn begin(&self) -> Running {
        self.0.send_modify(|running| *running += 1);
        Running(self.clone())
    }

    /// Waits until every call has its answer.
    pub async fn finished(&self) {
        // It fails only without a sender, and this is one.
        let _ = self.0.subscribe().wait_for(|running| *running == 0).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.send_modify(|running| *running -= 1);
    }
}

/// Asks the core, and words what the page is told.
pub async fn answer(core: &Core, call: u64, name: &str, args: &RawValue) -> serde_json::Result<ToWindow> {
    Ok(match ask(core, name, serde_json::from_str(args.get())?).await {
        Ok(answer) => ToWindow::Answer { call, answer: to_raw_value(&answer)? },
        Err(error) => ToWindow::Refusal { call, error: to_raw_value(&error)? },
    })
}

/// A link is opened only after the core has said that it may be.
async fn ask(core: &Core, name: &str, args: Value) -> Result<Value, RpcError> {
    let href = (name == "open_link").then(|| args.get("href").and_then(Value::as_str).map(str::to_owned)).flatten();
    let answer = core.rpc(name, args).await?;
    if let Some(href) = href {
        links::open(&href).await?;
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn they_are_finished_when_the_last_one_is() {
        let calls = Calls::none();
        assert!(calls.finished().now_or_never().is_some());
        let (one, other) = (calls.begin(), calls.begin());
        drop(one);
        assert!(calls.finished().now_or_never().is_none());
        drop(other);
        assert!(calls.finished().now_or_never().is_some());
    }
}
