// How the loss falls where something is trained: a curve for each of some learning rates, and the student's beside it.
"use strict";

const WIDE = 600;
const TALL = 200;

class Training {
  // `state` keeps the rate that was chosen in place of the exercise's own, as it is written.
  constructor(learning, state) {
    this.learning = learning;
    this.state = state;
    const { rates, own } = learning;
    const chosen = rates.findIndex((each) => each.rate === state.rate);
    const first = chosen < 0 ? own : chosen;
    this.slider = make("input", { type: "range", min: 0, max: rates.length - 1, step: 1, "aria-label": say("Learning rate"), oninput: () => this.move() });
    this.slider.value = first;
    this.rate = make("output", {});
    this.plot = make("div", { class: "plot" });
    this.said = make("p", { role: "status" });
    this.top = make("span", {});
    const last = learning.first + rates[0].losses.length - 1;
    this.element = make(
      "section",
      { class: "training", "aria-label": say("Learning curve") },
      make("div", { class: "which" }, make("h3", {}, say("Learning curve")), make("label", { class: "rate" }, `${say("learning rate")} η `, this.slider, " ", this.rate)),
      make("p", { class: "how" }, `${learning.loss[0].toUpperCase()}${learning.loss.slice(1)}.`),
      make(
        "div",
        { class: "frame" },
        make("div", { class: "scale", "aria-hidden": true }, this.top, make("span", {}, "0")),
        this.plot,
        make("div", { class: "along", "aria-hidden": true }, make("span", {}, say("step {position}", { position: learning.first })), make("span", {}, say("step {position}", { position: last }))),
      ),
      this.said,
    );
    this.element.training = this;
    this.show(rates[first]);
  }

  move() {
    const { rates, own } = this.learning;
    const at = Number(this.slider.value);
    this.state.rate = at === own ? null : rates[at].rate;
    this.show(rates[at]);
  }

  show(run, { mine, top } = this.learning) {
    this.top.textContent = String(top);
    this.rate.textContent = run.rate;
    this.slider.setAttribute("aria-valuetext", run.rate);
    const runs = [["theirs", run], ...(mine ? [["mine", mine]] : [])];
    this.plot.replaceChildren(grow(SVG, ["svg", { viewBox: `0 0 ${WIDE} ${TALL}`, preserveAspectRatio: "none", role: "img", "aria-label": runs.map(([, each]) => each.said).join(" ") }, ...runs.flatMap(([whose, each]) => this.lines(each.losses, whose, top))]));
    this.said.replaceChildren(...runs.map(([whose, each]) => make("span", { class: `key ${whose}` }, each.said)));
  }

  // The curve as far as the scale goes; what is off it is a bar along the upper edge, or below 0 along the lower one.
  lines(losses, whose, top) {
    const x = (at) => (WIDE * at) / Math.max(1, this.learning.rates[0].losses.length - 1);
    const isAbove = (loss) => loss === null || loss > top;
    const points = losses.map((loss, at) => [x(at), isAbove(loss) ? 0 : TALL * (1 - Math.max(loss, 0) / top)].map((each) => each.toFixed(1)));
    const bar = (at, y) => [["path", { class: "off", d: `M${x(at - 0.4).toFixed(1)} ${y}H${x(at + 0.4).toFixed(1)}` }]];
    const bars = losses.flatMap((loss, at) => (isAbove(loss) ? bar(at, 3) : loss < 0 ? bar(at, TALL - 3) : []));
    const line = points.length > 1 ? `M${points.map((each) => each.join(" ")).join("L")}` : `M${points[0]?.join(" ")}h4`;
    return points.length ? [["path", { class: whose, d: line }], ...bars] : [];
  }
}
