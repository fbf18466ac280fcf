// Numbers of one's own: fields above each graph of the report and at its nodes, and what comes of them; and right at the
// graph, so that both are in sight, a number that is moved.

const QUIET_MILLISECONDS = 200;

// Above each graph of the report there are fields now.
const graphsAlone = graphs;
graphs = (exercise, state) => {
  const element = graphsAlone(exercise, state);
  if (!element) return element;
  const place = element.querySelector(".place");
  const box = make("div", { class: "own-numbers" });
  const derivative = make("div", { class: "derivative" });
  place.before(box, derivative);
  const begin = () => {
    derivative.replaceChildren();
    if (!exercise.fields[state.chosen].length) return box.replaceChildren();
    const trial = new Trial(exercise, state, place, element.firstElementChild, element.querySelector(".training")?.training);
    box.replaceChildren(trial.element);
    derivative.replaceChildren(trial.nudge.element);
    // Only what is on the page has sizes.
    requestAnimationFrame(() => trial.mount());
  };
  element.querySelector("select")?.addEventListener("change", () => {
    state.texts = null;
    begin();
  });
  begin();
  return element;
};

function sentence(text) {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

class Trial {
  constructor(exercise, state, place, heading, training) {
    this.exercise = exercise;
    this.state = state;
    this.place = place;
    this.heading = heading;
    this.own = make("span", { class: "own" }, say("· with your own numbers"));
    heading.querySelector(".own")?.remove();
    this.graph = exercise.graphs[state.chosen];
    this.fields = exercise.fields[state.chosen];
    this.status = make("p", { role: "status" });
    this.answer = make("div");
    this.inputs = new Map();
    this.faults = new Map();
    this.places = new Map();
    this.nudge = new Nudge(this);
    this.rate = training && new Rate(this, training);
    this.reset = make("button", { type: "button", onclick: () => this.restore() }, say("Back to the original numbers"));
    this.element = make(
      "section",
      { class: "try", "aria-label": say("Numbers of {exercise}", { exercise: exercise.name }) },
      make("h4", {}, say("Try your own numbers")),
      make("p", { class: "how" }, say("Change any of them, in the graph or here: PyTorch and your code compute both passes again.")),
      make("div", { class: "fields" }, ...this.fields.map((field) => this.field(field))),
      make("div", { class: "outcome" }, this.reset, this.status),
      this.answer,
    );
    off(true, this.reset);
    // A file was saved while numbers of one's own are shown: they stay. The graph isn't theirs yet.
    place.classList.toggle("stale", Boolean(state.texts));
    if (state.texts) this.send();
  }

  field({ name, text }) {
    const id = `${this.exercise.name}-${name}`;
    const content = this.state.texts?.[name] ?? text;
    const rows = Math.min(content.split("\n").length, 8);
    const input = make("textarea", { id, rows, class: "numbers", "aria-label": name, spellcheck: "false", autocomplete: "off", "aria-describedby": `${id}-fault`, oninput: () => this.read() });
    input.value = content;
    const fault = make("p", { class: "fault", id: `${id}-fault`, role: "alert" });
    this.inputs.set(name, input);
    this.faults.set(name, fault);
    const place = make("div", { class: "field" }, make("div", {}, make("label", { for: id }, name), make("span", { class: "kind" }, name.startsWith("dout") ? say("upstream gradient") : say("input"))), input, fault);
    this.places.set(name, place);
    return place;
  }

  // The part of the drawing that a field's numbers are: an input's value, or the gradient of an output.
  home(svg, name) {
    const outputs = [...svg.querySelectorAll(".hg-output")];
    const upstream = /^dout(?:\[(\d+)\])?$/.exec(name);
    const node = upstream ? outputs[Number(upstream[1] || 0)] : svg.querySelector(`.hg-input[data-node="${CSS.escape(name)}"], .hg-constant[data-node="${CSS.escape(name)}"]`);
    return node?.querySelector(`[data-part=${upstream ? "gradient" : "value"}]:not(.hg-sum)`);
  }

  // Fields stand at their nodes; what has none, or no room there, stays in the list.
  mount() {
    const stepper = this.place.querySelector("figure")?.stepper;
    if (!stepper || !this.element.isConnected) return;
    for (const [name, place] of this.places) {
      this.faults.get(name).before(this.inputs.get(name));
      place.classList.remove("moved");
    }
    const homes = this.fields.map(({ name }) => [name, this.home(stepper.svg, name)]).filter(([, home]) => home);
    const rooms = homes.map(([, home]) => home.getBBox());
    homes.forEach(([name, home], at) => {
      const { x, y, width, height } = rooms[at];
      const lines = this.inputs.get(name).value.split("\n").length;
      const tall = Math.max(height, 15 * Math.min(lines, 4)) + 2;
      const top = home.dataset.part === "value" ? y + height - tall + 3 : y - 2;
      const room = grow(SVG, ["foreignObject", { class: "hg-field", x: x - 4, y: top, width: Math.min(Math.max(width + 26, 64), stepper.view.width - x - 30), height: tall }]);
      room.append(this.inputs.get(name));
      // Beside the node, not in it: a node is a button.
      home.closest(".hg-node").after(room);
      home.classList.add("hg-edited");
      this.places.get(name).classList.add("moved");
    });
  }

  read() {
    this.state.texts = Object.fromEntries([...this.inputs].map(([name, input]) => [name, input.value]));
    off(false, this.reset);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), QUIET_MILLISECONDS);
    this.nudge.ask();
  }

  // What is moved on a slider is typed.
  type(name, text) {
    this.inputs.get(name).value = text;
    this.read();
  }

  // What the fields say now.
  text(name) {
    return this.inputs.get(name).value;
  }

  restore() {
    if (isOff(this.reset)) return;
    clearTimeout(this.timer);
    this.state.texts = null;
    for (const { name, text } of this.fields) this.inputs.get(name).value = text;
    off(true, this.reset);
    this.mark({});
    this.place.classList.remove("stale");
    this.status.textContent = "";
    this.answer.replaceChildren();
    this.own.remove();
    this.draw(this.graph);
    this.nudge.ask();
    this.rate?.restore();
  }

  // One question at a time: what was typed meanwhile is asked about next.
  async send() {
    if (this.isBusy) {
      this.isStale = true;
      return;
    }
    off(false, this.reset);
    this.isBusy = true;
    this.isStale = false;
    this.status.textContent = say("Computing …");
    const answer = await this.ask();
    this.isBusy = false;
    if (!this.element.isConnected || !this.state.texts) return;
    if (this.isStale) this.send();
    else if (answer.faults) this.say(answer.faults);
    else this.show(answer);
  }

  async ask() {
    const body = JSON.stringify({ exercise: this.exercise.name, case: this.state.chosen, fields: this.state.texts });
    try {
      const response = await fetch("case", { method: "POST", headers: { "Content-Type": "application/json" }, body });
      return response.ok ? await response.json() : { faults: { "": say("no answer ({status})", { status: response.status }) } };
    } catch {
      return { faults: { "": say("no answer; grader explore may have ended") } };
    }
  }

  show(answer) {
    this.mark({});
    this.place.classList.remove("stale");
    const right = answer.status === "passed";
    this.status.textContent = right ? say("✓ With these numbers, yours agrees with PyTorch; the exercise's verdict is about all cases.") : say("Computed with these numbers alone; the exercise's verdict is about all cases.");
    const words = right ? null : verdict(answer);
    words?.querySelector(".where").remove();
    this.answer.replaceChildren(...[words].filter(Boolean));
    if (!answer.graphs.length) return;
    this.heading.append(this.own);
    this.draw(answer.graphs[0]);
    this.rate?.show(answer.graphs[0].learning);
  }

  say(faults) {
    this.mark(faults);
    const why = faults[""] ? sentence(faults[""]) : say("see the field.");
    this.status.textContent = `${say("Not computed: {why}", { why })} ${say("The graph is still that of the numbers before.")}`;
    this.answer.replaceChildren();
    // What is drawn is of other numbers: that is seen, too.
    this.place.classList.add("stale");
  }

  mark(faults) {
    for (const [name, input] of this.inputs) {
      input.setAttribute("aria-invalid", name in faults);
      this.faults.get(name).textContent = name in faults ? sentence(`${name} ${faults[name]}`) : "";
    }
  }

  // Where one has stepped to is kept, and what was pointed at; who hasn't begun to step sees all.
  draw(graph) {
    const positions = this.state.positions;
    const key = keyOfCase(this.exercise, this.state.chosen);
    const moved = (position) => {
      positions[key] = position;
      remember();
    };
    const stepper = new Stepper(graph, positionOf(this.exercise, this.state, key) || graph.steps.length, moved, progressOf(this.exercise, this.state, key));
    resume(stepper, this.state);
    current = stepper;
    const before = this.place.querySelector("figure")?.stepper;
    stepper.view.chosen = before?.view.chosen ?? null;
    const typed = [...this.inputs.values()].find((input) => input === document.activeElement);
    const [from, to] = typed ? [typed.selectionStart, typed.selectionEnd] : [];
    this.place.replaceChildren(stepper.element);
    this.mount();
    const told = stepper.nodes.get(before?.items.told);
    if (told) stepper.items.tellNode(told);
    // Who types goes on where they are.
    typed?.focus({ preventScroll: true });
    typed?.setSelectionRange(from, to);
    if (!typed) requestAnimationFrame(() => stepper.look());
  }
}
