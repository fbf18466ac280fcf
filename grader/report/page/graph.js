// One graph, and the steps through it: what has been computed so far is shown, the rest waits.
"use strict";

class Stepper {
  constructor(graph, position, moved) {
    this.graph = graph;
    this.moved = moved;
    this.nodes = new Map(graph.nodes.map((node) => [node.id, node]));
    this.turn = graph.steps.findIndex((step) => step.phase === "backward");
    if (this.turn < 0) this.turn = graph.steps.length;
    this.svg = grow(SVG, graph.drawing);
    this.view = new View(this.svg);
    this.player = new Player((until) => this.playOn(until), (until) => this.go(until));
    this.element = this.build(graph);
    this.element.stepper = this;
    this.go(position ?? graph.opened, true);
  }

  build(graph) {
    this.buttons = {
      forward: this.button("Forward", "Forward pass, node by node", () => this.player.play(this.turn)),
      backward: this.button("Backward", "Backward pass, node by node", () => this.playBackward()),
      step: this.button("Step", "One step on (right arrow)", () => this.step(1)),
      back: this.button("Back", "One step back (left arrow)", () => this.step(-1)),
      reset: this.button("Reset", "Back to the inputs (Home)", () => this.go(0)),
    };
    this.count = make("span", { class: "count" });
    this.now = make("p", { class: "arithmetic", role: "status" });
    this.detail = make("div", { class: "detail", role: "status" });
    this.rows = make("tbody");
    this.log = make("textarea", { readonly: true, rows: Math.min(8, graph.steps.length + 1), "aria-label": "Computation log" });
    this.printed = make("pre", { class: "printed", "aria-hidden": true });
    this.copied = make("span", { role: "status", class: "copied" });
    const figure = make(
      "figure",
      { class: "graph", onkeydown: (event) => this.key(event), onpointerdown: () => (current = this), onfocusin: () => (current = this) },
      make("div", { class: "controls", role: "group", "aria-label": "Steps through the graph" }, ...Object.values(this.buttons), this.player.button, this.player.speed, this.count),
      this.view.box,
      make("div", { class: "under" }, legend(), make("div", { class: "controls zoom", role: "group", "aria-label": "Size of the graph" }, ...this.view.buttons)),
      make(
        "div",
        { class: "steps" },
        this.now,
        ...graph.notes.map((each) => make("p", { class: "aside" }, each)),
        this.detail,
        make("details", { class: "table" }, make("summary", {}, "The graph as a table"), this.table(), ...printedBeside(graph)),
        make(
          "details",
          { class: "log", open: true },
          make("summary", {}, "Computation log"),
          this.log,
          this.printed,
          make("button", { type: "button", class: "copy", onclick: () => this.copy() }, "Copy the log"),
          this.copied,
        ),
      ),
    );
    this.wire();
    return figure;
  }

  button(text, title, onclick) {
    return make("button", { type: "button", title, onclick: (event) => { this.player.stop(); if (!isOff(event.currentTarget)) onclick(); } }, text);
  }

  table() {
    const head = ["Node", "Value", "Gradient (PyTorch)", "Yours", "The note prints", "Local derivative"];
    const header = make("tr", {}, ...head.map((each) => make("th", { scope: "col" }, each)));
    const caption = make("caption", {}, this.graph.described);
    return wide("The graph as a table", make("table", {}, caption, make("thead", {}, header), this.rows));
  }

  // Makes nodes and edges reachable: one tab stop for all, up and down from each to the next.
  wire() {
    this.svg.setAttribute("role", "group");
    this.svg.setAttribute("aria-label", `${this.graph.described} Up and down arrows go from node to node.`);
    this.items = [];
    for (const node of this.graph.nodes) {
      this.item(this.svg.querySelector(`[data-node="${CSS.escape(node.id)}"]`), () => this.tellNode(node));
      this.graph.edges.forEach((edge, number) => {
        if (edge.source !== node.id || !edge.local) return;
        const line = this.svg.querySelector(`[data-edge="${number}"]`);
        line.setAttribute("aria-label", `Edge from ${node.text} to ${this.nodes.get(edge.target).text}, local derivative ${edge.local}`);
        this.item(line, () => this.tellEdge(edge));
      });
    }
    if (this.items.length) this.items[0].setAttribute("tabindex", 0);
    this.tip = this.svg.appendChild(grow(SVG, ["g", { class: "hg-tip", "aria-hidden": true }, ["rect", { rx: 4 }], ["text", {}]]));
    this.svg.addEventListener("focusout", () => this.tip.classList.remove("shown"));
  }

