// One graph, and the steps through it: what has been computed so far is shown, the rest waits.
"use strict";

class Stepper {
  // `progress` is what has been seen of an exercise that asks before it shows, see Asker, and looked at, see Lens.
  constructor(graph, position, moved, progress) {
    this.graph = graph;
    this.progress = progress;
    this.moved = moved;
    this.nodes = new Map(graph.nodes.map((node) => [node.id, node]));
    this.turn = graph.steps.findIndex((step) => step.phase === "backward");
    if (this.turn < 0) this.turn = graph.steps.length;
    this.svg = grow(SVG, graph.drawing);
    this.view = new View(this.svg);
    this.player = new Player((until) => this.playOn(until), (until) => this.go(until));
    this.asker = new Asker(this, progress);
    this.items = new Items(this);
    this.table = new Table(this);
    this.log = new Log(graph.steps);
    this.element = this.build(graph);
    this.element.stepper = this;
    this.go(position ?? graph.opened, true);
  }

  build(graph) {
    this.buttons = {
      forward: this.button(say("Forward"), say("Forward pass, node by node"), () => this.player.play(this.turn)),
      backward: this.button(say("Backward"), say("Backward pass, node by node"), () => this.playBackward()),
      step: this.button(say("Step"), say("One step on (right arrow)"), () => this.step(1)),
      back: this.button(say("Back"), say("One step back (left arrow)"), () => this.step(-1)),
      reset: this.button(say("Reset"), say("Back to the inputs (Home)"), () => this.go(0)),
    };
    this.count = make("span", { class: "count" });
    this.now = make("p", { class: "arithmetic", role: "status" });
    return make(
      "figure",
      { class: "graph", onkeydown: (event) => this.items.key(event) || keyOf(this, event), onpointerdown: () => (current = this), onfocusin: () => (current = this) },
      make("div", { class: "controls", role: "group", "aria-label": say("Steps through the graph") }, ...Object.values(this.buttons), this.player.button, this.player.speed, this.count),
      // Above the graph: both are in sight.
      this.asker.element,
      this.view.box,
      make("div", { class: "under" }, legend(), make("div", { class: "tools" }, this.group(say("Size of the graph"), this.view.buttons), pictures(this))),
      make(
        "div",
        { class: "steps" },
        this.now,
        ...graph.notes.map((each) => make("p", { class: "aside" }, each)),
        this.items.element,
        this.items.lens.element,
        this.table.element,
        this.log.element,
      ),
    );
  }

  group(label, buttons) {
    return make("div", { class: "controls zoom", role: "group", "aria-label": label }, ...buttons);
  }

  button(text, title, onclick) {
    return make("button", { type: "button", title, onclick: (event) => { this.player.stop(); if (!isOff(event.currentTarget)) onclick(); } }, text);
  }

  // A node's part of the drawing.
  drawn(id) {
    return this.svg.querySelector(`[data-node="${CSS.escape(id)}"]`);
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
    if (by > 0 && this.asker.pending) this.asker.focus();
    else this.go(this.position + by);
  }

  go(position, quietly = false) {
    const steps = this.graph.steps;
    this.position = Math.min(Math.max(position, 0), this.asker.limit);
    this.asker.moved();
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
    this.count.textContent = say("step {position} of {count}", { position: this.position, count: steps.length });
    this.now.replaceChildren(...this.arithmetic(step));
    this.log.show(this.position);
    this.table.show();
    this.items.show();
    if (!quietly) this.look();
  }

  sync(node, step) {
    const found = this.shown(node);
    const group = this.drawn(node.id);
    const question = this.asker.pending;
    const isAsked = Boolean(question) && this.graph.steps[question.step].node === node.id;
    // What is one's own is seen beside the question, too.
    const parts = { value: found.value, gradient: found.gradient, mine: found.gradient || isAsked };
    for (const part of group.querySelectorAll("[data-part]")) part.classList.toggle("hg-waits", !parts[part.dataset.part]);
    group.classList.toggle("hg-waiting", !parts.mine);
    group.classList.toggle("hg-asked", isAsked);
    group.classList.toggle("hg-now", Boolean(step) && step.node === node.id && this.position < this.graph.steps.length);
    const said = [say("Node {name}", { name: node.text })];
    if (found.value) said.push(say("value {numbers}", { numbers: node.value }));
    if (isAsked) said.push(say("its gradient is asked for"));
    if (found.gradient && node.gradient) said.push(say("gradient {numbers}", { numbers: node.gradient }), verdictOf(node) && say("yours {numbers}", { numbers: verdictOf(node) }));
    group.setAttribute("aria-label", said.filter(Boolean).join(", "));
  }

  arithmetic(step) {
    if (!step) return [make("span", { class: "hint" }, say("The inputs are given. Step, or press →, to compute the next value."))];
    const node = this.nodes.get(step.node);
    const parts = [make("span", { class: `phase ${step.phase}` }, PHASES[step.phase]), " ", make("span", { class: "num" }, step.line)];
    if (node.meaning && step.phase === "forward") parts.push(make("span", { class: "prints" }, node.meaning));
    if (step.phase === "backward" && verdictOf(node)) parts.push(make("span", { class: `yours ${node.state}` }, `${node.alike ? `PyTorch: ${node.gradient}, ` : ""}${say("yours:")} `, ...marked(node)));
    if (step.phase === "backward" && node.own) parts.push(ownOf(node));
    if (step.phase === "backward" && node.share) parts.push(make("span", { class: "yours" }, `${shareOf(node, this.nodes)}.`));
    const printed = (node.printed || []).filter((each) => each.quantity.startsWith("d") === (step.phase === "backward"));
    const fair = printed.filter((each) => !each.off).map((each) => each.text);
    if (fair.length) parts.push(make("span", { class: "prints" }, say("the note prints {figures}", { figures: fair.join(", ") })));
    for (const each of printed.filter((one) => one.off)) parts.push(make("span", { class: "prints off" }, printedAs(each)));
    return parts;
  }

  playOn(until) {
    this.step(1);
    return this.position < until && !this.asker.pending && this.element.isConnected;
  }

  playBackward() {
    if (this.position < this.turn) this.go(this.turn);
    this.player.play(this.graph.steps.length);
  }

  // Brings the node and the line that the present step is about into sight.
  look() {
    this.log.look();
    const step = this.graph.steps[this.asker.pending?.step ?? this.position - 1] || this.graph.steps[0];
    if (step) this.view.show(this.drawn(step.node));
    // What asks to be answered is in sight, once one has begun to step.
    if (this.view.isMoving && this.asker.pending) this.asker.element.scrollIntoView({ block: "nearest" });
    this.view.isMoving = true;
  }
}
