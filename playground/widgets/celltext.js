// Text on a canvas page: how a character is written, and a text of spans that are coloured and can be pressed.

/** A character as it can be seen alone. */
function visible(character) {
  if (character === "\n") return "⏎";
  if (character === " ") return "␣";
  if (character === "\t") return "⇥";
  return character;
}

/** A character in quotes, named where it has no shape. */
function quoted(character) {
  const names = { "\n": tr("line feed"), " ": tr("space"), "\t": tr("tab") };
  return names[character] ?? `“${character}”`;
}

/** A text whose characters stand in spans of their own, each isolated from the direction of its neighbours. */
class Letters {
  constructor(label, attributes = {}) {
    this.box = h("div", { class: "letters", role: "group", tabindex: "0", "aria-label": label, ...attributes });
    this.spans = [];
  }

  /** Array.from splits by code points, as Python does. */
  write(characters, outside = new Set()) {
    this.spans = characters.map((character, i) => {
      const span = h("span", { class: outside.has(i) ? "outside" : "", "data-at": i });
      if (character === "\n") span.append(h("i", {}, "⏎"), "\n");
      else span.append(character);
      return span;
    });
    this.box.replaceChildren(...this.spans);
  }

  colour(i, background, text) {
    const { style } = this.spans[i];
    for (const [name, value] of [["--tint", background], ["--ink", text]]) {
      if (value) style.setProperty(name, value);
      else style.removeProperty(name);
    }
  }

  /** The place of the character under a pointer event, −1 for none. */
  at(event) {
    const span = event.target.closest?.("[data-at]");
    return span && this.box.contains(span) ? Number(span.dataset.at) : -1;
  }

  /** Bring a character into sight inside the box; the page itself is not moved. */
  reveal(i) {
    const span = this.spans[i];
    if (!span) return;
    const [top, height] = [span.offsetTop - this.box.offsetTop, span.offsetHeight];
    if (top < this.box.scrollTop) this.box.scrollTop = top - 2;
    else if (top + height > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + height - this.box.clientHeight + 2;
  }
}
