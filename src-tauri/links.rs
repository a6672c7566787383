//! Links leave the program here, for the system's browser, mail or calling program.

use deskbell_core::rpc::types::RpcError;

/// Opens an address that the core has judged. The address is one argument of a program, never a shell's line.
pub async fn open(href: &str) -> Result<(), RpcError> {
    let href = href.to_owned();
    // The launcher may take its time (it waits for a browser to start); the page must not.
    let opened = tokio::task::spawn_blocking(move || open::that_detached(href)).await;
    match opened {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(not_opened(&error)),
        Err(error) => Err(not_opened(&error)),
    }
}

fn not_opened(error: &dyn std::error::Error) -> RpcError {
    tracing::warn!(%error, "no program opened a link");
    RpcError {
        code: "link_not_opened".into(),
        message: "No program on this computer opened the link. Copy its address into a browser.".into(),
        retryable: true,
        params: Default::default(),
    }
}
