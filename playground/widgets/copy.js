// A button that copies the link of the page: every setting, the seed and the step are in it.

export default function (component) {
  return mount(component, ".pg-copy", CopyLink);
}

class CopyLink {
  constructor(root) {
    this.words = h("span", { role: "status" });
    this.button = h("button", { type: "button", class: "link", onclick: () => this.copy() }, icon("M8 12 L12 8 M9 6 L11 4 A3.5 3.5 0 0 1 16 9 L14 11 M11 14 L9 16 A3.5 3.5 0 0 1 4 11 L6 9"), this.words);
    root.append(this.button);
    say(this.words, tr("Copy link"));
  }

  receive() {}

  async copy() {
    await copied(window.location.href);
    say(this.words, tr("Copied"));
    clearTimeout(this.later);
    this.later = setTimeout(() => say(this.words, tr("Copy link")), 2500);
  }

  destroy() { clearTimeout(this.later); }
}
