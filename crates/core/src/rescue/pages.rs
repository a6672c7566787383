//! Pages of a damaged cache, read without SQLite.
//!
//! SQLite gives up a table at the first page of it that cannot be read, and a whole file at its first page. The pages are
//! sealed one by one, so here each of them is opened by itself, and all that are whole give what is in them. What the log
//! beside the file has of a page is newer than the file.

use aes::Aes256;
use cbc::cipher::{BlockDecryptMut, KeyIvInit, block_padding::NoPadding};
use deskbell_sqlite::encrypted::{Key, Seal};
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha2::{Sha256, Sha512};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes of a page.
pub const PAGE: usize = 4096;
const SALT: usize = 16;
const IV: usize = 16;
/// Bytes of a page that SQLite uses. The key sets aside room for the longest seal, and a shorter one leaves some of it empty.
pub const USABLE: usize = PAGE - IV - Seal::LONGEST;
/// So many pages show how the file is sealed, where its salt is lost.
const SHOWN: usize = 1000;
/// Distinguishes the salt of the seals from that of the file.
const SEAL_SALT_MASK: u8 = 0x3a;

const LOG_HEAD: usize = 32;
const FRAME_HEAD: usize = 24;

fn is_seal(hash: Seal, key: &[u8], parts: &[&[u8]], seal: &[u8]) -> bool {
    match hash {
        Seal::Sha256 => is_mac::<Hmac<Sha256>>(key, parts, seal),
        Seal::Sha512 => is_mac::<Hmac<Sha512>>(key, parts, seal),
    }
}

fn is_mac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]], seal: &[u8]) -> bool {
    let Ok(mut mac) = <M as Mac>::new_from_slice(key) else { return false };
    parts.iter().for_each(|part| mac.update(part));
    mac.verify_slice(seal).is_ok()
}

/// How far what a page says can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Its seal could not be checked, or it was being written as the program ended: it may be damaged in parts.
    Unproven,
    /// Whole, and a newer one cannot be read: what it says may not be so any more.
    Stale,
    /// Whole, and the newest there is.
    Sound,
}

/// A damaged cache and its log.
pub struct Pages {
    file: Option<File>,
    log: Option<File>,
    key: Key,
    /// How the pages are sealed. The seal is the last of a page; before it stands what the page was mixed with.
    hash: Seal,
    /// The key of the seals; `None` where the salt of the file is lost.
    seal: Option<[u8; 32]>,
    /// Pages of the file.
    in_file: u32,
    /// Per page: number of the frame in the log and whether it was committed, oldest first.
    frames: BTreeMap<u32, Vec<(u64, bool)>>,
    /// The last frame that does not say which page it is.
    nameless: Option<u64>,
}

/// A page that was read.
pub struct Page {
    /// What SQLite had written.
    pub bytes: Vec<u8>,
    /// How far it can be relied on.
    pub trust: Trust,
}

impl Pages {
    /// Looks at the cache at `path` and the log beside it. Where neither is there, there are no pages.
    pub fn open(path: &Path, log: &Path, key: &Key) -> io::Result<Self> {
        let (file, log) = (there(path)?, there(log)?);
        let in_file = match &file {
            Some(file) => u32::try_from(file.metadata()?.len() / PAGE as u64).unwrap_or(u32::MAX),
            None => 0,
        };
        let (key, hash, frames) = (key.clone(), Seal::Sha256, BTreeMap::new());
        let mut pages = Self { file, log, key, hash, seal: None, in_file, frames, nameless: None };
        pages.read_log()?;
        pages.find_seal()?;
        Ok(pages)
    }

    /// Numbers of all pages that may be read.
    pub fn numbers(&self) -> impl Iterator<Item = u32> + use<> {
        let beyond: BTreeSet<u32> = self.frames.keys().copied().filter(|n| *n > self.in_file).collect();
        (1..=self.in_file).chain(beyond)
    }

    /// Whether the key is that of this cache: a seal opens. The same key on another file opens none.
    pub fn is_proven(&self) -> bool {
        self.seal.is_some()
    }

    /// The newest image of a page that can be read; `None` where there is none.
    pub fn page(&mut self, number: u32) -> io::Result<Option<Page>> {
        let frames = self.frames.get(&number).cloned().unwrap_or_default();
        let mut trust = Trust::Sound;
        for (frame, _) in frames.iter().rev().filter(|(_, committed)| *committed) {
            if self.nameless.is_some_and(|nameless| nameless > *frame) {
                trust = Trust::Stale;
            }
            match self.frame(*frame)?.and_then(|sealed| self.unseal(number, &sealed)) {
                Some(bytes) => return Ok(Some(self.judged(bytes, trust))),
                None => trust = Trust::Stale,
            }
        }
        if self.nameless.is_some() {
            trust = Trust::Stale;
        }
        let Some(sealed) = self.of_file(number)? else { return Ok(None) };
        Ok(self.unseal(number, &sealed).map(|bytes| self.judged(bytes, trust)))
    }

