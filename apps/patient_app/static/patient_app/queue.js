// What was entered waits here until the server has said that it has it: in the order in
// which it was entered, each once, whichever tab sends it.

import * as store from "./store.js";

const RETRY_MS = 60_000;
const URGENT_RETRY_MS = 15_000;
const GIVE_UP_MS = 30_000;
const REFUSED = new Set([400, 404, 409, 412, 413, 422]);
const TIMES = ["recorded_at", "answered_at", "started_at", "ended_at"];

const news = new BroadcastChannel("queue");
const listeners = new Set();
const timers = new Map();

export async function add(entry) {
  const before = (await store.waiting(entry.user)).find((each) => each.id === entry.id);
  const place = before ? { place: before.place } : {};
  await store.keepEntry({ ...entry, ...place, errors: null });
  tell();
}

// What depends on an entry cannot be sent without it.
export async function dependents(entry) {
  return (await store.waiting(entry.user)).filter((each) => each.after === entry.id);
}

export async function drop(entry) {
  for (const each of [...(await dependents(entry)), entry]) await store.dropEntry(each);
  tell();
}

// Out of the queue and back into its form; returns the form's page, null if it was sent.
export function takeBack(id, { user }) {
  return navigator.locks.request("queue", async () => {
    const entry = (await store.waiting(user)).find((each) => each.id === id);
    if (!entry) return null;
    // The form first: what was typed is never nowhere.
    const record = new URLSearchParams(entry.body).get("patient");
    await store.keepDraft(store.draftKey(user, entry.page, record), store.asDraft(entry));
    await store.dropEntry(entry);
    tell();
    return entry.page;
  });
}

export function listen(listener) {
  listeners.add(listener);
}

function tell() {
  news.postMessage("changed");
  listeners.forEach((listener) => listener());
}
news.onmessage = () => listeners.forEach((listener) => listener());

// One tab sends at a time; the others wait and then find nothing left.
export function flush(person) {
  clearTimeout(timers.get(person.user));
  return navigator.locks.request("queue", async () => {
    const state = await sendAll(person);
    const left = (await store.waiting(person.user)).filter(isReady);
    if (left.length && state !== "signed-out") {
      const urgent = left.some((entry) => entry.urgent);
      const pause = urgent ? URGENT_RETRY_MS : RETRY_MS;
      timers.set(person.user, setTimeout(() => flush(person), pause));
    }
    return state;
  });
}

// One that was refused for the clock of the phone needs no mending, only the right time.
const isReady = (entry) => !entry.errors || entry.isClockOff;

async function sendAll(person) {
  const stuck = new Set();
  for (const { place } of await store.waiting(person.user)) {
    // It may have been deleted while those before it were sent.
    const entry = await store.entryAt(place);
    if (!entry) continue;
    if (!isReady(entry) || stuck.has(entry.after)) {
      stuck.add(entry.id);
      continue;
    }
    const { state, ...why } = await post(entry, person);
    if (state === "sent") await store.noteSent(entry);
    else if (state === "refused") {
      stuck.add(entry.id);
      await store.keepEntry(refusedFor(entry, why));
    } else return state;
    tell();
  }
  return "done";
}

// Sends one entry; `state` is sent, refused, signed-out, offline or later.
export async function post(entry, { user, csrfToken }) {
  const body = new URLSearchParams(entry.body);
  body.set("sent_at", new Date().toISOString());
  const patience = new AbortController();
  const silence = setTimeout(() => patience.abort(), GIVE_UP_MS);
  try {
    const answer = await fetch(entry.url, {
      method: "POST",
      body,
      // Whose it is: another person may have signed in meanwhile.
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken(), "Entry-Of": user },
      redirect: "error",
      signal: patience.signal,
    });
    return await meaning(answer);
  } catch {
    return { state: "offline" };
  } finally {
    clearTimeout(silence);
  }
}

async function meaning(answer) {
  const told = await answer.json().catch(() => ({}));
  // The page of a hotel's network also says that all is well.
  if (answer.ok) return { state: told.id ? "sent" : "later" };
  if (answer.status === 401) return { state: "signed-out" };
  // Without a word why: the sign of this browser is too old, and signing in makes one.
  if (answer.status === 403 && !told.errors) return { state: "signed-out" };
  if (answer.status !== 403 && !REFUSED.has(answer.status)) return { state: "later" };
  const { errors = {}, code = "" } = told;
  const clockIsOffMs = Date.now() - Date.parse(answer.headers.get("Date"));
  return { state: "refused", errors, code, clockIsOffMs };
}

function refusedFor(entry, { errors, code, clockIsOffMs }) {
  const isClockOff = code === "clock_off";
  // Once only: the next try may come before the clock is right.
  if (!isClockOff || entry.isClockOff) return { ...entry, errors, isClockOff };
  return { ...entry, errors, isClockOff, body: moved(entry.body, -clockIsOffMs) };
}

// The server moves times by what the clock shows when they are sent. By then this one
// will be right, so the times that it made while it was wrong are put right here.
function moved(text, byMs) {
  const body = new URLSearchParams(text);
  for (const name of TIMES) {
    const at = Date.parse(body.get(name) ?? "");
    if (at && byMs) body.set(name, new Date(at + byMs).toISOString());
  }
  return body.toString();
}
