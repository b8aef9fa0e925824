// What opens over the page: a remark on words, the list of shortcuts, the last look before a review goes on record.

import { el, kbd } from "./dom.js";
import { area, open } from "./form.js";

const SHORTCUTS = [
  ["1 2 3 … or the letter shown", "choose that level"],
  ["Enter", "go on to the next question"],
  ["c", "cannot judge"],
  ["↓ ↑", "next, previous question"],
  ["o", "next question that is still open"],
  ["w", "write why (Esc leaves the box, everything typed is kept)"],
  ["r", "remark on the selected words, or on the statement you are at"],
  ["m", "choose words by keyboard: ← → move, with Shift they extend, Enter remarks on them"],
  ["g / a", "go to the guideline passages / to the answer; ↓ ↑ scroll there, Esc comes back"],
  ["u or Ctrl+Z", "undo, step by step"],
  ["Ctrl+Enter", "submit"],
  ["q", "back to the list"],
  ["?", "this list"],
];
const REVIEWING = [
  ["f", "ask for a colleague's look"],
  ["e", "outside my expertise"],
];
const DECIDING = [
  ["f", "write what decided it"],
  ["Shift+A, Shift+B", "choose what side A, or side B, chose"],
  ["b", "take over everything on which both agree"],
];

let opened = null;

function show(...children) {
  opened?.remove();
  const box = el("dialog", {}, ...children);
  box.addEventListener("close", () => {
    box.remove();
    if (opened === box) opened = null;
  });
  document.body.append(box);
  opened = box;
  box.showModal();
  return box;
}

export const isOpen = () => opened !== null;

function leave(box, desk) {
  box.close();
  desk.focus();
}

export function help(desk) {
  const rows = [...SHORTCUTS, ...(desk.args.task === "adjudicate" ? DECIDING : REVIEWING)];
  const box = show(el("h2", {}, "Keyboard"),
    el("table", {}, rows.map(([keys, does]) => el("tr", {}, el("td", {}, kbd(keys)), el("td", {}, does)))),
    el("button", { onclick: () => leave(box, desk), autofocus: true }, "Close ", kbd("Esc")));
  // The button below has the focus, and the browser has scrolled to it.
  box.scrollTop = 0;
  box.addEventListener("close", () => desk.focus());
}

/** A remark on a span: which error, which rating it explains, in words. Everything in it is kept while it is typed. */
export function remark(desk, place) {
  const mark = desk.content.marks[place];
  const change = (more) => desk.mark(place, more);
  const option = (value, words, now) => el("option", { value, selected: value === (now ?? "") }, words);
  const codes = el("select", { id: "code", onchange: (event) => change({ code: event.target.value || null }) },
    option("", "no error tag", mark.code), desk.args.tags.map((tag) => option(tag.code, `${tag.code} ${tag.name}`, mark.code)));
  const scales = desk.args.steps.filter((step) => step.kind === "scale");
  const about = el("select", { id: "about", onchange: (event) => change({ scale: event.target.value || null }) },
    option("", "none in particular", mark.scale), scales.map((step) => option(step.id.slice(6), step.name, mark.scale)));
  const remove = () => {
    change({ code: null, remark: "" });
    box.close();
  };
  const box = show(
    el("h2", {}, "A remark on these words"),
    el("blockquote", { dir: "auto" }, desk.quote(mark)),
    el("label", {}, "What is wrong with them? (type a number, as E08)", codes),
    el("label", {}, "Which rating does it explain?", about),
    el("label", {}, "In your words", area(mark.remark, (words) => change({ remark: words }), { id: "remark-words" })),
    el("p", { class: "actions" },
      el("button", { class: "main", onclick: () => leave(box, desk) }, "Keep ", kbd("Ctrl+Enter")),
      el("button", { onclick: remove }, "Remove")));
  box.addEventListener("close", () => {
    const now = desk.content.marks[place];
    // Nothing was said: nothing stays.
    if (now && now.start === mark.start && !now.code && !now.remark) desk.unmark(place);
    desk.focus();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      leave(box, desk);
    }
  });
  codes.focus();
}

/** The last look: what is still open, or the signature under the review. */
export function submit(desk) {
  const left = desk.args.steps.map((step, place) => ({ step, place })).filter(({ step }) => open(step, desk.content));
  const third = desk.args.task === "adjudicate";
  const unsaid = third && !desk.content.flag.trim();
  if (left.length || unsaid) return stillOpen(desk, left, unsaid);
  const words = third
    ? "The two reviews stay as they are; your judgement is added and decides."
    : desk.content.outside_expertise ? "It goes on record as outside your expertise, and to a colleague." : "";
  const put = () => {
    box.close();
    desk.sync.act("submit");
    desk.focus();
  };
  const box = show(
    el("h2", {}, third ? "Put your decision on record?" : "Put this review on record?"),
    el("p", {}, `Signed as ${desk.args.told.name}, meaning: ${third ? "adjudicated" : "reviewed"}. `, words),
    el("p", {}, "Afterwards nobody can change it, you included."),
    el("p", { class: "actions" },
      el("button", { class: "main", id: "submit-now", onclick: put, autofocus: true }, "Submit ", kbd("Enter")),
      el("button", { onclick: () => leave(box, desk) }, "Not yet ", kbd("Esc"))));
  box.addEventListener("close", () => desk.focus());
}

function stillOpen(desk, left, unsaid) {
  const go = (place) => {
    box.close();
    desk.go(place);
  };
  const rows = left.slice(0, 10).map(({ step, place }, number) =>
    el("li", {}, el("button", { autofocus: number === 0, onclick: () => go(place) }, step.name, step.words ? `: ${step.words}` : "")));
  const reason = () => {
    box.close();
    document.getElementById("flag").focus();
  };
  const box = show(
    el("h2", {}, `Still open: ${left.length + (unsaid ? 1 : 0)}`),
    el("ul", {}, rows, left.length > 10 ? el("li", {}, `and ${left.length - 10} more`) : null,
      unsaid ? el("li", {}, el("button", { autofocus: !left.length, onclick: reason }, "What decided it")) : null),
    el("p", { class: "quiet" }, "Each needs an answer, or “cannot judge”."),
    el("p", { class: "actions" }, el("button", { onclick: () => leave(box, desk) }, "Close ", kbd("Esc"))));
}
