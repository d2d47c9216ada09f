//! Laws L26 and L27: signed calls.

mod support;

use proptest::prelude::*;
use shared::limits::SIGNATURE_SKEW_MS;
use shared::signature::{BadSignature, SignedCall, TO_EDGE};
use shared::timestamp::Timestamp;
use support::keyring;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

proptest! {
    /// L26
    #[test]
    fn a_changed_call_or_key_breaks_the_signature(body: Vec<u8>, other: Vec<u8>, path in "/[a-z]{1,8}") {
        let call = SignedCall { label: TO_EDGE, method: "POST", path: &path, body: &body };
        let header = call.sign(&keyring(1), NOW);
        let verified = |call: SignedCall<'_>, ring| call.verify(Some(&header), &keyring(ring), NOW);
        prop_assert_eq!(verified(call, 1), Ok(()));
        prop_assert_eq!(verified(call, 2), Err(BadSignature::UnknownKey));
        let changed = [
            SignedCall { label: "edge-to-control-plane", ..call },
            SignedCall { method: "PUT", ..call },
            SignedCall { path: "/_", ..call },
        ];
        for call in changed {
            prop_assert_eq!(verified(call, 1), Err(BadSignature::Wrong));
        }
        prop_assume!(other != body);
        prop_assert_eq!(verified(SignedCall { body: &other, ..call }, 1), Err(BadSignature::Wrong));
    }

    /// L26
    #[test]
    fn a_changed_character_breaks_the_signature(at in 0_usize..100, to in "[0-9a-f=,]") {
        let call = SignedCall { label: TO_EDGE, method: "POST", path: "/a", body: b"{}" };
        let header = call.sign(&keyring(1), NOW);
        prop_assume!(at < header.len());
        let mut changed = header.clone();
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != header);
        prop_assert!(call.verify(Some(&changed), &keyring(1), NOW).is_err());
    }

    /// L27
    #[test]
    fn a_stale_call_is_refused(skew_ms in 0_u64..2 * SIGNATURE_SKEW_MS) {
        let call = SignedCall { label: TO_EDGE, method: "POST", path: "/a", body: b"{}" };
        let header = call.sign(&keyring(1), NOW);
        let expected = if skew_ms > SIGNATURE_SKEW_MS { Err(BadSignature::Stale) } else { Ok(()) };
        for now in [NOW.plus_ms(skew_ms), Timestamp(NOW.0 - skew_ms)] {
            prop_assert_eq!(call.verify(Some(&header), &keyring(1), now), expected);
        }
    }

    #[test]
    fn what_is_no_signature_is_refused_and_never_panics(header: String) {
        let call = SignedCall { label: TO_EDGE, method: "POST", path: "/a", body: b"{}" };
        prop_assert!(call.verify(Some(&header), &keyring(1), NOW).is_err());
        prop_assert_eq!(call.verify(None, &keyring(1), NOW), Err(BadSignature::Unreadable));
    }
}
