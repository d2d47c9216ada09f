//! What is taken for true of the platform: times, limits, prices. All of it was published by others, or is said to be an
//! assumption; pages were read on 2026-11-25.

/// Microseconds, the unit of time here.
pub type Us = u64;

/// What a great-circle distance is multiplied by: "multiply line-of-sight distance by 2.1, then divide by the speed of
/// light in fiber" (Bozkurt et al., Dissecting Latency in the Internet's Fiber Infrastructure, 2018, on measurements
/// before). Pessimistic across oceans, and for a network with fibres of its own.
pub const ROUTE_FACTOR: f64 = 2.1;

/// Speed of light in fibre, two thirds of that in vacuum, in kilometres per millisecond.
pub const FIBRE_KM_PER_MS: f64 = 200.0;

/// Round trip inside of a location, in milliseconds. An assumption.
pub const LOCAL_RTT_MS: f64 = 2.0;

/// Spread of round trips: the standard deviation of their logarithm, so that one in a hundred takes 1.4 times the median.
/// An assumption.
pub const RTT_SIGMA: f64 = 0.15;

/// How long an object is busy with a call. "Moderate processing (JSON parsing, validation): ~500–750 req/sec"
/// (developers.cloudflare.com/durable-objects/best-practices/rules-of-durable-objects); this is 625.
pub const OBJECT_CALL: Us = 1_600;

/// Calls that one object can answer in a second.
pub const OBJECT_CALLS_PER_S: u64 = 1_000_000 / OBJECT_CALL;

/// Longest wait for an object; beyond, the platform refuses as overloaded "after attempting to queue"
/// (developers.cloudflare.com/durable-objects/platform/limits). How long is an assumption.
pub const OBJECT_QUEUE_MAX: Us = 1_000_000;

/// Until a write is confirmed by three of five machines nearby (blog.cloudflare.com/sqlite-in-durable-objects). How long
/// that takes is an assumption.
pub const OBJECT_WRITE: Us = 10_000;

/// After how long without a call an object is put to sleep
/// (developers.cloudflare.com/durable-objects/concepts/durable-object-lifecycle).
pub const OBJECT_SLEEPS_AFTER: Us = 10_000_000;

/// A read of KV near its last one: "under a millisecond" for the hottest keys (blog.cloudflare.com/faster-workers-kv).
pub const KV_HOT: Us = 1_000;

/// A read by KV of its own storage: "under 5ms" at the 99th percentile (eranstiller.com/news/cloudflare-workers-kv, on
/// its redesign of 2025), to which comes the round trip to it.
pub const KV_STORE: Us = 5_000;

/// For how long KV answers out of its cache; the edge's `cacheTtl`.
pub const KV_TTL: Us = 60_000_000;

/// How long the platform behind the edge takes to answer a request. An assumption, and only a short one matters: the lease
/// may end meanwhile.
pub const ORIGIN: Us = 50_000;

/// CPU that a request takes at the edge, in milliseconds. An assumption above what was measured here.
pub const REQUEST_CPU_MS: f64 = 0.2;

/// Memory that an object is billed for, in GB.
pub const OBJECT_GB: f64 = 0.128;

/// Dollars per million, beyond what the Workers Paid plan includes
/// (developers.cloudflare.com/workers/platform/pricing, …/kv/platform/pricing, …/durable-objects/platform/pricing).
#[derive(Debug)]
pub struct Prices {
    /// Requests that arrive.
    pub requests: f64,
    /// Milliseconds of CPU.
    pub cpu_ms: f64,
    /// Reads of KV, out of its cache or not.
    pub kv_reads: f64,
    /// Writes and deletes of KV.
    pub kv_writes: f64,
    /// Calls and alarms of objects.
    pub object_calls: f64,
    /// Gigabyte-seconds in which objects are busy; one that could sleep costs nothing.
    pub object_gb_s: f64,
    /// Rows that objects read.
    pub rows_read: f64,
    /// Rows that objects write; setting an alarm is one.
    pub rows_written: f64,
}

/// Cloudflare's.
pub const PRICES: Prices = Prices {
    requests: 0.30,
    cpu_ms: 0.02,
    kv_reads: 0.50,
    kv_writes: 5.00,
    object_calls: 0.15,
    object_gb_s: 12.50,
    rows_read: 0.001,
    rows_written: 1.00,
};
