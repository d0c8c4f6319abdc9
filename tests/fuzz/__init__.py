"""Odd input to everything that reads some: files, TOML, JSON, options and the API.

    make fuzz                                        # 100,000 inputs and more
    PYTHONPATH=tests python -m fuzz --target npz-bytes --seed 7 --inputs 20000

Allowed is a result or an InputError, within a limit of time and of memory; see docs/safety.md.
"""
