"""How the words of a status are judged, wherever they stand."""

import pytest

from mkdocs_decisions.foreign import read_text

TOLD = {
    "accepted": [
        "Accepted",
        "accepted.",
        "**ACCEPTED**",
        "_Accepted_",
        "`accepted`",
        "Accepted!",
        "✅ Accepted",
        ":white_check_mark: Accepted",
        "Accepted ✅",
        "[Accepted]",
        "[ACCEPTED](/README.md#accepted)",
        "Accepted on 2020-01-02",
        "Accepted (2020-01-02)",
        "2020-01-02: Accepted",
        "2020-01-02 - accepted",
        "On 2020-01-02, accepted by all",
        "Accepted by the platform team",
        "Accepted, approved by the board, done",
        "Accepted - see the minutes",
        "Accepted. Supersedes 3",
        "Accepted; amends [2. Rejected ideas](0002-rejected-ideas.md)",
        "Accepted, supersedes ADR-0003",
        "Accepted, partially superseded by ADR-12",
        "Accepted\n\nPartially superseded by [12. Other](0012-other.md)",
        "Accepted, will be superseded by ADR 5",
        "Accepted, currently being replaced by ADR 5",
        "Accepted, not superseded by ADR-5",
        "Accepted, soon to be deprecated",
        "Accepted; ADR-3 is superseded by this one",
        "Supersedes ADR-3. Accepted",
        "Accepted for new services",
        "Accepted, replaced ADR-3",
        "Accepted (formerly proposed)",
        "Accepted, not rejected",
        "Accepted. The deprecated API goes away.",
        "Accepted. We rejected the cloud.",
        "Accepted\n\nThe old way is deprecated by this.",
        "Accepted\n\nDeciders: Ada, Bob",
        "Accepted, pending implementation",
        "Accepted (implementation in progress)",
        "Accepted but not yet implemented",
        "ACCEPTED Not Implemented",
        "ACCEPTED Partially Implemented",
        "ACCEPTED Implemented",
        "Accepted. Implementation started. Small details remain.",
        "~~Proposed~~ Accepted",
        "<del>Proposed</del> Accepted",
        "Proposed → Accepted",
        "Draft -> Proposed -> Accepted",
        "2020-01-01 proposed; 2020-02-01 accepted",
        "- 2020-02-01: Accepted\n- 2020-01-01: Proposed",
        "This ADR was accepted on 3 January 2020.",
        "This decision has been approved",
        "The proposal is accepted",
        "We have agreed upon this",
        "Status: Accepted",
        "The decision is accepted and\nimplemented since spring",
        "Approved",
        "Adopted",
        "Ratified by the committee",
        "Accepted by Ada. Proposed by Bob",
        "Accepted\n\nProposed by: Bob\nReview: 2021-03-04",
        '> A decision may be "proposed" if it isn\'t agreed upon, or "accepted" once it is.\n\nAccepted',
        "Active",
        "Active since 2020",
        "Done",
        "Final",
        "In effect",
        "In force since 2020",
        "Agreed",
        "Decided",
        "Decided by the team",
        "Implemented",
        "Implemented in 2020",
        "Implementable",
        "<span style='color:green'>Accepted</span>",
        "<!-- proposed | accepted | rejected -->\nAccepted",
        "- [ ] Proposed\n- [x] Accepted\n- [ ] Rejected",
        "☐ Proposed\n\n☑ Accepted",
        "Proposed, **Accepted**, Rejected, Deprecated",
        "Angenommen",
        "Akzeptiert",
        "Beschlossen am 3. Januar 2020",
        "Accepté",
        "Adoptée",
        "Aceptado",
        "Aprobada",
        "Aceito",
        "Accettata",
        "Geaccepteerd",
        "Vedtatt",
        "Godkjent 2020-01-02",
        "Zaakceptowany",
        "Принято",
        "已接受",
        "已采纳",
        "承認済み",
        "採択",
        "승인됨",
    ],
    "proposed": [
        "Proposed",
        "Proposed by Ada",
        "Proposed to be accepted",
        "PROPOSED Not Implemented",
        "PROPOSED Implemented",
        "Draft",
        "DRAFT (2020-01-02)",
        "WIP",
        "Work in progress",
        "Pending",
        "Pending approval",
        "In review",
        "in_review",
        "in-review",
        "Under review",
        "Under discussion",
        "Open",
        "Open since 2020-01-01",
        "RFC",
        "Request for comments",
        "Proposal",
        "Last Call",
        "LAST CALL 2020-01-02",
        "Tentative",
        "Undecided",
        "Not yet accepted",
        "Not yet decided",
        "Not accepted yet",
        "🚧 Proposed",
        "Entwurf",
        "Vorgeschlagen",
        "Brouillon",
        "Proposé",
        "Propuesto",
        "Rascunho",
        "Foreslått",
        "Utkast",
        "Черновик",
        "草案",
        "提案",
        "검토 중",
    ],
    "rejected": [
        "Rejected",
        "❌ Rejected",
        "Rejected in favor of [ADR 5](0005-x.md)",
        "Declined",
        "Withdrawn",
        "Withdrawn by the author",
        "Abandoned",
        "ABANDONED, see ADR-4",
        "Not accepted",
        "Not approved by the board",
        "Won't do",
        "Won’t do",
        "won't-do",
        "Wontfix",
        "Won't fix: too dear",
        "Will not do",
        "Cancelled",
        "~~Accepted~~ Rejected",
        "Abgelehnt",
        "Verworfen",
        "Rejeté",
        "Rechazado",
        "Avvist",
        "Отклонено",
        "已拒绝",
        "却下",
    ],
    "deprecated": [
        "Deprecated",
        "⚠️ Deprecated",
        "Deprecated since 2021",
        "Depreciated",
        "Obsolete",
        "Retired",
        "Historic",
        "Outdated",
        "No longer in use",
        "No longer relevant since 2020",
        "Deprecated in favour of [ADR 5](0005-x.md)",
        "Accepted, but now deprecated",
        "Accepted (2020-01-01), deprecated (2021-01-01)",
        "Deprecated 2021-01-01 (accepted 2020-01-01)",
        "Accepted, no longer in use",
        "Accepted. This has since been deprecated.",
        "Accepted → Deprecated",
        "Veraltet",
        "Obsolète",
        "Obsoleto",
        "Utdatert",
        "Устарело",
        "已废弃",
        "非推奨",
    ],
    "superseded": [
        "Accepted superseded by ADR-5",
        "Accepted<br>Superseded by [5](0005-x.md)",
        "Superseded",
        "Superceded by ADR 7",
        "Superseded by [ADR-0005](0005-x.md)",
        "superseded by 0005",
        "Superseded by #5",
        "Superseded-by: ADR-0005",
        "Replaced by ADR-7",
        "Replaced",
        "Obsoleted by [RFC 9](rfc9.md)",
        "Accepted (superseded by ADR 5)",
        "Accepted, superseded by [5](0005-x.md)",
        "Accepted. Superseded by [5. Accepted things](0005-x.md).",
        "Accepted → Superseded by 12",
        "Accepted\n\nSuperseded by [5. Foo](0005-foo.md)",
        "Superseded by [5. Foo](0005-foo.md)\n\nAccepted",
        "Accepted\nSuperseded by [5. Foo](0005-foo.md)",
        "Proposed, superseded by ADR-4",
        "Deprecated, superseded by ADR-4",
        "~~Accepted~~ Superseded",
        "~~Accepted~~\n\nSuperseded by 4",
        "Accepted. Now superseded.",
        "This record has been superseded by ADR 9.",
        "Accepted and later superseded by ADR 9",
        "Ersetzt durch ADR-5",
        "Remplacée par ADR-5",
        "Reemplazado por ADR-5",
        "Substituído por ADR-5",
        "Erstattet av ADR-5",
        "已被取代",
    ],
}

