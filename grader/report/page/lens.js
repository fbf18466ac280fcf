// What a product, a convolution or a pooling looks at to make one element: shown for the one that is pointed at.
"use strict";

// Of an operation the cells of its operands ("0", "1", "2") and of the result ("z") that an element is made of, as sums
// of products; going back, "dz" is the gradient of the result.
const LOOKS = {
  matmul(lens, [a, b]) {
    const [isA, isB] = [a.shape.length > 1, b.shape.length > 1];
    const [rows, inner, columns] = [isA ? a.shape[0] : 1, a.shape.at(-1), isB ? b.shape[1] : 1];
    const left = (i, k) => [0, isA ? [i, k] : [k]];
    const right = (k, j) => [1, isB ? [k, j] : [k]];
    const out = (name, i, j) => [name, [...(isA ? [i] : []), ...(isB ? [j] : [])]];
    return {
      z: (index) => upTo(inner).map((k) => [left(isA ? index[0] : 0, k), right(k, isB ? index.at(-1) : 0)]),
      0: (index) => upTo(columns).map((j) => [out("dz", isA ? index[0] : 0, j), right(index.at(-1), j)]),
      1: (index) => upTo(rows).map((i) => [left(i, index[0]), out("dz", i, isB ? index[1] : 0)]),
    };
  },
  conv2d({ step, border }, [x, w, b], z) {
    const [, channels, height, width] = x.shape;
    const [filters, , tall, broad] = w.shape;
    const isIn = (y, s) => y >= 0 && y < height && s >= 0 && s < width;
    const spots = (...sizes) => sizes.reduce((all, size) => all.flatMap((each) => upTo(size).map((at) => [...each, at])), [[]]);
    return {
      z: ([n, f, row, column]) => [
        ...spots(channels, tall, broad)
          .map(([c, k, m]) => [c, k, m, row * step + k - border, column * step + m - border])
          .filter(([, , , y, s]) => isIn(y, s))
          .map(([c, k, m, y, s]) => [[1, [f, c, k, m]], [0, [n, c, y, s]]]),
        [[2, [f]]],
      ],
      0: ([n, c, y, s]) =>
        spots(filters, z.shape[2], z.shape[3])
          .map(([f, row, column]) => [f, row, column, y + border - row * step, s + border - column * step])
          .filter(([, , , k, m]) => k >= 0 && k < tall && m >= 0 && m < broad)
          .map(([f, row, column, k, m]) => [["dz", [n, f, row, column]], [1, [f, c, k, m]]]),
      1: ([f, c, k, m]) =>
        spots(x.shape[0], z.shape[2], z.shape[3])
          .map(([n, row, column]) => [n, row, column, row * step + k - border, column * step + m - border])
          .filter(([, , , y, s]) => isIn(y, s))
          .map(([n, row, column, y, s]) => [["dz", [n, f, row, column]], [0, [n, c, y, s]]]),
      2: ([f]) => spots(x.shape[0], z.shape[2], z.shape[3]).map(([n, row, column]) => [["dz", [n, f, row, column]]]),
    };
  },
  max_pool({ step, size, picked }, [x], z) {
    const flat = (index) => index.reduce((sum, at, axis) => sum * x.shape[axis] + at, 0);
    const index = (place) => z.shape.reduceRight(([rest, made], side) => [Math.floor(rest / side), [rest % side, ...made]], [place, []])[1];
    return {
      z: ([n, c, row, column]) => upTo(size).flatMap((k) => upTo(size).map((m) => [[0, [n, c, row * step + k, column * step + m]]])),
      0: (at) => picked.flatMap((each, place) => (each === flat(at) ? [[["dz", index(place)]]] : [])),
    };
  },
};

const MOST_TERMS = 8;

function upTo(size) {
  return Array.from({ length: size }, (_, at) => at);
}

// An array as tables, a plane each: its cells by their place.
class Cells {
  constructor(name, text, shape) {
    this.name = name;
    this.shape = (shape || "").match(/\d+/g)?.map(Number) ?? [];
    this.numbers = text.match(/[^[\],\s]+/g) ?? [];
    this.cells = new Map();
    const [columns, rows] = [this.shape.at(-1) ?? 1, this.shape.at(-2) ?? 1];
    const planes = this.numbers.length / (rows * columns);
    this.element = make("div", { class: "planes" }, ...upTo(planes).map((plane) => this.table(plane, rows, columns)));
  }

  table(plane, rows, columns) {
    const row = (i) => make("tr", {}, ...upTo(columns).map((j) => this.cell((plane * rows + i) * columns + j)));
    const above = this.index(plane * rows * columns).slice(0, -2);
    return make("table", {}, make("caption", {}, above.length ? this.at(above) : this.name), make("tbody", {}, ...upTo(rows).map(row)));
  }

  cell(place) {
    const index = this.index(place);
    const made = make("td", {}, this.numbers[place]);
    this.cells.set(index.join(), made);
    return made;
  }

  index(place) {
    return this.shape.reduceRight(([rest, made], size) => [Math.floor(rest / size), [rest % size, ...made]], [place, []])[1];
  }

  // How one of its elements, or a part of it, is written.
  at(index) {
    const isPlain = /^([\p{L}\p{M}\w]+|d\(.*\))$/u.test(this.name);
    return `${isPlain || !index.length ? this.name : `(${this.name})`}${placeOf(index)}`;
  }

  number(index) {
    return this.cells.get(index.join()).textContent;
  }
}

function placeOf(index) {
  return index.length ? `[${index.join(", ")}]` : "";
}

