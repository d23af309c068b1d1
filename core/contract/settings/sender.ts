// Sender: SPF at EHLO and MAIL, before the message is queued, with an action for each result.
import { choice, flag, list, record } from './leaf.ts';
import { network } from './trusted.ts';

const SPF = 'AXIGEN documentation, SPF';

/** The results of RFC 7208 section 2.6. */
export const spfResults = ['pass', 'neutral', 'none', 'softfail', 'fail', 'temperror', 'permerror'] as const;
export type SpfResult = (typeof spfResults)[number];

const act = (result: SpfResult, help: string, value: 'record' | 'mark' | 'defer' | 'refuse') =>
  choice({
    title: result,
    help,
    source: SPF,
    basis: 'documented',
    options: [
      { value: 'ignore', title: 'ignore' },
      { value: 'record', title: 'record' },
      { value: 'mark', title: 'mark' },
      { value: 'defer', title: 'defer (4xx)' },
      { value: 'refuse', title: 'refuse (5xx)' },
    ],
    default: value,
  });

export const spfMap = record(
  {
    pass: act('pass', 'The address may send for the domain.', 'record'),
    neutral: act('neutral', 'The domain says nothing about the address.', 'record'),
    none: act('none', 'The domain publishes no record.', 'record'),
    softfail: act('softfail', 'Probably not allowed (~all).', 'record'),
    fail: act('fail', 'Not allowed (-all). AXIGEN’s documentation accepts it; its wizard refuses it.', 'record'),
    temperror: act('temperror', 'DNS did not answer.', 'defer'),
    permerror: act('permerror', 'The published record cannot be understood.', 'refuse'),
  },
  {
    title: 'Result to action',
    help: 'What each result leads to. ignore, record and mark let the mail pass: ignore keeps it out of the log, record logs it, and mark also adds a Received-SPF field to the trace (RFC 7208 section 9.1). The why shows it in any case.',
    source: SPF,
    basis: 'documented',
  },
);

export const sender = record(
  {
    spf: record(
      {
        ehlo: flag({
          title: 'Check the EHLO name',
          help: 'RFC 7208 section 2.3. AXIGEN’s wizard writes a check of its own for it.',
          source: 'AXIGEN 10.3.1 smtpFilters.script',
          basis: 'observed',
          default: true,
        }),
        mailFrom: flag({
          title: 'Check the MAIL sender',
          help: 'RFC 7208 section 2.4; for a null sender postmaster@ the EHLO name is checked.',
          source: 'AXIGEN 10.3.1 smtpFilters.script',
          basis: 'observed',
          default: true,
        }),
        map: spfMap,
        stage: choice({
          title: 'Acts at',
          help: 'When a result that defers or refuses is answered: at once, at MAIL, at each RCPT (so that the log shows the recipients), or when the message is complete.',
          source: 'Gatehouse',
          basis: 'ours',
          options: [
            { value: 'ehlo', title: 'EHLO / MAIL, at once' },
            { value: 'mail', title: 'MAIL' },
            { value: 'rcpt', title: 'RCPT' },
            { value: 'message', title: 'end of message' },
          ],
          default: 'mail',
        }),
        exemptAuthenticated: flag({
          title: 'Exempt the authenticated',
          help: 'No SPF for clients that have logged in.',
          source: 'AXIGEN documentation, DNSBL (the same exemption)',
          basis: 'assumed',
          default: true,
        }),
        exemptSubmission: flag({
          title: 'Exempt submission',
          help: 'No SPF on submission and submissions listeners: their clients come from anywhere.',
          source: 'RFC 6409',
          basis: 'ours',
          default: true,
        }),
        exemptNetworks: list(network, {
          title: 'Exempt networks',
          help: 'Addresses whose mail is never checked, such as your own forwarders.',
          source: 'Gatehouse',
          basis: 'ours',
        }),
      },
      { title: 'SPF', help: 'RFC 7208, before the message is queued.', source: SPF, basis: 'documented' },
    ),
  },
  {
    title: 'Sender',
    help: 'Whether the client may speak for the domain it names. DNS is answered by the zone alone: nothing is asked outside.',
    source: SPF,
    basis: 'documented',
  },
);
