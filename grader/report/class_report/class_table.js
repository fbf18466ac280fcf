// The table of students by exercises: found, sorted, and opened row by row.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
// A browser needs seconds to lay out the cells of a thousand students.
const PAGE = 100;
// So many columns of points fit on paper.
const MANY = 16;
// Who types sees each letter at once, and the table when they pause.
const PAUSE_MILLISECONDS = 100;
const ORDER = Object.keys(data.statuses);

inOrder();
const columns = new Map(data.exercises.map((exercise, at) => [`exercise-${exercise.name}`, at]));
const heads = new Map();
const lines = new Map();
const body = make("tbody", { onclick: openClicked, onkeydown: moved });
const news = make("span", { role: "status" });
const filter = make("input", { type: "search", id: "filter", autocomplete: "off", oninput: typed });
const marks = make("input", { type: "checkbox", autocomplete: "off", checked: true, onchange: showMarks });
const back = make("button", { type: "button", onclick: () => isOff(back) || relist(first - PAGE) }, "‹ Previous");
const next = make("button", { type: "button", onclick: () => isOff(next) || relist(first + PAGE) }, "Next ›");
const pages = make("span", { class: "pages" }, back, next);
const region = wide("Students and exercises");
const roster = make("table", { class: data.exercises.length > MANY ? "roster many" : "roster" });
let sorted = { by: "student", up: true };
let first = 0;
let pause = 0;

// By name, 2 before 10; each student has a key of their own, though two be called alike.
function inOrder() {
  const { compare } = new Intl.Collator(undefined, { numeric: true });
  data.students.sort((one, other) => compare(one.name, other.name));
  const keys = new Set();
  data.students.forEach((student, place) => {
    let key = student.name;
    for (let count = 2; keys.has(key); count++) key = `${student.name} (${count})`;
    keys.add(key);
    Object.assign(student, { place, id: `student-${key}`, plain: plain(student.name) });
  });
}

// Without accents and capitals: who looks for Zoe finds Zoë, however her letters are written down.
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function standing(student, exercise) {
  const found = student.at?.[exercise];
  return found === null || found === undefined ? null : data.exercises[exercise].standings[found];
}

function typed() {
  place = "";
  first = 0;
  clearTimeout(pause);
  pause = setTimeout(() => list(), PAUSE_MILLISECONDS);
}

function showMarks() {
  roster.classList.toggle("signs", !marks.checked);
}

// Who sorts, or turns a page, goes on from there.
function relist(from) {
  place = "";
  region.scrollTop = 0;
  list(from);
}

function chosen() {
  const wanted = plain(filter.value.trim());
  const found = data.students.filter((student) => student.plain.includes(wanted));
  // Those who are equal stay in the order of their names.
  return found.sort((one, other) => (sorted.up ? rank(one) - rank(other) : rank(other) - rank(one)) || one.place - other.place);
}

// What a student is sorted by: the points, and of equal ones the status; shares have six digits.
function rank(student) {
  if (sorted.by === "student") return student.place;
  if (student.why) return -1;
  if (sorted.by === "points") return student.share;
  const found = standing(student, columns.get(sorted.by));
  return found ? found.share - 1e-8 * ORDER.indexOf(found.status) : -1;
}

