// The paths from a node to the loss: they light up under the pointer and at the focus, with what comes back along each.
"use strict";

class Paths {
  constructor(items) {
    this.items = items;
    this.lit = [];
    items.svg.addEventListener("focusout", () => this.clear());
    items.svg.addEventListener("pointerleave", () => (items.element.style.minHeight = ""));
    items.svg.addEventListener("pointerdown", () => items.element.classList.remove("pointed"));
  }

  // Lights a node's paths while the pointer is over it, or the focus on it.
  follow(drawn, node) {
    drawn.addEventListener("focus", () => this.light(node));
    drawn.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && this.point(node));
    drawn.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && this.leave());
  }

  point(node) {
    this.items.tellNode(node);
    this.light(node);
    // What is below doesn't jump while one goes from node to node.
    const { element } = this.items;
    element.classList.add("pointed");
    element.style.minHeight = `${Math.max(parseFloat(element.style.minHeight) || 0, element.offsetHeight)}px`;
  }

  // Back to what has the focus, or to nothing.
  leave() {
    this.items.element.classList.remove("pointed");
    const focused = this.items.all.find((each) => each === document.activeElement);
    this.items.clear();
    focused?.dispatchEvent(new FocusEvent("focus"));
  }

  light(node) {
    this.clear();
    const edges = new Set((node.paths || []).flatMap((path) => path.edges));
    const ends = [node.id, ...[...edges].map((each) => this.items.graph.edges[each].target)];
    this.lit = [...[...edges].map((each) => this.items.svg.querySelector(`[data-edge="${each}"]`)), ...[...new Set(ends)].map((id) => this.items.stepper.drawn(id))];
    if (edges.size) for (const each of this.lit) each.classList.add("hg-lit");
  }

  clear() {
    for (const each of this.lit) each.classList.remove("hg-lit");
    this.lit = [];
  }

  // Numbers and sums give the gradient away: they are told once it has been reached.
  lines(node, isReached) {
    const { paths, more, total } = node;
    if (!paths?.length) return [];
    const name = (id) => this.items.nodes.get(id).text;
    const way = (path) => [node.text, ...path.edges.map((each) => name(this.items.graph.edges[each].target))].join(" → ");
    const lines = paths.map((path) => [say("path"), `${way(path)}${isReached && path.product ? `: ${path.product}` : ""}`]);
    if (more) lines.push(["", sayMany("and {count} more", "and {count} more", more)]);
    if (isReached && total) lines.push([say("in all"), total]);
    if (isReached && !paths[0].product) lines.push(...this.sums(node));
    return lines;
  }

  // Of arrays: what each element of a gradient is a sum over, from the node on.
  sums(node) {
    const edges = [...new Set(node.paths.flatMap((path) => path.edges))].map((each) => this.items.graph.edges[each]);
    const shaped = (id) => `d(${this.items.nodes.get(id).text})${this.items.nodes.get(id).shape ? ` ${this.items.nodes.get(id).shape}` : ""}`;
    const said = edges.filter((edge) => edge.sums).map((edge) => say("{gradient} sums over {what}", { gradient: shaped(edge.source), what: edge.sums }));
    return [[say("shapes"), [shaped(node.id), ...node.paths[0].edges.map((each) => shaped(this.items.graph.edges[each].target))].join(" ← ")], ...[...new Set(said)].map((each) => ["", each])];
  }
}

// The arithmetic that gives a student's own number, beside the right one.
function ownOf(node) {
  return make("span", { class: "yours own-step" }, make("span", { class: "what" }, `${say("gives yours")} `), make("span", { class: "worked" }, node.own));
}
