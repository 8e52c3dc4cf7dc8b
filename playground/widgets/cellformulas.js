// The formulas of a recurrent cell, with the numbers of one step and one unit beneath the letters. A part is
// [class, text]: the class is the gate whose colour it has, or "" for none; `_` begins a subscript of one group.

const SIGNS = {
  input: "i", forget: "f", output: "o", candidate: "g", reset: "r", update: "z", memory: "c", hidden: "h",
};
/** A gate or a state in words. */
const nameOf = (name) => ({
  input: tr("input gate"), forget: tr("forget gate"), output: tr("output gate"), candidate: tr("candidate"), reset: tr("reset gate"),
  update: tr("update gate"), memory: tr("cell state"), hidden: tr("hidden state"),
})[name];
const BARS = { lstm: ["forget", "input", "candidate", "output", "memory", "hidden"], gru: ["reset", "update", "candidate", "hidden"], rnn: ["hidden"] };

const three = (value) => (Math.abs(value) < 0.0005 ? "0" : signed(value, 3));
const two = (value) => signed(value, 2);
const plus = (value) => (value < 0 ? ` − ${two(-value)}` : ` + ${two(value)}`);
const times = (value) => (value < 0 ? `(${three(value)})` : three(value));

/** A unit's letter with its step: c_t, or c_{t−1}. */
function sign(name, before = false) {
  return h("span", { class: `sign of-${name}` }, h("i", {}, SIGNS[name]), h("sub", {}, before ? "t−1" : "t"));
}

const w = (name, letter) => h("span", { class: `of-${name}` }, h("b", {}, letter), h("sub", {}, SIGNS[name]));

/** Which cell, of three: "rnn-relu" is an "rnn". */
const kindOf = (cell) => (cell.startsWith("rnn") ? "rnn" : cell);

/** Left sides and symbols of all formulas of a cell: [{name, symbols, numbers(at)}], `at` looks a number up by name. */
function formulasOf(cell) {
  const kind = kindOf(cell);
  const squash = { "rnn-relu": "max(0, ", "rnn-sigmoid": "σ(" }[cell] ?? "tanh(";
  const gate = (name, f) => ({
    name,
    symbols: [f, w(name, "W"), "x", h("sub", {}, "t"), " + ", w(name, "b"), " + ", w(name, "U"), h("i", {}, "h"), h("sub", {}, "t−1"), " + ", w(name, "b′"), ")"],
    numbers: (at) => `${f}${two(at.fromInput(name))}${plus(at.fromHidden(name))})`,
  });
  const state = (name, symbols, numbers) => ({ name, symbols, numbers });
  if (kind === "lstm") {
    return [
      gate("forget", "σ("), gate("input", "σ("), gate("candidate", "tanh("), gate("output", "σ("),
      state("memory", [sign("forget"), " · ", sign("memory", true), " + ", sign("input"), " · ", sign("candidate")],
        (at) => `${three(at.value("forget"))} · ${times(at.before("memory"))} + ${three(at.value("input"))} · ${times(at.value("candidate"))}`),
      state("hidden", [sign("output"), " · tanh(", sign("memory"), ")"], (at) => `${three(at.value("output"))} · tanh(${three(at.value("memory"))})`),
    ];
  }
  if (kind === "gru") {
    const f = "tanh(";
    return [
      gate("reset", "σ("), gate("update", "σ("),
      {
        name: "candidate",
        symbols: [f, w("candidate", "W"), "x", h("sub", {}, "t"), " + ", w("candidate", "b"), " + ", sign("reset"), " · (", w("candidate", "U"), h("i", {}, "h"), h("sub", {}, "t−1"), " + ", w("candidate", "b′"), "))"],
        numbers: (at) => `${f}${two(at.fromInput("candidate"))} + ${three(at.value("reset"))} · ${two(at.fromHidden("candidate")).replace(/^−(.*)$/, "(−$1)")})`,
      },
      state("hidden", ["(1 − ", sign("update"), ") · ", sign("candidate"), " + ", sign("update"), " · ", sign("hidden", true)],
        (at) => `${three(1 - at.value("update"))} · ${times(at.value("candidate"))} + ${three(at.value("update"))} · ${times(at.before("hidden"))}`),
    ];
  }
  return [{ ...gate("hidden", squash), name: "hidden" }];
}

/** The formulas as elements. `show(at)` fills in the numbers: at.value and at.before say a gate or a state after and
 * before the step, at.fromInput and at.fromHidden the two sums that a gate is made of. */
class Formulas {
  constructor() { this.box = h("div", { class: "formulas", role: "group", "aria-label": tr("The formulas of this step") }); }

  open(cell) {
    if (cell === this.cell) return;
    this.cell = cell;
    this.box.dataset.cell = kindOf(cell);
    this.lines = formulasOf(cell).map((formula) => ({
      ...formula, values: h("span", { class: "numbers" }), result: h("b", { class: `result of-${formula.name}` }),
    }));
    this.box.replaceChildren(...this.lines.map(({ name, symbols, values, result }) =>
      h("div", { class: "equation", "data-name": name }, h("span", { class: "symbols" }, sign(name), " = ", ...symbols), h("span", { class: "plugged" }, "= ", values, " = ", result))));
  }

  show(at) {
    for (const { name, numbers, values, result } of this.lines) {
      say(values, numbers(at));
      say(result, three(at.value(name)));
    }
  }
}
