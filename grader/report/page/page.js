// The page: render(data) draws a verdict, and draws it anew when it is given another one.
"use strict";

const STATES = {
  passed: ["✓", say("right")],
  failed: ["✗", say("wrong")],
  "not-started": ["○", say("not started")],
  error: ["!", say("error")],
  timeout: ["!", say("timed out")],
  missing: ["?", say("missing")],
};

// What a reader has opened and how far each graph is stepped outlives a new verdict.
const kept = new Map();
const drawn = new Map();

function keptOf(name) {
  if (!kept.has(name)) kept.set(name, { open: false, chosen: null, positions: {}, seen: {} });
  return kept.get(name);
}

// What is shown now, and how it is drawn anew.
let rendered = null;
let redraw = () => render(rendered);

function render(data) {
  rendered = data;
  const only = onlyOf(data);
  const alone = data.exercises.filter((each) => each.name === only);
  document.title = `${alone.length ? alone[0].title : `${data.points}/${data.max} · ${data.submission}`} · Handgrad`;
  if (alone.length && !kept.has(only)) keptOf(only).open = true;
  if (!kept.size && !location.hash) keptOf(data.first).open = true;
  const list = (alone.length ? alone : data.exercises).map((exercise) => {
    const json = JSON.stringify(exercise);
    if (drawn.get(exercise.name)?.json !== json) drawn.set(exercise.name, { json, element: section(exercise) });
    return drawn.get(exercise.name).element;
  });
  const unknown = only && !alone.length ? [make("p", { class: "unknown", role: "alert" }, say("No exercise here is called {name}: these are all.", { name: only }))] : [];
  document.body.classList.toggle("only", alone.length > 0);
  document.getElementById("page").replaceChildren(...(alone.length ? [] : [...unknown, scoreboard(data)]), ...list);
}

function scoreboard(data) {
  const chapters = data.chapters.map((chapter) =>
    make(
      "section",
      {},
      make("h2", {}, `${chapter.number} ${chapter.title}`),
      make("ul", {}, ...data.exercises.filter((each) => each.chapter === chapter.title).map(line)),
    ),
  );
  return make(
    "header",
    { class: "board" },
    make("h1", {}, "Handgrad"),
    make("p", { class: "total" }, make("strong", {}, data.points), ` ${sayMany("of {count} point", "of {count} points", Number(data.max))}`, bar(data.share)),
    make("p", { class: "next" }, data.next),
    make("p", { class: "run" }, say("submission {submission} · seed {seed} · isolation {isolation}", data)),
    switchOf(data.exercises),
    make("nav", { "aria-label": say("Exercises") }, ...chapters),
  );
}

function line(exercise) {
  return make(
    "li",
    {},
    make("a", { href: `#${exercise.name}`, class: exercise.status }, mark(exercise), make("span", { class: "name" }, exercise.name), bar(exercise.share), make("span", { class: "points" }, `${exercise.points}/${exercise.max}`)),
  );
}

function mark(exercise) {
  const [sign, word] = STATES[exercise.status];
  return make("span", { class: `mark ${exercise.status}`, title: word }, make("span", { "aria-hidden": true }, sign), make("span", { class: "unseen" }, word));
}

// The points beside it say the same in words.
function bar(share) {
  const frame = { class: "bar", "aria-hidden": true, viewBox: "0 0 100 8", preserveAspectRatio: "none" };
  return grow(SVG, ["svg", frame, ["rect", { width: 100 * share, height: 8 }]]);
}

function section(exercise) {
  const state = keptOf(exercise.name);
  const body = make("div", { class: `body ${shape(exercise)}` });
  const element = make(
    "details",
    { class: "exercise", id: exercise.name, open: state.open },
    make(
      "summary",
      {},
      mark(exercise),
      make("h2", {}, make("span", { class: "number" }, exercise.number), ` ${exercise.title} `, make("code", {}, exercise.name)),
      make("span", { class: "said" }, exercise.said || STATES[exercise.status][1]),
      make("span", { class: "points" }, `${exercise.points}/${exercise.max}`),
    ),
    body,
  );
  // Drawn when it is opened: a whole catalogue at once would keep the reader waiting.
  const open = () => {
    state.open = element.open;
    if (element.open && !body.hasChildNodes()) {
      body.append(...parts(exercise, state).filter(Boolean));
      unfold(body, state);
    }
    // → works right after an exercise was opened.
    if (element.open) current = body.querySelector("figure.graph")?.stepper ?? current;
  };
  element.addEventListener("toggle", open);
  open();
  return element;
}

// A narrow graph stands beside what it explains; a broad one right below, over the whole width.
const BROAD = 700;

function shape(exercise) {
  if (!exercise.graphs.length) return "alone";
  return exercise.graphs.some((graph) => graph.drawing[1].width > BROAD) ? "broad" : "beside";
}

