// The desk of a reviewer: what the server sent, what the person said, and where they are.

import { drawBar, drawNotice, time } from "./bar.js";
import { by, say } from "./dom.js";
import { Cursor } from "./cursor.js";
import * as dialogs from "./dialogs.js";
import { chosen, drawForm, drawRemarks, drawStep, key, open, why } from "./form.js";
import { agreedLevel, onKey } from "./keys.js";
import { watch } from "./leaving.js";
import { Sync, canon } from "./sync.js";
import { drawAnswer, drawPassages, look, selected, showClaim } from "./text.js";

const AWAY = 90_000; // milliseconds without any movement after which the clock of this item stands still

function post(type, more) {
  window.parent.postMessage({ isStreamlitMessage: true, type: `streamlit:${type}`, ...more }, window.location.origin);
}

const desk = {
  args: null, content: null, at: 0, seconds: 0, moved: Date.now(),

  step: () => desk.args.steps[desk.at],
  indexOf: (id) => desk.args.steps.findIndex((one) => one.id === id),

  change(make) {
    const content = structuredClone(desk.content);
    make(content);
    if (canon(content) === canon(desk.content)) return;
    desk.content = content;
    desk.sync.change(content);
    look(desk);
  },

  choose(step, level) {
    const name = key(step);
    desk.change((content) => {
      if (step.kind === "claim") content.claims[name] = { label: level, remark: why(step, content) };
      else {
        content.cannot_judge = content.cannot_judge.filter((one) => one !== name);
        delete content.ratings[name];
        if (level) content.ratings[name] = level;
        else content.cannot_judge.push(name);
      }
    });
    desk.redraw();
  },

  explain(step, words) {
    const name = key(step);
    desk.change((content) => {
      if (step.kind === "scale") {
        delete content.rationales[name];
        if (words) content.rationales[name] = words;
      } else if (content.claims[name]) content.claims[name].remark = words;
    });
  },

  miss(id, missing) {
    desk.change((content) => {
      content.missing = content.missing.filter((one) => one !== id);
      if (missing) content.missing.push(id);
    });
  },

  flag: (words) => desk.change((content) => (content.flag = words)),

  outside() {
    desk.change((content) => (content.outside_expertise = !content.outside_expertise));
    by("outside").checked = desk.content.outside_expertise;
    desk.redraw();
  },

  agreed() {
    for (const step of desk.args.steps) {
      const level = agreedLevel(step, desk.content);
      if (level !== null) desk.choose(step, level);
    }
    desk.next();
  },

  remark() {
    const step = desk.step();
    const span = selected() ?? (step?.span ? { start: step.span[0], end: step.span[1], words: step.words } : null);
    if (!span) return desk.hint("Select words of the answer first.");
    const scale = step?.kind === "scale" ? key(step) : null;
    desk.quotes.set(`${span.start}-${span.end}`, span.words);
    desk.change((content) => content.marks.push({ start: span.start, end: span.end, code: null, scale, remark: "" }));
    getSelection().removeAllRanges();
    drawRemarks(desk);
    desk.edit(desk.content.marks.length - 1);
  },

  write() {
    const step = desk.step();
    // A remark on a statement is kept with what it is marked as; before that, with its words.
    if (step.kind === "claim" && chosen(step, desk.content) === null) desk.remark();
    else by("why").focus();
  },

  hint(words) {
    say(words);
    desk.hinted = words;
    desk.bar();
    clearTimeout(desk.hinting);
    desk.hinting = setTimeout(() => {
      desk.hinted = "";
      desk.bar();
    }, 4000);
  },

  edit: (place) => dialogs.remark(desk, place),

  mark(place, more) {
    desk.change((content) => Object.assign(content.marks[place], more));
    drawRemarks(desk);
  },

  unmark(place) {
    desk.change((content) => content.marks.splice(place, 1));
    drawRemarks(desk);
    desk.focus();
  },

  quotes: new Map(),
  quote: (mark) => desk.quotes.get(`${mark.start}-${mark.end}`) ?? wordsBetween(mark.start, mark.end),

  go(place, { focus = true } = {}) {
    const before = desk.at;
    desk.at = Math.min(desk.args.steps.length - 1, Math.max(0, place));
    drawStep(desk, before);
    drawStep(desk, desk.at);
    look(desk);
    if (desk.step().kind === "claim") showClaim(key(desk.step()));
    desk.bar();
    if (focus) desk.focus();
    else by(`step-${desk.at}`).scrollIntoView({ block: "nearest" });
    if (place >= desk.args.steps.length) by("last").scrollIntoView({ block: "nearest" });
  },

  next() {
    const { steps } = desk.args;
    const order = steps.map((_, place) => (desk.at + 1 + place) % steps.length);
    const found = order.find((place) => open(steps[place], desk.content));
    if (found === undefined) dialogs.submit(desk);
    else desk.go(found);
  },

  focus() {
    const head = by(`step-${desk.at}`)?.querySelector(".head");
    head?.focus({ preventScroll: true });
    by(`step-${desk.at}`)?.scrollIntoView({ block: "nearest" });
  },

  redraw() {
    const held = document.activeElement?.closest?.(".step")?.id === `step-${desk.at}`;
    desk.args.steps.forEach((_, place) => drawStep(desk, place));
    desk.bar();
    if (held) desk.focus();
  },

  bar: () => drawBar(desk),
};

