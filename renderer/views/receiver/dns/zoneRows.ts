// A zone as rows of a table: what each line says, read loosely; the host reads it strictly. Pure.

export interface ZoneRow {
  /** From 1. */
  readonly line: number;
  readonly name: string;
  readonly type: string;
  readonly data: string;
  /** In place of data a fault. */
  readonly isFault: boolean;
}

const faults = /^(NXDOMAIN|NODATA|SERVFAIL|REFUSED|TIMEOUT|TRUNCATED|LOOP|HUGE|SLOW)$/i;

export const isFault = (word: string): boolean => faults.test(word);

/** Lines with something on them. */
export function zoneRows(text: string): readonly ZoneRow[] {
  return text.split(/\r\n|\n|\r/).flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || /^[#;]/.test(line)) return [];
    const [name = '', type = '', ...data] = line.split(/\s+/);
    return [{ line: index + 1, name, type, data: data.join(' '), isFault: isFault(data[0] ?? '') }];
  });
}

/** `12 records, 2 faults` */
export function zoneCounts(rows: readonly ZoneRow[]): { readonly records: number; readonly faults: number } {
  const bad = rows.filter((row) => row.isFault).length;
  return { records: rows.length - bad, faults: bad };
}

/** A domain with all that a receiver asks for, and some of what can go wrong. */
export const exampleZone = `# A domain that sends mail, with all that a receiver asks for.
example.com SOA ns.example.com admin.example.com 1 7200 900 1209600 300
example.com MX 10 mail.example.com
example.com TXT v=spf1 mx -all
_dmarc.example.com TXT v=DMARC1; p=reject
mail.example.com A 192.0.2.10
192.0.2.10 PTR mail.example.com

# What goes wrong elsewhere: faults stand in place of data.
broken.example.net TXT SERVFAIL
slow.example.net TXT SLOW 2
slow.example.net TXT v=spf1 ip4:198.51.100.7 -all
silent.example.net * TIMEOUT
`;
