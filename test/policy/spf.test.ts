// SPF as policy: what each result leads to, at which stage it acts, and who is exempt; asked of real zones.
import { describe, expect, it } from 'vitest';
import type { SpfAnswer } from '../../core/contract/senderAnswers.ts';
import { spfMaps } from '../../core/contract/presets.ts';
import type { Settings } from '../../core/contract/settings/settings.ts';
import { spfResults } from '../../core/contract/settings/sender.ts';
import type { Verdict } from '../../core/contract/verdict.ts';
import { parseZone } from '../../core/dns/zone.ts';
import { zoneResolver } from '../../core/dns/zoneResolver.ts';
import { checkSpf } from '../../core/message/spf/spf.ts';
import { decide } from '../../core/policy/decide.ts';
import { replyTo } from '../../core/policy/reply.ts';
import { world } from '../message/spfAsking.ts';
import { contextOf, type Known, mailbox, mx, spfAnswer, submission } from './facts.ts';

const zone = `
  pass.example      TXT v=spf1 ip4:192.0.2.1 -all
  neutral.example   TXT v=spf1 ?all
  softfail.example  TXT v=spf1 ~all
  fail.example      TXT v=spf1 -all exp=why.fail.example
  why.fail.example  TXT %{i} is none of ours
  temperror.example TXT SERVFAIL
  permerror.example TXT v=spf1 nonsense
`;

/** A session of one client, its SPF asked of the zone; `asked` lists the identities in the order asked. */
function client(o: { readonly spf?: object; readonly helo?: string; readonly from?: string } & Omit<Known, 'spf'>) {
  const { spf, helo = 'pass.example', from = 'anna@pass.example', settings, ...known } = o;
  const asked: string[] = [];
  const sender = from === '' ? { raw: '', local: '', domain: '' } : mailbox(from);
  const context = contextOf({
    settings: { listeners: [mx, submission], ...settings, sender: { spf } },
    transaction: { sender, recipient: mailbox('x@gate.example') },
    session: { helo: { verb: 'EHLO', name: helo }, ...known.session },
    ...(known.address !== undefined && { address: known.address }),
    ...(known.listenerIndex !== undefined && { listenerIndex: known.listenerIndex }),
    spf: (identity): Promise<SpfAnswer> => {
      asked.push(identity);
      const asking = zoneResolver(parseZone(zone).zone, { world, timeout: 5 });
      return checkSpf({
        identity,
        ip: known.address ?? '192.0.2.1',
        helo,
        sender,
        hostname: 'gate.example',
        asked: asking,
        world,
        reading: 'strict',
        timeLimit: 20,
      });
    },
  });
  return { context, asked, decide: async (stage: 'ehlo' | 'mail' | 'rcpt' | 'message') => decide(stage, context) };
}

const reply = (verdict: Verdict, settings: Settings) => {
  const { code, lines } = replyTo(verdict, settings);
  return lines.map((line) => `${code} ${line}`);
};

