// Asks the device for a passkey, and sends its answer by a plain form.

const asBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));

const asText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

// By hand: browsers can do this themselves only since 2024.
function optionsOf({ publicKey }) {
  const known = (list = []) => list.map((each) => ({ ...each, id: asBytes(each.id) }));
  const options = { ...publicKey, challenge: asBytes(publicKey.challenge) };
  if (publicKey.user) {
    options.user = { ...publicKey.user, id: asBytes(publicKey.user.id) };
    options.excludeCredentials = known(publicKey.excludeCredentials);
  } else {
    options.allowCredentials = known(publicKey.allowCredentials);
  }
  return options;
}

function answerOf(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = asText(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: asText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function credentialFor(form) {
  const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const told = await answer.json();
  const { creation_options: creation, request_options: request } = told.data ?? told;
  return creation
    ? navigator.credentials.create({ publicKey: optionsOf(creation) })
    : navigator.credentials.get({ publicKey: optionsOf(request) });
}

async function send(form) {
  const stopped = form.querySelector("[data-stopped]");
  const button = form.querySelector("[type=submit]");
  stopped.hidden = true;
  button.disabled = true;
  try {
    form.elements.credential.value = JSON.stringify(answerOf(await credentialFor(form)));
    form.submit();
  } catch {
    // Called off, timed out, or the server did not answer: the code by mail is left.
    stopped.hidden = false;
    button.disabled = false;
  }
}

const isAble = "PublicKeyCredential" in window;
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !isAble;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
const none = document.querySelector("[data-no-passkeys]");
if (none) none.hidden = isAble;
