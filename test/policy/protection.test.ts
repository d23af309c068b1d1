// Counters over all sessions with a clock in the test's hand: bans and their end, rates, known addresses, and what is forgotten.
import { describe, expect, it } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { Protection } from '../../core/policy/protection.ts';
import { mostRemembered, Remembered } from '../../core/policy/remembered.ts';
import { mailbox, settingsOf } from './facts.ts';

type Limits = NonNullable<SettingsInput['protection']>;

function counters(protection: Limits, flow: SettingsInput['flow'] = {}) {
  const clock = { now: 0 };
  const settings = settingsOf({ protection, flow });
  const all = new Protection(() => clock.now);
  const visit = (address = '192.0.2.1') => all.visit(settings, address);
  return { clock, all, visit };
}

const bounce = mailbox('Alice@Example.COM');

describe('failed logins of a peer', () => {
  const limits = { failedLogins: { peer: { maxRetry: 3, findTime: 60, banTime: 100 } } };

  it('are counted over all sessions; the one that reaches the limit begins a ban, which ends after its time', () => {
    const { clock, visit } = counters(limits);
    expect(visit().failed('alice')).toEqual([{ of: 'peer', who: '192.0.2.1', count: 1, relief: 0 }]);
    visit().failed('bob');
    expect(visit().ban()).toBeUndefined();
    clock.now = 5000;
    expect(visit().failed('alice')).toEqual([{ of: 'peer', who: '192.0.2.1', count: 3, relief: 100_000 }]);
    clock.now = 6000;
    const ban = { of: 'peer', who: '192.0.2.1', failures: 3, relief: 99_000 };
    expect([visit().ban(), visit().loginBan(), visit().loginBan('carol')]).toEqual([ban, ban, ban]);
    expect(visit('192.0.2.2').ban()).toBeUndefined();
    clock.now = 104_999.5;
    expect(visit().ban()?.relief).toBe(1);
    clock.now = 105_000;
    expect(visit().ban()).toBeUndefined();
    expect(visit().failed('alice')?.[0]?.count).toBe(1);
  });

  it('leave the window when they are older than it', () => {
    const { clock, visit } = counters(limits);
    visit().failed('alice');
    clock.now = 59_999;
    expect(visit().failed('alice')?.[0]?.count).toBe(2);
    clock.now = 60_000;
    expect(visit().failed('alice')?.[0]?.count).toBe(2);
    expect(visit().ban()).toBeUndefined();
  });

  it('are those of its network, and none of an exempt one', () => {
    const { visit } = counters({ ...limits, exempt: ['192.0.2.128/25'] }, { peerPrefix4: 24, peerPrefix6: 64 });
    for (const address of ['192.0.2.1', '192.0.2.2', '::ffff:192.0.2.3']) visit(address).failed('alice');
    expect(visit('192.0.2.99').ban()).toMatchObject({ who: '192.0.2.0/24' });
    expect(visit('192.0.2.200').ban()).toBeUndefined();
    for (let host = 1; host <= 3; host += 1) visit(`2001:db8::${host}`).failed('alice');
    expect(visit('2001:db8::ffff').ban()).toMatchObject({ who: '2001:db8::/64' });
  });
});

