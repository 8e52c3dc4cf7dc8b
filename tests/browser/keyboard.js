// What the Tab key reaches, how it looks there, and what only a pointer reaches; keyboard.py asks window.__keyboard.
([controls, groups, elsewhere]) => {
  const all = (root, found = []) => {
    for (const element of root.querySelectorAll("*")) {
      found.push(element);
      if (element.shadowRoot) all(element.shadowRoot, found);
    }
    return found;
  };
  const above = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;
  const line = (element) => {
    const lines = [];
    for (let one = element; one; one = above(one)) lines.push(one);
    return lines;
  };
  const told = (element) => element.cloneNode(false).outerHTML.slice(0, 160) + (element.textContent ?? "").trim().slice(0, 40);
  const SEEN = ["outlineColor", "outlineStyle", "outlineWidth", "boxShadow", "borderTopColor", "borderTopWidth", "backgroundColor", "color",
    "textDecorationLine", "opacity", "stroke", "strokeWidth"];
  const style = (element, pseudo) => {
    const found = getComputedStyle(element, pseudo);
    return [...SEEN.map((name) => found[name]), found.getPropertyValue("--ring")].join();
  };
  /** How an element looks, with what stands around, inside and beside it: where one may show that it has the focus. */
  const look = (element) => [
    ...line(element).slice(0, 5).flatMap((one) => [style(one), style(one, "::before"), style(one, "::after")]),
    ...[...element.querySelectorAll("*")].slice(0, 30).map((one) => style(one)),
    ...[...(element.parentElement?.children ?? [])].slice(0, 12).map((one) => style(one)),
  ].join("|");
  const hidden = (element) => !element.checkVisibility({ visibilityProperty: true })
    || line(element).some((one) => one.inert || one.ariaHidden === "true");
  const operable = () => all(document).filter((element) => element.matches(controls) && !element.matches(".pg") && !element.disabled && !hidden(element));
  const before = new Map(operable().map((element) => [element, look(element)]));
  const [reached, round] = [new Set(), new Set()];
  /** In a group of which one part takes the Tab key, arrow keys go to the others. */
  const inGroup = (element) => {
    const group = element.closest(groups);
    return group !== undefined && [...reached].some((other) => line(other).includes(group));
  };
  window.__keyboard = {
    step() {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      if (!element || element === document.body || round.has(element)) { round.clear(); return null; }
      round.add(element);
      if (reached.has(element)) return { seen: true };
      reached.add(element);
      return { seen: before.get(element) !== look(element), told: told(element) };
    },
    unreached() {
      const roving = (element) => element.tabIndex < 0 || element.type === "radio" || "rac" in element.dataset;
      const apart = (element) => roving(element) && inGroup(element);
      return operable().filter((element) => !reached.has(element) && !element.matches(elsewhere) && !apart(element)).map(told);
    },
    pointerOnly() {
      const keyed = (element) => [...reached].some((other) => other.closest(".pg") && (other.contains(element) || element.contains(other)));
      return [...window.__pointed].filter((element) => element.isConnected && element.closest(".pg") && !element.matches(".pg")
        && !element.disabled && !hidden(element) && !element.matches(elsewhere) && !keyed(element) && !inGroup(element)).map(told);
    },
  };
}
