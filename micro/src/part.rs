//! The parts of a decision that are the same however much there is to remember.

use crate::isolate::grant;
use crate::request::{authorization, peppers, random, record, request, token};
use criterion::Criterion;
use shared::bearer::RawToken;
use shared::digest::Digest;
use shared::ledger::{RenewalAnswer, WantedRecord};
use shared::path::PlainPath;
use shared::policy::POLICY;
use shared::question::Requirement;
use shared::token::{Token, TokenPrefix};
use std::hint::black_box;

pub(crate) fn measure(criterion: &mut Criterion) {
    let (token, prefix, peppers) = (token(0), TokenPrefix::default(), peppers());
    let authorization = authorization(&token);
    let request = request(&authorization);

    criterion.bench_function("parse", |bencher| {
        bencher.iter(|| {
            let presented = RawToken::from_header(black_box(&authorization)).ok()?;
            Token::parse(presented.expose(), &prefix).ok()
        });
    });
    criterion.bench_function("path", |bencher| bencher.iter(|| PlainPath::parse(black_box(request.path))));
    let path = PlainPath::parse(request.path).expect("a plain path");
    criterion.bench_function("route", |bencher| {
        bencher.iter(|| {
            let path = black_box(path);
            Some(Requirement::of(POLICY.find(black_box(request.method), path)?, path))
        });
    });
    criterion.bench_function("digest", |bencher| {
        bencher.iter(|| Digest::candidates(black_box(token.as_token()), &peppers));
    });

    let said = WantedRecord { digest: Digest::from_bytes(random(0)), record: Some(record(0)) };
    let answer = serde_json::to_string(&grant(vec![said])).expect("an answer");
    criterion.bench_function("decode", |bencher| {
        bencher.iter(|| serde_json::from_str::<RenewalAnswer>(black_box(&answer)));
    });
}
