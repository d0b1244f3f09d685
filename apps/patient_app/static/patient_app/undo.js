// What was saved just now: it can be taken back while it waits on this phone, and is
// corrected once it was sent.

import { inTab, show } from "./page.js";
import * as queue from "./queue.js";

const KEY = "saved-now";
let saved;

// Called on the page before; `correct` is where it can be corrected, if anywhere.
export const remember = (entry) => inTab.set(KEY, JSON.stringify(entry));

export function start(person) {
  const told = inTab.get(KEY);
  inTab.remove(KEY);
  saved = told && JSON.parse(told);
  show("thanks", Boolean(saved));
  const button = parts()[0];
  button?.addEventListener("click", async () => {
    button.disabled = true;
    const page = await queue.takeBack(saved.id, person);
    // Sent while the person made up their mind.
    location.assign(page ?? (saved.correct || location.href));
  });
}

export function refresh(entries) {
  const [button, link] = parts();
  if (!saved || !button) return;
  const waits = entries.some(({ id }) => id === saved.id);
  // What hangs on it would be left alone.
  button.hidden = !waits || entries.some(({ after }) => after === saved.id);
  link.hidden = waits || !saved.correct;
  link.href = saved.correct;
}

const parts = () => ["[data-undo]", "[data-correct]"].map((each) => document.querySelector(`#thanks ${each}`));
