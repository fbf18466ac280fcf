// Every step so far, as text that can be copied, and printed.
"use strict";

const PHASES = { forward: say("forward"), backward: say("backward") };
const PHASE_WIDTH = Math.max(...Object.values(PHASES).map((each) => each.length));

class Log {
  constructor(steps) {
    this.steps = steps;
    this.text = make("textarea", { readonly: true, rows: Math.min(8, steps.length + 1), "aria-label": say("Computation log") });
    this.printed = make("pre", { class: "printed", "aria-hidden": true });
    this.copied = make("span", { role: "status", class: "copied" });
    this.element = make(
      "details",
      { class: "log", open: true },
      make("summary", {}, say("Computation log")),
      this.text,
      this.printed,
      make("button", { type: "button", class: "copy", onclick: () => this.copy() }, say("Copy the log")),
      this.copied,
    );
  }

  show(position) {
    this.text.value = this.steps.slice(0, position).map((each) => `${PHASES[each.phase].padEnd(PHASE_WIDTH)}  ${each.line}`).join("\n");
    this.printed.textContent = this.text.value;
  }

  look() {
    this.text.scrollTop = this.text.scrollHeight;
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.text.value);
    } catch {
      this.text.select();
      document.execCommand("copy");
    }
    this.copied.textContent = say("Copied.");
  }
}
