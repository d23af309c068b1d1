// Whom a header names: the addresses of its From fields, and of other fields that hold addresses.
import type { Mailbox } from '../contract/facts.ts';
import { readFrom } from './fromField.ts';
import { fieldValue, type MessageHeader } from './headerFields.ts';

/** From fields that are read, and authors told. */
const mostPlaces = 100;
const mostAuthors = 100;

/** Octets of one field with addresses that are read; it takes a recipient list of thousands. */
export const mostAddressOctets = 200_000;

/** Who the From fields say wrote the message, and what keeps one of them from being read. */
export interface Authors {
  readonly addresses: readonly Mailbox[];
  readonly places: readonly number[];
  /** Each a few words, with the place of its field. */
  readonly problems: readonly { readonly place: number; readonly text: string }[];
}

export function authorsOf(header: MessageHeader): Authors {
  const places = header.places.get('from') ?? [];
  const addresses: Mailbox[] = [];
  const problems: { place: number; text: string }[] = [];
  for (const place of places.slice(0, mostPlaces)) {
    const read = readAddresses(header, place);
    if ('problem' in read) problems.push({ place, text: read.problem });
    else for (const address of read.addresses) if (addresses.length < mostAuthors) addresses.push(address);
  }
  return { addresses, places, problems };
}

/** The addresses of the field at a place, or why it cannot be read. */
export function readAddresses(header: MessageHeader, place: number): ReturnType<typeof readFrom> {
  const field = header.fields[place];
  if (field === undefined) return { problem: 'it is not there' };
  const octets = field.end - field.start;
  if (octets > mostAddressOctets)
    return { problem: `it has ${octets} octets, more than the ${mostAddressOctets} that are read` };
  return readFrom(fieldValue(header, field));
}
