// The only way that anything reaches the page: elements by name, data as text. No markup is ever read from a string.

/** An element with properties (`on…` listeners, `class`, `data-…`, `aria-…` and other attributes) and children. */
export function el(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key.startsWith("aria-")) made.setAttribute(key, String(value));
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) {
      made.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
  return made;
}

export const by = (id) => document.getElementById(id);

/** Put these in place of what an element held. */
export function fill(place, ...children) {
  place.replaceChildren(...children.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false));
}

/** Say something to a screen reader. */
export function say(words) {
  by("said").textContent = words;
}

export function kbd(words) {
  return el("kbd", {}, words);
}
