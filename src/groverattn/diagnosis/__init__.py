"""Diagnosis of a head: how concentrated its softmax weight is, and the error with each tail; verb `diagnose`."""