    /// An image of the page that was written and perhaps never committed.
    pub fn uncommitted(&mut self, number: u32) -> io::Result<Option<Page>> {
        let last = self.frames.get(&number).and_then(|frames| frames.last().copied());
        let Some((frame, false)) = last else { return Ok(None) };
        let sealed = self.frame(frame)?;
        let bytes = sealed.and_then(|sealed| self.unseal(number, &sealed));
        Ok(bytes.map(|bytes| Page { bytes, trust: Trust::Unproven }))
    }

    fn judged(&self, bytes: Vec<u8>, trust: Trust) -> Page {
        Page { bytes, trust: if self.seal.is_some() { trust } else { Trust::Unproven } }
    }

    fn of_file(&mut self, number: u32) -> io::Result<Option<Vec<u8>>> {
        match &mut self.file {
            Some(file) if (1..=self.in_file).contains(&number) => {
                read_at(file, u64::from(number - 1) * PAGE as u64, PAGE)
            }
            _ => Ok(None),
        }
    }

    fn frame(&mut self, frame: u64) -> io::Result<Option<Vec<u8>>> {
        match &mut self.log {
            Some(log) => read_at(log, place_of(frame) + FRAME_HEAD as u64, PAGE),
            None => Ok(None),
        }
    }

    /// Which pages the log has. Frames of the log's present round carry its mark; what stands behind them is of an older
    /// round and is in the file.
    fn read_log(&mut self) -> io::Result<()> {
        let Some(log) = &mut self.log else { return Ok(()) };
        let count = log.metadata()?.len().saturating_sub(LOG_HEAD as u64) / (FRAME_HEAD + PAGE) as u64;
        let mut heads = Vec::new();
        for frame in 0..count {
            heads.extend(read_at(log, place_of(frame), FRAME_HEAD)?);
        }
        let mark = match read_at(log, 0, LOG_HEAD)? {
            Some(head) if head[..3] == [0x37, 0x7f, 0x06] => head[16..24].to_vec(),
            // The head itself is damaged: the first two frames that agree say which round it is.
            _ => match heads.windows(2).find(|two| two[0][8..16] == two[1][8..16]) {
                Some(two) => two[0][8..16].to_vec(),
                None => return Ok(()),
            },
        };
        let is_of_round = |head: &Vec<u8>| head[8..16] == mark[..];
        let Some(last) = heads.iter().rposition(is_of_round) else { return Ok(()) };
        let committed = heads.iter().rposition(|head| is_of_round(head) && number_at(head, 4) > 0);
        for (frame, head) in heads.iter().enumerate().take(last + 1) {
            if is_of_round(head) {
                let kept = committed.is_some_and(|committed| frame <= committed);
                self.frames.entry(number_at(head, 0)).or_default().push((frame as u64, kept));
            } else {
                self.nameless = Some(frame as u64);
            }
        }
        Ok(())
    }

    /// The salt stands at the beginning of the file, and of its first page in the log. The one that opens a seal is right.
    fn find_seal(&mut self) -> io::Result<()> {
        let mut salts = Vec::new();
        if let Some(file) = &mut self.file {
            salts.extend(read_at(file, 0, SALT)?);
        }
        for (frame, _) in self.frames.get(&1).cloned().unwrap_or_default() {
            salts.extend(self.frame(frame)?.map(|page| page[..SALT].to_vec()));
        }
        let seals: Vec<_> = salts.iter().filter_map(|salt| key_of_seals(&self.key, salt)).collect();
        for number in self.numbers() {
            for hash in Seal::by_speed() {
                for seal in &seals {
                    (self.hash, self.seal) = (hash, Some(*seal));
                    if self.page(number)?.is_some_and(|page| page.bytes.iter().any(|byte| *byte != 0)) {
                        return Ok(());
                    }
                }
            }
        }
        self.seal = None;
        self.hash = Seal::Sha512;
        let trees = self.count_trees()?;
        self.hash = Seal::Sha256;
        if self.count_trees()? < trees {
            self.hash = Seal::Sha512;
        }
        Ok(())
    }

    /// How many pages begin as SQLite's pages of tables and indexes do: nearly none where their end is taken for another.
    fn count_trees(&mut self) -> io::Result<usize> {
        let mut count = 0;
        for number in self.numbers().filter(|number| *number > 1).take(SHOWN) {
            let page = self.page(number)?;
            count += usize::from(page.is_some_and(|page| matches!(page.bytes[0], 2 | 5 | 10 | 13)));
        }
        Ok(count)
    }

