//! One file per promise.
fn main() {}