function wordsBetween(start, end) {
  const pieces = [...document.querySelectorAll("#text .piece")];
  return pieces.filter((one) => Number(one.dataset.start) < end && Number(one.dataset.end) > start).map((one) => one.textContent).join("");
}

function adopt(content) {
  desk.content = content;
  drawForm(desk);
  look(desk);
  desk.bar();
  desk.focus();
}

// --- with Streamlit ----------------------------------------------------------------------------------------------------

function begin(args) {
  desk.args = args;
  desk.content = args.draft.content;
  desk.content = desk.sync.begin(args);
  desk.seconds = desk.content.seconds;
  desk.asides = args.asides.filter((one) => canon(one.content) !== canon(desk.content));
  const first = args.steps.findIndex((one) => open(one, desk.content));
  desk.at = Math.max(0, first);
  drawAnswer(desk);
  drawPassages(desk);
  drawForm(desk);
  desk.bar();
  drawNotice(desk);
  by("answer").scrollTop = 0;
  if (args.told.note) desk.hint(args.told.note);
  desk.focus();
  // The first question stands below what says why these are asked.
  if (desk.at === 0) by("form").scrollTop = 0;
}

function render(args, theme) {
  document.documentElement.style.colorScheme = theme?.base === "dark" ? "dark" : "light";
  const before = desk.args;
  size();
  if (!before || before.assignment !== args.assignment) return begin(args);
  desk.args = args;
  desk.sync.receive(args);
  if (JSON.stringify(before.parts) !== JSON.stringify(args.parts)) drawAnswer(desk);
}

function size() {
  const scrolled = window.parent.document.querySelector("[data-testid=stMain]")?.scrollTop ?? 0;
  const top = (window.frameElement?.getBoundingClientRect().top ?? 160) + scrolled;
  const height = Math.max(560, Math.round(window.parent.innerHeight - top - 16));
  if (height !== desk.height) post("setFrameHeight", { height });
  desk.height = height;
}

desk.cursor = new Cursor(desk);
desk.sync = new Sync({
  post: (value) => post("setComponentValue", { value, dataType: "json" }),
  seconds: () => Math.round(desk.seconds),
  told: (outcome) => {
    desk.bar();
    drawNotice(desk);
    if (outcome === "refused") say(desk.sync.refusal);
    if (outcome === "undone") desk.hint("One step back.");
  },
  adopt,
});

window.addEventListener("message", (event) => {
  if (event.source === window.parent && event.data?.type === "streamlit:render") render(event.data.args, event.data.theme);
});
document.addEventListener("keydown", (event) => onKey(desk, event));
for (const kind of ["keydown", "pointermove", "pointerdown", "wheel", "scroll"]) {
  document.addEventListener(kind, () => (desk.moved = Date.now()), { capture: true, passive: true });
}
watch(desk.sync);
setInterval(() => {
  if (!desk.args || document.hidden || Date.now() - desk.moved > AWAY || desk.sync.done) return;
  desk.seconds += 1;
  size();
  if (by("clock")) by("clock").textContent = time(desk.seconds);
}, 1000);
post("componentReady", { apiVersion: 1 });
