"""What Parvis promises of bad input, and which tests prove it: a promise without one fails, and a test that went."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROVEN: dict[str, tuple[str, ...]] = {
    "text: allow-list of the final HTML, one renderer, nothing runs in a browser": (
        "journeys/test_injections.py::test_no_injection_does_anything_in_any_field",
        "journeys/test_injections.py::test_no_injection_does_anything_in_an_address_a_preview_or_a_live_frame",
        "bounds/test_texts.py::test_a_text_of_brackets_is_shown_as_it_was_typed",
    ),
    "text: a policy without script or style in the page": (
        "hardening/test_every_address.py::"
        "test_a_get_writes_nothing_and_every_answer_says_the_headers_and_every_form_is_taken",
        "contracts/test_templates.py::test_a_template_holds_nothing_the_content_policy_forbids",
    ),
    "text: any bytes are rendered within a second": (
        "bounds/test_texts.py::test_no_text_as_long_as_a_post_is_dear_to_render",
        "bounds/test_patterns.py::test_every_pattern_of_the_project_is_linear",
        "bounds/test_patterns.py::test_every_pattern_of_the_pages_scripts_is_linear",
    ),
    "text: a NUL is refused": ("hardening/test_anything_typed.py::test_a_nul_is_no_text",),
    "names: one form, no sign that turns or hides, nobody else's look": (
        "bounds/test_texts.py::test_names_are_folded_to_one_form",
        "bounds/test_texts.py::test_a_name_holds_no_sign_that_turns_or_hides",
        "people/test_look_alikes.py::test_nobody_calls_themselves_what_looks_like_a_colleague",
        "people/test_look_alikes.py::test_a_guest_is_told_only_of_people_they_know",
        "people/test_look_alikes.py::test_nobody_comes_in_as_somebody_else",
    ),
    "names: isolated where they stand in a sentence of ours": (
        "contracts/test_direction.py::test_words_of_people_keep_their_direction_to_themselves",
        "contracts/test_direction.py::test_sentences_made_in_python_isolate_the_names_in_them",
    ),
    "mentions: an id, and words for who may not read": (
        "walls/test_post.py::test_a_mention_of_somebody_who_may_not_read_becomes_plain_text",
    ),
    "search: a small grammar, no raw wildcard or field, a tree or a sentence within a second": (
        "search/test_parse.py::test_limits_are_said_and_the_text_is_kept",
        "search/test_parse.py::test_no_wildcard_reaches_the_tree_but_a_trailing_star",
        "search/test_parse.py::test_any_text_gives_a_tree_or_a_sentence_within_a_second",
        "search/test_parse.py::test_an_unknown_operator_is_named_with_its_place_and_the_text_comes_back",
    ),
    "search: every query has an end": (
        "search/test_cut_off.py::test_work_is_cut_off_when_its_time_is_over",
        "search/test_cut_off.py::test_the_database_stops_at_the_deadline",
        "search/test_cut_off.py::test_a_search_that_is_cut_off_says_so_and_claims_nothing_else",
    ),
    "uploads: type from content, made anew, metadata gone, shown in a sandbox": (
        "hardening/test_uploads.py::test_of_a_picture_that_is_something_else_too_only_the_pixels_stay",
        "hardening/test_uploads.py::test_what_is_no_picture_is_refused_whatever_it_says_it_is",
        "people/test_pictures.py::test_metadata_is_gone_and_the_picture_stands_upright",
    ),
    "uploads: limits before decoding": (
        "people/test_pictures.py::test_too_many_pixels_are_refused_on_the_header",
        "hardening/test_uploads.py::test_a_picture_that_unpacks_to_a_thousand_times_its_size_is_judged_by_its_pixels",
        "bounds/test_sizes.py::test_a_picture_has_its_limits_of_pixels_bytes_and_number",
    ),
    "uploads: decoded in a process with a limit of memory and time": (
        "kit/test_picture_workshop.py::test_it_has_little_memory_none_of_our_variables_and_no_file_of_ours",
        "kit/test_picture_workshop.py::"
        "test_a_picture_made_to_take_minutes_is_ended_at_its_limit_and_the_next_one_is_made",
        "kit/test_picture_workshop.py::test_more_than_can_wait_are_sent_away_at_once",
    ),
    "uploads: names are words, nothing is left half done": (
        "hardening/test_uploads.py::test_a_name_is_words_for_the_one_who_sees_it_and_nothing_else",
        "hardening/test_uploads.py::test_no_file_and_ten_thousand_parts_leave_nothing_behind",
        "intranet/test_take_body.py::test_a_body_over_the_limit_is_refused_also_when_it_lied_about_its_length",
        "intranet/test_take_body.py::test_a_sender_who_leaves_reaches_no_page",
    ),
    "web: CSRF on everything that writes": (
        "hardening/test_every_address.py::test_no_door_takes_a_form_that_is_none_of_ours",
        "hardening/test_every_address.py::test_a_foreign_page_posts_nothing_even_with_the_token",
    ),
    "web: a GET writes nothing; private answers and errors are kept by nobody": (
        "hardening/test_every_address.py::"
        "test_a_get_writes_nothing_and_every_answer_says_the_headers_and_every_form_is_taken",
        "hardening/test_every_address.py::test_errors_say_the_headers_too",
        "hardening/test_every_address.py::test_answers_made_before_any_page_say_them_too",
    ),
    "web: exact hosts, forwarded headers from the proxy only, no way out": (
        "hardening/test_ways_out.py::test_a_host_name_that_is_not_ours_is_refused_and_a_forwarded_one_means_nothing",
        "hardening/test_ways_out.py::test_no_form_and_no_header_leads_to_another_site",
        "hardening/test_ways_out.py::test_signing_in_leads_to_a_page_of_ours",
        "people/test_sign_on.py::test_the_way_back_never_leads_to_another_site",
        "intranet/test_take_body.py::test_headers_with_underscores_are_dropped",
        "cluster/test_doors.py::test_who_signs_in_is_known_by_the_address_they_came_from",
    ),
    "web: unknown fields refused, nobody acts as somebody else": (
        "hardening/test_fields.py::test_no_door_takes_a_field_it_does_not_know_and_the_text_comes_back",
        "hardening/test_fields.py::test_nobody_acts_as_somebody_else_by_a_parameter",
        "hardening/test_json.py::test_every_answer_in_json_is_listed",
        "hardening/test_json.py::test_every_answer_in_json_is_of_its_form_whatever_is_asked",
    ),
    "web: cookies": ("bounds/test_cookies.py::test_cookies_behind_tls_are_secure_and_of_this_host",),
    "accounts: a new session at sign-in, everything ends with the account": (
        "people/test_sign_in.py::test_session_gets_a_new_key_at_sign_in",
        "people/test_rights.py::test_deactivation_ends_sessions_raises_the_epoch_and_tells_before_the_answer",
        "people/test_rights.py::test_deactivation_withdraws_the_links_they_sent",
        "people/test_reset.py::test_link_of_a_closed_account_opens_nothing",
        "people/test_reset.py::test_link_sets_a_password_once_and_ends_every_session",
        "live/test_hub.py::test_deactivation_closes_the_socket",
        "live/test_hub.py::test_the_end_of_one_session_closes_its_sockets_and_no_others",
    ),
    "accounts: the same text, status and work for known and unknown": (
        "people/test_sign_in.py::"
        "test_unknown_wrong_closed_ended_stand_in_and_robot_get_the_same_answer_for_the_same_work",
        "people/test_sign_in.py::test_unknown_name_costs_one_hash_like_a_known_one",
        "people/test_reset.py::test_known_and_unknown_addresses_get_the_same_answer_and_cost_the_same",
        "people/test_reset.py::test_forged_link_for_a_known_and_an_unknown_person_say_the_same",
        "people/test_invite.py::test_used_withdrawn_expired_and_unknown_links_give_the_same_answer",
        "people/test_sign_on.py::test_stranger_closed_ended_taken_and_unlisted_get_the_same_answer",
        "profiles/test_directory.py::test_unseen_person_costs_the_queries_of_nobody",
    ),
    "requests of ours: to the provider only, with an end, no cookies and no secret elsewhere": (
        "people/test_provider_away.py::test_an_answer_that_never_ends_is_left",
        "people/test_provider_away.py::test_our_secret_goes_nowhere_else",
        "people/test_lying_provider.py::test_a_provider_that_names_another_issuer_is_refused",
    ),
    "sockets: nonsense ends its own, a foreign page opens none": (
        "hardening/test_frames.py::test_frames_of_nonsense_end_at_most_their_own_socket",
        "live/test_hub.py::test_a_page_of_another_origin_opens_no_socket",
    ),
    "limits: each says its figure, when to try again, and gives the text back": (
        "bounds/test_limits.py::test_every_text_and_count_has_its_limit_at_every_door",
        "bounds/test_limits.py::test_every_haste_waits_and_says_how_long",
        "bounds/test_sizes.py::test_a_body_has_its_limit",
        "bounds/test_sizes.py::test_a_person_has_ten_sockets_and_a_frame_64_kilobytes",
    ),
}
#: promised, and there is nothing of the kind yet that could break it; the folder whose coming ends that
NOT_YET = {
    "mail in": "relay",
    "webhooks, previews": "relay",
    "documents": "documents",
    "exports to spreadsheets and XML": "api",
}


def _tests_in(path: Path) -> set[str]:
    found = ast.walk(ast.parse(path.read_text()))
    return {node.name for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_promise_has_its_proof_and_every_proof_is_there():
    assert all(PROVEN.values())
    gone = []
    for proof in {proof for proofs in PROVEN.values() for proof in proofs}:
        file, _, name = proof.partition("::")
        path = ROOT / "tests" / file
        if not (path.exists() and name in _tests_in(path)):
            gone.append(proof)
    assert not gone


def test_what_could_not_be_broken_yet_is_still_not_there():
    here = {what: folder for what, folder in NOT_YET.items() if (ROOT / folder).exists()}
    assert not here, "give each of these its proof above"
