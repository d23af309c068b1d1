// What a talk needs that the settings switch off: then a case does not apply, rather than fail for the wrong reason.
import type { MechanismName } from '../contract/mechanisms.ts';
import type { Handshake, Step } from '../contract/scenarioStep.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { effectiveSettings } from '../policy/effective.ts';
import { handshakeOf } from './handshake.ts';
import type { Login } from './login/mechanism.ts';
import { matcher, type Reply } from './reply.ts';
import type { SubjectListener } from './subject.ts';

export interface Where {
  readonly listener: SubjectListener;
  /** Why tickets cannot be accepted; undefined when they can. */
  readonly kerberos?: string | undefined;
}

/** Says what is missing: STARTTLS, or a login mechanism on the connection as it is then; undefined when nothing is. */
export function lacking(talk: readonly Step[], settings: Settings, where: Where): string | undefined {
  const at = new Connection(settings, where);
  for (const step of talk) {
    const missing = at.lacks(step);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** A connection as far as a talk has come. */
class Connection {
  readonly #listener: SubjectListener;
  readonly #offered: Settings['authentication'];
  readonly #unavailable: ReadonlyMap<string, string>;
  readonly #canStart: boolean;
  readonly #asksCertificate: boolean;
  #isSecured: boolean;
  #certificate: Handshake['certificate'];

  constructor(settings: Settings, { listener, kerberos }: Where) {
    const { role, tls } = listener;
    const listenerIndex = settings.listeners.findIndex((one) => one.enable && one.role === role && one.tls === tls);
    const place = { listenerIndex, address: '', kerberos };
    const { settings: effective, unavailable } = effectiveSettings(settings, place);
    this.#listener = listener;
    this.#offered = effective.authentication;
    this.#unavailable = new Map(unavailable.map(({ mechanism, why }) => [mechanism, why]));
    this.#canStart = tls === 'starttls' && effective.acceptance.extensions.startTls;
    this.#asksCertificate = settings.listeners[listenerIndex]?.security.clientCertificate !== 'off';
    this.#isSecured = tls === 'implicit';
  }

  lacks(step: Step): string | undefined {
    if ('starttls' in step) {
      if (!this.#canStart) return this.#noStartTls;
      this.#isSecured = true;
    }
    if ('connect' in step) this.#isSecured = this.#listener.tls === 'implicit' && step.connect.plain !== true;
    if ('tls' in step) this.#isSecured = step.tls !== 'off';
    if ('starttls' in step || 'connect' in step || 'tls' in step) this.#certificate = handshakeOf(step)?.certificate;
    if ('login' in step) return this.#lacksLogin(step.login);
    return 'mail' in step ? this.#lacksMail(step.mail) : undefined;
  }

  #lacksLogin(login: Login): string | undefined {
    if (isRefusalMeant(login, this.#isSecured)) return undefined;
    const missing = this.#notOffered(login.mechanism, this.#isSecured);
    if (missing !== undefined || login.fault !== 'downgrade') return missing;
    const taken = `${login.mechanism}-PLUS` as MechanismName;
    const bound = this.#notOffered(taken, this.#isSecured);
    return bound === undefined ? undefined : `nothing can have been taken out of the list: ${bound}`;
  }

  #lacksMail({ tls, user, method }: Extract<Step, { mail: unknown }>['mail']): string | undefined {
    if (tls && !this.#canStart && !this.#isSecured) return this.#noStartTls;
    if (user === undefined) return undefined;
    const isSecured = this.#isSecured || tls === true;
    if (method !== undefined) return this.#notOffered(method, isSecured);
    const isNone = isSecured && this.#offered.secured.length === 0;
    return isNone ? 'no login is offered on secured connections in these settings' : undefined;
  }

  #notOffered(mechanism: MechanismName, isSecured: boolean): string | undefined {
    const { clear, secured } = this.#offered;
    const list: readonly string[] = isSecured ? secured : clear;
    if (!list.includes(mechanism)) {
      const why = this.#unavailable.get(mechanism);
      const where = isSecured ? 'on secured connections' : 'in clear';
      return `${mechanism} is not offered ${where} in these settings${why === undefined ? '' : `: ${why}`}`;
    }
    if (mechanism !== 'EXTERNAL') return undefined;
    if (!this.#asksCertificate)
      return `EXTERNAL is not offered: the ${this.#listener.role} listener asks for no client certificate in these settings`;
    const isShown = this.#certificate !== undefined && this.#certificate !== 'none';
    return isShown ? undefined : 'EXTERNAL is not offered to a client that shows no certificate';
  }

  get #noStartTls(): string {
    return `the ${this.#listener.role} listener offers no STARTTLS in these settings`;
  }
}

/** What AUTH with a mechanism that is not offered is answered: not offered, nothing is, TLS first. */
const refusals: readonly Reply[] = [
  { code: 504, enhanced: '5.5.4' },
  { code: 502, enhanced: '5.5.1' },
  { code: 530, enhanced: '5.7.0' },
].map((one) => ({ ...one, lines: [], bytes: '', at: 0 }));

/** The refusal is what is to be heard; or, in clear, nothing is said of what is, so that it may be. */
function isRefusalMeant({ hear }: Login, isSecured: boolean): boolean {
  if (hear === undefined) return !isSecured;
  return refusals.some(matcher(hear));
}
