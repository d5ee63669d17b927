"""Holds the reports of a knowledge base to the labels that its corpus was generated with; shares no code with pm-kb.

    python3 gen_corpus.py --n 100000 --labelled --out corpus
    pm-kb --kb base add --quiet corpus/docs
    python3 tests/testsuite/report/truth.py pm-kb base corpus/truth.tsv

Every count, share, interval and list of incidents of failure mode, decay, rollback by mode, severity, detection and
quarter is compared; so are Fisher's test and Holm's correction where the tables are small enough for exact fractions.
Ends with status 1 and the first differences where anything differs.
"""

import csv
import io
import json
import math
import subprocess
import sys
from fractions import Fraction

MODES = ["schema-drift", "data-drift", "pipeline-break", "feature-staleness", "training-serving-skew",
         "labeling-error", "none"]
DECAYS = ["data-decay", "model-decay", "none", "unknown"]
NOTICED = {"alert": "monitoring", "dashboard": "monitoring", "synthetic": "monitoring",
           "customer-report": "customer", "on-call": "staff", "downstream-team": "staff"}
EXACT = 3000
Z = 1.959963984540054


class Truth:
    """One row of truth.tsv in the words of the report."""

    def __init__(self, cells):
        self.id = cells["id"]
        year, month, _ = cells["date"].split("-")
        self.date = cells["date"]
        self.quarter = int(year) * 4 + (int(month) - 1) // 3
        self.mode = "none" if cells["mode"] == "model-decay" else cells["mode"]
        self.decay = {"model-decay": "model-decay", "none": "none"}.get(cells["mode"], "data-decay")
        self.rollback = cells["rollback"] == "1"
        self.severity = cells["severity"]
        self.detection = NOTICED[cells["detection"]]
        self.services = cells["services"].split(",")


def name(quarter):
    return f"{quarter // 4}-Q{quarter % 4 + 1}"


def wilson(n, total):
    """The 95 % interval as the two roots of Wilson's quadratic (the report uses the closed form)."""
    p = n / total
    a = 1 + Z * Z / total
    b = -(2 * p + Z * Z / total)
    c = p * p
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return max(0.0, (-b - root) / (2 * a)), min(1.0, (-b + root) / (2 * a))


def fisher(n, total, m, other):
    """Fisher's exact test, two-sided, in whole numbers."""
    hits = n + m
    weights = [math.comb(total, k) * math.comb(other, hits - k)
               for k in range(max(0, hits - other), min(hits, total) + 1)]
    seen = math.comb(total, n) * math.comb(other, m)
    return float(Fraction(sum(w for w in weights if w <= seen), sum(weights)))


def holm(probabilities):
    corrected, highest = {}, 0.0
    order = sorted(probabilities, key=lambda key: probabilities[key])
    for rank, key in enumerate(order):
        highest = max(highest, min(1.0, probabilities[key] * (len(order) - rank)))
        corrected[key] = highest
    return corrected


class Check:
    def __init__(self):
        self.compared = 0
        self.wrong = []

    def same(self, where, found, expected):
        self.compared += 1
        near = (isinstance(found, (int, float)) and isinstance(expected, float)
                and abs(found - expected) <= 1e-9 * max(1.0, abs(expected)))
        if found != expected and not near:
            self.wrong.append(f"{where}: found {short(found)}, expected {short(expected)}")

    def share(self, where, found, part, whole, ids=True):
        """A share of the report against the incidents that it should count."""
        if "numerator" in found:
            found = dict(found, count=found["numerator"], total=found["denominator"])
        self.same(where + " count", found["count"], len(part))
        self.same(where + " total", found["total"], len(whole))
        if whole:
            self.same(where + " share", found["share"], len(part) / len(whole))
            for side, end in zip(found["interval"], wilson(len(part), len(whole))):
                self.same(where + " interval", side, end)
        else:
            self.same(where + " share", found["share"], None)
        if ids and "incidents" in found:
            self.same(where + " incidents", sorted(found["incidents"]), sorted(row.id for row in part))


