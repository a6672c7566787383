//! A customer in a real Chromium: the chat box on a web site of its own, a real hub behind it.

mod conversation;
mod page;
mod shop;
