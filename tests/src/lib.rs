//! Tests through the real programs.
