// The graph as it is seen, as a picture: copied, or saved as SVG or PNG.
"use strict";

const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "font-family", "font-size", "font-weight", "text-anchor", "text-decoration", "opacity"];
const PICTURE_SCALE = 2;

// The drawing alone: what waits is left out, and its style is in it, and what it is in words.
function pictureOf({ svg, graph, position }) {
  const copy = svg.cloneNode(true);
  const from = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((each, at) => {
    const style = getComputedStyle(from[at]);
    for (const name of [...each.attributes].map(({ name: one }) => one)) if (/^(tabindex|role|aria-|class|style|data-)/.test(name)) each.removeAttribute(name);
    if (style.visibility === "hidden" || from[at].matches(".hg-hit, .hg-tip, foreignObject")) each.dataset.gone = "";
    else for (const name of DRAWN) each.setAttribute(name, style.getPropertyValue(name));
  });
  for (const each of copy.querySelectorAll("[data-gone]")) each.remove();
  const { exercise, title, steps, described } = graph;
  const name = say("{exercise}, {case}: step {position} of {count}", { exercise, case: title, position, count: steps.length });
  copy.prepend(grow(SVG, ["title", {}, name]), grow(SVG, ["desc", {}, [described, steps[position - 1]?.line].filter(Boolean).join(" ")]));
  fill(copy, { xmlns: SVG, role: "img", lang: document.documentElement.lang }, []);
  return new XMLSerializer().serializeToString(copy);
}

async function pngOf(stepper) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([pictureOf(stepper)], { type: "image/svg+xml" }));
  await image.decode();
  const { width, height } = stepper.svg.viewBox.baseVal;
  const canvas = make("canvas", { width: PICTURE_SCALE * width, height: PICTURE_SCALE * height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// The buttons that do it for a stepper's graph.
function pictures(stepper) {
  const said = make("span", { role: "status", class: "copied" });
  const name = stepper.graph.exercise;
  const button = (text, title, act) =>
    make("button", {
      type: "button",
      title,
      "aria-label": title,
      onclick: async () => {
        try {
          said.textContent = (await act()) ?? "";
        } catch {
          said.textContent = say("The browser doesn't allow it here.");
        }
      },
    }, text);
  const buttons = [
    button(say("Copy"), say("Copy the graph as a picture"), async () => {
      await navigator.clipboard.write([new ClipboardItem({ "image/png": pngOf(stepper) })]);
      return say("Copied.");
    }),
    button("SVG", say("Save the graph as SVG"), () => save(new Blob([pictureOf(stepper)], { type: "image/svg+xml" }), `${name}.svg`)),
    button("PNG", say("Save the graph as PNG"), async () => save(await pngOf(stepper), `${name}.png`)),
    button(say("Link"), say("Copy the address of what is seen"), async () => {
      writeAddress();
      await navigator.clipboard.writeText(location.href);
      return say("Copied.");
    }),
  ];
  return make("div", { class: "controls zoom", role: "group", "aria-label": say("The graph as a picture, or its address") }, ...buttons, said);
}
