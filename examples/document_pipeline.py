"""A text pipeline: parse a document, clean it, count its words, summarise it.

Four tools and one linear flow. Every tool is a pure function, so a run gives
the same summary every time. The log shows what each step took and returned.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from pydantic import BaseModel

from chainweaver import (
    Flow,
    FlowExecutor,
    FlowRegistry,
    FlowStep,
    Tool,
    compile_flow,
    tool,
)

DOCUMENT = """\
Title: Keeping a light
Author: the harbour office

The harbour light burns from dusk to dawn.  In fog it burns by day as well,
and the keeper sounds the horn.

<!-- Checked in spring. -->
A lamp is not enough: ships must know *which* light they see. Each light
therefore has a rhythm of its own. The keeper writes the rhythm into the
log, and ships compare it with their charts.

When the lamp fails, the keeper lights the spare lamp and notes the hour.
"""

COMMON_WORDS = {"a", "and", "as", "at", "by", "each", "has", "in", "into", "is"}
COMMON_WORDS |= {"it", "its", "not", "of", "own", "see", "the", "their", "they"}
COMMON_WORDS |= {"therefore", "to", "when", "which"}


class Document(BaseModel):
    """What the flow is given."""

    source: str


class Parsed(BaseModel):
    """A document, split into its head and its paragraphs."""

    headers: dict[str, str]
    paragraphs: list[str]


class Cleaned(BaseModel):
    """Plain sentences, without markup."""

    sentences: list[str]


class Counted(BaseModel):
    """How often each word occurs, common words left out."""

    word_count: int
    frequencies: dict[str, int]


class Summary(BaseModel):
    """What the flow promises to return."""

    title: str
    word_count: int
    keywords: list[str]
    summary: list[str]


class Summarised(BaseModel):
    """The best sentences, and the words they were chosen by."""

    title: str
    keywords: list[str]
    summary: list[str]


@tool
def parse(source: str) -> Parsed:
    """Split a document at its blank lines; the first block is its head."""
    head, *blocks = re.split(r"\n\s*\n", source.strip())
    headers = dict(line.split(": ", 1) for line in head.splitlines())
    return Parsed(headers=headers, paragraphs=blocks)


@tool
def clean(paragraphs: list[str]) -> Cleaned:
    """Drop comments and emphasis, join lines, cut the text into sentences."""
    sentences = []
    for paragraph in paragraphs:
        text = re.sub(
            r"<!--.*?-->|\*",
            "",
            unicodedata.normalize("NFKC", paragraph),
        )
        text = " ".join(text.split())
        sentences += re.split(r"(?<=[.!?])\s+", text)
    return Cleaned(sentences=sentences)


@tool
def count(sentences: list[str]) -> Counted:
    """Count all words, and each word that is not a common one."""
    words = [word for sentence in sentences for word in words_of(sentence)]
    frequencies = Counter(word for word in words if word not in COMMON_WORDS)
    return Counted(word_count=len(words), frequencies=frequencies)


@tool
def summarise(
    title: str,
    sentences: list[str],
    frequencies: dict[str, int],
    length: int,
) -> Summarised:
    """Keep the sentences whose words are the most frequent, in their order."""

    def weight(place: int) -> tuple[float, int]:
        words = words_of(sentences[place])
        return sum(frequencies.get(word, 0) for word in words) / len(
            words,
        ), -place

    best = sorted(range(len(sentences)), key=weight, reverse=True)[:length]
    ranked = sorted(frequencies, key=lambda word: (-frequencies[word], word))
    return Summarised(
        title=title,
        keywords=ranked[:4],
        summary=[sentences[place] for place in sorted(best)],
    )


def words_of(sentence: str) -> list[str]:
    """Return the words of a sentence in lower case."""
    return re.findall(r"[a-z]+", sentence.lower())


TOOLS: list[Tool] = [parse, clean, count, summarise]

FLOW = Flow(
    name="summarise_document",
    version="1.0.0",
    description="Parse, clean, count and summarise a document.",
    input_schema_ref=Flow.schema_ref_from(Document),
    output_schema_ref=Flow.schema_ref_from(Summary),
    steps=[
        FlowStep(tool_name="parse", input_mapping={"source": "source"}),
        FlowStep(tool_name="clean", input_mapping={"paragraphs": "paragraphs"}),
        FlowStep(tool_name="count", input_mapping={"sentences": "sentences"}),
        FlowStep(
            tool_name="summarise",
            input_mapping={
                "title": "/headers/Title",  # a pointer
                "sentences": "sentences",
                "frequencies": "frequencies",
                "length": 2,  # a literal
            },
        ),
    ],
)


def main() -> None:
    """Check the flow without running it, then run it and read its log."""
    checked = compile_flow(FLOW, {each.name: each for each in TOOLS})
    print("fits together:", checked.success)
    #> fits together: True
    print(FLOW.to_ascii())
    #> [parse] → [clean] → [count] → [summarise]

    registry = FlowRegistry()
    registry.register_flow(FLOW)
    executor = FlowExecutor(registry)
    for each in TOOLS:
        executor.register_tool(each)

    result = executor.execute_flow("summarise_document", {"source": DOCUMENT})
    assert result.final_output is not None
    summary = Summary.model_validate(result.final_output)
    print(summary.title, "-", summary.word_count, "words")
    #> Keeping a light - 72 words
    print(", ".join(summary.keywords))
    #> keeper, lamp, light, burns
    for sentence in summary.summary:
        print("-", sentence)
        #> - The harbour light burns from dusk to dawn.
        #> - When the lamp fails, the keeper lights the spare lamp and notes the hour.

    for record in result.execution_log:
        print(record.step_index, record.tool_name, list(record.outputs or {}))
        #> 0 parse ['headers', 'paragraphs']
        #> 1 clean ['sentences']
        #> 2 count ['word_count', 'frequencies']
        #> 3 summarise ['title', 'keywords', 'summary']

    refused = executor.execute_flow("summarise_document", {"sauce": DOCUMENT})
    print(refused.success, refused.execution_log[-1].error_code)
    #> False CW-E004


if __name__ == "__main__":
    main()
