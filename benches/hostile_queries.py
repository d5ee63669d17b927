#!/usr/bin/env python3
"""Asks a knowledge base thousands of random and hostile queries, each in a process of its own.

    python3 benches/hostile_queries.py PM_KB BASE [COUNT] [SEED]

Prints how many ended otherwise than found or not found (exit status 0 or 1), and the slowest, in milliseconds of
processor time and of wall time.
"""

import random
import resource
import subprocess
import sys
import time

SIGNS = list("()[]{}\"'`*?!:;,.<>=|&^~+-_/\\#@$% \t") + ["\u202e", "\u200b", "\u0301", "é", "日本", "\U0001f600", "\x1b[31m"]
WORDS = (
    "rollback stale feature store nightly job renamed column drift labels retrain cache timeout pool certificate "
    "us-east-1 OOMKilled v2.3.1 feature_store.ttl ERR_CONN_RESET training-serving skew mode: decay: since:2024 "
    "severity:>=2 -is:draft is:unclassified mode:feature-stalness date:2026-13-45 NOT AND OR a the of wh* s* se* t*"
).split()


def query(chance: random.Random) -> str:
    kind = chance.randrange(8)
    if kind == 0:
        return "".join(chance.choice(SIGNS) for _ in range(chance.randrange(1, 80)))
    if kind == 1:
        return " ".join(chance.choice(WORDS) for _ in range(chance.randrange(1, 40)))
    if kind == 2:
        return "".join(chance.choice(SIGNS + WORDS) for _ in range(chance.randrange(1, 60)))
    if kind == 3:
        return "(" * chance.randrange(1, 3000) + chance.choice(WORDS)
    if kind == 4:
        return " ".join("".join(chance.choice("abcdefghijklmnop") for _ in range(chance.randrange(1, 12))) for _ in range(chance.randrange(1, 60)))
    if kind == 5:
        return " ".join(chance.choice("abcdefghijklmnopqrstuvwxyz") + "*" for _ in range(chance.randrange(1, 20)))
    if kind == 6:
        return '"' + " ".join(chance.choice(WORDS) for _ in range(chance.randrange(1, 20)))
    return " OR ".join(chance.choice(WORDS) + chance.choice(["", "*", "~", '"']) for _ in range(chance.randrange(1, 60)))


def main() -> None:
    program, base = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
    chance = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    other, slowest, longest = [], (0.0, ""), (0.0, "")
    for _ in range(count):
        asked = query(chance).replace("\0", "")
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        ended = subprocess.run([program, "--kb", base, "search", "--", asked], capture_output=True, timeout=60)
        wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        slowest, longest = max(slowest, (cpu, asked)), max(longest, (wall, asked))
        if ended.returncode not in (0, 1):
            other.append((ended.returncode, asked, ended.stderr[:200]))
    print(f"{count} queries, {len(other)} ended with neither 0 nor 1")
    for row in other[:5]:
        print("  ", row)
    print(f"slowest {1000 * slowest[0]:.0f} ms of processor time: {slowest[1][:90]!r}")
    print(f"longest {1000 * longest[0]:.0f} ms: {longest[1][:90]!r}")


if __name__ == "__main__":
    main()
