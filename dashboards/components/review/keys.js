// One place for what the keys do. In a text box only Esc and Ctrl+Enter are ours.

import { by } from "./dom.js";
import { chosen, levels } from "./form.js";
import * as dialogs from "./dialogs.js";

const typing = (node) => node.matches?.("textarea, select, input:not([type=checkbox])");

export function onKey(desk, event) {
  if (!desk.args || event.isComposing || desk.sync.done) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !dialogs.isOpen()) return take(event, () => dialogs.submit(desk));
  if (dialogs.isOpen()) return;
  if (desk.cursor.on && desk.cursor.key(event)) return event.preventDefault();
  if (typing(event.target)) {
    if (event.key === "Escape") take(event, () => desk.focus());
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "z") return take(event, () => desk.sync.act("undo"));
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  // A key held down must not judge everything in its way.
  if (event.repeat && event.key.length === 1) return event.preventDefault();
  if ((event.key === "Enter" || event.key === " ") && onStep(event.target)) return take(event, () => desk.go(desk.at + 1));
  const reading = event.target.id === "answer" || event.target.id === "passages";
  if (reading && (event.key.startsWith("Arrow") || event.key.startsWith("Page") || event.key === " ")) return;
  const does = command(desk, event.key);
  if (does) take(event, does);
}

const onStep = (node) => node === document.body || (node.matches(".head") && node.closest(".now") !== null);

function take(event, does) {
  event.preventDefault();
  does();
}

function command(desk, key) {
  const step = desk.step();
  const level = step && levels(step).find((one) => one.key === key);
  if (level) return () => desk.choose(step, level.id);
  if (desk.args.task === "adjudicate" && (key === "A" || key === "B")) return () => take_side(desk, step, key);
  return {
    ArrowDown: () => desk.go(desk.at + 1),
    ArrowUp: () => desk.go(desk.at - 1),
    o: () => desk.next(),
    w: () => desk.write(),
    r: () => desk.remark(),
    m: () => desk.cursor.begin(step?.kind === "claim" ? step.id.slice(6) : ""),
    g: () => by("passages").focus(),
    a: () => by("answer").focus(),
    f: () => by("flag").focus(),
    e: () => desk.args.task === "review" && desk.outside(),
    u: () => desk.sync.act("undo"),
    q: () => desk.sync.act("leave"),
    b: desk.args.task === "adjudicate" ? () => desk.agreed() : undefined,
    "?": () => dialogs.help(desk),
    Escape: () => desk.focus(),
  }[key];
}

function take_side(desk, step, name) {
  const said = step?.sides.find((one) => one.side === name);
  const level = said && sideLevel(step, said);
  if (level !== undefined && level !== null) desk.choose(step, level);
}

/** The level of a side as `choose` takes it; null where that side chose none. */
export function sideLevel(step, said) {
  if (said.level === "cannot judge") return "";
  return levels(step).some((one) => one.id === said.level && one.id) ? said.level : null;
}

export function agreedLevel(step, content) {
  const all = step.sides.map((said) => sideLevel(step, said));
  return all.length > 1 && all[0] !== null && all.every((one) => one === all[0]) && chosen(step, content) === null ? all[0] : null;
}
