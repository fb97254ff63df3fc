// Elements and texts. All data becomes text nodes, never HTML.

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const created = Object.assign(document.createElement(tag), properties);
  created.append(...children);
  return created;
}

// Replace the children of an element only if `data`, from which they are built, is not what it was.
const shown = new WeakMap();
export function show(parent, data, build) {
  const text = JSON.stringify(data);
  if (shown.get(parent) !== text) {
    shown.set(parent, text);
    parent.replaceChildren(...build(data));
  }
}

export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

// Text of any length and direction, such as the name of a product.
const MAX_TEXT = 200;
export function clip(value) {
  const text = String(value);
  return element("bdi", {}, text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
}

export const count = (number, noun, nouns = `${noun}s`) => `${number.toLocaleString("en")} ${number === 1 ? noun : nouns}`;

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

// A time in Unix seconds, with its day unless that is the day of `now`.
export function time(seconds, now) {
  const date = new Date(seconds * 1000);
  const text = TIME.format(date);
  return now !== undefined && DAY.format(date) === DAY.format(new Date(now * 1000)) ? text : `${DAY.format(date)}, ${text}`;
}

export function duration(seconds) {
  const units = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
  const [size, noun] = units.find(([each]) => Math.round(seconds) >= each) ?? units.at(-1);
  return count(Math.round(seconds / size), noun);
}
