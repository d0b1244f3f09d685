// What was entered waits here until the server has said that it has it: in the order in
// which it was entered, each once, whichever tab sends it.

const RETRY_MS = 60_000;
const URGENT_RETRY_MS = 15_000;
const KEPT_SENT = 20;
const REFUSED = new Set([400, 404, 409, 412, 413, 422]);

const news = new BroadcastChannel("queue");
const listeners = new Set();
let opened;
let timer;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("eihtrack", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("entries", { keyPath: "place", autoIncrement: true });
      request.result.createObjectStore("sent", { keyPath: "id" });
      request.result.createObjectStore("drafts");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  return opened;
}

// Runs `work` on one store; resolves when it is on the disk.
async function within(store, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const read = (store, work) => within(store, "readonly", work);
const write = (store, work) => within(store, "readwrite", work);

export async function works() {
  try {
    await read("entries", (store) => store.count());
    return true;
  } catch {
    return false;
  }
}

export async function waiting(user) {
  const all = await read("entries", (store) => store.getAll());
  return all.filter((entry) => entry.user === user);
}

// Whose entries came by a link in a mail: anybody who opens the app here sends them.
export async function links() {
  const all = await read("entries", (store) => store.getAll());
  return new Set(all.map((entry) => entry.user).filter((user) => user.startsWith("link ")));
}

export async function sent(user) {
  const all = await read("sent", (store) => store.getAll());
  return all.filter((entry) => entry.user === user).sort((a, b) => b.sentAt - a.sentAt);
}

export const draft = (key) => read("drafts", (store) => store.get(key));
export const keepDraft = (key, value) => write("drafts", (store) => store.put(value, key));
export const dropDraft = (key) => write("drafts", (store) => store.delete(key));

export async function add(entry) {
  const before = (await waiting(entry.user)).find((each) => each.id === entry.id);
  const place = before ? { place: before.place } : {};
  await write("entries", (store) => store.put({ ...entry, ...place, errors: null }));
  tell();
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
  clearTimeout(timer);
  return navigator.locks.request("queue", async () => {
    const state = await sendAll(person);
    const left = (await waiting(person.user)).filter((entry) => !entry.errors);
    if (left.length && state !== "signed-out") {
      const urgent = left.some((entry) => entry.urgent);
      timer = setTimeout(() => flush(person), urgent ? URGENT_RETRY_MS : RETRY_MS);
    }
    return state;
  });
}

async function sendAll(person) {
  const stuck = new Set();
  for (const entry of await waiting(person.user)) {
    if (entry.errors || stuck.has(entry.after)) {
      stuck.add(entry.id);
      continue;
    }
    const state = await send(entry, person);
    if (state === "refused") stuck.add(entry.id);
    else if (state !== "sent") return state;
  }
  return "done";
}

async function send(entry, { csrfToken }) {
  const body = new URLSearchParams(entry.body);
  body.set("sent_at", new Date().toISOString());
  let answer;
  try {
    answer = await fetch(entry.url, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
      redirect: "error",
    });
  } catch {
    return "offline";
  }
  if (answer.ok) {
    await noteSent(entry);
    return "sent";
  }
  if (!REFUSED.has(answer.status)) return answer.status === 401 ? "signed-out" : "later";
  const { errors = {} } = await answer.json().catch(() => ({}));
  await write("entries", (store) => store.put({ ...entry, errors }));
  tell();
  return "refused";
}

async function noteSent(entry) {
  const { id, user, label } = entry;
  await write("sent", (store) => store.put({ id, user, label, sentAt: Date.now() }));
  await write("entries", (store) => store.delete(entry.place));
  const old = (await sent(user)).slice(KEPT_SENT);
  for (const each of old) await write("sent", (store) => store.delete(each.id));
  tell();
}
