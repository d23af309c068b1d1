// Strictness: what happens to bytes the protocol forbids, and whose bytes are looked at less closely.
import { type About, choice, item, list, record, set, text, whole } from './leaf.ts';
import { network } from './trusted.ts';

const words = ['reject', 'normalise', 'allow'] as const;
/** `reject` refuses, `normalise` takes it in a harmless form, `allow` takes it as it is. */
export type Strict = (typeof words)[number];

type Told = Pick<About, 'title' | 'help' | 'source'> & {
  readonly words: Readonly<Record<Strict, string>>;
  readonly default: Strict;
  readonly danger?: string;
};

const rule = ({ danger, words: means, ...about }: Told) =>
  choice({
    ...about,
    basis: 'ours',
    options: words.map((value) => ({ value, title: value, help: means[value] })),
    ...(danger !== undefined && { warn: [{ value: 'allow', text: danger }] }),
  });

const LINES = 'RFC 5321 section 2.3.8';
const SMUGGLING = 'Two messages for one DATA: SMTP smuggling works against this receiver.';

/** Settings an exempt network can be freed from. */
export const strictRules = [
  'bareLf',
  'bareCr',
  'commandBareLf',
  'commandBareCr',
  'nul',
  'longCommandLine',
  'longTextLine',
  'eightBit',
  'earlyTalk',
  'pipelining',
  'startTlsInjection',
  'foreignProtocol',
  'header',
] as const;
export type StrictRule = (typeof strictRules)[number];

const exemption = item(
  {
    network: network.meta({
      title: 'Network',
      help: 'An address, a range, a network or an address with mask.',
      source: 'Gatehouse',
      basis: 'ours',
      kind: 'text',
      placeholder: '192.0.2.0/24',
    }),
    from: set({
      title: 'Exempt from',
      help: 'Which settings of this group do not count for the network. None named: all of them.',
      source: 'Postfix, smtpd_forbid_bare_newline_exclusions',
      basis: 'ours',
      options: strictRules,
      default: [],
    }),
  },
  {
    title: 'Exempt network',
    help: 'Line ends, plaintext behind STARTTLS and other protocols count as normalise there, everything else as allow; what the setting allows anyway stays allowed.',
    source: 'Postfix, smtpd_forbid_bare_newline_exclusions',
    basis: 'ours',
  },
);

