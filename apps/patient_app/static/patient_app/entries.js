// Forms that become entries: kept while they are filled in, put into the queue at the end.

import { inTab, show, time, words } from "./page.js";
import * as queue from "./queue.js";
import * as store from "./store.js";

const QUIET_MS = 400;
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
  const key = store.draftKey(person.user, mended ? `${page} ${mended.id}` : page);
  const kept = (await store.draft(key).catch(() => null)) ?? entryAsDraft(mended);
  const form = kept ? asItWas(shown, kept, start) : shown;
  if (kept) fill(form, kept.values);
  // Of the device: the page may have been kept on it, and its id used before.
  const id = kept?.id ?? crypto.randomUUID();
  form.elements.id.value = id;
  const session = address.searchParams.get("session");
  if (session && form.elements.session) form.elements.session.value = session;
  if (mended) tellFaults(form, mended.errors);
  else tellWhatWas(key, kept);
  nameTimes(form);

  const plan = planOf(form);
  const ownMarkup = plan && (form === shown ? markup : kept.markup);
  const begunAt = kept?.begunAt ?? Date.now();
  const draft = () => ({ id, values: valuesOf(form), plan, markup: ownMarkup, begunAt });
  let pause;
  const keep = () => {
    clearTimeout(pause);
    pause = undefined;
    store.keepDraft(key, draft()).then(
      () => show("storage-full", false),
      () => show("storage-full"),
    );
  };
  const keepSoon = () => {
    clearTimeout(pause);
    pause = setTimeout(keep, QUIET_MS);
  };
  form.addEventListener("input", keepSoon);
  form.addEventListener("change", keepSoon);
  // The page may go before the quiet comes.
  addEventListener("pagehide", () => pause && keep());
  const button = form.querySelector("[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    clearTimeout(pause);
    pause = undefined;
    const entry = { ...entryOf(form, person, id), page, plan, markup: ownMarkup };
    if ((await putAway(entry, key, person)) || (await sendNow(entry, form, person))) {
      inTab.set("thanks", "yes");
      inTab.set(`saved ${key}`, Date.now());
      location.assign(nextAddress(form, id));
    } else {
      button.disabled = false;
    }
  });
  // The browser may bring the page back as it was left, with its button pressed.
  addEventListener("pageshow", ({ persisted }) => persisted && button.disabled && location.reload());
}

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

// The phone keeps nothing: it goes to the server at once, and stays here if it cannot.
async function sendNow(entry, form, person) {
  for (const old of form.querySelectorAll(".refusal")) old.remove();
  const { state, errors } = await queue.post(entry, person);
  show("not-saved", state !== "sent" && state !== "refused");
  show("sign-in-again", state === "signed-out");
  if (state === "refused") tellFaults(form, errors);
  return state === "sent";
}

function entryOf(form, person, id) {
  const now = new Date().toISOString();
  const { recorded_at: recorded, answered_at: answered } = form.elements;
  recorded.value = now;
  // Kept when it is mended, unless the clock was wrong when it was answered.
  if (answered && !(answered.value && answered.value < now)) answered.value = now;
  for (const edge of ["started", "ended"]) {
    const local = form.elements[`${edge}_local`];
    if (local) form.elements[`${edge}_at`].value = new Date(local.value).toISOString();
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
    urgent: signs(form).length > 0,
  };
}

function signs(form) {
  return new FormData(form).getAll(SIGNS).filter((sign) => sign !== NO_SIGN);
}

function nextAddress(form, id) {
  const ticked = signs(form);
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

function fill(form, values) {
  for (const [name, value] of values) {
    if (NOT_KEPT.has(name)) continue;
    const controls = form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
    for (const control of controls) {
      if (control.type === "radio" || control.type === "checkbox") {
        control.checked ||= control.value === value;
      } else {
        control.value = value;
      }
    }
  }
  form.dispatchEvent(new CustomEvent("filled"));
}

// A session starts when its page is opened first, and ends when it is sent, unless the
// person says otherwise.
function nameTimes(form) {
  const local = (date) =>
    new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  const { started_local: started, ended_local: ended } = form.elements;
  if (!started) return;
  started.value ||= local(new Date());
  let isOwn = ended.value !== "";
  ended.addEventListener("input", () => (isOwn = true));
  const touch = () => {
    if (!isOwn) ended.value = local(new Date(Math.max(Date.now(), Date.parse(started.value) + 60_000)));
  };
  touch();
  form.addEventListener("change", touch);
}

async function refusedEntry(id, person) {
  const all = id ? await store.waiting(person.user).catch(() => []) : [];
  return all.find((entry) => entry.id === id && entry.errors);
}

const entryAsDraft = (entry) =>
  entry && { ...entry, values: [...new URLSearchParams(entry.body)] };

// A form that was begun long ago, or that was saved just now and is empty again.
function tellWhatWas(key, kept) {
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
    const control = name && form.querySelector(`[name="${CSS.escape(name)}"]`);
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
