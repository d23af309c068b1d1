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
  return value < 1000 ? String(value) : String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `20 allowed`; 0 or `unlimited` read as no limit. */
export function allowed(limit: number | 'unlimited'): string {
  return limit === 'unlimited' ? 'unlimited' : `${grouped(limit)} allowed`;
}

/** `1 octet`, `2 octets`. */
export function counted(value: number, unit: string): string {
  return `${grouped(value)} ${unit}${value === 1 ? '' : 's'}`;
}
