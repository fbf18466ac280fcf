// The nodes and edges of a drawing, for pointer and keyboard, and what each tells of itself.
"use strict";

const ASKED = say("not shown before the gradient that is asked for");

class Items {
  constructor(stepper) {
    this.stepper = stepper;
    this.graph = stepper.graph;
    this.nodes = stepper.nodes;
    this.svg = stepper.svg;
    this.element = make("div", { class: "detail", role: "status" });
    this.paths = new Paths(this);
    this.lens = new Lens(stepper, stepper.progress.looks);
    this.wire();
  }

  // Makes nodes and edges reachable: one tab stop for all, up and down from each to the next.
  wire() {
    this.svg.setAttribute("role", "group");
    this.svg.setAttribute("aria-label", `${this.graph.described} ${say("Up and down arrows go from node to node.")}`);
    this.all = [];
    for (const node of this.graph.nodes) {
      const drawn = this.stepper.drawn(node.id);
      this.add(drawn, () => this.tellNode(node));
      this.paths.follow(drawn, node);
      this.graph.edges.forEach((edge, number) => {
        if (edge.source !== node.id || !edge.local) return;
        const line = this.svg.querySelector(`[data-edge="${number}"]`);
        this.add(line, () => this.tellEdge(edge));
      });
    }
    if (this.all.length) this.all[0].setAttribute("tabindex", 0);
    this.tip = this.svg.appendChild(grow(SVG, ["g", { class: "hg-tip", "aria-hidden": true }, ["rect", { rx: 4 }], ["text", {}]]));
    this.svg.addEventListener("focusout", () => this.tip.classList.remove("shown"));
  }

  add(element, tell) {
    fill(element, { tabindex: -1, role: "button", onfocus: tell, onclick: () => { element.focus(); tell(); } }, []);
    this.all.push(element);
  }

  tellNode(node) {
    this.told = node.id;
    const found = this.stepper.shown(node);
    const lines = [["", `${node.text} = ${found.value ? node.value : say("not computed yet")}`]];
    if (node.meaning) lines.push(["", node.meaning]);
    lines.push(...this.paths.lines(node, found.gradient));
    this.lens.show(node);
    const step = this.graph.steps.find((each) => each.node === node.id && each.phase === "backward");
    if (node.gradient && found.gradient) {
      lines.push(["PyTorch", `${gradientOf(node, step)} = ${node.gradient}`]);
      if (step) lines.push([say("how"), step.line]);
      if (node.contributions) lines.push([say("sum of"), joined(node.contributions.map((each) => say("{value} from {node}", { value: each.value, node: this.nodes.get(each.consumer).text })))]);
      if (verdictOf(node)) lines.push([say("yours"), ...marked(node)]);
      if (node.share) lines.push(["", shareOf(node, this.nodes)]);
    }
    for (const each of node.printed || []) if (found.gradient || !each.quantity.startsWith("d")) lines.push([say("note"), printedAs(each)]);
    this.tell(lines);
  }

  tellEdge(edge) {
    this.told = null;
    const number = this.graph.edges.indexOf(edge);
    const [source, target] = [edge.source, edge.target].map((id) => this.nodes.get(id).text);
    const local = this.stepper.asker.localOf(edge);
    this.tell([[say("edge"), say("{source} → {target}: local derivative {local}", { source, target, local: local || ASKED })]]);
    const line = this.svg.querySelector(`[data-edge="${number}"] .hg-line`);
    const middle = line.getPointAtLength(line.getTotalLength() / 2);
    const [rect, text] = this.tip.children;
    text.textContent = local || "?";
    this.tip.classList.add("shown");
    const size = text.getBBox();
    const margin = this.svg.viewBox.baseVal;
    const left = Math.min(Math.max(middle.x + 14 - size.width / 2, 8), margin.width - size.width - 8);
    const top = Math.max(middle.y - 14, 8);
    fill(text, { x: left, y: top + 14 }, []);
    fill(rect, { x: left - 7, y: top - 3, width: size.width + 14, height: 25 }, []);
  }

  tell(lines) {
    this.element.replaceChildren(...lines.map(([name, ...text]) => make("div", {}, make("span", { class: "what" }, name), make("span", { class: "num" }, ...text))));
  }

  clear() {
    this.told = null;
    this.element.replaceChildren();
    this.paths.clear();
    this.lens.rest();
  }

  // What is told of the step before goes; each edge is called by what can be seen of it.
  show() {
    this.clear();
    this.graph.edges.forEach((edge, number) => {
      if (!edge.local) return;
      const [source, target] = [edge.source, edge.target].map((id) => this.nodes.get(id).text);
      const local = this.stepper.asker.localOf(edge) || ASKED;
      this.svg.querySelector(`[data-edge="${number}"]`).setAttribute("aria-label", say("Edge from {source} to {target}, local derivative {local}", { source, target, local }));
    });
  }

  // Whether a key was one of theirs.
  key(event) {
    const between = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = this.all.indexOf(document.activeElement);
    if (at < 0 || !(between || event.key === "Enter" || event.key === " ")) return false;
    if (between) this.move(at, between);
    else this.all[at].dispatchEvent(new FocusEvent("focus"));
    event.preventDefault();
    return true;
  }

  move(at, by) {
    const next = this.all[Math.min(Math.max(at + by, 0), this.all.length - 1)];
    this.all[at].setAttribute("tabindex", -1);
    next.setAttribute("tabindex", 0);
    next.focus();
  }
}
