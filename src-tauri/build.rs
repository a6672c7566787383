//! Embeds the window's configuration. Only the `rpc` command exists, so that the capability file can name
//! everything the page may ever call.

fn main() {
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*.json")
        .app_manifest(tauri_build::AppManifest::new().commands(&["rpc"]));
    tauri_build::try_build(attributes).expect("tauri.conf.json, the icons and ui/dist stand where they should");
}
