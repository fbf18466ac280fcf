// See a derivative: one number is moved, on a slider or by h, and the loss and Δloss/h are told beside the gradient.

const NUDGE_MILLISECONDS = 60;

const EXPONENTS = 14;

// The ends of a slider, and the way between them, are numbers that float64 has.
const FARTHEST = Number.MAX_VALUE;

const NUMBER = /^[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+−]?\d+)?$/;

class Nudge {
  constructor(trial) {
    this.trial = trial;
    // What is opened and chosen outlives a new verdict.
    this.kept = trial.state.nudge ??= { open: false, number: null, exponent: 2, sign: 1, ends: null, indices: {} };
    this.names = Object.keys(trial.exercise.moves).filter((name) => trial.fields.some((field) => field.name === name));
    this.which = make("select", { "aria-label": say("Number to move"), onchange: () => this.choose() });
    this.slider = make("input", { type: "range", step: "any", oninput: () => this.move(Number(this.slider.value)), onkeydown: (event) => this.key(event) });
    this.h = make("input", { type: "range", min: -EXPONENTS, max: 0, step: 1, "aria-label": say("Size of h"), oninput: () => this.ask() });
    this.h.value = -this.kept.exponent;
    this.sign = make("button", { type: "button", "aria-pressed": this.kept.sign < 0, onclick: () => this.turn() }, "h < 0");
    this.hText = make("output", {});
    this.plot = make("div", { class: "plot" });
    this.said = make("div", { class: "compared", role: "status" });
    this.element = make(
      "details",
      { class: "nudge", open: this.kept.open, ontoggle: () => this.toggle() },
      make("summary", {}, say("See a derivative: move one number")),
      make("div", { class: "controls" }, make("label", {}, `${say("number")} `, this.which), this.slider, make("div", { class: "step" }, make("label", {}, "h ", this.h), this.hText, this.sign)),
      make("div", { class: "sight" }, this.plot, this.said),
    );
    this.element.hidden = !this.names.length;
    if (this.kept.open) requestAnimationFrame(() => this.toggle());
  }

  toggle() {
    this.kept.open = this.element.open;
    if (this.element.open) this.ask();
  }

  turn() {
    this.kept.sign = -this.kept.sign;
    this.sign.setAttribute("aria-pressed", this.kept.sign < 0);
    this.ask();
  }

  choose() {
    this.kept.number = this.which.value;
    this.kept.ends = null;
    this.ask();
  }

  // The number that is moved: which of a field's, and what stands there now, though the text may be half typed.
  get chosen() {
    const [name, index] = (this.kept.number ?? "").split(" ");
    const written = name ? elements(this.trial.text(name)) : [];
    const place = written.findIndex((each) => each.index.join() === index);
    const word = written[place]?.word ?? "";
    return { name, place, written: written[place], value: NUMBER.test(word) ? Number(word.replaceAll("−", "-")) : NaN };
  }

  // One entry for each number that can be moved. Of a text that is half typed these are the ones that it had before.
  list() {
    const made = this.names.flatMap((name) => {
      const key = `${this.trial.state.chosen} ${name}`;
      this.kept.indices[key] = indices(this.trial.text(name), this.trial.exercise.moves[name]) ?? this.kept.indices[key] ?? this.first(name);
      return this.kept.indices[key].map((index) => [`${name} ${index.join()}`, `${name}${placeOf(index)}`]);
    });
    const now = made.map((each) => each.join()).join(";");
    if (now !== this.listed) this.which.replaceChildren(...made.map(([value, text]) => make("option", { value }, text)));
    this.listed = now;
    if (!made.some(([value]) => value === this.kept.number)) {
      const [first = ""] = made.find(([value]) => value.startsWith(`${this.chosen.name} `)) ?? made[0] ?? [];
      [this.kept.number, this.kept.ends] = [first, null];
    }
    this.which.value = this.kept.number;
  }

  first(name) {
    return indices(this.trial.fields.find((field) => field.name === name).text, null) ?? [];
  }

  move(value) {
    const { name, written } = this.chosen;
    if (!written) return;
    const text = this.trial.text(name);
    this.trial.type(name, text.slice(0, written.start) + String(Number(value.toPrecision(4))) + text.slice(written.end));
  }

  // The arrows go by a fiftieth of the slider: by "any" step they would go by a hundredth of nothing.
  key(event) {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    if (!this.kept.ends || !Number.isFinite(this.chosen.value)) return;
    const [start, end] = this.kept.ends;
    this.move(Math.min(Math.max(this.chosen.value + (by * (end - start)) / 50, start), end));
  }

