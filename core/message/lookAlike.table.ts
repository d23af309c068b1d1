// Signs that are taken for one another in domain names: digits, Cyrillic, Greek, Armenian and Latin ones, after confusables.txt of UTS 39.

/** One sign, and those that are taken for it; lower case, since domain names are compared in it. */
const lookAlikes: Readonly<Record<string, string>> = {
  a: 'аαɑ',
  b: 'ЬьƄɓ',
  c: 'сϲƈç',
  d: 'ԁɗđ',
  e: 'еєҽɛε',
  f: 'ƒϝ',
  g: 'ɡԍɢց',
  h: 'һհḥ',
  i: 'іıιɩӏlj1|!ľļłíìјϳĺ',
  k: 'κкķƙ',
  m: 'мṃ',
  n: 'ոпηṇŋ',
  o: 'оοօ0øσ',
  p: 'рρþ',
  q: 'ԛգɋ',
  r: 'гɾŗ',
  s: 'ѕʂꜱ5',
  t: 'тτţŧ',
  u: 'υսцʊ',
  v: 'νѵṿ',
  w: 'ԝшωɯѡա',
  x: 'хχҳ×',
  y: 'уүγɏ',
  z: 'ᴢʐż',
  '-': '‐‑‒–—−ー',
};

/** What each of them is taken for. */
export const prototypes: ReadonlyMap<string, string> = new Map(
  Object.entries(lookAlikes).flatMap(([sign, others]) => [...others].map((other) => [other, sign] as const)),
);
