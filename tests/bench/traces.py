"""Which names are asked for, one after another: numbers, as load and eviction take them."""

import array
import random

NAMES = 200000
# Of names by their rank, as resolvers see it (Jung et al., 2002: 0.91).
EXPONENT = 0.91
# So often comes one who asks for many names once: a crawler, a mail server's check.
SCAN_EVERY, SCAN_NAMES = 10000, 5000
# What is popular changes: so often a tenth of the names makes room for new ones.
DRIFT_EVERY, DRIFT_SHARE = 100000, 10


def zipf(count, exponent=EXPONENT, seed=1):
    weights, total = [], 0.0
    for rank in range(1, NAMES + 1):
        total += rank ** -exponent
        weights.append(total)
    return random.Random(seed).choices(range(NAMES), cum_weights=weights, k=count)


def with_scans(numbers):
    new, out = max(numbers) + 1, []
    for i in range(0, len(numbers), SCAN_EVERY):
        out += numbers[i:i + SCAN_EVERY]
        out += range(new, new + SCAN_NAMES)
        new += SCAN_NAMES
    return out


def with_drift(numbers, seed=2):
    chance = random.Random(seed)
    now, new, out = list(range(NAMES)), NAMES, []
    for i, number in enumerate(numbers):
        if i % DRIFT_EVERY == DRIFT_EVERY - 1:
            for rank in chance.sample(range(NAMES), NAMES // DRIFT_SHARE):
                now[rank], new = new, new + 1
        out.append(now[number])
    return out


# What they are given to, beside the caches: eviction.c.
POLICIES = ("lru", "clock", "sieve")
# By what is asked beside and meanwhile.
KINDS = {
    "zipf": lambda numbers: numbers,
    "scan": with_scans,
    "mixed": lambda numbers: with_scans(with_drift(numbers)),
}


def write(path, numbers):
    with open(path, "wb") as file:
        array.array("I", numbers).tofile(file)
    return path
