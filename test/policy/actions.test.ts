// What actions about the sender do to the answer of a stage: delay holds it back, discard and quarantine say yes.
import { describe, expect, it } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { decide } from '../../core/policy/decide.ts';
import { contextOf, mailbox, mx, spfAnswer } from './facts.ts';
import { answerTo, arcAnswer, dkimAnswer, dmarcAnswer } from './messageAnswers.ts';

type Sender = NonNullable<SettingsInput['sender']>;

/** The end of a message that is not signed and fails DMARC, under these settings. */
async function ended(sender: Sender) {
  const held: number[] = [];
  const found = answerTo({ dkim: dkimAnswer('none'), dmarc: dmarcAnswer('fail-reject'), arc: arcAnswer('none') });
  const verdict = await decide(
    'message',
    contextOf({
      settings: { listeners: [mx], sender: { spf: { mailFrom: false, ehlo: false }, ...sender } },
      transaction: { data: undefined as never },
      inquiry: { message: () => Promise.resolve(found) },
      pause: (ms) => {
        held.push(ms);
        return Promise.resolve();
      },
    }),
  );
  return { verdict, held };
}

const dkim = { enabled: true, map: { none: 'delay' } } as const;

describe('delay', () => {
  it('holds the answer back once for all findings, and each says by how much', async () => {
    const { verdict, held } = await ended({
      dkim,
      dmarc: { enabled: true, map: { 'fail-reject': 'delay' } },
      delay: 7,
    });
    expect(held).toEqual([14_000]);
    expect(verdict).toMatchObject({ action: 'accept', reason: 'message-ok', ms: 14_001 });
    expect(
      verdict.findings
        .filter(({ action }) => action === 'delay')
        .map(({ text, evidence }) => [text, evidence?.['delay']]),
    ).toEqual([
      ['DKIM none: the message is not signed; the answer waits 7 s', '7 s'],
      ['DMARC fail, policy reject for remote.example; the answer waits 7 s', '7 s'],
    ]);
  });

  it('adds up to sender.maxDelay at most', async () => {
    const dmarc = { enabled: true, map: { 'fail-reject': 'delay' } } as const;
    const { verdict, held } = await ended({ dkim, dmarc, delay: 20, maxDelay: 30 });
    expect(held).toEqual([30_000]);
    expect(verdict.findings.map(({ evidence }) => evidence?.['delay']).filter(Boolean)).toEqual(['20 s', '10 s']);
    const first = await ended({ dkim, dmarc, delay: 60, maxDelay: 30 });
    expect(first.held).toEqual([30_000]);
    expect(first.verdict.findings.at(-1)?.text).toContain('the answer has waited 30 s already');
  });

  it('holds a refusal back as well', async () => {
    const { verdict, held } = await ended({ dkim, dmarc: { enabled: true } });
    expect([verdict.action, verdict.reason, held]).toEqual(['refuse', 'dmarc-failed', [5000]]);
  });
});

describe.each(['discard', 'quarantine'] as const)('%s', (action) => {
  it('says yes in the words of the stage, keeps why, and stops', async () => {
    const sender = { dkim: { enabled: true, map: { none: action } }, dmarc: { enabled: true } } as const;
    const { verdict, held } = await ended(sender);
    expect(verdict).toMatchObject({
      action,
      reason: 'message-ok',
      because: expect.stringMatching(/^the mail is taken/),
    });
    expect(verdict.findings[verdict.decider ?? -1]?.check).toBe('dkim');
    expect(verdict.findings.at(-1)?.check).toBe('dkim');
    expect(verdict).not.toHaveProperty('closes');
    expect(held).toEqual([]);
  });

  it('says yes to MAIL', async () => {
    const settings = { listeners: [mx], sender: { spf: { ehlo: false, map: { fail: action } } } };
    const spf = () => Promise.resolve(spfAnswer({ result: 'fail', identity: 'mailfrom' }));
    const verdict = await decide('mail', contextOf({ settings, spf, transaction: { sender: mailbox('a@b.example') } }));
    expect([verdict.action, verdict.reason]).toEqual([action, 'mail-ok']);
  });
});
