// The page: reads the overview of the sandbox once a second, and shows it.

import { showRate } from "./chart.js";
import { Poll, send } from "./connection.js";
import { Controls } from "./controls.js";
import { byId, element, setText } from "./elements.js";
import { showBrokenStores, showContents, showRequests, showWebhooks } from "./lists.js";

const MAX_SUGGESTIONS = 50;

// The chosen store is in the address, so that it survives a reload. Null is all stores.
const inAddress = new URLSearchParams(location.search).get("store");
let storeId = /^\d{1,15}$/.test(inAddress) ? Number(inAddress) : null;
const controls = new Controls({ during: (action) => poll.during(action) });

async function read() {
  await controls.load();
  const params = new URLSearchParams();
  if (storeId !== null) params.set("storeId", storeId);
  if (byId("only-errors").checked) params.set("onlyErrors", "true");
  return send("GET", `overview?${params}`);
}

function showOverview(overview) {
  const { stores, store } = overview;
  const connection = byId("connection");
  connection.className = "live";
  setText(connection, "Live");
  byId("picker").hidden = stores.total < 2;
  if (document.activeElement !== byId("store")) byId("store").value = storeId ?? "";
  document.body.classList.toggle("one-store", store !== null);
  const name = store === null ? `${stores.total.toLocaleString("en")} stores` : `Store ${store.storeId}`;
  setText(byId("store-name"), store?.problems.length ? `${name}: ${store.problems.join(", ")}` : name);
  byId("store-name").className = store?.problems.length ? "bad" : "";
  document.title = `${name} · Sandbox`;
  showRate(overview);
  showRequests({ ...overview, onlyErrors: byId("only-errors").checked });
  showWebhooks(overview);
  showContents(overview);
  showBrokenStores(overview, choose);
  controls.show(overview);
}

function showFailure(error) {
  if (error.code === "STORE_NOT_FOUND" && storeId !== null) {
    choose(null);
    return;
  }
  const connection = byId("connection");
  connection.className = "lost";
  setText(connection, error.message);
}

const poll = new Poll({ read, show: showOverview, fail: showFailure });

// The choice of a store among several.

function choose(chosen) {
  storeId = chosen;
  byId("store").value = chosen ?? "";
  const address = new URL(location);
  if (chosen === null) address.searchParams.delete("store");
  else address.searchParams.set("store", chosen);
  history.replaceState(null, "", address);
  poll.refresh();
}

async function suggestStores() {
  const search = byId("store").value.trim();
  const { items } = await send("GET", `stores?${new URLSearchParams({ search, limit: MAX_SUGGESTIONS })}`);
  const options = items.map((store) => element("option", { value: store.storeId, label: store.problems.join(", ") }));
  byId("stores").replaceChildren(...options);
  return items;
}

async function chooseTyped() {
  const text = byId("store").value.trim();
  if (text === "") return choose(null);
  const found = (await suggestStores()).find((store) => String(store.storeId) === text);
  byId("store").setCustomValidity(found ? "" : "There is no store with this id");
  if (found) choose(found.storeId);
  else byId("store").reportValidity();
}

byId("store").addEventListener("focus", () => void suggestStores().catch(showFailure));
byId("store").addEventListener("input", () => {
  byId("store").setCustomValidity("");
  void suggestStores().catch(showFailure);
});
byId("store").addEventListener("change", () => void chooseTyped().catch(showFailure));
byId("only-errors").addEventListener("change", () => poll.refresh());

await poll.run();