NOT_TOLD = {
    "placeholder": [
        "[proposed | rejected | accepted | deprecated | … | superseded by ADR-0005]",
        "{proposed | rejected | accepted | deprecated | … | superseded by ADR-0123}",
        "{DRAFT | PROPOSED} Not Implemented",
        "Proposed | Accepted | Rejected",
        "proposed/accepted/deprecated",
        "Proposed or Accepted",
        "Proposed, Accepted, Rejected",
        "Proposed\nAccepted\nRejected\nDeprecated",
        "What is the status, such as proposed, accepted, rejected, deprecated, superseded, etc.?",
        "TBD",
        "TODO",
        "N/A",
        "[status]",
        "{status}",
        "{{ page.status }}",
        "`<status>`",
        "?",
        "...",
    ],
    "two statuses": [
        "Accepted, rejected",
        "Accepted (draft)",
        "Accepted, superseded",
        "Accepted\n\nRejected",
        "Accepted, ADR 3 is now deprecated",
        "Accepted, making ADR 3 obsolete",
        "Proposed but not accepted",
        "Draft, accepted by Ada",
        "Accepted (WIP)",
        "Accepted 2020-01-01 Deprecated 2021-01-01",
        "In effect since ADR-4 was deprecated",
        "Rejected\n\nSuperseded by ADR 5",
        "- [x] Proposed\n- [x] Rejected",
        "Accepted deprecated",
    ],
    "condition": [
        "Accepted pending review",
        "Accepted provisionally",
        "Accepted in principle",
        "Accepted subject to funding",
        "Approved for deprecation",
        "Accepted for further discussion",
        "Accepted as a draft",
        "Accepted if the trial works",
        "Adopted partially",
    ],
    "none of the five": [
        "Deferred",
        "On hold",
        "Postponed until spring",
        "Demonstrated",
        "Experimental",
        "Trial",
        "In progress",
        "Closed",
        "Partially accepted",
        "Conditionally accepted",
        "Zurückgestellt",
    ],
    "how far the code is": ["Not implemented", "Partially implemented", "In development"],
    "in part": [
        "Partially superseded by ADR-12",
        "Superseded in part by ADR-12",
        "The second section is superseded by ADR 4",
    ],
    "about the other record": [
        "Superseded ADR-3",
        "Replaced [3](0003-x.md)",
        "Deprecated ADR 3",
        "Ersetzt ADR-3",
    ],
    "both implemented": ["Implemented, not accepted"],
    "question": ["Accepted?", "Superseded?"],
    "not understood": [
        "Accepted practice in our field",
        "Accepted risk of fire",
        "Open questions remain",
        "Active directory",
        "Proposed solution A",
        "Final thoughts",
    ],
    "does not state it": [
        "MongoDB was superseded by [Postgres](0005-postgres.md)",
        "We hope that this is accepted",
    ],
    "no known status": [
        "Frobnicated",
        "The team has dropped this record, which was earlier\naccepted by the others",
        "This will be accepted soon",
        "Will be superseded by ADR 5",
        "To be accepted",
        "Supersedes [3. Foo](0003-foo.md)",
        "Unaccepted",
        "un-approved",
        "non-accepted",
        "unrejected",
        "未接受",
        "Read the minutes",
        "✅",
        "accept",
        "acceptance",
        "4",
    ],
    "no box is ticked": ["- [ ] Proposed\n- [ ] Accepted"],
    "struck out": ["~~Accepted~~"],
    "it is empty": ["", "<!-- Accepted -->"],
}