describe('failed logins of an account and of everybody', () => {
  const limits = {
    failedLogins: {
      account: { maxRetry: 3, findTime: 60, banTime: 30 },
      overall: { maxRetry: 5, findTime: 60, banTime: 20 },
      knownTime: 1000,
    },
  };
  const spray = (visit: (address: string) => { failed(user: string): unknown }, users: readonly string[]) =>
    users.forEach((user, index) => visit(`203.0.113.${index}`).failed(user));

  it('hold the account off, or everybody, and never the peer', () => {
    const { clock, visit } = counters(limits);
    spray(visit, ['alice', 'alice', 'alice']);
    expect(visit().loginBan('alice')).toEqual({ of: 'account', who: 'alice', failures: 3, relief: 30_000 });
    expect([visit().loginBan('Alice'), visit().loginBan(), visit().ban()]).toEqual([undefined, undefined, undefined]);
    spray(visit, ['bob', 'carol']);
    expect(visit().loginBan('bob')).toEqual({ of: 'overall', who: 'everybody', failures: 5, relief: 20_000 });
    expect([visit().loginBan(), visit().ban()]).toEqual([undefined, undefined]);
    clock.now = 20_000;
    expect(visit().loginBan('bob')).toBeUndefined();
    expect(visit().loginBan('alice')).toMatchObject({ of: 'account', relief: 10_000 });
  });

  it('neither count nor hold off where the account has logged in before', () => {
    const { clock, visit } = counters(limits);
    visit().succeeded('alice');
    for (let time = 0; time < 9; time += 1) expect(visit().failed('alice')).toBeUndefined();
    spray(visit, ['alice', 'alice', 'alice', 'bob', 'bob']);
    expect(visit().loginBan('alice')).toBeUndefined();
    expect(visit().loginBan('bob')).toMatchObject({ of: 'overall' });
    expect(visit('192.0.2.2').loginBan('alice')).toMatchObject({ of: 'account' });
    clock.now = 999_999;
    spray(visit, ['alice', 'alice', 'alice']);
    expect(visit().loginBan('alice')).toBeUndefined();
    clock.now = 1_000_000;
    expect(visit().loginBan('alice')).toMatchObject({ of: 'account' });
  });

  it('count a failure at a known address for the peer all the same', () => {
    const { visit } = counters({ failedLogins: { ...limits.failedLogins, peer: { maxRetry: 2 } } });
    visit().succeeded('alice');
    visit().failed('alice');
    expect(
      visit()
        .failed('alice')
        ?.map(({ of }) => of),
    ).toEqual(['peer']);
    expect(visit().loginBan('alice')).toMatchObject({ of: 'peer' });
  });

  it('with nobody known hold everybody off', () => {
    const { visit } = counters({ failedLogins: { ...limits.failedLogins, knownTime: 0 } });
    visit().succeeded('alice');
    spray(visit, ['alice', 'alice', 'alice']);
    expect(visit().loginBan('alice')).toMatchObject({ of: 'account' });
  });
});

describe('the quota of a user', () => {
  it('stands in place of the limit of accounts, also where there is none', () => {
    const { visit } = counters({ failedLogins: { account: { maxRetry: 0, banTime: 30 } } });
    expect(visit('192.0.2.1').failed('alice', 2)).toEqual([{ of: 'account', who: 'alice', count: 1, relief: 0 }]);
    expect(visit('192.0.2.2').loginBan('alice', 2)).toBeUndefined();
    expect(visit('192.0.2.2').failed('alice', 2)).toMatchObject([{ count: 2, relief: 30_000 }]);
    expect(visit('192.0.2.3').loginBan('alice', 2)).toMatchObject({ of: 'account', failures: 2 });
    expect(visit().failed('bob', null)).toBeUndefined();
    expect(visit().loginBan('bob', null)).toBeUndefined();
  });

  it('may be higher than the limit', () => {
    const { visit } = counters({ failedLogins: { account: { maxRetry: 1 } } });
    visit().failed('alice', 3);
    visit().failed('alice', 3);
    expect(visit().loginBan('alice', 3)).toBeUndefined();
    visit().failed('bob', null);
    expect(visit().loginBan('bob', null)).toMatchObject({ of: 'account' });
  });

  it('spares known addresses as well', () => {
    const { visit } = counters({ failedLogins: { knownTime: 1000 } });
    visit().succeeded('alice', 1);
    expect(visit().failed('alice', 1)).toBeUndefined();
    expect(visit('192.0.2.2').failed('alice', 1)).toMatchObject([{ of: 'account' }]);
    expect([visit('192.0.2.3').loginBan('alice', 1)?.of, visit().loginBan('alice', 1)]).toEqual(['account', undefined]);
  });
});

