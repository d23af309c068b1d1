// What is wrong with the logins of a file: faults a mechanism cannot have, members it does not use or cannot do without.
import type { Scenario } from '../contract/scenario.ts';
import { isSociety, type Population } from '../contract/scenarioPopulation.ts';
import type { Step } from '../contract/scenarioStep.ts';
import { worldsOf } from '../contract/scenarioWorld.ts';
import type { Login } from './login/mechanism.ts';
import { clientMechanisms } from './login/mechanisms.ts';
import type { Mistake, Placed } from './mistake.ts';

type Path = Mistake['path'];

/** The mistakes of all logins, each once, whichever of its cases play it. */
export function loginMistakes(scenario: Scenario): Mistake[] {
  return [
    ...talksOf(scenario).flatMap(({ path, value, before }) => inTalk(path, value, before)),
    ...realOnlyMistakes(scenario),
  ];
}

export interface PlacedTalk extends Placed<readonly Step[]> {
  /** What is played in front of it. */
  readonly before: readonly Step[];
}

/** Every talk that is written, in its place. */
export function talksOf({ opening = [], talk, closing, population, cases = [] }: Scenario): PlacedTalk[] {
  const placed = (path: Path, value: readonly Step[] | undefined, before = opening): PlacedTalk[] =>
    value === undefined ? [] : [{ path, value, before }];
  const own = [
    ...placed(['talk'], talk),
    ...ofGroups(['population'], population).flatMap(({ path, value }) => placed(path, value)),
    ...cases.flatMap((one, index) => [
      ...placed(['cases', index, 'talk'], one.talk),
      ...ofGroups(['cases', index, 'population'], one.population).flatMap(({ path, value }) => placed(path, value)),
    ]),
  ];
  // What closes every talk has all of it before it; where talks differ, the first that has logged in will do.
  const inFront = own.map(({ value }) => value).find((steps) => loginsOf(steps).length > 0) ?? [];
  return [...placed(['opening'], opening, []), ...own, ...placed(['closing'], closing, [...opening, ...inFront])];
}

/** The talks that groups have of their own. */
export function ofGroups(path: Path, population: Population | undefined): Placed<readonly Step[]>[] {
  if (population === undefined || !isSociety(population)) return [];
  return population.groups.flatMap(({ talk, mix = [] }, index) => {
    const at = [...path, 'groups', index];
    const mixed = mix.map((one, place) => ({ path: [...at, 'mix', place, 'talk'], value: one.talk }));
    return [{ path: [...at, 'talk'], value: talk }, ...mixed].flatMap(({ path: place, value }) =>
      value === undefined ? [] : [{ path: place, value }],
    );
  });
}

const loginsOf = (talk: readonly Step[]) => talk.flatMap((step) => ('login' in step ? [step.login] : []));

function inTalk(path: Path, talk: readonly Step[], before: readonly Step[]): Mistake[] {
  let last = loginsOf(before).at(-1);
  return talk.flatMap((step, index) => {
    if ('mail' in step) return mailMistakes([...path, index, 'mail'], step.mail);
    if (!('login' in step)) return [];
    const found = inLogin([...path, index, 'login'], step.login, last);
    last = step.login;
    return found;
  });
}

