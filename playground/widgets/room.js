// The room of a lecture: a lecturer opens one and is followed, page by page and step by step. The connection outlives
// the panel: another page mounts another panel.

const TICK = 100; // ms
const LEAD = new Memory("pg-room-lead", () => localStorage); // {code, secret, tab}: the secret survives a closed tab
const FOLLOW = new Memory("pg-room-follow", () => sessionStorage); // {code, following}
const TAB = new Memory("pg-room-tab", () => sessionStorage);
const REFUSALS = {
  unknown: () => tr("No room has this code: it is mistyped, or the lecture is over."),
  over: () => tr("The lecture is over: its room was closed."),
  closed: () => tr("The room is closed."),
  forbidden: () => tr("Only the browser that opened this room can steer it."),
  full: () => tr("The room is full. Try again when somebody has left."),
  rooms: () => tr("All rooms are taken. Try again when a lecture is over."),
  network: () => tr("The server does not answer."),
};
const live = { leader: null, follower: null, panel: null, base: null, number: 0 };

export default function (component) {
  return mount(component, ".pg-room", RoomPanel);
}

setInterval(() => {
  const now = Date.now();
  live.leader?.tick(now);
  live.follower?.tick(now);
}, TICK);

addEventListener("storage", ({ key }) => {
  if (key !== LEAD.name || !live.leader || LEAD.get()?.tab === tab()) return;
  live.leader = null;
  live.panel?.say(LEAD.get() ? tr("This room is led from another tab now.") : refusal("closed"));
});

function refusal(kind) { return (REFUSALS[kind] ?? (() => tr`The room refuses this: ${kind}.`))(); }

class RoomPanel {
  constructor(root) {
    this.root = root;
    root.dataset.room = "";
    Object.assign(this, { notice: "", over: false }); // over: the notice is shown in the bar too
    this.build();
    live.panel = this;
  }

  destroy() {
    if (live.panel === this) live.panel = null;
    this.bar.hidePopover?.();
    this.large.close();
    this.root.replaceChildren();
  }

