"""The words by which published records tell their status, dates and relations: tables, no logic.

Phrases are lower case. A space in a phrase also stands for a hyphen or an underscore.
"""

from __future__ import annotations

FAMILIES = ("proposed", "accepted", "rejected", "deprecated", "superseded")

STATUS_PHRASES: dict[str, str] = {
    "proposed": """
        proposed, proposing, draft, drafted, drafting, under discussion, in discussion,
        for discussion, under review, in review, ready for review, needs review, awaiting review,
        active review, in active review, pending review, pending approval,
        pending acceptance, pending decision, pending discussion,
        awaiting approval, awaiting decision, awaiting acceptance, waiting for approval,
        waiting for review, waiting for acceptance, approval pending, decision pending,
        review pending, under consideration, under evaluation, being discussed, in draft,
        for review, for approval, for decision, needs discussion, needs decision,
        request for comments, request for comment,
        last call, final comment period, not yet accepted, not yet approved, not yet adopted,
        not yet decided,
        not yet agreed, not yet ratified, not decided yet, not accepted yet, not approved yet,
        not decided, undecided, work in progress, up for discussion, open for discussion,
        open for comments, to be discussed, to be decided,
        vorgeschlagen, entwurf, in diskussion, in prüfung, in abstimmung, zur diskussion,
        proposé, proposée, brouillon, en discussion, en attente, en revue,
        propuesto, propuesta, borrador, en discusión, en revisión,
        proposto, proposta, rascunho, em discussão, em revisão, em análise, bozza, in discussione,
        voorgesteld, foreslått, utkast, til diskusjon, under diskusjon, foreslået, udkast,
        föreslagen, under diskussion, proponowany, proponowana, proponowane, szkic,
        предложено, предложен, предложена, черновик, на рассмотрении, на обсуждении,
        запропоновано, чернетка,
        已提议, 已提出, 提议, 提议中, 提案, 提案中, 草案, 草稿, 讨论中, 评审中, 審查中, 提議,
        提議中, 討論中,
        提案済み, ドラフト, 下書き, 検討中, レビュー中, 議論中, 제안, 제안됨, 초안, 검토 중, 논의 중
    """,
    "accepted": """
        accepted, approved, adopted, ratified, endorsed, enacted, signed off, in effect, in force,
        agreed upon,
        angenommen, akzeptiert, genehmigt, beschlossen, verabschiedet, freigegeben, in kraft,
        accepté, acceptée, approuvé, approuvée, adopté, adoptée, validé, validée,
        aceptado, aceptada, aprobado, aprobada, adoptado, adoptada, aceito, aceita, aceite,
        aprovado, aprovada, adotado, adotada, accettato, accettata, approvato, approvata,
        adottato, adottata, geaccepteerd, goedgekeurd, aanvaard,
        akseptert, godkjent, vedtatt, besluttet, accepteret, godkendt, vedtaget,
        accepterad, accepterat, godkänd, godkänt, antagen,
        zaakceptowany, zaakceptowana, zaakceptowane, zatwierdzony, zatwierdzona, przyjęty, przyjęta,
        hyväksytty, přijato, schváleno, kabul edildi, onaylandı,
        принято, принят, принята, одобрено, одобрена, утверждено, утверждена, прийнято, затверджено,
        已接受, 接受, 已采纳, 采纳, 已通过, 已批准, 批准, 已采用, 已採納, 採納, 已通過, 已採用,
        承認, 承認済み, 承認済, 採用, 採用済み, 採択, 採択済み, 승인, 승인됨, 채택, 채택됨, 수락됨
    """,
    "rejected": """
        rejected, declined, withdrawn, abandoned, not accepted, not approved, not adopted, refused,
        discarded, denied, dismissed, vetoed, cancelled, canceled, won't do, wont do, will not do,
        won't fix, wont fix, wontfix, won't implement, not pursued,
        abgelehnt, verworfen, zurückgezogen, zurückgewiesen,
        rejeté, rejetée, refusé, refusée, abandonné, abandonnée,
        rechazado, rechazada, descartado, descartada, rejeitado, rejeitada, recusado, recusada,
        rifiutato, rifiutata, respinto, respinta, scartato, scartata,
        afgewezen, verworpen, ingetrokken, forkastet, avvist, avslått, afvist, avslagen, avvisad,
        odrzucony, odrzucona, odrzucone, hylätty, zamítnuto, reddedildi,
        отклонено, отклонён, отклонен, отклонена, отвергнуто, відхилено,
        已拒绝, 拒绝, 已否决, 否决, 已拒絕, 拒絕, 已否決, 却下, 却下済み, 否決, 不採用, 取り下げ,
        거부, 거부됨, 기각, 기각됨, 반려
    """,
    "deprecated": """
        deprecated, depreciated, defunct, obsolete, obsoleted, retired, outdated, out of date,
        historic, historical,
        no longer in use, no longer used, no longer in effect, no longer in force,
        no longer valid, no longer relevant, no longer applicable, no longer applies,
        not in use anymore, not in use any more, not relevant anymore, discontinued,
        veraltet, überholt, obsolet, nicht mehr gültig, außer kraft,
        obsolète, déprécié, dépréciée, périmé, périmée,
        obsoleto, obsoleta, deprecado, deprecada, en desuso, depreciado, depreciada,
        deprecato, deprecata, verouderd, utdatert, foreldet, forældet, föråldrad,
        przestarzały, przestarzała, przestarzałe, vanhentunut, zastaralé,
        устарело, устарел, устарела, застаріло,
        已废弃, 废弃, 已弃用, 弃用, 已过时, 过时, 已廢棄, 廢棄, 棄用, 已棄用, 已過時, 非推奨, 廃止,
        廃止済み,
        폐기, 폐기됨, 사용 중단
    """,
    "superseded": """
        superseded, superceded, superseeded, superseded by, superceded by, superseeded by,
        replaced by, obsoleted by, overridden by, overruled by,
        ersetzt durch, abgelöst durch, abgelöst von, abgelöst,
        remplacé par, remplacée par, remplacé, remplacée,
        reemplazado por, reemplazada por, reemplazado, reemplazada, sustituido por, sustituida por,
        sustituido, sustituida, substituído por, substituída por, substituído, substituída,
        sostituito da, sostituita da, sostituito, sostituita, vervangen door,
        erstattet av, erstattet af, ersatt av, zastąpiony przez, zastąpiona przez, zastąpione przez,
        korvattu, nahrazeno, заменено на, заменён на, заменен на, заменено, заменена на,
        замінено на,
        замінено, 已取代, 被取代, 已被取代, 已替代, 已被替代, 置き換え済み, 置換済み, 대체됨
    """,
}
"""Words that tell a status wherever they begin a statement."""

