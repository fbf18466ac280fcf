// The arrow keys: a step on, a step back, and to either end.
"use strict";

// The graph that they move when the focus is nowhere in particular.
let current = null;

function stepByKey(stepper, event) {
  const keys = { ArrowRight: () => stepper.step(1), ArrowLeft: () => stepper.step(-1), Home: () => stepper.go(0), End: () => stepper.go(stepper.graph.steps.length) };
  if (!(event.key in keys) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  stepper.stop();
  keys[event.key]();
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("keydown", (event) => {
  const arrow = event.key === "ArrowRight" || event.key === "ArrowLeft";
  if (arrow && current?.element.isConnected && event.target === document.body) stepByKey(current, event);
});
