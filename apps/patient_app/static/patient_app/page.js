// What the modules of a page share: its words, its notices, its question, its memory.

export const words = document.getElementById("words")?.dataset ?? {};

export function show(id, isShown = true) {
  const place = document.getElementById(id);
  if (place) place.hidden = !isShown;
}

// With the hours counted to 24, as the pages of the server have them.
export const time = (at, format = { dateStyle: "medium", timeStyle: "short" }) =>
  new Intl.DateTimeFormat(document.documentElement.lang, { ...format, hourCycle: "h23" }).format(at);

// Some settings forbid these: then nothing is remembered, and nothing breaks.
const memory = (name) => ({
  get: (key) => attempt(() => window[name].getItem(key)),
  set: (key, value) => attempt(() => window[name].setItem(key, value)),
  remove: (key) => attempt(() => window[name].removeItem(key)),
});
export const onPhone = memory("localStorage");
export const inTab = memory("sessionStorage");

function attempt(work) {
  try {
    return work() ?? null;
  } catch {
    return null;
  }
}

// Asks in a dialog; resolves with the name of the answer, "" for none. `answers` are the
// words of each by its name; the first is the one that changes nothing.
export function ask(question, answers) {
  const dialog = document.getElementById("ask");
  dialog.querySelector("p").textContent = question;
  dialog.querySelector("div").replaceChildren(
    ...Object.entries(answers).map(([name, label], index) => {
      const answer = button(label, () => dialog.close(name));
      answer.classList.toggle("second", index > 0);
      return answer;
    }),
  );
  dialog.returnValue = "";
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue);
    dialog.showModal();
  });
}

export function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

export function line(...parts) {
  const item = document.createElement("li");
  item.append(...parts);
  return item;
}