WHOLE_PHRASES: dict[str, str] = {
    "proposed": """
        open, wip, pending, rfc, proposal, tentative, suggested, review, reviewing, discussion,
        discussing, considering, vorschlag, offen, pendiente, pendente, abierto, aberto, åpen
    """,
    "accepted": """
        active, done, final, living, current, live, accept, adopt,
        finalized, finalised, agreed, decided, complete, completed, confirmed,
        effective, in use, valid, enforced, implementable,
        aktiv, gültig, entschieden, en vigueur, vigente, gjeldende, actief, 決定, 決定済み, 生效,
        已生效
    """,
    "rejected": """
        reject, retracted, retiré, retirée, retirado, retirada
    """,
    "deprecated": "",
    "superseded": "replaced, ersetzt, vervangen, erstattet, ersatt",
}
"""Words that mean too much else: they tell a status only where they are all that is said."""

IMPLEMENTED = """
    implemented, implemented in, fully implemented, partially implemented, partly implemented,
    implemented partially, implemented (partially), umgesetzt, implementiert, implémenté,
    implementado, implementada, implementert
"""
"""Accepted where nothing else is told; beside another word it says how far the code is."""

IMPLEMENTING = """
    not implemented, not yet implemented, unimplemented, not fully implemented,
    implementation pending, pending implementation,
    implementation in progress, implementation started, implementation ongoing,
    implementation done, implementation complete, implementation completed, being implemented,
    under implementation, in implementation, awaiting implementation, to be implemented,
    implementation not started, implementing, in development,
    under development, work has started
"""
"""How far the code is: no word about the decision."""

