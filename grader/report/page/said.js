// What is said of a node, an edge or a figure, in words.
"use strict";

function legend() {
  const entry = (kind, text) => make("span", { class: `key ${kind}` }, text);
  return make(
    "figcaption",
    {},
    entry("value", "value, above the wire"),
    entry("gradient", "gradient by PyTorch, below"),
    entry("mine", "yours, where it differs"),
    entry("sum", "⊕ gradients of a fan-out add up"),
  );
}

// Figures on the way that are the value of no node.
function printedBeside(graph) {
  return graph.printed.map((each) => make("p", { class: each.off ? "prints off" : "prints" }, printedAs(each)));
}

// A gradient's name as its step has it: the upstream gradient is called dout.
function gradientOf(node, step) {
  return step ? step.line.split(/ = |;/)[0] : `d(${node.text})`;
}

function verdictOf(node) {
  const said = { right: "✓ right", coarse: "✗ right to a few digits only", wrong: "✗ wrong", follows: "↳ follows from the wrong one", empty: "✗ says nothing: it follows from zeros, or from one number", missing: "✗ missing", unusable: "✗ no number" }[node.state];
  return said ? [mineOf(node), said].filter(Boolean).join("  ") : "";
}

function mineOf(node) {
  return node.mine ? node.mine.join("") : "";
}

// The same as elements: where some of the numbers are wrong, these are marked.
function marked(node) {
  if (!node.mine) return [verdictOf(node)];
  const parts = node.mine.map((each, at) => (at % 2 ? make("mark", { class: "off" }, each) : each));
  return [...parts, verdictOf(node).slice(mineOf(node).length)];
}

// Of a fan-out, the way or ways back that a wrong gradient alone has in it.
function shareOf(node, nodes) {
  return node.share ? `yours is only what comes back from ${node.share.map((id) => nodes.get(id).text).join(" and ")}` : "";
}

function printedAs(printed) {
  return `the note prints ${figure(printed)}`;
}

function figure(printed) {
  const off = printed.off ? ` — off${printed.why ? `: ${printed.why}` : ""}` : "";
  return `${printed.quantity} = ${printed.text}, exactly ${printed.exact}${off}`;
}
