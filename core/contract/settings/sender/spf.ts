// SPF at EHLO and MAIL, with an action for each result.
import { choice, flag, record, whole } from '../leaf.ts';
import { action, exemptions, type SenderAction } from './actions.ts';

const SPF = 'AXIGEN documentation, SPF';

/** The results of RFC 7208 section 2.6. */
export const spfResults = ['pass', 'neutral', 'none', 'softfail', 'fail', 'temperror', 'permerror'] as const;
export type SpfResult = (typeof spfResults)[number];

const act = (result: SpfResult, help: string, value: SenderAction) =>
  action({ title: result, help, source: SPF, basis: 'documented' }, value);

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

export const spf = record(
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
    reading: choice({
      title: 'Reading',
      help: 'strict: a host without an address of the client’s family is a void lookup, and an error anywhere in a record spoils all of it (RFC 7208 section 4.6). lenient: such a host is void only when it has no address at all, and a record is read until a term matches, as much software in use does.',
      source: 'RFC 7208 sections 4.6 and 4.6.4',
      basis: 'ours',
      options: ['strict', 'lenient'],
      default: 'strict',
    }),
    timeLimit: whole({
      title: 'Time limit',
      help: 'How long one evaluation may take with all its questions; then it is a temperror.',
      unit: 's',
      source: 'RFC 7208 section 4.6.4 (at least 20 s)',
      basis: 'ours',
      min: 1,
      max: 300,
      default: 20,
      warn: [{ below: 20, text: 'RFC 7208 section 4.6.4 asks for at least 20 seconds.' }],
    }),
    stage: choice({
      title: 'Acts at',
      help: 'When a result that delays, defers or refuses is answered: at once, at MAIL, at each RCPT (so that the log shows the recipients), or when the message is complete.',
      source: 'Gatehouse',
      basis: 'ours',
      options: [
        { value: 'ehlo', title: 'EHLO / MAIL, at once' },
        { value: 'mail', title: 'MAIL' },
        { value: 'rcpt', title: 'RCPT' },
        { value: 'message', title: 'end of message' },
      ],
      default: 'mail',
      warn: [
        {
          value: 'ehlo',
          text: 'Acting at EHLO shuts out roaming users of the submission port before they can log in: leave it to MX listeners, or act at MAIL.',
        },
      ],
    }),
    exemptDmarc: flag({
      title: 'Exempt where DMARC passes',
      help: 'At the end of the message only: mail that came by way of a forwarder fails SPF, and its signature still holds for the domain of From (DMARC pass). Off, or at an earlier stage, such mail is lost with the forgeries.',
      source: 'RFC 7489 section 10.1',
      basis: 'ours',
      default: true,
    }),
    ...exemptions('SPF'),
  },
  { title: 'SPF', help: 'RFC 7208, before the message is queued.', source: SPF, basis: 'documented' },
);
