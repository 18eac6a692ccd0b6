"""How much of what is private the filter finds, and what it takes for private: `python benchmarks/privacy.py [DIR]`.

300 planted items, half of them secrets, drawn from a fixed seed in the forms in which their issuers and countries
write them, each in a sentence; 120 sentences with look-alikes; with DIR (a folder of training rows, *.jsonl with
"response") also the findings in real answers, of which nearly all are invented addresses. An item counts as found if
nothing of it is left that tells it. Prints what was missed and what was taken (planted items are invented; of real
answers only counts).
"""

from __future__ import annotations

import argparse
import json
import random
import string
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from identity.filters.privacy import Placeholders, Redactor  # noqa: E402

ALPHANUMERIC = string.ascii_letters + string.digits
NAMES = [["Marta Kowalczyk", "Marta"], ["Jonas Müller", "Jonas"], ["Nguyễn Văn An"], ["O'Brien"], ["佐藤花子"], ["Оля"]]
SENTENCES = [
    "{}",
    "It is {}.",
    "Here: {}",
    "please use {} for the test, then delete it",
    "I lost it again... was it {}?",
    "- {}\n- milk\n- eggs",
    "```\nvalue = '{}'\n```",
    "Ok so ({}) is mine, the other one is yours.",
    "Ich habe {} notiert.",
    "“{}”, she said.",
    "export TOKEN={}",
    "Send it to {}, thanks!",
]


def some(source: random.Random, characters: str, count: int) -> str:
    return "".join(source.choices(characters, k=count))


def luhn(source: random.Random, prefix: str, length: int) -> str:
    digits = prefix + some(source, string.digits, length - len(prefix) - 1)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return digits + str(-total % 10)


def iban(source: random.Random, country: str, length: int, letters: int = 0) -> str:
    account = some(source, string.ascii_uppercase, letters) + some(source, string.digits, length - 4 - letters)
    number = int("".join(str(int(char, 36)) for char in account + country + "00"))
    return f"{country}{98 - number % 97:02}{account}"


def grouped(text: str, size: int, mark: str) -> str:
    return mark.join(text[at : at + size] for at in range(0, len(text), size))


