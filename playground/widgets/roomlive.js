// The two sides of a room, without a word on screen: who leads says where he stands, who follows is brought there.

const BEAT = 3000; // ms between two words of a lecturer who stands still
const RETRY = [500, 8000]; // ms before a lost connection is tried again: first, at most
const ANSWER = 10_000; // ms
const QUIET = 45_000; // ms without a word after which a follower takes the connection for lost
const HOLD = 1500; // ms after a follower's own doing in which nothing is moved under his hands
const ECHO = 3000; // ms within which the server should have heard of another place
const PATIENCE = 6000; // ms after which a page that did not become the lecturer's is opened anew

/** The room's address below the app's own. */
function roomPath(base, rest) { return `${base}room/${rest}`; }

/** Ask the rooms: {ok, …answer}; {ok: false, refused} where they refuse, "network" where nobody answered. */
async function ask(base, rest, secret, body) {
  try {
    const headers = { "content-type": "application/json", ...(secret && { "x-room-secret": secret }) };
    const signal = AbortSignal.timeout(ANSWER); // a question that is lost must not hold up the next
    const answer = await fetch(roomPath(base, rest), { method: "POST", headers, signal, body: body && JSON.stringify(body) });
    return { ok: answer.ok, ...(await answer.json()) };
  } catch {
    return { ok: false, refused: "network" };
  }
}

/** The lecturer's side: every change of the place is published, one at a time and the newest only. */
class Leader {
  constructor(base, { code, secret }, changed) {
    Object.assign(this, { base, code, secret, changed, followers: 0, lost: false, ended: null, busy: false, said: "", after: 0, spoke: 0 });
  }

  async tick(now) {
    if (this.busy || this.ended || now < this.after) return;
    const place = placeHere(this.base);
    const text = JSON.stringify(place);
    if (text === this.said && now - this.spoke < BEAT) return;
    this.busy = true;
    const answer = await ask(this.base, `${this.code}/publish`, this.secret, place);
    this.busy = false;
    this.spoke = now;
    const before = [this.followers, this.lost, this.ended].join();
    this.lost = !answer.ok;
    if (answer.ok) [this.said, this.followers] = [text, answer.followers];
    else if (["unknown", "forbidden"].includes(answer.refused)) this.ended = answer.refused;
    else this.after = now + 500;
    if (before !== [this.followers, this.lost, this.ended].join()) this.changed();
  }

  close() {
    this.ended = "closed";
    return ask(this.base, `${this.code}/close`, this.secret);
  }
}

/** A follower's side. `go(place)` asks the server for another page or other settings; steps are set on the canvases. */
class Follower {
  constructor(base, { code, following }, { changed, go }) {
    Object.assign(this, {
      base, code, following, changed, go, place: null, lost: true, ended: null, tries: 0, heard: 0, timer: 0,
      sent: null, sentAt: 0, echoed: true, settled: false, again: false, touchedAt: 0, touched: null, imposed: new WeakMap(),
    });
    this.controller = new AbortController();
    const options = { capture: true, passive: true, signal: this.controller.signal };
    for (const type of ["pointerdown", "keydown", "input"]) document.addEventListener(type, (event) => this.touch(event), options);
    addEventListener("online", () => this.connect(), { signal: this.controller.signal });
    this.connect();
  }

  destroy() {
    this.controller.abort();
    clearTimeout(this.timer);
    this.hangUp();
  }

  // ----------------------------------------------------------------------------------------------------- connection

  hangUp() {
    if (!this.socket) return;
    this.socket.onclose = this.socket.onmessage = null;
    this.socket.close();
    this.socket = null;
  }

  connect() {
    clearTimeout(this.timer);
    this.hangUp();
    if (this.ended) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.heard = Date.now();
    this.socket = new WebSocket(`${scheme}//${location.host}${roomPath(this.base, `${this.code}/follow`)}`);
    this.socket.onmessage = ({ data }) => this.hear(JSON.parse(data));
    this.socket.onclose = () => this.later();
  }