function inLogin(path: Path, login: Login, before: Login | undefined): Mistake[] {
  const { mechanism, fault, initial } = login;
  const { takes, faults, initial: usual } = clientMechanisms[mechanism];
  const found: Mistake[] = [];
  const wrong = (member: string, message: string, remedy: string) =>
    void found.push({ path: [...path, member], message, remedy });
  for (const member of ['password', 'token', 'authzid', 'binding'] as const) {
    if (takes.includes(member) || login[member] === undefined) continue;
    const kinds = Object.entries(clientMechanisms).filter(([, one]) => one.takes.includes(member));
    const which = kinds.map(([name]) => name).join(', ');
    wrong(member, `${mechanism} has no ${member}`, `Remove it; these have one: ${which}`);
  }
  for (const member of ['password', 'token'] as const)
    if (takes.includes(member) && login[member] === undefined && fault !== 'cancel' && fault !== 'replay')
      found.push({
        path,
        message: `${mechanism} needs a ${member}`,
        remedy: `Write ${member}: and what is sent as such`,
      });
  if (fault !== undefined && !faults.includes(fault))
    wrong('fault', `${mechanism} cannot have the fault ${fault}`, `It can have: ${faults.join(', ')}`);
  if (initial === true && usual === 'never')
    wrong(
      'initial',
      `in ${mechanism} the server speaks first, so no response can stand in the AUTH command (RFC 4954 section 4)`,
      'Remove it; the fault wrong-order sends the response there all the same',
    );
  if (initial === true && fault === 'cancel' && isOneResponse(login))
    wrong(
      'initial',
      `after the response of ${mechanism} nothing is asked that could be cancelled`,
      'Write initial: false',
    );
  if (initial === false && fault === 'wrong-order' && usual === 'never')
    wrong('initial', `with wrong-order the response of ${mechanism} stands in the AUTH command`, 'Remove it');
  if (fault === 'replay') found.push(...beforeMistakes([...path, 'fault'], login, before));
  if (login.asked !== undefined) found.push(...beforeMistakes([...path, 'asked'], login, before));
  return found;
}

/** What is left of these when their one response stands in the AUTH command is the end. */
const isOneResponse = ({ mechanism }: Login) => ['PLAIN', 'EXTERNAL', 'XOAUTH2', 'OAUTHBEARER'].includes(mechanism);

/** There must be a login before it to replay or to compare with, with the same mechanism. */
function beforeMistakes(at: Path, { mechanism }: Login, before: Login | undefined): Mistake[] {
  if (before === undefined)
    return [
      {
        path: at,
        message: 'there is no login before it in the talk',
        remedy: `Put a login with ${mechanism} before it`,
      },
    ];
  if (before.mechanism !== mechanism)
    return [
      {
        path: at,
        message: `the login before it uses ${before.mechanism}, so its responses say nothing in ${mechanism}`,
        remedy: `Write mechanism: ${before.mechanism}`,
      },
    ];
  return [];
}

type Mail = Extract<Step, { mail: unknown }>['mail'];

function mailMistakes(path: Path, { user, password, token, method }: Mail): Mistake[] {
  const found: Mistake[] = [];
  if (user === undefined && method !== undefined)
    found.push({
      path: [...path, 'method'],
      message: 'there is no user to log in',
      remedy: 'Write user:, or remove it',
    });
  if (method !== 'XOAUTH2' && token !== undefined)
    found.push({
      path: [...path, 'token'],
      message: 'only XOAUTH2 has a token',
      remedy: 'Write method: XOAUTH2, or remove it',
    });
  if (method === 'XOAUTH2' && token === undefined)
    found.push({ path, message: 'XOAUTH2 needs a token', remedy: 'Write token: and what is sent as such' });
  if (method === 'XOAUTH2' && password !== undefined)
    found.push({ path: [...path, 'password'], message: 'XOAUTH2 has no password', remedy: 'Remove it' });
  return found;
}

/** Mechanisms that need processes of their own are not for virtual time. */
function realOnlyMistakes(scenario: Scenario): Mistake[] {
  if (!worldsOf(scenario.world).includes('simulated')) return [];
  return talksOf(scenario).flatMap(({ path, value }) =>
    value.flatMap((step, index): Mistake[] => {
      const why = 'login' in step ? clientMechanisms[step.login.mechanism].realOnly : undefined;
      if (why === undefined) return [];
      const at = [...path, index, 'login', 'mechanism'];
      return [{ path: at, message: why, remedy: 'Write world: { because: other-threads }' }];
    }),
  );
}