    /// Opens a page; `None` where its seal is broken.
    fn unseal(&self, number: u32, sealed: &[u8]) -> Option<Vec<u8>> {
        let from = if number == 1 { SALT } else { 0 };
        let (used, rest) = sealed.split_at_checked(PAGE - IV - self.hash.length())?;
        let (iv, seal) = rest.split_at_checked(IV)?;
        if let Some(key) = &self.seal
            && !is_seal(self.hash, key, &[&used[from..], iv, &number.to_le_bytes()], seal)
        {
            return None;
        }
        let mut bytes = used.to_vec();
        let opened = cbc::Decryptor::<Aes256>::new_from_slices(&self.key.0, iv)
            .ok()?
            .decrypt_padded_mut::<NoPadding>(&mut bytes[from..]);
        opened.ok()?;
        bytes.truncate(USABLE);
        Some(bytes)
    }
}

/// Whether SQLite would silently go on without something that is in the log: it ends the log at the first frame whose sum
/// is wrong, and what was committed behind it is gone. A tail that was being written as the power went is none of that.
pub fn is_log_broken(log: &Path) -> io::Result<bool> {
    let Some(mut log) = there(log)? else { return Ok(false) };
    let Some(head) = read_at(&mut log, 0, LOG_HEAD)? else { return Ok(false) };
    let big = match head[..4] {
        [0x37, 0x7f, 0x06, 0x83] => true,
        [0x37, 0x7f, 0x06, 0x82] => false,
        _ => return Ok(true),
    };
    let mut sum = sum_of(big, (0, 0), &head[..24]);
    if sum != (number_at(&head, 24), number_at(&head, 28)) {
        return Ok(true);
    }
    let count = log.metadata()?.len().saturating_sub(LOG_HEAD as u64) / (FRAME_HEAD + PAGE) as u64;
    let mut broken = false;
    for frame in 0..count {
        let Some(bytes) = read_at(&mut log, place_of(frame), FRAME_HEAD + PAGE)? else { return Ok(true) };
        let of_round = bytes[8..16] == head[16..24];
        if broken {
            if of_round && number_at(&bytes, 4) > 0 {
                return Ok(true);
            }
            continue;
        }
        sum = sum_of(big, sum_of(big, sum, &bytes[..8]), &bytes[FRAME_HEAD..]);
        broken = !of_round || sum != (number_at(&bytes, 16), number_at(&bytes, 20));
        if broken && of_round && number_at(&bytes, 4) > 0 {
            // The last frame of a commit, with something in it that is not what was written.
            return Ok(true);
        }
    }
    Ok(false)
}

/// The sum that SQLite writes into its log.
fn sum_of(big: bool, seed: (u32, u32), bytes: &[u8]) -> (u32, u32) {
    bytes.chunks_exact(8).fold(seed, |(first, second), pair| {
        let word = |at: usize| {
            let word = number_at(pair, at);
            if big { word } else { word.swap_bytes() }
        };
        let first = first.wrapping_add(word(0)).wrapping_add(second);
        (first, second.wrapping_add(word(4)).wrapping_add(first))
    })
}

/// The key of the seals: stretched from key and salt, as the cipher of the cache does it for a key of random bits.
fn key_of_seals(key: &Key, salt: &[u8]) -> Option<[u8; 32]> {
    let masked: Vec<u8> = salt.iter().map(|byte| byte ^ SEAL_SALT_MASK).collect();
    let round = |input: &[&[u8]]| {
        let mut mac = <Hmac<Sha512> as Mac>::new_from_slice(&key.0).ok()?;
        input.iter().for_each(|part| mac.update(part));
        Some(mac.finalize().into_bytes())
    };
    let first = round(&[&masked, &1u32.to_be_bytes()])?;
    let second = round(&[&first])?;
    Some(std::array::from_fn(|at| first[at] ^ second[at]))
}

fn there(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn place_of(frame: u64) -> u64 {
    LOG_HEAD as u64 + frame * (FRAME_HEAD + PAGE) as u64
}

fn number_at(head: &[u8], at: usize) -> u32 {
    head[at..at + 4].iter().fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

/// So many bytes from there; `None` where the file is shorter, or the disk does not give them.
fn read_at(file: &mut File, at: u64, length: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(at))?;
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        // A sector that the disk does not give any more is what this is for.
        Err(error) => {
            tracing::debug!(%error, at, "a part of the damaged cache cannot be read");
            Ok(None)
        }
    }
}
