// Authentication: which mechanisms are offered in clear and secured, what they are checked against, and who must log in.
import { clearMechanisms, type MechanismName, mechanismFacts, mechanismNames } from '../mechanisms.ts';
import { choice, flag, record, set, text, whole } from './leaf.ts';
import { oauth } from './oauth.ts';

const OFFER = 'AXIGEN documentation, SMTP Receiving; EHLO observed';
const OBSERVED = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'DIGEST-MD5', 'GSSAPI'] as const;

const options = (names: readonly MechanismName[]) =>
  names.map((value) => ({ value, title: value, help: mechanismFacts(value)?.help ?? '' }));

const unfitInClear = (name: unknown) =>
  typeof name === 'string' && mechanismFacts(name)?.tlsOnly === true
    ? `${name} needs TLS: name it in secured alone`
    : undefined;

const offer = {
  clear: {
    title: 'Offered in clear',
    help: 'Mechanisms offered before TLS, in this order. Empty: no AUTH until the connection is secured, the vendor’s own advice. A mechanism offered only after TLS is answered 504 before it (RFC 4954 section 4).',
    source: OFFER,
    basis: 'observed',
    options: options(clearMechanisms),
    ordered: true,
    default: OBSERVED,
    unfit: unfitInClear,
  },
  secured: {
    title: 'Offered when secured',
    help: 'Mechanisms offered after STARTTLS and on implicit TLS, in this order. Clients choose by themselves, but old ones take the first they know.',
    source: OFFER,
    basis: 'observed',
    options: options(mechanismNames),
    ordered: true,
    default: OBSERVED,
  },
} as const;

/** `listeners.*.authentication`: where one listener offers other mechanisms than the service. */
export const listenerAuthentication = record(
  {
    own: flag({
      title: 'Its own mechanisms',
      help: 'Off: this listener offers what the service offers (authentication.clear and authentication.secured). On: the two lists below stand for this listener alone.',
      source: 'AXIGEN documentation, SMTP Functionalities (onConnect may set them for each listener)',
      basis: 'documented',
      default: false,
    }),
    clear: set({ ...offer.clear, basis: 'documented' }),
    secured: set({ ...offer.secured, basis: 'documented' }),
  },
  {
    title: 'Authentication',
    help: 'Where this listener offers other mechanisms than the service.',
    source: OFFER,
    basis: 'documented',
  },
);

const senders = {
  source: 'RFC 6409 section 6.1; Postfix, reject_sender_login_mismatch',
  basis: 'ours',
  options: [
    { value: 'any', title: 'any', help: 'Whatever the user writes.' },
    {
      value: 'domain',
      title: 'of the domain',
      help: 'Any address in the domain of the user’s name or of one of its aliases.',
    },
    { value: 'alias', title: 'own and aliases', help: 'The user’s name and its aliases, nothing else.' },
    { value: 'exact', title: 'own alone', help: 'The user’s name alone.' },
  ],
  default: 'any',
} as const;

const source = record(
  {
    kind: choice({
      title: 'Kind',
      help: 'table: the users of the workspace, with what each mechanism needs. bind: as a directory that checks a password by binding and gives out no secrets; mechanisms that need one are not offered then. The names are those of the workspace either way. AXIGEN’s userdbConnectorType local and ldapBind.',
      source: 'AXIGEN CLI help, SMTP-Incoming (userdbConnectorType)',
      basis: 'observed',
      options: [
        { value: 'table', title: 'table of the workspace' },
        { value: 'bind', title: 'directory, by binding' },
      ],
      default: 'table',
    }),
    failing: flag({
      title: 'Is down',
      help: 'As if the source did not answer: each login that asks it gets 454 4.7.0 (RFC 4954 section 6), which counts as no failed login.',
      source: 'RFC 4954 section 6',
      basis: 'ours',
      default: false,
      warn: [{ value: true, text: 'Nobody can log in with a password.' }],
    }),
    delay: whole({
      title: 'Answers after',
      help: 'As if the source were slow: each question to it takes so long. 0 = at once.',
      unit: 'ms',
      source: 'Gatehouse',
      basis: 'ours',
      min: 0,
      max: 600_000,
      default: 0,
    }),
    deadline: whole({
      title: 'Given up after',
      help: 'A question that is not answered by then counts as a source that is down: 454 4.7.0.',
      unit: 'ms',
      source: 'Gatehouse',
      basis: 'ours',
      min: 10,
      max: 600_000,
      default: 10_000,
    }),
  },
  {
    title: 'User source',
    help: 'Where passwords are checked, and how it may misbehave.',
    source: 'AXIGEN CLI help, SMTP-Incoming (userdbConnectorType)',
    basis: 'observed',
  },
);