function parts(exercise, state) {
  return [
    make(
      "div",
      { class: "words" },
      make("p", { class: "statement" }, exercise.statement),
      faded(make("div", { class: "formula", tabindex: 0, role: "group", "aria-label": say("formula") }, grow(MATHML, exercise.formula))),
    ),
    verdict(exercise),
    hints(exercise.hints, 0, exercise.hints.length),
    graphs(exercise, state),
    checks(exercise),
  ];
}

function verdict(exercise) {
  const findings = exercise.findings.map((finding) =>
    make(
      "div",
      { class: "finding" },
      make("p", { class: "headline" }, finding.headline),
      finding.call && make("pre", { class: "call" }, finding.call),
      (finding.fact || finding.agreement) && make("p", { class: "fact" }, finding.fact && make("strong", {}, finding.fact), finding.agreement && make("span", {}, ` (${finding.agreement})`)),
      finding.theirs.length ? make("div", { class: "theirs" }, make("span", {}, say("your code")), make("pre", {}, finding.theirs.join("\n"))) : null,
      finding.claim && make("p", { class: "claim" }, make("strong", {}, finding.claim), ` ${finding.hint}`),
      finding.advice && make("p", { class: "advice" }, finding.advice),
    ),
  );
  const quiet = exercise.findings.length ? null : make("p", { class: `headline ${exercise.status}` }, exercise.said || say("agrees with PyTorch"));
  const read = exercise.source ? say("{file} · to read: {source}", exercise) : exercise.file;
  return make(
    "section",
    { class: `verdict ${exercise.status}`, "aria-label": say("Verdict") },
    quiet,
    ...findings,
    ...exercise.notes.map((note) => make("p", { class: "note" }, say("Note: {note}.", { note }))),
    make("p", { class: "where" }, read),
  );
}

// Each hint waits inside the one before it.
function hints(texts, place, count) {
  if (place === count) return null;
  return make(
    "details",
    { class: "hint" },
    make("summary", {}, place ? say("Hint {number} of {count}", { number: place + 1, count }) : say("A hint (1 of {count})", { count })),
    make("p", {}, texts[place]),
    hints(texts, place + 1, count),
  );
}

function graphs(exercise, state) {
  if (!exercise.graphs.length) return null;
  const place = make("div", { class: "place" });
  const course = make("div", { class: "course" });
  const show = (chosen) => {
    state.chosen = chosen;
    const graph = exercise.graphs[chosen];
    const key = keyOfCase(exercise, chosen);
    const progress = progressOf(exercise, state, key);
    const moved = (position) => {
      state.positions[key] = position;
      remember();
    };
    const stepper = new Stepper(graph, positionOf(exercise, state, key), moved, progress);
    resume(stepper, state);
    current = stepper;
    place.replaceChildren(stepper.element);
    course.replaceChildren(...(graph.learning ? [new Training(graph.learning, state).element] : []));
    requestAnimationFrame(() => stepper.look());
  };
  const options = exercise.graphs.map((graph, at) => make("option", { value: at }, graph.title));
  const choose = make("select", { onchange: (event) => { state.scale = null; show(Number(event.target.value)); } }, ...options);
  choose.value = String(chosenOf(exercise, state));
  const chosen = options.length > 1 ? make("label", {}, `${say("case")} `, choose) : make("span", {}, exercise.graphs[0].title);
  const heading = make("div", { class: "which" }, make("h3", {}, say("Computation graph")), chosen);
  show(Number(choose.value));
  return make("section", { class: "graphs", "aria-label": say("Computation graph") }, heading, place, course);
}

function checks(exercise) {
  const head = make("tr", {}, ...[say("Checked"), say("Points"), "", ""].map((each, at) => (at < 2 ? make("th", { scope: "col" }, each) : make("td", {}, each))));
  const rows = exercise.checks.map((check) =>
    make("tr", { class: check.status }, make("th", { scope: "row" }, check.name), make("td", {}, `${check.points}/${check.max}`), make("td", {}, check.said), make("td", {}, check.message)),
  );
  const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
  return make(
    "details",
    { class: "checks" },
    make("summary", {}, sayMany("The check and its points", "The {count} checks and their points", exercise.checks.length)),
    wide(say("Checks of {exercise}", { exercise: exercise.name }), table),
  );
}

function openNamed() {
  const element = document.getElementById(readAddress().name);
  if (!element?.matches("details.exercise")) return;
  touched = element.id;
  element.open = true;
  element.scrollIntoView();
  element.querySelector("summary").focus({ preventScroll: true });
}

addEventListener("hashchange", () => {
  if (hear()) {
    drawn.delete(readAddress().name);
    redraw();
  }
  openNamed();
});
