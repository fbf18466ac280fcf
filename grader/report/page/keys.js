// The keys: a step on, a step back, and to either end; larger, smaller, all of it, and the whole screen.
"use strict";

// The graph that they move when the focus is in no graph.
let current = null;

function keyOf(stepper, event) {
  const keys = { ArrowRight: () => stepper.step(1), ArrowLeft: () => stepper.step(-1), Home: () => stepper.go(0), End: () => stepper.go(stepper.graph.steps.length) };
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest?.("textarea, select, input")) return;
  if (event.key === " " && !event.target.closest?.("button, summary, [role=button]") && !isOff(stepper.player.button)) stepper.player.toggle();
  else if (event.key in keys && !event.shiftKey) {
    stepper.player.stop();
    keys[event.key]();
  } else if (!stepper.view.key(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
}

// Outside of a graph only the arrows are ours: single letters would get in the way of who speaks to a browser.
document.addEventListener("keydown", (event) => {
  const arrow = event.key === "ArrowRight" || event.key === "ArrowLeft";
  if (arrow && current?.element.isConnected) keyOf(current, event);
});
