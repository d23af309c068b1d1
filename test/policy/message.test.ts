// What is made of what a message proves: DKIM and its copies, DMARC, ARC, and the rules for its header.
import { describe, expect, it } from 'vitest';
import type { MessageAnswer } from '../../core/contract/senderAnswers.ts';
import { dkimResults, dmarcResults } from '../../core/contract/settings/sender/message.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import type { Check } from '../../core/policy/check.ts';
import { arc } from '../../core/policy/checks/arc.ts';
import { dkim } from '../../core/policy/checks/dkim.ts';
import { dkimReplay } from '../../core/policy/checks/dkimReplay.ts';
import { dmarc } from '../../core/policy/checks/dmarc.ts';
import { duplicateFields } from '../../core/policy/checks/duplicateFields.ts';
import { headerFrom } from '../../core/policy/checks/headerFrom.ts';
import { headerNoFrom } from '../../core/policy/checks/headerNoFrom.ts';
import { headerSyntax } from '../../core/policy/checks/headerSyntax.ts';
import { lookAlike } from '../../core/policy/checks/lookAlike.ts';
import { spfMessage } from '../../core/policy/checks/spfMessage.ts';
import { type ReasonKey, reasons } from '../../core/policy/reasons.table.ts';
import { contextOf, findingsOf, type Known, mx, spfAnswer, submission } from './facts.ts';
import { answerTo, arcAnswer, dkimAnswer, dmarcAnswer, headerAnswer, signature } from './messageAnswers.ts';

type Sender = NonNullable<SettingsInput['sender']>;

/** A message of which this was found, under these settings of `sender`. */
function about(sender: Sender, found: Omit<MessageAnswer, 'work'>, more: Known = {}): Known {
  return {
    ...more,
    settings: { listeners: [mx], sender },
    transaction: more.transaction ?? {},
    inquiry: { message: () => Promise.resolve(answerTo(found)), ...more.inquiry },
  };
}

const only = async (check: Check, known: Known) => (await findingsOf(check, known))[0];

const codeOf = (reason: string | undefined) => {
  const { code, enhanced } = reasons[reason as ReasonKey];
  return `${code} ${enhanced ?? ''}`;
};

const all = <T extends string>(results: readonly T[], value: 'defer' | 'refuse') =>
  Object.fromEntries(results.map((result) => [result, value])) as Record<T, typeof value>;

describe('dkim', () => {
  it('says nothing unless it is on', async () => {
    expect(await findingsOf(dkim, about({}, { dkim: dkimAnswer('none') }))).toEqual([]);
  });

  it('tells the best signature with its domain and selector, the answer and its questions', async () => {
    const answer = dkimAnswer('pass', [signature({ result: 'fail', why: 'the body was changed' }), signature()]);
    expect(await only(dkim, about({ dkim: { enabled: true } }, { dkim: answer }))).toMatchObject({
      check: 'dkim',
      action: 'record',
      text: 'DKIM pass for remote.example (selector s1)',
      setting: 'sender.dkim.map.pass',
      answer,
      dns: answer.questions,
      evidence: { domain: 'remote.example', all: expect.stringContaining('the body was changed') },
    });
  });

  it.each([
    ['none', '550 5.7.20', '451 4.7.20'],
    ['fail', '550 5.7.20', '451 4.7.20'],
    ['permerror', '550 5.7.20', '451 4.7.20'],
    ['neutral', '550 5.7.20', '451 4.7.20'],
    ['policy', '550 5.7.21', '451 4.7.21'],
    ['temperror', '550 5.7.5', '451 4.7.5'],
    ['pass', '550 5.7.1', '451 4.7.1'],
  ] as const)(
    '%s is refused with %s and deferred with %s (RFC 7372 section 3.1)',
    async (result, refused, deferred) => {
      const found = { dkim: dkimAnswer(result) };
      const refusing = await only(dkim, about({ dkim: { enabled: true, map: all(dkimResults, 'refuse') } }, found));
      expect(codeOf(refusing?.reason)).toBe(refused);
      const deferring = await only(dkim, about({ dkim: { enabled: true, map: all(dkimResults, 'defer') } }, found));
      expect(codeOf(deferring?.reason)).toBe(deferred);
    },
  );

  it('is spared for whoever is exempt, and nobody is asked', async () => {
    const known = { settings: { listeners: [submission], sender: { dkim: { enabled: true } } }, transaction: {} };
    expect(await findingsOf(dkim, known)).toMatchObject([{ spare: true, setting: 'sender.dkim.exemptSubmission' }]);
  });

  it('says nothing when the work was not done', async () => {
    expect(await findingsOf(dkim, about({ dkim: { enabled: true } }, {}))).toEqual([]);
  });
});

