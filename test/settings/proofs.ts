// Probes of DKIM and DMARC: what counts as a proof, what each result leads to, and for whom.
import type { DkimResult, DmarcResult } from '../../core/contract/settings/sender/message.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { actions, deliver, exemptionsOf, fixed, found, mail, type Message, ok, only, sign } from './mail.ts';
import { type Probes, seen } from './probe.ts';

const dkim = (over: object = {}): SettingsInput => only({ dkim: { enabled: true, ...over } });
const dmarc = (over: object = {}): SettingsInput => only({ dmarc: { enabled: true, ...over } });

const unproved: Readonly<Record<DkimResult, Message>> = {
  none: mail(),
  pass: mail('remote.example', sign()),
  fail: mail('remote.example', sign('remote.example', { fault: 'wrong-body' })),
  policy: mail('remote.example', sign('remote.example', { length: 3 })),
  neutral: mail('remote.example', sign('remote.example', { tags: { v: '2' } })),
  temperror: mail('temp.example', sign('temp.example')),
  permerror: mail('remote.example', sign('nokey.example')),
};

const asks: Readonly<Record<DmarcResult, Message>> = {
  pass: mail('remote.example', sign()),
  none: mail('says-nothing.example'),
  'fail-none': mail('watch.example'),
  'fail-quarantine': mail('apart.example'),
  'fail-reject': mail('never.example'),
  'no-author': mail('remote.example', [{ change: { remove: ['From'] } }]),
  temperror: mail('temp.example'),
  permerror: mail('odd.example'),
};

const dkimCodes: Readonly<Record<DkimResult, readonly [string, string]>> = {
  none: ['550 5.7.20', '451 4.7.20'],
  pass: ['550 5.7.1', '451 4.7.1'],
  fail: ['550 5.7.20', '451 4.7.20'],
  policy: ['550 5.7.21', '451 4.7.21'],
  neutral: ['550 5.7.20', '451 4.7.20'],
  temperror: ['550 5.7.5', '451 4.7.5'],
  permerror: ['550 5.7.20', '451 4.7.20'],
};

const dmarcCodes: Readonly<Record<DmarcResult, readonly [string, string]>> = {
  pass: ['550 5.7.1', '451 4.7.1'],
  none: ['550 5.7.1', '451 4.7.1'],
  'fail-none': ['550 5.7.26', '451 4.7.26'],
  'fail-quarantine': ['550 5.7.26', '451 4.7.26'],
  'fail-reject': ['550 5.7.26', '451 4.7.26'],
  'no-author': ['554 5.6.0', '451 4.6.0'],
  temperror: ['550 5.4.3', '451 4.4.3'],
  permerror: ['550 5.7.1', '451 4.7.1'],
};

/** What DKIM says of the message under each value. */
const verified = (cases: readonly (readonly [value: unknown, sees: string])[], message: Message, over: object = {}) =>
  seen(
    cases,
    async (lab) => {
      await deliver(lab, message);
      return /^DKIM (\w+)/.exec(found(lab, 'dkim')?.text ?? '')?.[1];
    },
    dkim(over),
  );

const replays = dkim({ maxReplays: 1, replayInterval: 60 });