  /** Try again, later each time, and not all followers of a room at the same moment. */
  later() {
    this.hangUp();
    this.mark({ lost: true });
    const wait = Math.min(RETRY[1], RETRY[0] * 2 ** this.tries++) * (0.5 + Math.random());
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), wait);
  }

  hear({ place, refused }) {
    this.heard = Date.now();
    if (refused) {
      this.mark({ ended: refused, lost: false });
      this.hangUp();
      return;
    }
    this.tries = 0;
    if (place !== undefined) this.place = place;
    this.mark({ lost: false });
    this.tick(Date.now());
  }

  mark(values) {
    const before = [this.lost, this.ended, this.following].join();
    Object.assign(this, values);
    if (before !== [this.lost, this.ended, this.following].join()) this.changed();
  }

  // ------------------------------------------------------------------------------------------- at the lecturer's side

  /** Back to the lecturer. */
  return() {
    Object.assign(this, { sent: null, touchedAt: 0, touched: null, imposed: new WeakMap() });
    this.mark({ following: true });
    this.tick(Date.now());
  }

  tick(now) {
    if (this.ended) return;
    if (this.socket && now - this.heard > QUIET) this.later();
    if (!this.following || !this.place || this.wandered()) return;
    if (now - this.touchedAt < HOLD) return;
    this.travel(now);
    this.step(now);
  }

  /** Another page or other settings: once for each that the lecturer chose, again only where the server did not hear. */
  travel(now) {
    const key = placeKey(this.place);
    const there = this.arrived();
    if (there) this.settled = true;
    const asked = this.sent === key;
    const unheard = !this.echoed && now - this.sentAt > ECHO && !serverWorks(); // lost with the connection
    if (there && (asked || this.sent === null)) { this.sent = key; return; }
    const waited = now - this.sentAt;
    const lasting = asked && this.echoed && this.touched === null;
    if (lasting && !there && waited > PATIENCE && waited < 3 * PATIENCE && !serverWorks()) this.reopen(key);
    const missed = lasting && !there && !this.again && waited > PATIENCE / 2 && !serverWorks();
    if ((asked && !unheard && !missed) || (!asked && !this.echoed && !unheard)) return;
    Object.assign(this, { sent: key, sentAt: now, echoed: there, settled: there, touched: null, again: asked });
    if (there) return;
    for (const canvas of canvases()) canvas.reporter.now(); // what it stands on is part of where the server thinks it is
    this.go(this.place);
  }

  /** The last resort: what a page keeps to itself goes with it when it is opened anew. Never twice for one place. */
  reopen(key) {
    if (REOPENED.get() === key) return;
    REOPENED.set(key);
    location.assign(linkTo(this.base, this.place));
  }

  /** Whether page and settings are the lecturer's. A page that was just opened has not yet put its own into the link. */
  arrived() {
    const { page, query, stages } = this.place;
    const here = placeHere(this.base);
    return here.page === page && (!query || placeKey({ ...here, stages }) === placeKey(this.place));
  }

  step(now) {
    for (const canvas of canvases()) {
      const here = stageOf(canvas);
      const there = here && this.place.stages.find(({ trace }) => trace === here.trace);
      if (!there || (here.step === there.step && (there.focus === null || here.focus === there.focus))) continue;
      const [wanted, last] = [JSON.stringify(there), this.imposed.get(canvas)];
      if (last?.wanted === wanted && now - last.at < 1000) continue;
      this.imposed.set(canvas, { wanted, at: now });
      canvas.stand(there);
    }
  }

  // -------------------------------------------------------------------------------------------------- a follower's own

  touch(event) {
    if (!event.isTrusted || event.composedPath().some((node) => node.dataset?.room !== undefined)) return;
    if (event.type === "keydown" && ["Tab", "Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    this.touchedAt = Date.now();
    if (this.following) this.touched ??= this.steps();
  }

  steps() { return JSON.stringify(canvases().map(stageOf)); }

  /** Whether the follower went somewhere else himself: the settings are no longer the lecturer's, or a canvas moved. */
  wandered() {
    if (this.touched === null) return false;
    const away = this.settled && this.sent === placeKey(this.place) && !this.arrived();
    const moved = Date.now() - this.touchedAt < HOLD && this.steps() !== this.touched;
    if (away || moved) this.mark({ following: false });
    else if (Date.now() - this.touchedAt >= HOLD && this.arrived() && !serverWorks()) this.touched = null;
    return away || moved;
  }
}

const REOPENED = new Memory("pg-room-reopened", () => sessionStorage);
