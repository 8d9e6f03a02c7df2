//! What every engine must do: each test is a function over a place where an engine keeps its stores.

mod appends;
mod contents;
mod identity;
mod names;
mod opening;
mod pages;

use std::{fmt::Debug, future::Future, sync::Arc};

use livestore_server::storage::EventStore;

pub(crate) use appends::*;
pub(crate) use contents::*;
pub(crate) use identity::*;
pub(crate) use names::*;
pub(crate) use opening::*;
pub(crate) use pages::*;

/// Where an engine keeps its stores.
pub(crate) trait Place: Debug {
    /// Opens the engine on what is there; the one opened before is gone.
    fn open(&self) -> impl Future<Output = Arc<dyn EventStore>>;
}

/// Makes the tests of an engine from the way to make a place for it.
macro_rules! conformance {
    ($place:expr) => {
        $crate::conformance::conformance! { $place =>
            a_store_exists_from_its_first_use
            a_store_keeps_its_identity_when_it_is_opened_again
            what_was_appended_is_there_when_the_store_is_opened_again
            one_of_many_appends_behind_the_same_head_is_taken
            one_of_many_openers_makes_the_store
            a_refused_batch_leaves_nothing_behind
            numbers_may_start_anywhere_and_leave_gaps
            numbers_go_as_far_as_javascript_counts
            an_append_of_nothing_only_compares
            a_page_holds_as_many_events_as_asked_for
            a_page_holds_no_more_bytes_than_asked_for_but_one_event
            a_page_starts_behind_a_number_in_the_middle
            a_page_behind_the_head_is_empty
            arguments_come_back_to_the_letter
            names_and_authors_come_back_to_the_letter
            a_large_batch_comes_back_in_order
            stores_do_not_see_each_other
            odd_names_are_stores_of_their_own
            names_that_are_too_long_are_refused
            stores_are_listed_by_name_in_pieces
            a_reset_store_is_empty_and_another_log
            only_a_store_without_events_takes_an_identity
            an_append_to_another_log_is_told_which_it_is
            readers_see_whole_batches_while_many_stores_are_appended_to
            an_engine_that_serves_says_so
        }
    };
    ($place:expr => $($name:ident)*) => {
        mod conformance {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $name() {
                    let place = $place;
                    $crate::conformance::$name(&place).await;
                }
            )*

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn does_what_a_list_in_memory_does() {
                let place = $place;
                $crate::model::does_what_a_list_in_memory_does(&place).await;
            }
        }
    };
}
pub(crate) use conformance;

fn backend(info: &livestore_server::storage::StoreInfo) -> Arc<str> {
    Arc::clone(&info.backend_id)
}
