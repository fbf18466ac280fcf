// What the address holds: the exercise, its case, numbers, step and switches. The tab remembers all the rest.
"use strict";

const WRITE_MILLISECONDS = 250;

const LEFT = `handgrad ${location.pathname}${location.search}`;

// The exercise that was last touched, which the address names.
let touched = "";
let writing = 0;

function onlyOf(data) {
  return new URLSearchParams(location.search).get("only") ?? data.only ?? "";
}

// "#relu?case=2&step=3&seen=5&all=1&.x=[1, 2]": the name, and what is said of it.
function readAddress() {
  const [name, query = ""] = location.hash.slice(1).split("?");
  const said = new URLSearchParams(query);
  const texts = [...said].filter(([key]) => key.startsWith(".")).map(([key, text]) => [key.slice(1), text]);
  return { name: decoded(name), said, texts: texts.length ? Object.fromEntries(texts) : null };
}

// Before anything is drawn: what the tab remembers, and then what the address says. Whether there was the former.
function arrive() {
  catchUp();
  const before = history.state?.kept;
  for (const [name, state] of before || []) kept.set(name, Object.assign(keptOf(name), state));
  switches.all = Boolean(history.state?.all);
  hear();
  return Boolean(before);
}

// What the address says of an exercise, to be drawn so; false if it says nothing but its name.
function hear() {
  const { name, said, texts } = readAddress();
  if (said.has("all")) switches.all = said.get("all") !== "0";
  if (!name || ![...said].length) return false;
  touched = name;
  const state = keptOf(name);
  const number = (key) => (said.has(key) && /^\d{1,6}$/.test(said.get(key)) ? Number(said.get(key)) : null);
  Object.assign(state, { open: true, texts, said: { case: number("case"), step: number("step"), seen: number("seen") } });
  state.speed = said.get("speed") in SPEEDS ? said.get("speed") : state.speed;
  state.scale = Number(said.get("zoom")) || null;
  state.rate = said.get("rate");
  return true;
}

// The case of an exercise's graphs to show, by what the address said.
function chosenOf(exercise, state) {
  const said = state.said?.case;
  if (said) state.chosen = said - 1;
  return state.chosen !== null && state.chosen < exercise.graphs.length ? state.chosen : Math.max(0, exercise.graphs.findIndex((graph) => graph.failing));
}

// Examples of one note have one name.
function keyOfCase(exercise, chosen) {
  return `${chosen} ${exercise.graphs[chosen].case}`;
}

// Where one has stepped to in a case, and what of it has been seen, which outlives its drawing.
function progressOf(exercise, state, key) {
  if (state.said) {
    const { step, seen } = state.said;
    if (step !== null) state.positions[key] = step;
    state.seen[key] = Math.max(state.seen[key] ?? 0, step ?? 0, seen ?? 0);
    delete state.said;
  }
  return {
    looks: ((state.looks ??= {})[key] ??= {}),
    asks: () => exercise.status !== "passed" && !switches.all,
    get seen() {
      return state.seen[key] ?? 0;
    },
    set seen(steps) {
      state.seen[key] = steps;
    },
    set waits(isAsked) {
      state.waits = isAsked ? key : "";
    },
  };
}

// Where one was; who was only kept by a question, before the exercise was solved, sees all now.
function positionOf(exercise, state, key) {
  return state.waits === key && exercise.status === "passed" ? undefined : state.positions[key];
}

// Size and speed, as they were.
function resume(stepper, state) {
  stepper.view.chosen = state.scale ?? null;
  stepper.player.speed.value = state.speed ?? "normal";
}

function unfold(element, state) {
  const folds = [...element.querySelectorAll("details")];
  if (state.folds?.length === folds.length) folds.forEach((each, at) => (each.open = state.folds[at]));
}

function remember() {
  writing ||= setTimeout(writeAddress, WRITE_MILLISECONDS);
}

function writeAddress() {
  clearTimeout(writing);
  writing = 0;
  if (!rendered) return;
  for (const [name, state] of kept) look(name, state);
  const hash = touched && kept.get(touched)?.open ? `#${encodeURIComponent(touched)}${addressOf(touched)}` : "";
  try {
    history.replaceState({ kept: [...kept], all: switches.all }, "", location.pathname + location.search + hash);
  } catch (error) {
    // A frame may have no address of its own; a state that can't be kept is a fault of this page's.
    if (error.name !== "SecurityError") throw error;
  }
}

function look(name, state) {
  const element = document.getElementById(name);
  const stepper = element?.querySelector("figure.graph")?.stepper;
  if (!stepper) return;
  state.folds = [...element.querySelectorAll(".body details")].map((each) => each.open);
  state.scale = stepper.view.chosen;
  state.speed = stepper.player.speed.value;
}

function addressOf(name) {
  const state = kept.get(name);
  const exercise = rendered.exercises.find((each) => each.name === name);
  const said = new URLSearchParams();
  if (exercise?.graphs.length) {
    const chosen = chosenOf(exercise, state);
    const key = keyOfCase(exercise, chosen);
    const [step, seen] = [state.positions[key] ?? 0, state.seen[key] ?? 0];
    // Who opens it sees the case that fails there, unless it is said.
    if (exercise.graphs.length > 1) said.set("case", chosen + 1);
    said.set("step", step);
    if (seen > step) said.set("seen", seen);
    for (const { name: field, text } of exercise.fields?.[chosen] || []) if ((state.texts?.[field] ?? text) !== text) said.set(`.${field}`, state.texts[field]);
  }
  if (switches.all) said.set("all", 1);
  if ((state.speed ?? "normal") !== "normal") said.set("speed", state.speed);
  if (state.rate) said.set("rate", state.rate);
  if (state.scale) said.set("zoom", state.scale.toFixed(2));
  return [...said].length ? `?${said}` : "";
}

for (const kind of ["click", "keyup", "input", "change", "toggle", "wheel"]) {
  document.addEventListener(
    kind,
    (event) => {
      const name = event.target.closest?.("details.exercise")?.id;
      // A section that opens by itself is nobody's touch.
      if (name && kind !== "toggle") touched = name;
      remember();
    },
    { capture: true, passive: true },
  );
}

// A reload goes by what the address and its state were when it began: what was done right before waits in the storage.
function leave() {
  writeAddress();
  if (rendered) storage((each) => each.setItem(LEFT, JSON.stringify({ state: history.state, hash: location.hash })));
}

function catchUp() {
  const left = JSON.parse(storage((each) => each.getItem(LEFT)) ?? "null");
  forget();
  const [navigation] = performance.getEntriesByType("navigation");
  if (left && navigation?.type === "reload") history.replaceState(left.state, "", location.pathname + location.search + left.hash);
}

function forget() {
  storage((each) => each.removeItem(LEFT));
}

// A frame is shown again as the page around it says, and a browser may allow no storage.
function storage(act) {
  try {
    return self === top ? act(sessionStorage) : null;
  } catch {
    return null;
  }
}

addEventListener("pagehide", leave);
addEventListener("pageshow", forget);
// A phone may end a page that nobody looks at, without a word.
document.addEventListener("visibilitychange", () => document.hidden && writeAddress());
