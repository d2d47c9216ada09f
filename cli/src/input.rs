//! Standard input, read beside everything else: Ctrl-C is heard meanwhile.

use crate::error::Error;
use std::io::{self, Read};

/// All of it, or its first bytes if it is longer than that.
pub(crate) async fn read(bytes_max: u64) -> Result<String, Error> {
    let read = tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        io::stdin().take(bytes_max).read_to_string(&mut text).map(|_| text)
    });
    let read = read.await.unwrap_or_else(|why| Err(io::Error::other(why)));
    read.map_err(|why| Error::failed(format!("cannot read standard input: {why}")))
}
