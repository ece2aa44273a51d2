"""Writes experiments.json: what SciPy and statsmodels say about tails, tests, sample sizes and adjustment for a covariate.

Needs SciPy, statsmodels and NumPy. The stored file was made with SciPy 1.17.1, statsmodels 0.15.0, NumPy 2.4.6 and Python 3.11.
Run `python make-experiments.py`, then `npx biome format --write experiments.json`: it is seeded, so that the same file comes
out again. Where no library has a number (confidence sequences) it comes from the paper's formula, written down here once more, with
SciPy's functions and root finder.
"""

import json
from pathlib import Path

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import optimize, special, stats
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportions_ztest,
    samplesize_proportions_2indep_onetail,
)


def tails():
    return {
        "logGamma": [[x, float(special.gammaln(x))] for x in (0.01, 0.5, 1, 2.5, 10, 171.5, 1e4, 1e7)],
        "upperGamma": [
            [a, x, float(special.gammaincc(a, x))]
            for a in (0.5, 1, 2.5, 9.5, 50, 1000)
            for x in (1e-6, 0.3, 1, 3, 10, 40, 90, 300, 1100)
        ],
        "normal": [[z, float(stats.norm.sf(z))] for z in (-6, -1.5, -1e-3, 0, 0.1, 1, 1.96, 3.3, 8, 20, 37)],
        "student": [
            [t, df, float(stats.t.sf(t, df))]
            for df in (1, 2.5, 9, 61.7, 1e4, 1e6)
            for t in (-4, -0.2, 0, 0.5, 1.96, 3.5, 12)
        ],
    }


def proportions():
    cases = []
    for (s1, n1), (s2, n2) in [
        ((45, 500), (62, 480)),
        ((0, 200), (3, 210)),
        ((1200, 10_000), (1310, 10_100)),
        ((7, 12), (3, 15)),
        ((20, 20), (18, 20)),
    ]:
        for alpha in (0.05, 0.01):
            low, high = confint_proportions_2indep(
                s2, n2, s1, n1, method="agresti-caffo", compare="diff", alpha=alpha
            )
            p = proportions_ztest([s2, s1], [n2, n1])[1]
            cases.append(
                dict(control=dict(successes=s1, trials=n1), treatment=dict(successes=s2, trials=n2), alpha=alpha,
                     difference=s2 / n2 - s1 / n1, p=float(p), low=float(low), high=float(high))
            )  # fmt: skip
    return cases


def moments(values):
    return dict(n=len(values), mean=float(np.mean(values)), variance=float(np.var(values, ddof=1)))


def means(random):
    cases = []
    for n1, n2, shift, scale in [(20, 35, 0.6, 2.0), (400, 390, 0.1, 1.0), (3000, 1500, 0.0, 0.5)]:
        a, b = random.normal(1, 1, n1), random.normal(1 + shift, scale, n2)
        test = stats.ttest_ind(b, a, equal_var=False)
        interval = test.confidence_interval(0.95)
        cases.append(
            dict(control=moments(a), treatment=moments(b), alpha=0.05, difference=float(b.mean() - a.mean()),
                 p=float(test.pvalue), low=float(interval.low), high=float(interval.high))
        )  # fmt: skip
    return cases


def sample_ratios():
    cases = [([1000, 1000], [1, 1]), ([821_588, 815_482], [1, 1]), ([5000, 5300], [0.5, 0.5]), ([900, 120, 80], [0.8, 0.1, 0.1])]
    out = []
    for units, weights in cases:
        expected = np.array(weights) / sum(weights) * sum(units)
        out.append([units, weights, float(stats.chisquare(units, expected).pvalue)])
    return out


designs = [(0.05, 0.8, 2, 1), (0.05, 0.9, 1, 1), (0.01, 0.95, 2, 1), (0.05, 0.8, 2, 0.25), (0.1, 0.8, 1, 3)]