describe('each result', () => {
  const refuseAll = Object.fromEntries(spfResults.map((result) => [result, 'refuse']));
  const deferAll = Object.fromEntries(spfResults.map((result) => [result, 'defer']));

  it.each([
    ['pass', '550 5.7.23 SPF: pass for pass.example is not accepted here'],
    ['neutral', '550 5.7.23 SPF: neutral for neutral.example is not accepted here'],
    ['none', '550 5.7.23 SPF: none for none.example is not accepted here'],
    ['softfail', '550 5.7.23 SPF: 192.0.2.1 should not send for softfail.example'],
    ['fail', '550 5.7.23 SPF: 192.0.2.1 may not send for fail.example'],
    ['temperror', '550 5.7.24 SPF: DNS did not answer for temperror.example'],
    ['permerror', '550 5.7.24 SPF: the record of permerror.example cannot be understood: unknown mechanism nonsense'],
  ] as const)('%s is refused with %s, and deferred with its 451', async (result, refused) => {
    const from = `anna@${result}.example`;
    const refusing = client({ from, spf: { ehlo: false, map: refuseAll } });
    const verdict = await refusing.decide('mail');
    expect([verdict.action, reply(verdict, refusing.context.settings)[0]]).toEqual(['refuse', refused]);
    const deferring = client({ from, spf: { ehlo: false, map: deferAll } });
    const later = await deferring.decide('mail');
    const [line] = reply(later, deferring.context.settings);
    expect([later.action, line]).toEqual(['defer', `${refused.replace('550 5.', '451 4.')}, try again later`]);
  });

  it.each([
    ['discard', 'mail-ok', undefined],
    ['quarantine', 'mail-ok', undefined],
    ['drop', 'spf-dropped', 'reply'],
  ] as const)('%s ends the stage with %s', async (action, reason, closes) => {
    const { decide: ask, context } = client({ from: 'anna@fail.example', spf: { ehlo: false, map: { fail: action } } });
    const verdict = await ask('mail');
    expect([verdict.action, verdict.reason, verdict.closes]).toEqual([action, reason, closes]);
    if (action === 'drop')
      expect(reply(verdict, context.settings)).toEqual([
        `421 4.7.23 ${context.settings.acceptance.hostname} SPF: fail for fail.example, closing the connection`,
      ]);
  });

  it('delay lets the mail pass, and what else SPF says is heard too', async () => {
    const { decide: ask } = client({
      helo: 'softfail.example',
      from: 'anna@fail.example',
      spf: { map: { softfail: 'delay', fail: 'refuse' } },
    });
    await ask('ehlo');
    const verdict = await ask('mail');
    expect(verdict.findings.map(({ check, action }) => [check, action])).toEqual([
      ['spf-mail', 'delay'],
      ['spf-mail', 'refuse'],
    ]);
  });

  it.each(['ignore', 'record', 'mark'] as const)('%s lets the mail pass and is in the verdict', async (action) => {
    const { decide: ask } = client({ from: 'anna@fail.example', spf: { ehlo: false, map: { fail: action } } });
    const verdict = await ask('mail');
    expect([
      verdict.action,
      verdict.reason,
      verdict.findings.map((found) => [found.check, found.action, found.text]),
    ]).toEqual(['accept', 'mail-ok', [['spf-mail', action, 'SPF fail for sender domain fail.example']]]);
  });

  it('carries record, explanation, lookups and questions', async () => {
    const { decide: ask, context } = client({
      from: 'anna@fail.example',
      spf: { ehlo: false, map: { fail: 'refuse' } },
    });
    const verdict = await ask('mail');
    expect(verdict).toEqual({
      stage: 'mail',
      action: 'refuse',
      reason: 'spf-fail',
      because: 'the domain does not allow the address to send for it',
      findings: [
        {
          check: 'spf-mail',
          action: 'refuse',
          reason: 'spf-fail',
          text: 'SPF fail for sender domain fail.example',
          setting: 'sender.spf.map.fail',
          value: 'refuse',
          counter: { name: 'DNS lookups of SPF terms', value: 0, limit: 10 },
          dns: [
            { name: 'fail.example', type: 'TXT', answer: ['v=spf1 -all exp=why.fail.example'], ms: 0 },
            { name: 'why.fail.example', type: 'TXT', answer: ['%{i} is none of ours'], ms: 0 },
          ],
          evidence: {
            result: 'fail',
            identity: 'mailfrom',
            domain: 'fail.example',
            address: '192.0.2.1',
            record: 'v=spf1 -all exp=why.fail.example',
            explanation: '192.0.2.1 is none of ours',
          },
          answer: {
            kind: 'spf',
            result: 'fail',
            identity: 'mailfrom',
            domain: 'fail.example',
            record: 'v=spf1 -all exp=why.fail.example',
            explanation: '192.0.2.1 is none of ours',
            lookups: 0,
            voids: 0,
            reading: 'strict',
            matched: '-all',
            tree: {
              domain: 'fail.example',
              text: 'v=spf1 -all exp=why.fail.example',
              result: 'fail',
              terms: [
                { text: '-all', outcome: 'match' },
                { text: 'exp=why.fail.example', outcome: 'used' },
              ],
            },
            questions: [
              { name: 'fail.example', type: 'TXT', answer: ['v=spf1 -all exp=why.fail.example'], ms: 0 },
              { name: 'why.fail.example', type: 'TXT', answer: ['%{i} is none of ours'], ms: 0 },
            ],
            ms: 0,
          },
        },
      ],
      decider: 0,
      basis: 'assumed',
      rfc: 'RFC 7208 section 8.4; RFC 7372 section 3.2',
    });
    expect(reply(verdict, context.settings)).toEqual([
      '550 5.7.23 SPF: 192.0.2.1 may not send for fail.example',
      '550 5.7.23 The domain fail.example explains: 192.0.2.1 is none of ours',
    ]);
  });

  it.each([
    ['documented', ['accept', 'accept', 'accept', 'accept', 'accept', 'defer', 'refuse']],
    ['wizard', ['accept', 'accept', 'accept', 'accept', 'refuse', 'accept', 'accept']],
  ] as const)('leads where AXIGEN’s %s map says', async (name, actions) => {
    const found = await Promise.all(
      spfResults.map(
        async (result) =>
          (await client({ from: `a@${result}.example`, spf: { ehlo: false, map: spfMaps[name] } }).decide('mail'))
            .action,
      ),
    );
    expect(Object.fromEntries(spfResults.map((result, index) => [result, found[index]]))).toEqual({
      pass: actions[0],
      neutral: actions[1],
      none: actions[2],
      softfail: actions[3],
      fail: actions[4],
      temperror: actions[5],
      permerror: actions[6],
    });
  });
});

