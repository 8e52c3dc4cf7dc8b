// A text that a model writes. Steps are written characters; what is pointed at, else the next character to be written,
// has its choices beside the text. Another character chosen there is a new future: Python draws it with the same
// uniform numbers, and the list keeps them all.

const MOST_FUTURES = 12;
const CANDIDATES = 5; // that Predict names
const SURPRISED = 6; // nats at which the colour of a surprise is full

export default function (component) {
  return mount(component, ".pg-write", Writer);
}

class Writer extends Stepper {
  constructor(root) {
    super(root, "__write");
  }

  get rate() { return 24; } // characters a second at speed 1
  get strideWords() { return [tr("One character"), tr("ten")]; }

  // ------------------------------------------------------------------------------------------------------- elements

  build() {
    Object.assign(this, { edits: new Edits(), waiting: false, opening: null, coloured: "surprise", stride: 10, forces: [], branch: 0 });
    this.text = new Letters(tr("What is written; press a character to go back to it"), {
      onclick: (event) => { const at = this.text.at(event) - this.given; if (at >= 0) this.goto(at); },
      onpointermove: (event) => { const at = this.text.at(event) - this.given; this.point(at >= 0 ? at : -1); },
      onpointerleave: () => this.point(-1),
    });
    this.choices = new Choices(this);
    this.predict = new Predict(this, (k) => this.question(k), [0.5, 1, 2]);
    this.sum = h("span", { class: "pg-muted" });
    this.futures = h("div", { class: "futures", role: "group", "aria-label": tr("Futures") });
    this.note = h("span", { class: "note", role: "status" });
    this.root.append(
      h("div", { class: "frame" },
        h("div", { class: "left" },
          h("div", { class: "tools" }, this.segments(tr("Colour"), "coloured", [["surprise", "−log p"], ["none", tr("plain")]]), this.sum),
          this.text.box,
          h("div", { class: "under" }, h("b", {}, tr("Futures")), h("span", { class: "pg-muted" }, tr("same uniform numbers")), this.note),
          this.futures),
        h("div", { class: "beside" }, this.predict.box, this.choices.box)),
      this.buildTransport(),
    );
  }

  fit(width) {
    const wide = width >= 700;
    this.choices.fit(Math.floor(wide ? 330 : width), this.ratio);
  }

  // ----------------------------------------------------------------------------------------------- data in and out

  open({ meta, arrays }) {
    const alphabet = Array.from(meta.symbols);
    const known = this.alphabet?.join("") === meta.symbols;
    const drawn = { temperature: meta.temperature, k: meta.top_k };
    const answered = this.edits.receive(meta);
    Object.assign(this, { arrays, alphabet, steps: arrays.codes.length, drawn: meta.futures[meta.branch].force });
    this.prompt = Array.from(meta.prompt);
    this.given = this.prompt.length;
    if (answered) {
      this.waiting = false;
      [this.forces, this.branch] = [meta.futures.slice(1).map(({ force }) => force), meta.branch];
      say(this.note, "");
    }
    if (!known) this.choices.open(alphabet, drawn);
    const changed = !this.choices.drawn || this.choices.drawn.temperature !== drawn.temperature || this.choices.drawn.k !== drawn.k;
    this.choices.drawn = drawn;
    if (changed || !known) this.choices.reset();
    this.text.write([...this.prompt, ...Array.from(arrays.codes, (code) => alphabet[code])]);
    for (let i = 0; i < this.given; i++) {
      this.text.spans[i].classList.add("given");
      this.text.spans[i].title = tr`given: −log p = ${arrays.prompt_nats[i].toFixed(3)} nats`;
    }
    arrays.forced.forEach((forced, i) => this.text.spans[this.given + i].classList.toggle("forced", forced === 1));
    this.nats = Float64Array.from(arrays.codes, (code, i) => -arrays.log_p[i * alphabet.length + code]);
    this.tinted = this.marked = null;
    this.showFutures();
  }

  start(opened) {
    const { opening } = this;
    this.opening = null;
    if (!opening) { super.start(opened); return; }
    super.start({ step: clamp(opening.step, 0, this.steps), focus: null });
    if (opening.play && !matchMedia("(prefers-reduced-motion: reduce)").matches && this.step < this.steps) this.play();
    else if (opening.play) this.goto(this.steps);
    this.reported = [-1, -1]; // Python has not heard of this step
    this.reporter.later();
  }

  send(more = {}) {
    this.waiting = true;
    this.component.setStateValue("wanted", this.edits.next({ forces: this.forces, branch: this.branch, draw: null, ...more }));
    this.root.dataset.wanted = this.edits.edit;
    this.schedule();
  }

  /** What the next character may be, for Predict: the likeliest in the order of the alphabet, and any other. */
  question(k) {
    const { arrays, alphabet } = this;
    if (arrays.forced[k]) return null;
    const V = alphabet.length;
    const { temperature, k: cut } = this.choices.drawn;
    const { p, order } = renormalised(arrays.log_p.subarray(k * V, (k + 1) * V), temperature, cut);
    const offered = order.slice(0, CANDIDATES).filter((code) => p[code] > 0).sort((a, b) => a - b);
    const options = offered.map((code, n) => ({ key: String(n + 1), words: quoted(alphabet[code]), p: p[code], code }));
    const rest = 1 - options.reduce((sum, option) => sum + option.p, 0);
    if (rest > 1e-6) options.push({ key: "0", words: tr("another one"), p: rest, code: -1 });
    const place = offered.indexOf(arrays.codes[k]);
    return {
      title: tr`Character ${k + 1}: which one comes next?`, options, next: k + 1, answer: place < 0 ? options.length - 1 : place, said: quoted(alphabet[arrays.codes[k]]),
    };
  }

