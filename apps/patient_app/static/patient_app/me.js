// What the device adds to the settings: its own zone.

const offer = document.getElementById("own-zone");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const zones = document.querySelector("#settings [name=time_zone]");
const option = zones && [...zones.options].find((each) => each.value === own);
if (offer && option && zones.value !== own) {
  const words = offer.querySelector("[data-words]");
  words.textContent = words.dataset.words.replace("%", option.textContent);
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", () => {
    zones.value = own;
    offer.hidden = true;
    zones.focus();
  });
}
