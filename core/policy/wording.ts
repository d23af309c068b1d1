// Words of findings: ordinals and numbers a person reads.

/** `1st`, `2nd`, `3rd`, `11th`, `1,021st`. */
export function ordinal(value: number): string {
  const tens = value % 100;
  const ones = value % 10;
  const suffix = tens >= 11 && tens <= 13 ? 'th' : ones === 1 ? 'st' : ones === 2 ? 'nd' : ones === 3 ? 'rd' : 'th';
  return `${grouped(value)}${suffix}`;
}

/** `10,485,760`. */
export function grouped(value: number): string {
  if (value < 1000) return String(value);
  const rest = String(value % 1000);
  return `${grouped(Math.floor(value / 1000))},${'000'.slice(rest.length)}${rest}`;
}

/** `20 allowed`; 0 or `unlimited` read as no limit. */
export function allowed(limit: number | 'unlimited'): string {
  return limit === 'unlimited' ? 'unlimited' : `${grouped(limit)} allowed`;
}

/** `1 octet`, `2 octets`. */
export function counted(value: number, unit: string): string {
  return `${grouped(value)} ${unit}${value === 1 ? '' : 's'}`;
}

/** ms until there is room again: `0.4 s to relief`, `12.3 s to relief`, `3 min 20 s to relief`, `2 h 5 min to relief`; never less than it takes. */
export function toRelief(ms: number): string {
  return `${reliefWords(ms)} to relief`;
}

function reliefWords(ms: number): string {
  const tenths = Math.ceil(ms / 100);
  if (tenths < 600) return `${tenths / 10} s`;
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.ceil(seconds / 60);
  return `${grouped(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}
