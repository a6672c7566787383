//! A keyring in memory, for tests and simulators.

use super::{Secret, SecretError, SecretStore};
use futures_util::future::{BoxFuture, FutureExt, ready};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Keeps secrets as long as it lives, and can be made to fail as a real one does.
#[derive(Debug, Default)]
pub struct MemorySecrets {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    kept: HashMap<String, Secret>,
    failure: Option<SecretError>,
}

impl MemorySecrets {
    /// An open, empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that is not there.
    pub fn missing() -> Self {
        let secrets = Self::new();
        secrets.fail_with(Some(SecretError::Missing));
        secrets
    }

    /// From now on every call fails so; `None` = works again, with what it had.
    pub fn fail_with(&self, failure: Option<SecretError>) {
        self.lock().failure = failure;
    }

    /// Loses everything, as a deleted keyring does.
    pub fn clear(&self) {
        self.lock().kept.clear();
    }

    /// How many secrets it keeps.
    pub fn len(&self) -> usize {
        self.lock().kept.len()
    }

    /// Whether it keeps none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T: Send + 'static>(
        &self,
        action: impl FnOnce(&mut HashMap<String, Secret>) -> T,
    ) -> BoxFuture<'static, Result<T, SecretError>> {
        let mut inner = self.lock();
        let answer = match &inner.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(action(&mut inner.kept)),
        };
        ready(answer).boxed()
    }
}

impl SecretStore for MemorySecrets {
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Secret>, SecretError>> {
        self.with(|kept| kept.get(name).cloned())
    }

    fn set<'a>(&'a self, name: &'a str, secret: &'a Secret) -> BoxFuture<'a, Result<(), SecretError>> {
        self.with(|kept| {
            kept.insert(name.to_owned(), secret.clone());
        })
    }

    fn delete<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), SecretError>> {
        self.with(|kept| {
            kept.remove(name);
        })
    }

    fn unlock(&self) -> BoxFuture<'_, Result<(), SecretError>> {
        self.with(|_| ())
    }
}
