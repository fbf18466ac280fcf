// Elements from data. Text stays text: nothing here, or on the page, parses markup.
"use strict";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((each) => each !== null && each !== undefined && each !== ""));
  return element;
}

function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

// A drawing or a formula: [tag, attributes, ...children], as the grader wrote it.
function grow(namespace, [tag, attributes, ...children]) {
  const grown = children.map((each) => (typeof each === "string" ? each : grow(namespace, each)));
  return fill(document.createElementNS(namespace, tag), attributes, grown);
}

const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";

// What goes on beyond an edge is faded there: a phone shows no scroll bar.
function faded(element) {
  const look = () => {
    const beyond = element.scrollWidth - element.clientWidth - element.scrollLeft;
    element.dataset.more = [element.scrollLeft > 1 && "left", beyond > 1 && "right"].filter(Boolean).join(" ");
  };
  element.addEventListener("scroll", look, { passive: true });
  new ResizeObserver(look).observe(element);
  return element;
}

function wide(label, ...children) {
  return faded(make("div", { class: "wide", tabindex: 0, role: "region", "aria-label": label }, ...children));
}

// A button that does nothing now keeps the focus: who steps with the keyboard would lose their place.
function off(is, ...buttons) {
  for (const each of buttons) each.setAttribute("aria-disabled", is);
}

function isOff(button) {
  return button.getAttribute("aria-disabled") === "true";
}
