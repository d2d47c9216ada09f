//! control plane
fn main() {}
