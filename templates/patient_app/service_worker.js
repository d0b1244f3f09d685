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
const keepPages = () =>
  Promise.all(KEPT.pages.map((path) => fetchPage(new Request(path)).catch(() => null)));

self.addEventListener("message", (event) => {
  if (event.data === "keep-pages") event.waitUntil(keepPages());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (KEPT.files.includes(url.pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate" && KEPT.pages.includes(url.pathname)) {
    event.respondWith(page(request));
  }
});

const file = async (request) => (await caches.match(request)) ?? fetch(request);

// The network first, because a prescription changes; the kept page when it is silent.
async function page(request) {
  const path = new URL(request.url).pathname;
  const kept = await (await caches.open(PAGES)).match(path);
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
    await cache.put(new URL(request.url).pathname, answer.clone());
  }
  return answer;
}
{% endautoescape %}
