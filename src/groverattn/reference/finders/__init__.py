"""Classical finders of the keys whose score is large: what the quantum search has to be measured against."""
