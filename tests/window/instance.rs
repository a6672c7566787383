//! One window per profile; a profile that cannot be used is said in one sentence.

use std::{
    fs,
    process::{Command, Stdio},
    sync::Arc,
};

use anyhow::Result;
use deskbell_testkit::{
    desktop::{Desktop, DesktopOptions},
    eventually::{PATIENCE, eventually},
    process::Running,
    programs::program,
    screen::Screen,
    statusnotifier::Panel,
    window::Window,
};

#[tokio::test]
async fn a_second_start_raises_a_window_that_is_behind_others() -> Result<()> {
    let desktop = Arc::new(Desktop::start()?);
    let profile = tempfile::tempdir()?;
    let window = Window::open(&desktop, profile.path()).await?;
    Screen::open(&desktop)?.focus_elsewhere()?;

    let second = window.start_again()?;

    assert!(second.success(), "{second}");
    window.is_in_front().await
}

/// C106
#[tokio::test]
async fn a_second_start_shows_a_window_that_was_closed_to_the_tray() -> Result<()> {
    let desktop = Arc::new(Desktop::start()?);
    let panel = Panel::start(&desktop).await?;
    let profile = tempfile::tempdir()?;
    let window = Window::open(&desktop, profile.path()).await?;
    panel.icon().await?;
    window.close().await?;
    window.is_hidden().await?;

    assert!(window.start_again()?.success());

    window.is_in_front().await
}

/// C111
#[tokio::test]
async fn a_window_that_was_on_a_screen_that_is_gone_is_whole_on_the_one_that_is_there() -> Result<()> {
    let options = DesktopOptions { screen: (1280, 720), ..Default::default() };
    let desktop = Arc::new(Desktop::start_with(&options)?);
    let profile = tempfile::tempdir()?;
    fs::write(profile.path().join("window.json"), r#"{"x": 3000, "y": 200, "width": 1440, "height": 900}"#)?;
    let window = Window::open(&desktop, profile.path()).await?;
    let screen = Screen::open(&desktop)?;
    eventually("the window to be whole on the screen", async || {
        let (x, y, width, height) = screen.place(window.window_pid()?)?;
        let inside =
            x >= 0 && y >= 0 && i32::from(x) + i32::from(width) <= 1280 && i32::from(y) + i32::from(height) <= 720;
        Ok((inside && width >= 1024 && height >= 700).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_window_opens_where_it_was_closed() -> Result<()> {
    let options = DesktopOptions { screen: (1920, 1080), ..Default::default() };
    let desktop = Arc::new(Desktop::start_with(&options)?);
    let profile = tempfile::tempdir()?;
    fs::write(profile.path().join("window.json"), r#"{"x": 300, "y": 200, "width": 1100, "height": 710}"#)?;
    for _ in 0..2 {
        let window = Window::open(&desktop, profile.path()).await?;
        let screen = Screen::open(&desktop)?;
        eventually("the window to be where it was", async || {
            Ok((screen.place(window.window_pid()?)? == (300, 200, 1100, 710)).then_some(()))
        })
        .await?;
        window.close().await?;
        window.has_ended().await?;
    }
    Ok(())
}

#[tokio::test]
async fn two_profiles_are_two_windows() -> Result<()> {
    let desktop = Arc::new(Desktop::start()?);
    let (mine, yours) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let first = Window::open(&desktop, mine.path()).await?;
    let second = Window::open(&desktop, yours.path()).await?;
    assert_ne!(first.pid()?, second.pid()?);
    Ok(())
}

#[tokio::test]
async fn a_killed_program_does_not_keep_the_next_one_out() -> Result<()> {
    let desktop = Arc::new(Desktop::start()?);
    let profile = tempfile::tempdir()?;
    Window::open(&desktop, profile.path()).await?.kill()?;
    Window::open(&desktop, profile.path()).await?;
    Ok(())
}

/// Starts the program where it cannot run; returns its exit code and what it wrote.
fn refused(desktop: &Desktop, profile: &std::path::Path) -> Result<(Option<i32>, String)> {
    let mut command = Command::new(program("deskbell")?);
    command.arg("--profile").arg(profile).stderr(Stdio::piped());
    let mut program = Running::start(desktop.enter(&mut command))?;
    let status = program.wait_for(PATIENCE)?.expect("a refused program ends");
    let mut written = String::new();
    if let Some(mut stderr) = program.child().stderr.take() {
        std::io::Read::read_to_string(&mut stderr, &mut written)?;
    }
    Ok((status.code(), written))
}

#[tokio::test]
async fn a_profile_that_is_a_file_is_refused_with_a_sentence() -> Result<()> {
    let desktop = Arc::new(Desktop::start()?);
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("profile");
    fs::write(&file, "not a directory")?;

    let (code, written) = refused(&desktop, &file)?;

    assert_eq!(code, Some(1));
    assert!(written.contains("is a file, not a directory") && written.contains("--profile"), "{written}");
    assert!(!written.contains("panicked"), "{written}");
    assert_eq!(fs::read_to_string(&file)?, "not a directory");
    Ok(())
}

#[tokio::test]
async fn a_profile_that_cannot_be_made_is_refused_with_a_sentence() -> Result<()> {
    let desktop = Arc::new(Desktop::start()?);
    // Not a directory in which anybody may write, not even root.
    let (code, written) = refused(&desktop, std::path::Path::new("/proc/deskbell"))?;
    assert_eq!(code, Some(1));
    assert!(written.contains("/proc/deskbell") && written.contains("cannot be used"), "{written}");
    assert!(!written.contains("panicked"), "{written}");
    Ok(())
}

#[tokio::test]
async fn without_a_display_it_says_so() -> Result<()> {
    let profile = tempfile::tempdir()?;
    let output = Command::new(program("deskbell")?)
        .arg("--profile")
        .arg(profile.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        // Where a Wayland display would be looked for all the same.
        .env("XDG_RUNTIME_DIR", profile.path())
        .output()?;
    assert_eq!(output.status.code(), Some(1));
    let written = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(written.contains("no display") && !written.contains("panicked"), "{written}");
    Ok(())
}
