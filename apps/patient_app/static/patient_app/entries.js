// Forms that become entries: kept while they are filled in, put into the queue at the end.

import * as queue from "./queue.js";

const QUIET_MS = 400;
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "id", "sent_at"]);
const SIGNS = "red_flags";
const NO_SIGN = "none_of_these";

export async function prepare(form, person) {
  const key = `${person.user} ${location.pathname}${location.search}`;
  const mended = await refusedEntry(form, person);
  const kept = mended
    ? { id: mended.id, values: [...new URLSearchParams(mended.body)] }
    : await queue.draft(key);
  if (kept) fill(form, kept.values);
  // Of the device: the page may have been kept on it, and its id used before.
  const id = kept?.id ?? crypto.randomUUID();
  form.elements.id.value = id;
  const session = new URLSearchParams(location.search).get("session");
  if (session && form.elements.session) form.elements.session.value = session;
  if (mended) tellFaults(form, mended.errors);
  nameTimes(form);

  let pause;
  const keep = () => {
    clearTimeout(pause);
    pause = setTimeout(() => queue.keepDraft(key, { id, values: valuesOf(form) }), QUIET_MS);
  };
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(pause);
    const button = form.querySelector("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    try {
      await queue.add(entryOf(form, person, id));
      await queue.dropDraft(key);
    } catch {
      // The phone keeps nothing: the plain way is left.
      form.submit();
      return;
    }
    queue.flush(person);
    sessionStorage.setItem("thanks", "yes");
    location.assign(nextAddress(form, id));
  });
}

function entryOf(form, person, id) {
  const now = new Date().toISOString();
  form.elements.recorded_at.value = now;
  if (form.elements.answered_at && !form.elements.answered_at.value) {
    form.elements.answered_at.value = now;
  }
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
    page: location.pathname + location.search,
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

async function refusedEntry(form, person) {
  const id = new URLSearchParams(location.search).get("mend");
  const all = id ? await queue.waiting(person.user) : [];
  return all.find((entry) => entry.id === id && entry.errors);
}

function tellFaults(form, errors) {
  for (const [name, faults] of Object.entries(errors)) {
    const control = name ? form.querySelector(`[name="${CSS.escape(name)}"]`) : null;
    const place = control?.closest("[data-field]") ?? form;
    const words = document.createElement("p");
    words.className = "refusal";
    words.setAttribute("role", "alert");
    words.textContent = faults.join(" ");
    place.prepend(words);
  }
  form.dispatchEvent(new CustomEvent("told"));
}
