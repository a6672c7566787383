//! The cache is encrypted or it is not there: what happens where the keyring is locked or missing.

use std::time::Duration;

use anyhow::Result;
use deskbell_testkit::{
    computer::Computer,
    desktop::{DesktopOptions, Keyring},
    team::Team,
};

/// In what time a person must know why nothing is shown.
const SECONDS: Duration = Duration::from_secs(10);
const SECRET: &str = "The parcel lies behind the third flower pot";

/// C099
#[tokio::test]
async fn nothing_that_was_read_can_be_read_on_the_disk() -> Result<()> {
    let team = Team::start()?;
    let mut alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes(SECRET).await?;
    alice.open_chat("Rosa Vidal").await?;
    alice.type_in("Message", "A draft nobody else may read").await?;
    alice.quit().await?;
    assert_eq!(
        alice.files_with(&[SECRET, "A draft nobody", "Rosa Vidal", team.password()])?,
        Vec::<std::path::PathBuf>::new()
    );
    Ok(())
}

/// C099
#[tokio::test]
async fn without_a_keyring_a_password_is_asked_for_and_asked_for_again() -> Result<()> {
    let team = Team::start()?;
    let mut alice = Computer::start_with(&DesktopOptions { keyring: Keyring::Absent, ..Default::default() }).await?;
    alice.sign_in(&team.hub.url(), "alice@example.org", team.password()).await?;
    alice.sees("This computer has no keyring").await?;
    // Asked before anything is kept.
    alice.fill("Password for this computer", "correct horse battery").await?;
    alice.click("Sign in").await?;
    team.visitor("Rosa Vidal").await?.writes(SECRET).await?;
    alice.lists(SECRET).await?;
    alice.quit().await?;
    assert_eq!(
        alice.files_with(&[SECRET, "correct horse battery", team.password()])?,
        Vec::<std::path::PathBuf>::new()
    );

    alice.open().await?;
    alice.fill("Password for this computer", "wrong horse battery").await?;
    alice.click("Unlock").await?;
    alice.sees("That is not the password for this computer").await?;
    alice.fill("Password for this computer", "correct horse battery").await?;
    alice.click("Unlock").await?;
    alice.lists(SECRET).await
}

/// C097
#[tokio::test]
async fn a_locked_keyring_is_said_within_seconds_and_the_window_answers() -> Result<()> {
    let team = Team::start()?;
    let mut alice = team.alice().await?;
    team.visitor("Rosa Vidal").await?.writes(SECRET).await?;
    alice.lists(SECRET).await?;
    alice.quit().await?;
    alice.desktop().lock_keyring()?;

    alice.open().await?;

    alice.sees_within(SECONDS, "Your keyring is locked").await?;
    alice.click("Try again").await?;
    alice.sees_within(SECONDS, "The keyring is locked. Unlock it").await?;
    // The way in without it: the hub keeps a second key.
    alice.click("Sign in again").await?;
    alice.fill("Password", team.password()).await?;
    alice.click("Sign in").await?;
    alice.lists(SECRET).await
}
