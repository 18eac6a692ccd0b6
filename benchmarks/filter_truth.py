"""How often the filter's phrases are right: `python benchmarks/filter_truth.py [--answers DIR]`.

Without arguments, on the labelled sentences of tests/sentences: the two packs that are on by default against the files
there, every pack against the file of its name in packs/, whose writers did not look at the patterns. Each rule is
tried alone, so that none hides behind another. A rule is right where it marks a sentence labelled `take`, and found
what was labelled with its name; what another rule of the pack was labelled for is no error. Odd lines of packs/ were
looked at when patterns were mended, even lines never: their figures are held out. Ends with 1 if a sentence of the
default packs' own files is judged otherwise than labelled.

With --answers DIR, on real answers: one *.jsonl a voice, rows with "instruction" and "response". A table of how many
of 1,000 answers each rule marks; with --read N --rule PACK/NAME N random hits to read.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from identity.filters.phrases import PhraseMatcher  # noqa: E402
from identity.filters.verdicts import Candidate, Verdict  # noqa: E402
from identity.records import Message  # noqa: E402
from presets import PACKS  # noqa: E402

SENTENCES = ROOT / "tests" / "sentences"
DEFAULT_PACKS = ("corporate", "ai_slop")
AROUND = 150  # characters shown on either side of a hit


class Sentence(NamedTuple):
    """One labelled line; `rule` is named only in the files of packs/."""

    line: int
    take: bool
    heard: str
    text: str
    rule: str = ""


@dataclass
class Tally:
    """Of one rule or pack: how many sentences were labelled for it, found, marked, and rightly marked."""

    labelled: int = 0
    found: int = 0
    marked: int = 0
    right: int = 0

    def add(self, labelled: bool, marked: bool, take: bool) -> None:
        """Count one sentence: labelled for this rule or pack, marked by it, to be taken at all."""
        self.labelled += labelled
        self.found += labelled and marked
        self.marked += marked
        self.right += marked and take

    @property
    def precision(self) -> float | None:
        return self.right / self.marked if self.marked else None

    @property
    def recall(self) -> float | None:
        return self.found / self.labelled if self.labelled else None


def read_sentences(path: Path) -> list[Sentence]:
    """The labelled lines of one file, numbered as an editor shows them; comments begin with #."""
    sentences = []
    for number, line in enumerate(path.read_text("utf-8").split("\n"), start=1):
        if line and not line.startswith("#"):
            verdict, heard, text, *rule = (cell.replace("\\n", "\n") for cell in line.split("\t"))
            sentences.append(Sentence(number, verdict == "take", heard, text, *rule[:1]))
    return sentences


def lone_rules(packs: Iterable[str]) -> dict[str, PhraseMatcher]:
    """By pack and name, each rule as a pack of its own."""
    matchers = {}
    for pack in packs:
        for entry in PACKS[pack]:
            alone = f"{pack}/{entry['name']}"
            PACKS[alone] = [entry]
            matchers[alone] = PhraseMatcher((alone,))
            del PACKS[alone]
    return matchers


def first_hit(matcher: PhraseMatcher, heard: str, text: str) -> Verdict | None:
    """What a rule says about an answer: it goes, a sentence of it goes, it is noted; None for nothing."""
    messages = [Message(id="u", parent=None, role="user", content=heard)] if heard else []
    messages.append(Message(id="a", parent=None, role="assistant", content=text))
    verdict, marks = matcher.judged(Candidate(messages[-1], messages, len(messages) - 1))
    return verdict or (marks[0] if marks else None)


# --- labelled sentences -----------------------------------------------------------------------------------------


def judged_as(
    sentences: Sequence[Sentence], matchers: dict[str, PhraseMatcher]
) -> tuple[dict[str, list[Tally]], list[Tally], list[Sentence]]:
    """Tallies of every rule and of all together, each for all, odd and even lines; and what is judged wrongly."""
    by_rule = {name: [Tally() for _ in range(3)] for name in matchers}
    together, wrong = [Tally() for _ in range(3)], []
    for sentence in sentences:
        marked = {name for name, matcher in matchers.items() if first_hit(matcher, sentence.heard, sentence.text)}
        for which in (0, 1 if sentence.line % 2 else 2):
            together[which].add(sentence.take, bool(marked), sentence.take)
            for name, tallies in by_rule.items():
                labelled = sentence.take and name.partition("/")[2] == sentence.rule
                tallies[which].add(labelled, name in marked, sentence.take)
        if bool(marked) != sentence.take:
            wrong.append(sentence)
    return by_rule, together, wrong


def share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def table_line(name: str, tallies: Sequence[Tally]) -> str:
    whole, odd, even = tallies
    return (
        f"{name:<36}{whole.labelled:>9}{whole.found:>7}{whole.marked:>8}"
        f"   {share(odd.precision):>6} / {share(even.precision):<6} {share(odd.recall):>6} / {share(even.recall)}"
    )


