// The page of what waits on this phone: why, what to do about it, and what was sent.

import { ask, button, line, time, words } from "./page.js";
import * as queue from "./queue.js";
import * as store from "./store.js";

const LONG_MS = 24 * 3600_000;

export async function show(entries, user) {
  const list = document.getElementById("waiting-list");
  if (!list) return;
  list.replaceChildren(...entries.map(row));
  document.getElementById("nothing-waits").hidden = entries.length > 0;
  const isStuck = (entry) => entry.errors || entry.at < Date.now() - LONG_MS;
  document.getElementById("save-file").hidden = !entries.some(isStuck);
  const sent = await store.sent(user);
  document.getElementById("sent-list").replaceChildren(
    ...sent.map(({ label, sentAt }) => line(`${label}: ${words.sent} ${time(sentAt)}`)),
  );
  const mayVanish = entries.length > 0 && !(await navigator.storage?.persisted?.());
  document.getElementById("may-vanish").hidden = !mayVanish;
}

export function prepare(user) {
  document.querySelector("#save-file button")?.addEventListener("click", () => saveFile(user));
}

function row(entry) {
  const item = line(`${entry.label}, ${time(entry.at)}`);
  item.dataset.entry = entry.id;
  if (entry.isClockOff) item.append(reason(words.clockOff));
  else if (entry.errors) {
    item.append(reason(Object.values(entry.errors).flat().join(" ") || words.refusedPlain), mend(entry));
  }
  const remove = button(words.remove, () => drop(entry));
  remove.className = "plain";
  item.append(remove);
  return item;
}

function reason(text) {
  const made = document.createElement("p");
  made.className = "refusal";
  made.textContent = text;
  return made;
}

function mend(entry) {
  const link = document.createElement("a");
  const address = new URL(entry.page, location.href);
  address.searchParams.set("mend", entry.id);
  link.href = address;
  link.className = "button";
  link.textContent = words.mend;
  return link;
}

async function drop(entry) {
  const hangOn = (await queue.dependents(entry)).map(({ label }) => label).join(", ");
  const question = hangOn ? words.removeWith.replace("%", hangOn) : words.removeOne;
  const answer = await ask(question, { keep: words.hold, remove: words.remove });
  if (answer === "remove") await queue.drop(entry);
}

// For the clinic to enter by hand, when it cannot be sent any more.
async function saveFile(user) {
  const entries = (await store.waiting(user)).map(({ id, label, url, at, after, errors, body }) => ({
    ...{ id, label, address: url, entered_at: new Date(at).toISOString(), belongs_to: after },
    refused: errors,
    fields: [...new URLSearchParams(body)],
  }));
  const file = { app: "EIHtrack", user, saved_at: new Date().toISOString(), entries };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: "application/json" }));
  link.download = `eihtrack-${file.saved_at.slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
