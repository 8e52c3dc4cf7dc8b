// Predict, then reveal: the stage stops before what is uncertain, asks, hears the guesses, reveals, and counts. Against
// the guesses stands what the best guesser, who knows the probabilities and always names the likeliest, may expect.

const LEAST = 10; // questions that the drawn tally has room for from the beginning

const entropyOf = (options) => options.reduce((bits, { p }) => (p > 0 ? bits - p * Math.log2(p) : bits), 0);

class Predict {
  /**
   * owner: a canvas with {root, step, steps, subject, theme, ratio, goto(step), schedule()}.
   * ask(k): what is uncertain between step k and `next`, as {title, options: [{key, words, colour, p}], answer, next,
   * said}, or null; `answer` is the place of what came, `said` tells it in words.
   * thresholds: entropies in bits above which it is asked, the second one to begin with; moved: what an answer says.
   */
  constructor(owner, ask, thresholds) {
    Object.assign(this, { owner, ask, threshold: thresholds[1], on: false, asked: null, told: null, hands: false });
    this.button = h("button", { type: "button", class: "pg-button predict", "aria-pressed": "false", title: tr("Stop before what is uncertain and ask (Q)"), onclick: () => this.toggle() }, tr("Predict"));
    this.build(thresholds);
    this.forget();
    owner.root.dataset.predict = "off";
    // Votes may come from elsewhere than this keyboard: whoever counts them casts them here, one for each voter.
    owner.root.__predict = this;
  }

  forget() {
    this.tally = []; // {share: of the guesses that were right, best: probability of the likeliest, guesses}
    this.answered = new Set();
    this.withdraw();
  }

  // ---------------------------------------------------------------------------------------------------- the questions

  toggle() {
    this.on = !this.on;
    this.button.setAttribute("aria-pressed", String(this.on));
    if (this.on) this.owner.goto(this.owner.step); // plays no longer
    this.withdraw();
    this.owner.schedule();
    window.dispatchEvent(new Event("pg-enlarged")); // the parts that make room are measured anew
  }

  withdraw() {
    [this.asked, this.told] = [null, null];
    this.show();
  }

  name(k) { return `${this.owner.id ?? this.owner.trace?.id}:${this.owner.subject}:${k}`; }

  /** How far one may go on from a step: to `to`, or to the first question before it, which is then asked. */
  limit(from, to) {
    if (!this.on) return to;
    for (let k = from; k < to; k++) {
      if (this.answered.has(this.name(k))) continue;
      const question = this.ask(k);
      if (!question || entropyOf(question.options) <= this.threshold) continue;
      if (this.asked?.name !== this.name(k)) {
        this.asked = { ...question, k, name: this.name(k), votes: new Map() };
        this.told = null;
        this.show();
        this.owner.root.dispatchEvent(new CustomEvent("pg-asked", { detail: { k, options: question.options.map(({ words }) => words) } }));
      }
      return k;
    }
    return to;
  }

  /** One voter's guess, the place of an option; a second one takes the place of the first. */
  vote(option, voter) {
    if (!this.asked?.options[option]) return;
    this.asked.votes.set(voter, option);
    this.show();
  }

  guess(option) {
    if (!this.asked) return;
    this.vote(option, this.hands ? `hand ${this.asked.votes.size + 1}` : "room");
    if (!this.hands) this.reveal();
  }

  reveal() {
    const { asked } = this;
    if (!asked?.votes.size) return;
    const guesses = [...asked.votes.values()];
    const right = guesses.filter((option) => option === asked.answer).length;
    this.tally.push({ share: right / guesses.length, best: Math.max(...asked.options.map(({ p }) => p)), guesses: guesses.length });
    this.answered.add(asked.name);
    [this.asked, this.told] = [null, { ...asked, right, guesses: guesses.length }];
    this.show();
    this.owner.goto(asked.next);
    this.owner.root.dispatchEvent(new CustomEvent("pg-revealed", { detail: { k: asked.k, answer: asked.answer, score: this.score } }));
  }