export const proofs: Probes = {
  'sender.dkim.enabled': seen(
    [
      [true, '550 5.7.20'],
      [false, ok],
    ],
    (lab) => deliver(lab, unproved.none),
    only({ dkim: { map: { none: 'refuse' } } }),
  ),
  ...Object.fromEntries(
    Object.entries(unproved).map(([result, message]) => [
      `sender.dkim.map.${result}`,
      actions({ check: 'dkim', message, codes: dkimCodes[result as DkimResult] }, dkim()),
    ]),
  ),
  'sender.dkim.minRsaBits': verified(
    [
      [1024, 'pass'],
      [2048, 'policy'],
    ],
    mail('short.example', sign('short.example', { key: 'rsa1024' })),
  ),
  'sender.dkim.sha1': verified(
    [
      [false, 'policy'],
      [true, 'pass'],
    ],
    mail('remote.example', sign('remote.example', { algorithm: 'rsa-sha1' })),
  ),
  'sender.dkim.bodyLength': seen(
    [
      ['covered', ['policy', 'pass']],
      ['never', ['policy', 'policy']],
      ['allow', ['pass', 'pass']],
    ],
    async (lab) => {
      await deliver(lab, mail('remote.example', sign('remote.example', { length: 3 })));
      await deliver(lab, mail('remote.example', sign('remote.example', { length: 'all' })));
      return [0, 1].map((session) => /^DKIM (\w+)/.exec(found(lab, 'dkim', session)?.text ?? '')?.[1]);
    },
    dkim(),
  ),
  'sender.dkim.clockSkew': seen(
    [
      [300, ['permerror', 'permerror']],
      [900, ['pass', 'pass']],
    ],
    async (lab) => {
      await deliver(lab, mail('remote.example', sign('remote.example', { signed: { in: '10min' } })));
      const expired = { signed: { ago: '1h' }, expires: { ago: '10min' } };
      await deliver(lab, mail('remote.example', sign('remote.example', expired)));
      return [0, 1].map((session) => /^DKIM (\w+)/.exec(found(lab, 'dkim', session)?.text ?? '')?.[1]);
    },
    dkim(),
  ),
  'sender.dkim.maxAge': verified(
    [
      [0, 'pass'],
      [3, 'policy'],
    ],
    mail('remote.example', sign('remote.example', { signed: { ago: '4d' } })),
  ),
  // The only good signature is the second from the top.
  'sender.dkim.maxSignatures': verified(
    [
      [1, 'permerror'],
      [2, 'pass'],
    ],
    mail('remote.example', [...sign(), ...sign('nokey.example')]),
  ),
  'sender.dkim.maxReplays': seen(
    [
      [0, [ok, ok, ok]],
      [1, [ok, '451 4.7.28', '451 4.7.28']],
      [2, [ok, ok, '451 4.7.28']],
    ],
    async (lab) => {
      const same = await fixed(lab, unproved.pass);
      return [await deliver(lab, same), await deliver(lab, same), await deliver(lab, same)];
    },
    replays,
  ),
  'sender.dkim.replayInterval': seen(
    [
      [60, [ok, ok]],
      [120, [ok, '451 4.7.28']],
    ],
    async (lab) => {
      const same = await fixed(lab, unproved.pass);
      const first = await deliver(lab, same);
      lab.pass(90);
      return [first, await deliver(lab, same)];
    },
    replays,
  ),

  'sender.dmarc.enabled': seen(
    [
      [true, '550 5.7.26'],
      [false, ok],
    ],
    (lab) => deliver(lab, asks['fail-reject']),
    only({}),
  ),
  'sender.dmarc.reading': seen(
    [
      ['9989', '550 5.7.26'],
      ['7489', ok],
    ],
    (lab) => deliver(lab, mail('part.example')),
    dmarc({ map: { 'fail-quarantine': 'record' } }),
  ),
  ...Object.fromEntries(
    Object.entries(asks).map(([result, message]) => [
      `sender.dmarc.map.${result}`,
      actions({ check: 'dmarc', message, codes: dmarcCodes[result as DmarcResult] }, dmarc()),
    ]),
  ),
  'sender.spf.exemptDmarc': seen(
    [
      [true, [ok, '550 5.7.23']],
      [false, ['550 5.7.23', '550 5.7.23']],
    ],
    async (lab) => [await deliver(lab, asks.pass), await deliver(lab, asks.none)],
    {
      ...dmarc(),
      sender: {
        spf: { ehlo: false, map: { fail: 'refuse' }, stage: 'message' },
        dmarc: { enabled: true },
      },
    },
  ),
  ...exemptionsOf(
    'dkim',
    { message: mail(), refused: '550 5.7.20' },
    { dkim: { enabled: true, map: { none: 'refuse' } } },
  ),
  ...exemptionsOf('dmarc', { message: asks['fail-reject'], refused: '550 5.7.26' }, { dmarc: { enabled: true } }),
};