IBANS: list[tuple[str, int, int]] = [
    ("FR", 27, 0),
    ("ES", 24, 0),
    ("AT", 20, 0),
    ("CH", 21, 0),
    ("NL", 18, 4),
    ("PL", 28, 0),
]
# Prefixes are written apart, so that nobody's scanner takes this file for a leak.
SECRETS: list[Callable[[random.Random], str]] = [
    lambda r: "sk-" + "proj-" + some(r, ALPHANUMERIC + "-_", 74) + some(r, ALPHANUMERIC, 2),
    lambda r: "sk-" + some(r, ALPHANUMERIC, 48),
    lambda r: "sk-" + "ant-api03-" + some(r, ALPHANUMERIC + "-_", 90) + "AA",
    lambda r: r.choice(["AK", "AS"]) + "IA" + some(r, string.ascii_uppercase + "234567", 16),
    lambda r: r.choice(["ghp", "gho", "ghu", "ghs"]) + "_" + some(r, ALPHANUMERIC, 36),
    lambda r: "github" + "_pat_" + some(r, ALPHANUMERIC, 22) + "_" + some(r, ALPHANUMERIC, 59),
    lambda r: "glp" + "at-" + some(r, ALPHANUMERIC, 20),
    lambda r: "xo" + "xb-" + some(r, string.digits, 12) + "-" + some(r, string.digits, 12) + "-"
    + some(r, ALPHANUMERIC, 24),
    lambda r: "AI" + "za" + some(r, ALPHANUMERIC + "-_", 34) + some(r, ALPHANUMERIC, 1),
    lambda r: "h" + "f_" + some(r, string.ascii_letters, 34),
    lambda r: r.choice(["sk", "rk"]) + "_live_" + some(r, ALPHANUMERIC, 24),
    lambda r: "np" + "m_" + some(r, ALPHANUMERIC, 36),
    lambda r: "S" + "G." + some(r, ALPHANUMERIC, 22) + "." + some(r, ALPHANUMERIC, 43),
    lambda r: "ey" + "J" + some(r, ALPHANUMERIC, 33) + ".ey" + "J" + some(r, ALPHANUMERIC, 80) + "."
    + some(r, ALPHANUMERIC, 43),
    lambda r: "-----BEGIN " + r.choice(["RSA ", "EC ", "OPENSSH ", ""]) + "PRIVATE KEY-----\n"
    + grouped(some(r, ALPHANUMERIC + "+/", 640), 64, "\n") + "\n-----END PRIVATE KEY-----",
    lambda r: "postgres://app:" + some(r, ALPHANUMERIC, 14) + "@db.example.org:5432/boats",
    lambda r: "https://disc" + "ord.com/api/webhooks/" + some(r, string.digits, 18) + "/" + some(r, ALPHANUMERIC, 68),
    lambda r: grouped(luhn(r, r.choice(["4", "51", "55", "2221"]), 16), 4, r.choice([" ", "-", ""])),
    lambda r: luhn(r, r.choice(["34", "37"]), 15),
    lambda r: grouped(luhn(r, r.choice(["6011", "65"]), 16), 4, r.choice([" ", "-", ""])),
    lambda r: grouped(iban(r, "DE", 22), 4, r.choice([" ", ""])),
    lambda r: grouped(iban(r, "GB", 22, 4), 4, r.choice([" ", ""])),
    lambda r: grouped(iban(r, *r.choice(IBANS)), 4, r.choice([" ", ""])),
]  # fmt: skip
FIRST = ["anna", "j.doe", "marta_k", "li-wei", "o.petrov99"]
LAST = ["example.org", "mail.example.co.uk", "posteo.example.de", "uni.example.edu"]
ROADS, KINDS = ["Oak", "Maple", "Elm Park", "Kings"], ["Street", "Road", "Avenue", "Lane", "St", "Rd"]
STRASSEN = [f"{name}{kind}" for name in ("Linden", "Goethe", "Bahnhof") for kind in ("straße", "weg", "str.", "allee")]
PERSONAL: list[Callable[[random.Random], str]] = [
    lambda r: f"{r.choice(FIRST)}@{r.choice(LAST)}",
    lambda r: f"{r.choice(FIRST)}+{some(r, string.ascii_lowercase, 4)}@{r.choice(LAST)}".upper(),
    lambda r: f"{r.choice(FIRST)}{some(r, string.digits, 2)}@{r.choice(LAST)}",
    lambda r: "+49 " + r.choice(["30", "89", "151", "176"]) + " " + some(r, "23456789", 7),
    lambda r: f"+1 ({some(r, '23456789', 3)}) {some(r, '23456789', 3)}-{some(r, string.digits, 4)}",
    lambda r: f"{some(r, '23456789', 3)}-{some(r, '23456789', 3)}-{some(r, string.digits, 4)}",
    lambda r: f"({some(r, '23456789', 3)}) {some(r, '23456789', 3)}-{some(r, string.digits, 4)}",
    lambda r: "+44 7" + some(r, string.digits, 3) + " " + some(r, string.digits, 6),
    lambda r: "+33 6 " + grouped(some(r, string.digits, 8), 2, " "),
    lambda r: "+81-90-" + some(r, string.digits, 4) + "-" + some(r, string.digits, 4),
    lambda r: ".".join(str(r.choice([r.randint(21, 126), r.randint(128, 223)])) for _ in range(4)),
    lambda r: "2a0" + ":".join(some(r, "123456789abcdef", 1 if part == 0 else 4) for part in range(8)),
    lambda r: f"{r.randint(1, 980)} {r.choice(ROADS)} {r.choice(KINDS)}",
    lambda r: f"{r.choice(STRASSEN)} {r.randint(1, 180)}",
    lambda r: f"{r.randint(1, 90)} rue {r.choice(['Victor Hugo', 'de la Paix', 'du Moulin'])}",
    lambda r: f"SSN {r.randint(101, 665)}-{r.randint(10, 99)}-{r.randint(1000, 9999)}",
    lambda r: r.choice(["Passport number ", "passport no. "]) + some(r, string.ascii_uppercase, 2)
    + some(r, string.digits, 7),
    lambda r: r.choice(r.choice(NAMES)),
]  # fmt: skip
LOOK_ALIKES: list[Callable[[random.Random], str]] = [
    lambda r: f"version {r.randint(0, 9)}.{r.randint(0, 20)}.{r.randint(0, 99)}.{r.randint(0, 9999)}",
    lambda r: "ISBN 978-" + r.choice(["3-16-148410-0", "0-306-40615-7", "1-86197-876-8"]),
    lambda r: str(r.randint(1_600_000_000, 1_790_000_000)) + r.choice(["", "000"]),
    lambda r: "#" + some(r, "0123456789abcdef", 6),
    lambda r: some(r, "0123456789abcdef", 40),
    lambda r: f"{r.randint(1990, 2030)}-{r.randint(10, 12)}-{r.randint(10, 28)} {r.randint(10, 23)}:30:00",
    lambda r: "order no. " + some(r, string.digits, 10),
    lambda r: f"${r.randint(1, 9)},{r.randint(100, 999)},{r.randint(100, 999)}.{r.randint(10, 99)}",
    lambda r: f"{r.randint(10, 99)}.{r.randint(10, 99)}.{r.randint(1990, 2030)}",
    lambda r: "-".join(some(r, "0123456789abcdef", size) for size in (8, 4, 4, 4, 12)),
    lambda r: f"{r.randint(1, 30)} km in {r.randint(100, 200)} minutes, {r.randint(1, 9)}-{r.randint(1, 9)}-0",
    lambda r: r.choice(["sk-learn", "npm_config_cache", "hf_transfer", "@decorator", "a@b", "ghp_token", "SG.1"]),
]  # fmt: skip


