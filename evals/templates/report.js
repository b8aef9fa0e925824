(() => {
  "use strict";
  const answers = [...document.querySelectorAll("article")];
  const which = document.getElementById("which");
  const words = document.getElementById("words");
  const count = document.getElementById("count");
  const texts = new Map();
  const matches = (answer, wanted) => {
    if (!wanted) return true;
    if (!texts.has(answer)) texts.set(answer, answer.textContent.toLowerCase());
    return texts.get(answer).includes(wanted);
  };
  const filter = () => {
    const kind = which.value, wanted = words.value.trim().toLowerCase();
    let shown = 0;
    for (const answer of answers) {
      const fits = (!kind || answer.dataset.kinds.split(" ").includes(kind)) && matches(answer, wanted);
      answer.hidden = !fits;
      shown += fits;
    }
    count.textContent = shown + " of " + answers.length + " answers";
  };
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const answer = target.closest("article");
    if (answer && answer.hidden) { which.value = ""; words.value = ""; filter(); }
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    target.scrollIntoView();
  };
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details.printed:not([open])")];
    for (const box of closed) box.open = true;
  });
  addEventListener("afterprint", () => { for (const box of closed) box.open = false; });
  addEventListener("hashchange", reveal);
  which.addEventListener("change", filter);
  words.addEventListener("input", filter);
  document.getElementById("filter").hidden = false;
  filter();
  if (location.hash) reveal();
})();