describe('dkim-replay', () => {
  const sender = { dkim: { enabled: true, maxReplays: 2, replayInterval: 60 } };
  const counting = () => {
    const seen = new Map<string, number>();
    return (id: string) => {
      seen.set(id, (seen.get(id) ?? 0) + 1);
      return seen.get(id) ?? 0;
    };
  };

  it('defers the copy beyond the limit, and counts a message once for both checks', async () => {
    const copies = counting();
    const told = [];
    for (let time = 1; time <= 3; time += 1) {
      const known = about(sender, { dkim: dkimAnswer('pass', [signature(), signature()]) }, { inquiry: { copies } });
      const context = contextOf(known);
      await dkim.run(context, 'message');
      told.push([context.facts.transaction?.found?.dkim?.signatures[1]?.copies]);
      told.push([await dkimReplay.run(context, 'message')]);
    }
    expect(told).toEqual([
      [1],
      [undefined],
      [2],
      [undefined],
      [3],
      [
        expect.objectContaining({
          action: 'defer',
          reason: 'dkim-replayed',
          text: 'the 3rd copy of a signature of remote.example within 60 s, 2 allowed',
          setting: 'sender.dkim.maxReplays',
          counter: { name: 'copies of the signature', value: 3, limit: 2 },
        }),
      ],
    ]);
    expect(codeOf('dkim-replayed')).toBe('451 4.7.28');
  });

  it('counts no signature that does not hold', async () => {
    const found = { dkim: dkimAnswer('fail', [signature({ result: 'fail' })]) };
    expect(await findingsOf(dkimReplay, about(sender, found))).toEqual([]);
  });
});

describe('dmarc', () => {
  it.each([
    ['fail-reject', '550 5.7.26', '451 4.7.26'],
    ['fail-quarantine', '550 5.7.26', '451 4.7.26'],
    ['fail-none', '550 5.7.26', '451 4.7.26'],
    ['no-author', '554 5.6.0', '451 4.6.0'],
    ['temperror', '550 5.4.3', '451 4.4.3'],
    ['permerror', '550 5.7.1', '451 4.7.1'],
    ['none', '550 5.7.1', '451 4.7.1'],
    ['pass', '550 5.7.1', '451 4.7.1'],
  ] as const)('%s is refused with %s and deferred with %s', async (result, refused, deferred) => {
    const found = { dmarc: dmarcAnswer(result) };
    const refusing = await only(dmarc, about({ dmarc: { enabled: true, map: all(dmarcResults, 'refuse') } }, found));
    expect([codeOf(refusing?.reason), refusing?.setting]).toEqual([refused, `sender.dmarc.map.${result}`]);
    const deferring = await only(dmarc, about({ dmarc: { enabled: true, map: all(dmarcResults, 'defer') } }, found));
    expect(codeOf(deferring?.reason)).toBe(deferred);
  });

  it('tells what the other reading would come to', async () => {
    const found = { dmarc: dmarcAnswer('fail-reject', 'fail-none') };
    const finding = await only(dmarc, about({ dmarc: { enabled: true } }, found));
    expect(finding).toMatchObject({
      action: 'refuse',
      text: 'DMARC fail, policy reject for remote.example; by RFC 7489 it would be fail-none',
      evidence: { policy: 'reject', domain: 'remote.example' },
    });
  });

  it('answers quarantine and discard without a reason of its own', async () => {
    const finding = await only(dmarc, about({ dmarc: { enabled: true } }, { dmarc: dmarcAnswer('fail-quarantine') }));
    expect(finding?.action).toBe('quarantine');
    expect(finding).not.toHaveProperty('reason');
  });
});

