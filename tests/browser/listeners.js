// Before a page's own scripts: which elements hear a pointer.
const POINTER = new Set(["pointerdown", "pointermove", "pointerenter", "pointerover", "click", "dblclick"]);
const listen = EventTarget.prototype.addEventListener;
window.__pointed = new Set();
EventTarget.prototype.addEventListener = function (type, ...rest) {
  if (POINTER.has(type) && this instanceof Element) window.__pointed.add(this);
  return listen.call(this, type, ...rest);
};
