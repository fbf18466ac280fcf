// Before a gradient of an exercise that isn't solved is shown, it is asked for: as a number, typed or chosen.
"use strict";

// A lecturer's switch: everything is shown, nothing is asked.
const switches = { all: false };

function showAll(all) {
  switches.all = all;
  for (const figure of document.querySelectorAll("figure.graph")) figure.stepper?.go(figure.stepper.position, true);
}

function switchOf(exercises) {
  if (!exercises.some((each) => each.status !== "passed" && each.graphs.some((graph) => graph.asks))) return null;
  const box = make("input", { type: "checkbox", onchange: () => showAll(box.checked) });
  box.checked = switches.all;
  return make("p", { class: "switch" }, make("label", {}, box, ` ${say("Show every gradient without asking")}`), make("span", {}, ` ${say("(for lectures)")}`));
}

const LEAST_DIGITS = 3;

// A number as it is typed: "−0.25", "0,25", "1e-3", "1/3"; how large the last digit is, and how many digits it has.
function typed(text) {
  const number = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?`;
  const found = new RegExp(`^(${number})(?:/(${number}))?$`, "i").exec(text.replace(/−/g, "-").replace(/^([^,]*),([^,]*)$/, "$1.$2").replace(/\s/g, ""));
  if (!found) return null;
  if (found[2]) return { value: found[1] / found[2], last: 0, digits: Infinity };
  const [, whole, part = "", exponent = 0] = /^[-+]?(\d*)\.?(\d*)(?:e(.*))?$/i.exec(found[1]);
  return { value: Number(found[1]), last: 10 ** (Number(exponent) - part.length), digits: (whole + part).replace(/^0+/, "").length };
}

class Asker {
  // `progress` says whether anything is asked, and keeps how many steps have been seen.
  constructor(stepper, progress) {
    this.stepper = stepper;
    this.graph = stepper.graph;
    this.progress = progress;
    this.asked = new Map((this.graph.asks || []).map((each) => [each.step, each]));
    this.element = make("div", { class: "asked", role: "group", "aria-label": say("A question before the next step") });
  }

  get isOn() {
    return this.asked.size > 0 && this.progress.asks();
  }

  // So far one can step: up to the first question that is not answered.
  get limit() {
    const open = this.isOn ? [...this.asked.keys()].filter((step) => step >= this.progress.seen) : [];
    return Math.min(this.graph.steps.length, ...open);
  }

  get pending() {
    const { position } = this.stepper;
    return this.isOn && position === this.limit ? this.asked.get(position) : undefined;
  }

  // Whether a node's gradient is still to be asked for.
  hides(node) {
    return this.isOn && [...this.asked.keys()].some((step) => step >= this.progress.seen && this.graph.steps[step].node === node);
  }

  localOf(edge) {
    return this.hides(edge.source) ? "" : edge.local;
  }

  // What has been stepped to has been seen.
  moved() {
    if (this.isOn) this.progress.seen = Math.max(this.progress.seen, this.stepper.position);
    this.progress.waits = Boolean(this.pending);
    this.show();
  }

  show() {
    const question = this.pending;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.replaceChildren(...(question ? this.parts(question) : []));
    this.element.hidden = !question;
    if (hadFocus) this.stepper.buttons.step.focus();
  }

  parts(question) {
    const step = this.graph.steps[question.step];
    const node = this.stepper.nodes.get(step.node);
    const name = `${gradientOf(node, step)}${question.place}`;
    const choices = [question.right, ...question.wrong.slice(0, 3)].sort((a, b) => a[0] - b[0]);
    this.buttons = question.wrong.length ? choices.map((choice) => this.choice(question, choice)) : [];
    this.input = make("input", { type: "text", inputmode: "text", size: 9, autocomplete: "off", spellcheck: "false", "aria-label": say("{name}, as a number", { name }) });
    this.said = make("p", { class: "answer", role: "status" });
    this.give = make("button", { type: "button", hidden: true, onclick: () => this.reveal(question) }, say("Show it"));
    const own = make("form", { class: "type", onsubmit: (event) => { event.preventDefault(); this.check(question); } }, this.buttons.length ? `${say("or")} ` : "", this.input, make("button", { type: "submit" }, say("Check")), this.give);
    const mine = verdictOf(node) ? make("span", { class: `yours ${node.state}` }, `${say("yours:")} `, ...marked(node)) : null;
    return [make("p", { class: "question" }, make("span", { class: "num" }, `${name} = ?`), " ", mine), make("div", { class: "choices" }, ...this.buttons, own), this.said];
  }

  choice(question, [number, text, claim]) {
    const button = make("button", { type: "button", class: "choice num", onclick: () => { if (!isOff(button)) this.take(question, text, claim, button); } }, text);
    return button;
  }

  take(question, text, claim, button) {
    if (claim === undefined) {
      this.reveal(question, say("✓ {number} is right.", { number: text }));
      return;
    }
    if (button) off(true, button);
    this.refuse(say("✗ {number} is what a known mistake gives, of which the verdict says: “{claim}”", { number: text, claim: this.graph.claims[claim] }));
  }

  check(question) {
    const found = typed(this.input.value);
    if (!found) {
      this.tell(say("Type one number, such as −0.25, 1e-3 or 2/3."));
      return;
    }
    const all = [question.right, ...question.wrong];
    const exact = all.find(([number]) => this.agrees(found.value, number));
    const near = all.filter(([number]) => Math.abs(found.value - number) <= 0.5 * found.last * (1 + 1e-9));
    if (exact) this.take(question, this.input.value, exact[2]);
    else if (near.length === 1 && found.digits >= LEAST_DIGITS) this.take(question, this.input.value, near[0][2]);
    else if (near.includes(question.right)) this.tell(near.length > 1 ? say("More digits, please: what a mistake gives begins in the same way.") : say("More digits, please: at least {count}.", { count: LEAST_DIGITS }));
    else this.refuse(this.isTurned(found, question.right[0]) ? say("✗ {number} isn't it: its sign is the other one.", { number: this.input.value }) : say("✗ {number} isn't it.", { number: this.input.value }));
  }

  // Whether a number is the right one but for its sign, which 0 has not.
  isTurned({ value, last }, right) {
    return value * right < 0 && (this.agrees(-value, right) || Math.abs(value + right) <= last);
  }

  agrees(value, number) {
    const [rtol, atol] = this.graph.within;
    return Math.abs(value - number) <= atol + rtol * Math.abs(number);
  }

  refuse(text) {
    this.tell(text);
    this.give.hidden = false;
  }

  tell(text) {
    this.said.textContent = text;
  }

  reveal(question, text = "") {
    this.progress.seen = question.step + 1;
    this.stepper.go(question.step + 1);
    if (text) this.stepper.now.prepend(make("span", { class: "answered" }, text), " ");
  }

  focus() {
    (this.buttons[0] ?? this.input).focus();
  }
}
