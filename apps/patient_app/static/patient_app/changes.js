// Corrections: the entry may have been changed meanwhile. Then what was typed stays, what
// was not touched takes the newer value, and where both were changed the person chooses.

const versionIn = (values) => values.find(([name]) => name === "version")?.[1];

// Whether what was typed belongs to another version than the one that this page shows.
export function isStale(form, kept) {
  if (!form.elements.version || !kept?.base) return false;
  return versionIn(kept.values) !== form.elements.version.value;
}

// Returns what the form is to say; `newest` is what it says now.
export function merge({ values, base }, newest) {
  const [own, read, now] = [values, base, newest].map(byName);
  const names = [...new Set([...own.keys(), ...now.keys()])];
  const isOwn = (name) => !same(own.get(name), read.get(name));
  return {
    values: names.flatMap((name) => ((isOwn(name) ? own : now).get(name) ?? [""]).map((value) => [name, value])),
    // Somebody else changed these too, and otherwise.
    contested: names.filter(
      (name) => isOwn(name) && !same(now.get(name), read.get(name)) && !same(now.get(name), own.get(name)),
    ),
  };
}

export function tell(form, contested, newest, put) {
  const words = document.getElementById("changed");
  words.hidden = false;
  const now = byName(newest);
  for (const name of contested) {
    const controls = [...form.elements].filter((control) => control.name === name && control.type !== "hidden");
    if (controls.length) tellNewer(controls, now.get(name) ?? [], words.dataset, put);
  }
}

function tellNewer(controls, values, words, put) {
  const [first] = controls;
  const note = document.createElement("p");
  note.className = "newer";
  note.append(words.newer.replace("%", text(controls, values, words)));
  const take = document.createElement("button");
  Object.assign(take, { type: "button", className: "plain", textContent: words.take });
  take.addEventListener("click", () => {
    put(first.name, values);
    note.remove();
    first.focus();
  });
  note.append(take);
  const place = first.closest("[data-field]");
  place?.closest("details")?.setAttribute("open", "");
  if (place) place.append(note);
  else first.closest("label").after(note);
}

function text(controls, values, words) {
  if (controls[0].dataset.done !== undefined) return values.length ? words.done : words.notDone;
  const named = controls.filter((control) => values.includes(control.value) && control.labels?.length);
  const isChoice = ["radio", "checkbox"].includes(controls[0].type);
  const told = isChoice ? named.map(({ labels }) => labels[0].textContent.trim()) : values;
  return told.join(", ") || words.none;
}

function byName(pairs) {
  const found = new Map();
  for (const [name, value] of pairs) if (value !== "") found.set(name, [...(found.get(name) ?? []), value]);
  return found;
}

const same = (one, other) => String([...(one ?? [])].sort()) === String([...(other ?? [])].sort());
