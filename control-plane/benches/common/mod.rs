//! What programs that measure the control plane have in common.

pub(crate) mod figures;
pub(crate) mod program;
