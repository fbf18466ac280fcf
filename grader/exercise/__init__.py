"""What an exercise is: the records of a spec, the draws of its inputs, and the notation of their shapes."""

from grader.exercise.draws import Array as Array
from grader.exercise.draws import Drawing as Drawing
from grader.exercise.draws import Value as Value
from grader.exercise.draws import among as among
from grader.exercise.draws import between as between
from grader.exercise.draws import binary as binary
from grader.exercise.draws import class_labels as class_labels
from grader.exercise.draws import either as either
from grader.exercise.draws import positive as positive
from grader.exercise.draws import power_of_ten as power_of_ten
from grader.exercise.draws import probability as probability
from grader.exercise.draws import real as real
from grader.exercise.draws import smaller as smaller
from grader.exercise.draws import with_signs as with_signs
from grader.exercise.spec import SHARES as SHARES
from grader.exercise.spec import UNCHANGED_SHARE as UNCHANGED_SHARE
from grader.exercise.spec import Call as Call
from grader.exercise.spec import Edge as Edge
from grader.exercise.spec import Example as Example
from grader.exercise.spec import Exercise as Exercise
from grader.exercise.spec import Group as Group
from grader.exercise.spec import Input as Input
from grader.exercise.spec import Misconception as Misconception
from grader.exercise.spec import Node as Node
from grader.exercise.spec import Output as Output
from grader.exercise.spec import Tensor as Tensor