def sizes_for_proportions():
    """statsmodels' first sample is our treatment, which is `diff` away from its second, and its ratio is nobs2 / nobs1."""
    out = []
    for alpha, power, sides, ratio in designs:
        for baseline, effect in [(0.1, 0.01), (0.1, -0.02), (0.5, 0.25), (0.02, 0.004), (0.9, 0.03)]:
            alternative = "two-sided" if sides == 2 else ("larger" if effect > 0 else "smaller")
            treatment = samplesize_proportions_2indep_onetail(
                effect, baseline, power, ratio=1 / ratio, alpha=alpha, alternative=alternative
            )
            size = treatment / ratio
            out.append(
                dict(baseline=baseline, effect=effect, alpha=alpha, power=power, sides=sides, ratio=ratio, control=float(size))
            )
    return out


def sizes_for_means():
    """Exact, with the noncentral t distribution; statsmodels' nobs1 is our control and its ratio nobs2 / nobs1 ours."""
    out = []
    for alpha, power, sides, ratio in designs:
        for effect in (1.0, 0.5, 0.2, 0.05):
            size = TTestIndPower().solve_power(
                effect, nobs1=None, alpha=alpha, power=power, ratio=ratio, alternative="two-sided" if sides == 2 else "larger"
            )
            out.append(
                dict(effect=effect, alpha=alpha, power=power, sides=sides, ratio=ratio, control=float(np.squeeze(size)))
            )
    return out


def sequences():
    """Theorem 2.2 of Waudby-Smith et al. 2024, with the approximate rho of their appendix B.2."""
    out = []
    for alpha, tuned in [(0.05, 1000), (0.01, 200), (0.05, 1)]:
        for n in (1, 50, 1000, 40_000):
            rho2 = (2 * np.log(1 / alpha) + np.log(1 + 2 * np.log(1 / alpha))) / tuned
            margin = np.sqrt(2 * (n * rho2 + 1) / (n**2 * rho2) * np.log(np.sqrt(n * rho2 + 1) / alpha))
            out.append(dict(n=n, alpha=alpha, tunedFor=tuned, multiplier=float(margin * np.sqrt(n))))
    return out


def proportion_sequences():
    out = []
    for s, n in [(0, 10), (0, 1000), (3, 400), (50, 100), (2000, 2000), (812, 40_000)]:
        for alpha in (0.05, 0.001):
            evidence = special.betaln(s + 0.5, n - s + 0.5) - special.betaln(0.5, 0.5)
            excess = lambda p: evidence - special.xlogy(s, p) - special.xlog1py(n - s, -p) + np.log(alpha)  # noqa: E731
            low = 0.0 if s == 0 else optimize.brentq(excess, 1e-300, s / n, xtol=1e-15)
            high = 1.0 if s == n else optimize.brentq(excess, s / n, 1 - 1e-16, xtol=1e-15)
            out.append(dict(successes=s, trials=n, alpha=alpha, low=float(low), high=float(high)))
    return out


def adjustments(random):
    """The coefficient of the treatment in a regression with the covariate is the adjusted difference."""
    out = []
    for n1, n2, slope in [(300, 250, 1.5), (40, 60, -0.4)]:
        x = random.normal(3, 2, n1 + n2)
        treated = np.arange(n1 + n2) >= n1
        y = 1 + slope * x + 0.3 * treated + random.normal(0, 1, n1 + n2)
        fit = sm.OLS(y, np.column_stack([np.ones_like(x), treated, x])).fit()
        groups = [
            dict(**moments(y[rows]), covariate=dict(mean=float(x[rows].mean()), variance=float(x[rows].var(ddof=1)),
                                                    covariance=float(np.cov(x[rows], y[rows])[0, 1])))
            for rows in (~treated, treated)
        ]  # fmt: skip
        within = sum((each["n"] - 1) * each["variance"] for each in groups)
        out.append(
            dict(groups=groups, difference=float(fit.params[1]), slope=float(fit.params[2]),
                 varianceReduction=float(1 - fit.ssr / within))
        )  # fmt: skip
    return out


random = np.random.default_rng(20_010_501)
reference = {
    "madeWith": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "numpy": np.__version__},
    "tails": tails(),
    "proportions": proportions(),
    "means": means(random),
    "sampleRatios": sample_ratios(),
    "sizesForProportions": sizes_for_proportions(),
    "sizesForMeans": sizes_for_means(),
    "sequences": sequences(),
    "proportionSequences": proportion_sequences(),
    "adjustments": adjustments(random),
}
Path(__file__).with_name("experiments.json").write_text(json.dumps(reference))
