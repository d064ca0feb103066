// The result: what goes on with it, and the works that look back.
import { $ } from "./elements.js";
import { goesOn } from "./going-on.js";
import { looksBack } from "./looking-back.js";

const { draft } = JSON.parse($("words-result").textContent);
const here = `/drafts/${draft}/result`;

goesOn(here);
looksBack(here);
