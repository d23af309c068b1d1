// Populations and worlds that cannot be played: each mistake is told with its place and its remedy.
import { describe, expect, test } from 'vitest';
import { problemText } from '../../core/formats/problem.ts';
import { scenarioOf } from '../../core/simulate/load.ts';

const head = `title: A crowd of clients
row: CON-01
kind: attack
role: mx
about: Many clients that come, are turned away and come again.
knobs: [flow.service.maxConnections]
presets: { hardened-mx: held }
`;
const simulated = 'world: { because: takes-too-long }\n';
const talk = 'talk: [{ hear: 220 }]\n';

/** Problems, without the name of the file. */
const problemsOf = (yaml: string) =>
  scenarioOf(yaml, 'a.yml', 'theme/a').problems.map((one) => problemText(one).replace('a.yml:', ''));

describe('a group that arrives', () => {
  const of = (clients: number, arrival: string) =>
    problemsOf(
      `${head}${simulated}${talk}population: { until: 1h, groups: [{ name: a, kind: bot, clients: ${clients}, from: 10.0.0.0/8, arrival: ${arrival} }] }\n`,
    );

  test('is not larger than memory holds at once', () => {
    expect(of(50_000, 'at-once')).toEqual([]);
    expect(of(50_001, 'at-once')).toEqual([
      expect.stringContaining(
        'the 50,001 clients of a arrive within 0 ms, and memory holds 50,000 at once. Let them arrive over 5 s or longer, or have fewer of them',
      ),
    ]);
    expect(of(1_000_000, '{ poisson: 20000 }')).toHaveLength(1);
    expect(of(1_000_000, '{ poisson: 10000 }')).toEqual([]);
  });
});

describe('a scenario for both worlds, or for real sockets,', () => {
  test('cannot have groups', () => {
    const groups = 'population: { until: 1h, groups: [{ name: a, kind: bot, clients: 5, from: 203.0.113.1 }] }\n';
    expect(problemsOf(head + talk + groups)).toEqual([
      '9:13: population: groups of clients, which live in virtual time. Write world: { because: takes-too-long }',
    ]);
    expect(problemsOf(`${head}${talk}${groups}world: { because: system-sockets }\n`)).toEqual([
      '9:13: population: groups of clients, which live in virtual time; world says system-sockets (It depends on how the system’s own TCP behaves), so it needs real time. Remove one of the two',
    ]);
    expect(problemsOf(head + simulated + talk + groups)).toEqual([]);
  });

  test('cannot have conditions of the network, in a case as little as for all', () => {
    expect(problemsOf(`${head}${talk}network: { latency: 40 }\n`)).toEqual([
      '9:10: network: conditions of the network, which real sockets do not have. Write world: { because: network-conditions }',
    ]);
    expect(problemsOf(`${head}${talk}cases: [{ name: slow, network: { bandwidth: 40 } }]\n`)).toEqual([
      '9:32: cases.0.network: conditions of the network, which real sockets do not have. Write world: { because: network-conditions }',
    ]);
    expect(problemsOf(`${head}${talk}network: { latency: 40 }\nworld: { because: network-conditions }\n`)).toEqual([]);
  });

  test('is judged case by case: a case has its own population and talk', () => {
    const long = `population: { clients: 3, oneByOne: true }\ntalk: [{ wait: 30s }]\n`;
    expect(
      problemsOf(
        `${head}${long}cases: [{ name: alone, population: { clients: 1 } }, { name: short, talk: [{ wait: 1 }] }]\n`,
      ),
    ).toEqual([]);
    expect(problemsOf(`${head}${long}cases: [{ name: all }]\n`)).toEqual([
      expect.stringMatching(/cases\.0.*: waits, pauses and patience of 1 min 30 s/),
    ]);
  });

  test('cannot have more clients than real sockets carry', () => {
    expect(problemsOf(`${head}${talk}population: { clients: 1001 }\n`)).toEqual([
      '9:24: population.clients: 1001 clients, more than real sockets carry in a run (1000). Write world: { because: too-many-peers }',
    ]);
    expect(problemsOf(`${head}${talk}population: { clients: 1000 }\n`)).toEqual([]);
  });

  test.each([
    ['[{ hear: 220 }, { wait: 61s }]', '1 min 1 s'],
    ['[{ hear: 220 }, { wait: 30s }, { expect: { reply: 421, within: 31s } }]', '1 min 1 s'],
    ['[{ hear: 220 }, { send: [a, b, c], pause: 2min }]', '4 min'],
    ['[{ starttls: { within: 2min } }]', '2 min'],
    ['[{ connect: { tls: { within: 2min } } }]', '2 min'],
    ['[{ tls: { within: 2min } }]', '2 min'],
  ])('cannot take longer than a minute: %s', (long, told) => {
    expect(problemsOf(`${head}talk: ${long}\n`)).toEqual([
      `8:7: talk: waits, pauses and patience of ${told}, longer than real sockets are waited for (1 min). Write world: { because: takes-too-long }`,
    ]);
    expect(problemsOf(`${head}${simulated}talk: ${long}\n`)).toEqual([]);
  });

  test('counts the waits of all its clients, and each case by itself', () => {
    const slow = `${head}population: { clients: 10, every: 6s }\ntalk: [{ hear: 220 }, { wait: 7s }]\n`;
    expect(problemsOf(slow)[0]).toMatch(/^9:7: talk: waits, pauses and patience of 1 min 1 s,/);
    expect(problemsOf(slow.replace('7s', '6s'))).toEqual([]);
    expect(problemsOf(slow.replace('every: 6s', 'oneByOne: true'))[0]).toMatch(/patience of 1 min 10 s,/);
    const cases = `${head}talk: [{ wait: 50s }]\ncases: [{ name: a, talk: [{ wait: 5s }] }, { name: b, talk: [{ wait: 5min }] }]\n`;
    expect(problemsOf(cases)).toEqual([expect.stringMatching(/^9:61: cases\.1\.talk: waits, .* 5 min,/)]);
  });
});

