// What was judged and typed goes to the server while it is typed, and is held in this tab until the server has it.

const WAIT = 250; // milliseconds without a change before it is sent
const LONGEST = 700; // sent after this time even while someone goes on typing
const PATIENCE = 4000; // sent again when no answer came in this time

/** A review as one string, the same for equal reviews; time at work is left out. */
export function canon(content) {
  const sorted = (value) => {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
  };
  return JSON.stringify(sorted({ ...content, seconds: 0 }));
}

function newTab() {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Sync {
  /** `post` sends a message; `seconds` gives the time at work; `told` hears of every change of state. */
  constructor({ post, seconds, told, adopt }) {
    Object.assign(this, { post, seconds, told, adopt, tab: newTab(), seq: 0, assignment: null });
  }

  /** A new item; gives the content to begin with: the draft, or what this tab held and the server never got. */
  begin(args) {
    Object.assign(this, {
      assignment: args.assignment, session: args.session, version: args.draft.version, savedAt: args.draft.savedAt,
      content: args.draft.content, acked: this.seq, sent: [], dirty: false, since: 0, waiting: null, conflict: null,
      refusal: "", late: false, canUndo: args.draft.version > 1, done: false,
    });
    const kept = this.recall();
    if (kept && canon(kept.content) !== canon(args.draft.content)) {
      this.content = kept.content;
      this.version = kept.sent.includes(canon(args.draft.content)) ? args.draft.version : kept.version;
      this.dirty = true;
      this.flush();
    } else this.forget();
    return this.content;
  }

  get state() {
    if (this.done) return "done";
    if (this.conflict) return "conflict";
    if (this.refusal) return "refused";
    if (this.late) return "late";
    return this.dirty || this.acked < this.seq ? "saving" : this.version ? "saved" : "new";
  }

  change(content) {
    this.content = content;
    this.dirty = true;
    this.since ||= Date.now();
    this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), Math.max(0, Math.min(WAIT, this.since + LONGEST - Date.now())));
    this.told();
  }

  flush(action = "save") {
    if (this.done || (action === "save" && !this.dirty)) return;
    clearTimeout(this.timer);
    this.seq += 1;
    this.dirty = false;
    this.since = 0;
    this.sent.push({ seq: this.seq, canon: canon(this.content), action });
    const content = { ...this.content, seconds: this.seconds() };
    const { assignment, tab, seq, version } = this;
    this.last = { assignment, tab, seq, version, action, content, attempt: 1 };
    this.post(this.last);
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.again(), PATIENCE);
    this.keep();
    this.told();
  }

  again() {
    if (this.acked >= this.seq || this.done) return;
    // The same message under the same number: a server that has it already only answers once more.
    this.late = true;
    this.last = { ...this.last, attempt: this.last.attempt + 1 };
    this.post(this.last);
    this.patience = setTimeout(() => this.again(), PATIENCE);
    this.told();
  }

  /** Undo, submit or leave, as soon as everything before it has arrived. */
  act(action) {
    if (action === "undo" && (this.dirty || this.acked < this.seq)) {
      this.waiting = action;
      this.flush();
    } else this.flush(action);
  }

  receive(args) {
    if (args.session !== this.session) this.met(args);
    const reply = args.reply;
    if (reply.tab !== this.tab || reply.seq <= this.acked) return;
    const asked = this.sent.find((one) => one.seq === reply.seq)?.action;
    const own = this.sent.filter((one) => one.seq <= reply.seq).map((one) => one.canon);
    this.acked = reply.seq;
    this.sent = this.sent.filter((one) => one.seq > reply.seq);
    this.late = false;
    this.refusal = "";
    if (reply.outcome === "refused") this.refused(reply, asked);
    else if (reply.outcome === "conflict") this.clash(reply, own);
    else this.settled(reply);
    this.told(reply.outcome);
  }

  settled(reply) {
    this.version = reply.version;
    this.savedAt = reply.savedAt ?? this.savedAt;
    this.conflict = null;
    this.canUndo = reply.canUndo ?? this.canUndo;
    if (reply.outcome === "submitted") this.done = true;
    if (reply.outcome === "undone" && !this.dirty) {
      this.content = reply.content;
      this.adopt(this.content);
    }
    if (this.dirty) return;
    if (this.acked === this.seq) this.forget();
    const { waiting } = this;
    this.waiting = null;
    if (waiting) this.flush(waiting);
  }

  refused(reply, asked) {
    this.refusal = reply.words;
    if (asked === "save" || asked === "leave") {
      // Still to be saved, with the next change or after a while.
      this.dirty = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), PATIENCE);
    }
  }

  clash(reply, own) {
    const stands = canon(reply.content);
    if (stands === canon(this.content) || own.includes(stands)) {
      // The server saved it and its answer was lost: nobody else wrote.
      this.version = reply.stands;
      this.dirty = stands !== canon(this.content);
      if (this.dirty) this.flush();
      else this.forget();
    } else this.conflict = reply;
  }

  /** The server began a new session with this page, after a break: it may have missed something. */
  met(args) {
    this.session = args.session;
    const stands = canon(args.draft.content);
    const own = this.sent.map((one) => one.canon);
    if (stands === canon(this.content) || own.includes(stands)) this.version = args.draft.version;
    this.dirty = stands !== canon(this.content);
    this.acked = this.seq;
    this.late = false;
    if (this.dirty) this.flush();
  }

  keepMine() {
    this.version = this.conflict.stands;
    this.conflict = null;
    this.dirty = true;
    this.flush();
  }

  takeTheirs() {
    // What was typed here has gone to the server too, and is listed there as set aside.
    this.flush();
    this.acked = this.seq;
    this.content = this.conflict.content;
    this.version = this.conflict.stands;
    this.conflict = null;
    this.forget();
    this.adopt(this.content);
    this.told();
  }

  // --- kept in this tab, for as long as the tab lives -----------------------------------------------------------------

  keep() {
    const { content, version } = this;
    const sent = this.sent.map((one) => one.canon);
    try {
      sessionStorage.setItem(`unsaved ${this.assignment}`, JSON.stringify({ content, version, sent }));
    } catch {
      this.unkept = true; // a browser may forbid it; the server has it a moment later all the same
    }
  }

  recall() {
    try {
      return JSON.parse(sessionStorage.getItem(`unsaved ${this.assignment}`));
    } catch {
      return null;
    }
  }

  forget() {
    try {
      sessionStorage.removeItem(`unsaved ${this.assignment}`);
    } catch {
      this.unkept = true;
    }
  }
}
