// What happened in the sandbox, and what its stores contain.

import { byId, clip, count, duration, element, setText, show, time } from "./elements.js";

const STATUS_TEXTS = { 0: "no response" };

const statusClass = (status) => (status >= 200 && status < 400 ? "good" : status === 402 || status === 429 ? "warning" : "bad");

const cell = (className, ...children) => element("td", { className }, ...children);

function requestRow(request, now) {
  const isFree = !request.counted && statusClass(request.status) === "good";
  const path = request.storeId === null ? request.path : request.path.replace(/^\/\d+/, "") || "/";
  const params = Object.entries(request.params).map(([name, value]) => `${name}=${value}`);
  return element(
    "tr",
    {},
    cell("time", time(request.at, now)),
    cell("of-store", request.storeId === null ? "" : String(request.storeId)),
    cell("", element("span", { className: "method" }, request.method), " ", clip(path), " ", element("span", { className: "params" }, clip(params.join(" "))), isFree ? element("small", {}, " · uses no quota") : ""),
    cell(`number ${statusClass(request.status)}`, STATUS_TEXTS[request.status] ?? String(request.status)),
  );
}

export function showRequests({ requests, clock, onlyErrors }) {
  const items = requests.items.toReversed();
  show(byId("request-rows"), items, () => items.map((request) => requestRow(request, clock.now)));
  byId("no-requests").hidden = items.length > 0;
  const none = "No requests yet. Paste the lines that the server printed into another shell, and send one: ecwid doctor";
  setText(byId("no-requests"), onlyErrors && requests.total ? `None of ${count(requests.total, "request")} failed.` : none);
}

function outcomeText(delivery, now) {
  const last = delivery.attempts.at(-1);
  const response = last === undefined ? "" : String(last.status ?? last.error);
  if (delivery.outcome === "delivered") return ["good", `delivered: ${response} in ${Math.round(last.seconds * 1000)} ms`];
  if (delivery.outcome !== "waiting") return ["bad", [delivery.outcome, response].filter(Boolean).join(": ")];
  const wait = delivery.due - now;
  const next = wait < 1 ? "due now" : `next attempt in ${duration(wait)}`;
  return last === undefined ? ["", next] : ["warning", `${response}, ${next}`];
}

function webhookRow(delivery, now) {
  const [className, text] = outcomeText(delivery, now);
  return element(
    "tr",
    {},
    cell("time", time(delivery.attempts.at(-1)?.at ?? delivery.eventCreated, now)),
    cell("of-store", String(delivery.storeId)),
    cell("", delivery.eventType, " ", element("span", { className: "params" }, clip(delivery.entityId))),
    cell(className, text),
  );
}

export function showWebhooks({ deliveries, clock }) {
  const items = deliveries.items.toReversed();
  const rows = byId("webhook-rows");
  // The time to the next attempt changes by itself.
  const seen = items.map((delivery) => [delivery.eventId, outcomeText(delivery, clock.now), delivery.attempts.length]);
  show(rows, seen, () => items.map((delivery) => webhookRow(delivery, clock.now)));
  const { apps } = deliveries;
  byId("no-webhooks").hidden = items.length > 0;
  setText(
    byId("no-webhooks"),
    apps.length
      ? "No webhooks yet. Change the store, such as with a button under Events."
      : "No app gets webhooks. To send them to yours, start the server with --webhooks http://127.0.0.1:8000/webhooks",
  );
  const waiting = deliveries.waiting ? `, ${deliveries.waiting.toLocaleString("en")} waiting` : "";
  setText(byId("webhooks-summary"), apps.length ? `${count(deliveries.total, "webhook")} to ${apps.join(", ")}${waiting}` : "");
}

const words = (text) => text.replaceAll("_", " ").toLowerCase();

function amount(value, currency) {
  if (typeof value !== "number") return "";
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return String(value);
  try {
    return value.toLocaleString("en", currency ? { style: "currency", currency } : { minimumFractionDigits: 2 });
  } catch {
    return String(value);
  }
}

function stockCell({ unlimited, quantity }) {
  if (unlimited || typeof quantity !== "number") return cell("number", "unlimited");
  return cell(quantity > 0 ? "number" : "number bad", quantity.toLocaleString("en"));
}

const none = (columns) => [element("tr", {}, element("td", { colSpan: columns, className: "empty" }, "None"))];

function productRow(product, currency) {
  const name = element("td", {}, clip(product.name ?? product.id));
  if (product.enabled === false) name.append(" ", element("small", {}, "hidden"));
  return element("tr", {}, name, cell("number", amount(product.price, currency)), stockCell(product));
}

function orderRow(order, currency) {
  const status = [order.paymentStatus, order.fulfillmentStatus].filter(Boolean).map((each) => words(String(each))).join(", ");
  return element("tr", {}, cell("time", clip(order.id ?? order.orderNumber)), cell("number", amount(order.total, currency)), cell("", clip(status)));
}

export function showContents({ counts, store }) {
  show(byId("counts"), counts, () => {
    const found = Object.entries(counts);
    if (!found.length) return [element("p", { className: "empty" }, "Nothing. Create a product or an order with a button under Events.")];
    return found.map(([section, number]) => element("div", {}, element("dt", {}, words(section)), element("dd", {}, number.toLocaleString("en"))));
  });
  byId("items").hidden = store === null;
  if (store === null) return;
  const { currency } = store;
  show(byId("product-rows"), [store.products, currency], () => (store.products.length ? store.products.map((each) => productRow(each, currency)) : none(3)));
  show(byId("order-rows"), [store.orders, currency], () => (store.orders.length ? store.orders.map((each) => orderRow(each, currency)) : none(3)));
}

export function showBrokenStores({ stores }, choose) {
  byId("broken").hidden = stores.brokenTotal === 0;
  show(byId("broken-stores"), [stores.broken, stores.brokenTotal], () => {
    const items = stores.broken.map(({ storeId, problems }) =>
      element("li", {}, element("button", { type: "button", onclick: () => choose(storeId) }, `${storeId}: ${problems.join(", ")}`)),
    );
    const more = stores.brokenTotal - stores.broken.length;
    return more ? [...items, element("li", {}, `and ${more.toLocaleString("en")} more`)] : items;
  });
}
