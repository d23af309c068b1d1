// Probes of SPF and of the DNS it asks: what is checked, what a result leads to, when, and for whom.
import { type SpfResult, spfResults } from '../../core/contract/settings/sender.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { password, plainResponse, user } from '../smtp/playground.ts';
import type { Lab } from './lab.ts';
import { mx, type Probe, type Probes, seen } from './probe.ts';

const zone = [
  'pass.example TXT v=spf1 ip4:192.0.2.7 -all',
  'neutral.example TXT v=spf1 ?all',
  'none.example TXT no such record',
  'softfail.example TXT v=spf1 ~all',
  'fail.example TXT v=spf1 -all',
  'temperror.example TXT SERVFAIL',
  'permerror.example TXT v=spf1 nonsense:x -all',
].join('\n');

type Spf = NonNullable<NonNullable<SettingsInput['sender']>['spf']>;

/** Who fails is refused, at MAIL; the EHLO name is not asked about. */
const strict = (over: Spf = {}, rest: SettingsInput = {}): SettingsInput => ({
  sender: { spf: { ehlo: false, map: { fail: 'refuse' }, ...over } },
  dns: { zone },
  ...rest,
});

const ok = '250 2.1.0 Sender OK';

interface Wording {
  readonly defer: string;
  readonly refuse: string;
}

const wordings: Readonly<Record<SpfResult, Wording>> = {
  pass: other('pass'),
  neutral: other('neutral'),
  none: other('none'),
  softfail: {
    defer: '451 4.7.23 SPF: 192.0.2.7 should not send for softfail.example, try again later',
    refuse: '550 5.7.23 SPF: 192.0.2.7 should not send for softfail.example',
  },
  fail: {
    defer: '451 4.7.23 SPF: 192.0.2.7 may not send for fail.example, try again later',
    refuse: '550 5.7.23 SPF: 192.0.2.7 may not send for fail.example',
  },
  temperror: {
    defer: '451 4.7.24 SPF: DNS did not answer for temperror.example, try again later',
    refuse: '550 5.7.24 SPF: DNS did not answer for temperror.example',
  },
  permerror: {
    defer:
      '451 4.7.24 SPF: the record of permerror.example cannot be understood: unknown mechanism nonsense, try again later',
    refuse: '550 5.7.24 SPF: the record of permerror.example cannot be understood: unknown mechanism nonsense',
  },
};

function other(result: SpfResult): Wording {
  return {
    defer: `451 4.7.23 SPF: ${result} for ${result}.example is not accepted here, try again later`,
    refuse: `550 5.7.23 SPF: ${result} for ${result}.example is not accepted here`,
  };
}

/** What one result leads to: the answer, the action of the finding, what the log says, and the field of the trace. */
function mapProbe(result: SpfResult): Probe {
  const capital = `${result.slice(0, 1).toUpperCase()}${result.slice(1)}`;
  const log = [`SPF result for MAIL FROM domain <${result}.example> connected from <192.0.2.7>: ${capital}`];
  const { defer, refuse } = wordings[result];
  const sees = (heard: string, action: string, noted: { log: string[]; trace?: string }) => ({
    heard,
    action,
    ...noted,
  });
  return seen(
    [
      ['ignore', sees(ok, 'ignore', { log: [] })],
      ['record', sees(ok, 'record', { log })],
      ['mark', sees(ok, 'mark', { log, trace: `Received-SPF: ${result}` })],
      ['defer', sees(defer, 'defer', { log })],
      ['delay', sees(ok, 'delay', { log })],
      ['refuse', sees(refuse, 'refuse', { log })],
      ['discard', sees(ok, 'discard', { log })],
      ['quarantine', sees(ok, 'quarantine', { log })],
      [
        'drop',
        sees(`421 4.7.23 gate.example SPF: ${result} for ${result}.example, closing the connection`, 'drop', { log }),
      ],
    ],
    async (lab) => {
      const client = await lab.greeted();
      client.send(`MAIL FROM:<a@${result}.example>\r\n`);
      if (lab.settings.sender.spf.map[result] === 'delay') {
        await lab.timer(lab.settings.sender.delay);
        lab.pass(lab.settings.sender.delay);
      }
      const heard = (await client.reply()).trimEnd();
      if (heard === ok) await client.codes('RCPT TO:<b@gate.example>', 'DATA', '.');
      const log = (await lab.logged()).read('default.txt');
      const trace = /^Received-SPF: \w+/m.exec(lab.journal.messages[0]?.envelope.trace ?? '')?.[0];
      return {
        heard,
        action: lab.findings().find(({ check }) => check === 'spf-mail')?.action,
        log: [...log.matchAll(/SPF result .*/g)].map(([line]) => line),
        ...(trace !== undefined && { trace }),
      };
    },
    strict(),
  );
}

/** Code of the answer to MAIL from the domain whose result is fail. */
async function forged(lab: Lab, from = '192.0.2.7'): Promise<number> {
  const client = await lab.greeted({ from });
  return (await client.codes('MAIL FROM:<a@fail.example>'))[0] ?? 0;
}

const stageLines = ['EHLO fail.example', 'EHLO pass.example', 'MAIL FROM:<a@fail.example>', 'RCPT TO:<b@gate.example>'];

