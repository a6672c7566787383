//! What has to be installed on the machine besides Rust and Node.
//!
//! On Debian and Ubuntu it is installed; elsewhere the task says what it needs and goes on, because the person
//! may well have it under another name.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::commands;

/// A group of packages that are needed for one purpose, under Debian's names.
pub struct Set {
    purpose: &'static str,
    packages: &'static [&'static str],
}

/// What the programs are built and run with.
pub const BUILD: Set = Set {
    purpose: "build and run the programs",
    packages: &["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev", "libdbus-1-dev", "libssl-dev"],
};

/// What a machine without a display needs to show the window.
pub const DISPLAY: Set = Set {
    purpose: "show the window where there is no display",
    packages: &[
        "xvfb",
        "dbus",
        "dunst",
        "gnome-keyring",
        "imagemagick",
        "fonts-dejavu",
        "fonts-noto-core",
        "fonts-noto-color-emoji",
    ],
};

/// Letters that the fonts above lack. Without them everything works and these letters are boxes.
const LETTERS: Set = Set { purpose: "show Chinese, Japanese and Korean", packages: &["fonts-noto-cjk"] };

/// What tests through the real programs need besides.
pub const TESTS: Set =
    Set { purpose: "test the window", packages: &["webkit2gtk-driver", "xdotool", "xdg-utils", "git"] };

/// The customer's browser in tests. Ubuntu has it only as a snap, under another name.
const BROWSER: Set = Set { purpose: "test the chat box in a browser", packages: &["chromium", "chromium-driver"] };
const BROWSER_UBUNTU: Set =
    Set { purpose: "test the chat box in a browser", packages: &["chromium-browser", "chromium-chromedriver"] };

/// Installs what is missing of `sets`, or says what to install.
pub fn ensure(sets: &[&Set]) -> Result<()> {
    if cfg!(target_os = "macos") {
        println!(
            "Needed on macOS: Xcode's command line tools (xcode-select --install) and OpenSSL (brew install openssl)."
        );
        return Ok(());
    }
    if cfg!(windows) {
        println!("Needed on Windows: the Visual Studio C++ build tools, WebView2 and OpenSSL (vcpkg install openssl).");
        return Ok(());
    }
    if !has_apt() {
        for set in sets {
            println!("Needed to {}, under your system's names: {}", set.purpose, set.packages.join(" "));
        }
        return Ok(());
    }
    let mut missing = Vec::new();
    for set in sets {
        let of_set: Vec<_> = set.packages.iter().copied().filter(|name| !is_installed(name)).collect();
        if !of_set.is_empty() {
            println!("To {}, these system packages are needed: {}", set.purpose, of_set.join(" "));
            missing.extend(of_set);
        }
    }
    install(&missing)
}

/// Installs what a virtual display is nicer with. It works without.
pub fn ensure_letters() {
    let outcome = if has_apt() { ensure(&[&LETTERS]) } else { Ok(()) };
    if let Err(error) = outcome {
        println!("Some letters will be shown as boxes: {error:#}");
    }
}

/// Installs a browser and its driver for tests. Without them the tests that need one are skipped and say so.
pub fn ensure_browser() {
    if (has_browser() && commands::is_in_path("chromedriver")) || !has_apt() {
        return;
    }
    let set = if is_ubuntu() { &BROWSER_UBUNTU } else { &BROWSER };
    if let Err(error) = ensure(&[set]) {
        println!("No browser could be installed: {error:#}");
    }
}

/// Whether there is a browser to draw the window in.
pub fn has_browser() -> bool {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        .iter()
        .any(|name| commands::is_in_path(name))
}

fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    apt(&["update", "--quiet"], packages)?;
    let install = ["install", "--quiet", "--yes", "--no-install-recommends"];
    apt(&[&install[..], packages].concat(), packages)
}

fn apt(arguments: &[&str], packages: &[&str]) -> Result<()> {
    let mut command = if is_root() {
        Command::new("env")
    } else if commands::is_in_path("sudo") {
        println!("(as root, through sudo)");
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    } else {
        bail!("only root can install them. As root: apt-get install {}", packages.join(" "));
    };
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
    commands::run(&mut command)
}

fn has_apt() -> bool {
    cfg!(target_os = "linux") && commands::is_in_path("dpkg-query") && commands::is_in_path("apt-get")
}

fn is_installed(package: &str) -> bool {
    let mut command = Command::new("dpkg-query");
    command.args(["--show", "--showformat=${db:Status-Status}", package]).stderr(Stdio::null());
    command.output().is_ok_and(|output| output.status.success() && output.stdout == b"installed")
}

fn is_ubuntu() -> bool {
    std::fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line == "ID=ubuntu"))
}

fn is_root() -> bool {
    #[cfg(unix)]
    return rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_is_told_from_what_is_not() {
        if has_apt() {
            assert!(is_installed("dpkg"));
            assert!(!is_installed("deskbell-no-such-package"));
        }
    }
}
