// Signed messages for probes: composed as scenarios compose them, sent to a receiver under the lab's clock.
import type { z } from 'zod';
import { message as messageSchema } from '../../core/contract/scenarioMessage.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { afterData, composed } from '../../core/simulate/compose/compose.ts';
import { withKeys } from '../../core/simulate/zoneKeys.ts';
import { password, plainResponse, user } from '../smtp/playground.ts';
import type { Lab, Visit } from './lab.ts';
import { mx, type Probe, type Probes, seen } from './probe.ts';

export type Message = z.input<typeof messageSchema>;
export type Hops = NonNullable<Message['hops']>;
type Sender = NonNullable<SettingsInput['sender']>;

/** A key for each domain a probe signs for, and what DMARC asks for. */
export const zone = withKeys(
  [
    's1._domainkey.remote.example DKIM rsa2048a',
    's1._domainkey.other.example DKIM rsa2048b',
    's1._domainkey.short.example DKIM rsa1024',
    's1._domainkey.temp.example TXT SERVFAIL',
    '_dmarc.watch.example TXT v=DMARC1; p=none',
    '_dmarc.apart.example TXT v=DMARC1; p=quarantine',
    '_dmarc.never.example TXT v=DMARC1; p=reject',
    '_dmarc.remote.example TXT v=DMARC1; p=reject',
    '_dmarc.part.example TXT v=DMARC1; p=reject; pct=0',
    '_dmarc.temp.example TXT SERVFAIL',
    '_dmarc.odd.example TXT v=DMARC1; p=nonsense',
    'remote.example TXT v=spf1 -all',
  ].join('\n'),
);

/** Settings of `sender` without SPF, on a listener of the role. */
export const only = (sender: Sender, rest: SettingsInput = {}): SettingsInput => ({
  sender: { spf: { ehlo: false, mailFrom: false }, ...sender },
  dns: { zone },
  ...rest,
});

export interface Delivery extends Visit {
  /** Logs in first. */
  readonly known?: boolean;
}

/** A message of that author with these hops. */
export const mail = (domain = 'remote.example', hops: Hops = [], more: Partial<Message> = {}): Message => ({
  from: `Ann <ann@${domain}>`,
  to: 'b@gate.example',
  subject: 'Hello',
  text: 'Hello Bob.',
  hops,
  ...more,
});

/** Signed for the domain, with more of this. */
export const sign = (domain = 'remote.example', more: object = {}): Hops => [{ sign: { domain, ...more } }] as Hops;

/** Sends the message in a session of its own, and says how the last dot was answered: code and enhanced code. */
export async function deliver(
  lab: Lab,
  message: Message | string,
  { known, ...visit }: Delivery = {},
): Promise<string> {
  const bytes =
    typeof message === 'string'
      ? Buffer.from(message, 'latin1')
      : await composed(messageSchema.parse(message), lab.world);
  const client = await lab.greeted(visit);
  if (known === true) await client.ask(`AUTH PLAIN ${plainResponse(user, password)}`);
  await client.codes('MAIL FROM:<a@remote.example>', 'RCPT TO:<b@gate.example>', 'DATA');
  client.send(afterData(bytes).toString('latin1'));
  return /^\d{3} [\d.]+/.exec(await client.reply())?.[0] ?? '';
}

/** What a check found in the session, counted from 0, and what followed. */
export function found(
  lab: Lab,
  check: string,
  session = 0,
): { readonly text: string; readonly action: string } | undefined {
  const finding = lab.findings(session).find((one) => one.check === check);
  return finding && { text: finding.text, action: finding.action };
}

export const ok = '250 2.0.0';

/** One message that is sent again and again, octet for octet. */
export async function fixed(lab: Lab, message: Message): Promise<string> {
  return (await composed(messageSchema.parse(message), lab.world)).toString('latin1');
}

interface Judged {
  readonly check: string;
  readonly message: Message | string;
  readonly codes: readonly [refused: string, deferred: string];
  /** With ignore it is not even looked for. */
  readonly unsaid?: true;
}

/** Every action a message can lead to: what the client hears, and what becomes of the message. */
export function actions({ check, message, codes: [refused, deferred], unsaid }: Judged, given: SettingsInput): Probe {
  const kept = (action: string, more: object = {}) => ({ heard: ok, action, stored: 1, waits: 0, ...more });
  const gone = (action: string, heard: string) => ({ heard, action, stored: 0, waits: 0 });
  return seen(
    [
      ['ignore', kept('ignore', unsaid && { action: undefined })],
      ['record', kept('record')],
      ['mark', kept('mark', { mark: `X-Gatehouse-Mark: ${check};` })],
      ['delay', kept('delay', { waits: 5 })],
      ['defer', gone('defer', deferred)],
      ['refuse', gone('refuse', refused)],
      ['discard', gone('discard', ok)],
      ['quarantine', kept('quarantine', { apart: check })],
      ['drop', gone('drop', '421 4.7.0')],
    ],
    async (lab) => {
      const heard = deliver(lab, message);
      const waits = await Promise.race([heard.then(() => 0), lab.timer(5).then(() => 5)]);
      if (waits > 0) lab.pass(waits);
      const answer = await heard;
      const envelope = lab.journal.messages[0]?.envelope;
      const mark = /^X-Gatehouse-Mark: \S+/m.exec(envelope?.trace ?? '')?.[0];
      const { length: stored } = lab.stored();
      const seenOf = { heard: answer, action: found(lab, check)?.action, stored, waits };
      const apart = envelope?.quarantine;
      return { ...seenOf, ...(mark !== undefined && { mark }), ...(apart !== undefined && { apart }) };
    },
    given,
  );
}

interface Exempted {
  readonly message: Message;
  /** What a stranger hears. */
  readonly refused: string;
}

/** Who is spared what strangers are refused for. */
export function exemptionsOf(group: string, { message, refused }: Exempted, sender: Sender): Probes {
  return {
    [`sender.${group}.exemptAuthenticated`]: seen(
      [
        [true, [ok, refused]],
        [false, [refused, refused]],
      ],
      async (lab) => [await deliver(lab, message, { known: true }), await deliver(lab, message)],
      only(sender, { authentication: { senderLogin: 'any', clear: ['PLAIN'] } }),
    ),
    [`sender.${group}.exemptSubmission`]: seen(
      [
        [true, ok],
        [false, refused],
      ],
      (lab) => deliver(lab, message),
      only(sender, { listeners: [{ ...mx, role: 'submission' }], authentication: { submissionLogin: false } }),
    ),
    [`sender.${group}.exemptNetworks`]: seen(
      [
        [[], refused],
        [['192.0.2.0/24'], ok],
      ],
      (lab) => deliver(lab, message),
      only(sender),
    ),
  };
}