def short(value):
    text = repr(value)
    return text if len(text) < 120 else text[:120] + "…"


def of(rows, first, last):
    return [row for row in rows if first <= row.quarter <= last]


def scopes(quarter):
    """Each scope of a report with its quarters and those that it is compared with."""
    return [("period", (quarter, quarter), (quarter - 1, quarter - 1), (quarter - 4, quarter - 4)),
            ("window", (quarter - 3, quarter), (quarter - 7, quarter - 4), None)]


PATTERNS = {
    "rollbacks-from-feature-staleness":
        (lambda r: r.mode == "feature-staleness", lambda r: r.rollback and r.decay != "none"),
    "rollbacks-all": (lambda r: r.mode == "feature-staleness", lambda r: r.rollback),
    "decay-that-is-data": (lambda r: r.decay == "data-decay", lambda r: r.decay != "none"),
    "found-by-customers": (lambda r: r.detection == "customer", lambda r: True),
}


def families(scope):
    yield ("by_failure_mode", {one["value"]: one for one in scope["by_failure_mode"]},
           {mode: ((lambda r, mode=mode: r.mode == mode), lambda r: True) for mode in MODES})
    yield ("by_decay", {one["value"]: one for one in scope["by_decay"]},
           {decay: ((lambda r, decay=decay: r.decay == decay), lambda r: True) for decay in DECAYS})
    yield "patterns", {one["id"]: one for one in scope["patterns"]}, PATTERNS


def check_scope(check, where, scope, rows, stretches):
    now, before, year = stretches
    here = of(rows, *now)
    population = scope["population"]
    check.same(where + " total", population["total"], len(here))
    check.same(where + " classified", population["classified"], len(here))
    check.same(where + " unclassified", population["unclassified"], 0)
    check.same(where + " human", population["human"], len(here))
    check.same(where + " incidents", sorted(population["incidents"]), sorted(row.id for row in here))
    for family, found, expected in families(scope):
        for key, (above, below) in expected.items():
            at = f"{where} {family} {key}"
            whole = [row for row in here if below(row)]
            check.share(at, found[key], [row for row in whole if above(row)], whole)
            for other, stretch in [("previous", before), ("year_before", year)]:
                if stretch is None or found[key].get(other) is None:
                    continue
                then = [row for row in of(rows, *stretch) if below(row)]
                part = [row for row in then if above(row)]
                check.share(f"{at} {other}", found[key][other], part, then)
                if whole and then and len(whole) + len(then) <= EXACT:
                    n = len([row for row in whole if above(row)])
                    p = fisher(n, len(whole), len(part), len(then))
                    check.same(f"{at} {other} p", found[key][other]["p"], p)
        for other in ["previous", "year_before"]:
            compared = {key: one[other] for key, one in found.items() if one.get(other)}
            total = "denominator" if family == "patterns" else "total"
            tested = {key: one["p"] for key, one in compared.items() if one["total"] and found[key][total]}
            for key, corrected in holm(tested).items():
                check.same(f"{where} {family} {key} {other} corrected", compared[key]["p_corrected"], corrected)


