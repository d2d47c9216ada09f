//! Where everything is, and how long a message takes.
//!
//! A model: thirty metropolitan areas, among which the edge's locations are spread by how much traffic comes from them.
//! The round trip between two locations is that of light in fibre along the great circle, times a factor for the way that
//! cables take, plus what it takes inside of a location, times a log-normal spread.

use crate::platform::{FIBRE_KM_PER_MS, LOCAL_RTT_MS, ROUTE_FACTOR, RTT_SIGMA, Us};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, LogNormal};

/// Name, latitude, longitude and share of the traffic, in percent, of metropolitan areas. Shares are an assumption: where
/// software is made and run more than where people are.
const METROS: [(&str, f64, f64, f64); 30] = [
    ("Ashburn", 39.0, -77.5, 13.0),
    ("New York", 40.7, -74.0, 6.0),
    ("Chicago", 41.9, -87.6, 4.0),
    ("Dallas", 32.8, -96.8, 4.0),
    ("Miami", 25.8, -80.2, 1.5),
    ("Portland", 45.5, -122.7, 6.0),
    ("San Francisco", 37.4, -122.1, 7.0),
    ("Los Angeles", 34.0, -118.2, 3.0),
    ("Toronto", 43.7, -79.4, 2.0),
    ("Mexico City", 19.4, -99.1, 1.0),
    ("São Paulo", -23.5, -46.6, 3.5),
    ("Buenos Aires", -34.6, -58.4, 1.0),
    ("Bogotá", 4.7, -74.1, 1.0),
    ("London", 51.5, -0.1, 6.0),
    ("Dublin", 53.3, -6.3, 3.0),
    ("Paris", 48.9, 2.4, 3.0),
    ("Amsterdam", 52.4, 4.9, 3.0),
    ("Frankfurt", 50.1, 8.7, 7.0),
    ("Stockholm", 59.3, 18.1, 2.0),
    ("Warsaw", 52.2, 21.0, 1.5),
    ("Madrid", 40.4, -3.7, 1.5),
    ("Istanbul", 41.0, 29.0, 1.0),
    ("Dubai", 25.2, 55.3, 1.0),
    ("Johannesburg", -26.2, 28.0, 1.0),
    ("Lagos", 6.5, 3.4, 0.5),
    ("Mumbai", 19.1, 72.9, 4.0),
    ("Singapore", 1.35, 103.8, 4.0),
    ("Tokyo", 35.7, 139.7, 4.5),
    ("Seoul", 37.6, 127.0, 2.0),
    ("Sydney", -33.9, 151.2, 2.0),
];

/// Metropolitan areas with central stores of KV, "a small number" (developers.cloudflare.com/kv/concepts/how-kv-works);
/// which ones is an assumption.
const KV_STORES: [usize; 3] = [0, 17, 26];

/// How far locations lie around their metropolitan area, in degrees.
const AROUND: f64 = 4.0;

const EARTH_RADIUS_KM: f64 = 6_371.0;

/// Where everything is.
#[derive(Debug)]
pub struct Geography {
    /// Metropolitan area of each location.
    metros: Vec<usize>,
    /// Share of the traffic of each location.
    shares: Vec<f64>,
    /// Median round trips between locations, in milliseconds.
    rtts_ms: Vec<Vec<f64>>,
    spread: LogNormal<f64>,
}

impl Geography {
    /// Spreads locations over the world: more of them where the traffic is, yet fewer than its share.
    ///
    /// # Errors
    /// If no log-normal distribution can be made of the platform's spread.
    pub fn new(locations: usize, rng: &mut impl Rng) -> Result<Self, rand_distr::NormalError> {
        let ends: Vec<f64> = METROS
            .iter()
            .scan(0.0, |end, metro| {
                *end += metro.3.sqrt();
                Some(*end)
            })
            .collect();
        let step = ends[ends.len() - 1] / locations as f64;
        let metro_of = |location| ends.partition_point(|end| *end < (location as f64 + 0.5) * step);
        let metros: Vec<usize> = (0..locations).map(metro_of).collect();
        let places: Vec<(f64, f64)> = metros.iter().map(|metro| around(*metro, rng)).collect();
        let shares: Vec<f64> = metros
            .iter()
            .map(|metro| METROS[*metro].3 / metros.iter().filter(|other| *other == metro).count() as f64)
            .collect();
        let rtts_ms = places.iter().map(|from| places.iter().map(|to| rtt_ms(*from, *to)).collect()).collect();
        Ok(Self { metros, shares, rtts_ms, spread: LogNormal::new(0.0, RTT_SIGMA)? })
    }

    /// Share of the traffic of each location, of some whole.
    #[must_use]
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// The locations of the same metropolitan area, this one included.
    pub fn neighbours(&self, location: usize) -> impl Iterator<Item = usize> {
        let metro = self.metros[location];
        self.metros.iter().enumerate().filter(move |(_, other)| **other == metro).map(|(neighbour, _)| neighbour)
    }

    /// A round trip.
    pub fn rtt(&self, from: usize, to: usize, rng: &mut impl Rng) -> Us {
        (self.rtts_ms[from][to] * self.spread.sample(rng) * 1_000.0) as Us
    }

    /// A round trip to the nearest central store of KV.
    pub fn rtt_to_kv(&self, from: usize, rng: &mut impl Rng) -> Us {
        let stores = KV_STORES.iter().filter_map(|store| self.metros.iter().position(|metro| metro == store));
        let nearest = stores.min_by(|a, b| self.rtts_ms[from][*a].total_cmp(&self.rtts_ms[from][*b]));
        self.rtt(from, nearest.unwrap_or(0), rng)
    }
}

fn around(metro: usize, rng: &mut impl Rng) -> (f64, f64) {
    let (_, latitude, longitude, _) = METROS[metro];
    (latitude + rng.random_range(-AROUND..AROUND), longitude + rng.random_range(-AROUND..AROUND))
}

fn rtt_ms(from: (f64, f64), to: (f64, f64)) -> f64 {
    LOCAL_RTT_MS + 2.0 * distance_km(from, to) * ROUTE_FACTOR / FIBRE_KM_PER_MS
}

/// Along the great circle, by the haversine formula.
fn distance_km(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (from_latitude, to_latitude) = (from.0.to_radians(), to.0.to_radians());
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let haversine = half(to.0 - from.0) + from_latitude.cos() * to_latitude.cos() * half(to.1 - from.1);
    2.0 * EARTH_RADIUS_KM * haversine.sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::{METROS, distance_km, rtt_ms};

    #[test]
    fn round_trips_are_those_of_fibres_between_cities() {
        let place =
            |name| METROS.iter().find(|metro| metro.0 == name).map(|metro| (metro.1, metro.2)).expect("a metro");
        let (london, new_york) = (place("London"), place("New York"));
        assert!((5_500.0..5_650.0).contains(&distance_km(london, new_york)));
        assert!((115.0..122.0).contains(&rtt_ms(london, new_york)), "2 + 2 × 5,570 × 2.1 / 200");
        assert!((2.0..2.01).contains(&rtt_ms(london, london)));
    }
}