describe('the stage at which a result acts', () => {
  const map = { fail: 'refuse' };
  const stages = ['ehlo', 'mail', 'rcpt', 'message'] as const;

  async function course(spf: object, names: { helo?: string; from?: string }) {
    const session = client({ spf: { map, ...spf }, ...names });
    const actions: string[] = [];
    for (const stage of stages) {
      const verdict = await session.decide(stage);
      actions.push(verdict.action);
      if (verdict.action !== 'accept') break;
    }
    return { actions, asked: session.asked };
  }

  it.each([
    ['ehlo', ['accept', 'refuse']],
    ['mail', ['accept', 'refuse']],
    ['rcpt', ['accept', 'accept', 'refuse']],
    ['message', ['accept', 'accept', 'accept', 'refuse']],
  ] as const)('of the sender, set to %s', async (stage, actions) => {
    expect(await course({ stage }, { from: 'anna@fail.example' })).toEqual({ actions, asked: ['helo', 'mailfrom'] });
  });

  it.each([
    ['ehlo', ['refuse'], ['helo']],
    // A result of the EHLO name that acts at MAIL spares the question about the sender.
    ['mail', ['accept', 'refuse'], ['helo']],
    ['rcpt', ['accept', 'accept', 'refuse'], ['helo', 'mailfrom']],
    ['message', ['accept', 'accept', 'accept', 'refuse'], ['helo', 'mailfrom']],
  ] as const)('of the EHLO name, set to %s', async (stage, actions, asked) => {
    expect(await course({ stage }, { helo: 'fail.example' })).toEqual({ actions, asked });
  });

  it('says at EHLO and MAIL what waits, and names the check that acts', async () => {
    const session = client({ spf: { map, stage: 'rcpt' }, helo: 'fail.example', from: 'anna@fail.example' });
    const said = async (stage: (typeof stages)[number]) =>
      (await session.decide(stage)).findings.map(({ check, action, text }) => [check, action, text]);
    expect(await said('ehlo')).toEqual([['spf-ehlo', 'record', 'SPF fail for EHLO name fail.example: refuse at rcpt']]);
    expect(await said('mail')).toEqual([
      ['spf-mail', 'record', 'SPF fail for sender domain fail.example: refuse at rcpt'],
    ]);
    expect((await said('rcpt')).at(-1)).toEqual(['spf-rcpt', 'refuse', 'SPF fail for EHLO name fail.example']);
  });

  it('says nothing at later stages about what lets the mail pass', async () => {
    const session = client({ spf: { map: { fail: 'mark' }, stage: 'rcpt' }, from: 'anna@fail.example' });
    await session.decide('ehlo');
    await session.decide('mail');
    expect((await session.decide('rcpt')).findings.filter(({ check }) => check === 'spf-rcpt')).toEqual([]);
  });

  it.each([
    [{ ehlo: false }, ['mailfrom']],
    [{ mailFrom: false }, ['helo']],
    [{ ehlo: false, mailFrom: false }, []],
  ])('asks only what is switched on: %o', async (spf, asked) => {
    expect((await course(spf, { helo: 'pass.example', from: '' })).asked).toEqual(asked);
  });
});