  receive(component) {
    this.component = component;
    const { page, done } = component.data;
    readTheme(this.root);
    if (live.base === null && pageEnds(page)) {
      live.base = location.pathname.slice(0, location.pathname.length - page.length).replace(/\/*$/, "/");
      this.resume();
    }
    if (live.follower && done === live.follower.asked) live.follower.echoed = true;
    this.show();
  }

  /** What this tab did before it was loaded again, and what its link asks for. */
  resume() {
    const asked = new URLSearchParams(location.search).get("room");
    const led = LEAD.get();
    const mine = led && led.tab === tab();
    if (mine && (!asked || asked.toUpperCase() === led.code)) this.lead(led);
    else if (asked) this.follow(asked);
    else if (FOLLOW.get()) this.join(FOLLOW.get());
  }

  // -------------------------------------------------------------------------------------------------------- the lecturer

  async open() {
    this.openButton.disabled = true;
    const answer = await ask(live.base, "open");
    this.openButton.disabled = false;
    if (answer.ok) this.lead({ code: answer.code, secret: answer.secret });
    else this.say(refusal(answer.refused === "full" ? "rooms" : answer.refused));
  }

  lead({ code, secret }) {
    this.leave();
    LEAD.set({ code, secret, tab: tab() });
    this.notice = "";
    live.leader = new Leader(live.base, { code, secret }, () => live.panel?.led());
    this.show();
  }

  led() {
    const { ended } = live.leader;
    if (ended && ended !== "closed") {
      live.leader = null;
      LEAD.set(null);
      this.notice = refusal(ended === "unknown" ? "over" : ended);
    }
    this.show();
  }

  close() {
    live.leader.close();
    live.leader = null;
    LEAD.set(null);
    this.say(refusal("closed"));
  }

  // -------------------------------------------------------------------------------------------------------- the follower

  follow(typed) {
    const code = typed.trim().toUpperCase();
    if (!/^[A-Z0-9]{1,12}$/.test(code)) { this.say(tr("A code has letters and digits only.")); return; }
    this.notice = "";
    this.join({ code, following: true });
  }

  join({ code, following }) {
    live.follower?.destroy();
    FOLLOW.set({ code, following });
    const hooks = { changed: () => live.panel?.followed(), go: (place) => live.panel?.go(place) };
    live.follower = new Follower(live.base, { code, following }, hooks);
    this.show();
  }

  followed() {
    const { code, following, ended } = live.follower;
    if (ended) {
      this.leave();
      Object.assign(this, { notice: refusal(ended), over: true });
    } else FOLLOW.set({ code, following });
    this.show();
  }

  leave() {
    live.follower?.destroy();
    live.follower = null;
    FOLLOW.set(null);
    Object.assign(this, { notice: "", over: false });
    const link = new URL(location.href);
    if (!link.searchParams.has("room")) return;
    link.searchParams.delete("room");
    history.replaceState(history.state, "", link);
  }

  /** Ask Python for another page or other settings of this one. */
  go({ page, query }) {
    live.follower.asked = `${Date.now()}.${live.number += 1}`;
    this.component.setStateValue("go", { id: live.follower.asked, page, query });
  }

  // ----------------------------------------------------------------------------------------------------------- on screen

  say(words) { this.notice = words; this.show(); }

  show() {
    const { leader, follower } = live;
    this.root.dataset.role = leader ? "leader" : follower ? "follower" : "none";
    this.root.dataset.code = (leader ?? follower)?.code ?? "";
    for (const [role, box] of Object.entries(this.boxes)) box.classList.toggle("pg-hidden", role !== this.root.dataset.role);
    say(this.words, this.notice);
    this.words.classList.toggle("pg-hidden", !this.notice);
    const led = LEAD.get();
    this.resumeButton.classList.toggle("pg-hidden", !led);
    if (led) say(this.resumeButton, tr`Lead room ${led.code} here`);
    if (leader) this.showLeader(leader);
    if (follower) this.showFollower(follower);
    this.showBar(follower);
  }

  showLeader({ code, followers, lost }) {
    const link = `${location.origin}${live.base}?room=${code}`;
    for (const box of [this.code, this.largeCode]) say(box, code);
    for (const box of [this.address, this.largeAddress]) say(box, link.replace(/^https?:\/\//, ""));
    const picture = `${roomPath(live.base, "qr")}?link=${encodeURIComponent(link)}`;
    for (const image of [this.picture, this.largePicture]) if (image.getAttribute("src") !== picture) image.src = picture;
    this.root.dataset.followers = followers;
    const counted = followers > 1 ? tr`${followers} follow you.` : followers ? tr("1 follows you.") : tr("Nobody follows yet.");
    say(this.count, lost ? tr("Connection lost; trying again …") : counted);
  }

  showFollower({ code, following, lost, place }) {
    const state = lost ? "lost" : following ? (place ? "following" : "waiting") : "away";
    this.root.dataset.state = state;
    const texts = {
      lost: tr("Connection lost; trying again …"), following: tr`You follow room ${code}.`,
      waiting: tr`Room ${code} is open; the lecturer has not begun.`, away: tr`You left the page of room ${code}.`,
    };
    for (const box of [this.state, this.barState]) say(box, texts[state]);
    for (const button of [this.again, this.barAgain]) button.classList.toggle("pg-hidden", following);
  }

  /** The bar lies over everything, also where the sidebar is folded away. */
  showBar(follower) {
    const [open, wanted] = [this.bar.matches(":popover-open"), Boolean(follower || this.over)];
    this.bar.dataset.state = follower ? this.root.dataset.state : "over";
    if (!follower) {
      say(this.barState, this.notice);
      this.barAgain.classList.add("pg-hidden");
    }
    if (wanted && !open) this.bar.showPopover();
    if (!wanted && open) this.bar.hidePopover();
  }

  enlarge() { this.large.showModal(); }

  async copy() {
    const link = `${location.origin}${live.base}?room=${live.leader.code}`;
    try {
      await navigator.clipboard.writeText(link);
      say(this.copyButton, tr("Copied"));
    } catch { // not allowed: select it, so that a key copies it
      getSelection().selectAllChildren(this.address);
    }
    setTimeout(() => say(this.copyButton, tr("Copy the link")), 1500);
  }

  build() {
    const button = (words, onclick, extra = {}) => h("button", { type: "button", class: "pg-button", onclick, ...extra }, words);
    const back = (extra) => button(tr("Follow again"), () => live.follower.return(), { class: "pg-button pg-primary", "data-action": "again", ...extra });
    const out = () => button(tr("Leave"), () => { this.leave(); this.show(); }, { "data-action": "leave" });
    const image = () => h("img", { alt: tr("QR picture of the link to this room"), class: "qr" });
    this.openButton = button(tr("Open a room"), () => this.open(), { "data-action": "open" });
    this.resumeButton = button("", () => this.lead(LEAD.get()), { "data-action": "resume" });
    this.field = h("input", { type: "text", maxlength: "12", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", "aria-label": tr("Code of the room"), placeholder: tr("Code") });
    this.words = h("p", { class: "words", role: "status" });
    [this.code, this.largeCode, this.count, this.address, this.largeAddress, this.state, this.barState] = ["strong", "strong", "p", "p", "p", "p", "span"].map((tag) => h(tag));
    [this.code.className, this.largeCode.className, this.address.className] = ["code", "code", "address"];
    this.count.setAttribute("role", "status");
    this.barState.setAttribute("role", "status");
    [this.picture, this.largePicture] = [image(), image()];
    this.copyButton = button(tr("Copy the link"), () => this.copy(), { "data-action": "copy" });
    this.again = back();
    this.barAgain = back();
    this.boxes = {
      none: h("div", {}, h("p", { class: "pg-muted" }, tr("Others see your page, settings and step, each on their own screen.")), this.openButton, this.resumeButton,
        h("form", { onsubmit: (event) => { event.preventDefault(); this.follow(this.field.value); } }, this.field, h("button", { class: "pg-button", "data-action": "follow" }, tr("Follow")))),
      leader: h("div", {}, this.code, this.address, h("button", { type: "button", class: "picture", onclick: () => this.enlarge(), title: tr("Show it large"), "data-action": "enlarge" }, this.picture), this.count,
        h("div", { class: "row" }, this.copyButton, button(tr("Close the room"), () => this.close(), { "data-action": "close" }))),
      follower: h("div", {}, this.state, h("div", { class: "row" }, this.again, out())),
    };
    this.bar = h("div", { class: "bar", popover: "manual" }, h("span", { class: "dot" }), this.barState, this.barAgain, out());
    this.large = h("dialog", { class: "large", "aria-label": tr("Room of the lecture"), onclick: () => this.large.close() },
      this.largePicture, h("div", {}, h("p", {}, tr("Follow on your own screen")), this.largeCode, this.largeAddress, h("button", { type: "button", class: "pg-button" }, tr("Close"))));
    this.root.append(h("h2", {}, tr("Lecture room")), ...Object.values(this.boxes), this.words, this.bar, this.large);
  }
}

function pageEnds(page) { return location.pathname.replace(/\/+$/, "").endsWith(page); }

/** This tab's own name: of two tabs with the same room one leads. */
function tab() {
  if (!TAB.get()) TAB.set(crypto.getRandomValues(new Uint32Array(2)).join("."));
  return TAB.get();
}
