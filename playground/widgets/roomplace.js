// Where a browser stands in the app: its page, its settings as the link holds them, and the steps on its canvases.

const OWN_NAMES = ["room", "lang", "present", "hide", "embed", "embed_options"]; // of a link: everybody has these for himself

/** The canvases on the page that step through a trace: each answers the event with itself. */
function canvases() {
  const found = [];
  document.dispatchEvent(new CustomEvent("pg-stages", { detail: found }));
  return found;
}

const whole = (value) => (Number.isInteger(value) && value >= -1 ? value : null);

/** {trace, step, focus} of a canvas; null where it has no trace yet, or stands nowhere that can be told. */
function stageOf(canvas) {
  const { trace, step, focus } = canvas.standing() ?? {};
  return trace && Number.isInteger(step) && step >= 0 ? { trace: String(trace), step, focus: whole(focus) } : null;
}

/** The settings of a link, in one order, without what is everybody's own; `more` are left out too. */
function settingsOf(query, more = []) {
  const names = new URLSearchParams(query);
  for (const name of [...OWN_NAMES, ...more]) names.delete(name);
  names.sort();
  return names.toString();
}

/** The page below `base`, "" for the first one. */
function pageHere(base) { return location.pathname.slice(base.length).replace(/^\/+|\/+$/g, ""); }

function placeHere(base) {
  const stages = canvases().map(stageOf).filter(Boolean).slice(0, 8);
  return { page: pageHere(base), query: settingsOf(location.search), stages };
}

/** What tells two places apart for the server: a step is no part of it where the canvases have it. */
function placeKey({ page, query, stages }) { return `${page}?${settingsOf(query, stages.length ? ["step"] : [])}`; }

/** The link to a place, with what this visitor has for himself. */
function linkTo(base, { page, query }) {
  const own = new URLSearchParams(location.search);
  const names = new URLSearchParams(query);
  for (const name of OWN_NAMES) if (name !== "room" && own.has(name)) names.set(name, own.get(name));
  return `${location.origin}${base}${page}?${names}`;
}

/** Whether the page's script runs on the server just now. */
function serverWorks() { return document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === "running"; }

/** What this browser remembers; where it may not, the page does until it is closed. */
class Memory {
  constructor(name, find) {
    this.name = name;
    this.find = find;
    this.value = null;
  }

  get() {
    try { return JSON.parse(this.find().getItem(this.name)); } catch { return this.value; }
  }

  set(value) {
    this.value = value;
    try {
      if (value === null) this.find().removeItem(this.name);
      else this.find().setItem(this.name, JSON.stringify(value));
    } catch { /* storage is blocked: the page remembers */ }
  }
}