  /** {questions, right: the guesses' score, expected: the best guesser's, deviation: of his score}. */
  get score() {
    const sum = (of) => this.tally.reduce((total, one) => total + of(one), 0);
    return {
      questions: this.tally.length, right: sum(({ share }) => share), expected: sum(({ best }) => best),
      deviation: Math.sqrt(sum(({ best }) => best * (1 - best))),
    };
  }

  // --------------------------------------------------------------------------------------------------------- keyboard

  /** Whether a key was one of the guesses or of the switch. */
  onKey(event) {
    const key = letterOf(event);
    if (key === "q") { this.toggle(); return true; }
    if (!this.on || !this.asked) return false;
    const option = this.asked.options.findIndex((each) => each.key === key);
    if (option >= 0) this.guess(option);
    else if (key === "enter" && this.hands && event.composedPath()[0].tagName !== "BUTTON") this.reveal();
    else return false;
    return true;
  }

  get keySheet() { return [["Q", tr("predict: stop before what is uncertain and ask")], ["0 1 2 …", tr("a guess; Enter reveals when hands are counted")]]; }

  // --------------------------------------------------------------------------------------------------------- elements

  build(thresholds) {
    this.title = h("div", { class: "place" });
    this.options = h("div", { class: "options", role: "group", "aria-label": tr("Guesses") });
    this.verdict = h("div", { class: "verdict", role: "status" });
    this.next = h("button", { type: "button", class: "pg-button", onclick: () => { if (this.asked) this.reveal(); else this.owner.play(); } });
    this.canvas = h("canvas", { role: "img", "aria-label": tr("Right guesses over the questions, and what the best guesser may expect") });
    this.words = h("div", { class: "words" });
    const threshold = h("select", { onchange: () => { this.threshold = Number(threshold.value); this.withdraw(); } },
      ...thresholds.map((bits) => h("option", { value: bits, selected: bits === this.threshold }, tr`over ${bits} bits`)));
    const hands = h("input", { type: "checkbox", onchange: () => { this.hands = hands.checked; this.show(); } });
    this.box = h("section", { class: "pg-predict" },
      h("div", { class: "question" }, this.title, this.options, h("div", { class: "after" }, this.verdict, this.next)),
      h("div", { class: "tally" }, this.words, this.canvas,
        h("div", { class: "settings" }, h("label", {}, tr("Ask"), " ", threshold), h("label", {}, hands, " ", tr("count hands")),
          h("button", { type: "button", class: "again", onclick: () => { this.forget(); this.owner.schedule(); } }, tr("Start again")))));
  }

  show() {
    const { asked, told, owner } = this;
    const shown = asked ?? told;
    owner.root.dataset.predict = !this.on ? "off" : asked ? "asking" : told ? "told" : "on";
    owner.root.dataset.asked = asked ? asked.k : "";
    say(this.title, shown ? shown.title : tr("Play or step on: you are asked before the next uncertain step."));
    const votes = (option) => [...(shown?.votes.values() ?? [])].filter((one) => one === option).length;
    const buttons = (shown?.options ?? []).map(({ key, words, colour, p }, n) => {
      const fill = h("span", { class: "fill" });
      const count = votes(n);
      if (told) fill.style.width = `${100 * p}%`;
      return h("button", {
        type: "button", class: "option", "data-option": n, disabled: !asked, onclick: () => this.guess(n),
        "data-right": told ? String(n === told.answer) : null, "data-guessed": String(count > 0),
      }, fill, h("kbd", {}, key), ...(colour ? [h("span", { class: "swatch", style: `background: ${colour}` })] : []),
      h("span", { class: "name" }, words), h("span", { class: "count" }, count && (this.hands || told?.guesses > 1) ? tr`${count} hands` : ""),
      h("span", { class: "p" }, told ? `p = ${probabilityText(p)}` : ""));
    });
    this.options.replaceChildren(...buttons);
    this.verdict.dataset.right = told ? String(told.right === told.guesses) : "";
    say(this.verdict, told ? (told.guesses > 1 ? tr`${told.right} of ${told.guesses} are right: ${told.said}` : told.right ? tr`Right: ${told.said}` : tr`Wrong: ${told.said}`) : "");
    this.next.classList.toggle("pg-hidden", asked ? !this.hands : !told);
    this.next.disabled = Boolean(asked && !asked.votes.size);
    say(this.next, asked ? tr("Reveal (Enter)") : tr("Next question (Space)"));
    const { questions, right, expected, deviation } = this.score;
    const rounded = (value) => String(Number(value.toFixed(1)));
    say(this.words, questions ? tr`${rounded(right)} of ${questions} right; the best guesser expects ${expected.toFixed(1)} ± ${deviation.toFixed(1)}` : tr("The tally: your guesses against the best guesser's, who knows every p."));
    owner.root.dataset.score = `${rounded(right)}/${questions}`;
    this.drawTally();
  }

