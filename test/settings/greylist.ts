// Probes of greylisting: who waits, how long, who is remembered, and who does not wait at all.
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { password, plainResponse, user } from '../smtp/playground.ts';
import type { Lab } from './lab.ts';
import { mx, type Probes, seen } from './probe.ts';

type Grey = NonNullable<NonNullable<SettingsInput['sender']>['greylist']>;

const given = (over: Grey = {}, rest: SettingsInput = {}): SettingsInput => ({
  sender: { spf: { ehlo: false, mailFrom: false }, greylist: { enabled: true, delay: 60, window: 3600, ...over } },
  dns: { zone: 'pass.example TXT v=spf1 ip4:192.0.2.7 -all' },
  ...rest,
});

interface Try {
  readonly from?: string;
  readonly to?: string;
  readonly sender?: string;
  readonly login?: boolean;
}

/** Code of the answer to RCPT, in a session of its own. */
async function tried(lab: Lab, { from, to = 'b', sender = 'a@x.example', login = false }: Try = {}): Promise<number> {
  const client = await lab.greeted(from === undefined ? {} : { from });
  if (login) await client.ask(`AUTH PLAIN ${plainResponse(user, password)}`);
  const [, code = 0] = await client.codes(`MAIL FROM:<${sender}>`, `RCPT TO:<${to}@gate.example>`);
  await client.ask('QUIT');
  return code;
}

/** Tries, each so many seconds after the one before. */
async function after(lab: Lab, ...seconds: readonly number[]): Promise<number[]> {
  const codes: number[] = [];
  for (const each of seconds) {
    lab.pass(each);
    codes.push(await tried(lab));
  }
  return codes;
}

const DAY = 86_400;

/** Of two addresses: is the second one known when the first has waited? */
const shared = async (lab: Lab, one: string, other: string) => {
  await tried(lab, { from: one });
  lab.pass(60);
  return (await tried(lab, { from: other })) === 250;
};

export const greylistProbes: Probes = {
  'sender.greylist.enabled': seen(
    [
      [true, 450],
      [false, 250],
    ],
    (lab) => tried(lab),
    given(),
  ),
  'sender.greylist.delay': seen(
    [
      [60, [450, 450, 250]],
      [10, [450, 250, 250]],
    ],
    (lab) => after(lab, 0, 30, 30),
    given(),
  ),
  'sender.greylist.window': seen(
    [
      [3600, [450, 450]],
      [7200, [450, 250]],
    ],
    (lab) => after(lab, 0, 3601),
    given(),
  ),
  'sender.greylist.lifetime': seen(
    [
      [1, [450, 250, 450]],
      [3, [450, 250, 250]],
    ],
    (lab) => after(lab, 0, 60, 2 * DAY),
    given(),
  ),
  'sender.greylist.prefix4': seen(
    [
      [24, true],
      [32, false],
    ],
    (lab) => shared(lab, '192.0.2.7', '192.0.2.8'),
    given(),
  ),
  'sender.greylist.prefix6': seen(
    [
      [64, true],
      [128, false],
    ],
    (lab) => shared(lab, '2001:db8::7', '2001:db8::8'),
    given(),
  ),
  'sender.greylist.exemptSpf': seen(
    [
      [true, 250],
      [false, 450],
    ],
    (lab) => tried(lab, { sender: 'a@pass.example' }),
    { ...given(), sender: { ...given().sender, spf: { ehlo: false, mailFrom: true } } },
  ),
  'sender.greylist.maxEntries': seen(
    [
      [100, 450],
      [1000, 250],
    ],
    async (lab) => {
      await tried(lab);
      const client = await lab.greeted();
      await client.ask('MAIL FROM:<a@x.example>');
      for (let index = 0; index < 100; index += 1) await client.ask(`RCPT TO:<r${index}@gate.example>`);
      lab.pass(60);
      return tried(lab);
    },
    given({}, { errors: { maxErrors: 'unlimited' } }),
  ),
  'sender.greylist.exemptAuthenticated': seen(
    [
      [true, 250],
      [false, 450],
    ],
    (lab) => tried(lab, { login: true }),
    given(),
  ),
  'sender.greylist.exemptSubmission': seen(
    [
      [true, 250],
      [false, 450],
    ],
    (lab) => tried(lab),
    given(
      {},
      {
        listeners: [{ ...mx, role: 'submission' }],
        authentication: { submissionLogin: false, localDelivery: 'all' },
      },
    ),
  ),
  'sender.greylist.exemptNetworks': seen(
    [
      [[], 450],
      [['192.0.2.0/24'], 250],
    ],
    (lab) => tried(lab),
    given(),
  ),
};
