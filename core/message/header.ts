// What is wrong with a header as a whole, so that programs may differ in what they make of it (RFC 5322 sections 2.2 and 3.6).
import type { Mailbox } from '../contract/facts.ts';
import type { HeaderAnswer, HeaderFault } from '../contract/senderAnswers.ts';
import { readFrom } from './fromField.ts';
import { fieldValue, type HeaderField, type MessageHeader, mostFields, mostHeader } from './headerFields.ts';
import { lookAlikes } from './lookAlike.ts';
import { printable } from './printable.ts';

/** Fields with addresses, which a program that shows messages reads. */
const addressed = ['from', 'sender', 'reply-to', 'to'] as const;

/** Fields that may stand once (RFC 5322 section 3.6), From apart, which has its own rule. */
const once = [
  'Date',
  'Subject',
  'Message-ID',
  'Sender',
  'Reply-To',
  'To',
  'Cc',
  'Bcc',
  'In-Reply-To',
  'References',
] as const;

/** Places named in one fault, and authors told. */
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

export function examineHeader(
  header: MessageHeader,
  { protectedDomains, ms }: { readonly protectedDomains: readonly string[]; readonly ms: number },
): HeaderAnswer {
  const authors = authorsOf(header);
  return {
    kind: 'header',
    faults: [
      ...fromFaults(header, authors),
      ...syntaxFaults(header),
      ...duplicateFaults(header),
      ...lookAlikes(header, authors, protectedDomains),
    ],
    authors: authors.addresses,
    questions: [],
    ms,
  };
}

function fromFaults({ more }: MessageHeader, { places, addresses, problems }: Authors): HeaderFault[] {
  if (places.length === 0 && more) return [];
  if (places.length === 0) return [{ rule: 'from', text: 'There is no From field.', fields: [] }];
  if (places.length > 1)
    return [{ rule: 'from', text: `There are ${places.length} From fields; one is allowed.`, fields: few(places) }];
  if (addresses.length === 0 && problems.length === 0)
    return [{ rule: 'from', text: 'The From field names nobody.', fields: few(places) }];
  return [];
}

function syntaxFaults(header: MessageHeader): HeaderFault[] {
  const { lines, more } = header;
  const faults: HeaderFault[] = [];
  const add = (text: string, fields: readonly number[]) => {
    if (fields.length > 0) faults.push({ rule: 'syntax', text, fields: few(fields) });
  };
  if (more)
    faults.push({
      rule: 'syntax',
      text: `The header has more than ${mostFields} fields or ${mostHeader} octets; the rest was not read.`,
      fields: [],
    });
  add('A line is no field and continues none.', lines.stray);
  add('Blanks stand between a field’s name and its colon.', lines.blankBeforeColon);
  add('A NUL stands in the header.', lines.nul);
  add('A line ends in a bare LF, or a CR stands alone.', lines.bare);
  for (const key of addressed)
    for (const place of (header.places.get(key) ?? []).slice(0, mostPlaces)) {
      const read = readAddresses(header, place);
      const name = header.fields[place]?.name ?? key;
      if ('problem' in read) add(`${name} cannot be read: ${printable(read.problem, 200)}.`, [place]);
    }
  return faults;
}

function duplicateFaults({ places }: MessageHeader): HeaderFault[] {
  return once.flatMap((name) => {
    const found = places.get(name.toLowerCase()) ?? [];
    return found.length < 2
      ? []
      : [
          {
            rule: 'duplicates' as const,
            text: `${name} stands ${found.length} times; once is allowed.`,
            fields: few(found),
          },
        ];
  });
}

function readAddresses(header: MessageHeader, place: number): ReturnType<typeof readFrom> {
  const field: HeaderField | undefined = header.fields[place];
  if (field === undefined) return { problem: 'it is not there' };
  const octets = field.end - field.start;
  if (octets > mostAddressOctets)
    return { problem: `it has ${octets} octets, more than the ${mostAddressOctets} that are read` };
  return readFrom(fieldValue(header, field));
}

const few = (places: readonly number[]): readonly number[] => places.slice(0, mostPlaces);
