{% autoescape off %}// Keeps the app's pages and files on the phone, so that it opens without a signal.
const KEPT = {{ kept }};
const FILES = `files-${KEPT.build}`;
const PAGES = "pages";
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(FILES).then((cache) => cache.addAll(KEPT.files)).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) =>
      Promise.all(
        names
          .filter((name) => name.startsWith("files-") && name !== FILES)
          .map((name) => caches.delete(name)),
      ),
    ).then(() => self.clients.claim()),
  );
});

// Each by itself: one page that fails must not cost the others.
const keepAll = (addresses) =>
  Promise.all(addresses.map((each) => fetchPage(new Request(each)).catch(() => null)));

// Forms that are kept too, because they may have been in another language.
async function keepPages() {
  const kept = (await (await caches.open(PAGES)).keys()).map(({ url }) => keyOf(url));
  await keepAll([...KEPT.pages, ...kept.filter(isForm)]);
}

self.addEventListener("message", (event) => {
  if (event.data === "keep-pages") event.waitUntil(keepPages());
  if (event.data.keep) event.waitUntil(keepForms(event.data.keep));
});

// Those that are due now, and no others any more.
async function keepForms(addresses) {
  const cache = await caches.open(PAGES);
  for (const { url } of await cache.keys()) {
    const key = keyOf(url);
    if (isForm(key) && !addresses.includes(key)) await cache.delete(key);
  }
  const missing = [];
  for (const address of addresses) if (!(await cache.match(address))) missing.push(address);
  await keepAll(missing);
}

// One page an address, whatever stands behind it; of a form, one an id.
function keyOf(address) {
  const { pathname, searchParams } = new URL(address, location.origin);
  return KEPT.forms.includes(pathname) ? `${pathname}?id=${searchParams.get("id")}` : pathname;
}

const isForm = (key) => KEPT.forms.some((path) => key.startsWith(`${path}?`));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (KEPT.files.includes(url.pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate" && isKept(url.pathname)) {
    event.respondWith(page(request));
  }
});

const isKept = (path) => KEPT.pages.includes(path) || KEPT.forms.includes(path);
const file = async (request) => (await caches.match(request)) ?? fetch(request);

// The network first, because a prescription changes; the kept page when it is silent.
async function page(request) {
  const kept = await (await caches.open(PAGES)).match(keyOf(request.url));
  const asked = fetchPage(request);
  if (!kept) return asked;
  const silence = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([asked.catch(() => null), silence]);
  return answer && answer.status < 500 ? answer : kept;
}

async function fetchPage(request) {
  const answer = await fetch(request);
  if (answer.ok && !answer.redirected && answer.type === "basic") {
    const cache = await caches.open(PAGES);
    await cache.put(keyOf(request.url), answer.clone());
  }
  return answer;
}
{% endautoescape %}
