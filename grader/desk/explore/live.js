// The live page: what the server says is shown at once.

const connection = document.body.insertBefore(make("p", { class: "live waiting", role: "status" }, "Connecting …"), document.getElementById("page"));

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
    setStatus("waiting", `Judging: ${judged} of ${of} exercises.`);
  });
  events.addEventListener("page", (event) => {
    const isFirst = page === null;
    showPage(JSON.parse(event.data));
    if (isFirst && !wasHere) openNamed();
  });
  events.addEventListener("exercise", (event) => {
    const { exercise, ...board } = JSON.parse(event.data);
    const words = `Live. ${exercise.name} was judged at ${new Date().toLocaleTimeString()}: ${exercise.said || STATES[exercise.status][1]}.`;
    showPage({ ...board, exercises: page.exercises.map((each) => (each.name === exercise.name ? exercise : each)) }, words);
  });
  events.addEventListener("judging", (event) => {
    judging = JSON.parse(event.data);
    patience ||= setTimeout(tellJudging, PATIENCE_MILLISECONDS);
  });
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) setStatus("lost", "Not connected: grader explore has ended. Start it again, and open its address.");
    else setStatus("lost", "Not connected: trying again …");
  };
}

function showPage(data, words = "Live: save a file, and its verdict changes here; change a number, and both passes are computed again.") {
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
    element.querySelector(":scope > summary .said").textContent = isOld ? "being judged" : each.said || STATES[each.status][1];
    element.querySelector(":scope > .old")?.remove();
    if (isOld) element.firstElementChild.after(make("p", { class: "old" }, "Being judged: this verdict is about the version before."));
    document.querySelector(`.board a[href="#${each.name}"]`)?.classList.toggle("judging", isOld);
  }
  if (judging.length) setStatus("waiting", `Being judged: ${judging.join(", ")}.`);
  else setStatus("", last);
}

redraw = () => showPage(page, last);
const wasHere = arrive();
document.addEventListener("visibilitychange", attend);
attend();
