// Starts what a page needs. Without script every page still works as a plain form.

import * as controls from "./controls.js";
import { prepare } from "./entries.js";
import { show, words } from "./page.js";
import { askAndSignOut, keepPages } from "./person.js";
import * as queue from "./queue.js";
import * as rest from "./rest.js";
import * as store from "./store.js";
import * as today from "./today.js";
import * as undo from "./undo.js";
import * as waiting from "./waiting.js";

const { user, keptFor, csrfCookie } = document.body.dataset;
const person = { user, keptFor, csrfToken: () => cookie(csrfCookie) };

function cookie(name) {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

async function showState() {
  const entries = await store.waiting(user);
  const refused = entries.filter((entry) => entry.errors && !entry.isClockOff).length;
  const place = document.getElementById("queue-state");
  place.hidden = entries.length === 0;
  place.querySelector("a").textContent = refused
    ? words.refused.replace("%", refused)
    : words.waiting.replace("%", entries.length);
  show("clock-off", entries.some((entry) => entry.isClockOff));
  today.show(entries);
  await today.showBegun(user);
  undo.refresh(entries);
  await waiting.show(entries, user);
}

async function send() {
  for (const link of await store.links().catch(() => [])) await queue.flush({ ...person, user: link }).catch(() => {});
  const state = await queue.flush(person).catch(() => "later");
  show("sign-in-again", state === "signed-out");
}

function startForm(form) {
  controls.start(form);
  const bar = document.getElementById("rest");
  if (bar) rest.prepare(form, bar);
}

async function start() {
  keepPages(person).catch(() => {});
  undo.start(person);
  const works = await store.works();
  show("no-storage", !works);
  for (const [form, markup] of forms) await prepare(form, { markup, person, start: startForm });
  undo.refresh([]);
  if (!works) return;
  navigator.storage?.persist?.();
  waiting.prepare(user);
  const refresh = () => showState().catch(() => {});
  queue.listen(refresh);
  await refresh();
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden || refresh().then(send));
  await send();
}

const forms = [...document.querySelectorAll("form[data-entry]")].map((form) => [form, form.innerHTML]);
for (const [form] of forms) startForm(form);
today.prepareInstall();
// The page of help is kept as it is for everybody; which words come first, its address says.
const crisis = document.querySelector("[data-crisis]");
if (crisis && new URLSearchParams(location.search).has("crisis")) crisis.parentElement.prepend(crisis);
document.getElementById("sign-out")?.addEventListener("submit", (event) => {
  event.preventDefault();
  askAndSignOut(event.target, person);
});
if (user) start();
