// What the address holds: how the table is sorted and searched, which rows are open, and where one went last. The tab remembers the rest.
"use strict";

// A student, an exercise or a mistake, by its id; "" where one has gone on from there.
let place = "";

// "#student-Ann Lee?sort=points&down=1&find=an&from=101&open=Bo": the place, and what is said of the table.
function readAddress(hash) {
  const [name, query = ""] = hash.slice(1).split("?");
  return { name: decoded(name), said: new URLSearchParams(query) };
}

function addressOf(name) {
  const said = new URLSearchParams();
  if (sorted.by !== "student") said.set("sort", sorted.by);
  if (!sorted.up) said.set("down", 1);
  if (filter.value) said.set("find", filter.value);
  if (first) said.set("from", first + 1);
  if (!marks.checked) said.set("points", 0);
  for (const student of lines.keys()) if (isOpen(student) && student.id !== name) said.append("open", keyOf(student));
  const query = String(said);
  return name || query ? `#${encodeURIComponent(name)}${query && `?${query}`}` : "";
}

function keyOf(student) {
  return student.id.slice("student-".length);
}

// At once: what is still to be written when a reload begins is lost.
function writeAddress() {
  try {
    history.replaceState(kept(), "", location.pathname + location.search + addressOf(place));
  } catch (error) {
    // A frame may have no address of its own, and a browser wants no more than so many in a while.
    if (error.name !== "SecurityError") throw error;
  }
}

function kept() {
  return { top: region.scrollTop, left: region.scrollLeft, folds: folds().map((each) => each.open) };
}

function folds() {
  return [...document.querySelectorAll("main details")];
}

// At the beginning, and after each link and each step back: all is as the address says.
function arrive() {
  const { name, said } = readAddress(location.hash);
  hear(name, said);
  const before = history.state;
  if (before) {
    folds().forEach((each, at) => (each.open = before.folds[at]));
    region.scrollTo({ top: before.top, left: before.left, behavior: "instant" });
  } else if (name) go(name);
  writeAddress();
}

function hear(name, said) {
  const by = said.get("sort");
  sorted = { by: heads.has(by) ? by : "student", up: !said.has("down") };
  filter.value = said.get("find") ?? "";
  marks.checked = said.get("points") !== "0";
  showMarks();
  place = name;
  const open = new Set([name, ...said.getAll("open").map((key) => `student-${key}`)]);
  for (const student of data.students) turn(student, open.has(student.id));
  list(Number(said.get("from")) - 1 || 0);
}

// A link has with it how the table is, also where it is opened in another tab.
function carry(event) {
  const link = event.target.closest?.("a");
  if (!link) return;
  const { name } = readAddress(link.hash);
  link.hash = addressOf(name);
  // To the address where one is, a browser may go without a word.
  if (event.type === "click" && link.hash === location.hash) go(name);
}

function startAddress() {
  arrive();
  for (const kind of ["pointerdown", "focusin", "click"]) addEventListener(kind, carry, { capture: true });
  for (const kind of ["click", "input", "keyup"]) addEventListener(kind, writeAddress);
  // These don't bubble.
  addEventListener("toggle", writeAddress, { capture: true });
  region.addEventListener("scrollend", writeAddress);
  addEventListener("popstate", arrive);
}