  // -------------------------------------------------------------------------------------------------------- futures

  /** The written character that is looked at. */
  get place() { return this.hover >= 0 ? this.hover : Math.min(this.step, this.steps - 1); }

  point(at) {
    if (this.hover === at) return;
    this.hover = at;
    this.schedule();
  }

  /** Another character where the choices are: what was forced before it stays. */
  choose(code) {
    const { place } = this;
    if (code === this.arrays.codes[place]) { this.goto(place + 1); return; }
    const force = [...this.drawn.filter(([at]) => at < place), [place, code]];
    const known = this.forces.findIndex((other) => JSON.stringify(other) === JSON.stringify(force));
    if (known < 0 && this.forces.length >= MOST_FUTURES) { say(this.note, tr`At most ${MOST_FUTURES} futures: close one first.`); return; }
    if (known < 0) this.forces = [...this.forces, force];
    this.branch = known < 0 ? this.forces.length : known + 1;
    this.hover = -1;
    this.opening = { step: place + 1, play: true };
    this.send();
  }

  take(branch) {
    if (branch === this.branch) return;
    this.branch = branch;
    this.opening = { step: this.step, play: false };
    this.send();
  }

  close(branch) {
    this.forces = this.forces.filter((_, n) => n !== branch - 1);
    if (this.branch === branch) { this.branch = 0; this.opening = { step: this.step, play: false }; }
    else if (this.branch > branch) this.branch -= 1;
    this.send();
  }

  drawWith(temperature, k) {
    this.opening = { step: this.place, play: true };
    this.send({ draw: [temperature, k] });
  }

  /** The list: where each future leaves its beginning, with what, and how it goes on. */
  showFutures() {
    const { meta, alphabet } = this;
    const parting = meta.futures[meta.branch].force.at(-1)?.[0]; // all are shown from where the one on stage left
    this.futures.replaceChildren(...meta.futures.map(({ force, text, nats }, n) => {
      const letters = Array.from(text);
      const [at, code] = force.at(-1) ?? [0, null];
      const words = code === null ? tr("as drawn") : `${at + 1}: ${visible(letters[at] ?? alphabet[code])}`;
      const said = letters.slice(Math.max(0, (parting ?? at) - 12), (parting ?? at) + 70).map((letter) => (letter === "\n" ? "⏎" : letter)).join("");
      const row = h("div", { class: "future", "aria-current": String(n === meta.branch) },
        h("button", { type: "button", class: "take", "data-branch": n, "aria-label": code === null ? tr("The future as drawn") : tr`The future with ${quoted(alphabet[code])} at ${at + 1}`, onclick: () => this.take(n) },
          h("b", {}, words), h("span", { class: "said" }, said), h("span", { class: "pg-muted" }, tr`${(nats / Math.max(1, letters.length)).toFixed(2)} nats`)));
      if (n) row.append(iconButton("M6 6 L14 14 M14 6 L6 14", tr("Close this future"), () => this.close(n)));
      return row;
    }));
  }

  pin(at) { this.goto(at); }

  cursorKey([across, down]) { this.point(clamp(this.place + across + 20 * down, 0, this.steps - 1)); }

  // -------------------------------------------------------------------------------------------------------- drawing

  draw() {
    const { place, step, given, arrays, alphabet } = this;
    this.root.dataset.place = place;
    this.root.dataset.waiting = String(this.waiting);
    this.drawText();
    const V = alphabet.length;
    const u = arrays.noise[place];
    this.choices.show({
      log: arrays.log_p.subarray(place * V, (place + 1) * V), u, stands: arrays.codes[place], forced: arrays.forced[place] === 1,
      place: place === step && !this.playing ? tr`Character ${place + 1} of ${this.steps}, the next to be written` : tr`Character ${place + 1} of ${this.steps}`,
      busy: this.waiting,
    });
    let sum = 0;
    for (let i = 0; i < step; i++) sum += this.nats[i];
    say(this.sum, step ? tr`${step} written: −log p = ${sum.toFixed(1)} nats, ${(sum / step).toFixed(2)} a character` : tr("nothing written yet"));
    if (this.waiting) say(this.note, tr("writing …"));
    this.text.spans.forEach((span, i) => span.classList.toggle("pointed", i - given === place && this.hover >= 0));
  }

  drawText() {
    const { given, step } = this;
    if (this.tinted !== this.coloured + this.theme.dark) {
      this.tinted = this.coloured + this.theme.dark;
      this.nats.forEach((nats, i) => {
        const tint = mix(this.theme.background, this.theme.rejected, Math.min(0.7, (0.7 * nats) / SURPRISED));
        if (this.coloured === "none") this.text.colour(given + i, "", "");
        else this.text.colour(given + i, css(tint), inkOn(tint));
      });
      this.nats.forEach((nats, i) => { this.text.spans[given + i].title = tr`−log p = ${nats.toFixed(3)} nats`; });
    }
    const mark = `${step},${this.playing}`;
    if (this.marked === mark) return;
    this.marked = mark;
    this.text.box.classList.toggle("playing", this.playing);
    this.text.spans.forEach((span, i) => {
      span.classList.toggle("ahead", i >= given + step);
      span.classList.toggle("here", i === given + step);
    });
    this.text.reveal(Math.min(given + step, this.text.spans.length - 1));
  }

  words() {
    const { place, step, arrays, alphabet } = this;
    return tr`${step} of ${this.steps} characters written. Character ${place + 1}: ${quoted(alphabet[arrays.codes[place]])}, −log p = ${this.nats[place].toFixed(2)} nats.`;
  }
}
