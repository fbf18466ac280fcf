// On paper a broad graph is cut between its nodes, into parts one below the other whose labels can be read.
"use strict";

// So many units of a drawing on a sheet across make labels of 7 points.
const SHEET = 1200;

function cutForPrint() {
  for (const figure of document.querySelectorAll("details.exercise[open] figure.graph")) {
    const { svg, width, height, sheet } = figure.stepper.view;
    if (width <= SHEET) continue;
    const ends = [0, ...cuts(svg, width), width];
    const widest = Math.max(...ends.slice(1).map((end, part) => end - ends[part]));
    const parts = ends.slice(1).map((end, part) => {
      const across = end - ends[part];
      const piece = svg.cloneNode(true);
      fill(piece, { viewBox: `${ends[part]} 0 ${across} ${height}`, width: across, height }, []);
      // A copy has what a field began with, not what was typed.
      piece.querySelectorAll("textarea").forEach((each, at) => (each.textContent = svg.querySelectorAll("textarea")[at].value));
      const sign = make("p", {}, say("part {number} of {count}", { number: part + 1, count: ends.length - 1 }));
      const frame = make("div", { class: "piece", "aria-hidden": true }, sign, piece);
      piece.style.cssText = `width: ${(100 * across) / widest}% !important; height: auto !important`;
      return frame;
    });
    sheet.classList.add("cut");
    sheet.after(...parts);
  }
}

// Where to cut: near to equal parts, and through nothing but wires.
function cuts(svg, width) {
  const whole = svg.getBoundingClientRect();
  const scale = whole.width / width;
  const extent = (parts) => parts.map((each) => each.getBoundingClientRect()).flatMap(({ left, right }) => [left, right]).map((each) => (each - whole.left) / scale);
  const nodes = [...svg.querySelectorAll(".hg-node")].map((each) => extent([...each.querySelectorAll(".hg-head, .hg-frame, text:not(.hg-part)")]));
  const solid = [...nodes, ...[...svg.querySelectorAll(".hg-plate, .hg-field")].map((each) => extent([each]))].map((each) => [Math.min(...each), Math.max(...each)]);
  const isFree = (x) => solid.every(([left, right]) => x < left || x > right);
  const found = [];
  for (let start = 0; width - start > SHEET; start = found.at(-1)) {
    const wanted = start + (width - start) / Math.ceil((width - start) / SHEET);
    const near = [...Array(SHEET).keys()].map((by) => wanted + (by % 2 ? 1 : -1) * (by / 2)).map(Math.round).filter((x) => x > start + SHEET / 4 && x <= start + SHEET);
    found.push(near.find(isFree) ?? Math.round(wanted));
  }
  return found;
}

function mendAfterPrint() {
  for (const each of document.querySelectorAll(".piece")) each.remove();
  for (const each of document.querySelectorAll(".sheet.cut")) each.classList.remove("cut");
}

addEventListener("beforeprint", cutForPrint);
addEventListener("afterprint", mendAfterPrint);
