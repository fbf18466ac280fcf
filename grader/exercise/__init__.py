"""What an exercise is: the records of a spec, the draws of its inputs, and the notation of their shapes."""

from grader.exercise.draws import (
    Array,
    Drawing,
    Value,
    among,
    between,
    binary,
    class_labels,
    either,
    positive,
    power_of_ten,
    probability,
    real,
    smaller,
    with_signs,
)
from grader.exercise.spec import (
    SHARES,
    UNCHANGED_SHARE,
    Call,
    Edge,
    Example,
    Exercise,
    Group,
    Input,
    Misconception,
    Node,
    Output,
    Tensor,
)
