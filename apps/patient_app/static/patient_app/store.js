// The database on the phone: entries that wait, what was sent, and half-filled forms.

const NAME = "eihtrack";
const KEPT_SENT = 20;
// One step a version. A step is never changed once it is out; only new ones are added,
// and no store is taken away, so that an older page still finds what it knows.
const STEPS = [
  (database) => {
    database.createObjectStore("entries", { keyPath: "place", autoIncrement: true });
    database.createObjectStore("sent", { keyPath: "id" });
    database.createObjectStore("drafts");
  },
];
let opened;

function open() {
  opened ??= request(STEPS.length)
    // A newer release was here before this page, which was kept, came up again.
    .catch((error) => (error.name === "VersionError" ? request() : Promise.reject(error)))
    .catch((error) => {
      opened = undefined;
      throw error;
    });
  return opened;
}

function request(version) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, version);
    asked.onupgradeneeded = ({ oldVersion }) =>
      STEPS.slice(oldVersion).forEach((step) => step(asked.result, asked.transaction));
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
    asked.onsuccess = () => {
      const close = () => (opened = undefined);
      asked.result.onclose = close;
      // A tab of a newer release waits for this one to let go.
      asked.result.onversionchange = () => {
        asked.result.close();
        close();
      };
      resolve(asked.result);
    };
  });
}

// Runs `work` on one store; resolves when it is on the disk.
async function within(store, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const asked = work(transaction.objectStore(store));
    // Without waiting for a word of the page, which may be going.
    if (mode === "readwrite") transaction.commit?.();
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onerror = transaction.onabort = () =>
      reject(transaction.error ?? asked?.error ?? new Error("not stored"));
  });
}

const read = (store, work) => within(store, "readonly", work);
const write = (store, work) => within(store, "readwrite", work);
const all = (store) => read(store, (rows) => rows.getAll());

export async function works() {
  try {
    await read("entries", (store) => store.count());
    return true;
  } catch {
    return false;
  }
}

export async function waiting(user) {
  return (await all("entries")).filter((entry) => entry.user === user);
}

// Whose entries came by a link in a mail: anybody who opens the app here sends them.
export async function links() {
  return new Set((await all("entries")).map(({ user }) => user).filter((user) => user.startsWith("link ")));
}

export async function sent(user) {
  const own = (await all("sent")).filter((entry) => entry.user === user);
  return own.sort((a, b) => b.sentAt - a.sentAt);
}

export const entryAt = (place) => read("entries", (store) => store.get(place));
export const keepEntry = (entry) => write("entries", (store) => store.put(entry));
export const dropEntry = ({ place }) => write("entries", (store) => store.delete(place));

export async function noteSent(entry) {
  const { id, user, label } = entry;
  // First, because this one must not come back.
  await dropEntry(entry);
  await write("sent", (store) => store.put({ id, user, label, sentAt: Date.now() }));
  const old = (await sent(user)).slice(KEPT_SENT);
  for (const each of old) await write("sent", (store) => store.delete(each.id));
}

export const asDraft = ({ id, body, plan, markup, base }) => ({
  ...{ id, plan, markup, base, begunAt: Date.now() },
  values: [...new URLSearchParams(body)],
});
// Who is treated in several clinics has a form half filled in for each record.
export const draftKey = (user, address, record) => [user, address, record].filter(Boolean).join(" ");
export const draft = (key) => read("drafts", (store) => store.get(key));
export const keepDraft = (key, value) => write("drafts", (store) => store.put(value, key));
export const dropDraft = (key) => write("drafts", (store) => store.delete(key));

const draftsOf = (user) => IDBKeyRange.bound(`${user} `, `${user} \uffff`);
export const isBegun = (user, page) =>
  read("drafts", (store) => store.count(IDBKeyRange.bound(`${user} ${page}`, `${user} ${page} \uffff`)));
export const countDrafts = (user) => read("drafts", (store) => store.count(draftsOf(user)));

// What is left of somebody who signs out. What waits and what is half filled in stays
// unless `everything` is to go.
export async function forget(user, { everything }) {
  for (const { id } of await sent(user)) await write("sent", (store) => store.delete(id));
  if (!everything) return;
  for (const entry of await waiting(user)) await dropEntry(entry);
  await write("drafts", (store) => store.delete(draftsOf(user)));
}
