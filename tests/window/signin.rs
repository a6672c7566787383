//! Signing in: what is wrong is said, and never who exists.

use anyhow::Result;
use deskbell_testkit::{computer::Computer, team::Team};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_told_alike() -> Result<()> {
    let team = Team::start()?;
    let computer = Computer::start().await?;

    computer.sign_in(&team.hub.url(), "alice@example.org", "not this one").await?;
    computer.sees("Email or password is wrong").await?;
    let wrong_password = computer.refusal().await?;

    computer.sign_in(&team.hub.url(), "nobody@example.org", "not this one").await?;
    computer.sees("Email or password is wrong").await?;
    assert_eq!(computer.refusal().await?, wrong_password);

    computer.sign_in(&team.hub.url(), "alice@example.org", team.password()).await?;
    computer.sees("Support").await
}

#[tokio::test]
async fn a_hub_that_does_not_answer_is_named() -> Result<()> {
    let mut team = Team::start()?;
    team.hub.stop()?;
    let computer = Computer::start().await?;
    computer.sign_in(&team.hub.url(), "alice@example.org", team.password()).await?;
    computer.sees(&format!("{} does not answer", team.hub.url())).await
}

#[tokio::test]
async fn an_address_without_a_hub_is_told_apart_from_a_wrong_password() -> Result<()> {
    // A web server, and no hub.
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let server = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let page = "<h1>It works</h1>";
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{page}",
                page.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    let computer = Computer::start().await?;
    computer.sign_in(&address, "alice@example.org", "whatever it is").await?;
    computer.sees("There is no hub at").await?;
    server.abort();
    Ok(())
}

#[tokio::test]
async fn a_signed_in_profile_needs_no_network_to_start() -> Result<()> {
    let mut team = Team::start()?;
    let mut alice = team.alice().await?;
    let visitor = team.visitor("Rosa Vidal").await?;
    visitor.writes("Hello?").await?;
    alice.lists("Rosa Vidal").await?;
    alice.quit().await?;
    team.hub.stop()?;

    alice.open().await?;

    alice.lists("Rosa Vidal").await
}