describe('rates', () => {
  it('count messages and recipients of a peer, and tell when there is room again', () => {
    const { clock, visit } = counters({ rates: { peerMaxMessages: 2, peerMaxRecipients: 1, timeInterval: 10 } });
    const message = () => visit().message()?.[0];
    expect(message()).toEqual({ of: 'peer', who: '192.0.2.1', count: 1, relief: 0 });
    clock.now = 4000;
    expect(message()).toMatchObject({ count: 2, relief: 6000 });
    clock.now = 5000;
    // All but one of three must leave.
    expect(message()).toMatchObject({ count: 3, relief: 9000 });
    expect(visit().recipient()?.[0]).toMatchObject({ count: 1, relief: 10_000 });
    expect(visit('192.0.2.2').message()?.[0]).toMatchObject({ count: 1 });
    clock.now = 14_000;
    expect(message()).toMatchObject({ count: 2 });
  });

  it('count what one login sends, from wherever it does', () => {
    const { clock, visit } = counters({
      rates: { accountMaxMessages: 2, accountMaxRecipients: 1, peerMaxRecipients: 5, timeInterval: 10 },
    });
    expect(visit('192.0.2.1').message('alice')).toEqual([{ of: 'account', who: 'alice', count: 1, relief: 0 }]);
    expect(visit('192.0.2.2').message('alice')).toMatchObject([{ count: 2, relief: 10_000 }]);
    expect(visit('192.0.2.3').message('alice')).toMatchObject([{ count: 3 }]);
    expect([visit().message('bob')?.[0]?.count, visit().message()]).toEqual([1, undefined]);
    expect(visit('192.0.2.1').recipient('alice')).toMatchObject([
      { of: 'peer', who: '192.0.2.1', count: 1 },
      { of: 'account', who: 'alice', count: 1 },
    ]);
    expect(
      visit('192.0.2.2')
        .recipient('alice')
        ?.map(({ of, count }) => [of, count]),
    ).toEqual([
      ['peer', 1],
      ['account', 2],
    ]);
    expect(
      visit('192.0.2.2')
        .recipient()
        ?.map(({ of }) => of),
    ).toEqual(['peer']);
    clock.now = 10_000;
    expect(visit('192.0.2.3').message('alice')?.[0]?.count).toBe(1);
  });

  it('count messages from the null sender for a recipient when they were accepted, for a peer when they were tried', () => {
    const { clock, visit } = counters({
      nullSenders: { recipientMaxMessages: 2, peerMaxMessages: 9, timeInterval: 10 },
    });
    const counts = (address?: string, to = bounce) => {
      const reserved = visit(address).nullSender(to);
      reserved?.giveBack();
      return reserved?.rates.map(({ count }) => count);
    };
    expect(counts()).toEqual([1, 1]);
    expect(counts()).toEqual([2, 1]);
    visit().nullSender(bounce);
    clock.now = 1000;
    visit('192.0.2.2').nullSender(mailbox('alice@example.com'));
    expect(visit('192.0.2.3').nullSender(bounce)?.rates).toEqual([
      { of: 'peer', who: '192.0.2.3', count: 1, relief: 0 },
      { of: 'recipient', who: 'alice@example.com', count: 3, relief: 9000 },
    ]);
    expect(counts('192.0.2.3', mailbox('bob@example.com'))).toEqual([2, 1]);
    clock.now = 10_000;
    expect(counts('192.0.2.3')).toEqual([3, 3]);
  });

  it('have a place for a message from the null sender until it is decided, and give back the one that was not accepted', () => {
    const { visit } = counters({ nullSenders: { recipientMaxMessages: 2, timeInterval: 10 } });
    const [first, second, third] = [visit().nullSender(bounce), visit().nullSender(bounce), visit().nullSender(bounce)];
    const ofRecipient = (reserved: typeof first) => reserved?.rates.find(({ of }) => of === 'recipient')?.count;
    expect([first, second, third].map(ofRecipient)).toEqual([1, 2, 3]);
    third?.giveBack();
    second?.giveBack();
    expect(ofRecipient(visit().nullSender(bounce))).toBe(2);
  });
});

