// Acceptance: what the service says of itself, how much it takes, and which extensions it offers.
import { choice, flag, record, text, whole } from './leaf.ts';

const WIZARD = 'AXIGEN 10.3.1 smtpFilters.script';

const extension = (title: string, help: string, source: string, on: boolean) =>
  flag({ title, help, source, basis: source === WIZARD ? 'observed' : 'documented', default: on });

export const acceptance = record(
  {
    hostname: text({
      title: 'Host name',
      help: 'The name the service gives itself in the greeting, in EHLO and in challenges.',
      source: 'RFC 5321 section 4.2',
      basis: 'ours',
      default: 'gate.example',
      max: 255,
      pattern: /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/,
      expected: 'a host name such as mail.example.com',
    }),
    banner: text({
      title: 'Banner',
      help: 'Replaces the text behind 220 and the host name. Empty: the banner of the dialect. AXIGEN’s policy variable smtpGreeting.',
      source: 'AXIGEN documentation, SMTP Functionalities (I)',
      basis: 'documented',
      default: '',
      max: 400,
    }),
    dialect: choice({
      title: 'Reply dialect',
      help: 'The wording of replies: ours, or AXIGEN’s where its wording was observed (ours elsewhere, each marked with its basis). Codes are the same in both.',
      source: 'Gatehouse; AXIGEN replies observed',
      basis: 'observed',
      options: [
        { value: 'gatehouse', title: 'Gatehouse' },
        { value: 'axigen', title: 'AXIGEN, as observed' },
      ],
      default: 'gatehouse',
    }),
    maxDataSize: whole({
      title: 'Largest message',
      help: 'A message that is declared larger is refused at MAIL, one that turns out larger after its end (552 5.3.4, RFC 1870 section 6). 0 = unlimited, and SIZE is offered without a number.',
      unit: 'KB',
      source: 'AXIGEN documentation, SMTP Functionalities (II)',
      basis: 'documented',
      min: 0,
      max: 4_194_304,
      default: 10_240,
      warn: [{ value: 0, text: 'Without a limit one message can fill the disk.' }],
    }),
    maxRcptCount: whole({
      title: 'Recipients per message',
      help: 'One more hears 452 4.5.3, the others stay. RFC 5321 section 4.5.3.1.8 asks for at least 100. 0 = none, as the product’s range allows.',
      unit: 'recipients',
      source: 'AXIGEN documentation, SMTP Functionalities (II)',
      basis: 'documented',
      min: 0,
      max: 1000,
      default: 1000,
      warn: [{ below: 100, text: 'RFC 5321 section 4.5.3.1.8 asks for at least 100 recipients.' }],
    }),
    extensions: record(
      {
        pipelining: extension(
          'PIPELINING',
          'Several commands in one go (RFC 2920). Off: not offered; commands that come in one go all the same are answered one by one, in order.',
          WIZARD,
          true,
        ),
        size: extension(
          'SIZE',
          'The largest message is announced, and a declared size taken (RFC 1870).',
          'AXIGEN EHLO observed',
          true,
        ),
        eightBitMime: extension(
          '8BITMIME',
          'MAIL with BODY=8BITMIME (RFC 6152). Off: the parameter gets 555.',
          WIZARD,
          true,
        ),
        startTls: extension(
          'STARTTLS',
          'Offered on STARTTLS listeners (RFC 3207). Off: 502, and nothing can be secured.',
          WIZARD,
          true,
        ),
        enhancedStatusCodes: extension(
          'ENHANCEDSTATUSCODES',
          'Replies carry codes such as 5.7.1 (RFC 2034). No observed AXIGEN reply has one.',
          'RFC 2034',
          true,
        ),
        help: extension(
          'HELP',
          'The HELP command is offered and answered (RFC 5321 section 4.1.1.8).',
          'AXIGEN EHLO observed',
          true,
        ),
        authEquals: extension(
          'AUTH= line',
          'The mechanisms a second time as AUTH=, for clients older than RFC 2554. AXIGEN sends it.',
          'AXIGEN EHLO observed',
          false,
        ),
      },
      {
        title: 'Extensions',
        help: 'What EHLO offers. An extension that is off is not offered, and its commands and parameters are not understood.',
        source: 'AXIGEN documentation, Acceptance Basic Settings',
        basis: 'documented',
      },
    ),
  },
  {
    title: 'Acceptance',
    help: 'What the service says of itself, how much it takes and which extensions it offers.',
    source: 'AXIGEN documentation, Acceptance Basic Settings',
    basis: 'documented',
  },
);
