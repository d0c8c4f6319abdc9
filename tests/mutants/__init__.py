"""Mutation testing: small faults put into the package, each of which the tests of its own part have to notice.

    make mutants                                     # a sample of every part; docs/safety.md says what came of it
    make mutants ARGS="--part stores --module store.py --mutants 40"

The faults are those of mutmut and a few more (`mutations`). mutmut's own runner wraps every function and asks
all tests; here a module is judged by the tests of its part alone (`parts`, `trial`).
"""
