//! A window of the same toolkit with nothing in it: what no program built on it can be below. `cargo xtask bench --window`
//! measures it beside the real one. Told `--rest-after SECONDS` it gives its page up then and goes on without, as the real
//! one does in the tray.

use std::{thread, time::Duration};

use tauri::{Manager, RunEvent, WebviewUrl, WebviewWindowBuilder, http::Response};

const LABEL: &str = "empty";
/// A page of its own: for `about:blank` WebKit starts no process.
const PAGE: &str = "<!doctype html><title>Empty</title>";

fn main() {
    let built = tauri::Builder::default()
        .register_uri_scheme_protocol(LABEL, |_, _| Response::new(PAGE.as_bytes()))
        .setup(|app| {
            let nothing = WebviewUrl::CustomProtocol(format!("{LABEL}://localhost/").parse()?);
            WebviewWindowBuilder::new(app, LABEL, nothing).inner_size(1440.0, 900.0).build()?;
            if let Some(seconds) = rest_after() {
                let app = app.handle().clone();
                thread::spawn(move || {
                    thread::sleep(Duration::from_secs(seconds));
                    if let Some(window) = app.get_webview_window(LABEL)
                        && let Err(error) = window.destroy()
                    {
                        eprintln!("the window stays: {error}");
                    }
                });
            }
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => app.run(|_, event| {
            if let RunEvent::ExitRequested { code: None, api, .. } = event
                && rest_after().is_some()
            {
                api.prevent_exit();
            }
        }),
        Err(error) => eprintln!("no window: {error}"),
    }
}

fn rest_after() -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--rest-after");
    arguments.nth(1)?.parse().ok()
}