  /** Called with each drawing of the stage: a step taken elsewhere withdraws what was asked or told. */
  draw() {
    const { asked, told, owner } = this;
    if ((asked && (owner.step !== asked.k || asked.name !== this.name(asked.k))) || (told && (owner.step < told.k || told.name !== this.name(told.k)))) this.withdraw();
    const width = this.box.clientWidth ? this.canvas.parentElement.clientWidth : 0;
    const key = `${width}:${owner.ratio}:${owner.theme.dark}`;
    if (width && this.drawn !== key) { this.drawn = key; this.drawTally(); }
  }

  drawTally() {
    const { owner: { theme, ratio }, canvas, tally } = this;
    const width = canvas.parentElement?.clientWidth;
    if (!width || !theme || !ratio) return;
    const tall = 84;
    fitCanvas(canvas, Math.round(width * ratio), Math.round(tall * ratio), ratio);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, tall);
    const most = Math.max(LEAST, tally.length);
    const x = (n) => 20 + ((width - 26) * n) / most;
    const y = (score) => tall - 14 - ((tall - 20) * score) / most;
    context.strokeStyle = css(theme.text, 0.4);
    context.strokeRect(x(0), y(most), x(most) - x(0), y(0) - y(most));
    context.fillStyle = css(theme.text, 0.75);
    context.font = "11px system-ui, sans-serif";
    for (const [align, at] of [["left", 0], ["right", most]]) { context.textAlign = align; context.fillText(String(at), x(at), tall - 2); }
    context.textAlign = "right";
    context.fillText(String(most), x(0) - 3, y(most) + 9);
    const sums = tally.reduce((all, { share, best }) => {
      const [right, expected, variance] = all.at(-1);
      return [...all, [right + share, expected + best, variance + best * (1 - best)]];
    }, [[0, 0, 0]]);
    context.fillStyle = css(theme.model, 0.22);
    context.beginPath();
    sums.forEach(([, expected, variance], n) => context.lineTo(x(n), y(expected + Math.sqrt(variance))));
    sums.map((sum, n) => [sum, n]).reverse().forEach(([[, expected, variance], n]) => context.lineTo(x(n), y(expected - Math.sqrt(variance))));
    context.fill();
    const line = (colour, thick, of, dash) => {
      context.strokeStyle = colour;
      context.lineWidth = thick;
      context.setLineDash(dash);
      context.beginPath();
      sums.forEach((sum, n) => context.lineTo(x(n), y(of(sum))));
      context.stroke();
      context.setLineDash([]);
    };
    line(css(theme.model), 2, ([, expected]) => expected, [5, 3]);
    line(css(theme.accent), 2.5, ([right]) => right, []);
    context.fillStyle = css(theme.accent);
    sums.forEach(([right], n) => { context.beginPath(); context.arc(x(n), y(right), 2.6, 0, 2 * Math.PI); context.fill(); });
  }
}