def cases(table):
    return [(words, verdict) for verdict, many in table.items() for words in many]


def section(words):
    return read_text(
        f"# 1. T\n\n## Status\n\n{words}\n\n## Context\n\nRejected ideas.\n", "0001-t.md"
    )


@pytest.mark.parametrize(("words", "family"), cases(TOLD))
def test_a_status_section_tells(words, family):
    record = section(words)
    assert (record.status, record.form) == (family, "section"), record.unknowns


@pytest.mark.parametrize(("words", "reason"), cases(NOT_TOLD))
def test_a_status_section_that_tells_nothing_certain_is_unknown_with_a_reason(words, reason):
    record = section(words)
    assert record.status is None
    [unknown] = [unknown for unknown in record.unknowns if unknown.field == "status"]
    assert reason in unknown.reason
    assert unknown.line is not None


ONE_LINE_TOLD = [case for case in cases(TOLD) if "\n" not in case[0] and case[0][0] not in "☐-"]
ONE_LINE_NOT_TOLD = [case for case in cases(NOT_TOLD) if case[0] and "\n" not in case[0]]
LABELS = [
    "Status: {}",
    "* Status: {}",
    "- **Status:** {}",
    "**Status**: {}",
    "__Status__ {}",
    "> Status: {}",
    "Status\n: {}",
    "**Status**\n\n{}",
    "Date: 2020-01-01\nStatus: {}\nDeciders: Ada",
    "| Status | {} |\n| --- | --- |\n| Deciders | Ada |",
    "| Field | Value |\n| --- | --- |\n| **Status** | {} |",
]


def labelled(label, words):
    return read_text(f"# 1. T\n\n{label.format(words)}\n\n## Context\n\nRejected.\n", "0001-t.md")


@pytest.mark.parametrize("label", LABELS)
def test_a_label_tells_what_a_section_tells(label):
    told = [case for case in ONE_LINE_TOLD if not ("|" in label and "|" in case[0])]
    assert [(words, labelled(label, words).status) for words, _ in told] == told


@pytest.mark.parametrize("label", LABELS)
def test_a_label_that_tells_nothing_certain_is_unknown(label):
    guessed = [
        (words, status)
        for words, _ in ONE_LINE_NOT_TOLD
        if (status := labelled(label, words).status) is not None
    ]
    assert guessed == []


@pytest.mark.parametrize(("words", "family"), ONE_LINE_TOLD)
def test_front_matter_tells_what_a_section_tells(words, family):
    quoted = words.replace("\\", "\\\\").replace('"', '\\"')
    record = read_text(f'---\nstatus: "{quoted}"\n---\n# 1. T\n', "0001-t.md")
    assert (record.status, record.form) == (family, "front-matter"), record.unknowns