class Lens {
  // `looks` keeps which element of each array was looked at last.
  constructor(stepper, looks) {
    this.stepper = stepper;
    this.looks = looks;
    this.element = make("div", { class: "lens" });
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  // Where nothing is pointed at, that of the node which the present step is about; a step doesn't wait for it.
  rest() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      const step = this.stepper.graph.steps[this.stepper.position - 1];
      this.show(step && this.stepper.nodes.get(step.node));
    });
  }

  show(node) {
    cancelAnimationFrame(this.frame);
    const { nodes } = this.stepper;
    // A step back is about an operand: what it comes from is told there.
    const step = this.stepper.graph.steps[this.stepper.position - 1];
    const from = step?.phase === "backward" && step.node === node?.id ? this.stepper.graph.edges.find((edge) => edge.source === node.id && nodes.get(edge.target).lens) : null;
    const of = node?.lens ? node : from ? nodes.get(from.target) : null;
    const reached = of ? [of.id, ...of.lens.of].map((id) => { const { value, gradient } = this.stepper.shown(nodes.get(id)); return `${id}${value}${gradient}`; }).join() : "";
    if (reached === this.reached) return;
    this.reached = reached;
    this.element.replaceChildren(...(of && this.stepper.shown(of).value ? this.blocks(of) : []));
  }

  blocks(node) {
    const { nodes } = this.stepper;
    const operands = node.lens.of.map((id) => nodes.get(id));
    const isReached = (each) => each.gradient && this.stepper.shown(each).gradient;
    const blocks = [this.block(node, operands, "z")];
    operands.forEach((each, k) => {
      if (isReached(each) && isReached(node)) blocks.push(this.block(node, operands, k));
    });
    return blocks;
  }

  // The arrays of one formula side by side; of the one that it makes, each cell can be pointed at.
  block(node, operands, made) {
    const values = operands.map((each) => new Cells(each.text, each.value, each.shape));
    const z = new Cells(node.text, node.value, node.shape);
    const looks = LOOKS[node.lens.kind](node.lens, values, z)[made];
    const called = (each) => (/^\w+$/.test(each.text) ? `d${each.text}` : `d(${each.text})`);
    const arrays = { ...values, z, dz: made === "z" ? null : new Cells(called(node), node.gradient, node.shape) };
    const source = made === "z" ? null : operands[made];
    const back = source?.contributions?.find((each) => each.consumer === node.id);
    const result = source ? new Cells(called(source), back ? back.value : source.gradient, source.shape) : z;
    const used = new Set([...result.cells.keys()].flatMap((key) => looks(key ? key.split(",").map(Number) : [])).flatMap((term) => term.map(([name]) => name)));
    const line = make("p", { class: "num looked", role: "status" });
    const title = back ? say("{gradient}, as far as it comes back from {node}", { gradient: called(source), node: node.text }) : result.name;
    const block = make("div", { class: "look", role: "group", "aria-label": say("What {array} is made of", { array: title }) }, ...[...used].map((name) => arrays[name].element), make("span", { class: "gives", "aria-hidden": true }, "→"), result.element, line);
    const isMax = node.lens.kind === "max_pool" && made === "z";
    const cells = [...result.cells].map(([key, cell]) => [key ? key.split(",").map(Number) : [], cell]);
    const which = `${node.id} ${made}`;
    const look = (index, cell) => {
      for (const each of block.querySelectorAll("td.seen, td.made")) each.classList.remove("seen", "made");
      const terms = looks(index);
      for (const [name, place] of terms.flat()) arrays[name].cells.get(place.join()).classList.add("seen");
      cell.classList.add("made");
      this.looks[which] = index.join();
      line.textContent = `${result.at(index)} = ${this.written(terms, arrays, isMax)}${terms.length > 1 || terms[0]?.length > 1 ? ` = ${cell.textContent}` : ""}`;
    };
    for (const [index, cell] of cells) {
      fill(cell, { tabindex: -1, onpointerenter: () => look(index, cell), onfocus: () => look(index, cell), onclick: () => cell.focus() }, []);
      cell.setAttribute("aria-label", `${result.at(index)}: ${cell.textContent}`);
    }
    result.element.classList.add("result");
    for (const each of result.element.children) fill(each, { role: "grid" }, []);
    const chosen = cells.find(([index]) => index.join() === this.looks[which]) ?? cells[0];
    chosen[1].setAttribute("tabindex", 0);
    look(...chosen);
    return block;
  }

  written(terms, arrays, isMax) {
    if (!terms.length) return "0";
    const bracketed = (text, isFirst) => (text.startsWith("−") && !isFirst ? `(${text})` : text);
    const product = (term, isFirst) => term.map(([name, index], place) => bracketed(arrays[name].number(index), isFirst && !place)).join(" · ");
    const all = terms.map((term, place) => product(term, isMax || !place));
    if (isMax) return `max(${all.join(", ")})`;
    return (all.length > MOST_TERMS ? [all[0], all[1], "…", all.at(-1)] : all).join(" + ");
  }

  // The arrows go from cell to cell: one tab stop for all.
  key(event) {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const cell = document.activeElement;
    if (!by || !this.element.contains(cell) || cell.tagName !== "TD") return;
    event.preventDefault();
    event.stopPropagation();
    const rows = [...cell.closest(".planes").querySelectorAll("tr")];
    const [row, column] = [rows.indexOf(cell.parentElement) + by[0], cell.cellIndex + by[1]];
    const next = rows[row]?.cells[column];
    if (!next) return;
    cell.setAttribute("tabindex", -1);
    next.setAttribute("tabindex", 0);
    next.focus();
  }
}