def check_window(check, where, report, rows, quarter):
    here = of(rows, quarter - 3, quarter)
    rolled = [row for row in here if row.rollback]
    decayed = [row for row in rolled if row.decay != "none"]
    check.same(where + " rollbacks", sorted(report["rollbacks"]["incidents"]), sorted(row.id for row in rolled))
    check.same(where + " model rollbacks", sorted(report["rollbacks"]["of_decay"]), sorted(row.id for row in decayed))
    by_mode = {one["value"]: one for one in report["rollbacks"]["by_failure_mode"]}
    for mode in MODES:
        check.share(f"{where} rollbacks {mode}", by_mode[mode], [row for row in decayed if row.mode == mode], decayed)
    for field, value in [("failure_mode", lambda r: r.mode), ("decay", lambda r: r.decay),
                         ("severity", lambda r: r.severity), ("detection", lambda r: r.detection)]:
        found = {one["value"]: one for one in report["breakdowns"][field]["values"]}
        for key in set(found) | {value(row) for row in here}:
            empty = {"count": 0, "total": len(here), "share": 0.0 if here else None, "interval": [0.0, 0.0]}
            part = [row for row in here if value(row) == key]
            at = f"{where} {field} {key}"
            check.share(at, found.get(key, empty), part, here)
            for noticed, count in found.get(key, {}).get("detection", {}).items():
                check.same(f"{at} noticed by {noticed}", count, len([r for r in part if r.detection == noticed]))
    by_service = {}
    for row in here:
        for service in set(row.services):
            by_service.setdefault(service, []).append(row)
    check.same(where + " services", len(report["breakdowns"]["service"]["values"]), len(by_service))
    for one in report["breakdowns"]["service"]["values"]:
        part = by_service.get(one["value"], [])
        check.share(f"{where} service {one['value']}", one, part, here)
    for back, one in zip(range(7, -1, -1), report["trend"]):
        there = of(rows, quarter - back, quarter - back)
        check.same(where + " trend name", one["quarter"], name(quarter - back))
        check.same(f"{where} trend {one['quarter']}", one["total"], len(there))
        for mode in MODES:
            count = len([row for row in there if row.mode == mode])
            check.same(f"{where} trend {one['quarter']} {mode}", one["by_failure_mode"][mode], count)
        for decay in DECAYS:
            count = len([row for row in there if row.decay == decay])
            check.same(f"{where} trend {one['quarter']} {decay}", one["by_decay"][decay], count)


def check_csv(check, where, text, rows, quarter):
    stretches = {name(quarter): (quarter, quarter),
                 f"{name(quarter - 3)} to {name(quarter)}": (quarter - 3, quarter)}
    seen = set()
    for row in csv.DictReader(io.StringIO(text)):
        if row["measure"] != "share" or row["what"] not in ("failure_mode", "decay"):
            continue
        here = of(rows, *stretches[row["period"]])
        part = [one for one in here if (one.mode if row["what"] == "failure_mode" else one.decay) == row["name"]]
        at = f"{where} csv {row['period']} {row['name']}"
        check.same(at + " count", int(row["count"]), len(part))
        check.same(at + " total", int(row["total"]), len(here))
        seen.add((row["period"], row["what"], row["name"]))
    check.same(where + " csv rows", len(seen), len(stretches) * (len(MODES) + len(DECAYS)))


def main(program, base, truth):
    with open(truth, encoding="utf-8") as file:
        rows = [Truth(cells) for cells in csv.DictReader(file, delimiter="\t")]
    ask = lambda *more: subprocess.run([program, "--kb", base, "report", *more], check=True,
                                       stdout=subprocess.PIPE).stdout.decode()
    check = Check()
    quarters = sorted({row.quarter for row in rows})
    # Every quarter, the one before the first and the one after the last.
    for quarter in range(quarters[0] - 1, quarters[-1] + 2):
        where = name(quarter)
        report = json.loads(ask("--quarter", where, "--json"))
        for key, *stretches in scopes(quarter):
            scope = report if key == "period" else report["window"]
            check_scope(check, f"{where} {key}", scope, rows, stretches)
        check_window(check, where, report, rows, quarter)
        check.same(where + " undated", report["population"]["undated"], 0)
    last = quarters[-1]
    check_csv(check, name(last), ask("--quarter", name(last), "--format", "csv"), rows, last)
    for line in check.wrong[:20]:
        print(line)
    print(f"{check.compared} figures of {len(rows)} incidents compared, {len(check.wrong)} differ")
    return 1 if check.wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
