// How much of a drawing is seen, and how large: all of it, or its labels at a size that can be read.
"use strict";

const LABEL = 11.5; // The size of a drawing's labels, see drawing.css.
const READABLE = 14;
const FAIR = 12;
const LARGEST = 20;
const FACTOR = 1.25;

class View {
  constructor(svg) {
    this.svg = svg;
    this.width = svg.width.baseVal.value;
    this.height = svg.height.baseVal.value;
    this.chosen = null;
    this.sheet = make("div", { class: "sheet" }, svg);
    this.box = faded(make("div", { class: "canvas" }, this.sheet));
    this.buttons = [
      this.button("−", say("Smaller (-)"), () => this.zoom(1 / FACTOR)),
      this.button("+", say("Larger (+)"), () => this.zoom(FACTOR)),
      this.button(say("Fit"), say("The whole graph (0)"), () => this.fit()),
      this.button(say("Read"), say("Labels as large as text (1)"), () => this.read()),
      this.button(say("Full screen"), say("The graph alone, on the whole screen (f)"), () => this.full()),
    ];
    new ResizeObserver(() => this.apply()).observe(this.box);
    this.box.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.box.addEventListener("pointerdown", (event) => this.drag(event));
    this.box.addEventListener("touchmove", (event) => this.pinch(event), { passive: false });
    this.box.addEventListener("touchend", () => (this.apart = 0));
  }

  button(text, title, onclick) {
    return make("button", { type: "button", title, "aria-label": title.replace(/ \(.*/, ""), onclick }, text);
  }

  // The scale at which all is seen.
  get whole() {
    const most = parseFloat(getComputedStyle(this.box).maxHeight) - 2;
    const room = document.fullscreenElement?.contains(this.box) ? this.box.clientHeight : Math.min(innerHeight * 0.7, most || Infinity);
    return Math.min((this.box.clientWidth - 2) / this.width, room / this.height, LARGEST / LABEL);
  }

  get scale() {
    const whole = this.whole;
    // Who has chosen nothing sees all, unless that could hardly be read.
    return this.chosen ?? (whole >= FAIR / LABEL ? whole : READABLE / LABEL);
  }

  apply() {
    if (!this.box.clientWidth) return;
    this.svg.style.width = `${this.width * this.scale}px`;
    this.svg.style.height = `${this.height * this.scale}px`;
    if (this.shown) this.center(this.shown);
  }

  // Zooms about a point of the window; without one, about the middle of what is seen.
  set(scale, x, y) {
    const box = this.box.getBoundingClientRect();
    const before = this.svg.getBoundingClientRect();
    const [atX, atY] = [x ?? box.left + box.width / 2, y ?? box.top + box.height / 2];
    const [partX, partY] = [(atX - before.left) / before.width, (atY - before.top) / before.height];
    this.chosen = Math.min(Math.max(scale, 0.1), 6);
    this.shown = null;
    this.apply();
    const after = this.svg.getBoundingClientRect();
    this.box.scrollLeft += after.left + partX * after.width - atX;
    this.box.scrollTop += after.top + partY * after.height - atY;
  }

  zoom(factor, x, y) {
    this.set(this.scale * factor, x, y);
  }

  fit() {
    this.set(this.whole);
  }

  // One step from anywhere to labels that can be read from the last row.
  read() {
    const node = this.near;
    this.set(Math.max(READABLE / LABEL, Math.min(this.whole, LARGEST / LABEL)));
    if (node) this.center(node);
  }

  full() {
    const figure = this.box.closest("figure");
    if (document.fullscreenElement) document.exitFullscreen();
    else figure.requestFullscreen?.();
  }

  // Brings a node into sight, and keeps it there when the window changes.
  show(node) {
    this.near = this.shown = node;
    this.center(node);
  }

  center(node) {
    const box = this.box.getBoundingClientRect();
    const found = node.getBoundingClientRect();
    const isSeen = found.left >= box.left && found.right <= box.right && found.top >= box.top && found.bottom <= box.bottom;
    if (isSeen || !box.width) return;
    const smooth = this.isMoving && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.box.scrollTo({
      left: this.box.scrollLeft + found.left - box.left - (box.width - found.width) / 2,
      top: this.box.scrollTop + found.top - box.top - (box.height - found.height) / 2,
      behavior: smooth ? "smooth" : "auto",
    });
  }

  // The wheel alone scrolls the page, as everywhere; with Ctrl, as a pinch on a touchpad comes, or on the full screen, it zooms.
  wheel(event) {
    if (!event.ctrlKey && !document.fullscreenElement) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
  }

  drag(event) {
    if (event.pointerType === "touch" || event.button || event.target.closest("textarea")) return;
    const [left, top] = [this.box.scrollLeft + event.clientX, this.box.scrollTop + event.clientY];
    const move = (at) => {
      this.shown = null;
      this.box.classList.add("dragged");
      this.box.scrollTo({ left: left - at.clientX, top: top - at.clientY, behavior: "auto" });
    };
    const end = () => {
      this.box.classList.remove("dragged");
      removeEventListener("pointermove", move);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end, { once: true });
    addEventListener("pointercancel", end, { once: true });
  }

  pinch(event) {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    const [a, b] = event.touches;
    const apart = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    if (this.apart) this.zoom(apart / this.apart, (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
    this.apart = apart;
  }

  // Whether a key was one of its own.
  key(key) {
    const keys = { "+": () => this.zoom(FACTOR), "=": () => this.zoom(FACTOR), "-": () => this.zoom(1 / FACTOR), 0: () => this.fit(), 1: () => this.read(), f: () => this.full() };
    if (!(key in keys)) return false;
    keys[key]();
    return true;
  }
}
