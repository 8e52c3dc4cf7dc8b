// What a lecturer needs on every page: keys, the sheet that lists them, and present mode, in which the stage fills the
// screen. The browser acts at once; Python hears of present mode, which is in the link, and of another view.

const STAGE = ".st-key-stage";
const WIDTH = 900; // CSS pixels that a stage needs to stand as it is meant to
const MOST = 3; // times that a stage is enlarged
const EDGE = 8; // CSS pixels below it
const NEAR = 0.015; // enlargements that differ by less are the same
const MOST_TRIES = 10;
const SETTLED = 1500; // ms after which a stage of another size is looked at from the beginning

export default function (component) {
  return mount(component, ".pg-lecture", Lecture);
}

let inCharge; // the instance that was mounted last

class Lecture {
  constructor(root) {
    Object.assign(this, { root, wishes: 0, zoom: 1, present: null, pending: null });
    this.tries = { low: 1, high: Infinity, count: 0, at: 0 };
    this.build();
    this.controller = new AbortController();
    const { signal } = this.controller;
    // On window, so that a canvas on the page hears a key first.
    window.addEventListener("keydown", (event) => this.onKey(event), { signal });
    window.addEventListener("resize", () => { if (!this.telling) this.refit(); }, { signal });
    this.sizes = new ResizeObserver(() => this.fit());
    this.changes = new MutationObserver(() => this.watch());
    this.changes.observe(document.body, { childList: true, subtree: true });
  }

  destroy() {
    this.controller.abort();
    this.sizes.disconnect();
    this.changes.disconnect();
    clearTimeout(this.hiding);
    this.root.replaceChildren();
    if (inCharge !== this) return; // the next page's has come before this one went, and the document is its own now
    for (const name of ["pgPresent", "pgControls", "pgScheme"]) delete document.documentElement.dataset[name];
    document.documentElement.style.removeProperty("--pg-enlarged");
  }

  receive(component) {
    inCharge = this;
    this.component = component;
    this.data = component.data;
    document.documentElement.dataset.pgScheme = readTheme(this.root).dark ? "dark" : "light";
    document.documentElement.lang = this.data.current;
    if (this.pending && this.pending !== this.data.done) return; // this was said before the last wish was heard
    this.pending = null;
    if (this.data.present !== this.present) this.show(this.data.present);
  }

  /** Tell Python what is wanted; the number tells one wish from the next. */
  wish(what) {
    this.wishes += 1;
    this.pending = `${Date.now()}.${this.wishes}`;
    this.component.setStateValue("wish", { number: this.pending, ...what });
  }

  // --------------------------------------------------------------------------------------------------- present mode

  show(present) {
    const { dataset } = document.documentElement;
    this.present = present;
    dataset.pgPresent = String(present);
    if (!present) delete dataset.pgControls;
    this.leave.classList.toggle("pg-hidden", !present);
    this.watch();
    this.refit();
  }

  toggle() {
    const present = !this.present;
    this.show(present);
    this.wish({ present });
  }

  controls() {
    const { dataset } = document.documentElement;
    if (!this.present) { this.focusOn("controls"); return; }
    if (dataset.pgControls) { delete dataset.pgControls; return; }
    dataset.pgControls = "true";
    this.focusOn("controls");
  }

  /** Follow the size of what is on stage: its parts come and go with reruns. */
  watch() {
    const stage = this.present ? document.querySelector(STAGE) : null;
    const parts = stage ? [...stage.children] : [];
    if (stage === this.stage && parts.length === this.parts?.length && parts.every((part, i) => part === this.parts[i])) return;
    [this.stage, this.parts] = [stage, parts];
    this.sizes.disconnect();
    for (const part of parts) this.sizes.observe(part);
    this.refit();
  }

  refit() {
    this.tries = { low: 1, high: Infinity, count: 0, at: performance.now() }; // low fits, high does not
    this.fit();
  }

  /**
   * The largest enlargement with which the first picture on stage still fits into the window. A stage may grow taller
   * as it gets narrower, so what was asked for is looked at and, where it does not fit, the middle is tried.
   */
  fit() {
    const { stage } = this;
    if (performance.now() - this.tries.at > SETTLED) this.tries = { low: 1, high: Infinity, count: 0 };
    this.tries.at = performance.now();
    this.tries.count += 1;
    let zoom = 1;
    if (stage) {
      const picture = this.parts.find((part) => part.querySelector(".stBidiComponent, .stPlotlyChart, .stImage")) ?? this.parts.at(-1);
      const box = stage.getBoundingClientRect();
      const tall = picture ? (picture.getBoundingClientRect().bottom - box.top) / this.zoom : 0;
      const room = innerHeight - EDGE - box.top - document.querySelector(".stMain").scrollTop;
      if (tall > 100) zoom = this.try(room / tall, clamp(box.width / WIDTH, 1, MOST));
    }
    if (Math.abs(zoom - this.zoom) < NEAR) return;
    this.zoom = zoom;
    document.documentElement.style.setProperty("--pg-enlarged", zoom.toFixed(3));
    this.telling = true;
    window.dispatchEvent(new Event("pg-enlarged"));
    window.dispatchEvent(new Event("resize")); // charts measure themselves anew
    this.telling = false;
  }