describe('exempt', () => {
  const spf = { map: { fail: 'refuse', pass: 'refuse' } };
  const user = { session: { helo: { verb: 'EHLO', name: 'fail.example' } as const, user: 'test' } };

  it.each([
    ['the authenticated', { ...user }, {}, 'exemptAuthenticated', true, 'logged in as test'],
    ['submission', { listenerIndex: 1 }, {}, 'exemptSubmission', true, 'a submission listener'],
    [
      'a network',
      { address: '198.51.100.7' },
      { exemptNetworks: ['10.0.0.0/8', '198.51.100.0/24'] },
      'exemptNetworks.1',
      '198.51.100.0/24',
      '198.51.100.7 is in an exempt network',
    ],
  ])('%s', async (_, known, more, key, value, why) => {
    const session = client({
      ...known,
      spf: { ...spf, ...more },
      settings: { authentication: { submissionLogin: false } },
      helo: 'fail.example',
      from: 'a@fail.example',
    });
    const found = { action: 'ignore', spare: true, text: `no SPF check: ${why}`, setting: `sender.spf.${key}`, value };
    const at = async (stage: 'ehlo' | 'mail') =>
      (await session.decide(stage)).findings.filter(({ check }) => check.startsWith('spf'));
    expect([await at('ehlo'), await at('mail'), session.asked]).toEqual([
      [{ check: 'spf-ehlo', ...found }],
      [{ check: 'spf-mail', ...found }],
      [],
    ]);
  });

  it.each([
    ['the authenticated', { ...user }, { exemptAuthenticated: false }],
    ['submission', { listenerIndex: 1 }, { exemptSubmission: false }],
    ['a network', { address: '198.51.100.7' }, { exemptNetworks: ['203.0.113.0/24'] }],
  ])('%s not, when the setting says otherwise', async (_, known, more) => {
    const session = client({
      ...known,
      spf: { ...spf, ...more },
      settings: { authentication: { submissionLogin: false } },
      from: 'a@fail.example',
    });
    expect([(await session.decide('mail')).reason, session.asked]).toEqual(['spf-fail', ['mailfrom']]);
  });

  it('counts a login that came after EHLO', async () => {
    const spfEhlo = spfAnswer({ result: 'fail', identity: 'helo', domain: 'fail.example' });
    const late = { session: { helo: { verb: 'EHLO', name: 'fail.example' } as const, user: 'test', spfEhlo } };
    for (const stage of ['mail', 'rcpt', 'message'] as const) {
      const verdict = await client({ ...late, spf: { ...spf, stage } }).decide(stage);
      expect([verdict.action, verdict.findings.at(-1)?.spare]).toEqual(['accept', true]);
    }
  });
});
