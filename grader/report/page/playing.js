// Playing a pass: node by node, at a speed of one's own, and it can be paused.
"use strict";

const SPEEDS = { slow: 1500, normal: 600, fast: 200 };
const SPEED_NAMES = { slow: say("slow"), normal: say("normal"), fast: say("fast") };

class Player {
  // `step` takes one step and says whether there is another one before `until`.
  constructor(step, jump) {
    this.step = step;
    this.jump = jump;
    this.until = null;
    this.button = make("button", { type: "button", title: say("Pause, or go on (space)"), onclick: () => this.toggle() }, say("Pause"));
    const options = Object.keys(SPEEDS).map((name) => make("option", { value: name }, SPEED_NAMES[name]));
    this.speed = make("select", { "aria-label": say("Speed"), onchange: () => this.timer && this.run() }, ...options);
    this.speed.value = "normal";
    this.tell();
  }

  play(until) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.jump(until);
      return;
    }
    this.until = until;
    this.run();
    this.once();
  }

  run() {
    clearInterval(this.timer);
    this.timer = setInterval(() => this.once(), SPEEDS[this.speed.value]);
    this.tell();
  }

  once() {
    if (!this.step(this.until)) this.stop();
  }

  toggle() {
    if (isOff(this.button)) return;
    if (this.timer) this.pause();
    else this.run();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    this.tell();
  }

  stop() {
    this.until = null;
    this.pause();
  }

  tell() {
    this.button.textContent = this.timer || this.until === null ? say("Pause") : say("Go on");
    off(this.until === null, this.button);
  }
}