  /** The next enlargement to look at, when `wanted` would fill the height as the stage is now. */
  try(wanted, most) {
    const { tries, zoom } = this;
    if (wanted >= zoom - NEAR) tries.low = Math.max(tries.low, Math.min(zoom, most));
    else [tries.low, tries.high] = [tries.low < zoom ? tries.low : 1, Math.min(tries.high, zoom)];
    const next = clamp(wanted, 1, most);
    if (tries.count > MOST_TRIES) return tries.low;
    if (next > tries.low - NEAR && next < tries.high) return next;
    return tries.high - tries.low > 3 * NEAR ? (tries.low + Math.min(tries.high, most)) / 2 : tries.low;
  }

  // ------------------------------------------------------------------------------------------------------------ keys

  /** [keys, what they do] of every page. */
  get keySheet() {
    return [
      ["?", tr("this sheet")], ["P", tr("present mode, and back")], ["F", tr("full screen, and back")],
      [", .", tr("previous, next view")], ["PageUp PageDown", tr("the same in present mode: the buttons of a presenter")],
      ["R", tr("press the main button of the page, such as Generate")], ["C", tr("go to the controls")], ["X", tr("go to the stage")],
      ["K", tr("copy the link")], ["L", tr("another language")], ["Esc", tr("close what is open")],
    ];
  }

  onKey(event) {
    const key = letterOf(event);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || (typing(event) && key !== "escape")) return;
    if (this.sheet.open) {
      if (key !== "?") return; // Escape is the dialog's own
      this.sheet.close();
    } else if (this.present && (key === "pagedown" || key === "pageup")) this.go(key === "pagedown" ? 1 : -1);
    else if (key === "escape" && document.documentElement.dataset.pgControls) this.controls();
    else {
      const act = {
        "?": () => this.open(), p: () => this.toggle(), f: () => this.fill(), ",": () => this.go(-1), ".": () => this.go(1),
        r: () => this.run(), c: () => this.controls(), x: () => this.focusOn("stage"), k: () => this.copy(), l: () => this.speak(),
      }[key];
      if (!act) return;
      act();
    }
    event.preventDefault();
  }

  go(by) { this.wish({ go: by }); }

  fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  }

  run() { document.querySelector('.st-key-controls [data-testid="stBaseButton-primary"], .stMain [data-testid="stBaseButton-primary"]')?.click(); }

  /** The first thing in a part of the page that takes the focus, looked for in canvases too. */
  focusOn(part) {
    const found = firstFocus(document.querySelector(`.st-key-${part}`));
    found?.focus({ preventScroll: false });
  }

  async copy() {
    await copied(window.location.href);
    this.tell(tr("The link is copied."));
  }

  speak() {
    const { languages, current } = this.data;
    const link = new URL(window.location.href);
    link.searchParams.set("lang", languages[(languages.indexOf(current) + 1) % languages.length]);
    window.location.assign(link);
  }

  tell(words) {
    say(this.told, words);
    this.told.classList.add("shown");
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => { this.told.classList.remove("shown"); say(this.told, ""); }, 2500);
  }

  // ------------------------------------------------------------------------------------------------------- elements

  open() {
    const canvases = [];
    window.dispatchEvent(new CustomEvent("pg-keys", { detail: canvases }));
    const table = (title, keys) => h("section", {}, h("h3", {}, title), h("dl", {}, ...keys.flatMap(([names, does]) =>
      [h("dt", {}, ...names.split(" ").map((name) => h("kbd", {}, name))), h("dd", {}, does)])));
    this.lists.replaceChildren(...canvases.map(({ title, keys }) => table(title, keys)), table(tr("Everywhere"), this.keySheet));
    this.sheet.showModal();
  }

  build() {
    this.leave = iconButton("M6 6 L14 14 M14 6 L6 14", tr("Leave present mode (P)"), () => this.toggle(), { class: "pg-icon leave pg-hidden" });
    this.lists = h("div", { class: "lists" });
    this.told = h("div", { class: "told", role: "status" });
    this.sheet = h("dialog", { "aria-label": tr("Keys"), onclick: (event) => { if (event.target === this.sheet) this.sheet.close(); } },
      h("header", {}, h("h2", {}, tr("Keys")), h("span", { class: "pg-muted" }, tr("While you type in a field, they are left alone.")),
        iconButton("M6 6 L14 14 M14 6 L6 14", tr("Close (Esc)"), () => this.sheet.close())),
      this.lists);
    this.root.append(this.leave, this.told, this.sheet);
  }
}

/** The first element that takes the focus in a part of a page, canvases included; null where there is none. */
function firstFocus(part) {
  if (!part) return null;
  for (const element of part.querySelectorAll("*")) {
    if (element.shadowRoot) {
      const inside = firstFocus(element.shadowRoot);
      if (inside) return inside;
    } else if (element.tabIndex >= 0 && !element.disabled && element.checkVisibility()) return element;
  }
  return null;
}
