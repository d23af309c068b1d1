// Domains: for whom mail is taken in.
import { z } from '../schema.ts';
import { choice, item, list, record } from './leaf.ts';

const domainName = z
  .string({ error: 'expected a domain name' })
  .regex(
    /^(?=.{1,255}$)(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*$/,
    'expected a domain name such as example.com',
  )
  .meta({
    title: 'Domain',
    help: 'A domain whose mail this server keeps; compared without regard to case.',
    source: 'RFC 5321 section 2.3.5',
    basis: 'ours',
    kind: 'text',
    placeholder: 'example.com',
  });

export const localDomain = item(
  {
    name: domainName,
    accept: choice({
      title: 'Recipients',
      help: 'Any recipient of the domain (catch-all), or only those listed; others hear 550 5.1.1. postmaster is always accepted (RFC 5321 section 4.5.1).',
      source: 'RFC 5321 sections 3.3 and 4.5.1',
      basis: 'ours',
      options: [
        { value: 'listed', title: 'only those listed' },
        { value: 'any', title: 'any (catch-all)' },
      ],
      default: 'any',
    }),
    recipients: list(
      z
        .string()
        .regex(/^[^\s@<>]{1,64}$/, 'expected the part of the address before the @, at most 64 characters')
        .meta({
          title: 'Recipient',
          help: 'The part of the address before the @; compared without regard to case.',
          source: 'RFC 5321 section 2.3.11',
          basis: 'ours',
          kind: 'text',
        }),
      {
        title: 'Listed recipients',
        help: 'Local parts that exist in this domain.',
        source: 'Gatehouse',
        basis: 'ours',
      },
    ),
  },
  { title: 'Local domain', help: 'A domain this server is the end of.', source: 'Gatehouse', basis: 'ours' },
);

export const domains = record(
  {
    local: list(localDomain, {
      title: 'Local domains',
      help: 'Mail for these is taken in. Mail for any other domain is remote: it needs a login, and is held and shown, never sent.',
      source: 'Gatehouse',
      basis: 'ours',
      default: [{ name: 'gate.example', accept: 'any', recipients: [] }],
    }),
  },
  {
    title: 'Domains',
    help: 'For whom mail is taken in. Accepted remote mail is held and shown here, never sent.',
    source: 'RFC 5321 section 3.6',
    basis: 'ours',
  },
);
