"""Which test proves which rule of the browser's WebSocket; and that each test that is named here is there.

A rule is named by its number. Rule 32 is not in the list of rules: its number was given up.
"""

from __future__ import annotations

import ast
from pathlib import Path

from tests.net.websocket.rules.mutations import MUTATIONS, ROOT, place

HERE = Path(__file__).parent
RULES: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("constants on class and instance, read-only", (
        "test_the_constants_stand_on_class_and_instance_and_cannot_be_changed", "test_the_constants_of_the_class_cannot_be_changed_either",
        "test_the_constants_stand_on_the_class",
    )),
    2: ("the initial state", ("test_a_new_socket_is_connecting_and_empty_and_has_no_handlers",)),
    3: ("read-only attributes", ("test_assigning_a_read_only_attribute_changes_nothing_in_any_state",)),
    4: ("no arguments", ("test_a_socket_without_arguments_is_a_type_error",)),
    5: ("URL: the path is at least /", ("test_the_server_is_asked_for_the_path_and_query_as_whatwg_url_writes_them",)),
    6: ("URL: escapes", ("test_the_server_is_asked_for_the_path_and_query_as_whatwg_url_writes_them",)),
    7: ("URL: lower case", ("test_scheme_and_host_are_written_in_lower_case_and_in_one_form",)),
    8: ("URL: default ports", ("test_a_port_is_dropped_where_it_is_the_schemes_own",)),
    9: ("URL: http(s) become ws(s)", ("test_http_becomes_ws_and_connects", "test_a_base_of_https_gives_wss")),
    10: ("URL: names in any script, dots, white space", (
        "test_names_in_any_script_are_written_in_ascii_and_white_space_around_is_cut_off",
        "test_the_server_is_asked_for_the_path_and_query_as_whatwg_url_writes_them",
    )),
    11: ("URL: userinfo, relative to base", ("test_name_and_password_stay_in_the_url", "test_a_relative_url_is_relative_to_its_base")),
    12: ("relative without base", ("test_a_relative_url_without_a_base_is_a_syntax_error", "test_a_relative_url_needs_a_base")),
    13: ("any fragment", ("test_any_fragment_is_a_syntax_error_even_an_empty_one", "test_the_fragment_of_the_base_is_none_of_the_url")),
    14: ("other schemes", ("test_another_scheme_is_a_syntax_error", "test_a_base_with_another_scheme_is_a_syntax_error")),
    15: ("unparsable", ("test_what_cannot_be_parsed_is_a_syntax_error",)),
    16: ("a subprotocol that is no token", (
        "test_a_subprotocol_that_is_no_token_is_a_syntax_error", "test_every_character_of_a_token_may_stand_in_a_subprotocol",
    )),
    17: ("duplicate subprotocols", (
        "test_a_subprotocol_offered_twice_is_a_syntax_error", "test_subprotocols_that_differ_in_case_are_two",
    )),
    18: ("subprotocols are offered in order", ("test_subprotocols_are_offered_in_one_header_in_their_order",)),
    19: ("the server's choice", ("test_the_protocol_is_empty_before_open_and_then_the_servers_choice",)),
    20: ("a choice where none was offered", ("test_a_server_that_does_not_choose_just_one_of_the_offered_subprotocols_fails",)),
    21: ("another choice", ("test_a_server_that_does_not_choose_just_one_of_the_offered_subprotocols_fails",)),
    22: ("no choice", ("test_a_server_that_does_not_choose_just_one_of_the_offered_subprotocols_fails",)),
    23: ("garbage", (
        "test_a_response_that_is_no_acceptance_fails", "test_a_connection_that_ends_within_the_response_fails",
        "test_a_server_that_hangs_up_before_it_answers",
    )),
    24: ("wrong Accept", (
        "test_a_response_that_is_no_acceptance_fails", "test_the_page_is_not_told_why_and_the_log_is",
    )),
    25: ("unrequested extension", ("test_a_response_that_is_no_acceptance_fails",)),
    26: ("redirects", ("test_a_redirect_fails_and_is_not_followed",)),
    27: ("other statuses", ("test_a_response_that_is_no_acceptance_fails",)),
    28: ("refused, unresolvable", ("test_where_nobody_answers_the_constructor_returns_and_then_it_fails",)),
    29: ("open", ("test_when_the_handshake_is_done_there_is_an_open_event_and_the_state_is_open",)),
    30: ("messages in the packet of the response", (
        "test_messages_in_the_packet_of_the_response_come_after_open_in_their_order",
        "test_a_response_byte_by_byte_is_the_same_as_in_one_packet",
    )),
    31: ("a Close in the packet of the response", ("test_a_close_in_the_packet_of_the_response_comes_after_open_and_is_clean",)),
    33: ("handlers set before yielding", (
        "test_handlers_set_after_the_constructor_and_before_yielding_miss_no_event",
        "test_handlers_set_before_yielding_do_not_miss_a_failure_either",
    )),
    34: ("send in CONNECTING", ("test_sending_in_connecting_is_an_invalid_state_error_and_nothing_is_buffered",)),
    35: ("send without argument", ("test_send_without_an_argument_is_a_type_error_in_every_state",)),
    36: ("text", ("test_what_is_sent_arrives_as_one_frame_and_comes_back", "test_what_is_sent_comes_back")),
    37: ("non-BMP", ("test_what_is_sent_arrives_as_one_frame_and_comes_back",)),
    38: ("empty", ("test_what_is_sent_arrives_as_one_frame_and_comes_back",)),
    39: ("65 kB", (
        "test_what_is_sent_arrives_as_one_frame_and_comes_back",
        "test_a_message_of_any_size_around_the_edges_of_the_length_field_comes_back",
    )),
    40: ("binary", ("test_what_is_sent_arrives_as_one_frame_and_comes_back", "test_the_buffer_that_is_sent_may_be_changed_afterwards")),
    41: ("surrogates; bytes are counted", (
        "test_what_is_sent_arrives_as_one_frame_and_comes_back",
        "test_any_text_comes_back_with_its_pairs_combined_and_lone_surrogates_replaced",
    )),
    42: ("several sends in one task", (
        "test_several_sends_in_one_task_add_up_and_come_down_to_nothing_later",
        "test_the_amount_does_not_come_down_while_the_code_that_sent_still_runs",
    )),
    43: ("send after close", (
        "test_send_after_close_raises_nothing_sends_nothing_and_the_amount_is_never_reset",
        "test_sent_after_the_servers_close_is_counted_and_never_reset",
    )),
    44: ("binaryType", ("test_the_binary_type_is_blob_or_arraybuffer_and_other_values_are_ignored",)),
    45: ("binaryType is read at dispatch", (
        "test_the_binary_type_is_read_at_the_dispatch_of_each_message", "test_a_binary_message_is_a_blob_without_a_type",
    )),
    46: ("fragments with a ping inside", (
        "test_fragments_with_control_frames_between_are_one_message_and_pings_make_no_event",
        "test_a_message_in_any_fragments_with_any_control_frames_between_is_the_same_message",
    )),
    47: ("burst, then close", (
        "test_a_burst_keeps_its_order_and_the_close_is_last", "test_messages_keep_their_order_whatever_lies_between_them",
    )),
    48: ("a message while CLOSING", (
        "test_a_message_that_comes_while_closing_is_dropped", "test_messages_behind_a_close_are_dropped",
        "test_messages_that_arrive_while_closing_are_dropped",
    )),
    49: ("MessageEvent", ("test_a_message_event_says_where_it_came_from_and_nothing_else",)),
    50: ("frames that no server may send", (
        "test_a_frame_that_no_server_may_send_fails_after_open", "test_a_broken_frame_while_closing_fails_too",
        "test_a_compressed_message_that_is_broken_fails_after_open",
    )),
    51: ("Close frames that no server may send", ("test_a_close_frame_that_no_server_may_send_fails_after_open",)),
    52: ("close()", ("test_close_without_a_code_sends_an_empty_body_and_ends_as_1005_clean",)),
    53: ("close(code, reason)", (
        "test_close_with_a_code_sends_it_with_its_reason_and_ends_with_both",
        "test_the_event_has_the_servers_code_and_reason_not_ours",
    )),
    54: ("codes that are not a page's", (
        "test_a_code_that_is_not_a_pages_is_an_invalid_access_error_and_the_state_stays",
        "test_any_code_and_reason_is_refused_or_sent_just_as_the_rules_say",
    )),
    55: ("a reason over 123 bytes", (
        "test_a_reason_that_is_no_text_is_refused_with_what_to_write",
        "test_a_reason_of_more_than_123_bytes_is_a_syntax_error_in_any_state",
        "test_any_code_and_reason_is_refused_or_sent_just_as_the_rules_say",
    )),
    56: ("both wrong", ("test_where_both_are_wrong_the_code_is_told_first",)),
    57: ("checked in any state", (
        "test_a_code_that_is_not_a_pages_is_an_invalid_access_error_and_the_state_stays",
        "test_a_reason_of_more_than_123_bytes_is_a_syntax_error_in_any_state",
    )),
    58: ("a lone surrogate in a reason", ("test_a_lone_surrogate_in_a_reason_becomes_u_fffd",)),
    59: ("close in CONNECTING", (
        "test_close_in_connecting_is_closing_at_once_and_then_fails",
        "test_close_in_connecting_where_nobody_answers_fails_once",
        "test_close_in_connecting_fails_also_where_the_server_has_accepted_already",
    )),
    60: ("close twice", ("test_of_two_closes_the_first_wins_and_there_is_one_event",)),
    61: ("a slow peer", ("test_the_close_event_waits_for_a_slow_peer",)),
    62: ("dropped without a Close", (
        "test_a_server_that_drops_the_connection_without_a_close_is_1006_and_not_clean",
        "test_a_server_that_ends_tcp_instead_of_answering_a_close_is_1006",
    )),
    63: ("the server closes", (
        "test_the_servers_code_and_reason_are_told_and_echoed",
        "test_close_in_a_handler_changes_nothing_where_the_servers_close_is_there_already",
        "test_while_the_servers_close_is_answered_the_state_is_closing",
    )),
    64: ("the server closes with an empty body", (
        "test_a_servers_close_with_an_empty_body_is_1005_clean_and_answered_with_an_empty_body",
    )),
    65: ("RST", ("test_a_rst_or_a_fin_at_any_point_is_1006_and_not_clean",)),
    66: ("FIN", ("test_a_rst_or_a_fin_at_any_point_is_1006_and_not_clean",)),
    67: ("on... set to what cannot be called", ("test_an_on_attribute_set_to_what_cannot_be_called_is_none",)),
    68: ("the order of listeners", (
        "test_listeners_run_in_the_order_of_adding_and_on_keeps_its_place_when_it_is_replaced",
        "test_the_listeners_of_real_events_run_in_order_too",
    )),
    69: ("once, remove, duplicates", (
        "test_a_listener_added_twice_runs_once_and_one_added_for_once_runs_once", "test_a_listener_added_for_once_is_gone_before_it_runs",
        "test_a_removed_listener_does_not_run_not_even_in_the_event_that_removes_it",
        "test_a_method_can_be_added_and_removed_as_it_is_written",
        "test_an_object_with_handle_event_is_a_listener_and_the_method_is_looked_up_each_time",
        "test_none_as_a_listener_does_nothing_and_what_cannot_be_called_is_a_type_error",
        "test_one_function_may_listen_twice_as_capturing_and_not",
    )),
    70: ("a handler that raises", ("test_a_handler_that_raises_is_reported_the_others_run_and_the_socket_stays_open",)),
    71: ("event fields", (
        "test_an_events_fields_say_whose_it_is_while_its_listeners_run_and_afterwards",
        "test_an_error_event_is_a_plain_event_and_tells_nothing", "test_a_new_event_is_nobodys",
    )),
    72: ("dispatchEvent", (
        "test_dispatch_event_runs_on_attributes_and_listeners_and_is_not_trusted",
        "test_an_event_that_the_socket_made_is_not_trusted_any_more_when_it_is_dispatched_by_hand",
        "test_an_event_that_is_being_dispatched_is_an_invalid_state_error", "test_dispatching_what_is_no_event_is_a_type_error",
        "test_dispatch_event_is_false_where_the_default_of_a_cancelable_event_was_prevented",
        "test_stop_immediate_propagation_keeps_the_event_from_the_listeners_behind_it",
        "test_stop_propagation_before_the_dispatch_keeps_it_from_every_listener",
        "test_capturing_listeners_run_first_and_may_stop_the_others",
        "test_an_event_dispatched_from_a_listener_runs_at_once_inside_it", "test_listeners_that_are_async_run_on_by_themselves",
    )),
    73: ("the defaults of a CloseEvent", (
        "test_a_close_event_is_by_default_not_clean_and_has_no_code_and_no_reason", "test_a_message_event_is_by_default_empty",
    )),
}  # fmt: skip
"""Rule by rule: what it is about, and the tests that prove it."""


