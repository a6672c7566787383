//! A customer: writes again and again, each message with its identifier until the hub has said that it has it, as the
//! chat box does.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use deskbell_testkit::visitor::Visitor;
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::sync::watch;
use uuid::Uuid;

use crate::books::Books;

/// How long a customer tries to get rid of one message.
const PATIENCE: Duration = Duration::from_secs(60);

/// Writes until told to stop; what was begun is finished. Returns the texts in their order.
pub async fn write(
    visitor: Arc<Visitor>,
    name: String,
    seed: u64,
    books: Arc<Books>,
    mut stop: watch::Receiver<bool>,
) -> Result<Vec<String>> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut texts = Vec::new();
    while !*stop.borrow() {
        let text = format!("{name} asks {}", texts.len());
        books.will_write(&name, &name, &text);
        let (id, began) = (Uuid::now_v7(), tokio::time::Instant::now());
        while let Err(error) = visitor.writes_as(id, &text).await {
            if began.elapsed() > PATIENCE {
                bail!("{text:?} does not get through: {error:#}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        books.has_written(&text);
        texts.push(text);
        let pause = Duration::from_millis(rng.random_range(150..900));
        let _ = tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await;
    }
    Ok(texts)
}