UNSETTLED = """
    deferred, postponed, on hold, parked, stalled, paused, suspended, delayed, blocked, dormant,
    demonstrated, provisional, experimental, experiment, trial, pilot, in progress, ongoing,
    planned, closed, resolved, revoked, rescinded, repealed, reverted, rolled back, dropped,
    archived, inactive, invalid, expired, stale, legacy, candidate, idea, partially accepted,
    partly accepted, partially approved, partially adopted, partially deprecated,
    partially rejected, conditionally accepted, conditionally approved, provisionally accepted,
    provisionally approved, tentatively accepted, tentatively approved, mostly accepted,
    in bearbeitung, zurückgestellt, verschoben, en cours, en curso, em andamento, in corso,
    under arbeid, на паузе, 搁置, 暂缓, 保留, 保留中, 破棄, 보류
"""
"""Words that records use and that stand for none of the five for certain."""

ENDED = "closed, resolved, archived"
"""Unsettled words that another status may explain: "Closed (rejected)"."""

PLACEHOLDERS = """
    tbd, tba, todo, fixme, n/a, na, none, nil, null, unknown, status, xxx, xxxx, insert status,
    status here, -, --, ---, ?, …, ...
"""

STATUS_LABELS = """
    status, adr status, decision status, record status, document status, proposal status,
    rfc status, status of the decision, status of decision, status of this decision, adr state,
    decision state, estado, statut, état, stato, статус, 状态, 狀態, ステータス, 状態, 상태, tila,
    stav, durum, статус решения, entscheidungsstatus
"""
STATUS_KEYS = STATUS_LABELS + ", state"
BUILT_LABELS = "implementation status"
"""Labels of how far the code is, which count only if no status is told."""

STAGE_FAMILIES = {
    "proposed": "proposed",
    "exploring": "proposed",
    "accepted": "accepted",
    "ready for release": "accepted",
    "released": "accepted",
    "recommended": "accepted",
    "discontinued": "deprecated",
}
"""The stages that a key `stage` tells; other words under it tell nothing."""

STATUS_VALUE_KEYS = "name, value, state, status, current, label, type"

DATE_LABELS: dict[str, str] = {
    "status": """
        since, decision date, date decided, date of decision, decided, decided on, decided at,
        status date, status since, last status change, status changed, date of status, accepted on,
        date accepted, accepted date, acceptance date, approved on, date approved, approval date,
        rejected on, date rejected, deprecated on, date deprecated, superseded on, date superseded,
        accepted at, accepted, approved, entscheidungsdatum, date de décision,
        fecha de decisión, data da decisão, beslutningsdato, ratified, ratified on
    """,
    "record": """
        date, adr date, record date, date of record, datum, dato, fecha, data, дата, 日期, 日付,
        날짜,
        päivämäärä, tarih
    """,
    "created": """
        created, created on, created at, creation date, date created, start date, started,
        date started, date proposed, proposed on, proposed, proposal date, date opened, submitted,
        date of creation, erstellt, erstellt am, créé le, 创建日期, 作成日
    """,
    "updated": """
        last updated, updated, updated on, date updated, last modified, modified, lastmod,
        revision date, revdate, last update,
        last change, last changed, last edited, update date, date last updated,
        last review date, letzte änderung, 更新日期, 更新日, 最終更新
    """,
}
"""Labels of dates, the nearest to a change of the status first."""

DAY_FIRST_LABELS = """
    datum, dato, data, fecha, дата, päivämäärä, tarih, entscheidungsdatum, beslutningsdato
"""
"""Labels of tongues that write the day before the month."""

ID_KEYS = "id, adr id, adr, number, adr number, no, nr, num, rfc, kep number, adr no"
TITLE_LABELS = "title, titel, titre, título, titolo, tittel, заголовок, 标题, 標題, タイトル, 제목"
NAME_LABELS = "feature name, feature, name"
"""Labels of what a record is about, which title it if nothing else does."""
META_SECTIONS = """
    metadata, meta, meta data, info, information, document information, decision information,
    document info, header, details, document control, adr metadata, record, general, attributes,
    document details, general information, metadaten
"""
HISTORY_SECTIONS = """
    changelog, change log, history, revision history, change history, changes, status history,
    decision history, document history, version history, revisions, log, historie, änderungen,
    status log, status changes
"""
LINK_SECTIONS = """
    links, related, related decisions, related adrs, related adr, related records,
    related decision records, relations, related documents, related artifacts, see also,
    relationships, related rfcs, dependencies
"""
PHRASE_SECTIONS = "references, more information, notes, related work, additional information"
DECISION_SECTIONS = """
    status, context, decision, consequences, context and problem statement, decision drivers,
    considered options, decision outcome, pros and cons of the options, options, alternatives,
    alternatives considered, rationale, background, motivation, problem, problem statement, issue,
    assumptions, constraints, positions, argument, implications, related decisions, approach,
    proposal, proposed solution, solution, drivers, positive consequences, negative consequences,
    confirmation, validation, more information, links, references, summary, outcome, kontext,
    entscheidung, konsequenzen, contexte, décision, conséquences, contexto, decisión, decisão,
    consecuencias, consequências, 背景, 决策, 決定, 后果, 結果, kontekst, beslutning,
    konsekvenser, changelog, abstract, introduction, tldr, tl dr, overview, goals, non goals,
    discussion, date, title, deciders, decision makers, authors, author, scope, glossary, notes,
    table of contents, contents, what, why, how, requirements, description, design, appendix
"""

