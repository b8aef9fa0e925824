// The question, the answer in the pieces that the server cut, the passages; and which characters someone selected.

import { by, el, fill, kbd } from "./dom.js";

const TAGS = { heading: "h3", quote: "blockquote", code: "pre" };
const SIGNS = { supported: "✓", contradicted: "✗", partly: "≈", not_found: "?", not_checkable: "–", cannot_judge: "c" };

export function drawAnswer(desk) {
  const { args } = desk;
  const record = args.record.length && el("details", { open: true },
    el("summary", {}, "The record that came with the question"),
    el("dl", {}, args.record.map(([name, value]) => [el("dt", {}, name), el("dd", { dir: "auto" }, value)])));
  const hidden = args.hidden.length && el("details", {},
    el("summary", {}, `Hidden from readers (${args.hidden.length})`),
    args.hidden.map((words) => el("p", { class: "raw", dir: "auto" }, words)));
  fill(by("answer"),
    el("p", { class: "label" }, "The patient asks"),
    el("h1", { dir: "auto" }, args.question),
    record || null,
    el("div", { class: "label tools" }, "The answer, as the patient reads it",
      // A press would empty the selection before the click came.
      el("button", { onpointerdown: (event) => event.preventDefault(), onclick: () => desk.remark(),
        title: "on the words that you select, or on the statement you are at" }, "Remark ", kbd("r"))),
    args.title && !args.parts[0]?.lines[0]?.pieces.map((one) => one.text).join("").startsWith(args.title) ? el("p", { class: "title", dir: "auto" }, args.title) : null,
    el("article", { id: "text", lang: args.language || null }, args.parts.map((part) => drawPart(part, desk))),
    args.leftOut ? el("p", { class: "quiet" }, `${args.leftOut.toLocaleString()} more characters are not shown.`) : null,
    hidden || null);
  look(desk);
}

function drawPart(part, desk) {
  return part.lines.map((line) => {
    const list = part.kind === "item";
    const name = list || part.kind === "row" ? "div" : TAGS[part.kind] ?? "p";
    return el(name, { class: `${part.kind} level-${line.level}`, dir: "auto" }, line.pieces.map((one) => drawPiece(one, desk)));
  });
}

function drawPiece(piece, desk) {
  const looks = [piece.claims.length && "claim", piece.remark && "remark", piece.link && "link"].filter(Boolean).join(" ");
  const [claim] = piece.claims;
  return [
    el("span", {
      class: `piece ${looks}`, "data-start": piece.start, "data-end": piece.end, "data-whole": piece.whole,
      "data-claims": piece.claims.join("\n"), onclick: claim === undefined ? () => {} : () => picked(desk, claim),
    }, piece.text),
    piece.after.map((tag) => el("span", { class: "tag", "data-tag": tag.claim ?? false, "data-words": tag.words }, tag.words)),
  ];
}

function picked(desk, claim) {
  // A click that ends a selection is not meant for the claim.
  if (getSelection().isCollapsed) desk.go(desk.indexOf(`claim:${claim}`), { focus: false });
}

/** Show on the text which claim is judged now and what was said of the others, by colour and by sign. */
export function look(desk) {
  const now = desk.step()?.id;
  for (const piece of document.querySelectorAll(".piece.claim")) {
    const ids = piece.dataset.claims.split("\n");
    const labels = ids.map((id) => desk.content.claims[id]?.label);
    piece.dataset.label = labels.find(Boolean) ?? "";
    piece.classList.toggle("now", ids.some((id) => `claim:${id}` === now));
  }
  for (const tag of document.querySelectorAll("[data-tag]")) {
    const label = desk.content.claims[tag.dataset.tag]?.label;
    tag.textContent = label ? `${tag.dataset.words} ${SIGNS[label]}` : tag.dataset.words;
    tag.dataset.label = label ?? "";
  }
}

export function showClaim(id) {
  const first = [...document.querySelectorAll(".piece.claim")].find((one) => one.dataset.claims.split("\n").includes(id));
  first?.scrollIntoView({ block: "nearest" });
}

export function drawPassages(desk) {
  const { passages } = desk.args;
  fill(by("passages"),
    el("p", { class: "label" }, `Guideline passages (${passages.length})`),
    passages.length ? null : el("p", {}, "No passage belongs to this question. Judge by the guidance that you know."),
    passages.map((one) => el("details", { open: true },
      el("summary", { dir: "auto" }, one.title),
      el("p", { class: "quiet" }, `${one.id} · as of ${one.asOf}`),
      el("p", { class: "words", dir: "auto" }, one.text),
      el("ul", { class: "quiet" }, one.sources.map((source) => el("li", {}, source))))));
}

/** Start and end of the selected characters of the answer, null when nothing of it is selected. */
export function selected() {
  const chosen = getSelection();
  if (chosen.rangeCount === 0 || chosen.isCollapsed) return null;
  const range = chosen.getRangeAt(0);
  const inside = [...document.querySelectorAll("#text .piece")].filter((one) => range.intersectsNode(one));
  const spans = inside.map((one) => spanOf(one, range)).filter(({ start, end }) => start < end);
  return spans.length ? { start: spans[0].start, end: spans.at(-1).end, words: chosen.toString() } : null;
}

function spanOf(piece, range) {
  const node = piece.firstChild;
  const [first, last] = [Number(piece.dataset.start), Number(piece.dataset.end)];
  if (piece.hasAttribute("data-whole") || !node) return { start: first, end: last };
  // The server counts code points, the browser counts halves of them.
  const points = (at) => first + [...node.data.slice(0, at)].length;
  return {
    start: range.startContainer === node ? points(range.startOffset) : first,
    end: range.endContainer === node ? points(range.endOffset) : last,
  };
}