function list(from = 0, most = PAGE) {
  clearTimeout(pause);
  const found = chosen();
  first = PAGE * Math.floor(Math.max(0, Math.min(from, found.length - 1)) / PAGE);
  const shown = found.slice(first, first + most);
  const rows = shown.flatMap((student) => line(student));
  // To lay out the same rows anew takes as long as to lay out others.
  if (rows.length !== body.rows.length || rows.some((row, at) => row !== body.rows[at])) body.replaceChildren(...rows);
  const count = `${found.length} ${found.length === 1 ? "student" : "students"}`;
  news.textContent = !found.length ? `Nobody's name has “${filter.value.trim()}” in it.` : shown.length < found.length ? `${first + 1} to ${first + shown.length} of ${count}` : count;
  off(first === 0, back);
  off(first + most >= found.length, next);
  pages.hidden = found.length <= PAGE;
  for (const [by, head] of heads) {
    if (by === sorted.by) head.setAttribute("aria-sort", sorted.up ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  }
}

// A student's row, and the verdicts below it as long as they are open.
function line(student) {
  if (!lines.has(student)) lines.set(student, [row(student)]);
  return lines.get(student);
}

function row(student) {
  const button = make("button", { type: "button", class: "open", "aria-expanded": "false" }, make("span", { dir: "auto" }, student.name));
  const cells = student.why
    ? [make("td", { class: "why", colspan: data.exercises.length + 1 }, make("span", {}, `not judged: ${student.why}`))]
    : [make("td", { class: "total" }, student.points), ...data.exercises.map((_, exercise) => cell(standing(student, exercise)))];
  const element = make("tr", {}, make("th", { scope: "row" }, button), ...cells);
  element.student = student;
  return element;
}

// The sign, and for who can't see it its name, are the style's.
function cell(found) {
  return found ? make("td", { class: `at sign ${found.status}` }, found.points) : make("td", { class: "at" });
}

function openClicked(event) {
  const element = event.target.closest("tr");
  // Who marks text doesn't open anything.
  if (!element.student || (!event.target.closest("button") && getSelection().toString())) return;
  turn(element.student, !isOpen(element.student));
  place = isOpen(element.student) ? element.student.id : "";
}

function isOpen(student) {
  return lines.get(student)?.length === 2;
}

function turn(student, open) {
  if (open === isOpen(student)) return;
  const found = line(student);
  if (open) {
    found.push(make("tr", { class: "verdicts" }, make("td", { colspan: data.exercises.length + 2 }, verdicts(student))));
    if (found[0].isConnected) found[0].after(found[1]);
  } else found.pop().remove();
  found[0].querySelector("button").setAttribute("aria-expanded", String(open));
}

// Up and down go from student to student; Escape closes where one is.
function moved(event) {
  const buttons = [...body.querySelectorAll(".open")];
  const at = buttons.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (event.key === "Escape") shut(event.target);
  else if (at >= 0 && to !== undefined) {
    event.preventDefault();
    buttons[to]?.focus();
  }
}

function shut(element) {
  const found = element.closest("tr");
  const student = found.student ?? found.previousSibling.student;
  turn(student, false);
  place = "";
  line(student)[0].querySelector("button").focus();
}

function heading(text, by, kind) {
  const sort = () => {
    sorted = { by, up: sorted.by !== by || !sorted.up };
    relist(0);
  };
  heads.set(by, make("th", { scope: "col", class: kind }, make("button", { type: "button", onclick: sort }, make("span", {}, text))));
  return heads.get(by);
}

function table() {
  const name = heading("Student", "student", "student");
  const points = heading(`Points of ${data.max}`, "points", "total");
  const head = make("thead", {}, make("tr", {}, name, points, ...[...columns].map(([by, at]) => heading(data.exercises[at].name, by, "each"))));
  const widths = make("colgroup", {}, make("col", { class: "student" }), make("col", { class: "total" }), ...data.exercises.map(() => make("col", { class: "each" })));
  roster.append(make("caption", { class: "unseen" }, "Points and status of each student in each exercise"), widths, head, body);
  const tools = make("div", { class: "tools" }, make("label", {}, "Find a student ", filter), make("label", {}, marks, " points in the cells"));
  const legend = make("p", { class: "legend" }, ...ORDER.map((status) => make("span", {}, make("span", { class: `sign ${status}`, "aria-hidden": "true" }), ` ${data.statuses[status]}`)));
  const hint = make("p", { class: "quiet" }, "A row opens that student's verdicts, a column's name sorts by it.");
  const left = data.left ? make("p", {}, `${data.left} more have no row here, and aren't named below: this page has room for ${data.students.length}.`) : null;
  // What has the focus is never below the names of the columns, which stay.
  new ResizeObserver(() => (region.style.scrollPaddingTop = `${head.offsetHeight}px`)).observe(head);
  region.append(roster);
  return [hint, tools, legend, region, make("div", { class: "tools" }, news, pages), left];
}
