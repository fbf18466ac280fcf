"""The wrong formulas near a right one: what a gradient is if one thing in its backward pass is otherwise."""
