//! A whole decision by memory, and the memory's part of it, with few and many tokens.

use crate::isolate::{NOW, remembering};
use crate::request::{METHOD, PATH, authorization, peppers, request, token};
use criterion::Criterion;
use shared::digest::Digest;
use shared::isolate::Isolate;
use shared::keyring::Keyring;
use shared::path::PlainPath;
use shared::policy::POLICY;
use shared::question::{Requirement, examine};
use shared::token::TokenPrefix;
use std::hint::black_box;

/// How many tokens the isolate remembers.
const TOKENS: [u64; 3] = [1, 1_000, 100_000];

pub(crate) fn measure(criterion: &mut Criterion) {
    let requirement = requirement();
    for tokens in TOKENS {
        let mut subject = None;
        criterion.bench_function(&format!("memory/{tokens}"), |bencher| {
            let Subject { isolate, presented, .. } = subject.get_or_insert_with(|| Subject::new(tokens));
            let mut digests = presented.iter().map(|(_, digest)| digest).cycle();
            bencher.iter(|| Some(is_allowed(isolate, &[*digests.next()?], black_box(&requirement))));
        });
        criterion.bench_function(&format!("decide/{tokens}"), |bencher| {
            let Subject { isolate, presented, prefix, peppers } = subject.get_or_insert_with(|| Subject::new(tokens));
            let mut authorizations = presented.iter().map(|(authorization, _)| authorization).cycle();
            bencher.iter(|| {
                let question = examine(black_box(request(authorizations.next()?)), &POLICY, prefix).ok()?;
                let digests = Digest::candidates(question.token, peppers);
                Some(is_allowed(isolate, &digests, &question.requirement))
            });
        });
    }
}

/// Who is asked, and with which tokens: each in turn, so that the one that was used longest ago comes next. That is the
/// worst case for the caches of the processor.
struct Subject {
    isolate: Isolate,
    /// What the requests carry, and the digests of that.
    presented: Vec<(String, Digest)>,
    prefix: TokenPrefix,
    peppers: Keyring,
}

impl Subject {
    fn new(tokens: u64) -> Self {
        let peppers = peppers();
        let presented: Vec<_> = (0..tokens)
            .map(token)
            .map(|token| (authorization(&token), Digest::current(token.as_token(), &peppers)))
            .collect();
        // They come in another order than they were remembered in, as in life.
        let mut digests: Vec<_> = presented.iter().map(|(_, digest)| *digest).collect();
        digests.sort_unstable();
        let mut isolate = remembering(&digests);
        // What is not allowed would be another measurement.
        assert!(digests.iter().all(|digest| is_allowed(&mut isolate, &[*digest], &requirement())), "every token may");
        Self { isolate, presented, prefix: TokenPrefix::default(), peppers }
    }
}

fn requirement() -> Requirement<'static> {
    let path = PlainPath::parse(PATH).expect("a plain path");
    Requirement::of(POLICY.find(METHOD, path).expect("a rule"), path)
}

fn is_allowed(isolate: &mut Isolate, digests: &[Digest], requirement: &Requirement<'_>) -> bool {
    isolate.decide(digests, requirement, NOW).is_some_and(|decided| decided.verdict.is_ok())
}
