//! A window of the same toolkit with nothing in it: what no program built on it can be below. `cargo xtask bench --window`
//! measures it beside the real one.

use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() {
    let ended = tauri::Builder::default()
        .setup(|app| {
            let nothing = WebviewUrl::External("about:blank".parse()?);
            WebviewWindowBuilder::new(app, "empty", nothing).inner_size(1440.0, 900.0).build()?;
            Ok(())
        })
        .run(tauri::generate_context!());
    if let Err(error) = ended {
        eprintln!("no window: {error}");
    }
}
