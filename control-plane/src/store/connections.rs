//! How busy the pool of connections is.

use super::Store;

impl Store {
    /// How many connections are idle, and how many in use.
    pub(crate) fn connections(&self) -> (u32, u32) {
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX);
        (idle, self.pool.size().saturating_sub(idle))
    }
}
