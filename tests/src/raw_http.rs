//! HTTP as somebody sends it who keeps to no rules: bytes over TCP.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Sends the bytes of a request (head and body) and returns the answer as text.
///
/// # Panics
/// If the server cannot be reached.
#[must_use]
pub fn send_raw(url: &str, request: &[u8]) -> String {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time limit");
    stream.write_all(request).expect("sent");
    let mut answer = Vec::new();
    // A server may close with a reset after it has refused: what came before counts.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}
