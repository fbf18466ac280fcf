// The live page: what the server says is shown at once.

const connection = document.body.insertBefore(make("p", { class: "live waiting", role: "status" }, say("Connecting …")), document.getElementById("page"));

function setStatus(kind, text) {
  connection.className = `live ${kind}`;
  connection.textContent = text;
}

// What the page shows now, what was said last, and the exercises whose verdict is about a version before.
let page = null;
let last = "";
let judging = [];

// Most verdicts come sooner than anyone could read that they are on their way.
const PATIENCE_MILLISECONDS = 300;
let patience = 0;

// A browser has few connections to one server: a tab that nobody looks at leaves its own to the others, and is told
// everything when it is looked at again.
let events = null;

function attend() {
  if (document.hidden) events?.close();
  else listen();
}

function listen() {
  events?.close();
  events = new EventSource("events");
  events.addEventListener("waiting", (event) => {
    const { judged, of } = JSON.parse(event.data);
    setStatus("waiting", say("Judging: {judged} of {of} exercises.", { judged, of }));
  });
  events.addEventListener("page", (event) => {
    const isFirst = page === null;
    showPage(JSON.parse(event.data));
    if (isFirst && !wasHere) openNamed();
  });
  events.addEventListener("exercise", (event) => {
    const { exercise, ...board } = JSON.parse(event.data);
    const words = say("Live. {exercise} was judged at {time}: {said}.", { exercise: exercise.name, time: new Date().toLocaleTimeString(), said: exercise.said || STATES[exercise.status][1] });
    showPage({ ...board, exercises: page.exercises.map((each) => (each.name === exercise.name ? exercise : each)) }, words);
  });
  events.addEventListener("judging", (event) => {
    judging = JSON.parse(event.data);
    patience ||= setTimeout(tellJudging, PATIENCE_MILLISECONDS);
  });
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) setStatus("lost", say("Not connected: grader explore has ended. Start it again, and open its address."));
    else setStatus("lost", say("Not connected: trying again …"));
  };
}

function showPage(data, words = say("Live: save a file, and its verdict changes here; change a number, and both passes are computed again.")) {
  page = data;
  last = words;
  judging = data.judging;
  render(page);
  tellJudging();
}

// An old verdict must not be taken for one on what was saved since.
function tellJudging() {
  clearTimeout(patience);
  patience = 0;
  for (const each of page.exercises) {
    const isOld = judging.includes(each.name);
    const element = document.getElementById(each.name);
    // A page of one exercise has no other one, and no list.
    if (!element) continue;
    element.classList.toggle("judging", isOld);
    element.querySelector(":scope > summary .said").textContent = isOld ? say("being judged") : each.said || STATES[each.status][1];
    element.querySelector(":scope > .old")?.remove();
    if (isOld) element.firstElementChild.after(make("p", { class: "old" }, say("Being judged: this verdict is about the version before.")));
    document.querySelector(`.board a[href="#${each.name}"]`)?.classList.toggle("judging", isOld);
  }
  if (judging.length) setStatus("waiting", say("Being judged: {exercises}.", { exercises: judging.join(", ") }));
  else setStatus("", last);
}

redraw = () => showPage(page, last);
const wasHere = arrive();
document.addEventListener("visibilitychange", attend);
attend();
