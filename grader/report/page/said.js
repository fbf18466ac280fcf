// What is said of a node, an edge or a figure, in words.
"use strict";

function legend() {
  const entry = (kind, text) => make("span", { class: `key ${kind}` }, text);
  return make(
    "figcaption",
    {},
    entry("value", say("value, above the wire")),
    entry("gradient", say("gradient by PyTorch, below")),
    entry("mine", say("yours, where it differs")),
    entry("sum", say("⊕ gradients of a fan-out add up")),
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
  const said = { right: say("✓ right"), coarse: say("✗ right to a few digits only"), wrong: say("✗ wrong"), follows: say("↳ follows from the wrong one"), empty: say("✗ says nothing: it follows from zeros, or from one number"), missing: say("✗ missing"), unusable: say("✗ no number") }[node.state];
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
  return node.share ? say("yours is only what comes back from {nodes}", { nodes: joined(node.share.map((id) => nodes.get(id).text)) }) : "";
}

function printedAs(printed) {
  return say("the note prints {figures}", { figures: figure(printed) });
}

function figure(printed) {
  const said = say("{quantity} = {printed}, exactly {exact}", { quantity: printed.quantity, printed: printed.text, exact: printed.exact });
  if (!printed.off) return said;
  return printed.why ? say("{said} — off: {why}", { said, why: printed.why }) : say("{said} — off", { said });
}
