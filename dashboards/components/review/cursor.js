// Choosing words of the answer by keyboard: a cursor that goes from word to word.

import { by, say } from "./dom.js";

const LINE = 8; // words that "up" and "down" go

export class Cursor {
  constructor(desk) {
    this.desk = desk;
    this.on = false;
  }

  begin(claim) {
    this.words = allWords();
    if (!this.words.length) return;
    this.on = true;
    const first = this.words.findIndex((word) => word.claims.includes(claim));
    this.at = this.anchor = Math.max(0, first);
    by("answer").focus({ preventScroll: true });
    document.body.classList.add("choosing");
    this.show();
    this.desk.bar();
  }

  end() {
    this.on = false;
    document.body.classList.remove("choosing");
    this.desk.bar();
  }

  /** Whether the key was one of ours. */
  key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -LINE, ArrowDown: LINE, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      this.at = Math.min(this.words.length - 1, Math.max(0, this.at + steps[event.key]));
      if (!event.shiftKey) this.anchor = this.at;
      this.show();
    } else if (event.key === "Enter" || event.key === "r") {
      this.end();
      this.desk.remark();
    } else if (event.key === "Escape") {
      this.end();
      getSelection().removeAllRanges();
      this.desk.go(this.desk.at);
    } else return false;
    return true;
  }

  show() {
    const [low, high] = [this.words[Math.min(this.at, this.anchor)], this.words[Math.max(this.at, this.anchor)]];
    getSelection().setBaseAndExtent(low.node, low.from, high.node, high.to);
    this.words[this.at].node.parentElement.scrollIntoView({ block: "nearest" });
    say(getSelection().toString());
  }
}

function allWords() {
  return [...document.querySelectorAll("#text .piece")].flatMap((piece) => {
    const node = piece.firstChild;
    if (!node) return [];
    const claims = piece.dataset.claims.split("\n");
    if (piece.hasAttribute("data-whole")) return [{ node, from: 0, to: node.length, claims }];
    return [...node.data.matchAll(/\S+/gu)].map((found) => ({ node, from: found.index, to: found.index + found[0].length, claims }));
  });
}
