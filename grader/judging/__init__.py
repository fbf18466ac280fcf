"""Answers beside references make a judgement: what is right, what it earns, which mistake it is, and in what words."""
