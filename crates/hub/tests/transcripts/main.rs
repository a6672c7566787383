//! The protocol's document and the hub say the same.
//!
//! `docs/sync/transcripts/` holds what was said to a hub and what it answered. Here each is replayed against a fresh hub
//! on a real port, and the answers must be those of the file. The examples in `docs/sync.md` are parts of these files.
//! `DESKBELL_RECORD=1 cargo test -p deskbell-hub --test transcripts` writes both anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod document;
mod json;
mod scene;
mod scenes;
mod transcript;
mod world;

use transcript::{file, load, names, recording};
use world::World;

const HOW: &str = "If that is meant: DESKBELL_RECORD=1 cargo test -p deskbell-hub --test transcripts";

#[tokio::test]
async fn every_story_is_in_its_file_as_it_happens() {
    let mut told = Vec::new();
    for (name, transcript) in scenes::all().await {
        let text = transcript.to_text();
        if recording() {
            std::fs::write(file(name), &text).unwrap();
        }
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let present = std::fs::read_to_string(file(name)).unwrap_or_else(|e| panic!("{name}: {e}. {HOW}"));
        assert!(value(&present) == value(&text), "{name} happens in another way now. {HOW}");
        told.push(name.to_owned());
    }
    told.sort();
    assert_eq!(names(), told, "a file that no story writes, or a story without a file");
    if recording() {
        document::write_examples();
    }
}

#[tokio::test]
async fn every_transcript_is_answered_as_it_stands() {
    // Where they are being written there is nothing to hold them against.
    if recording() {
        return;
    }
    for name in names() {
        let mut world = World::open().await;
        for (i, step) in load(&name).steps.iter().enumerate() {
            let played = world.play(step).await;
            let (now, then) = (played.said(), step.said());
            assert_eq!(now, then, "\n{name}, step {} ({}). {HOW}", i + 1, step.note);
        }
        world.close().await;
    }
}

#[tokio::test]
#[should_panic(expected = "not as it was")]
async fn an_answer_that_differs_is_noticed() {
    let transcript = load("send");
    let mut world = World::open().await;
    for step in &transcript.steps {
        let mut told = step.clone();
        if let Some(response) = &mut told.response
            && let Some(body) = &mut response.body
        {
            *body = transcript::raw(&body.get().replace("applied", "held"));
        }
        let played = world.play(&told).await;
        assert_eq!(played.said(), told.said(), "not as it was");
    }
}
