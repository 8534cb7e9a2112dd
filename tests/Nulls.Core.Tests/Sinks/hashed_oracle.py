# The numbers of HashedAllocationTests, from the description in HashedAllocation.cs alone. Python 3, no packages: python3 hashed_oracle.py
MASK, G = (1 << 64) - 1, 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def allocate(pool, k, seed, index):
    key = mix((mix(seed & MASK) + index) & MASK)
    taken = set()
    for n, last in enumerate(range(pool - k, pool), start=1):
        sink = mix((key + n * G) & MASK) * (last + 1) >> 64
        taken.add(last if sink in taken else sink)
    return sorted(taken)


# The first number of SplitMix64 with seed 1234567, as published with its test vectors.
assert mix((1234567 + G) & MASK) == 6457827717110365317
for case in [(1016, 8, 0, 0), (1016, 8, 0, 1), (1016, 8, -7, 123456789012), (65, 3, 1, 2)]:
    print(*case, allocate(*case))
