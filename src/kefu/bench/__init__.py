"""Many calls together: what a report shows of them."""
