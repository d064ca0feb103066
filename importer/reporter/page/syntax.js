// The rules of syntax, as the importer has them (importer/reporter/page/rows.py): what a cell says for an e-mail address or a
// phone number. "good" and "bad" are certain, "open" is for the import to decide.
function syntaxOf(rules, words) {
  const patterns = new Map();
  const compiled = (source, flags = "u") => {
    if (!patterns.has(source)) patterns.set(source, new RegExp(source, flags));
    return patterns.get(source);
  };
  const whole = (source, flags) => compiled(`^(?:${source})$`, flags);
  const starts = (source) => compiled(`^(?:${source})`);
  const good = (text = "") => ({ state: "good", words: text });
  const bad = (text) => ({ state: "bad", words: text });
  const open = () => ({ state: "open", words: words.open });

  function checked(name, text, country = rules?.phone.country) {
    if (!rules || !Object.hasOwn(CHECKS, name)) return { state: "", words: "" };
    if (/[\p{Nl}\p{No}]/u.test(text)) return open(); // ① becomes 1 in the plain form, and is none
    const plain = plainly(text);
    if (isFiller(plain)) return good(words.empty);
    if (saysNothing(plain)) return open();
    return CHECKS[name](plain, country);
  }

  function plainly(text) {
    const seen = text.replace(/[\u2800\u3164\uffa0]/g, " ").replace(/[\p{Cc}\p{Cf}]/gu, (sign) => (/\s/.test(sign) ? sign : ""));
    return seen.normalize("NFKC").trim();
  }
  const isFiller = (plain) => !plain || Boolean(rules?.fillers.includes(plain.toLowerCase()));
  // Whether a cell, of any field, says nothing.
  checked.isNothing = (text) => isFiller(plainly(text)) || Boolean(rules && saysNothing(plainly(text)));

  // A few signs, or the letters of what people write for nothing: the importer knows better what else is in it.
  const lettersOf = (text) => text.normalize("NFD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  let nothings = null;
  function saysNothing(plain) {
    nothings ??= new Set(rules.fillers.map(lettersOf));
    return /^[^\p{L}\p{N}@]{1,4}$/u.test(plain) || (!plain.includes("@") && nothings.has(lettersOf(plain)));
  }

  // Nothing but kinds of numbers (Home, Mobile): the importer knows whether that says nothing.
  let kinds = null;
  function isLabel(text) {
    kinds ??= new Set(rules.phone.labels.map(lettersOf));
    return text.split(/[/,;|&+]/).every((piece) => kinds.has(lettersOf(piece)));
  }

  const CHECKS = {
    email(text) {
      const { email } = rules;
      const at = text.lastIndexOf("@");
      if (at < 0) return bad(words.noAt);
      const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
      // Where nothing is in it that divides, encloses or leads an address, there is one way to read it.
      if (!/^[!#$%&*+\-.0-9=@A-Z^_`a-z{}~]+$/.test(text) || text.endsWith(".") || domain.includes("--")) return open();
      if (text.indexOf("@") !== at) return bad(words.severalAts);
      if (!domain) return bad(words.nothingAfter);
      if (!local) return bad(words.nothingBefore);
      if (!domain.includes(".")) return bad(words.noDot);
      if (text.length > email.most || local.length > 64) return open();
      return whole(email.local).test(local) && whole(email.domain).test(domain) ? good() : bad(words.badPart);
    },
    phone_number(text, country) {
      const { phone } = rules;
      if (!/[0-9]/.test(text)) return /\p{Nd}/u.test(text) || isLabel(text) ? open() : bad(words.noDigits);
      if (!/[1-9]/.test(text)) return open(); // zeros alone: the importer knows whether they say nothing
      if (whole(phone.rounded).test(text)) return bad(words.rounded);
      if (!whole(phone.plain).test(text)) return open();
      const typed = text.replace(/[ ()\-]/g, "");
      const digits = country ? typed : typed.replace(/^00/, "+");
      const found = e164(digits, country);
      if (found) return good(words.readAs.replace("{value}", found));
      return digits.startsWith("+") || country || phone.ownCountries ? open() : bad(words.noCountry);
    },
  };

  // As importer/normalizer/numbering_plans.py: the number with its country code where it certainly is one. Only the plans
  // of countries that stand in the rows are here.
  function e164(digits, country) {
    const { plans, codes } = rules.phone;
    const number = digits.startsWith("+") ? digits : abroad(digits, plans[country]);
    const code = number && [2, 3, 4].map((end) => number.slice(1, end)).find((start) => Object.hasOwn(codes, start));
    if (!code || number.length > 16) return null;
    return isNational(number.slice(code.length + 1), codes[code].map((region) => plans[region])) ? number : null;
  }

  function abroad(digits, plan) {
    if (!plan || digits.startsWith(plan.country_code) || starts(plan.abroad).test(digits)) return null;
    const trunk = starts(plan.prefix).exec(digits)?.[0];
    if (trunk !== undefined && !(plan.simple && trunk)) return null;
    return `+${plan.country_code}${digits.slice((trunk ?? "").length)}`;
  }

  function isNational(number, plans) {
    if (!number || number[0] === "0" || !plans[0] || starts(plans[0].prefix).test(number)) return false;
    for (const plan of plans.filter(Boolean)) {
      if (plan.leading !== null && !starts(plan.leading).test(number)) continue;
      if (whole(plan.numbers).test(number)) return true;
      if (plan.leading !== null) return false;
    }
    return false;
  }

  return checked;
}
