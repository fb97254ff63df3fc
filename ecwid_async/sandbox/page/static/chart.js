// The chart of requests a minute against the quota, for the last five minutes.

import { byId, count, setText } from "./elements.js";

const MINUTE = 60;
const HEIGHT = 150;
const TOP = 18;
const BOTTOM = HEIGHT - 20;

const svg = byId("chart");

function shape(tag, attributes, text) {
  const created = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  if (text !== undefined) created.textContent = text;
  return created;
}

// The sum of the last 60 numbers at each position that has so many.
function minutes(numbers) {
  let sum = 0;
  const sums = [];
  numbers.forEach((number, index) => {
    sum += number - (numbers[index - MINUTE] ?? 0);
    if (index >= MINUTE) sums.push(sum);
  });
  return sums;
}

export function showRate({ rate, requestsPerMinute: quota, store, stores }) {
  const counted = minutes(rate.counted);
  const rejected = rate.rejected.slice(MINUTE);
  const recent = minutes(rate.rejected).at(-1);
  const now = counted.at(-1);
  const limit = store === null && stores.total > 1 ? null : quota;
  const [largest, width] = [Math.max(...counted), svg.clientWidth || 600];
  const top = Math.max(1.1 * (limit ?? 0), 1.15 * largest, 10);
  const x = (index) => ((index / (counted.length - 1)) * width).toFixed(1);
  const y = (value) => (BOTTOM - (value / top) * (BOTTOM - TOP)).toFixed(1);
  const line = counted.map((value, index) => `${x(index)},${y(value)}`).join(" ");
  const parts = [
    shape("line", { class: "grid", x1: 0, x2: width, y1: BOTTOM, y2: BOTTOM }),
    ...(width < 420 ? [0, 120] : [0, 60, 120, 180, 240]).map((index) => shape("text", { x: x(index), y: HEIGHT - 4 }, `−${5 - index / 60} min`)),
    shape("text", { x: width, y: HEIGHT - 4, "text-anchor": "end" }, "now"),
    shape("polygon", { class: "area", points: `0,${BOTTOM} ${line} ${width},${BOTTOM}` }),
    shape("polyline", { class: "line", points: line }),
  ];
  if (limit !== null) {
    parts.push(
      shape("line", { class: "limit", x1: 0, x2: width, y1: y(limit), y2: y(limit) }),
      shape("text", { class: "limit-text", x: 0, y: y(limit) - 5 }, `quota ${limit.toLocaleString("en")}`),
    );
  }
  rejected.forEach((number, index) => {
    if (number) parts.push(shape("rect", { class: "rejected", x: x(index) - 1.5, y: BOTTOM - 9, width: 3, height: 9 }));
  });
  svg.replaceChildren(...parts);

  const ofQuota = limit === null ? "" : `of ${limit.toLocaleString("en")} `;
  const refused = recent ? `, ${count(recent, "response")} with 429` : "";
  setText(byId("rate-now"), now.toLocaleString("en"));
  setText(byId("rate-limit"), `${ofQuota}in the last 60 s${refused}`);
  byId("rate-limit").className = recent ? "bad" : "";
  svg.setAttribute("aria-label", `Chart of five minutes: ${now} requests ${ofQuota}in the last minute${refused}`);
  let hint = "";
  if (store === null && stores.total > 1 && quota !== null) hint = `All stores together. The quota of ${quota.toLocaleString("en")} is for each token.`;
  else if (store !== null && store.tokens > 1 && quota !== null) hint = `${count(store.tokens, "token")} together. The quota is for each of them.`;
  setText(byId("rate-hint"), hint);
  byId("rate-hint").hidden = hint === "";
}
