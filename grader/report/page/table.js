// The same graph as a table, as far as it has been stepped through.
"use strict";

class Table {
  constructor(stepper) {
    this.stepper = stepper;
    this.graph = stepper.graph;
    this.rows = make("tbody");
    this.beside = make("div");
    const head = [say("Node"), say("Value"), say("Gradient (PyTorch)"), say("Yours"), say("The note prints"), say("Local derivative")];
    const header = make("tr", {}, ...head.map((each) => make("th", { scope: "col" }, each)));
    const caption = make("caption", {}, make("span", {}, this.graph.described));
    const table = wide(say("The graph as a table"), make("table", {}, caption, make("thead", {}, header), this.rows));
    this.element = make("details", { class: "table" }, make("summary", {}, say("The graph as a table")), table, this.beside);
  }

  show() {
    const { asker } = this.stepper;
    // A figure on the way may be a factor of what is asked for.
    this.beside.replaceChildren(...(this.graph.nodes.some((node) => asker.hides(node.id)) ? [] : printedBeside(this.graph)));
    this.rows.replaceChildren(...this.graph.nodes.map((node) => this.row(node)));
  }

  row(node) {
    const found = this.stepper.shown(node);
    const cell = (text, attributes = {}) => make("td", attributes, ...[text].flat());
    const printed = (node.printed || []).filter((each) => (each.quantity.startsWith("d") ? found.gradient : found.value));
    const local = this.graph.edges.filter((edge) => edge.source === node.id && this.stepper.asker.localOf(edge));
    const yours = found.gradient ? marked(node) : "";
    return make(
      "tr",
      { class: node.state },
      make("th", { scope: "row" }, node.text),
      cell(found.value ? node.value : "·"),
      cell(found.gradient ? node.gradient || "" : "·"),
      cell(yours, { class: `yours ${node.state}` }),
      make("td", {}, ...printed.map((each) => make("div", { class: each.off ? "prints off" : "prints" }, figure(each)))),
      make("td", {}, ...local.map((edge) => make("div", {}, `→ ${this.stepper.nodes.get(edge.target).text}: ${edge.local}`))),
    );
  }
}
