// Whoever leaves must not lose the last quarter of a second: a click elsewhere on the page waits until all is saved.

const MOST = 3000; // milliseconds that a click waits; without a server it must not wait for ever

/** Watch the page around the frame for as long as the frame is there. */
export function watch(sync) {
  const page = window.parent;
  const unsaved = () => window.frameElement?.isConnected && ["saving", "late", "refused"].includes(sync.state);

  function hold(event) {
    const target = event.target.closest?.("a, button");
    if (!target || !event.isTrusted || !unsaved()) return;
    event.preventDefault();
    event.stopPropagation();
    sync.flush();
    const begun = Date.now();
    const wait = setInterval(() => {
      if (unsaved() && Date.now() - begun < MOST) return;
      clearInterval(wait);
      target.click();
    }, 50);
  }

  function ask(event) {
    if (unsaved()) event.preventDefault(); // the browser then asks whether to close
  }

  page.document.addEventListener("click", hold, { capture: true });
  page.addEventListener("beforeunload", ask);
  for (const [where, kind] of [[window, "blur"], [window, "pagehide"], [document, "visibilitychange"]]) {
    where.addEventListener(kind, () => sync.assignment && sync.flush());
  }
  window.addEventListener("pagehide", () => {
    page.document.removeEventListener("click", hold, { capture: true });
    page.removeEventListener("beforeunload", ask);
  });
}
