// Buttons, switches and forms that change the sandbox.

import { send } from "./connection.js";
import { byId, count, duration, element, setText, show, time } from "./elements.js";

// What "wrong" means for a switch or the form, in the fields of a fault.
const EFFECTS = {
  "503 Service Unavailable": { status: 503 },
  "500 Internal Server Error": { status: 500 },
  "429 with Retry-After of 5 seconds": { status: 429, retryAfter: 5 },
  "403 Forbidden": { status: 403 },
  "404 Not Found": { status: 404 },
  "late by 2 seconds": { delay: 2 },
  "late by 30 seconds": { delay: 30 },
  "connection ends, request is not executed": { dropped: true },
  "connection ends, request is executed": { dropped: true, executed: true },
  "connection ends in the middle of the response": { truncated: true },
  "HTML page instead of JSON": { contentType: "text/html", body: "<h1>Bad gateway</h1>" },
};
const TIMES = {
  "the next request": {},
  "the next 3 requests": { every: 1, times: 3 },
  "each request": { every: 1 },
  "one of 2 requests": { every: 2 },
  "one of 10 requests": { every: 10 },
};
const SWITCHES = [
  { name: "Server errors", hint: "503 for each request", fault: { every: 1, status: 503 } },
  { name: "Rate limit", hint: "429 for each request, with Retry-After of 5 seconds", fault: { every: 1, status: 429, retryAfter: 5 } },
  { name: "Slow responses", hint: "2 seconds late", fault: { every: 1, delay: 2 } },
  { name: "Dropped connections", hint: "one of 3 requests, which is not executed", fault: { every: 3, dropped: true } },
  { name: "Cut responses", hint: "one of 3 requests, which is executed", fault: { every: 3, truncated: true } },
];
const WEBHOOK_SWITCHES = [
  { name: "Sent twice", hint: "with the same id", fault: { doubled: true } },
  { name: "Shuffled", hint: "those that are due at once", fault: { shuffled: true } },
  { name: "Late", hint: "by 10 minutes", fault: { delay: 600 } },
  { name: "Invalid signature", hint: "must be refused", fault: { signature: "invalid" } },
  { name: "Stale signature", hint: "an event of 26 hours ago", fault: { signature: "stale" } },
];
const STEPS = [60, 15 * 60, 3600, 86400];
// Those of most apps come first; the others are below "More events".
const FIRST_FAMILIES = ["order", "product", "customer", "category"];

const notice = byId("notice");
let noticeTimer;

function say(text, isError = false) {
  clearTimeout(noticeTimer);
  notice.className = isError ? "bad" : "";
  notice.textContent = text;
  noticeTimer = setTimeout(() => (notice.textContent = ""), isError ? 15_000 : 6_000);
}

export class Controls {
  #during;
  #loaded = false;
  #store = null;
  #faults = [];
  #webhookFaults = {};
  #rows = new Map();

  // `during` waits for an action, and shows its result.
  constructor({ during }) {
    this.#during = during;
    this.#buildFaults();
    this.#buildClock();
    this.#buildQuota();
    this.#buildReset();
  }

