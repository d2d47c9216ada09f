//! What the platform charges.

use crate::platform::{OBJECT_CALL, OBJECT_GB, PRICES, REQUEST_CPU_MS};
use serde::Serialize;
use std::ops::AddAssign;

/// What is charged for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Requests that arrived.
    pub requests: u64,
    /// Reads of KV.
    pub kv_reads: u64,
    /// Writes and deletes of KV.
    pub kv_writes: u64,
    /// Calls and alarms of objects.
    pub object_calls: u64,
    /// Microseconds in which objects were busy.
    pub object_us: u64,
    /// Rows that objects read.
    pub rows_read: u64,
    /// Rows that objects wrote.
    pub rows_written: u64,
}

impl Usage {
    /// Of the same requests, if each asked an object.
    #[must_use]
    pub fn with_object_per_request(requests: u64) -> Self {
        let object_us = requests * OBJECT_CALL;
        Self { requests, object_calls: requests, object_us, rows_read: requests, ..Self::default() }
    }

    /// Of the same requests, if each read KV.
    #[must_use]
    pub fn with_kv_per_request(requests: u64) -> Self {
        Self { requests, kv_reads: requests, ..Self::default() }
    }

    /// In dollars, without what a plan includes.
    #[must_use]
    pub fn dollars(&self) -> f64 {
        let gb_s = self.object_us as f64 / 1e6 * OBJECT_GB;
        let per_million = self.requests as f64 * (PRICES.requests + REQUEST_CPU_MS * PRICES.cpu_ms)
            + self.kv_reads as f64 * PRICES.kv_reads
            + self.kv_writes as f64 * PRICES.kv_writes
            + self.object_calls as f64 * PRICES.object_calls
            + gb_s * PRICES.object_gb_s
            + self.rows_read as f64 * PRICES.rows_read
            + self.rows_written as f64 * PRICES.rows_written;
        per_million / 1e6
    }

    /// In dollars, for a million such requests.
    #[must_use]
    pub fn dollars_per_million(&self) -> f64 {
        self.dollars() * 1e6 / self.requests.max(1) as f64
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.kv_reads += other.kv_reads;
        self.kv_writes += other.kv_writes;
        self.object_calls += other.object_calls;
        self.object_us += other.object_us;
        self.rows_read += other.rows_read;
        self.rows_written += other.rows_written;
    }
}
