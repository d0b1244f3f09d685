{% autoescape off %}// Keeps the app's pages and files on the phone, so that it opens without a signal.
const KEPT = {{ kept }};
const FILES = `files-${KEPT.build}`;
const PAGES = "pages";
const PATIENCE_MS = 4000;
const MOST_CHANGES = 5;

self.addEventListener("install", (event) => {
  event.waitUntil(keepFiles().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  // The pages on the phone ask for the files of the release that they came with.
  event.waitUntil(self.clients.claim().then(renewPages));
});

async function keepFiles() {
  const cache = await caches.open(FILES);
  const fresh = (address) => new Request(address, { cache: "no-cache" });
  await cache.addAll([...KEPT.files, KEPT.noSignal].map(fresh));
}

self.addEventListener("message", (event) => {
  const { pages, forms, rest } = event.data;
  if (pages !== undefined) event.waitUntil(keepPages(pages));
  if (forms) event.waitUntil(keepForms(forms));
  if (rest) event.waitUntil(endOfRest(rest));
});

// All anew where there is news, else those that are missing.
async function keepPages(isNews) {
  const cache = await caches.open(PAGES);
  const missing = [];
  for (const path of [...KEPT.pages, KEPT.noSignal]) if (isNews || !(await cache.match(path))) missing.push(path);
  if (await fetchAll(missing)) await dropOldFiles();
}

async function renewPages() {
  const kept = await (await caches.open(PAGES)).keys();
  if (await fetchAll(kept.map(({ url }) => url))) await dropOldFiles();
}

// Each by itself: one page that fails must not cost the others. True if all came.
async function fetchAll(addresses) {
  const came = addresses.map((each) => fetchPage(new Request(each)).then((answer) => answer.ok, () => false));
  return (await Promise.all(came)).every(Boolean);
}

async function dropOldFiles() {
  const old = (await caches.keys()).filter((name) => name.startsWith("files-") && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
}

// Those that are due now, and no others any more.
async function keepForms(addresses) {
  const cache = await caches.open(PAGES);
  const keys = (await cache.keys()).map(({ url }) => keyOf(url));
  const changes = keys.filter(isChange);
  for (const key of changes.slice(0, -MOST_CHANGES)) await cache.delete(key);
  for (const key of keys) {
    if (isForm(key) && !addresses.includes(key)) await cache.delete(key);
  }
  const missing = [];
  for (const address of addresses) if (!(await cache.match(address))) missing.push(address);
  await fetchAll(missing);
}

// One page an address, whatever stands behind it; of a form, one an id.
function keyOf(address) {
  const { pathname, searchParams } = new URL(address, location.origin);
  const isOne = KEPT.forms.includes(pathname) || KEPT.changes.includes(pathname);
  return isOne ? `${pathname}?id=${searchParams.get("id")}` : pathname;
}

const isForm = (key) => KEPT.forms.some((path) => key.startsWith(`${path}?`));
const isChange = (key) => KEPT.changes.some((path) => key.startsWith(`${path}?`));
const isKept = (path) => [KEPT.pages, KEPT.forms, KEPT.changes].some((paths) => paths.includes(path));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method !== "GET") event.respondWith(change(request, url.pathname));
  else if (request.mode !== "navigate") {
    if (url.pathname.startsWith(KEPT.static)) event.respondWith(file(request));
  } else if (isKept(url.pathname)) event.respondWith(page(request));
  else event.respondWith(fetch(request).catch(noSignal));
});

// In the language of whoever is signed in, else as it came with the files.
async function noSignal() {
  const own = await (await caches.open(PAGES)).match(KEPT.noSignal);
  return own ?? caches.match(KEPT.noSignal);
}

async function file(request) {
  const own = await (await caches.open(FILES)).match(request);
  // A page that was kept before this release asks for the files of its own.
  return own ?? (await caches.match(request)) ?? fetch(request);
}

let owner = 0;

// What is no entry may change whose pages these are, or how they look: signing in and out,
// another language. Nothing of before is shown after that.
async function change(request, path) {
  let answer;
  try {
    answer = await fetch(request);
  } catch (error) {
    if (request.mode === "navigate") return noSignal();
    throw error;
  }
  const isDone = answer.ok || answer.type === "opaqueredirect";
  if (isDone && !isKept(path) && path !== KEPT.askForCode) {
    owner += 1;
    await caches.delete(PAGES);
  }
  return answer;
}

// The network first, because a prescription changes; the kept page when it is silent.
async function page(request) {
  const kept = await (await caches.open(PAGES)).match(keyOf(request.url));
  const asked = fetchPage(request);
  if (!kept) return asked.catch(noSignal);
  const silence = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([asked.catch(() => null), silence]);
  return answer && answer.status < 500 ? answer : kept;
}

async function fetchPage(request) {
  const before = owner;
  const answer = await fetch(request);
  if (answer.ok && !answer.redirected && answer.type === "basic" && before === owner) {
    const cache = await caches.open(PAGES);
    await cache.put(keyOf(request.url), answer.clone());
  }
  return answer;
}

let restUntil = 0;

// The page may be asleep or closed by then. Whoever looks at it needs no word from here.
async function endOfRest({ until, words }) {
  restUntil = until;
  if (!until) return;
  await new Promise((resolve) => setTimeout(resolve, until - Date.now()));
  const pages = await self.clients.matchAll({ type: "window" });
  const isSeen = pages.some(({ visibilityState }) => visibilityState === "visible");
  if (restUntil !== until || isSeen || Notification.permission !== "granted") return;
  await self.registration.showNotification(words, { tag: "rest" });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then(([first]) => first?.focus() ?? self.clients.openWindow("/session/")),
  );
});
{% endautoescape %}
