//! Who asks for what, from where.
//!
//! Requests are a Poisson process. Workspaces and the tokens of each follow Zipf's law. A workspace has a home, drawn like
//! all traffic; most of its requests come from the metropolitan area of its home, the others from everywhere. Within a
//! location each isolate is as likely as the other.

use crate::geography::Geography;
use crate::settings::Settings;
use rand::{Rng, RngExt};
use rand_distr::weighted::WeightedAliasIndex;
use rand_distr::{Distribution, Exp1};
use std::error::Error;
use std::ops::Range;

/// How much less traffic there is when the warm-up begins.
const WARM_UP_FROM: f64 = 1e-3;

/// A request that arrives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) isolate: usize,
    pub(crate) workspace: usize,
    /// Which of the workspace's tokens.
    pub(crate) token: usize,
}

/// Draws requests.
#[derive(Debug)]
pub(crate) struct Traffic {
    per_us: f64,
    /// In microseconds.
    warm_up: f64,
    local: f64,
    workspaces: Ranked,
    tokens: Ranked,
    /// Home of each workspace: a location.
    homes: Vec<usize>,
    everywhere: WeightedAliasIndex<f64>,
    /// Around each location.
    nearby: Vec<WeightedAliasIndex<f64>>,
    /// Isolates of each location.
    isolates: Vec<Range<usize>>,
}

impl Traffic {
    pub(crate) fn new(settings: &Settings, geography: &Geography, rng: &mut impl Rng) -> Result<Self, Box<dyn Error>> {
        let shape = &settings.world;
        let shares = geography.shares();
        let everywhere = WeightedAliasIndex::new(shares.to_vec())?;
        let around = |location| {
            let mut near = vec![0.0; shares.len()];
            geography.neighbours(location).for_each(|neighbour| near[neighbour] = shares[neighbour]);
            WeightedAliasIndex::new(near)
        };
        let nearby = (0..shares.len()).map(around).collect::<Result<_, _>>()?;
        let homes: Vec<usize> = (0..shape.workspaces).map(|_| everywhere.sample(rng)).collect();
        let mut traffic = Self {
            per_us: settings.requests_per_s / 1e6,
            warm_up: settings.warm_up_s * 1e6,
            local: shape.local,
            workspaces: Ranked::new(shape.workspaces, shape.workspace_exponent)?,
            tokens: Ranked::new(shape.tokens, shape.token_exponent)?,
            homes,
            everywhere,
            nearby,
            isolates: Vec::new(),
        };
        let mut part = vec![0.0; shares.len()];
        for workspace in 0..shape.workspaces {
            let of_workspace = traffic.workspaces.share(workspace);
            let parts = traffic.parts(geography, workspace);
            part.iter_mut().zip(parts).for_each(|(part, share)| *part += share * of_workspace);
        }
        let mut end = 0;
        for part in part {
            let begin = end;
            let wanted = (part * settings.requests_per_s / shape.isolate_requests_per_s).ceil() as usize;
            end += wanted.clamp(1, shape.isolates_max);
            traffic.isolates.push(begin..end);
        }
        Ok(traffic)
    }

    /// The part of a workspace's requests that arrives at each location.
    fn parts(&self, geography: &Geography, workspace: usize) -> Vec<f64> {
        let shares = geography.shares();
        let whole: f64 = shares.iter().sum();
        let mut parts: Vec<f64> = shares.iter().map(|share| (1.0 - self.local) * share / whole).collect();
        let near: f64 = geography.neighbours(self.homes[workspace]).map(|location| shares[location]).sum();
        geography.neighbours(self.homes[workspace]).for_each(|at| parts[at] += self.local * shares[at] / near);
        parts
    }

    /// How often each isolate is asked for a workspace, in requests per second after the warm-up.
    pub(crate) fn rates(&self, geography: &Geography, workspace: usize) -> Vec<f64> {
        let per_s = self.per_us * 1e6 * self.workspaces.share(workspace);
        let parts = self.parts(geography, workspace);
        let of = |(isolates, part): (&Range<usize>, f64)| {
            std::iter::repeat_n(part * per_s / isolates.len() as f64, isolates.len())
        };
        self.isolates.iter().zip(parts).flat_map(of).collect()
    }

    /// The part of a workspace's requests that come with this token.
    pub(crate) fn token_share(&self, token: usize) -> f64 {
        self.tokens.share(token)
    }

    /// The location of each isolate.
    pub(crate) fn isolates(&self) -> impl Iterator<Item = usize> {
        self.isolates.iter().enumerate().flat_map(|(location, isolates)| isolates.clone().map(move |_| location))
    }

    /// When the next request arrives after this moment, in microseconds. In the warm-up traffic grows exponentially.
    pub(crate) fn next_arrival(&self, now: f64, rng: &mut impl Rng) -> f64 {
        let drawn: f64 = Exp1.sample(rng);
        let growth = -WARM_UP_FROM.ln() / self.warm_up.max(1.0);
        let grown = (-growth * (self.warm_up - now).max(0.0)).exp();
        let while_growing = (1.0 - grown) * self.per_us / growth;
        if drawn < while_growing {
            now + (drawn * growth / (grown * self.per_us)).ln_1p() / growth
        } else {
            now.max(self.warm_up) + (drawn - while_growing) / self.per_us
        }
    }

    /// A workspace, as likely as it is busy.
    pub(crate) fn workspace(&self, rng: &mut impl Rng) -> usize {
        self.workspaces.sample(rng)
    }

    pub(crate) fn call(&self, rng: &mut impl Rng) -> Call {
        let workspace = self.workspace(rng);
        let is_local = rng.random_bool(self.local);
        let from = if is_local { &self.nearby[self.homes[workspace]] } else { &self.everywhere };
        let location = from.sample(rng);
        let isolate = rng.random_range(self.isolates[location].clone());
        Call { isolate, workspace, token: self.tokens.sample(rng) }
    }
}

/// Things of which each is less popular than the one before, by Zipf's law.
#[derive(Debug)]
struct Ranked {
    drawn: WeightedAliasIndex<f64>,
    shares: Vec<f64>,
}

impl Ranked {
    fn new(count: usize, exponent: f64) -> Result<Self, rand_distr::weighted::Error> {
        let weights: Vec<f64> = (1..=count).map(|rank| (rank as f64).powf(-exponent)).collect();
        let whole: f64 = weights.iter().sum();
        let shares = weights.iter().map(|weight| weight / whole).collect();
        Ok(Self { drawn: WeightedAliasIndex::new(weights)?, shares })
    }

    fn share(&self, index: usize) -> f64 {
        self.shares[index]
    }

    fn sample(&self, rng: &mut impl Rng) -> usize {
        self.drawn.sample(rng)
    }
}
