//! Who signs in, and with what device.
//!
//! Accounts and devices stand in tables of their own, which no client ever reads: a password's hash and a token's hash
//! are no business of the feed.

mod accounts;
mod password;
mod sign_in;
mod tries;

pub use accounts::{Accounts, NewDevice, SignedIn, TokenError, account_of, list_devices, set_account};
pub use password::{MIN_PASSWORD_CHARS, Password, PasswordError};
pub use sign_in::{SignInError, session, session_after, session_of, sign_in};
pub use tries::{MAX_TRIES, PAUSE_MS, Tries};
