//! The hash alone, of as many bytes as a token has: what everything else is compared with.

use crate::request;
use criterion::Criterion;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::hint::black_box;

pub(crate) fn measure(criterion: &mut Criterion) {
    let token = request::token(0);
    let bytes = token.as_token().expose().as_bytes();
    criterion.bench_function("bare/sha256", |bencher| bencher.iter(|| Sha256::digest(black_box(bytes))));

    let keyed = Hmac::<Sha256>::new_from_slice(&request::random(0)).expect("HMAC takes keys of any length");
    criterion.bench_function("bare/hmac", |bencher| {
        bencher.iter(|| black_box(&keyed).clone().chain_update(black_box(bytes)).finalize());
    });
}