describe('a population is refused', () => {
  const group = 'name: flood, kind: bot, clients: 50, from: 203.0.113.0/24';
  const society = (members: string, more = '') =>
    `${head}${simulated}${talk}population:\n  until: 1h\n  groups:\n    - { ${members} }\n${more}`;
  const wrong = (members: string, more = '') => problemsOf(society(members, more));

  test('that is right: not', () => {
    expect(wrong(group)).toEqual([]);
    expect(wrong(`${group}, addresses: 3, arrival: { every: 1min }, retry: { after: [1min], giveUp: 1h }`)).toEqual([]);
  });

  test('that never ends, or ends at once', () => {
    expect(problemsOf(society(group).replace('  until: 1h\n', ''))[0]).toMatch(/^11:3: population\.until: /);
    expect(problemsOf(society(group).replace('1h', '0'))).toEqual([
      '11:10: population.until: it ends before it has begun. Write a span such as 24h',
    ]);
  });

  test.each([
    ['{ every: 2min }', '1 h 38 min'],
    ['{ poisson: 0.01 }', '1 h 23 min'],
    ['{ ramp: { from: 0, to: 0.01, over: 10min } }', '1 h 27 min'],
    ['{ diurnal: { mean: 0.01, swing: 0.5, peak: "10:00" } }', '1 h 23 min'],
  ])('whose clients cannot all arrive: %s', (arrival, takes) => {
    expect(wrong(`${group}, arrival: ${arrival}`)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^13:\\d+: population\\.groups\\.0\\.arrival: the 50 clients of flood take ${takes} to arrive, and it ends after 1 h\\. `,
        ),
      ),
    ]);
  });

  test('that begins when all is over', () => {
    expect(wrong(`${group}, begins: 1h`)).toEqual([
      '13:76: population.groups.0.begins: group flood begins when the population has ended, after 1 h. Begin earlier, or set until later',
    ]);
  });

  test('whose clients come again without end', () => {
    expect(wrong(`${group}, retry: { after: [1min, 0], giveUp: 1h }`)).toEqual([
      '13:91: population.groups.0.retry.after.1: clients of flood would come again without end at one moment. Let the last wait be longer than 0',
    ]);
    expect(wrong(`${group}, retry: { after: [1min, 10], giveUp: 1h }`)[0]).toMatch(
      /^13:91: population\.groups\.0\.retry\.after\.1: the 50 clients of flood would come 354,00\d times each: /,
    );
    expect(wrong(`${group}, retry: { after: [1min] }`)[0]).toMatch(/retry\.giveUp: expected /);
    const many = `${group.replace('clients: 50', 'clients: 100000').replace('203.0.113.0/24', '10.0.0.0/8')}, arrival: { every: 1 }`;
    expect(wrong(`${many}, retry: impatient`)).toEqual([
      '13:98: population.groups.0.retry: the 100,000 clients of flood would come 655 times each: it would hardly end. Let fewer clients come, or write longer waits',
    ]);
    expect(wrong(`${many}, retry: honest`)).toEqual([]);
    expect(wrong(`${group}, retry: impatient`)).toEqual([]);
  });

  test('whose network is too small for it, or is none', () => {
    expect(wrong(group.replace('/24', '/28'))).toEqual([
      '13:52: population.groups.0.from: 203.0.113.0/28 has too few addresses: 15, and clients are to come from 50 of it. Write a larger network, or fewer addresses',
    ]);
    expect(wrong(`${group.replace('/24', '/28')}, addresses: 15`)).toEqual([]);
    expect(wrong(group.replace('203.0.113.0/24', '[203.0.113.0/27, 198.51.100.0/27]'))).toEqual([]);
    expect(wrong(`${group}, addresses: 51`)[0]).toMatch(/addresses: 50 clients cannot have 51 addresses/);
    expect(wrong(group.replace('/24', '/33'))[0]).toMatch(/from: 203\.0\.113\.0\/33 is no network\. /);
  });

  test.each(['255.255.255.255', '239.1.2.0/24', 'ff02::1', '0.0.0.0', '::'])(
    'whose address no client can have: %s',
    (from) => {
      expect(wrong(group.replace('203.0.113.0/24', `'${from}'`))).toHaveLength(1);
      expect(problemsOf(`${head}${talk}from: '${from}'\n`)[0]).toMatch(/^9:7: from: /);
      expect(problemsOf(`${head}${talk}population: { clients: 3, from: '${from}' }\n`)[0]).toMatch(
        /: population\.from: /,
      );
    },
  );

  test('whose groups have one name, or that of several', () => {
    expect(wrong(`${group} }\n    - { ${group}`)).toEqual([
      '14:15: population.groups.1.name: two groups are called flood. Give each group a name of its own',
    ]);
    expect(wrong(group.replace('name: flood', 'name: bots'))[0]).toMatch(/name: bots stands for several groups/);
  });

  test('that has nothing to say, or does not know which', () => {
    const silent = society(group).replace(talk, '');
    expect(problemsOf(silent)).toEqual([
      '12:7: population.groups.0: group flood has nothing to say. Give it a talk or a mix, or the scenario a talk',
    ]);
    expect(problemsOf(silent.replace('kind: bot', 'kind: bot, talk: [{ hear: 220 }]'))).toEqual([]);
    const mix = 'mix: [{ name: a, share: 1, talk: [{ hear: 220 }] }, { name: b, share: 2, talk: [{ hear: 220 }] }]';
    expect(wrong(`${group}, ${mix}`)).toEqual([]);
    expect(wrong(`${group}, ${mix.replace('name: b', 'name: a')}`)[0]).toMatch(
      /groups\.0\.mix\.1\.name: two behaviours of flood are called a\./,
    );
    expect(wrong(`${group}, ${mix}, talk: [{ hear: 220 }]`)[0]).toMatch(/a talk and a mix of talks/);
    expect(wrong(`${group}, ${mix.replace('share: 1', 'share: 0')}`)[0]).toMatch(/mix\.0\.share: /);
  });

  test('whose clients are to meet', () => {
    const told = 'clients of groups do not meet. Remove the step, or write a wait';
    const meets = '[{ hear: 220 }, { meet: true }]';
    expect(wrong(`${group}, talk: ${meets}`)[0]).toContain(`population.groups.0.talk.1: ${told}`);
    expect(problemsOf(society(group).replace(talk, `talk: ${meets}\n`))).toEqual([`9:23: talk.1: ${told}`]);
    expect(problemsOf(`${head}talk: ${meets}\npopulation: { clients: 3 }\n`)).toEqual([]);
  });

  test('whose talks hold an escape that does not exist', () => {
    expect(wrong(`${group}, talk: [{ say: '\\q' }]`)[0]).toMatch(/population\.groups\.0\.talk\.0\.say: unknown escape/);
    const mix = `mix: [{ name: a, share: 1, talk: [{ hear: 220 }] }, { name: b, share: 2, talk: [{ say: '\\q' }] }]`;
    expect(wrong(`${group}, ${mix}`)[0]).toMatch(/population\.groups\.0\.mix\.1\.talk\.0\.say: unknown escape/);
  });

  test.each([
    [
      '{ of: food, served: { most: 0 } }',
      '14:18: population.expect.0.of: no group food. Write one of: all, bots, flood',
    ],
    ['{ of: citizens, waits: { most: 1h } }', 'of: no group is of kind citizen. Write one of: all, bots, flood'],
    ['{ served: {} }', 'population.expect.0.served: says neither least nor most. Write one of them, or both'],
    ['{ served: { least: 90 %, most: 9.5 % } }', 'served: nothing is at least 90 % and at most 9.5 %. Swap them'],
    ['{ tries: { least: 3, most: 2 } }', 'tries: nothing is at least 3 and at most 2. Swap them'],
  ])('that expects what cannot be: %s', (expectation, told) => {
    const [problem] = wrong(group, `  expect: [${expectation}]\n`);
    expect(problem).toContain(told);
  });
});
