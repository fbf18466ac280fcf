// The table of students by exercises, and who makes which mistake. The rest of the page stands without a script.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
// A browser needs seconds to lay out the cells of a thousand students.
const PAGE = 100;
// So many names stand in a line, and so many columns of points fit on paper.
const FEW = 12;
const MANY = 16;
const ORDER = Object.keys(data.statuses);

data.students.forEach((student, place) => (student.place = place));
const made = makers();
const lines = new Map();
const body = make("tbody", { onclick: openClicked, onkeydown: moved });
const news = make("span", { role: "status" });
const filter = make("input", { type: "search", id: "filter", autocomplete: "off", oninput: () => list() });
const back = make("button", { type: "button", onclick: () => isOff(back) || list(first - PAGE) }, "‹ Previous");
const next = make("button", { type: "button", onclick: () => isOff(next) || list(first + PAGE) }, "Next ›");
const pages = make("span", { class: "pages" }, back, next);
let sorted = { by: "name", up: true };
let first = 0;

function standing(student, exercise) {
  const place = student.at?.[exercise];
  return place === null || place === undefined ? null : data.exercises[exercise].standings[place];
}

// Who gives which wrong answer: answer → students.
function makers() {
  const found = new Map();
  for (const student of data.students) {
    const own = data.exercises.flatMap((_, exercise) => standing(student, exercise)?.answers ?? []);
    for (const answer of new Set(own)) {
      if (!found.has(answer)) found.set(answer, []);
      found.get(answer).push(student);
    }
  }
  return found;
}

function chosen() {
  const wanted = filter.value.trim().toLowerCase();
  const found = data.students.filter((student) => student.name.toLowerCase().includes(wanted));
  if (sorted.by !== "name") found.sort((one, other) => rank(one) - rank(other) || one.place - other.place);
  return sorted.up ? found : found.reverse();
}

// What a student is sorted by: the points, and of equal ones the status; shares have six digits.
function rank(student) {
  if (student.why) return -1;
  if (sorted.by === "points") return student.share;
  const found = standing(student, sorted.by);
  return found ? found.share - 1e-8 * ORDER.indexOf(found.status) : -1;
}

function list(from = 0, most = PAGE) {
  first = from;
  const found = chosen();
  const shown = found.slice(first, first + most);
  body.replaceChildren(...shown.flatMap((student) => line(student)));
  const count = `${found.length} ${found.length === 1 ? "student" : "students"}`;
  news.textContent = shown.length < found.length ? `${first + 1} to ${first + shown.length} of ${count}` : count;
  off(first === 0, back);
  off(first + most >= found.length, next);
  pages.hidden = found.length <= PAGE;
}

// A student's row, and the verdicts below it as long as they are open.
function line(student) {
  if (!lines.has(student)) lines.set(student, [row(student)]);
  return lines.get(student);
}

function row(student) {
  const button = make("button", { type: "button", class: "open", "aria-expanded": "false" }, student.name);
  const cells = student.why
    ? [make("td", { class: "why", colspan: data.exercises.length + 1 }, `not judged: ${student.why}`)]
    : [make("td", { class: "total" }, student.points), ...data.exercises.map((_, exercise) => cell(standing(student, exercise)))];
  const element = make("tr", { id: `student-${student.place}` }, make("th", { scope: "row" }, button), ...cells);
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
  turn(element.student, lines.get(element.student).length === 1);
}

function turn(student, open) {
  const found = line(student);
  if (open && found.length === 1) {
    found.push(make("tr", { class: "verdicts" }, make("td", { colspan: data.exercises.length + 2 }, verdicts(student))));
    found[0].after(found[1]);
  } else if (!open && found.length === 2) found.pop().remove();
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
  line(student)[0].querySelector("button").focus();
}

function verdicts(student) {
  const stand = data.exercises.map((exercise, at) => ({ exercise, found: standing(student, at) })).filter((each) => each.found);
  const begun = stand.filter(({ found }) => ["failed", "error", "timeout"].includes(found.status));
  const rest = ORDER.map((status) => {
    const names = stand.filter((each) => !begun.includes(each) && each.found.status === status).map(({ exercise }) => exercise.name);
    return names.length ? make("p", { class: "rest" }, make("span", { class: `sign ${status}` }), ` ${data.statuses[status]}: `, make("span", { class: "names" }, names.join(", "))) : null;
  });
  return make("div", { class: "panel", role: "group", "aria-label": `Verdicts on ${student.name}` }, ...begun.map(verdict), ...rest, student.why && make("p", {}, student.why));
}

function verdict({ exercise, found }) {
  const heading = make("h3", {}, make("span", { class: `sign ${found.status}` }), make("a", { href: `#exercise-${exercise.name}` }, exercise.name), ` ${found.points}/${exercise.max}`);
  const findings = (found.findings ?? []).map(finding);
  const said = found.cut ? "What was said of it is left out: this page would be too large." : findings.length ? "" : (found.message ?? data.statuses[found.status]);
  const links = found.cut ? (found.answers ?? []).map(others) : [];
  return make("div", {}, heading, said && make("p", {}, said), ...findings, ...links);
}

