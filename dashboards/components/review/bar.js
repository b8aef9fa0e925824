// The line over the page: how far along, whether it is saved, what can be done; and what another tab did.

import { by, el, fill, kbd } from "./dom.js";
import * as dialogs from "./dialogs.js";
import { drawForm, open } from "./form.js";

export function drawBar(desk) {
  const { told, steps } = desk.args;
  const asked = steps.filter((one) => one.required);
  const left = asked.filter((one) => open(one, desk.content)).length;
  const act = (action) => () => desk.sync.act(action);
  const idle = !desk.cursor.on;
  fill(by("bar"),
    el("span", { class: "where" }, told.where),
    el("span", {}, desk.content.outside_expertise ? "outside my expertise" : left ? `${asked.length - left} of ${asked.length} answered` : "everything answered"),
    el("span", { title: "time at this item; it stands still while you are away" },
      el("span", { id: "clock" }, time(desk.seconds)), told.usual ? ` of about ${told.usual}` : ""),
    el("span", { id: "saved", "data-state": desk.sync.state }, savedWords(desk.sync)),
    el("span", { class: "room" }),
    idle && !desk.hinted ? null : el("span", { class: "mode" }, idle ? desk.hinted : "choosing words: ← → Shift Enter Esc"),
    idle ? el("button", { disabled: !desk.sync.canUndo, onclick: act("undo") }, "Undo ", kbd("u")) : null,
    el("button", { onclick: () => dialogs.help(desk) }, "Keys ", kbd("?")),
    idle ? el("button", { onclick: act("leave") }, "Back to the list ", kbd("q")) : null,
    el("button", { class: "main", onclick: () => dialogs.submit(desk) }, "Submit ", kbd("Ctrl+Enter")));
}

/** Minutes and seconds. */
export function time(seconds) {
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  return `${two(seconds / 60)}:${two(seconds % 60)}`;
}

const at = (iso) => (iso ? new Date(iso).toLocaleTimeString() : "");

function savedWords(sync) {
  return {
    new: "nothing to save yet", saving: "saving …", saved: `saved ${at(sync.savedAt)}`, done: "on record",
    late: "not saved yet: the server is slow or away. Keep this page open.",
    refused: `not saved: ${sync.refusal}`, conflict: "not saved over what another tab saved",
  }[sync.state];
}

export function drawNotice(desk) {
  const { conflict } = desk.sync;
  fill(by("notice"),
    conflict ? el("div", {},
      el("p", {}, `Another tab or device saved this review at ${at(conflict.savedAt)}. Nothing was overwritten: both are kept.`),
      el("button", { onclick: () => desk.sync.keepMine() }, "Go on with what I have here"),
      el("button", { onclick: () => desk.sync.takeTheirs() }, "Take what the other tab saved")) : null,
    ...(desk.asides ?? []).map((one) => el("div", {},
      el("p", {}, `Something else was typed for this item in another tab at ${at(one.savedAt)} and set aside.`),
      el("button", { onclick: () => bringBack(desk, one) }, "Bring it back (undo returns)"),
      el("button", { onclick: () => dismiss(desk, one) }, "Leave it aside"))));
}

function bringBack(desk, aside) {
  desk.content = { ...aside.content, seconds: desk.seconds };
  desk.sync.change(desk.content);
  dismiss(desk, aside);
  drawForm(desk);
}

function dismiss(desk, aside) {
  desk.asides = desk.asides.filter((one) => one !== aside);
  drawNotice(desk);
}
