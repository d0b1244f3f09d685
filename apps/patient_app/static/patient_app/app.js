// Starts what a page needs. Without script every page still works as a plain form.

import * as controls from "./controls.js";
import { prepare } from "./entries.js";
import * as queue from "./queue.js";

const { user, csrfCookie } = document.body.dataset;
const person = { user, csrfToken: () => cookie(csrfCookie) };
const words = document.getElementById("words")?.dataset ?? {};

function cookie(name) {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

async function showState() {
  const entries = await queue.waiting(user);
  const refused = entries.filter((entry) => entry.errors).length;
  const place = document.getElementById("queue-state");
  place.hidden = entries.length === 0;
  place.querySelector("a").textContent = refused
    ? words.refused.replace("%", refused)
    : words.waiting.replace("%", entries.length);
  showList(entries);
}

async function showList(entries) {
  const list = document.getElementById("waiting-list");
  if (!list) return;
  list.replaceChildren(...entries.map(row));
  document.getElementById("nothing-waits").hidden = entries.length > 0;
  const sent = await queue.sent(user);
  document.getElementById("sent-list").replaceChildren(
    ...sent.map(({ label, sentAt }) => line(`${label}: ${words.sent} ${time(sentAt)}`)),
  );
}

function row(entry) {
  const item = line(`${entry.label}, ${time(entry.at)}`);
  if (!entry.errors) return item;
  const faults = Object.values(entry.errors).flat().join(" ");
  const reason = document.createElement("p");
  reason.className = "refusal";
  reason.textContent = faults || words.refusedPlain;
  const mend = document.createElement("a");
  const address = new URL(entry.page, location.href);
  address.searchParams.set("mend", entry.id);
  mend.href = address;
  mend.className = "button";
  mend.textContent = words.mend;
  item.append(reason, mend);
  return item;
}

function line(text) {
  const item = document.createElement("li");
  item.append(text);
  return item;
}

const time = (at) =>
  new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "short",
    timeStyle: "short",
  }).format(at);

async function send() {
  for (const link of await queue.links()) await queue.flush({ ...person, user: link });
  return queue.flush(person).then((state) => {
    document.getElementById("sign-in-again").hidden = state !== "signed-out";
  });
}

// The pages on the phone are those of whoever signed in last.
async function keepPages() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/service-worker.js");
  const { active } = await navigator.serviceWorker.ready;
  if (localStorage.getItem("user") !== user) await caches.delete("pages");
  else if (sessionStorage.getItem("kept")) return;
  localStorage.setItem("user", user);
  sessionStorage.setItem("kept", "yes");
  active.postMessage("keep-pages");
}

// Forms with an address of their own, that this page leads to: they open offline too.
async function keepForms() {
  const links = [...document.querySelectorAll("a[data-keep]")];
  if (location.pathname !== "/" || !("serviceWorker" in navigator)) return;
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ keep: links.map((link) => link.getAttribute("href")) });
}

function giveThanks() {
  document.getElementById("thanks").hidden = !sessionStorage.getItem("thanks");
  sessionStorage.removeItem("thanks");
}

async function start() {
  keepPages().then(keepForms).catch(() => {});
  giveThanks();
  if (!(await queue.works())) {
    document.getElementById("no-storage").hidden = false;
    return;
  }
  navigator.storage?.persist?.();
  queue.listen(showState);
  for (const form of document.querySelectorAll("form[data-entry]")) await prepare(form, person);
  await showState();
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  await send();
}

for (const form of document.querySelectorAll("form[data-entry]")) {
  controls.prepareScales(form);
  controls.prepareSteppers(form);
  controls.prepareChoices(form);
  controls.prepareSteps(form);
  controls.prepareMissing(form);
  const rest = document.getElementById("rest");
  if (rest) controls.prepareRest(form, rest);
}
document.getElementById("sign-out")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const left = await queue.waiting(user).catch(() => []);
  if (left.length && !confirm(words.signOut.replace("%", left.length))) return;
  for (const name of await caches.keys()) if (name.startsWith("pages")) await caches.delete(name);
  event.target.submit();
});
if (user) start();
