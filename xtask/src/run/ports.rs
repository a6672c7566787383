//! Addresses on loopback that stay the same from run to run, because a profile remembers its hub's.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use anyhow::{Context, Result};

/// The port kept in `file` if it is free, else another one, which is kept from now on.
pub fn kept(file: &Path) -> Result<SocketAddr> {
    let before: Option<u16> = fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok());
    if let Some(address) = before.and_then(free) {
        return Ok(address);
    }
    let address = free(0).context("no port is free on loopback")?;
    fs::write(file, format!("{}\n", address.port())).with_context(|| format!("could not write {}", file.display()))?;
    Ok(address)
}

fn free(port: u16) -> Option<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|listener| listener.local_addr()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_kept_until_it_is_taken() {
        let file = std::env::temp_dir().join(format!("deskbell-port-{}", std::process::id()));
        let first = kept(&file).unwrap();
        assert_eq!(kept(&file).unwrap(), first);

        let taken = TcpListener::bind(first).unwrap();
        let other = kept(&file).unwrap();
        assert_ne!(other, first);
        drop(taken);
        assert_eq!(kept(&file).unwrap(), other);
        fs::remove_file(file).unwrap();
    }
}
