// Probes of extensions, once for the service and once for a listener, of XCLIENT, and of the grammar of commands.
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { type Lab, openLab } from './lab.ts';
import { withValue } from './leaves.ts';
import { type Case, mx, type Probe, type Probes, seen } from './probe.ts';

const starttls = { ...mx, tls: 'starttls' } as const;

/** Whether the preview and EHLO name the keyword, and the code of the line that uses it; in TLS where it belongs there. */
async function felt(lab: Lab, { keyword, line, isSecured = false }: Used): Promise<string> {
  const client = await lab.connect();
  let ehlo = await client.hello();
  if (isSecured) {
    await client.ask('STARTTLS');
    await client.secure();
    ehlo = await client.ask('EHLO client.example');
  }
  const { clear = [], secured = [] } = lab.receiver.state().listeners[0]?.ehlo ?? {};
  const isNamed = (lines: readonly string[]) => lines.some((one) => one.startsWith(keyword));
  const heard = ehlo.split('\n').map((one) => one.slice(4));
  const code = line === undefined ? '' : ` ${(await client.ask(line)).slice(0, 3)}`;
  return `${isNamed(isSecured ? secured : clear) ? 'shown' : 'hidden'}, ${isNamed(heard) ? 'offered' : 'not offered'}${code}`;
}

interface Used {
  readonly keyword: string;
  /** A line only the extension understands. */
  readonly line?: string;
  readonly isSecured?: boolean;
}

interface Extension extends Used {
  /** What is felt, by the word of the service. */
  readonly words: readonly (readonly [word: unknown, sees: string])[];
}

const mail = 'MAIL FROM:<a@client.example>';
const flag = (used: Used, [yes, no]: readonly [string, string] = ['', '']): Extension => ({
  ...used,
  words: [
    [true, `shown, offered${yes}`],
    [false, `hidden, not offered${no}`],
  ],
});
const parameter = (keyword: string, text: string, isSecured = false) =>
  flag({ keyword, line: `${mail} ${text}`, isSecured }, [' 250', ' 555']);

const extensions: Readonly<Record<string, Extension>> = {
  pipelining: flag({ keyword: 'PIPELINING' }),
  size: parameter('SIZE', 'SIZE=1'),
  eightBitMime: parameter('8BITMIME', 'BODY=8BITMIME'),
  smtpUtf8: parameter('SMTPUTF8', 'SMTPUTF8'),
  chunking: flag({ keyword: 'CHUNKING', line: 'BDAT 0' }, [' 503', ' 502']),
  binaryMime: parameter('BINARYMIME', 'BODY=BINARYMIME'),
  dsn: parameter('DSN', 'RET=FULL ENVID=x'),
  requireTls: parameter('REQUIRETLS', 'REQUIRETLS', true),
  startTls: flag({ keyword: 'STARTTLS', line: 'STARTTLS' }, [' 220', ' 502']),
  enhancedStatusCodes: flag({ keyword: 'ENHANCEDSTATUSCODES' }),
  limits: flag({ keyword: 'LIMITS MAILMAX=1000 RCPTMAX=1000' }),
  help: flag({ keyword: 'HELP', line: 'HELP' }, [' 214', ' 502']),
  authEquals: flag({ keyword: 'AUTH=PLAIN' }),
  // VRFY has no keyword.
  vrfy: {
    keyword: 'VRFY',
    line: 'VRFY nobody',
    words: [
      ['blind', 'hidden, not offered 252'],
      ['tell', 'hidden, not offered 550'],
      ['off', 'hidden, not offered 502'],
    ],
  },
  expn: {
    keyword: 'EXPN',
    line: 'EXPN list',
    words: [
      ['off', 'hidden, not offered 502'],
      ['blind', 'shown, offered 252'],
    ],
  },
  etrn: {
    keyword: 'ETRN',
    line: 'ETRN client.example',
    words: [
      ['off', 'hidden, not offered 502'],
      ['refuse', 'shown, offered 459'],
      ['accept', 'shown, offered 251'],
    ],
  },
};

const given: SettingsInput = {
  listeners: [starttls],
  domains: { local: [{ name: 'gate.example', accept: 'listed', recipients: ['bob'] }] },
};

/** Groups that probe an extension of the service already, and closer. */
const elsewhere = new Set('pipelining size eightBitMime startTls enhancedStatusCodes help authEquals'.split(' '));

const ofService = Object.fromEntries(
  Object.entries(extensions)
    .filter(([name]) => !elsewhere.has(name))
    .map(([name, { words, ...used }]) => [
      `acceptance.extensions.${name}`,
      seen(words, (lab) => felt(lab, used), given),
    ]),
);

/** A listener's word is felt whatever the service says; `service` is felt as what the service says. */
function ofListener(name: string, { words, ...used }: Extension): Probe {
  const own = (word: unknown) => (word === true ? 'on' : word === false ? 'off' : word);
  const cases: Case[] = words.map(([word, sees]) => ({ value: own(word), sees: words.map(() => sees) }));
  return {
    cases: [...cases, { value: 'service', sees: words.map(([, sees]) => sees) }],
    given,
    observe: async (settings) => {
      const all: string[] = [];
      for (const [word] of words) {
        const lab = await openLab(withValue(settings, `acceptance.extensions.${name}`, word));
        try {
          all.push(await felt(lab, used));
        } finally {
          await lab.close();
        }
      }
      return all;
    },
  };
}

const ofListeners = Object.fromEntries(
  Object.entries(extensions).map(([name, extension]) => [`listeners.extensions.${name}`, ofListener(name, extension)]),
);

export const grammar: Probes = {
  ...ofService,
  ...ofListeners,
  'listeners.xclient': seen(
    [
      [[], { '192.0.2.7': [false, 550], '198.51.100.1': [false, 550] }],
      [['192.0.2.0/24'], { '192.0.2.7': [true, 220], '198.51.100.1': [false, 550] }],
      [['198.51.100.1', '192.0.2.7'], { '192.0.2.7': [true, 220], '198.51.100.1': [true, 220] }],
    ],
    async (lab) => {
      const all: Record<string, unknown> = {};
      for (const from of ['192.0.2.7', '198.51.100.1']) {
        const client = await lab.connect({ from });
        const isOffered = /^250[- ]XCLIENT /m.test(await client.hello());
        all[from] = [isOffered, ...(await client.codes('XCLIENT ADDR=203.0.113.2'))];
      }
      return all;
    },
  ),
  'strictness.grammar': seen(
    [
      [
        'lenient',
        { codes: [250, 250, 250, 250, 250, 250, 501], taken: ['space after colon', 'trailing space', 'source route'] },
      ],
      ['strict', { codes: [501, 501, 250, 501, 550, 501, 501], taken: [] }],
    ],
    async (lab) => {
      const client = await lab.greeted();
      const codes = await client.codes(
        'MAIL FROM: <a@client.example>',
        'RSET\t',
        mail,
        'RCPT TO:<b..c@gate.example>',
        'RCPT TO:<@relay.example:b@gate.example>',
        'RCPT TO:b@gate.example',
        'RCPT TO:<b@gate.example',
      );
      const taken = lab.findings().flatMap(({ check, text }) => (check === 'grammar' ? [text] : []));
      const words = ['space after colon', 'trailing space', 'source route'].filter((word) =>
        taken.some((text) => text === `taken: ${word}`),
      );
      return { codes, taken: words };
    },
  ),
};
