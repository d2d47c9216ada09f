//! Maps that hold so much and no more: what was not needed for longest goes first.

use core::hash::{BuildHasherDefault, Hash, Hasher};
use core::num::NonZeroUsize;
use lru::LruCache;

/// A map of bounded size.
pub type BoundedMap<K, V, H = SmallHasher> = LruCache<K, V, BuildHasherDefault<H>>;

/// An empty map for at most so many entries. It grows as it is filled: every isolate has such maps, and every ledger.
#[must_use]
pub fn bounded<K: Hash + Eq, V, H: Hasher + Default>(most: NonZeroUsize) -> BoundedMap<K, V, H> {
    // One that was made with its bound would reserve room for all of it.
    let mut map = LruCache::unbounded_with_hasher(BuildHasherDefault::default());
    map.resize(most);
    map
}

/// FNV-1a with 64 bits (draft-eastlake-fnv): short, and quick for short keys. It withstands nobody who makes up keys, so
/// it is for what the control plane or the isolate itself numbers and names.
#[derive(Debug)]
pub struct SmallHasher(u64);

impl Default for SmallHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for SmallHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