TELLING_SECTIONS = """
    status, context, decision, consequences, context and problem statement, decision drivers,
    considered options, decision outcome, pros and cons of the options, alternatives considered,
    kontext, entscheidung, konsequenzen, contexte, décision, conséquences, contexto, decisión,
    decisão, consecuencias, consequências, 背景, 决策, 决定, 決定, 后果, 後果, kontekst,
    beslutning, konsekvenser
"""
"""Sections by which a file is known as a record although its name does not tell."""

RELATION_PHRASES: dict[str, str] = {
    "superseded-by": """
        superseded by, superceded by, superseeded by, superseded with, superseded (see,
        superseded: see, superseded see, superseded; see, replaced with, replaced by,
        obsoleted by, overridden by,
        overruled by, deprecated by, deprecated in favor of, deprecated in favour of,
        superseded in favor of, superseded in favour of,
        withdrawn in favor of, withdrawn in favour of, abandoned in favor of,
        abandoned in favour of,
        ersetzt durch, abgelöst durch, abgelöst von, remplacé par, remplacée par,
        reemplazado por, reemplazada por, sustituido por, sustituida por, substituído por,
        substituída por, sostituito da, sostituita da, vervangen door, erstattet av, erstattet af,
        ersatt av, zastąpiony przez, zastąpiona przez, заменено на, заменён на, замінено на
    """,
    "supersedes": """
        supersedes, supercedes, supersede, superseding, replaces, replacing, obsoletes, deprecates,
        overrides, replacement for, successor of, successor to,
        ersetzt, remplace, reemplaza, sustituye, substitui, sostituisce, vervangt, erstatter,
        заменяет
    """,
    "amended-by": """
        amended by, updated by, modified by, revised by, changed by, partially superseded by,
        partly superseded by, superseded in part by, superseded partially by, mostly superseded by,
        partially replaced by, partly replaced by, ergänzt durch
    """,
    "amends": """
        amends, amending, amend, updates, modifies, revises, partially supersedes,
        partly supersedes,
        partially replaces
    """,
    "depends-on": "depends on, dependent on, depends upon, requires, blocked by, hängt ab von",
    "relates-to": """
        relates to, related to, see also, see, related, refines, refined by, clarifies,
        clarified by,
        extends, extended by, builds on, builds upon, complements, complemented by, links to,
        linked to, required by, supplements, supplemented by, influences, influenced by,
        rejected in favor of, rejected in favour of
    """,
}
RECORD_SECTIONS = (
    TELLING_SECTIONS
    + """
    , summary, motivation, alternatives, drawbacks, unresolved questions, open questions,
    background,
    detailed design, rationale, proposal, proposed solution, prior art, goals, non goals, options
"""
)
"""Sections by which a file with a status is known as one."""

RELATION_KEYS: dict[str, str] = {
    "superseded-by": """
        superseded by, supersededby, superceded by, replaced by, replacedby, obsoleted by
    """,
    "supersedes": """
        supersedes, supercedes, replaces, obsoletes, supersedes adr, supersede, replaces adr
    """,
    "amended-by": "amended by, amendedby, updated by, modified by",
    "amends": "amends, updates, modifies",
    "depends-on": "depends on, dependson, dependencies, requires, depends",
    "relates-to": """
        relates to, relatesto, related, related to, related adrs, related adr, related decisions,
        see also, related records, related rfcs, extends, refines, links
    """,
}


def phrases(table: str) -> tuple[str, ...]:
    """The phrases of a table, in its order."""
    return tuple(words for part in table.split(",") if (words := " ".join(part.split())))
