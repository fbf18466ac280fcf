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

// What the page's messages are in its language; English stands in the code, and needs no table.
const TABLE = JSON.parse(document.getElementById("said")?.textContent ?? "{}");

// A message as its texts and what fills its places, which may be elements.
function sayWith(message, places = {}) {
  return filled(TABLE[message] ?? message, places);
}

function say(message, places) {
  return sayWith(message, places).join("");
}

// Otherwise of one thing than of several; a count that isn't whole is said as 2 is.
function sayMany(one, many, count, places) {
  const { forms, of } = TABLE[one] ?? {};
  const whole = Number.isInteger(count) ? count : 2;
  const said = forms ? forms[of[whole < 100 ? whole : 100 + (whole % 100)]] : count === 1 ? one : many;
  return filled(said, { count, ...places }).join("");
}

function filled(message, places) {
  return message.split(/\{(\w+)\}/).map((each, at) => (at % 2 ? places[each] : each));
}

// "a and b and c".
function joined(texts) {
  return texts.reduce((first, last) => say("{first} and {last}", { first, last }));
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

// A part of the address; "" where somebody has spoilt it.
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
