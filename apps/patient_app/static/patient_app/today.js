// What of the first page only the phone knows: what waits on it, the check-ins after a
// session that waits, and whether it can be put on the home screen.

import { line, show as showPlace, time } from "./page.js";
import * as store from "./store.js";

const DAY_AND_TIME = { weekday: "long", hour: "2-digit", minute: "2-digit" };

export function show(entries) {
  const list = document.getElementById("unsent-list");
  if (!list) return;
  list.replaceChildren(...entries.map(({ label, at }) => line(`${label}, ${time(at)}`)));
  showPlace("unsent", entries.length > 0);
  showFollowUps(entries);
  const answered = new Set(entries.map(({ page }) => page));
  for (const card of document.querySelectorAll("[data-asks], [data-opens-s]")) {
    if (answered.has(card.querySelector("a").getAttribute("href"))) card.hidden = true;
  }
}

// A session that was left in the middle: its form stands half filled in on this phone.
export async function showBegun(user) {
  const place = document.getElementById("begun");
  if (place) place.hidden = !(await store.isBegun(user, place.querySelector("a").pathname));
}

// Of the newest one that waits: it closes the windows of those before it.
function showFollowUps(entries) {
  const cards = document.querySelectorAll("[data-opens-s]");
  const page = cards[0]?.parentElement.dataset.session;
  const sessions = entries.filter(({ url }) => url === page);
  const newest = sessions.map(spanOf).sort((a, b) => b.endedAt - a.endedAt)[0];
  for (const card of cards) showFollowUp(card, newest);
}

function spanOf({ id, body }) {
  const fields = new URLSearchParams(body);
  return { id, startedAt: Date.parse(fields.get("started_at")), endedAt: Date.parse(fields.get("ended_at")) };
}

function showFollowUp(card, session) {
  const opensAt = session?.endedAt + 1000 * card.dataset.opensS;
  const closesAt = session?.endedAt + 1000 * card.dataset.closesS;
  const [words, link] = [card.querySelector("p"), card.querySelector("a")];
  // By the clock of the person, as the server tells it, wherever the phone is.
  const told = (at) => time(at, { ...DAY_AND_TIME, timeZone: card.parentElement.dataset.zone });
  card.hidden = !session || closesAt <= Date.now();
  if (card.hidden) return;
  const isOpen = opensAt <= Date.now();
  link.hidden = !isOpen;
  link.setAttribute("href", `${card.dataset.page}?session=${session.id}`);
  words.textContent = words.dataset[isOpen ? "open" : "coming"]
    .replace("%1", told(session.startedAt))
    .replace("%2", told(isOpen ? closesAt : opensAt));
}

let offer;
const isInstalled = () =>
  matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;

// The browser offers it once and early; the person decides when.
export function prepareInstall() {
  const place = document.getElementById("install");
  if (!place || isInstalled()) return;
  const [button, hint] = [place.querySelector("button"), place.querySelector("[data-ios]")];
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    place.hidden = button.hidden = false;
  });
  addEventListener("appinstalled", () => (place.hidden = true));
  button.addEventListener("click", async () => {
    await offer.prompt();
    // An offer can be used once, whatever the answer was.
    place.hidden = true;
  });
  // There the browser offers nothing, but its own menu can.
  hint.hidden = !("standalone" in navigator);
  place.hidden = hint.hidden;
}
