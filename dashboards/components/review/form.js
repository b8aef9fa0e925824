// The rubric as a list of steps: the one being judged lies open with its levels and what they mean.

import { by, el, fill, kbd } from "./dom.js";

export const CANNOT = { id: "", key: "c", name: "cannot judge", anchor: "I do not know, or the answer gives no ground to say." };

/** What was chosen at a step: a level's id, "" for "cannot judge", null for nothing. */
export function chosen(step, content) {
  const name = key(step);
  if (step.kind === "claim") return content.claims[name]?.label ?? null;
  if (content.cannot_judge.includes(name)) return "";
  return content.ratings[name] ?? null;
}

/** The name under which a review keeps a step. */
export function key(step) {
  return step.id.slice(step.id.indexOf(":") + 1);
}

/** Whether the step is not asked, because of what was chosen at another. */
export function skipped(step, content) {
  return Boolean(step.unless) && content.ratings[step.unless.scale] === step.unless.level;
}

export function open(step, content) {
  return step.required && !content.outside_expertise && chosen(step, content) === null && !skipped(step, content);
}

export function levels(step) {
  return step.kind === "claim" ? step.levels : [...step.levels, CANNOT];
}

export function why(step, content) {
  const name = key(step);
  return (step.kind === "claim" ? content.claims[name]?.remark : content.rationales[name]) ?? "";
}

export function drawForm(desk) {
  const { steps, askedFor } = desk.args;
  const nodes = steps.map((step, place) => {
    const head = step.group !== steps[place - 1]?.group;
    return [
      head ? el("h2", {}, step.group) : null,
      head && step.kind === "claim" && step.required && askedFor ? el("p", { class: "quiet" }, askedFor) : null,
      el("section", { id: `step-${place}`, class: "step" }),
    ];
  });
  const reasons = desk.args.told.reasons ?? [];
  const why = reasons.length ? el("details", { open: true, class: "reasons" },
    el("summary", {}, "Why this waits for you"), el("ul", {}, reasons.map((one) => el("li", {}, one)))) : [];
  fill(by("form"), why, ...nodes, el("section", { id: "remarks" }), el("section", { id: "last", class: "step now" }));
  desk.args.steps.forEach((_, place) => drawStep(desk, place));
  drawRemarks(desk);
  drawLast(desk);
}

export function drawStep(desk, place) {
  const step = desk.args.steps[place];
  const { content } = desk;
  const now = place === desk.at;
  const left = open(step, content);
  const told = summary(step, content);
  const box = by(`step-${place}`);
  box.className = `step ${now ? "now" : ""} ${left ? "left" : "done"}`;
  fill(box,
    el("button", { class: "head", "aria-expanded": now, onclick: () => desk.go(place) },
      el("span", { class: "sign", "aria-hidden": "true" }, told ? "✓" : left ? "○" : "·"),
      el("b", {}, step.name), el("span", { class: "chosen" }, told || (left ? "open" : skipped(step, content) ? "not asked" : "if you like"))),
    step.words ? el("p", { class: "claim-words", dir: "auto" }, step.words) : null,
    step.sides.length ? drawSides(step) : null,
    ...(now ? opened(desk, step) : []));
}

function summary(step, content) {
  const level = chosen(step, content);
  return level === null ? "" : levels(step).find((one) => one.id === level)?.name ?? level;
}

function opened(desk, step) {
  const level = chosen(step, desk.content);
  // A remark on a statement is kept with what it is marked as.
  const early = step.kind === "claim" && level === null;
  return [
    step.because ? el("p", { class: "quiet" }, step.because) : null,
    el("p", { class: "asks" }, step.asks),
    el("div", { class: "levels", role: "group", "aria-label": step.asks }, levels(step).map((one) =>
      el("button", { class: "level", "aria-pressed": level === one.id, onclick: () => desk.choose(step, one.id) },
        kbd(one.key), el("span", {}, el("b", {}, one.name), " ", el("span", { class: "anchor" }, one.anchor))))),
    step.ticks.length ? drawTicks(desk, step) : null,
    el("label", {}, step.kind === "claim" ? "Remark " : "Why ", kbd("w"),
      area(why(step, desk.content), (words) => desk.explain(step, words), { id: "why", disabled: early, placeholder: early ? "Mark the statement first." : "" })),
  ];
}

function drawTicks(desk, step) {
  const tick = (one) => el("label", { class: "tick" },
    el("input", { type: "checkbox", checked: desk.content.missing.includes(one.id), onchange: (event) => desk.miss(one.id, event.target.checked) }),
    el("span", { dir: "auto" }, one.text));
  const { never } = desk.args;
  return el("div", {},
    el("p", { class: "asks" }, "A good answer says this. Tick what is missing:"), step.ticks.map(tick),
    never.length ? el("p", { class: "asks" }, "A good answer does not say:") : null,
    never.map((words) => el("p", { class: "never", dir: "auto" }, words)));
}

function drawSides(step) {
  return el("div", { class: `sides ${step.differs ? "differ" : ""}` },
    step.sides.map((one) => el("p", { dir: "auto" }, el("b", {}, `${one.side}: ${one.name}`), one.why ? ` – ${one.why}` : "")),
    step.differs ? el("p", { class: "tag" }, "they differ") : null);
}

export function area(value, heard, more = {}) {
  const box = el("textarea", { rows: 2, maxlength: 20000, dir: "auto", oninput: () => heard(box.value), ...more });
  box.value = value;
  return box;
}

export function drawRemarks(desk) {
  const named = Object.fromEntries(desk.args.tags.map((tag) => [tag.code, tag.name]));
  const rows = desk.content.marks.map((mark, place) => el("li", {},
    el("button", { class: "mark", onclick: () => desk.edit(place) },
      el("b", {}, mark.code ? `⚑ ${mark.code} ${named[mark.code]}` : `⚑ remark ${place + 1}`), mark.remark ? ` – ${mark.remark}` : "")));
  fill(by("remarks"),
    el("h2", {}, `Remarks on words of the answer (${rows.length})`),
    rows.length ? el("ul", {}, rows) : el("p", { class: "quiet" }, "Select words and press ", kbd("r"), ", or choose words by keyboard with ", kbd("m"), "."),
    desk.args.notes.map((note) => drawNote(note)));
}

function drawNote(note) {
  const marks = note.marks.map((mark) => el("li", { dir: "auto" }, `${note.side}: ⚑ ${mark.code} ${mark.name} ${mark.remark}`));
  const flag = note.flag ? el("li", { dir: "auto" }, `${note.side} asks for a third opinion: ${note.flag}`) : null;
  return marks.length || flag ? el("ul", { class: "note" }, marks, flag) : null;
}

export function drawLast(desk) {
  const third = desk.args.task === "adjudicate";
  const asks = third ? "What decided it? (needed)" : "Should a colleague look at this too? Say why (leave empty if not).";
  fill(by("last"),
    el("label", {}, el("b", {}, asks), " ", kbd("f"), area(desk.content.flag, (words) => desk.flag(words), { id: "flag" })),
    third ? null : el("label", { class: "tick" },
      el("input", { id: "outside", type: "checkbox", checked: desk.content.outside_expertise, onchange: () => desk.outside() }),
      el("span", {}, "This is outside my expertise ", kbd("e"), el("br"), el("span", { class: "quiet" }, "Submit it as it is: it goes to someone who treats this disease."))));
}
