// Whose addresses a client may write as once it has logged in: checks sender-login and from-login.
import { describe, expect, it } from 'vitest';
import type { Mailbox, SessionFacts } from '../../core/contract/facts.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { fromLogin } from '../../core/policy/checks/fromLogin.ts';
import { senderLogin } from '../../core/policy/checks/senderLogin.ts';
import { isOwn, type SenderRule } from '../../core/policy/ownAddress.ts';
import { findingsOf, mailbox, settingsOf } from './facts.ts';

const domains = { local: [{ name: 'Gate.example' }, { name: 'other.example' }] };
const alice: Partial<SessionFacts> = {
  user: 'alice',
  login: { mechanism: 'PLAIN', login: 'alice', aliases: ['sales', 'a.smith@elsewhere.example', '@whole.example'] },
};

describe('an address is one’s own', () => {
  const settings = settingsOf({ domains });
  const own =
    (rule: SenderRule, name: string, aliases: readonly string[] = []) =>
    (address: string) =>
      isOwn(settings, rule, { writer: { name, aliases }, address: mailbox(address) });

  it('exact: when it is the name, which stands for itself at every local domain where it has none', () => {
    const is = own('exact', 'alice', ['sales']);
    expect(
      ['alice@gate.example', 'alice@OTHER.example', '"alice"@gate.example', '"al\\ice"@gate.example'].map(is),
    ).toEqual([true, true, true, true]);
    expect(
      [
        'Alice@gate.example',
        'alice@elsewhere.example',
        'sales@gate.example',
        'alice',
        'alice@gate.example.evil.example',
        'xalice@gate.example',
      ].map(is),
    ).toEqual([false, false, false, false, false, false]);
    const full = own('exact', 'alice@gate.example');
    expect(['alice@GATE.example', 'alice@other.example', 'bob@gate.example'].map(full)).toEqual([true, false, false]);
    expect(own('exact', '@gate.example')('')).toBe(false);
  });

  it('alias: when it is the name or an alias, and an alias may be a whole domain', () => {
    const is = own('alias', 'alice', ['sales', 'a.smith@elsewhere.example', '@whole.example']);
    expect(
      ['alice@gate.example', 'sales@other.example', 'a.smith@Elsewhere.example', 'anybody@whole.example'].map(is),
    ).toEqual([true, true, true, true]);
    expect(
      ['bob@gate.example', 'sales@elsewhere.example', 'b@elsewhere.example', 'a@sub.whole.example', 'a@'].map(is),
    ).toEqual([false, false, false, false, false]);
  });

  it('domain: when it is anybody’s in the domain of the name or an alias', () => {
    const is = own('domain', 'alice@one.example', ['sales@two.example', '@three.example']);
    expect(['x@ONE.example', 'y@two.example', 'z@three.example'].map(is)).toEqual([true, true, true]);
    expect(['x@gate.example', 'x@sub.one.example', 'x'].map(is)).toEqual([false, false, false]);
    expect(['x@gate.example', 'x@one.example'].map(own('domain', 'alice'))).toEqual([true, false]);
  });
});

const rule = (authentication: SettingsInput['authentication']): SettingsInput => ({
  domains,
  authentication: authentication ?? {},
});

describe('sender-login', () => {
  const said = async (senderRule: SenderRule, sender: Mailbox, session: Partial<SessionFacts> = alice) =>
    (
      await findingsOf(senderLogin, { settings: rule({ senderLogin: senderRule }), session, transaction: { sender } })
    ).map(({ action, reason, text }) => [action, reason, text]);

  it('refuses another sender with 553, and lets the null sender be', async () => {
    expect(await said('alias', mailbox('sales@gate.example'))).toEqual([
      ['record', undefined, 'alice may send as sales@gate.example'],
    ]);
    expect(await said('exact', mailbox('sales@gate.example'))).toEqual([
      ['refuse', 'sender-not-own', 'alice may not send as sales@gate.example'],
    ]);
    expect(await said('exact', { raw: '', local: '', domain: '' })).toEqual([]);
    expect(await said('any', mailbox('bob@gate.example'))).toEqual([]);
    expect(await said('exact', mailbox('bob@gate.example'), {})).toEqual([]);
  });

  it('holds whoever acts for another to that one’s name, and a name of XCLIENT to itself', async () => {
    const acting = { ...alice, user: 'bob' };
    expect((await said('alias', mailbox('bob@gate.example'), acting))[0]?.[0]).toBe('record');
    for (const address of ['alice@gate.example', 'sales@gate.example'])
      expect((await said('alias', mailbox(address), acting))[0]?.[0]).toBe('refuse');
    const vouched = { user: 'carol' };
    expect((await said('alias', mailbox('carol@gate.example'), vouched))[0]?.[0]).toBe('record');
    expect((await said('alias', mailbox('alice@gate.example'), vouched))[0]?.[0]).toBe('refuse');
  });
});

describe('from-login', () => {
  const said = async (
    from: { readonly addresses: readonly Mailbox[]; readonly problem?: string } | undefined,
    any = false,
  ) =>
    (
      await findingsOf(fromLogin, {
        settings: rule({ fromLogin: any ? 'any' : 'alias' }),
        session: alice,
        transaction: from ? { from } : {},
      })
    ).map(({ action, reason, text }) => [action, reason, text]);
  const of = (...addresses: readonly string[]) => ({ addresses: addresses.map(mailbox) });

  it('asks about every address, and never passes what it cannot read', async () => {
    expect(await said(of('alice@gate.example', 'sales@gate.example'))).toEqual([
      ['record', undefined, 'alice may write as alice@gate.example, sales@gate.example'],
    ]);
    for (const [first, second] of [
      ['alice@gate.example', 'bob@gate.example'],
      ['bob@gate.example', 'alice@gate.example'],
    ] as const)
      expect(await said(of(first, second))).toEqual([
        ['refuse', 'from-not-own', 'alice may not write as bob@gate.example'],
      ]);
    expect(await said({ addresses: [], problem: 'there is no From field' })).toEqual([
      ['refuse', 'from-not-own', 'there is no From field'],
    ]);
    expect(await said(undefined)).toEqual([]);
    expect(await said(of('bob@gate.example'), true)).toEqual([]);
  });
});
