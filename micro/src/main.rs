//! What a decision and its parts cost, next to the hash that no decision about a token can do without.
//!
//! ```text
//! cargo bench -p micro                            natively
//! cargo bench -p micro --target wasm32-wasip1     in Wasm, under the repository's Node (wasi.mjs)
//! cargo xtask bench --micro                       both in turn, with 10, 100 and 1,000 rules, as one table and a plot
//! ```
//!
//! The rules are those that the program is built with: policy.toml, or the file that `DEPLO_POLICY` names.
#![expect(clippy::expect_used, clippy::unreachable, reason = "a measurement that cannot go on has failed")]

mod bare;
mod decision;
mod isolate;
mod part;
mod request;

use criterion::Criterion;
use std::time::Duration;

fn main() {
    // Many samples of less than a millisecond: on a busy machine most of them are not interrupted, and neither is the
    // median.
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(100)
        .warm_up_time(Duration::from_millis(80))
        .measurement_time(Duration::from_millis(60))
        .nresamples(1_000)
        .configure_from_args();
    bare::measure(&mut criterion);
    part::measure(&mut criterion);
    decision::measure(&mut criterion);
    criterion.final_summary();
}
