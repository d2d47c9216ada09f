//! A gigabyte passes in either direction, and the runtime's memory stays flat.

use reqwest::blocking::Body;
use std::io::{Read, copy, repeat, sink};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use tests::{World, send_raw};

const GIGABYTE: u64 = 1 << 30;

/// Buffers of two proxies, and what the runtime has not collected yet: far less than the body.
const GROWTH_MAX: u64 = GIGABYTE / 4;

pub fn of_answers(world: &World) {
    let (token, path) = token_and_path(world);
    let request = world.edge().with_token(&token).request("GET", &format!("{path}?bytes={GIGABYTE}"));
    let memory = growth(world, || {
        let mut response = request.timeout(Duration::from_secs(120)).send().expect("an answer");
        let first = copy(&mut response.by_ref().take(1 << 20), &mut sink()).expect("a body");
        // Whoever reads slowly holds the origin back, not the edge's memory.
        thread::sleep(Duration::from_secs(3));
        assert_eq!(first + copy(&mut response, &mut sink()).expect("a body"), GIGABYTE);
    });
    assert!(memory < GROWTH_MAX, "{memory} bytes more");
}

pub fn of_requests(world: &World) {
    let (token, path) = token_and_path(world);
    let request = world.edge().with_token(&token).request("POST", &format!("{path}?count"));
    let body = Body::sized(repeat(b'a').take(GIGABYTE), GIGABYTE);
    let memory = growth(world, || {
        let answer = request.body(body).timeout(Duration::from_secs(120)).send().expect("an answer");
        let text = answer.text().expect("a body");
        assert_eq!(text, format!("{{\"bytes\":{GIGABYTE}}}"));
    });
    assert!(memory < GROWTH_MAX, "{memory} bytes more");
}

/// A GET may say that its body is empty, and may have one (RFC 9110, 9.3.1): some clients always say it.
pub fn and_any_method_may_have_one(world: &World) {
    let (token, path) = token_and_path(world);
    for (method, headers, body) in [
        ("GET", "Content-Length: 0", ""),
        ("GET", "Content-Length: 4", "body"),
        ("HEAD", "Content-Length: 0", ""),
        ("POST", "Content-Length: 0", ""),
    ] {
        let line = format!("{method} {path}?{} HTTP/1.1", body.len());
        let head = format!("{line}\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n{headers}");
        let answer = send_raw(&world.edge.url(), format!("{head}\r\n\r\n{body}").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 200"), "{method} {headers}: {answer}");
        let received = world.origin.received();
        let received = received.iter().rfind(|request| request.target == format!("{path}?{}", body.len())).unwrap();
        assert_eq!((received.method.as_str(), received.body.as_slice()), (method, body.as_bytes()), "{headers}");
    }
}

fn token_and_path(world: &World) -> (String, String) {
    let workspace = world.workspace();
    let (_, token) = workspace.token(&world.edge(), &["deploy", "read"], None);
    (token, workspace.deployments())
}

/// How much more memory the edge holds at most while something runs.
fn growth(world: &World, run: impl FnOnce()) -> u64 {
    let (before, over) = (world.edge.memory(), AtomicBool::new(false));
    assert!(before > 0, "the edge's runtime was not found");
    thread::scope(|scope| {
        let most = scope.spawn(|| {
            let mut most = before;
            while !over.load(Ordering::Relaxed) {
                most = most.max(world.edge.memory());
                thread::sleep(Duration::from_millis(50));
            }
            most
        });
        run();
        over.store(true, Ordering::Relaxed);
        let growth = most.join().expect("a measurement") - before;
        println!("the runtime's memory grew by {} MiB at most", growth >> 20);
        growth
    })
}
