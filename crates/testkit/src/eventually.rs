//! Waiting for what must become true, and saying what was there instead.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long a test waits for something that must happen. Only a failing test ever waits so long.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Asks again and again until `ask` has a value. `what` completes the sentence "waited in vain for ...".
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    within(PATIENCE, what, &mut ask).await
}

/// The same with another patience.
pub async fn within<T>(patience: Duration, what: &str, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let until = Instant::now() + patience;
    loop {
        let last = match ask().await {
            Ok(Some(value)) => return Ok(value),
            Ok(None) => None,
            Err(error) => Some(error),
        };
        if Instant::now() > until {
            match last {
                Some(error) => return Err(error.context(format!("waited in vain for {what}"))),
                None => bail!("waited in vain for {what}"),
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
