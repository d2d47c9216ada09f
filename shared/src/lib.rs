//! The rules that edge and control plane must agree on, and nothing else: no clock, no randomness,
//! no I/O, no `std`. This page is their specification; the laws below are tested by name in
//! `shared/tests`.
//!
//! # What there is
//!
//! A [**token**](token) is `sk_live_`, 26 random base62 characters, and a checksum of 6. Its text exists in
//! the answer that creates it. Everywhere else it is known by its [**digest**](digest), HMAC-SHA-256 under a
//! pepper, and in public by its [id](id::TokenId) and first four random characters.
//!
//! A [**record**](record) is what has to be known of a token to decide: its id, the one project that it covers (or
//! none), its [scopes](scope), its expiry, and its state: active, superseded until some moment, or revoked.
//!
//! A request becomes a [**question**](question) if its [path](path) is plain, its [`Authorization`](bearer) is one
//! bearer credential, the token's form is right, and the [**policy**](policy) has a rule for its route. The rule says
//! which scope is needed, in which workspace and project, and who answers.
//!
//! The [**decision**](decide::decide) takes a record, the question's requirement and the time, and returns a
//! [`Permit`](decide::Permit) or a [`Refusal`](refusal::Refusal). It is pure; "cannot tell" lives outside it. A refusal becomes a
//! [**problem**](problem) (RFC 9457) in one place. An allowed request goes to the platform with an
//! [**assertion**](assertion), a short-lived JWT.
//!
//! A [**change**](change) says that a digest has a record from now on. The changes of a workspace are numbered 1, 2, 3 …
//! and chained by hash, so that a [**head**](change::Head) (number and hash) stands for a whole history.
//!
//! A [**ledger**](ledger) holds the records of one workspace and is where the edge learns what is true *now*. It
//! applies changes in order, answers renewals only inside a *window* that a confirmed write opened, and says in every
//! answer to a publish how long (`waitMs`) anybody may still remember something older. When that wait has passed, the
//! change is *effective*: no request that arrives from then on is decided by what was true before. An *epoch* is a
//! history that was started anew from a snapshot, after a backup was restored.
//!
//! [Signed calls](signature) carry changes from control plane to edge. Every number has its unit and reason in
//! [`limits`].
//!
//! # Laws
//!
//! Tokens (`tests/laws_of_tokens.rs`)
//!
//! - **L1** Every generated token parses.
//! - **L2** A token with one changed character never parses.
//! - **L3** What is no token is refused, and nothing that a stranger sends can panic.
//! - **L4** A digest belongs to one token and one pepper.
//! - **L5** A retired pepper still finds its tokens; new digests use the current one.
//!
//! Decisions (`tests/laws_of_decisions.rs`)
//!
//! - **L6** Default deny: a route or method without a rule is refused.
//! - **L7** An empty set of scopes allows nothing.
//! - **L8** An unknown scope bit allows nothing.
//! - **L9** A scope allows what it names, `admin` everything, and nothing else is allowed.
//! - **L10** A dead token is refused before anything else is looked at, and as dead.
//! - **L11** Ends are exclusive: at the very millisecond of its end a token is dead.
//! - **L12** A foreign workspace is refused.
//! - **L13** A project's token never reaches beyond its project.
//! - **L14** Refusals come in one order, on edge and control plane alike.
//!
//! Histories and ledgers (`tests/laws_of_ledgers.rs`)
//!
//! - **L15** A hole changes nothing.
//! - **L16** Publishing again changes nothing.
//! - **L17** Equal heads mean equal histories, and another history changes nothing.
//! - **L18** An uninitialised ledger grants nothing and writes nothing, whoever asks; a signed call may reserve an epoch.
//! - **L19** There is no answer outside a window; a planned window is not open.
//! - **L20** Every lease ends inside the window.
//! - **L21** The wait covers every right that this instance gave away and that still lives.
//! - **L22** The wait covers every right that earlier instances gave away, the right of a replaced one to go on
//!   answering included, and nothing is inherited that is long over.
//! - **L23** Epochs only grow, only the one that was reserved last begins, and changes of another epoch are not
//!   applied.
//! - **L24** What was revoked stays revoked in a new epoch, what was superseded is revoked if the new epoch would let it
//!   live for longer, and the control plane is told.
//! - **L25** A renewal lists every change of what its asker may know, or tells it to forget everything.
//! - **L28** No change revives what is revoked.
//!
//! Isolates (`tests/laws_of_isolates.rs`)
//!
//! - **L29** A request is decided by memory only under a valid lease; at the very millisecond of its end it is void.
//! - **L30** Under a valid lease, what is remembered is never asked for.
//! - **L31** A token is decided in the workspace that its record belongs to.
//! - **L32** A lease counts from its ask, not from the answer.
//! - **L33** A clock that is seen to go back by more than the margin allows voids every lease, those that are on their
//!   way included; a smaller step voids none.
//! - **L34** An answer of a greater epoch replaces everything, one of a smaller epoch is ignored.
//! - **L35** An answer that leaves out changes, for whoever stands where the isolate stands, changes nothing.
//! - **L36** An answer older than what is known changes nothing, and decides nothing.
//! - **L37** Whoever is told to forget everything forgets everything, and remembers what comes with it.
//! - **L38** A changed record is what is decided by from then on, and what an origin was told of the old one is told no more.
//! - **L39** "No such token" dies with the lease under which it was said, whatever renewals follow.
//! - **L40** An answer decides, once, the requests that waited for it before it was asked for, whatever its lease, and
//!   no others.
//! - **L41** However many digests are no tokens, no record is forgotten for them.
//! - **L42** Records and workspaces are bounded; what was needed longest ago is forgotten.
//! - **L43** Workspaces that nothing is known of are forgotten before all others.
//! - **L44** A workspace has few asks under way, and one that is lost, or a ledger to be spared, blocks only for a
//!   while, wherever the clock goes.
//! - **L45** A lease is renewed when a quarter of it is left, by one request.
//! - **L46** Steady traffic never waits for a renewal, and renews at most one and a half times per lease.
//! - **L47** A used token is reported soon, and not twice within an interval.
//! - **L48** What the ledger did not take in is reported again, and there is a bound to it.
//!
//! Signed calls (`tests/laws_of_signatures.rs`)
//!
//! - **L26** A changed call, key or signature is refused.
//! - **L27** A call more than five minutes old, or ahead, is refused.
//!
//! Beside the laws: `tests/model.rs` compares the decision with a slow, obvious model on all small inputs;
//! `tests/isolate_model.rs` does so for what an isolate remembers;
//! `tests/who-may-do-what.txt` is the table of who may do what; `tests/vectors.json` can be replayed in any language.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod assertion;
pub mod bearer;
pub mod bounded;
pub mod budget;
pub mod change;
pub mod decide;
pub mod digest;
pub mod hex;
pub mod id;
pub mod isolate;
pub mod keyring;
pub mod ledger;
pub mod limits;
pub mod path;
pub mod policy;
pub mod problem;
pub mod question;
pub mod record;
pub mod refusal;
pub mod safeguard;
pub mod scope;
pub mod signature;
pub mod timestamp;
pub mod token;
