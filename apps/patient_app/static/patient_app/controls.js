// What the device adds to the controls: lines to tap, buttons to step, one step a screen.

export function start(form) {
  prepareScales(form);
  prepareSteppers(form);
  prepareCommas(form);
  prepareSets(form);
  prepareNeeded(form);
  prepareChoices(form);
  prepareSteps(form);
  prepareFaults(form);
  prepareMissing(form);
}

function prepareScales(form) {
  for (const scale of form.querySelectorAll("[data-scale]")) prepareScale(scale, form);
}

// The number is the answer. The line beside it is empty until it is touched, so that
// nothing stands there that nobody said.
function prepareScale(scale, form) {
  const number = scale.querySelector("input");
  const line = document.createElement("input");
  Object.assign(line, { type: "range", min: number.min, max: number.max, step: number.step });
  line.setAttribute("aria-label", number.labels[0]?.textContent ?? scale.dataset.label);
  scale.querySelector("[data-line]").append(line);
  const clear = scale.querySelector("[data-clear]");

  const show = () => {
    const isEmpty = number.value === "";
    line.classList.toggle("is-empty", isEmpty);
    clear.hidden = isEmpty;
    if (isEmpty) line.setAttribute("aria-valuetext", scale.dataset.empty);
    else {
      line.value = number.value;
      line.removeAttribute("aria-valuetext");
    }
  };
  const take = () => {
    number.value = line.value;
    number.dispatchEvent(new Event("input", { bubbles: true }));
  };
  line.addEventListener("input", take);
  // A tap exactly where the empty line stands is no change of it, and still an answer.
  line.addEventListener("click", take);
  number.addEventListener("input", show);
  clear.addEventListener("click", () => {
    number.value = "";
    number.dispatchEvent(new Event("input", { bubbles: true }));
    number.focus();
  });
  form.addEventListener("filled", show);
  show();
}

function prepareSteppers(form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const number = button.closest("[data-stepper]").querySelector("input");
    const from = number.value === "" ? number.dataset.hint : number.value;
    const start = from === undefined || from === "" ? Number(number.min) : Number(from);
    const next = stepped(number, start, Number(button.dataset.step));
    const most = number.max === "" ? Infinity : Number(number.max);
    const inside = Math.min(Math.max(Number(number.min), Math.round(next * 1000) / 1000), most);
    number.value = String(inside);
    number.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

const HAS_POINT = new Intl.NumberFormat(navigator.language).format(0.5).includes(".");

// Where the browser itself writes a decimal point it swallows a comma: 32,5 would be 325.
function prepareCommas(form) {
  form.addEventListener("beforeinput", (event) => {
    if (!HAS_POINT || event.data !== "," || event.target.type !== "number") return;
    event.preventDefault();
    document.execCommand("insertText", false, ".");
  });
}

// A number says that the set was done, so its box shows it; unticked, no number is left.
function prepareSets(form) {
  const numbersIn = (set) => [...set.querySelectorAll("[data-stepper] input")];
  form.addEventListener("input", ({ target }) => {
    const set = target.closest("[data-stepper]")?.closest(".set");
    const box = set?.querySelector("[data-done]");
    if (!box) return;
    const isSaid = numbersIn(set).some(({ value }) => value !== "");
    if (isSaid && !box.checked) {
      box.checked = true;
      box.dataset.byNumber = "";
    } else if (!isSaid && box.dataset.byNumber !== undefined) {
      box.checked = false;
      delete box.dataset.byNumber;
    }
  });
  form.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-done]")) return;
    delete target.dataset.byNumber;
    if (target.checked) return;
    for (const number of target.closest(".set").querySelectorAll("input[type=number]")) {
      number.value = "";
      number.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}

// What no plan says, such as the level of one's own body, a set that was done must say.
function prepareNeeded(form) {
  const ask = () => {
    for (const number of form.querySelectorAll("[data-needed] input[type=number]")) {
      number.required = number.closest(".set").querySelector("[data-done]").checked;
    }
  };
  for (const event of ["change", "input", "filled"]) form.addEventListener(event, ask);
  ask();
}

function stepped(number, start, way) {
  const { machineStep, rate } = number.dataset;
  if (!rate) return start + (Number(machineStep ?? number.step) || 1) * way;
  // The next place at which the machine has a hole, in the unit in which one types. What
  // is shown is rounded, so a place that is nearly reached counts as reached.
  const place = (start * Number(rate)) / Number(machineStep);
  const next = way > 0 ? Math.floor(place + 0.1) + 1 : Math.ceil(place - 0.1) - 1;
  return Math.round((next * Number(machineStep) * 10) / Number(rate)) / 10;
}

function prepareChoices(form) {
  form.addEventListener("change", ({ target }) => {
    if (target.name !== "red_flags" || !target.checked) return;
    const isNone = target.value === "none_of_these";
    for (const other of form.querySelectorAll("[name=red_flags]")) {
      if (other !== target && (isNone || other.value === "none_of_these")) other.checked = false;
    }
  });
}

// One thing on the screen at a time. Which one stands in the address, so that the
// phone's own back button goes one step back and leaving and returning finds the place.
function prepareSteps(form) {
  const steps = [...form.querySelectorAll("[data-step-page]")];
  const bar = form.querySelector("[data-steps]");
  if (!bar || steps.length < 2) return;
  const [back, next] = bar.querySelectorAll("button");
  const place = bar.querySelector("[data-place]");
  const words = place.dataset.words;
  const at = () => Math.min(Math.max(Number(location.hash.slice(1)) || 1, 1), steps.length);
  const show = () => {
    steps.forEach((step, index) => (step.hidden = index + 1 !== at()));
    back.hidden = at() === 1;
    next.hidden = at() === steps.length;
    place.textContent = words.replace("%1", at()).replace("%2", steps.length);
  };
  const go = (to) => {
    location.hash = String(to);
    const heading = steps[to - 1].querySelector("h2");
    heading.tabIndex = -1;
    show();
    heading.focus();
    scrollTo(0, 0);
  };
  back.addEventListener("click", () => history.back());
  next.addEventListener("click", () => go(at() + 1));
  addEventListener("hashchange", show);
  const showFault = () => {
    const fault = steps.findIndex((step) => step.querySelector(".refusal"));
    if (fault >= 0) go(fault + 1);
    else show();
  };
  form.addEventListener("told", showFault);
  bar.hidden = false;
  showFault();
}

// Leads to what a control itself refuses; a browser is silent about one out of sight.
function prepareFaults(form) {
  form.addEventListener("submit", (event) => {
    const wrong = form.querySelector("input:invalid, textarea:invalid");
    if (!wrong) return;
    stop(event);
    const steps = [...form.querySelectorAll("[data-step-page]")];
    const step = wrong.closest("[data-step-page]");
    if (step?.hidden) location.hash = String(steps.indexOf(step) + 1);
    wrong.closest("details")?.setAttribute("open", "");
    // The place is shown when the address has changed.
    setTimeout(() => wrong.reportValidity());
  });
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

// Asks once about what is left out.
function prepareMissing(form) {
  const box = form.querySelector("[data-missing]");
  if (!box) return;
  const rows = [...box.querySelectorAll("[data-of]")];
  const isMeant = () => box.querySelector("input")?.checked;
  form.addEventListener("submit", (event) => {
    const answers = new FormData(form);
    for (const row of rows) row.hidden = Boolean(answers.get(row.dataset.of));
    box.hidden = rows.every((row) => row.hidden);
    if (box.hidden || isMeant()) return;
    stop(event);
    box.focus();
  });
}
