//! The whole system, through `wrangler dev`: one file per promise.
//!
//! Tests of the first list share a world and keep to workspaces of their own. Those of the
//! second break something, in a world of their own. `cargo xtask test --e2e` runs them.

mod a_changed_key_follows;
mod a_key_works;
mod a_poisoned_isolate_comes_back;
mod a_restored_backup_revives_nothing;
mod a_revocation_outlives_the_edge;
mod a_revoked_key_stops;
mod after_a_minute;
mod bodies_are_never_buffered;
mod deplo_does_what_it_says;
mod deplo_exits_as_documented;
mod deplo_keeps_credentials;
mod deplo_loses_no_token;
mod deplo_on_a_terminal;
mod every_edge_refuses_at_once;
mod foreign_paths_refuse;
mod in_flight_answers_are_withheld;
mod keys_rotate_without_downtime;
mod leases_spare_the_ledger;
mod made_up_tokens_cost_little;
mod no_truth_no_access;
mod one_id_names_a_request;
mod postgres_may_crash;
mod programs_refuse_bad_secrets;
mod scopes_allow_what_they_name;
mod strangers_change_nothing;
mod the_api_is_as_documented;
mod the_edge_outlives_the_control_plane;
mod the_secret_is_nowhere;

use libtest_mimic::{Arguments, Trial};
use std::sync::{Arc, OnceLock};
use tests::World;

/// Trials that share a world, named by file and function.
macro_rules! in_world {
    ($world:expr; $($module:ident::$function:ident,)*) => {
        vec![$({
            let world: Arc<OnceLock<World>> = Arc::clone(&$world);
            Trial::test(concat!(stringify!($module), "::", stringify!($function)), move || {
                $module::$function(world.get_or_init(World::start));
                Ok(())
            })
        },)*]
    };
}

/// Trials that start what they need, named by file and function.
macro_rules! alone {
    ($($module:ident::$function:ident,)*) => {
        vec![$(Trial::test(concat!(stringify!($module), "::", stringify!($function)), || {
            $module::$function();
            Ok(())
        }),)*]
    };
}

