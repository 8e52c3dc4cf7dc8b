// The choice of a language. What is on stage is in the link, so the link is opened again with another `lang` in it.

export default function (component) {
  return mount(component, ".pg-language", Languages);
}

class Languages {
  constructor(root) {
    this.root = root;
  }

  receive({ data: { languages, current, label } }) {
    this.root.ariaLabel = label;
    this.root.replaceChildren(...Object.entries(languages).map(([code, name]) =>
      h("button", { type: "button", lang: code, "aria-pressed": String(code === current), onclick: () => this.choose(code) }, name)));
  }

  choose(code) {
    const link = new URL(window.location.href);
    link.searchParams.set("lang", code);
    window.location.assign(link);
  }

  destroy() {}
}