def planted(
    kinds: Sequence[Callable[[random.Random], str]], count: int, source: random.Random
) -> list[tuple[str, str]]:
    """(item, sentence with it), every kind in turn."""
    items = [kinds[at % len(kinds)](source) for at in range(count)]
    return [(item, source.choice(SENTENCES).format(item)) for item in items]


def left_over(item: str, redacted: str) -> bool:
    """Whether the telling part of the item can still be read: any six characters of it in a row, or all of it."""
    telling = item.rsplit(" ", 1)[-1] if item.startswith(("SSN", "Passport", "passport")) else item
    if telling.startswith("-----BEGIN"):
        telling = telling.split("-----")[2]
    if telling.startswith("postgres"):
        telling = telling.split(":")[2].split("@")[0]
    return any(telling[at : at + 6] in redacted for at in range(max(1, len(telling) - 5)))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="training rows with real answers")
    parser.add_argument("--seed", type=int, default=7, help="(default %(default)s)")
    arguments = parser.parse_args(argv)
    source = random.Random(arguments.seed)
    for name, kinds, level in (("secrets", SECRETS, "secrets"), ("personal data", PERSONAL, "pii")):
        redactor = Redactor(level, NAMES)
        items = planted(kinds, 150, source)
        missed = [item for item, text in items if left_over(item, Placeholders().replace(text, redactor.find(text)))]
        print(f"{name}: {len(items) - len(missed)} of {len(items)} found, recall {1 - len(missed) / len(items):.3f}")
        for item in missed:
            print(f"  missed: {item[:60]!r}")
    redactor = Redactor("pii", NAMES)
    taken = [(item, found) for item, text in planted(LOOK_ALIKES, 120, source) for found in redactor.find(text)]
    print(f"look-alikes: {len(taken)} taken in 120")
    for item, found in taken:
        print(f"  taken for {found.kind}: {item!r}")
    if arguments.folder:
        lines = [line for path in sorted(arguments.folder.glob("*.jsonl")) for line in path.open(encoding="utf-8")]
        for level in ("secrets", "pii"):
            redactor, kinds_found = Redactor(level), Counter[str]()
            for line in lines:
                kinds_found.update({found.kind for found in redactor.find(json.loads(line)["response"])})
            print(f"{level} in {len(lines):,} real answers: {dict(kinds_found)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
