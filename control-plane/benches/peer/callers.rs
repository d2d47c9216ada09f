//! Callers: so many connections, each of which sends its next request once the last one is answered.

use crate::api::Token;
use crate::operation::{Operation, PAGE};
use crate::subject::Subject;
use futures_util::future::join_all;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::cell::RefCell;
use tokio::net::TcpStream;

/// Connections that are kept busy.
const CONNECTIONS: usize = 16;

/// Asks once for each of these tokens. Returns those that were created.
pub(crate) async fn ask_about(subject: &Subject, operation: Operation, tokens: Vec<Token>) -> Vec<Token> {
    let (left, created) = (RefCell::new(tokens), RefCell::default());
    join_all((0..CONNECTIONS).map(|_| call(subject, operation, &left, &created))).await;
    created.into_inner()
}

async fn call(subject: &Subject, operation: Operation, left: &RefCell<Vec<Token>>, created: &RefCell<Vec<Token>>) {
    let stream = TcpStream::connect(subject.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    // Not in the condition of the loop, which would keep it borrowed meanwhile.
    let next = || left.borrow_mut().pop();
    let mut is_first = true;
    while let Some(token) = next() {
        let answer = ask(&mut sender, subject, operation, &token).await;
        match operation {
            Operation::Create => created.borrow_mut().push(subject.api.token(&answer)),
            Operation::List if is_first => assert_eq!(subject.api.page_length(&answer), Some(PAGE), "a full page"),
            _ => {}
        }
        is_first = false;
    }
}

/// The body of the answer, which must have the right status.
async fn ask(sender: &mut SendRequest<Full<Bytes>>, subject: &Subject, operation: Operation, token: &Token) -> Bytes {
    let answer = sender.send_request(subject.api.request(operation, token)).await.unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(status, operation.status(), "{operation:?}, {}: {}", subject.name, String::from_utf8_lossy(&body));
    body
}