function finding(each) {
  return make(
    "div",
    { class: "finding" },
    make("p", { class: "headline" }, each.headline),
    each.call && make("pre", {}, each.call),
    (each.fact || each.agreement) && make("p", {}, each.fact, each.agreement && make("span", { class: "quiet" }, ` (${each.agreement})`)),
    each.theirs && make("div", { class: "theirs" }, make("span", {}, "their code"), make("pre", {}, each.theirs.join("\n"))),
    each.claim && make("p", { class: "claim" }, make("strong", {}, each.claim), ` ${each.hint ?? ""}`),
    each.advice && make("p", {}, each.advice),
    each.answer && others(each.answer),
  );
}

// To the place of the page that says who gives the same wrong answer.
function others(answer) {
  const place = document.getElementById(answer);
  if (!place) return null;
  const count = Number(place.dataset.students);
  return make("p", {}, make("a", { href: `#${answer}` }, count === 1 ? "nobody else's mistake" : `the same mistake as ${count - 1} ${count === 2 ? "other" : "others"}`));
}

function heading(text, by, kind) {
  const sort = () => {
    sorted = { by, up: sorted.by === by ? !sorted.up : true };
    for (const each of document.querySelectorAll(".students thead th")) each.removeAttribute("aria-sort");
    element.setAttribute("aria-sort", sorted.up ? "ascending" : "descending");
    list();
  };
  const element = make("th", { scope: "col", class: kind }, make("button", { type: "button", onclick: sort }, text));
  return element;
}

function table() {
  const name = heading("Student", "name", "student");
  name.setAttribute("aria-sort", "ascending");
  const heads = data.exercises.map((exercise, at) => heading(exercise.name, at, "each"));
  const columns = make("colgroup", {}, make("col", { class: "student" }), make("col", { class: "total" }), ...data.exercises.map(() => make("col", { class: "each" })));
  const head = make("thead", {}, make("tr", {}, name, heading(`Points of ${data.max}`, "points", "total"), ...heads));
  const element = make("table", { class: data.exercises.length > MANY ? "roster many" : "roster" }, make("caption", { class: "unseen" }, "Points and status of each student in each exercise"), columns, head, body);
  const marks = make("input", { type: "checkbox", checked: true, onchange: () => element.classList.toggle("signs", !marks.checked) });
  const tools = make("div", { class: "tools" }, make("label", {}, "Find a student ", filter), make("label", {}, marks, " points in the cells"));
  const legend = make("p", { class: "legend" }, ...ORDER.map((status) => make("span", {}, make("span", { class: `sign ${status}`, "aria-hidden": "true" }), ` ${data.statuses[status]}`)));
  const hint = make("p", { class: "quiet" }, "A row opens that student's verdicts, a column's name sorts by it.");
  const left = data.left ? make("p", {}, `${data.left} more have no row here, and aren't named below: this page has room for ${data.students.length}.`) : null;
  return [hint, tools, legend, wide("Students and exercises", element), make("div", { class: "tools" }, news, pages), left];
}

function named(students, count) {
  const links = students.flatMap((student, at) => [at ? ", " : "", make("a", { href: `#student-${student.place}` }, student.name)]);
  return count > students.length ? [...links, ` and ${count - students.length} more`] : links;
}

// Names go in when they are asked for: a thousand for each of hundreds of mistakes would be too many.
function fillWho(place) {
  const students = made.get(place.id) ?? [];
  if (!students.length) return;
  const slot = place.querySelector(".who");
  const count = Number(place.dataset.students);
  if (students.length <= FEW) return slot.replaceChildren(...named(students, count));
  const names = make("p", {});
  const show = () => names.hasChildNodes() || names.append(...named(students, count));
  slot.replaceChildren(make("details", { ontoggle: show }, make("summary", {}, `who: ${count} students`), names));
}

function follow() {
  const id = decodeURIComponent(location.hash.slice(1));
  const student = id.startsWith("student-") && data.students[Number(id.slice(8))];
  if (student) show(student);
  else goTo(document.getElementById(id));
}

function show(student) {
  if (!line(student)[0].isConnected) {
    filter.value = "";
    list(PAGE * Math.floor(chosen().indexOf(student) / PAGE));
  }
  turn(student, true);
  const [found] = line(student);
  found.scrollIntoView({ block: "center" });
  found.querySelector("button").focus({ preventScroll: true });
}

function goTo(element) {
  if (!element) return;
  for (let each = element.closest("details"); each; each = each.parentElement.closest("details")) each.open = true;
  element.scrollIntoView({ block: "center" });
  element.focus({ preventScroll: true });
}

// On paper nothing can be scrolled or opened.
function unfold() {
  const from = first;
  addEventListener("afterprint", () => list(from), { once: true });
  list(0, data.students.length);
  for (const each of document.querySelectorAll("details.more")) each.open = true;
}

const section = document.getElementById("students");
if (section) {
  section.append(...table().filter(Boolean));
  list();
  document.querySelectorAll("[data-students]").forEach(fillWho);
  addEventListener("beforeprint", unfold);
  addEventListener("hashchange", follow);
  addEventListener("click", (event) => event.target.closest("a")?.hash === location.hash && follow());
  follow();
}
