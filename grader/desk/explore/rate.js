// The learning rate on a slider: PyTorch and the student's own code train anew with each.

const DECADES = 2;

class Rate {
  constructor(trial, training) {
    this.trial = trial;
    this.training = training;
    const { rates, own, rate } = training.learning;
    this.name = rate;
    this.run = rates[own];
    this.middle = Number(this.run.rate) || 0.1;
    fill(training.slider, { min: -DECADES, max: DECADES, step: 0.05 }, []);
    this.restore();
    training.move = () => this.move();
  }

  move() {
    const rate = String(Number((this.middle * 10 ** Number(this.training.slider.value)).toPrecision(3)));
    this.training.rate.textContent = rate;
    this.training.slider.setAttribute("aria-valuetext", rate);
    this.trial.type(this.name, rate);
  }

  // What was typed into the field moves the slider, too.
  show(learning) {
    if (!learning) return;
    const [run] = learning.rates;
    const at = Math.log10(Number(run.rate) / this.middle);
    if (Number.isFinite(at) && document.activeElement !== this.training.slider) this.training.slider.value = at;
    this.training.show(run, learning);
  }

  restore() {
    this.training.slider.value = 0;
    this.training.show(this.run);
  }
}