  // Read the types of events, unless they were read.
  async load() {
    if (!this.#loaded) await this.#buildEvents();
    this.#loaded = true;
  }

  // Do something, and say what it did or why not.
  #act(action) {
    return this.#during(async () => {
      try {
        const text = await action();
        if (text) say(text);
      } catch (error) {
        say(error.message, true);
      }
    });
  }

  // Events.

  async #buildEvents() {
    const { items } = await send("GET", "changes");
    const families = Map.groupBy(items, ({ eventType }) => eventType.split(".")[0]);
    const build = (names) => names.map((name) => this.#family(name, families.get(name)));
    byId("event-buttons").append(...build(FIRST_FAMILIES));
    byId("more-event-buttons").append(...build([...families.keys()].filter((name) => !FIRST_FAMILIES.includes(name))));
  }

  #family(name, events) {
    const buttons = events.map(({ eventType, change }) => {
      const what = change ?? "Sends a sample of the event";
      const button = element("button", { type: "button", title: what, className: change ? "" : "sample" }, eventType.split(".")[1]);
      button.setAttribute("aria-label", `${eventType}: ${what}`);
      button.addEventListener("click", () => this.#act(() => (change ? this.#change(eventType) : this.#sample(eventType))));
      return button;
    });
    const row = element("div", { className: "family" }, element("span", {}, name), element("div", { className: "buttons" }, ...buttons));
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", name);
    return row;
  }

  async #change(eventType) {
    const { method, path, storeId } = await send("POST", "changes", { eventType, storeId: this.#scope });
    return `${eventType}: changed store ${storeId} (${method} ${path})`;
  }

  async #sample(eventType) {
    const { deliveries } = await send("POST", "events", { eventType, storeId: this.#scope });
    return deliveries.length ? `${eventType}: a sample is sent to ${count(deliveries.length, "app")}` : `${eventType}: no app gets this event`;
  }

  // Faults.

  #buildFaults() {
    const set = (fault, isOn) => (isOn ? this.#add(fault) : this.#remove(this.#active(fault)));
    byId("fault-switches").append(...SWITCHES.map((each) => this.#switch(each, set)));
    byId("webhook-switches").append(...WEBHOOK_SWITCHES.map((each) => this.#switch(each, (fault, isOn) => this.#setWebhookFault(fault, isOn))));
    byId("fault-effect").append(...Object.keys(EFFECTS).map((text) => element("option", {}, text)));
    byId("fault-times").append(...Object.keys(TIMES).map((text) => element("option", {}, text)));
    byId("fault-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const fault = { request: byId("fault-request").value, ...EFFECTS[byId("fault-effect").value], ...TIMES[byId("fault-times").value] };
      this.#act(() => this.#add(fault));
    });
    byId("clear-faults").addEventListener("click", () => this.#act(() => this.#remove(this.#faults)));
  }

  #switch({ name, hint, fault }, set) {
    const input = element("input", { type: "checkbox" });
    input.setAttribute("role", "switch");
    input.addEventListener("change", () => this.#act(() => set(fault, input.checked)));
    return element("label", { className: "switch" }, input, element("span", {}, name, " ", element("small", {}, hint)));
  }

  async #setWebhookFault(fault, isOn) {
    const others = Object.entries(this.#webhookFaults).filter(([name]) => !(name in fault));
    await send("PUT", "deliveries/faults", { ...Object.fromEntries(others), ...(isOn ? fault : {}) });
    return isOn ? "Fault of webhooks added" : "Fault of webhooks removed";
  }

  // With several stores, faults and events are those of the chosen store.
  get #scope() {
    return this.#several && this.#store ? this.#store.storeId : null;
  }

  #active({ every, ...effect }) {
    const isIt = (fault) =>
      fault.request === "*" && fault.storeId === this.#scope && fault.every === every && fault.nth === null && fault.times === null &&
      ["status", "retryAfter", "delay", "dropped", "truncated"].every((name) => fault[name] === (effect[name] ?? { delay: 0, dropped: false, truncated: false }[name] ?? null));
    return this.#faults.filter(isIt);
  }

  async #add(fault) {
    const { request } = await send("POST", "faults", this.#scope === null ? fault : { ...fault, storeId: this.#scope });
    return `Fault added for ${request === "*" ? "all requests" : request}`;
  }

  async #remove(faults) {
    for (const { id } of faults) await send("DELETE", `faults?id=${id}`);
    return `${count(faults.length, "fault")} removed`;
  }

  #showFaults() {
    const inputs = byId("fault-switches").querySelectorAll("input");
    SWITCHES.forEach(({ fault }, index) => (inputs[index].checked = this.#active(fault).length > 0));
    const webhookInputs = byId("webhook-switches").querySelectorAll("input");
    WEBHOOK_SWITCHES.forEach(({ fault }, index) => {
      webhookInputs[index].checked = Object.entries(fault).every(([name, value]) => this.#webhookFaults[name] === value);
    });
    setText(byId("faults-scope"), this.#scope === null ? "For all requests to the API." : `For requests to store ${this.#scope}.`);
    // Rows stay the same elements, so that a button keeps the focus.
    const list = byId("active-faults");
    const ids = new Set(this.#faults.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (!ids.has(id)) {
        row.remove();
        this.#rows.delete(id);
      }
    }
    for (const fault of this.#faults) {
      if (!this.#rows.has(fault.id)) {
        const remove = element("button", { type: "button", onclick: () => this.#act(() => this.#remove([fault])) }, "Remove");
        remove.setAttribute("aria-label", `Remove the fault ${describe(fault)}`);
        const row = element("li", {}, element("span"), remove);
        this.#rows.set(fault.id, row);
        list.append(row);
      }
      setText(this.#rows.get(fault.id).firstChild, `${describe(fault)} · ${count(fault.hits, "hit")}`);
    }
    byId("clear-faults").hidden = this.#faults.length < 2;
  }

  // Clock.

  #buildClock() {
    const change = (body) => this.#act(async () => void (await send("POST", "clock", body)));
    byId("frozen").addEventListener("change", ({ target }) => change({ frozen: target.checked }));
    const buttons = STEPS.map((seconds) => element("button", { type: "button", onclick: () => change({ advance: seconds }) }, `+ ${duration(seconds)}`));
    byId("advance").append(...buttons, element("button", { type: "button", onclick: () => change({ reset: true }) }, "Real time"));
  }

  #showClock({ now, ahead, frozen, settable }) {
    setText(byId("time"), time(now));
    byId("time").dateTime = new Date(now * 1000).toISOString();
    const shift = Math.abs(ahead) < 2 ? "The real time." : `${duration(Math.abs(ahead))} ${ahead > 0 ? "ahead of" : "behind"} the real time.`;
    setText(byId("ahead"), settable ? `${shift} Quotas and retries of webhooks follow it.` : "This sandbox has a clock of its own, which can't be set.");
    byId("frozen").checked = frozen;
    for (const control of [byId("frozen"), ...byId("advance").children]) control.disabled = !settable;
  }

  // Quota.

  #buildQuota() {
    const set = (requestsPerMinute) => this.#act(async () => {
      await send("PUT", "quota", { requestsPerMinute });
      return requestsPerMinute === null ? "Requests are not limited" : `${requestsPerMinute.toLocaleString("en")} requests a minute and token`;
    });
    byId("limited").addEventListener("change", ({ target }) => set(target.checked ? byId("per-minute").valueAsNumber || 600 : null));
    byId("quota-form").addEventListener("submit", (event) => {
      event.preventDefault();
      set(byId("per-minute").valueAsNumber);
    });
  }

  #showQuota(requestsPerMinute) {
    byId("limited").checked = requestsPerMinute !== null;
    const input = byId("per-minute");
    // Not while someone types.
    if (document.activeElement !== input) input.value = requestsPerMinute ?? 600;
  }

  // Reset.

  #buildReset() {
    const dialog = byId("confirm");
    byId("reset").addEventListener("click", () => dialog.showModal());
    byId("cancel-reset").addEventListener("click", () => dialog.close());
    byId("confirm-reset").addEventListener("click", () => {
      dialog.close();
      this.#act(async () => {
        await send("POST", "reset");
        return "The sandbox was reset";
      });
    });
  }

  #several = false;

  show({ store, stores, faults, deliveries, clock, requestsPerMinute, resettable }) {
    this.#store = store;
    this.#several = stores.total > 1;
    this.#faults = faults.items;
    this.#webhookFaults = deliveries.faults;
    for (const button of document.querySelectorAll("#events button")) button.disabled = store === null;
    byId("choose-store").hidden = store !== null;
    this.#showFaults();
    this.#showClock(clock);
    this.#showQuota(requestsPerMinute);
    byId("reset").disabled = !resettable;
    byId("reset-hint").textContent = resettable
      ? "Returns to the state at the start of the server, and removes faults, requests and webhooks."
      : "The stores had too many items at the start for a reset: restart the server instead.";
  }
}

function describe(fault) {
  const effect = [
    fault.status,
    fault.retryAfter !== null && `Retry-After ${fault.retryAfter}`,
    fault.delay > 0 && `${duration(fault.delay)} late`,
    fault.dropped && "connection dropped",
    fault.truncated && "response cut",
    fault.contentType,
  ].filter(Boolean);
  const times = fault.every === null ? fault.times ?? 1 : fault.times;
  const often = [
    fault.nth !== null && `from number ${fault.nth}`,
    fault.every > 1 && `one of ${fault.every}`,
    times !== null && (times === 1 ? "once" : `at most ${times} times`),
    fault.storeId !== null && `store ${fault.storeId}`,
  ].filter(Boolean);
  return `${fault.request === "*" ? "All requests" : fault.request}: ${[...effect, ...often].join(", ")}`;
}
