// The rest between two sets. It counts by the clock, not by ticks: a locked phone stops
// the ticks, and a page can be closed and opened again.

import { onPhone } from "./page.js";

const KEY = "rest-until";
const SHOWN_MS = 60_000;
let ticking;

export function prepare(form, bar) {
  const [counting, over, tell, go] = ["counting", "over", "tell", "go"].map((name) =>
    bar.querySelector(`[data-${name}]`),
  );
  const until = () => Number(onPhone.get(KEY));
  const stop = () => {
    clearInterval(ticking);
    onPhone.remove(KEY);
    wake({ until: 0 });
  };
  const show = () => {
    const leftMs = until() - Date.now();
    bar.hidden = !until() || leftMs < -SHOWN_MS;
    counting.hidden = leftMs <= 0;
    counting.querySelector("strong").textContent = String(Math.ceil(leftMs / 1000));
    if (leftMs > 0) return;
    if (bar.hidden) stop();
    else if (!over.textContent) end();
  };
  const end = () => {
    over.textContent = over.dataset.over;
    go.textContent = go.dataset.close;
    navigator.vibrate?.(300);
    if (document.hidden) notify(over.dataset.over);
  };
  const run = () => {
    clearInterval(ticking);
    over.textContent = "";
    go.textContent = go.dataset.go;
    // Not before it is asked for: a page that asks by itself is refused for good.
    tell.hidden = !("Notification" in window) || Notification.permission !== "default";
    wake({ until: until(), words: over.dataset.over });
    ticking = setInterval(show, 250);
    show();
  };
  form.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-done]:checked") || !bar.dataset.seconds) return;
    onPhone.set(KEY, String(Date.now() + 1000 * Number(bar.dataset.seconds)));
    run();
  });
  go.addEventListener("click", () => {
    stop();
    show();
  });
  tell.addEventListener("click", async () => {
    await Notification.requestPermission();
    tell.hidden = true;
  });
  document.addEventListener("visibilitychange", show);
  if (until()) run();
}

// The worker lives on for a while when the page sleeps or is closed.
async function wake(rest) {
  const registration = await navigator.serviceWorker?.getRegistration();
  registration?.active?.postMessage({ rest });
}

async function notify(text) {
  if (Notification.permission !== "granted") return;
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.showNotification(text, { tag: "rest" });
}
