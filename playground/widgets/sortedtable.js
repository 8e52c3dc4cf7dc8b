// A table sorted by a click on a heading: up, down, and back to the order that it came in. Sorting asks no server.

export default function (component) {
  return mount(component, ".pg-sortedtable", SortedTable);
}

class SortedTable {
  constructor(root) {
    Object.assign(this, { root, sort: null, down: false });
    this.table = h("table");
    root.append(h("div", { class: "scroller", tabindex: "0" }, this.table));
  }

  receive(component) {
    this.component = component;
    readTheme(this.root);
    const { data } = component;
    if (this.sort === null) [this.sort, this.down] = [data.sort, data.down];
    this.data = data;
    this.table.ariaLabel = data.label;
    this.root.firstChild.ariaLabel = data.label;
    this.root.firstChild.role = "group";
    this.show();
  }

  choose(name) {
    if (this.sort !== name) [this.sort, this.down] = [name, false];
    else if (!this.down) this.down = true;
    else [this.sort, this.down] = ["", false];
    this.show();
    this.table.querySelector(`th[data-name="${CSS.escape(name)}"] button`).focus();
    this.component.setStateValue("order", { sort: this.sort, down: this.down });
  }

  /** Row numbers as they are to stand. What is not there stands last either way. */
  order() {
    const { columns } = this.data;
    const rows = columns[0].cells.map((_, row) => row);
    const column = columns.find(({ name }) => name === this.sort);
    if (!column) return rows;
    const value = (row) => column.cells[row][1];
    const sign = this.down ? -1 : 1;
    const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
    return rows.sort((a, b) => (value(a) === null) - (value(b) === null) || (value(a) === null ? 0 : sign * compare(value(a), value(b))) || a - b);
  }

  show() {
    const { columns } = this.data;
    const sorts = (name) => (name !== this.sort ? "none" : this.down ? "descending" : "ascending");
    const mark = { none: "", ascending: "▲", descending: "▼" };
    const head = columns.map(({ name, heading, numeric }) =>
      h("th", { scope: "col", "data-name": name, "aria-sort": sorts(name), class: numeric ? "number" : "" },
        h("button", { type: "button", title: tr`Sort by ${heading}`, onclick: () => this.choose(name) }, heading, h("span", { "aria-hidden": "true" }, mark[sorts(name)]))));
    const body = this.order().map((row) => h("tr", { "data-row": row }, ...columns.map(({ numeric, cells }, i) => {
      const [shown, exact] = cells[row];
      const attributes = { class: numeric ? "number" : "", title: typeof exact === "number" ? String(exact) : null };
      return h(i ? "td" : "th", i ? attributes : { ...attributes, scope: "row" }, shown);
    })));
    this.table.replaceChildren(h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body));
    this.root.dataset.sort = this.sort;
    this.root.dataset.down = this.down;
  }

  destroy() {
    this.root.replaceChildren();
  }
}