describe('what is not limited', () => {
  it('is not counted', () => {
    const { all, visit } = counters({});
    const one = visit();
    one.succeeded('alice');
    const answers = [one.ban(), one.loginBan('alice'), one.failed('alice'), one.message(), one.recipient()];
    expect([...answers, one.nullSender(bounce)]).toEqual(Array(6).fill(undefined));
    expect(all.remembered).toBe(0);
  });

  it('is not counted beside what is', () => {
    const { all, visit } = counters({ rates: { peerMaxMessages: 1 } });
    const one = visit();
    one.succeeded('alice');
    expect([one.failed('alice'), one.recipient(), one.nullSender(bounce)]).toEqual(Array(3).fill(undefined));
    expect(all.remembered).toBe(0);
    one.message();
    expect(all.remembered).toBe(1);
  });
});

describe('memory', () => {
  const everything: Limits = {
    failedLogins: { peer: { maxRetry: 2 }, account: { maxRetry: 9 }, overall: { maxRetry: 1_000_000, findTime: 1 } },
    rates: { peerMaxMessages: 9, peerMaxRecipients: 9 },
    nullSenders: { recipientMaxMessages: 9, peerMaxMessages: 9 },
  };
  const address = (index: number) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;

  it(
    'is bounded under 1,000,000 distinct peers, and accounts and recipients beyond what is kept; who is banned stays',
    { timeout: 60_000 },
    () => {
      const { clock, all, visit } = counters(everything);
      for (let time = 0; time < 2; time += 1) visit('192.0.2.1').failed('first');
      expect(visit('192.0.2.1').ban()).toBeDefined();
      let most = 0;
      for (let index = 0; index < 1_000_000; index += 1) {
        // Within every interval but that of the failed logins of everybody, so that nothing is forgotten for its age.
        clock.now = index / 20;
        const one = visit(address(index));
        const to = { raw: '', local: `r${index}`, domain: 'example.com' };
        // Full twice over by then, the rest is only about how many come.
        const isRich = index <= 2 * mostRemembered;
        one.failed(isRich ? `user${index}` : undefined);
        if (!isRich) continue;
        one.message();
        one.recipient();
        one.nullSender(to);
        one.succeeded(`user${index}`);
        if (index % 1000 === 0) most = Math.max(most, all.remembered);
      }
      // Overall is one key; known addresses are the seventh memory.
      expect(most).toBeLessThanOrEqual(7 * mostRemembered + 1);
      expect(all.remembered).toBe(7 * mostRemembered + 1);
      expect(visit('192.0.2.1').ban()).toMatchObject({ failures: 2 });
      expect(visit(address(999_999)).failed('x')?.[0]).toMatchObject({ of: 'peer', count: 2 });
      expect(visit(address(0)).failed('x')?.[0]).toMatchObject({ of: 'peer', count: 1 });
    },
  );

  it('lets go of a ban only when all are banned, the oldest first', () => {
    const memory = new Remembered();
    const until = { until: 1000, count: 1 };
    for (let index = 0; index < mostRemembered; index += 1) memory.ban(`b${index}`, until);
    expect(memory.size).toBe(mostRemembered);
    memory.ban('one more', until);
    expect(memory.size).toBe(mostRemembered);
    expect(['b0', 'b1', 'one more'].map((key) => memory.banned(key, 0) !== undefined)).toEqual([false, true, true]);
  });

  it('lets go of what has left its window, and of bans that are over, as others come', () => {
    const memory = new Remembered();
    for (let index = 0; index < 1000; index += 1) memory.add(`a${index}`, 0, 10);
    for (let index = 0; index < 1000; index += 1) memory.ban(`b${index}`, { until: 10, count: 1 });
    for (let index = 0; index < 1000; index += 1) memory.add(`c${index}`, 10, 10);
    expect(memory.size).toBe(1000);
  });

  it('counts a name by its first 255 characters, which is more than any user has', () => {
    const { visit } = counters({ failedLogins: { account: { maxRetry: 9 } } });
    expect(visit().failed('x'.repeat(1000))?.[0]?.who).toBe('x'.repeat(255));
  });
});
