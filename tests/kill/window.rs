//! A member at a window, killed in the middle of a sentence.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use deskbell_testkit::computer::Computer;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

use crate::books::Books;

/// Mira at her window.
pub struct Mira {
    computer: Computer,
    books: Arc<Books>,
    written: u32,
}

impl Mira {
    /// Signs in and waits until everything is there.
    pub async fn sign_in(hub: &str, password: &str, books: &Arc<Books>) -> Result<Self> {
        let computer = Computer::start().await?;
        computer.sign_in(hub, "mira@example.org", password).await?;
        computer.sees("Support").await?;
        Ok(Self { computer, books: books.clone(), written: 0 })
    }

    /// Writes until she is killed, then the window is opened again.
    pub async fn killed_writing(&mut self, titles: &[String], rng: &mut StdRng) -> Result<()> {
        let until = Duration::from_millis(rng.random_range(100..2500));
        // Where it is killed is left as it is.
        if let Ok(ended) = tokio::time::timeout(until, self.write(titles, rng)).await {
            ended?;
        }
        self.books.killed("the window");
        self.computer.kill()?;
        self.computer.open().await
    }

    async fn write(&mut self, titles: &[String], rng: &mut StdRng) -> Result<()> {
        loop {
            let Some(title) = titles.choose(rng) else { return Ok(()) };
            self.computer.open_chat(title).await?;
            for _ in 0..rng.random_range(1..4) {
                let text = format!("mira answers {}", self.written);
                self.written += 1;
                self.books.will_write("mira", title, &text);
                // What was half typed as it was killed stands there as a draft.
                self.computer.fill("Message", &text).await?;
                self.computer.enter_in("Message").await?;
                self.computer.is_at(&text).await?;
                self.books.has_written(&text);
            }
        }
    }

    /// Waits until nothing waits, and closes the window.
    pub async fn finish(mut self) -> Result<Computer> {
        self.computer.sees_no("waiting").await?;
        self.computer.sees_no("Working offline").await?;
        self.computer.quit().await?;
        Ok(self.computer)
    }
}
