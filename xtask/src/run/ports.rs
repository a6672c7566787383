//! Addresses on loopback that stay the same from run to run, because a profile remembers its hub's.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;

use anyhow::{Context, Result};

/// An address to listen on.
pub struct Port {
    /// Free a moment ago.
    pub address: SocketAddr,
    file: PathBuf,
}

impl Port {
    /// The one kept in `file` if it is free, else another one. A run that then fails must not have changed what is kept: the profiles
    /// know the hub by it.
    pub fn of(file: PathBuf) -> Result<Self> {
        let before: Option<u16> = fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok());
        let address = match before.and_then(free) {
            Some(address) => address,
            None => free(0).context("no port is free on loopback")?,
        };
        Ok(Self { address, file })
    }

    /// Somebody listens on it: the next run does, too.
    pub fn keep(&self) -> Result<()> {
        fs::write(&self.file, format!("{}\n", self.address.port()))
            .with_context(|| format!("could not write {}", self.file.display()))
    }
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
        let find = || Port::of(file.clone()).unwrap();
        let first = find();
        first.keep().unwrap();
        assert_eq!(find().address, first.address);

        let taken = TcpListener::bind(first.address).unwrap();
        let other = find();
        assert_ne!(other.address, first.address);
        drop(taken);
        assert_eq!(find().address, first.address, "a run that failed has changed nothing");
        other.keep().unwrap();
        assert_eq!(find().address, other.address);
        fs::remove_file(file).unwrap();
    }
}