def names_in(folder: Path) -> list[str]:
    """The names of the tests in the files of a folder, as written; of this file they are none."""
    found: list[str] = []
    for path in sorted({*folder.glob("test_*.py")} - {Path(__file__)}):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = (node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
        found += [node.name for node in functions if node.name.startswith("test_")]
    return found


def named() -> set[str]:
    """The tests that the table names."""
    return {name for _, names in RULES.values() for name in names}


def test_every_rule_has_a_test() -> None:
    assert sorted(RULES) == [number for number in range(1, 74) if number != 32]
    assert all(about and names for about, names in RULES.values())


def test_every_test_that_the_table_names_is_there() -> None:
    assert named() - set(names_in(HERE.parent)) - set(names_in(HERE)) == set()


def test_no_two_tests_of_the_rules_have_the_same_name() -> None:
    names = names_in(HERE.parent) + names_in(HERE)
    assert sorted(names) == sorted(set(names))


def test_every_test_of_the_rules_is_in_the_table() -> None:
    assert set(names_in(HERE)) - named() == set()


def test_every_mutation_breaks_a_rule_of_the_table_and_can_still_be_applied() -> None:
    for each in MUTATIONS:
        assert each.rule in RULES
        assert (ROOT / each.tests).is_file()
        assert place(ROOT, each), f"{each.what}: wslab/net has changed; the list in mutations.py has to follow"
        assert each.new != each.old
