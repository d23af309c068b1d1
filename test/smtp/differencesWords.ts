// Dialogues about parameters, VRFY and its like, and logins, and where three servers differ in them.
import type { Talk } from './differences.table.ts';

const hello = 'EHLO client.example';
const mail = 'MAIL FROM:<a@client.example>';
const rcpt = 'RCPT TO:<b@gate.example>';
const noLogins = 'Postfix has no logins here';

export const wordTalks: readonly Talk[] = [
  {
    about: 'parameters of MAIL',
    steps: [
      hello,
      'MAIL FROM:<a@client.example> SIZE=1',
      'RSET',
      'MAIL FROM:<a@client.example> SIZE=99999999',
      'RSET',
      'MAIL FROM:<a@client.example> SIZE=',
      'RSET',
      'MAIL FROM:<a@client.example> SIZE=-1',
      'RSET',
      'MAIL FROM:<a@client.example> SIZE=abc',
      'RSET',
      [
        'MAIL FROM:<a@client.example> SIZE=1 SIZE=2',
        ['501', '250', '501'],
        'RFC 5321 section 4.1.1.11: a parameter stands once',
      ],
      'RSET',
      [
        'MAIL FROM:<a@client.example> SIZE=999999999999999999999',
        ['501', '552', '501'],
        'RFC 1870 section 3: 20 digits at most',
      ],
      'RSET',
      'MAIL FROM:<a@client.example> BODY=8BITMIME',
      'RSET',
      'MAIL FROM:<a@client.example> body=7bit',
      'RSET',
      [
        'MAIL FROM:<a@client.example> BODY=NONE',
        ['501', '555', '501'],
        'RFC 6152 section 3 has two words: a value that is none is 501; Postfix has 555',
      ],
      'RSET',
      'MAIL FROM:<a@client.example> BODY=8BITMIME SIZE=100',
      'RSET',
      ['MAIL FROM:<a@client.example> FOO', ['250', '555', '555'], 'RFC 5321 section 4.1.1.11: 555'],
      'RSET',
      ['MAIL FROM:<a@client.example> FOO=1', ['250', '555', '555'], 'RFC 5321 section 4.1.1.11: 555'],
      'RSET',
      'MAIL FROM:<a@client.example> SMTPUTF8',
      'RSET',
      [
        'MAIL FROM:<a@client.example> RET=HDRS ENVID=x',
        ['250', '250', '555'],
        'DSN is off: nothing here bounces (RFC 3461 section 4)',
      ],
      'RSET',
      'MAIL FROM:<a@client.example> AUTH=<>',
      'RSET',
      [
        'MAIL FROM:<a@client.example> REQUIRETLS',
        ['530', '555', '555'],
        'REQUIRETLS is off, and not offered in clear (RFC 8689 section 4)',
      ],
    ],
  },
  {
    about: 'parameters of RCPT',
    steps: [
      hello,
      mail,
      [
        'RCPT TO:<b@gate.example> NOTIFY=NEVER',
        ['250', '250', '555'],
        'DSN is off: nothing here bounces (RFC 3461 section 4)',
      ],
      [
        'RCPT TO:<b@gate.example> ORCPT=rfc822;b@gate.example',
        ['250', '250', '555'],
        'DSN is off: nothing here bounces (RFC 3461 section 4)',
      ],
      ['RCPT TO:<b@gate.example> FOO=1', ['250', '555', '555'], 'RFC 5321 section 4.1.1.11: 555'],
      ['RCPT TO:<b@gate.example> SIZE=1', ['250', '555', '555'], 'RFC 5321 section 4.1.1.11: SIZE belongs to MAIL'],
    ],
  },
  {
    about: 'parameters after HELO',
    steps: [
      'HELO client.example',
      'MAIL FROM:<a@client.example> SIZE=1',
      'RSET',
      'MAIL FROM:<a@client.example> BODY=8BITMIME',
    ],
  },
  {
    about: 'UTF-8',
    steps: [
      hello,
      [
        'MAIL FROM:<Ã¤@client.example>',
        ['250', '250', '550'],
        'RFC 6531 section 3.5: an address beyond ASCII needs SMTPUTF8',
      ],
      'RSET',
      'MAIL FROM:<Ã¤@client.example> SMTPUTF8',
      'RCPT TO:<Ã¶@gate.example>',
      'RSET',
      ['MAIL FROM:<ä@client.example> SMTPUTF8', ['250', '500', '501'], 'RFC 6531 section 3.3: the octets are no UTF-8'],
    ],
  },
  {
    about: 'VRFY, EXPN, HELP, ETRN',
    steps: [
      hello,
      'VRFY b',
      'VRFY',
      'VRFY b@gate.example',
      'VRFY <b@gate.example>',
      [
        'VRFY x@remote.example',
        ['252', '454', '252'],
        'RFC 5321 section 3.5.3: 252 tells nothing; Postfix tells that it does not relay',
      ],
      ['EXPN list', ['500', '500', '502'], 'RFC 5321 section 4.2.4: known, and not implemented'],
      ['EXPN', ['500', '500', '502'], 'RFC 5321 section 4.2.4: known, and not implemented'],
      ['HELP', ['214', '500', '214'], 'RFC 5321 section 4.1.1.8; Postfix has none'],
      ['HELP MAIL', ['214', '500', '214'], 'RFC 5321 section 4.1.1.8; Postfix has none'],
      [
        'ETRN gate.example',
        ['500', '459', '502'],
        'RFC 1985: known, and not implemented; Postfix has no queue for the domain',
      ],
      ['ETRN', ['500', '500', '502'], 'RFC 1985: known, and not implemented'],
      'XCLIENT ADDR=192.0.2.1',
      ['XFORWARD ADDR=192.0.2.1', ['550', '550', '500'], 'XFORWARD is no command here, as any word nobody knows'],
    ],
  },
  {
    about: 'AUTH: right',
    notPostfix: noLogins,
    steps: [hello, 'AUTH PLAIN AHRlc3QAY29ycmVjdCBob3JzZQ==', 'AUTH PLAIN AHRlc3QAY29ycmVjdCBob3JzZQ==', mail, rcpt],
  },
  {
    about: 'AUTH: wrong passwords',
    notPostfix: noLogins,
    steps: [hello, 'AUTH PLAIN AHRlc3QAbm8=', 'AUTH PLAIN', 'AG5vYm9keQBubw==', 'AUTH LOGIN', 'dGVzdA==', 'bm8=', mail],
  },
  {
    about: 'AUTH: malformed',
    notPostfix: noLogins,
    steps: [
      hello,
      ['AUTH', ['504', '-', '501'], 'RFC 4954 section 4 wants a mechanism'],
      'AUTH FOO',
      'AUTH PLAIN =',
      'AUTH PLAIN !!!',
      'AUTH PLAIN AAAA',
      'AUTH PLAIN dGVzdA==',
      'auth plain',
      '*',
      'AUTH LOGIN',
      '*',
      'AUTH LOGIN',
      '!!!',
      'NOOP',
      ['AUTH CRAM-MD5', ['504', '-', '334'], 'CRAM-MD5 is offered here'],
      ['*', ['500', '-', '501'], 'RFC 4954 section 4: * ends the exchange; stock had none'],
      'AUTH PLAIN AHRlc3QAY29ycmVjdCBob3JzZQ== x',
    ],
  },
  {
    about: 'AUTH: before EHLO, and within a transaction',
    notPostfix: noLogins,
    steps: [
      'AUTH PLAIN AHRlc3QAY29ycmVjdCBob3JzZQ==',
      'HELO client.example',
      'AUTH PLAIN AHRlc3QAY29ycmVjdCBob3JzZQ==',
      hello,
      mail,
      'AUTH PLAIN AHRlc3QAY29ycmVjdCBob3JzZQ==',
    ],
  },
  {
    about: 'AUTH where there is none',
    steps: [
      hello,
      [
        'AUTH NONE',
        ['504', '503', '504'],
        'RFC 4954 section 4: 504 for a mechanism not offered; Postfix offers none at all',
      ],
    ],
  },
];
