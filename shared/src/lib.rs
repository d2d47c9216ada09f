//! Placeholder for the specification.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod assertion;
pub mod bearer;
pub mod budget;
pub mod change;
pub mod decide;
pub mod digest;
pub mod id;
pub mod keyring;
pub mod ledger;
pub mod limits;
pub mod path;
pub mod policy;
pub mod problem;
pub mod question;
pub mod record;
pub mod refusal;
pub mod scope;
pub mod signature;
pub mod timestamp;
pub mod token;
