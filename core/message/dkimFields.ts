// Which fields of a header a signature covers (RFC 6376 section 5.4.2), and which of them a second one could be put above.
import type { MessageHeader } from './headerFields.ts';

/** Names in h=, as written (section 3.5). */
export function namesOf(list: string): readonly string[] {
  return list
    .split(':')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/**
 * Places of the fields, from the top of the header: of each name the lowest field that is not covered yet; a name without
 * one covers that there is none. The signature's own field, at `self`, is never among them (section 3.5, h=), also where
 * h= lists DKIM-Signature; mailauth would take it.
 */
export function coveredBy({ places }: MessageHeader, names: readonly string[], self: number): readonly number[] {
  const taken = new Map<string, number>();
  const covered: number[] = [];
  for (const name of names) {
    const key = name.toLowerCase();
    const all = places.get(key) ?? [];
    let from = taken.get(key) ?? all.length - 1;
    if (all[from] === self) from -= 1;
    const place = all[from];
    taken.set(key, from - 1);
    if (place !== undefined) covered.push(place);
  }
  return covered.sort((one, other) => one - other);
}

/** What is read by people or by programs that show messages (section 5.4.1, and section 8.15 on adding a second one). */
const shown = [
  'From',
  'Sender',
  'Reply-To',
  'Subject',
  'Date',
  'To',
  'Cc',
  'Message-ID',
  'In-Reply-To',
  'References',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
] as const;

/** Signed, but not once more than they are there: a further one above them goes unnoticed (section 5.4). */
export function notOversigned({ places }: MessageHeader, names: readonly string[]): readonly string[] {
  return shown.filter((name) => {
    const key = name.toLowerCase();
    const signed = names.filter((one) => one.toLowerCase() === key).length;
    return signed > 0 && signed <= (places.get(key)?.length ?? 0);
  });
}
