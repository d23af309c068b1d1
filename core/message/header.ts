// What is wrong with a header as a whole, so that programs may differ in what they make of it (RFC 5322 sections 2.2 and 3.6).
import type { HeaderAnswer, HeaderFault } from '../contract/senderAnswers.ts';
import { type Authors, authorsOf, readAddresses } from './authors.ts';
import { asName } from './dmarc.ts';
import { type MessageHeader, mostFields, mostHeader } from './headerFields.ts';
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

/** Places named in one fault. */
const mostPlaces = 100;

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
  const domains = new Set(addresses.map(({ domain }) => asName(domain)));
  if (domains.size > 1)
    return [{ rule: 'from', text: `The From field names authors of ${domains.size} domains.`, fields: few(places) }];
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

const few = (places: readonly number[]): readonly number[] => places.slice(0, mostPlaces);
