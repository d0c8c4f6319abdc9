"""One row of one attention head: request, circuit, price, limits, verdict. Every verb with a price stands on it."""
