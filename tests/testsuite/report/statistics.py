"""Writes statistics.tsv: what SciPy, NumPy and statsmodels say of random tables, to hold the report's statistics to.

    python3 -m venv venv && venv/bin/pip install numpy scipy statsmodels
    venv/bin/python tests/testsuite/report/statistics.py > tests/testsuite/report/statistics.tsv
"""

import random

import numpy
from scipy.stats import beta, fisher_exact
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

dice = random.Random(20261121)


def row(kind, inputs, outputs):
    print(kind, " ".join(map(str, inputs)), " ".join(repr(float(x)) for x in outputs), sep="\t")


def size():
    return dice.choice([dice.randint(1, 12), dice.randint(1, 60), dice.randint(1, 3000)])


for _ in range(150):
    total = size()
    count = dice.randint(0, total)
    row("wilson", [count, total], proportion_confint(count, total, method="wilson"))

for _ in range(250):
    a, b = size(), size()
    x, y = dice.randint(0, a), dice.randint(0, b)
    if dice.random() < 0.4:
        y = min(b, round(b * x / a))
    row("fisher", [x, a, y, b], [fisher_exact([[x, a - x], [y, b - y]])[1]])

for _ in range(60):
    tests = [round(dice.random() ** 3, 6) for _ in range(dice.randint(1, 15))]
    row("holm", tests, multipletests(tests, method="holm")[1])

for _ in range(100):
    values = [dice.choice([dice.randint(0, 9), dice.randint(0, 90000)]) for _ in range(dice.randint(1, 40))]
    row("quartiles", values, numpy.quantile(values, [0.25, 0.5, 0.75], method="median_unbiased"))

for _ in range(100):
    a, b = dice.randint(0, 40), dice.randint(1, 40)
    days, other = dice.choice([(90, 90), (92, 91), (365, 365), (30, 365)])
    low = beta.ppf(0.025, a, b + 1) if a else 0.0
    high = beta.ppf(0.975, a + 1, b)
    odds = lambda p: p / (1 - p) * other / days
    row("rate", [a, days, b, other], [a / b * other / days, odds(low), odds(high)])
