// Whose phone it is: the pages that it keeps are those of whoever is signed in, as they
// want to read them.

import { ask, inTab, onPhone, show, words } from "./page.js";
import * as store from "./store.js";

const PAGES = "pages";

export async function keepPages({ user, keptFor }) {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/service-worker.js");
  const { active } = await navigator.serviceWorker.ready;
  const shown = `${user} ${keptFor}`;
  const isAnother = onPhone.get("shown") !== shown;
  if (isAnother) await caches.delete(PAGES);
  const isNews = isAnother || !inTab.get("kept");
  onPhone.set("shown", shown);
  inTab.set("kept", "yes");
  // Forms with an address of their own, that the first page leads to, open offline too.
  const links = location.pathname === "/" ? [...document.querySelectorAll("a[data-keep]")] : null;
  active.postMessage({ pages: isNews, forms: links?.map((link) => link.getAttribute("href")) });
}

export async function askAndSignOut(form, person) {
  const left = await countLeft(person).catch(() => 0);
  const answer = left
    ? await ask(words.signOut.replace("%", left), {
        stay: words.stay,
        leave: words.leave,
        wipe: words.wipe,
      })
    : "leave";
  if (answer === "leave" || answer === "wipe") await signOut(form, person, { everything: answer === "wipe" });
}

const countLeft = async ({ user }) =>
  (await store.waiting(user)).length + (await store.countDrafts(user));

// Only with a signal: nothing goes from here while the server still takes this phone for
// one that is signed in.
async function signOut(form, { user, csrfToken }, { everything }) {
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken() },
    redirect: "manual",
  }).catch(() => null);
  if (answer?.type !== "opaqueredirect" && !answer?.ok) return show("no-signal");
  await store.forget(user, { everything }).catch(() => {});
  await globalThis.caches?.delete(PAGES);
  onPhone.remove("shown");
  onPhone.remove("rest-until");
  inTab.remove("kept");
  location.assign("/");
}
