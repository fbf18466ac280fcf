// Who makes which mistake, and the ways between them and the table. The rest of the page stands without a script.
"use strict";

// So many names stand in a line.
const FEW = 12;
const made = makers();

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

function named(students, count) {
  const links = students.flatMap((student, at) => [at ? ", " : "", make("a", { href: `#${encodeURIComponent(student.id)}`, dir: "auto" }, student.name)]);
  return count > students.length ? [...links, ` and ${count - students.length} more`] : links;
}

// Names go in when they are asked for: a thousand for each of hundreds of mistakes would be too many.
function fillWho(mistake) {
  const students = made.get(mistake.id) ?? [];
  if (!students.length) return;
  const slot = mistake.querySelector(".who");
  const count = Number(mistake.dataset.students);
  if (students.length <= FEW) return slot.replaceChildren(...named(students, count));
  const names = make("p", {});
  const show = () => names.hasChildNodes() || names.append(...named(students, count));
  slot.replaceChildren(make("details", { ontoggle: show }, make("summary", {}, `who: ${count} students`), names));
}

function go(id) {
  const student = data.students.find((each) => each.id === id);
  const element = document.getElementById(id);
  if (student) show(student);
  else if (element) bring(element, element);
  else {
    news.textContent = `“${id.replace(/^student-/, "")}” isn't on this page.`;
    place = "";
    bring(news);
  }
}

// Also a student whom a search hides.
function show(student) {
  if (!chosen().includes(student)) filter.value = "";
  list(chosen().indexOf(student));
  const [row] = line(student);
  bring(row, row.querySelector("button"));
}

function bring(element, focus) {
  for (let each = element.closest("details"); each; each = each.parentElement.closest("details")) each.open = true;
  element.scrollIntoView({ block: "center" });
  focus?.focus({ preventScroll: true });
}

// On paper nothing can be scrolled or opened.
function unfold() {
  const from = first;
  const after = () => {
    list(from);
    writeAddress();
  };
  addEventListener("afterprint", after, { once: true });
  list(0, data.students.length);
  for (const each of document.querySelectorAll("details.more")) each.open = true;
}

const section = document.getElementById("students");
if (section) {
  section.append(...table().filter(Boolean));
  document.querySelectorAll("[data-students]").forEach(fillWho);
  addEventListener("beforeprint", unfold);
  startAddress();
}