  item(element, tell) {
    fill(element, { tabindex: -1, role: "button", onfocus: tell, onclick: () => { element.focus(); tell(); } }, []);
    this.items.push(element);
  }

  tellNode(node) {
    const found = this.shown(node);
    const lines = [["", `${node.text} = ${found.value ? node.value : "not computed yet"}`]];
    if (node.meaning) lines.push(["", node.meaning]);
    const step = this.graph.steps.find((each) => each.node === node.id && each.phase === "backward");
    if (node.gradient && found.gradient) {
      lines.push(["PyTorch", `${gradientOf(node, step)} = ${node.gradient}`]);
      if (step) lines.push(["how", step.line]);
      if (node.contributions) lines.push(["sum of", node.contributions.map((each) => `${each.value} from ${this.nodes.get(each.consumer).text}`).join(" and ")]);
      if (verdictOf(node)) lines.push(["yours", ...marked(node)]);
      if (node.share) lines.push(["", shareOf(node, this.nodes)]);
    }
    for (const each of node.printed || []) if (found.gradient || !each.quantity.startsWith("d")) lines.push(["note", printedAs(each)]);
    this.tell(lines);
  }

  tellEdge(edge) {
    const number = this.graph.edges.indexOf(edge);
    const [source, target] = [edge.source, edge.target].map((id) => this.nodes.get(id).text);
    this.tell([["edge", `${source} → ${target}: local derivative ${edge.local}`]]);
    const line = this.svg.querySelector(`[data-edge="${number}"] .hg-line`);
    const middle = line.getPointAtLength(line.getTotalLength() / 2);
    const [rect, text] = this.tip.children;
    text.textContent = edge.local;
    this.tip.classList.add("shown");
    const size = text.getBBox();
    const margin = this.svg.viewBox.baseVal;
    const left = Math.min(Math.max(middle.x + 14 - size.width / 2, 8), margin.width - size.width - 8);
    const top = Math.max(middle.y - 14, 8);
    fill(text, { x: left, y: top + 14 }, []);
    fill(rect, { x: left - 7, y: top - 3, width: size.width + 14, height: 25 }, []);
  }

  tell(lines) {
    this.detail.replaceChildren(...lines.map(([name, ...text]) => make("div", {}, make("span", { class: "what" }, name), make("span", { class: "num" }, ...text))));
  }

  // What of a node can be seen at the present step.
  shown(node) {
    const taken = (phase) => this.graph.steps.findIndex((step) => step.phase === phase && step.node === node.id);
    const forward = taken("forward");
    const backward = taken("backward");
    return {
      value: forward < this.position,
      gradient: backward < 0 ? this.position > this.turn || this.position === this.graph.steps.length : backward < this.position,
    };
  }

  step(by) {
    this.go(this.position + by);
  }

  go(position, quietly = false) {
    const steps = this.graph.steps;
    this.position = Math.min(Math.max(position, 0), steps.length);
    this.moved(this.position);
    const step = steps[this.position - 1];
    for (const node of this.graph.nodes) this.sync(node, step);
    this.graph.edges.forEach((edge, number) => {
      const flows = step && (step.phase === "forward" ? edge.target : edge.source) === step.node;
      const line = this.svg.querySelector(`[data-edge="${number}"]`);
      line.classList.toggle("hg-flows", Boolean(flows) && step.phase === "forward");
      line.classList.toggle("hg-returns", Boolean(flows) && step.phase === "backward");
    });
    const { forward, backward, step: on, back, reset } = this.buttons;
    off(this.position === 0, back, reset);
    off(this.position === steps.length, on, backward);
    off(this.position >= this.turn, forward);
    this.count.textContent = `step ${this.position} of ${steps.length}`;
    this.now.replaceChildren(...this.arithmetic(step));
    this.log.value = steps.slice(0, this.position).map((each) => `${each.phase.padEnd(8)}  ${each.line}`).join("\n");
    this.printed.textContent = this.log.value;
    this.rows.replaceChildren(...this.graph.nodes.map((node) => this.row(node)));
    this.detail.replaceChildren();
    if (!quietly) this.look();
  }

