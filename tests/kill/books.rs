//! Who wrote what, how sure it is that it was written, and what happened in which order.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::{Result, ensure};

/// What is known of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Who wrote it.
    pub author: String,
    /// Title of the conversation.
    pub chat: String,
    /// Its program said that it has it. Otherwise it was killed before, and may have it or not.
    pub sure: bool,
}

/// The books of one run.
pub struct Books {
    began: Instant,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    texts: BTreeMap<String, Written>,
    story: Vec<String>,
    kills: BTreeMap<String, u32>,
}

impl Books {
    /// Empty ones.
    pub fn new() -> Self {
        Self { began: Instant::now(), inner: Mutex::default() }
    }

    /// Something happened.
    pub fn tell(&self, what: impl AsRef<str>) {
        let at = self.began.elapsed().as_secs_f32();
        self.lock().story.push(format!("{at:8.3} {}", what.as_ref()));
    }

    /// A program was killed.
    pub fn killed(&self, who: &str) {
        *self.lock().kills.entry(who.into()).or_default() += 1;
        self.tell(format!("KILLED {who}"));
    }

    /// Somebody is about to write a text. No two texts are the same.
    pub fn will_write(&self, author: &str, chat: &str, text: &str) {
        let written = Written { author: author.into(), chat: chat.into(), sure: false };
        self.lock().texts.insert(text.into(), written);
        self.tell(format!("{author} writes {text:?} to {chat}"));
    }

    /// The program has it.
    pub fn has_written(&self, text: &str) {
        if let Some(written) = self.lock().texts.get_mut(text) {
            written.sure = true;
        }
        self.tell(format!("{text:?} is written"));
    }

    /// All texts.
    pub fn texts(&self) -> BTreeMap<String, Written> {
        self.lock().texts.clone()
    }

    /// What happened in order.
    pub fn story(&self) -> String {
        self.lock().story.join("\n")
    }

    /// One line for a run that went well.
    pub fn sum(&self) -> String {
        let inner = self.lock();
        let sure = inner.texts.values().filter(|written| written.sure).count();
        let mut sum = format!("{} texts, {sure} of them sure; killed:", inner.texts.len());
        for (who, times) in &inner.kills {
            let _ = write!(sum, " {who} {times}");
        }
        sum
    }

    /// Holds what the hub has, chat by chat, and what needs its author's attention against what was written.
    pub fn balance(
        &self,
        on_hub: &BTreeMap<String, Vec<String>>,
        attention: &BTreeMap<String, Vec<String>>,
    ) -> Result<()> {
        let texts = self.texts();
        let mut wrong = Vec::new();
        for (text, written) in &texts {
            let count = |all: &BTreeMap<String, Vec<String>>, of: &str| {
                all.get(of).map_or(0, |texts| texts.iter().filter(|one| *one == text).count())
            };
            let everywhere: usize = on_hub.values().flatten().filter(|one| *one == text).count();
            let (there, kept) = (count(on_hub, &written.chat), count(attention, &written.author));
            if everywhere != there {
                wrong.push(format!("{text:?} is in another conversation than {}", written.chat));
            }
            match (there, kept) {
                (1, 0) | (0, 1) => {}
                (0, 0) if !written.sure => {}
                (0, 0) => wrong.push(format!("LOST: {text:?} of {}", written.author)),
                (there, kept) => {
                    wrong.push(format!("TWICE: {text:?} of {}: {there} on the hub, {kept} kept", written.author));
                }
            }
        }
        for stranger in on_hub.values().flatten().filter(|text| !texts.contains_key(*text)) {
            wrong.push(format!("nobody wrote {stranger:?}"));
        }
        ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[test]
fn what_is_lost_or_there_twice_does_not_balance() {
    let books = Books::new();
    for (text, sure) in [("a", true), ("b", false), ("c", true)] {
        books.will_write("alice", "Rosa", text);
        if sure {
            books.has_written(text);
        }
    }
    let told = |texts: &[&str]| texts.iter().map(|text| (*text).to_string()).collect::<Vec<_>>();
    let all = |who: &str, texts: &[&str]| BTreeMap::from([(who.to_string(), told(texts))]);
    let balance = |hub: &[&str], kept: &[&str]| books.balance(&all("Rosa", hub), &all("alice", kept));
    assert!(balance(&["a", "c"], &[]).is_ok());
    assert!(balance(&["a", "b"], &["c"]).is_ok());
    for (hub, kept) in [
        (&["a"][..], &[][..]),
        (&["a", "a", "c"], &[]),
        (&["a", "c"], &["c"]),
        (&["a", "b", "b", "c"], &[]),
        (&["a", "c", "x"], &[]),
    ] {
        assert!(balance(hub, kept).is_err(), "{hub:?} {kept:?}");
    }
}
