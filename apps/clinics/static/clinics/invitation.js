// The code stands behind the "#" of the link: it never reaches a server's log that way.
const code = location.hash.slice(1);
const field = document.getElementById("token");
if (code && field) {
  field.value = code;
  history.replaceState(null, "", location.pathname);
}