export const sender: Probes = {
  ...Object.fromEntries(spfResults.map((result) => [`sender.spf.map.${result}`, mapProbe(result)])),

  'sender.spf.ehlo': seen(
    [
      [true, { heard: [550, 250], checks: ['spf-ehlo', 'spf-ehlo'] }],
      [false, { heard: [250, 250], checks: [] }],
    ],
    async (lab) => {
      const client = await lab.connect();
      await client.reply();
      const heard = await client.codes('EHLO fail.example', 'EHLO pass.example');
      return { heard, checks: lab.findings().flatMap(({ check }) => (check.startsWith('spf') ? [check] : [])) };
    },
    strict({ mailFrom: false, stage: 'ehlo' }),
  ),
  // A null sender is postmaster of the EHLO name (RFC 7208 section 2.4).
  'sender.spf.mailFrom': seen(
    [
      [true, [250, 550, 550]],
      [false, [250, 250, 250]],
    ],
    async (lab) => {
      const client = await lab.connect();
      await client.reply();
      const [ehlo = 0, bounce = 0] = await client.codes('EHLO fail.example', 'MAIL FROM:<>', 'RSET');
      return [ehlo, bounce, ...(await client.codes('MAIL FROM:<a@fail.example>'))];
    },
    strict(),
  ),
  'sender.spf.stage': seen(
    [
      ['ehlo', [550, 250, 550, 503, 503]],
      ['mail', [250, 250, 550, 503, 503]],
      ['rcpt', [250, 250, 250, 550, 554]],
      ['message', [250, 250, 250, 250, 354, 550]],
    ],
    async (lab) => {
      const client = await lab.connect();
      await client.reply();
      const heard = await client.codes(...stageLines, 'DATA');
      return heard.at(-1) === 354 ? [...heard, ...(await client.codes('.'))] : heard;
    },
    strict({ ehlo: true }),
  ),
  // A mistake behind the term that matches.
  'sender.spf.reading': seen(
    [
      ['strict', 550],
      ['lenient', 250],
    ],
    async (lab) => {
      const client = await lab.greeted();
      return (await client.codes('MAIL FROM:<a@careless.example>'))[0];
    },
    strict(
      { map: { permerror: 'refuse' } },
      { dns: { zone: 'careless.example TXT v=spf1 ip4:192.0.2.7 ip4:nonsense -all' } },
    ),
  ),
  // Three questions stay unanswered for three seconds each; the clock moves only when the receiver waits for it.
  'sender.spf.timeLimit': seen(
    [
      [2, { heard: '451', waited: 2000 }],
      [4, { heard: '451', waited: 4000 }],
    ],
    async (lab) => {
      const client = await lab.greeted();
      client.send('MAIL FROM:<a@silent.example>\r\n');
      const seconds = lab.settings.sender.spf.timeLimit;
      await lab.timer(seconds);
      lab.pass(seconds);
      const heard = (await client.reply()).slice(0, 3);
      return { heard, waited: lab.findings().find(({ check }) => check === 'spf-mail')?.ms };
    },
    strict({}, { dns: { timeout: 30, zone: 'silent.example TXT TIMEOUT' } }),
  ),
  'sender.spf.exemptAuthenticated': seen(
    [
      [true, { stranger: 550, known: 250 }],
      [false, { stranger: 550, known: 550 }],
    ],
    async (lab) => {
      const client = await lab.greeted();
      await client.ask(`AUTH PLAIN ${plainResponse(user, password)}`);
      const [known] = await client.codes('MAIL FROM:<a@fail.example>');
      return { stranger: await forged(lab), known };
    },
    strict(),
  ),
  'sender.spf.exemptSubmission': seen(
    [
      [true, 250],
      [false, 550],
    ],
    (lab) => forged(lab),
    strict({}, { listeners: [{ ...mx, role: 'submission' }], authentication: { submissionLogin: false } }),
  ),
  'sender.spf.exemptNetworks': seen(
    [
      [[], [550, 550, 550]],
      [['192.0.2.0/24'], [250, 550, 550]],
      [
        ['198.51.100.1-198.51.100.9', '2001:db8::/32'],
        [550, 250, 250],
      ],
    ],
    async (lab) => [await forged(lab), await forged(lab, '198.51.100.7'), await forged(lab, '2001:db8::7')],
    strict(),
  ),

  'dns.zone': seen(
    [
      ['', '250'],
      [zone, '550'],
      ['fail.example TXT SERVFAIL', '451'],
      ['# nothing but\n*.example TXT v=spf1 -all', '550 wildcard'],
    ],
    async (lab) => {
      const code = String(await forged(lab));
      const asked = lab.findings().find(({ check }) => check === 'spf-mail')?.dns?.[0]?.name;
      const other = (await (await lab.greeted()).codes('MAIL FROM:<a@other.example>'))[0];
      return asked === 'fail.example' && other === 550 ? `${code} wildcard` : code;
    },
    strict(),
  ),
  // The question stays unanswered; the clock moves only when the receiver waits for it.
  'dns.timeout': seen(
    [
      [1, { heard: '451', waited: 1000 }],
      [7, { heard: '451', waited: 7000 }],
    ],
    async (lab) => {
      const client = await lab.greeted();
      client.send('MAIL FROM:<a@silent.example>\r\n');
      const seconds = lab.settings.dns.timeout;
      await lab.timer(seconds);
      lab.pass(seconds);
      const heard = (await client.reply()).slice(0, 3);
      return { heard, waited: lab.findings().find(({ check }) => check === 'spf-mail')?.dns?.[0]?.ms };
    },
    strict({}, { dns: { zone: 'silent.example TXT TIMEOUT' } }),
  ),
};
