//! Who may know whom. ARCHITECTURE.md draws the picture, this file holds it.

use crate::workspace::Package;

/// Each crate of ours and those of ours that it may know.
const ARROWS: &[(&str, &[&str])] = &[
    ("deskbell-domain", &[]),
    ("deskbell-sqlite", &[]),
    ("deskbell-protocol", &["deskbell-domain"]),
    ("deskbell-core", &["deskbell-domain", "deskbell-protocol", "deskbell-sqlite"]),
    ("deskbell-channels", &["deskbell-domain"]),
    ("deskbell-hub", &["deskbell-domain", "deskbell-protocol", "deskbell-sqlite", "deskbell-channels"]),
    ("deskbell-cli", &["deskbell-core"]),
    ("deskbell", &["deskbell-core"]),
    ("deskbell-testkit", &["deskbell-domain", "deskbell-protocol", "deskbell-core", "deskbell-hub"]),
    ("deskbell-tests", &["deskbell-domain", "deskbell-protocol", "deskbell-core", "deskbell-hub"]),
    ("deskbell-sim", &["deskbell-domain", "deskbell-protocol", "deskbell-sqlite", "deskbell-core", "deskbell-hub"]),
    (
        "deskbell-bench",
        &[
            "deskbell-domain",
            "deskbell-protocol",
            "deskbell-sqlite",
            "deskbell-core",
            "deskbell-hub",
            "deskbell-testkit",
        ],
    ),
    ("xtask", &[]),
];

/// May be known by the tests of every crate.
const FOR_TESTS: &str = "deskbell-testkit";

/// What comes from outside and belongs in some crates only: its name's beginning, and those crates.
const KEPT_TO: &[(&str, &[&str])] = &[
    ("tauri", &["deskbell"]),
    ("notify-rust", &["deskbell"]),
    ("keyring", &["deskbell-core"]),
    ("axum", &["deskbell-hub"]),
];

/// What the rules must stay free of: with a clock, chance or waiting they could not be replayed.
const NOT_IN_RULES: &[&str] =
    &["tokio", "rusqlite", "reqwest", "rand", "futures-util", "async-stream", "jiff", "chrono", "tracing"];

/// A sentence for every arrow that must not be there.
pub fn findings(packages: &[Package]) -> Vec<String> {
    packages.iter().flat_map(of_package).collect()
}

fn of_package(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let Some((_, known)) = ARROWS.iter().find(|(from, _)| *from == name) else {
        return vec![format!("{name}: a new crate; say in xtask/src/tidy/arrows.rs whom it may know")];
    };
    let mut findings = Vec::new();
    for dependency in &package.dependencies {
        let to = dependency.name.as_str();
        let is_ours = ARROWS.iter().any(|(ours, _)| *ours == to);
        let is_for_tests = dependency.for_tests && to == FOR_TESTS;
        if is_ours && !known.contains(&to) && !is_for_tests {
            findings.push(format!("{name}: must not know {to}"));
        }
        if name == "deskbell-domain" && !dependency.for_tests && NOT_IN_RULES.contains(&to) {
            findings.push(format!("{name}: the rules are pure, {to} is not"));
        }
        for (outside, crates) in KEPT_TO {
            let is_it = to == *outside || to.starts_with(&format!("{outside}-"));
            if is_it && !crates.contains(&name) && !dependency.for_tests {
                findings.push(format!("{name}: {to} belongs in {} only", crates.join(", ")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, dependencies: &[(&str, bool)]) -> Package {
        let dependencies = dependencies
            .iter()
            .map(|(name, for_tests)| Dependency { name: (*name).to_owned(), for_tests: *for_tests })
            .collect();
        Package { name: name.to_owned(), dependencies }
    }

    #[test]
    fn arrows_of_the_picture_are_allowed() {
        let packages = [
            package("deskbell-core", &[("deskbell-domain", false), ("serde", false), ("deskbell-testkit", true)]),
            package("deskbell", &[("deskbell-core", false), ("tauri", false), ("tauri-build", false)]),
            package("deskbell-tests", &[("deskbell-testkit", true)]),
        ];
        assert_eq!(findings(&packages), Vec::<String>::new());
    }

    #[test]
    fn arrows_that_must_never_be_are_found() {
        for (from, to) in [
            ("deskbell-domain", "deskbell-protocol"),
            ("deskbell-core", "deskbell-hub"),
            ("deskbell-core", "tauri"),
            ("deskbell-core", "tauri-plugin-single-instance"),
            ("deskbell-cli", "deskbell-domain"),
            ("deskbell-domain", "tokio"),
            ("deskbell-hub", "deskbell-testkit"),
        ] {
            assert_eq!(findings(&[package(from, &[(to, false)])]).len(), 1, "{from} -> {to}");
        }
    }

    #[test]
    fn a_test_may_know_the_testkit_and_no_more() {
        assert_eq!(findings(&[package("deskbell-domain", &[("deskbell-testkit", true)])]), Vec::<String>::new());
        assert_eq!(findings(&[package("deskbell-domain", &[("deskbell-hub", true)])]).len(), 1);
    }

    #[test]
    fn a_new_crate_has_to_be_drawn() {
        assert_eq!(findings(&[package("deskbell-extra", &[])]).len(), 1);
    }
}
