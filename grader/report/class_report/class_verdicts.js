// What is said of one student, below their row.
"use strict";

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