export const authentication = record(
  {
    clear: set(offer.clear),
    secured: set(offer.secured),
    requireTls: flag({
      title: 'TLS before AUTH',
      help: 'No AUTH is offered before TLS, whatever the list for clear connections says; AUTH gets 530 5.7.0 where STARTTLS is offered (RFC 3207 section 4).',
      source: 'RFC 3207 section 4; RFC 8314 section 4.1',
      basis: 'ours',
      default: false,
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
    senderLogin: choice({
      ...senders,
      title: 'Envelope sender of a login',
      help: 'Which senders a client may name in MAIL once it has logged in; another one gets 553 5.7.1. The null sender may always be named. A user whose name has no @ stands for that name at every local domain.',
    }),
    fromLogin: choice({
      ...senders,
      title: 'From field of a login',
      help: 'Which addresses may stand in the From field of a message sent after a login; another one, or none that can be read, gets 550 5.7.1 when the header is complete. Sender, Resent-From and display names are not judged.',
    }),
    actFor: choice({
      title: 'Acting for another',
      help: 'Whether a user may log in for somebody else, as PLAIN, SCRAM and others can ask (the authorisation identity, RFC 4616 section 2): 535 where it may not.',
      source: 'RFC 4616 section 2; RFC 4422 section 2',
      basis: 'ours',
      options: [
        { value: 'nobody', title: 'nobody' },
        { value: 'alias', title: 'its aliases', help: 'Only a user that is named among its aliases.' },
        { value: 'anyone', title: 'anyone', help: 'Every user may act for every other.' },
      ],
      default: 'nobody',
      warn: [{ value: 'anyone', text: 'Whoever has one password may send as everybody.' }],
    }),
    realm: text({
      title: 'Realm',
      help: 'The realm of DIGEST-MD5 (RFC 2831 section 2.1.1). Empty: the host name of acceptance.hostname. Clients must connect by that host name or by the realm: a digest-uri with another one, or an address, is refused. What is kept for DIGEST-MD5 holds for one realm only: after a change users need a new password for it.',
      source: 'RFC 2831 section 2.1.1',
      basis: 'ours',
      default: '',
      max: 255,
    }),
    scramIterations: whole({
      title: 'SCRAM iterations',
      help: 'How often the hash is repeated for passwords set from now on: work for the client, and for whoever steals the table.',
      source: 'RFC 7677 section 4 (at least 4096)',
      basis: 'ours',
      min: 4096,
      max: 1_000_000,
      default: 4096,
    }),
    certificateName: choice({
      title: 'User of a certificate',
      help: 'EXTERNAL: which name in the client’s certificate is the user.',
      source: 'RFC 4422 appendix A.1; RFC 5280 section 4.2.1.6',
      basis: 'ours',
      options: [
        { value: 'email', title: 'address (subjectAltName)' },
        { value: 'common-name', title: 'common name (subject)' },
      ],
      default: 'email',
    }),
    gssapi: record(
      {
        keytab: text({
          title: 'Keytab',
          help: 'File with the keys of the service. Empty: the system’s own. Without a key for the service GSSAPI is not offered, and the window says why.',
          source: 'MIT Kerberos, keytab',
          basis: 'ours',
          default: '',
          max: 4096,
        }),
        service: text({
          title: 'Service',
          help: 'First part of the service’s principal: smtp/host@REALM.',
          source: 'RFC 4954 section 4',
          basis: 'ours',
          default: 'smtp',
          max: 64,
          pattern: /^[A-Za-z0-9._-]+$/,
          expected: 'letters, digits, . _ and -',
        }),
        name: choice({
          title: 'User of a principal',
          help: 'local: alice of alice@REALM. full: alice@REALM as it stands.',
          source: 'RFC 4752 section 3.1',
          basis: 'ours',
          options: ['local', 'full'],
          default: 'local',
        }),
      },
      { title: 'GSSAPI', help: 'Kerberos V5.', source: 'RFC 4752', basis: 'ours' },
    ),
    oauth,
    source,
  },
  {
    title: 'Authentication',
    help: 'Who must log in, and how. Users have a table of their own, never part of a configuration.',
    source: 'AXIGEN documentation, SMTP Receiving',
    basis: 'documented',
  },
);
