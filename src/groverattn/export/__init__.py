"""Export of circuits and their counts to OpenQASM 3, QREF and a JSON object that other estimators read."""