  ask() {
    if (!this.element.open) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), NUDGE_MILLISECONDS);
  }

  // One question at a time, as for the case itself.
  async send() {
    this.isStale = this.isBusy;
    if (this.isBusy) return;
    this.list();
    const { name, place, value } = this.chosen;
    this.kept.exponent = -Number(this.h.value);
    const h = this.kept.sign * Number(`1e${this.h.value}`);
    if (!Number.isFinite(value)) return this.fail(say("the field has no number there"));
    this.slide(value, h);
    this.isBusy = true;
    const answer = await this.fetch({ name, place, h, ends: this.kept.ends });
    this.isBusy = false;
    if (!this.element.isConnected) return;
    if (this.isStale) this.send();
    // Another number has been chosen meanwhile, and is about to be asked for.
    else if (!this.kept.ends) return;
    else if (answer.faults) this.fail(answer.faults[""] ?? Object.entries(answer.faults).map((each) => each.join(" ")).join("; "));
    else this.show(answer);
  }

  // The slider keeps its ends while it is moved.
  slide(value, h) {
    const [start, end] = this.kept.ends ?? [];
    if (!(value >= start && value <= end)) {
      const reach = Math.min(Math.max(2, 2 * Math.abs(value)), FARTHEST / 2.5, FARTHEST - Math.abs(value));
      this.kept.ends = [value - reach, value + reach];
    }
    fill(this.slider, { min: this.kept.ends[0], max: this.kept.ends[1], "aria-label": say("Value of {name}", { name: this.which.selectedOptions[0]?.text }), "aria-valuetext": String(value) }, []);
    this.slider.value = value;
    this.hText.textContent = String(h).replaceAll("-", "−");
    this.h.setAttribute("aria-valuetext", this.hText.textContent);
  }

  async fetch(nudge) {
    const fields = Object.fromEntries([...this.trial.inputs].map(([name, input]) => [name, input.value]));
    const body = JSON.stringify({ exercise: this.trial.exercise.name, case: this.trial.state.chosen, fields, nudge });
    try {
      const response = await fetch("nudge", { method: "POST", headers: { "Content-Type": "application/json" }, body });
      return response.ok ? await response.json() : { faults: { "": say("no answer ({status})", { status: response.status }) } };
    } catch {
      return { faults: { "": say("no answer; grader explore may have ended") } };
    }
  }

  fail(why) {
    this.said.replaceChildren(make("p", {}, say("Not computed: {why}", { why: sentence(why) })));
    this.plot.replaceChildren();
  }

  show(answer) {
    const { called, texts, loss, note } = answer;
    const row = (name, text, kind = "") => make("tr", { class: kind }, make("th", { scope: "row" }, name), make("td", { class: "num" }, text));
    this.said.replaceChildren(
      make("p", {}, `${called} = ${texts.here}; ${loss}.`),
      make("table", {}, make("tbody", {}, row(say("loss"), texts.before), row(say("loss, moved by h"), texts.after), row(say("Δloss"), texts.difference), row(say("Δloss / h"), texts.ratio, "ratio"), row(say("{gradient}, the gradient", { gradient: `d${called}` }), texts.gradient, "slope"))),
    );
    if (note) this.said.append(make("p", {}, note));
    this.plot.replaceChildren(this.picture(answer));
  }

  // The loss along the slider, with the tangent that the gradient is the slope of, and the line through both losses.
  picture({ curve, at, moved, gradient, called }) {
    const losses = curve.map(([, each]) => each).filter((each) => each !== null);
    const [low, high] = [Math.min(...losses, at[1], moved[1]), Math.max(...losses, at[1], moved[1])];
    const margin = (high - low || 1) * 0.08;
    const [start, end] = this.kept.ends;
    const x = (each) => ((each - start) / (end - start)) * WIDE;
    const y = (each) => TALL * (1 - (each - low + margin) / (high - low + 2 * margin));
    const place = ([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`;
    const parts = [];
    for (const point of curve) parts.push(point[1] === null ? "" : `${parts.at(-1) ? "L" : "M"}${place(point)}`);
    const ratio = (moved[1] - at[1]) / (moved[0] - at[0]);
    const through = (slope) => [start, end].map((each) => place([each, at[1] + slope * (each - at[0])]));
    // What is too large to be drawn is left out: a path has no infinity in it.
    const path = (name, d) => (/NaN|Infinity/.test(d) ? [] : [["path", { class: name, d }]]);
    const line = (name, slope) => path(name, `M${through(slope).join("L")}`);
    const dot = (name, point) => path(name, `M${place(point)}h0.01`);
    const said = say("The loss as {number} goes from {start} to {end}, with its tangent, and the line through both losses.", { number: called, start, end });
    return grow(SVG, ["svg", { viewBox: `0 0 ${WIDE} ${TALL}`, preserveAspectRatio: "none", role: "img", "aria-label": said }, ...path("loss", parts.join("")), ...line("slope", gradient), ...(Number.isFinite(ratio) ? line("ratio", ratio) : []), ...dot("dot", at), ...dot("dot", moved)]);
  }
}

// What stands in an array's text where its numbers belong, in order: the index of each, the word, and where it begins and
// ends. A word may be empty, or half a number.
function elements(text) {
  const parts = text.split(/([[\](),])/);
  const found = [];
  const index = [];
  let start = 0;
  parts.forEach((part, at) => {
    if (part === "[" || part === "(") index.push(0);
    else if (part === "]" || part === ")") index.pop();
    else if (part === "," && index.length) index[index.length - 1] += 1;
    else if (!(at % 2) && !"])".includes(parts[at - 1] ?? ",") && !"[(".includes(parts[at + 1] ?? ",")) {
      const from = start + (part.length - part.trimStart().length);
      found.push({ index: [...index], word: part.trim(), start: from, end: from + part.trim().length });
    }
    start += part.length;
  });
  return found;
}

// The indices of an array's numbers; null where a text is none of that many axes (null: of any).
function indices(text, axes) {
  const found = elements(text);
  const shape = found[0].index.map((_, axis) => 1 + Math.max(...found.map((each) => each.index[axis])));
  const isWhole = found.length === shape.reduce((size, each) => size * each, 1) && found.every(({ index, word }) => index.length === shape.length && NUMBER.test(word));
  if (!isWhole || (axes ?? shape.length) !== shape.length) return null;
  const written = text.replace(/[^[\]()]/g, "").replaceAll("(", "[").replaceAll(")", "]");
  return written === brackets(shape) ? found.map((each) => each.index) : null;
}

function brackets([size, ...rest]) {
  return size === undefined ? "" : `[${brackets(rest).repeat(size)}]`;
}