fn main() {
    let mut arguments = Arguments::from_args();
    // Each world is four programs: more at once would only wait for each other.
    arguments.test_threads.get_or_insert(2);
    let shared = Arc::new(OnceLock::new());
    let mut all = in_world![shared;
        a_changed_key_follows::at_the_very_next_request,
        a_changed_key_follows::and_expires_on_time,
        a_key_works::from_create_to_the_platform,
        a_key_works::the_assertion_is_a_jwt_for_this_origin,
        a_key_works::each_token_is_asserted_as_what_it_is,
        a_restored_backup_revives_nothing::nor_what_a_rotation_ended,
        a_revoked_key_stops::at_the_very_next_request,
        a_revoked_key_stops::although_its_kv_entry_is_put_back,
        a_revoked_key_stops::when_its_project_is_deleted,
        in_flight_answers_are_withheld::while_the_origin_holds_them,
        in_flight_answers_are_withheld::while_they_stream,
        in_flight_answers_are_withheld::but_short_and_empty_bodies_come_whole,
        in_flight_answers_are_withheld::an_answer_that_is_none_fails_alone,
        leases_spare_the_ledger::whatever_the_rate,
        leases_spare_the_ledger::and_a_revocation_waits_for_them_alone,
        foreign_paths_refuse::another_workspace,
        foreign_paths_refuse::another_project,
        bodies_are_never_buffered::of_answers,
        bodies_are_never_buffered::of_requests,
        bodies_are_never_buffered::and_any_method_may_have_one,
        deplo_does_what_it_says::from_create_to_revoke,
        deplo_does_what_it_says::with_hundreds_of_tokens,
        deplo_does_what_it_says::with_expiries,
        deplo_does_what_it_says::about_whose_token_it_is,
        deplo_does_what_it_says::about_what_was_done,
        deplo_does_what_it_says::also_into_closed_and_full_outputs,
        deplo_does_what_it_says::without_a_token_in_its_words,
        deplo_exits_as_documented::by_what_was_asked_for,
        deplo_exits_as_documented::by_a_plan_that_is_full,
        deplo_keeps_credentials::from_login_to_logout,
        deplo_keeps_credentials::and_stores_nothing_that_does_not_work,
        deplo_keeps_credentials::and_sends_a_token_nowhere_else,
        deplo_keeps_credentials::and_revokes_on_the_way_out,
        deplo_keeps_credentials::and_follows_a_rotation_of_its_own,
        deplo_keeps_credentials::and_knows_an_address_with_a_slash,
        deplo_keeps_credentials::and_needs_none_of_them_in_ci,
        deplo_loses_no_token::when_the_answer_to_a_create_is_lost,
        deplo_loses_no_token::when_the_answer_to_a_rotation_is_lost,
        deplo_loses_no_token::and_names_one_that_nobody_has,
        deplo_loses_no_token::when_the_answer_to_a_revocation_of_its_own_is_lost,
        deplo_loses_no_token::when_the_answer_to_a_logout_is_lost,
        deplo_loses_no_token::when_the_answer_to_a_rotation_of_its_own_is_lost,
        deplo_loses_no_token::and_says_that_a_replaced_one_may_live_on,
        deplo_on_a_terminal::asks_before_it_revokes,
        deplo_on_a_terminal::shows_that_it_waits,
        deplo_on_a_terminal::ctrl_c_at_the_question_revokes_nothing,
        deplo_on_a_terminal::ctrl_c_while_it_reads_ids_ends_it,
        deplo_on_a_terminal::login_hides_the_token,
        deplo_on_a_terminal::a_list_fits_the_terminal,
        deplo_on_a_terminal::no_input_and_ci_never_ask,
        deplo_on_a_terminal::colours_can_be_turned_off,
        one_id_names_a_request::that_of_its_caller_if_it_is_plain,
        one_id_names_a_request::else_that_of_cloudflare,
        one_id_names_a_request::else_a_fresh_one,
        scopes_allow_what_they_name::and_nothing_else,
        strangers_change_nothing::with_authorization,
        strangers_change_nothing::with_methods,
        strangers_change_nothing::with_paths,
        strangers_change_nothing::with_headers_of_the_edge,
        strangers_change_nothing::with_bodies,
        strangers_change_nothing::with_unsigned_calls,
        strangers_change_nothing::with_signed_calls_of_another_release,
        the_secret_is_nowhere::but_in_its_first_answer,
    ];
    all.extend(alone![
        a_poisoned_isolate_comes_back::and_fails_closed_meanwhile,
        after_a_minute::idle_workspaces_long_streams_and_uses,
        a_restored_backup_revives_nothing::noticed_as_a_conflict_and_cured_by_republish,
        a_revocation_outlives_the_edge::pending_then_effective_by_itself,
        a_revocation_outlives_the_edge::also_when_the_control_plane_is_killed,
        keys_rotate_without_downtime::the_key_of_signed_calls,
        keys_rotate_without_downtime::the_pepper_of_tokens,
        keys_rotate_without_downtime::the_key_of_assertions,
        leases_spare_the_ledger::and_none_are_given_if_none_are_wanted,
        leases_spare_the_ledger::and_no_other_length_is_accepted,
        deplo_does_what_it_says::when_asked_how_it_is_used,
        deplo_exits_as_documented::by_an_edge_that_is_gone,
        deplo_exits_as_documented::by_strangers_in_between,
        deplo_on_a_terminal::ctrl_c_while_it_waits_says_what_may_be_done,
        every_edge_refuses_at_once::through_faults_of_kv_and_ledger,
        every_edge_refuses_at_once::and_this_test_would_notice_one_that_does_not,
        made_up_tokens_cost_little::and_hide_no_real_one,
        no_truth_no_access::without_kv,
        no_truth_no_access::without_a_ledger,
        postgres_may_crash::and_revocations_are_immediate_once_it_is_back,
        programs_refuse_bad_secrets::the_edge_answers_503_and_logs_which_and_how,
        programs_refuse_bad_secrets::the_control_plane_says_which_and_how,
        the_api_is_as_documented::on_sqlite,
        the_api_is_as_documented::on_postgres,
        the_edge_outlives_the_control_plane::and_says_when_it_cannot_pass_on,
    ]);
    let conclusion = libtest_mimic::run(&arguments, all);
    // Ends the shared world's programs: `exit` would leave them behind.
    drop(shared);
    conclusion.exit();
}
