//! A hash for maps whose keys no stranger can choose.

use core::hash::Hasher;

/// FNV-1a with 64 bits (draft-eastlake-fnv): short, and quick for short keys. It withstands nobody who makes up keys, so
/// it is for what the control plane or the isolate itself numbers and names.
#[derive(Debug)]
pub(crate) struct SmallHasher(u64);

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
