// Forms that become entries: kept while they are filled in, put into the queue at the end.

import * as changes from "./changes.js";
import { inTab, show, time, words } from "./page.js";
import * as queue from "./queue.js";
import * as store from "./store.js";
import * as undo from "./undo.js";

const QUIET_MS = 400;
const SETTLE_MS = 3000;
const OLD_MS = 12 * 3600_000;
// What the device says about an entry; other hidden fields say what the form asks for.
const OF_ENTRY = ["id", "session", "recorded_at", "sent_at", "answered_at", "started_at", "ended_at"];
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "id", "sent_at"]);
const SIGNS = "red_flags";
const NO_SIGN = "none_of_these";

// `markup` is that of the form as it came. `start` makes the controls of a form work; it is
// run on one that takes the place of this one.
export async function prepare(shown, { markup, person, start }) {
  const address = new URL(location.href);
  const mended = await refusedEntry(address.searchParams.get("mend"), person);
  address.searchParams.delete("mend");
  const page = address.pathname + address.search;
  const place = mended ? `${page} ${mended.id}` : page;
  const key = store.draftKey(person.user, place, shown.elements.patient?.value);
  const kept = (await store.draft(key).catch(() => null)) ?? entryAsDraft(mended);
  const newest = valuesOf(shown);
  const isStale = changes.isStale(shown, kept);
  const form = kept && !isStale ? asItWas(shown, kept, start) : shown;
  if (isStale) fillStale(form, kept, newest);
  else if (kept) fill(form, kept.values);
  const base = isStale ? newest : (kept?.base ?? newest);
  // Of the device: the page may have been kept on it, and its id used before.
  const id = kept?.id ?? crypto.randomUUID();
  form.elements.id.value = id;
  const session = address.searchParams.get("session");
  if (session && form.elements.session) form.elements.session.value = session;
  if (mended && !isStale) tellFaults(form, mended.errors);
  else if (form.dataset.changes === undefined) tellWhatWas(key, kept);
  nameTimes(form, kept);

  const plan = planOf(form);
  const ownMarkup = plan && (form === shown ? markup : kept.markup);
  const begunAt = kept?.begunAt ?? Date.now();
  const isEndOwn = () => form.elements.ended_local?.dataset.own !== undefined;
  const draft = () => ({ id, values: valuesOf(form), base, plan, markup: ownMarkup, begunAt, isEndOwn: isEndOwn() });
  let pause;
  const keep = () => {
    clearTimeout(pause);
    pause = undefined;
    store.keepDraft(key, draft()).then(
      () => show("storage-full", false),
      // A moment later: what moves under a finger makes it miss the button.
      () => setTimeout(tellFull, QUIET_MS),
    );
  };
  const keepSoon = () => {
    clearTimeout(pause);
    pause = setTimeout(keep, QUIET_MS);
  };
  form.addEventListener("input", keepSoon);
  // At once: what is begun while a page goes does not always reach the disk.
  form.addEventListener("change", keep);
  // The page may go before the quiet comes.
  addEventListener("pagehide", () => pause && keep());
  const button = form.querySelector("[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    if (form.dataset.nothing && !isAnswered(form)) {
      for (const old of form.querySelectorAll(".refusal")) old.remove();
      tellFaults(form, { "": [form.dataset.nothing] });
      form.querySelector(".refusal").scrollIntoView({ block: "center" });
      return;
    }
    button.disabled = true;
    clearTimeout(pause);
    pause = undefined;
    const entry = { ...entryOf(form, person, { id, base }), page, base, plan, markup: ownMarkup };
    if ((await putAway(entry, key, person)) || (await sendNow(entry, form, person))) {
      const isChange = form.dataset.changes !== undefined;
      const left = isChange ? await settle(entry, person) : null;
      if (left?.errors) return location.assign(mendAddress(entry));
      undo.remember({ id, correct: form.dataset.correct?.replace("ENTRY", id) ?? "" });
      inTab.set(`saved ${key}`, Date.now());
      location.assign(left && !entry.urgent ? form.dataset.meanwhile : nextAddress(form, { id, base }));
    } else {
      button.disabled = false;
    }
  });
  // The browser may bring the page back as it was left, with its button pressed.
  addEventListener("pageshow", ({ persisted }) => persisted && button.disabled && location.reload());
}

// Where nothing is kept at all that has been said.
const tellFull = () => show("storage-full", document.getElementById("no-storage")?.hidden ?? true);

async function putAway(entry, key, person) {
  try {
    await queue.add(entry);
  } catch {
    return false;
  }
  await store.dropDraft(key).catch(() => {});
  queue.flush(person).catch(() => {});
  return true;
}

// The page of an entry is to show what was changed: so a moment is given to send it. What
// is left is returned.
async function settle({ id }, person) {
  const pause = new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  await Promise.race([queue.flush(person).catch(() => {}), pause]);
  return (await store.waiting(person.user).catch(() => [])).find((each) => each.id === id);
}

export function mendAddress({ id, page }) {
  const address = new URL(page, location.href);
  address.searchParams.set("mend", id);
  return address;
}

// The phone keeps nothing: it goes to the server at once, and stays here if it cannot.
async function sendNow(entry, form, person) {
  for (const old of form.querySelectorAll(".refusal")) old.remove();
  const { state, errors } = await queue.post(entry, person);
  show("not-saved", state !== "sent" && state !== "refused");
  show("sign-in-again", state === "signed-out");
  if (state === "refused") tellFaults(form, errors);
  return state === "sent";
}

