// Authentication: which mechanisms are offered in clear and secured, and who must log in.
import { choice, flag, record, set } from './leaf.ts';

const mechanisms = [
  { value: 'PLAIN', title: 'PLAIN', help: 'Sends the password as it is (RFC 4616).' },
  { value: 'LOGIN', title: 'LOGIN', help: 'Sends the password as it is, in an older dialogue.' },
  { value: 'CRAM-MD5', title: 'CRAM-MD5', help: 'Proves the password without sending it (RFC 2195).' },
] as const;

const OFFER = 'AXIGEN documentation, SMTP Receiving; EHLO observed';

export const authentication = record(
  {
    clear: set({
      title: 'Offered in clear',
      help: 'Mechanisms offered before TLS. Empty: no AUTH until the connection is secured, the vendor’s own advice. A mechanism offered only after TLS is answered 504 before it (RFC 4954 section 4).',
      source: OFFER,
      basis: 'observed',
      options: mechanisms,
      default: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
      warn: [],
    }),
    secured: set({
      title: 'Offered when secured',
      help: 'Mechanisms offered after STARTTLS and on implicit TLS.',
      source: OFFER,
      basis: 'observed',
      options: mechanisms,
      default: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
    }),
    localDelivery: choice({
      title: 'Mail for local domains',
      help: 'Who may send to local domains on mx listeners: all, or only after a login (530). AXIGEN’s policy variable localDelivery.',
      source: 'AXIGEN documentation, SMTP Functionalities (II)',
      basis: 'documented',
      options: [
        { value: 'all', title: 'anyone' },
        { value: 'auth', title: 'only after a login' },
      ],
      default: 'all',
    }),
    remoteDelivery: choice({
      title: 'Mail for remote domains',
      help: 'Who may send to domains that are not local: all makes an open relay of the real server; auth asks for a login (550 5.7.1). AXIGEN’s policy variable remoteDelivery. The word none is ours: the product’s third value is not known.',
      source: 'AXIGEN documentation, SMTP Functionalities (II)',
      basis: 'documented',
      options: [
        { value: 'auth', title: 'only after a login' },
        { value: 'all', title: 'anyone (open relay)' },
        { value: 'none', title: 'nobody' },
      ],
      default: 'auth',
      warn: [{ value: 'all', text: 'An open relay: on the real server anyone could send through it.' }],
    }),
    submissionLogin: flag({
      title: 'Submission asks for a login',
      help: 'On submission and submissions listeners MAIL is answered 530 5.7.0 until the client has logged in (RFC 6409 section 4.3).',
      source: 'RFC 6409 section 4.3',
      basis: 'ours',
      default: true,
      warn: [{ value: false, text: 'Anyone who reaches a submission port may send mail to local domains through it.' }],
    }),
  },
  {
    title: 'Authentication',
    help: 'Who must log in, and how. Users have a table of their own, never part of a configuration.',
    source: 'AXIGEN documentation, SMTP Receiving',
    basis: 'documented',
  },
);
