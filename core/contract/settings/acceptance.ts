// Acceptance: what the service says of itself, how much it takes, and which extensions it offers.
import { serviceExtensions } from './extensions.ts';
import { choice, record, text, whole } from './leaf.ts';

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
    extensions: serviceExtensions,
  },
  {
    title: 'Acceptance',
    help: 'What the service says of itself, how much it takes and which extensions it offers.',
    source: 'AXIGEN documentation, Acceptance Basic Settings',
    basis: 'documented',
  },
);
