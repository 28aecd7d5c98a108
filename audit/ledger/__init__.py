"""The call log at work: what a row is, how it is chained, how batches are committed. No Django below this folder."""