  sync(node, step) {
    const found = this.shown(node);
    const group = this.svg.querySelector(`[data-node="${CSS.escape(node.id)}"]`);
    for (const part of group.querySelectorAll("[data-part]")) part.classList.toggle("hg-waits", !(part.dataset.part === "value" ? found.value : found.gradient));
    group.classList.toggle("hg-waiting", !found.gradient);
    group.classList.toggle("hg-now", Boolean(step) && step.node === node.id && this.position < this.graph.steps.length);
    const said = [`Node ${node.text}`];
    if (found.value) said.push(`value ${node.value}`);
    if (found.gradient && node.gradient) said.push(`gradient ${node.gradient}`, verdictOf(node) && `yours ${verdictOf(node)}`);
    group.setAttribute("aria-label", said.filter(Boolean).join(", "));
  }

  arithmetic(step) {
    if (!step) return [make("span", { class: "hint" }, "The inputs are given. Step, or press →, to compute the next value.")];
    const node = this.nodes.get(step.node);
    const parts = [make("span", { class: `phase ${step.phase}` }, step.phase), " ", make("span", { class: "num" }, step.line)];
    if (node.meaning && step.phase === "forward") parts.push(make("span", { class: "prints" }, node.meaning));
    if (step.phase === "backward" && verdictOf(node)) parts.push(make("span", { class: `yours ${node.state}` }, `${node.alike ? `PyTorch: ${node.gradient}, ` : ""}yours: `, ...marked(node)));
    if (step.phase === "backward" && node.share) parts.push(make("span", { class: "yours" }, `${shareOf(node, this.nodes)}.`));
    const printed = (node.printed || []).filter((each) => each.quantity.startsWith("d") === (step.phase === "backward"));
    const fair = printed.filter((each) => !each.off).map((each) => each.text);
    if (fair.length) parts.push(make("span", { class: "prints" }, `the note prints ${fair.join(", ")}`));
    for (const each of printed.filter((one) => one.off)) parts.push(make("span", { class: "prints off" }, printedAs(each)));
    return parts;
  }

  row(node) {
    const found = this.shown(node);
    const cell = (text, attributes = {}) => make("td", attributes, ...[text].flat());
    const printed = (node.printed || []).filter((each) => (each.quantity.startsWith("d") ? found.gradient : found.value));
    const local = this.graph.edges.filter((edge) => edge.source === node.id && edge.local);
    const yours = found.gradient ? marked(node) : "";
    return make(
      "tr",
      { class: node.state },
      make("th", { scope: "row" }, node.text),
      cell(found.value ? node.value : "·"),
      cell(found.gradient ? node.gradient || "" : "·"),
      cell(yours, { class: `yours ${node.state}` }),
      make("td", {}, ...printed.map((each) => make("div", { class: each.off ? "prints off" : "prints" }, figure(each)))),
      make("td", {}, ...local.map((edge) => make("div", {}, `→ ${this.nodes.get(edge.target).text}: ${edge.local}`))),
    );
  }

  playOn(until) {
    this.step(1);
    return this.position < until && this.element.isConnected;
  }

  playBackward() {
    if (this.position < this.turn) this.go(this.turn);
    this.player.play(this.graph.steps.length);
  }

  // Brings the node and the line that the present step is about into sight.
  look() {
    this.log.scrollTop = this.log.scrollHeight;
    const step = this.graph.steps[this.position - 1] || this.graph.steps[0];
    if (step) this.view.show(this.svg.querySelector(`[data-node="${CSS.escape(step.node)}"]`));
    this.view.isMoving = true;
  }

  key(event) {
    const between = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = this.items.indexOf(document.activeElement);
    if (at >= 0 && between) {
      const next = this.items[Math.min(Math.max(at + between, 0), this.items.length - 1)];
      this.items[at].setAttribute("tabindex", -1);
      next.setAttribute("tabindex", 0);
      next.focus();
      event.preventDefault();
    } else if (at >= 0 && (event.key === "Enter" || event.key === " ")) {
      this.items[at].dispatchEvent(new FocusEvent("focus"));
      event.preventDefault();
    } else keyOf(this, event);
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.log.value);
    } catch {
      this.log.select();
      document.execCommand("copy");
    }
    this.copied.textContent = "Copied.";
  }
}
