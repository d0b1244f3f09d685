// The form behind a link in a mail. What is entered waits under the link's own name,
// whoever is signed in on this phone; the pages kept for them are left alone.

import * as controls from "./controls.js";
import { prepare } from "./entries.js";
import { show } from "./page.js";
import * as queue from "./queue.js";
import * as store from "./store.js";

const { link, csrfCookie } = document.body.dataset;
const form = document.querySelector("form[data-entry]");
const state = document.getElementById("queue-state");
const cookie = () => {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${csrfCookie}=`));
  return found ? decodeURIComponent(found.slice(csrfCookie.length + 1)) : "";
};
const isMending = new URLSearchParams(location.search).has("mend");
let waited = false;
const person = { user: link, csrfToken: cookie };

// One of three: the form, the thanks, or after a danger sign the clinic's words too.
async function showState() {
  const waits = await store.waiting(link);
  waited ||= waits.length > 0 && !isMending;
  const isDone = location.hash !== "" || waited;
  const hasSign = location.hash.startsWith("#help");
  const crisis = document.querySelector("#help [data-crisis]");
  if (location.hash.includes("crisis")) crisis.parentElement.prepend(crisis);
  document.getElementById("help").hidden = !hasSign;
  document.getElementById("asked").hidden = isDone;
  document.getElementById("saved").hidden = !isDone;
  const refused = waits.find((entry) => entry.errors);
  const mend = document.getElementById("mend");
  mend.hidden = !refused;
  if (refused) mend.href = `?mend=${refused.id}`;
  if (refused) state.textContent = Object.values(refused.errors).flat().join(" ") || state.dataset.refused;
  else state.textContent = waits.length ? state.dataset.waiting : state.dataset.sent;
}

async function start() {
  const works = await store.works();
  show("no-storage", !works);
  if (!works) return;
  queue.listen(showState);
  addEventListener("hashchange", showState);
  // What was said on this page before it was closed is over.
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  await prepare(form, { markup: form.innerHTML, person, start: controls.start });
  await showState();
  const send = () => queue.flush(person);
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  await send();
}

controls.start(form);
start();
