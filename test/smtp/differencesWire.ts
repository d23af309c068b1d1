// Dialogues about chunks, line ends, dots, sizes and pipelining, and where three servers differ in them.
import type { Talk } from './differences.table.ts';

const hello = 'EHLO client.example';
const mail = 'MAIL FROM:<a@client.example>';
const rcpt = 'RCPT TO:<b@gate.example>';

export const wireTalks: readonly Talk[] = [
  {
    about: 'BDAT',
    steps: [
      hello,
      ['BDAT 0', ['500', '551', '503'], 'RFC 3030 section 2: 503 outside of a transaction; stock has no CHUNKING'],
      [mail, ['250', '503', '250'], 'MAIL opens a transaction; Postfix has begun to count chunks and refuses it'],
      [
        'BDAT 0 LAST',
        ['500', '551', '554'],
        'RFC 3030 section 2, RFC 5321 section 3.3: no recipient; stock has no CHUNKING',
      ],
      'RSET',
      ['BDAT 0 LAST', ['500', '503', '503'], 'stock has no CHUNKING'],
    ],
  },
  {
    about: 'BDAT: a message in two chunks',
    steps: [
      hello,
      mail,
      rcpt,
      ['BDAT 3\r\nx', ['500', '250', '250'], 'RFC 3030: stock has no CHUNKING'],
      ['BDAT 0 LAST', ['500', '250', '250'], 'RFC 3030: stock has no CHUNKING, and read the chunk as a command'],
    ],
  },
  {
    about: 'BDAT: malformed',
    steps: [hello, mail, rcpt],
    end: [
      'BDAT x\r\nQUIT\r\n',
      ['500 221', '521', '501 421'],
      'RFC 3030 section 2: without a size nothing behind it can be told apart, so the session ends',
    ],
  },
  {
    about: 'STARTTLS',
    steps: ['STARTTLS x', hello, 'STARTTLS x', 'STARTTLS'],
  },
  {
    about: 'line ends: bare LF behind commands',
    steps: [],
    end: ['EHLO client.example\nNOOP\nQUIT\n'],
  },
  {
    about: 'line ends: bare CR within a command',
    steps: [hello],
    end: [
      'NOOP\rNOOP\r\nQUIT\r\n',
      ['500 221', '250 221', '500 221'],
      'RFC 5321 section 2.3.8 forbids it (strictness.commandBareCr)',
    ],
  },
  {
    about: 'line ends: CR CR LF',
    steps: [hello],
    end: [
      'NOOP\r\r\nQUIT\r\n',
      ['500 221', '250 221', '500 221'],
      'RFC 5321 section 2.3.8: the first CR is bare (strictness.commandBareCr)',
    ],
  },
  {
    about: 'line ends: LF CR',
    steps: [hello],
    end: [
      'NOOP\n\rQUIT\r\n\r\nQUIT\r\n',
      ['250 500 500 221', '250 221', '250 500 500 221'],
      'RFC 5321 section 2.3.8: the CR is bare; Postfix reads over it',
    ],
  },
  {
    about: 'NUL in a command',
    steps: [hello],
    end: [
      'NO\u0000OP\r\nNOOP \u0000\r\nQUIT\r\n',
      ['500 250 221', '500 250 221', '500 500 221'],
      'RFC 5321 section 4.1.2 has no NUL anywhere (strictness.nul)',
    ],
  },
  {
    about: 'long command lines',
    steps: [hello, `NOOP ${'x'.repeat(505)}`, `NOOP ${'x'.repeat(1000)}`, `NOOP ${'x'.repeat(2100)}`],
  },
  {
    about: 'a very long command line',
    steps: [hello],
    end: [
      `NOOP ${'x'.repeat(20_000)}\r\nQUIT\r\n`,
      ['421', '250 221', '500 221'],
      'RFC 4954 section 4: 12,288 octets, then 500 5.5.6 and on (strictness.longCommandLine); Postfix cuts it off, stock hangs up',
    ],
  },
  {
    about: 'dots',
    steps: [hello, mail, rcpt, 'DATA', '..\r\n.x\r\n. \r\n.', 'NOOP'],
  },
  {
    about: 'dots: LF . LF',
    steps: [hello, mail, rcpt, 'DATA'],
    end: [
      'x\n.\nNOOP\r\n.\r\nQUIT\r\n',
      ['250 221', '250 250 221', '250 221'],
      'CVE-2023-51764: only CRLF.CRLF ends a message; this Postfix has smtpd_forbid_bare_newline = no',
    ],
  },
  {
    about: 'dots: LF . CRLF',
    steps: [hello, mail, rcpt, 'DATA'],
    end: ['x\n.\r\nNOOP\r\n.\r\nQUIT\r\n', ['250 221', '250 250 221', '250 221'], 'CVE-2023-51764, as above'],
  },
  {
    about: 'dots: CRLF . LF',
    steps: [hello, mail, rcpt, 'DATA'],
    end: ['x\r\n.\nNOOP\r\n.\r\nQUIT\r\n', ['250 221', '250 250 221', '250 221'], 'CVE-2023-51764, as above'],
  },
  {
    about: 'dots: CR . CR',
    steps: [hello, mail, rcpt, 'DATA'],
    end: ['x\r.\rNOOP\r\n.\r\nQUIT\r\n'],
  },
  {
    about: 'dots: CRLF . CR',
    steps: [hello, mail, rcpt, 'DATA'],
    end: ['x\r\n.\rNOOP\r\n.\r\nQUIT\r\n'],
  },
  {
    about: 'dots: CR CRLF . CRLF',
    steps: [hello, mail, rcpt, 'DATA'],
    end: ['x\r\r\n.\r\nQUIT\r\n'],
  },
  {
    about: 'content: bare LF and NUL',
    steps: [
      hello,
      mail,
      rcpt,
      'DATA',
      'a\nb\r\n.',
      mail,
      rcpt,
      'DATA',
      ['a\u0000b\r\n.', ['250', '250', '554'], 'RFC 5321 section 2.3.7: NUL needs BINARYMIME (strictness.nul)'],
    ],
  },
  {
    about: 'content: a line of 1,200 octets, and 8-bit undeclared',
    steps: [hello, mail, rcpt, 'DATA', `${'x'.repeat(1200)}\r\n.`, mail, rcpt, 'DATA', 'ä\r\n.'],
  },
  {
    about: 'content: Received loops',
    steps: [
      hello,
      mail,
      rcpt,
      'DATA',
      [
        `${'Received: from a by b; Mon, 16 Mar 2026 12:00:00 +0000\r\n'.repeat(120)}\r\nx\r\n.`,
        ['250', '554', '554'],
        'RFC 5321 section 6.3: loops.maxReceivedHeaders; stock does not look',
      ],
    ],
  },
  {
    about: 'content: larger than allowed',
    steps: [
      hello,
      mail,
      rcpt,
      'DATA',
      [
        `${`${'x'.repeat(998)}\r\n`.repeat(1_100)}.`,
        ['250', '552', '552'],
        'RFC 1870 section 6.1: 552; stock leaves that to the application',
      ],
      'NOOP',
    ],
  },
  {
    about: 'pipelining: a whole message',
    steps: [hello],
    end: ['MAIL FROM:<a@client.example>\r\nRCPT TO:<b@gate.example>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n'],
  },
  {
    about: 'pipelining: two messages',
    steps: [hello, mail, rcpt, 'DATA'],
    end: ['x\r\n.\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<b@gate.example>\r\nQUIT\r\n'],
  },
  {
    about: 'pipelining: every recipient refused',
    steps: [hello],
    end: [
      'MAIL FROM:<a@client.example>\r\nRCPT TO:<x@remote.example>\r\nDATA\r\nQUIT\r\n.\r\nQUIT\r\n',
      ['250 250 354 250 221', '250 454 554 221', '250 550 554 221'],
      'RFC 5321 section 3.6.2 and RFC 2920 section 3.1: 550, then 554 for DATA; Postfix defers, stock relays anything',
    ],
  },
  {
    about: 'pipelining: the sender refused',
    steps: [hello],
    end: ['MAIL FROM:<a@>\r\nRCPT TO:<b@gate.example>\r\nDATA\r\nQUIT\r\n'],
  },
  {
    about: 'pipelining: behind EHLO',
    steps: [],
    end: ['EHLO client.example\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<b@gate.example>\r\nQUIT\r\n'],
  },
  {
    about: 'pipelining: behind DATA that is refused',
    steps: [hello],
    end: [
      'MAIL FROM:<a@client.example>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n',
      ['250 503 500 500 221', '250 554 500 221', '250 503 500 500 221'],
      'RFC 5321 section 3.3 leaves 503 or 554; Postfix reads the dot as an empty command and says nothing',
    ],
  },
  {
    about: 'pipelining: behind QUIT',
    steps: [hello],
    end: ['QUIT\r\nNOOP\r\nNOOP\r\n'],
  },
  {
    about: 'other protocols',
    steps: [],
    end: [
      'GET / HTTP/1.1\r\nHost: gate.example\r\n\r\nQUIT\r\n',
      ['421', '221', '500 500 500 221'],
      'Postfix and stock hang up on GET; here strictness.foreignProtocol = normalise answers 500, reject hangs up',
    ],
  },
  {
    about: 'other protocols: POST behind EHLO',
    steps: [hello],
    end: ['POST / HTTP/1.1\r\nQUIT\r\n', ['421', '221', '500 221'], 'as above, for POST'],
  },
];
