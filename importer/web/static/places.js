// A page that is loaded anew has its focus where it was.
const KEY = "focus";

// Loads the page anew, with the focus on an element then.
export function again(id = "") {
  sessionStorage.setItem(KEY, id);
  location.reload();
}

// Puts the focus where it was before the page was loaded anew.
export function focusAgain() {
  const id = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (id) document.getElementById(id)?.focus({ preventScroll: true });
}