function entryOf(form, person, { id, base }) {
  const now = new Date().toISOString();
  const { recorded_at: recorded, answered_at: answered } = form.elements;
  recorded.value = now;
  // Kept when it is mended, unless the clock was wrong when it was answered.
  if (answered && !(answered.value && answered.value < now)) answered.value = now;
  for (const edge of ["started", "ended"]) {
    const local = form.elements[`${edge}_local`];
    // A correction is told by the clock of where it was entered, which the page knows.
    if (local && form.elements[`${edge}_at`]) form.elements[`${edge}_at`].value = new Date(local.value).toISOString();
  }
  const body = new URLSearchParams(new FormData(form));
  body.delete("csrfmiddlewaretoken");
  return {
    id,
    user: person.user,
    url: location.pathname,
    label: form.dataset.label,
    at: Date.now(),
    body: body.toString(),
    after: form.elements.session?.value || null,
    urgent: signs(form, base).length > 0,
  };
}

function isAnswered(form) {
  const hidden = new Set([...form.querySelectorAll("input[type=hidden]")].map(({ name }) => name));
  return [...new FormData(form)].some(([name, value]) => value !== "" && !hidden.has(name));
}

// Those that are news: a correction of something else says them again.
function signs(form, base) {
  const before = new Set(base.filter(([name]) => name === SIGNS).map(([, sign]) => sign));
  const ticked = new FormData(form).getAll(SIGNS);
  return ticked.filter((sign) => sign !== NO_SIGN && !before.has(sign));
}

function nextAddress(form, { id, base }) {
  const ticked = signs(form, base);
  if (ticked.length) {
    return form.dataset.help + (ticked.includes("self_harm") ? "?crisis=1" : "");
  }
  return form.dataset.next.replace("ENTRY", id);
}

const valuesOf = (form) =>
  [...new FormData(form)].filter(([name]) => !NOT_KEPT.has(name));

// What the form asks for, such as the exercises and their sets; "" if always the same.
const planOf = (form) =>
  [...form.querySelectorAll("input[type=hidden]")]
    .filter(({ name }) => !OF_ENTRY.includes(name) && name !== "csrfmiddlewaretoken")
    .map(({ name, value }) => `${name}=${value}`)
    .join("&");

// What is asked for may be another by now. What was filled in then belongs to what was
// asked then, so that form comes back with it.
function asItWas(form, { plan, markup }, start) {
  if (!markup || plan === planOf(form)) return form;
  const earlier = form.cloneNode(false);
  earlier.innerHTML = markup;
  form.replaceWith(earlier);
  start(earlier);
  return earlier;
}

// All that the form says, so a box that is not among `values` was unticked.
function fill(form, values) {
  const names = new Set([...form.elements].map(({ name }) => name).filter(Boolean));
  for (const name of names) {
    const own = values.filter(([each]) => each === name).map(([, value]) => value);
    if (!NOT_KEPT.has(name)) put(form, name, own);
  }
  form.dispatchEvent(new CustomEvent("filled"));
}

function put(form, name, values) {
  for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else if (values.length && control.type !== "submit") [control.value] = values;
  }
}

function fillStale(form, kept, newest) {
  const { values, contested } = changes.merge(kept, newest);
  fill(form, values);
  changes.tell(form, contested, newest, (name, told) => {
    put(form, name, told.length ? told : [""]);
    form.dispatchEvent(new CustomEvent("filled"));
    form.dispatchEvent(new Event("change"));
  });
}

// A session starts when its page is opened first, and ends with the last thing that was
// entered, unless the person says otherwise.
function nameTimes(form, kept) {
  const local = (date) =>
    new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  const { started_local: started, ended_local: ended } = form.elements;
  if (!started) return;
  started.value ||= local(new Date());
  const own = () => (ended.dataset.own = "");
  // What comes back from the queue was sent with the end that it says.
  if (kept ? (kept.isEndOwn ?? true) : ended.value) own();
  ended.addEventListener("input", own);
  const touch = () => {
    if (ended.dataset.own === undefined)
      ended.value = local(new Date(Math.max(Date.now(), Date.parse(started.value) + 60_000)));
  };
  if (!ended.value) touch();
  form.addEventListener("change", touch);
}

async function refusedEntry(id, person) {
  const all = id ? await store.waiting(person.user).catch(() => []) : [];
  return all.find((entry) => entry.id === id && entry.errors);
}

const entryAsDraft = (entry) => entry && { ...store.asDraft(entry), begunAt: undefined };

// A form that was begun long ago, or that was saved just now and is empty again.
function tellWhatWas(key, kept) {
  if (!document.getElementById("what-was")) return;
  const savedAt = Number(inTab.get(`saved ${key}`));
  if (kept?.begunAt < Date.now() - OLD_MS) {
    tellAbove(words.begun.replace("%", time(kept.begunAt)), () => store.dropDraft(key));
  } else if (!kept && savedAt > Date.now() - OLD_MS) {
    tellAbove(words.savedBefore.replace("%", time(savedAt)));
  }
}

function tellAbove(text, begin) {
  const place = document.getElementById("what-was");
  place.querySelector("span").textContent = text;
  place.hidden = false;
  const anew = place.querySelector("button");
  anew.hidden = !begin;
  anew.addEventListener("click", () => begin().then(() => location.assign(location.pathname + location.search)));
}

function tellFaults(form, errors) {
  for (const [name, faults] of Object.entries(errors)) {
    const control = name ? form.querySelector(`[name="${CSS.escape(name)}"]`) : null;
    const place = control?.closest("[data-field]") ?? form;
    const fault = document.createElement("p");
    fault.className = "refusal";
    fault.setAttribute("role", "alert");
    fault.textContent = faults.join(" ");
    place.prepend(fault);
    place.closest("details")?.setAttribute("open", "");
  }
  form.dispatchEvent(new CustomEvent("told"));
}
