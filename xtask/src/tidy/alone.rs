//! What the hub is linked with when it is built alone, as who hosts one builds it. Built with the client it has its features
//! too, so nobody else would notice.

use anyhow::Result;

use crate::commands;
use crate::workspace::Workspace;

/// The program.
const HUB: &str = "deskbell-hub";

/// What it does without: its file is plain, so it needs no cipher, and a quarter of its memory at rest would be that library's.
const NOT_IN_HUB: &[&str] = &["openssl-sys", "sqlcipher-src"];

/// A sentence for everything that must not be there.
pub fn findings(workspace: &Workspace) -> Result<Vec<String>> {
    let mut tree = workspace.cargo();
    tree.args(["tree", "--locked", "--package", HUB, "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    Ok(of_tree(&commands::output(&mut tree)?))
}

fn of_tree(tree: &str) -> Vec<String> {
    let packages: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let found = NOT_IN_HUB.iter().filter(|name| packages.contains(*name));
    found
        .map(|name| format!("{HUB}: built alone it has {name}; `cargo tree -p {HUB} -i {name}` says from whom"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_another_crate_is_found() {
        let tree =
            "deskbell-hub v0.1.0 (/x/crates/hub)\ndeskbell-sqlite v0.1.0\nopenssl-sys v0.9.1\nopenssl-sys v0.9.1 (*)\n";
        let findings = of_tree(tree);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains("-i openssl-sys"), "{findings:?}");
        assert!(of_tree("deskbell-hub v0.1.0\nopenssl-probe v0.1.0\n").is_empty());
    }
}
