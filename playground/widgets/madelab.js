// Shared by the views of a small MADE: lookups in its trace, names, lists in words, and who edited it last.

class Lab {
  constructor({ meta, arrays, shapes }) {
    Object.assign(this, arrays, { meta });
    this.nodes = arrays.layer.length;
    this.inputs = shapes.sees[1];
    this.layers = meta.hidden.length;
    this.rows = Array.from({ length: this.layers + 2 }, () => []);
    arrays.layer.forEach((layer, node) => this.rows[layer].push(node));
  }

  at(name, above, below) { return this[name][above * this.nodes + below] === 1; }
  listed(name, node) { return Array.from({ length: this.inputs }, (_, i) => i).filter((i) => this[name][node * this.inputs + i]); }
  isHidden(node) { return this.layer[node] > 0 && this.layer[node] <= this.layers; }
  isOutput(node) { return this.layer[node] > this.layers; }
  name(node) { return this.isHidden(node) ? `h${this.layer[node]},${this.unit[node]}` : `x${this.unit[node]}`; }
  called(node) { return this.isOutput(node) ? tr`output ${this.name(node)}` : this.isHidden(node) ? this.name(node) : tr`input ${this.name(node)}`; }
  onPath(above, below) { return this.at("open", above, below) && this.listed("sees", below).length > 0 && this.listed("reaches", above).length > 0; }

  /** All nodes below (step −1) or above (+1) that are joined to `node` by open entries, itself included. */
  family(node, step) {
    const found = new Set([node]);
    const front = [node];
    while (front.length) {
      const here = front.pop();
      for (let other = 0; other < this.nodes; other++) {
        const joined = step < 0 ? this.at("open", here, other) : this.at("open", other, here);
        if (joined && !found.has(other)) { found.add(other); front.push(other); }
      }
    }
    return found;
  }

  /** What a unit sees and reaches, in words. */
  words(node) {
    const [sees, reaches] = [names(this.listed("sees", node)), names(this.listed("reaches", node))];
    const [name, degree] = [this.name(node), this.degree[node]];
    const outputs = reaches ? tr`reaches outputs ${reaches}` : tr("reaches no output");
    if (this.isOutput(node)) {
      return sees ? tr`output ${name}: step ${degree} of ${this.inputs}, sees ${sees}`
        : tr`output ${name}: step ${degree} of ${this.inputs}, sees no input: its probability is a bias`;
    }
    if (!this.isHidden(node)) return tr`input ${name}: degree ${degree}, comes at step ${degree} of ${this.inputs}; ${outputs}`;
    if (this.living[node]) {
      return tr`${name}: degree ${degree}, sees ${sees}; ${outputs} · ${this.through[node]} of ${this.meta.paths} paths run through it`;
    }
    const seen = sees ? tr`sees ${sees}` : tr("sees no input (a constant, one more bias)");
    const fate = reaches ? outputs : tr("reaches no output (computed in vain)");
    return tr`${name}: degree ${degree}, dead: ${seen}; ${fate}`;
  }
}

const names = (positions) => (positions.length ? positions.map((position) => `x${position}`).join(", ") : "");
const svg = (tag, attributes = {}, ...children) => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
};

/** The browser's edits, numbered; what it wants stands until the server has answered the newest of them. */
class Edits {
  receive({ revision, edit }) {
    if (revision !== this.revision) { this.revision = revision; this.edit = edit; return true; }
    if (edit < this.edit) return false; // an answer to an older edit
    this.edit = edit;
    return true;
  }

  next(content) { this.edit += 1; return { revision: this.revision, edit: this.edit, ...content }; }
}

function chosen(label, choices, value, onchange) {
  const group = h("div", { class: "pg-segments", role: "group", "aria-label": label });
  for (const [choice, words] of choices) {
    group.append(h("button", {
      type: "button", "aria-pressed": String(choice === value),
      onclick: (event) => {
        for (const button of group.children) button.setAttribute("aria-pressed", String(button === event.currentTarget));
        onchange(choice);
      },
    }, words));
  }
  return group;
}
