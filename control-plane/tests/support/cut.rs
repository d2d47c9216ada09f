//! A way to Postgres that can break at the worst moment: after a commit, before its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What a client sends to commit.
const COMMIT: &[u8] = b"COMMIT\0";

/// A proxy in front of Postgres.
pub struct Cut {
    /// The database's URL, by way of this proxy.
    pub url: String,
    cuts_next: Arc<AtomicBool>,
}

impl Cut {
    pub async fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = url.split_once('@').unwrap().1.split_once('/').unwrap().0.to_owned();
        let url = url.replace(&server, &listener.local_addr().unwrap().to_string());
        let cuts_next = Arc::<AtomicBool>::default();
        let cuts = Arc::clone(&cuts_next);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (cuts, server) = (Arc::clone(&cuts), TcpStream::connect(&server).await.unwrap());
                tokio::spawn(pass(client, server, cuts));
            }
        });
        Self { url, cuts_next }
    }

    /// The next commit reaches the database, and its answer does not come back.
    pub fn cut_next_commit(&self) {
        self.cuts_next.store(true, Ordering::SeqCst);
    }
}

async fn pass(client: TcpStream, server: TcpStream, cuts_next: Arc<AtomicBool>) {
    let ((from_client, mut to_client), (mut from_server, mut to_server)) = (client.into_split(), server.into_split());
    let is_cut = tokio::select! {
        is_cut = until_commit(from_client, &mut to_server, &cuts_next) => is_cut,
        _ = copy(&mut from_server, &mut to_client) => false,
    };
    if is_cut {
        // It answers once it has committed.
        let _ = from_server.read_u8().await;
    }
}

/// Passes on what the client sends; ends after the commit that is to be cut off, or with the connection.
async fn until_commit(mut client: OwnedReadHalf, server: &mut OwnedWriteHalf, cuts_next: &AtomicBool) -> bool {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = client.read(&mut buffer).await {
        let sent = &buffer[..length];
        let is_cut = memchr::memmem::find(sent, COMMIT).is_some() && cuts_next.swap(false, Ordering::SeqCst);
        if server.write_all(sent).await.is_err() || is_cut {
            return is_cut;
        }
    }
    false
}