describe('arc', () => {
  it('is told and decides nothing', async () => {
    const set = { instance: 1, domain: 'list.example', selector: 's', cv: 'none', trusted: true };
    const found = { arc: { ...arcAnswer('pass', [set]), trusted: true } };
    expect(await only(arc, about({ arc: { enabled: true, map: { pass: 'mark' } } }, found))).toMatchObject({
      action: 'mark',
      text: 'ARC pass, sealed by list.example, who are trusted',
      setting: 'sender.arc.map.pass',
    });
  });
});

describe('rules for the header', () => {
  const faults = headerAnswer(
    { rule: 'from', text: 'There are 2 From fields; one is allowed.', fields: [0, 1] },
    { rule: 'syntax', text: 'Line 3 is no field.', fields: [2] },
    { rule: 'duplicates', text: 'Subject stands 2 times; once is allowed.', fields: [3, 4] },
    { rule: 'lookAlike', text: 'examp1e.com looks like example.com.', fields: [0] },
  );
  const sender: Sender = {
    header: {
      from: 'refuse',
      syntax: 'refuse',
      duplicates: 'refuse',
      lookAlike: 'refuse',
      protected: ['example.com'],
    },
  };

  it.each([
    [headerFrom, 'from', '554 5.6.0', 'There are 2'],
    [headerSyntax, 'syntax', '554 5.6.0', 'Line 3'],
    [duplicateFields, 'duplicates', '554 5.6.0', 'Subject'],
    [lookAlike, 'lookAlike', '550 5.7.1', 'examp1e.com'],
  ] as const)('%o acts on its own faults alone', async (check, leaf, code, text) => {
    const [finding, ...others] = await findingsOf(check, about(sender, { header: faults }));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ action: 'refuse', setting: `sender.header.${leaf}` });
    expect(finding?.text.startsWith(text)).toBe(true);
    expect(codeOf(finding?.reason)).toBe(code);
  });

  it('a From field that is missing is a matter of its own', async () => {
    const header = headerAnswer({ rule: 'from', text: 'There is no From field.', fields: [] });
    const known = about({ header: { from: 'refuse', noFrom: 'mark' } }, { header });
    expect(await findingsOf(headerFrom, known)).toEqual([]);
    expect(await findingsOf(headerNoFrom, known)).toMatchObject([
      { action: 'mark', setting: 'sender.header.noFrom', text: 'There is no From field.' },
    ]);
  });

  it('nobody is asked where all are ignored, and look-alikes need a protected domain', async () => {
    const nobodyAsked = { settings: { listeners: [mx] }, transaction: {} };
    expect(await findingsOf(headerFrom, nobodyAsked)).toEqual([]);
    const unprotected = { settings: { listeners: [mx], sender: { header: { lookAlike: 'refuse' as const } } } };
    expect(await findingsOf(lookAlike, { ...unprotected, transaction: {} })).toEqual([]);
  });
});

describe('SPF at the end of the message', () => {
  const sender = { spf: { stage: 'message', map: { fail: 'refuse' } }, dmarc: { enabled: true } } as const;
  const forwarded = (result: 'pass' | 'fail-reject', spf: object = {}) =>
    about(
      { ...sender, spf: { ...sender.spf, ...spf } },
      {},
      {
        transaction: {
          spfMail: spfAnswer({ result: 'fail', identity: 'mailfrom' }),
          found: answerTo({ dmarc: dmarcAnswer(result) }),
        },
      },
    );

  it('does not act on what DMARC proves, and acts on the rest', async () => {
    expect(await findingsOf(spfMessage, forwarded('pass'))).toMatchObject([
      { action: 'record', spare: true, setting: 'sender.spf.exemptDmarc' },
    ]);
    expect(await findingsOf(spfMessage, forwarded('fail-reject'))).toMatchObject([{ reason: 'spf-fail' }]);
  });

  it('acts all the same where the settings have it so', async () => {
    expect(await findingsOf(spfMessage, forwarded('pass', { exemptDmarc: false }))).toMatchObject([
      { reason: 'spf-fail' },
    ]);
  });
});