def print_truth() -> int:
    """The tables of the labelled sentences; 1 if a default pack judges one otherwise than labelled."""
    total, wrong = 0, 0
    matchers = lone_rules(DEFAULT_PACKS)
    everything: list[Sentence] = []
    print(f"{'default packs, by file':<36}{'sentences':>10}{'to take':>9}{'marked':>8}   precision  recall")
    for path in sorted(SENTENCES.glob("*.tsv")):
        sentences = read_sentences(path)
        _, (whole, _, _), misjudged = judged_as(sentences, matchers)
        everything += sentences
        wrong += len(misjudged)
        print(
            f"{path.stem:<36}{len(sentences):>10}{whole.labelled:>9}{whole.marked:>8}"
            f"   {share(whole.precision):>9}  {share(whole.recall)}"
        )
    by_rule, _, _ = judged_as(everything, matchers)
    print(f"\n{'default packs, by rule':<36}{'':>10}{'':>9}{'marked':>8}   precision")
    for name, (whole, _, _) in by_rule.items():
        print(f"{name:<36}{'':>10}{'':>9}{whole.marked:>8}   {share(whole.precision):>9}")
    total += len(everything)
    print(
        f"\n{'all packs, on packs/':<36}{'labelled':>9}{'found':>7}{'marked':>8}   {'precision':<15} recall"
        f"\n{'':<60}   {'mended on / held out':<15}"
    )
    for path in sorted((SENTENCES / "packs").glob("*.tsv")):
        sentences = read_sentences(path)
        total += len(sentences)
        by_rule, together, _ = judged_as(sentences, lone_rules((path.stem,)))
        print(table_line(f"{path.stem} ({len(sentences)} sentences)", together))
        for name, tallies in by_rule.items():
            print(table_line(f"  {name.partition('/')[2]}", tallies))
    print(f"\n{total:,} sentences; {wrong} of the default packs' own files judged otherwise than labelled")
    return 1 if wrong else 0


# --- real answers -----------------------------------------------------------------------------------------------


def read_answers(path: Path) -> list[tuple[str, str]]:
    """(instruction, response) of every row."""
    rows = (json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip())
    return [(row["instruction"], row["response"]) for row in rows]


def print_rates(voices: dict[str, list[tuple[str, str]]]) -> None:
    """Answers marked by each rule, per 1,000, for every voice and for all."""
    print("of 1,000 answers, marked by each rule; columns:")
    for number, (voice, answers) in enumerate(voices.items(), start=1):
        print(f"  {number:>2}  {voice} ({len(answers)} answers)")
    total = sum(map(len, voices.values()))
    print(f"\n{'':<40}" + "".join(f"{number:>7}" for number in range(1, len(voices) + 1)) + f"{'all':>8}{'hits':>7}")
    silent = []
    for name, matcher in lone_rules(PACKS).items():
        hits = [sum(bool(first_hit(matcher, *answer)) for answer in answers) for answers in voices.values()]
        if not any(hits):
            silent.append(name)
            continue
        rates = [f"{1000 * count / len(answers):>7.1f}" for count, answers in zip(hits, voices.values(), strict=True)]
        print(f"{name:<40}" + "".join(rates) + f"{1000 * sum(hits) / total:>8.2f}{sum(hits):>7}")
    print(f"\nno hit in {total:,} answers: {', '.join(silent) or 'none'}")


def print_hits(voices: dict[str, list[tuple[str, str]]], rule: str, count: int, seed: int) -> None:
    """So many random hits of one rule, the marked span between >>> and <<<."""
    matcher = lone_rules((rule.partition("/")[0],))[rule]
    found = [
        (voice, text, hit.span)
        for voice, answers in voices.items()
        for heard, text in answers
        if (hit := first_hit(matcher, heard, text))
    ]
    for voice, text, (start, end) in random.Random(seed).sample(found, min(count, len(found))):
        before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
        print(f"[{voice}] {before}>>>{text[start:end]}<<<{after}".replace("\n", " ⏎ "))
    print(f"{len(found)} hits of {rule} in {sum(map(len, voices.values())):,} answers")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=Path, metavar="DIR", help="real answers, one .jsonl a voice")
    parser.add_argument("--read", type=int, metavar="N", help="with --answers and --rule: show N random hits")
    parser.add_argument("--rule", metavar="PACK/NAME", help="the rule whose hits are shown")
    parser.add_argument("--seed", type=int, default=7, help="of the choice (default %(default)s)")
    arguments = parser.parse_args(argv)
    if not arguments.answers:
        return print_truth()
    voices = {path.stem: read_answers(path) for path in sorted(arguments.answers.glob("*.jsonl"))}
    if not voices:
        parser.error(f"no *.jsonl in {arguments.answers}")
    if arguments.read is None:
        print_rates(voices)
        return 0
    known = [f"{pack}/{entry['name']}" for pack, entries in PACKS.items() for entry in entries]
    if arguments.rule not in known:
        parser.error(f"--rule: name one of {', '.join(known)}")
    print_hits(voices, arguments.rule, arguments.read, arguments.seed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