export const strictness = record(
  {
    bareLf: rule({
      title: 'Bare LF in messages',
      help: 'A line feed without a carriage return.',
      words: {
        reject: 'The message is refused after its true end.',
        normalise: 'It is stored as CRLF; only CRLF.CRLF ends a message.',
        allow: 'It counts as a line end, so LF.LF ends a message: the door of SMTP smuggling, kept for showing it.',
      },
      source: `${LINES}; CVE-2023-51764`,
      default: 'normalise',
      danger: SMUGGLING,
    }),
    bareCr: rule({
      title: 'Bare CR in messages',
      help: 'A carriage return without a line feed.',
      words: {
        reject: 'The message is refused after its true end.',
        normalise: 'It is stored as CRLF; only CRLF.CRLF ends a message.',
        allow: 'It counts as a line end, so CR.CR ends a message: the door of SMTP smuggling, kept for showing it.',
      },
      source: LINES,
      default: 'normalise',
      danger: SMUGGLING,
    }),
    commandBareLf: rule({
      title: 'Bare LF in commands',
      help: 'An LF ends a command in any case.',
      words: {
        reject: 'A command that ends in a bare one gets 500.',
        normalise: 'It is understood, and noted.',
        allow: 'It is understood.',
      },
      source: LINES,
      default: 'normalise',
    }),
    commandBareCr: rule({
      title: 'Bare CR in commands',
      help: 'A carriage return without a line feed within a command line.',
      words: {
        reject: 'A line that holds one gets 500.',
        normalise: 'It counts as a blank, so that one line can never be two commands.',
        allow: 'It ends the line.',
      },
      source: LINES,
      default: 'reject',
      danger: 'One line for the client can be two commands for this receiver.',
    }),
    nul: rule({
      title: 'NUL bytes',
      help: 'Zero bytes in messages and commands. BODY=BINARYMIME allows them in messages.',
      words: {
        reject: 'A message that holds a zero byte is refused after its end (554 5.6.0), a command gets 500.',
        normalise: 'It is taken out.',
        allow: 'Messages are stored with it, and commands are read with it.',
      },
      source: 'RFC 5321 section 2.3.7',
      default: 'reject',
    }),
    maxCommandLine: whole({
      title: 'Longest command line',
      help: 'Octets, line end included. RFC 5321 section 4.5.3.1.4 asks for at least 512, AUTH for 12,288 (RFC 4954 section 4).',
      unit: 'octets',
      source: 'RFC 5321 section 4.5.3.1.4; RFC 4954 section 4',
      basis: 'ours',
      min: 512,
      max: 1_048_576,
      default: 12_288,
      warn: [{ below: 12_288, text: 'RFC 4954 section 4 asks for 12,288 octets for lines of an AUTH exchange.' }],
    }),
    longCommandLine: rule({
      title: 'Longer command lines',
      help: 'What happens to a command line beyond the limit.',
      words: {
        reject: '500 5.5.6, and the line is swallowed to its end.',
        normalise: 'What is beyond the limit is cut off.',
        allow: 'Taken, up to 1 MiB.',
      },
      source: 'RFC 5321 section 4.5.3.1.4',
      default: 'reject',
      danger: 'A client decides how much memory one line takes, up to 1 MiB.',
    }),
    maxTextLine: whole({
      title: 'Longest text line',
      help: 'Octets of a line of a message, line end included, dot-stuffing not. RFC 5321 section 4.5.3.1.6 asks for 1000.',
      unit: 'octets',
      source: 'RFC 5321 section 4.5.3.1.6',
      basis: 'ours',
      min: 80,
      max: 1_048_576,
      default: 1000,
      warn: [{ below: 1000, text: 'RFC 5321 section 4.5.3.1.6 asks for at least 1000 octets.' }],
    }),
    longTextLine: rule({
      title: 'Longer text lines',
      help: 'What happens to a line of a message beyond the limit.',
      words: {
        reject: 'The message is refused after its end (554 5.6.0).',
        normalise: 'The line is broken with CRLF, in the header with a blank behind it, so that the field stays one.',
        allow: 'Stored as it is.',
      },
      source: 'RFC 5321 section 4.5.3.1.6',
      default: 'allow',
    }),
    eightBit: rule({
      title: '8-bit text undeclared',
      help: 'Octets above 0x7F in a message without BODY=8BITMIME, BINARYMIME or SMTPUTF8.',
      words: {
        reject: 'Refused after its end (554 5.6.3).',
        normalise: 'The highest bit is cleared; what would become NUL, CR or LF by that is a question mark.',
        allow: 'Stored as it is.',
      },
      source: 'RFC 6152; RFC 5321 section 2.4',
      default: 'allow',
    }),
    header: rule({
      title: 'Headers beyond the caps',
      help: 'A header larger than the two settings below allow.',
      words: {
        reject: 'The message is refused after its end (552 5.3.4).',
        normalise: 'What is beyond the caps is cut off; the body is kept as it is.',
        allow: 'Stored as it is.',
      },
      source: 'Postfix, header_size_limit; Haraka, max_header_lines',
      default: 'reject',
      danger: 'One message can make whatever reads its header work for minutes.',
    }),
    maxHeaderSize: whole({
      title: 'Largest header',
      help: 'All fields of the top-level header together; it ends at the empty line. A message whose first line is no field has none.',
      unit: 'KB',
      source: 'Postfix, header_size_limit',
      basis: 'ours',
      min: 1,
      max: 102_400,
      default: 256,
    }),
    maxHeaderFields: whole({
      title: 'Most header fields',
      help: 'Fields of the top-level header; a folded field counts once.',
      unit: 'fields',
      source: 'Haraka, max_header_lines',
      basis: 'ours',
      min: 10,
      max: 1_000_000,
      default: 1000,
    }),
    greetingDelay: whole({
      title: 'Greeting delay',
      help: 'How long the greeting is held back, so that clients which talk first give themselves away (RFC 5321 section 4.3.1).',
      unit: 'ms',
      source: 'Postfix, postscreen_greet_wait',
      basis: 'ours',
      min: 0,
      max: 60_000,
      default: 0,
    }),
    teaser: text({
      title: 'Teaser banner',
      help: 'Sent at once as 220- in front of the delayed greeting: a client that takes it for the whole greeting talks too early. Empty: none. Needs a greeting delay.',
      source: 'Postfix, postscreen_greet_banner',
      basis: 'ours',
      default: '',
      max: 400,
    }),
    earlyTalk: rule({
      title: 'Early talk',
      help: 'Octets from the client before the greeting. In clear, only a greeting delay makes them visible.',
      words: {
        reject: '554 in place of the greeting; the session then waits for QUIT (section 3.1).',
        normalise: 'They wait for the greeting, and are noted.',
        allow: 'They wait for the greeting.',
      },
      source: 'RFC 5321 section 4.3.1',
      default: 'reject',
    }),
    pipelining: rule({
      title: 'Unauthorised pipelining',
      help: 'Commands sent before the reply they must wait for: before EHLO, behind DATA, behind any command that must be last in its group (RFC 2920 section 3.1), or at all where PIPELINING is not offered. What follows the final dot in one group is lawful.',
      words: {
        reject: '554 5.5.0 and 421 in one write, and the connection is closed.',
        normalise: 'Answered one by one, in order, and noted.',
        allow: 'Answered in order.',
      },
      source: 'RFC 2920 section 3.1; Postfix, smtpd_forbid_unauth_pipelining',
      default: 'normalise',
    }),
    startTlsInjection: rule({
      title: 'Plaintext behind STARTTLS',
      help: 'What came in clear behind STARTTLS.',
      words: {
        reject: '554 5.5.0 and 421 instead of 220, and the connection is closed.',
        normalise: 'Thrown away (RFC 3207 section 4.2).',
        allow: 'Run as if it had come inside TLS: the hole of CVE-2011-0411, kept for showing it.',
      },
      source: 'RFC 3207 section 4.2; CVE-2011-0411',
      default: 'normalise',
      danger: 'Anyone on the path can put commands into the encrypted session.',
    }),
    foreignProtocol: rule({
      title: 'Other protocols',
      help: 'Lines of HTTP, SSH, RTSP and the like, header-like lines, and a TLS handshake where SMTP is expected.',
      words: {
        reject: '421, and the connection is closed at once.',
        normalise: '500, counted as a wrong command.',
        allow: '500, not counted.',
      },
      source: 'CVE-2021-3618 (ALPACA); Postfix, smtpd_forbidden_commands',
      default: 'normalise',
      danger: 'A web page can make a browser talk to this receiver for as long as it likes.',
    }),
    grammar: choice({
      title: 'Command grammar',
      help: 'How closely commands and addresses must follow RFC 5321 and RFC 6531.',
      source: 'RFC 5321 sections 3.3 and 4.1; RFC 6531',
      basis: 'ours',
      options: [
        {
          value: 'lenient',
          title: 'lenient',
          help: 'Blanks and tabs where they do not belong, missing angle brackets, dots at odd places, underscores in domains, bare IP addresses, labels that are no A-label and source routes (which are ignored) are taken, and each is named in the transcript.',
        },
        {
          value: 'strict',
          title: 'strict',
          help: 'Each is refused (501, a source route 550), by RFC 5321 and RFC 6531.',
        },
      ],
      default: 'lenient',
    }),
    exempt: list(exemption, {
      title: 'Exempt networks',
      help: 'Old devices and partners whose oddities are taken. No exemption ever lets one DATA become two messages.',
      source: 'Postfix, smtpd_forbid_bare_newline_exclusions',
      basis: 'ours',
      max: 1000,
    }),
  },
  {
    title: 'Strictness',
    help: 'What happens to bytes the protocol forbids.',
    source: 'RFC 5321 section 2.3.8',
    basis: 'ours',
  },
);
