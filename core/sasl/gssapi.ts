// GSSAPI: a Kerberos ticket logs in, and no security layer is offered behind it (RFC 4752).
import { isUtf8 } from 'node:buffer';
import type { SaslSaid } from '../contract/event.ts';
import { maxToken } from './gss/messages.ts';
import { tokenKind } from './gss/token.ts';
import type { KerberosContext, KerberosFailure } from './kerberos.ts';
import { whenThere } from './later.ts';
import {
  denied,
  type Exchange,
  type ExchangeContext,
  type Failure,
  malformed,
  maxField,
  type Mechanism,
  type Step,
} from './mechanism.ts';

/** Tokens that a client may need to be accepted; Kerberos V5 takes one, or two with DCE style. */
const maxTokens = 8;

/** RFC 4752 section 3.3: bit mask of security layers; 1 is none, 2 integrity, 4 confidentiality. */
const noLayer = 1;
const layers: Readonly<Record<number, string>> = { 1: 'none', 2: 'integrity', 4: 'confidentiality' };

/** GSSAPI. The client speaks first: without an initial response it is asked with an empty challenge (RFC 4752 section 3.1). */
export const gssapi: Mechanism = {
  name: 'GSSAPI',
  start: (context) => new Login(context),
};

type State = 'token' | 'empty' | 'layer' | 'over';

interface Accepted {
  readonly principal: string;
  readonly realm: string;
}

class Login implements Exchange {
  readonly #context: ExchangeContext;
  readonly #kerberos: KerberosContext | undefined;
  #state: State = 'token';
  #tokens = 0;
  #isAsked = false;
  #isClosed = false;
  #accepted: Accepted = { principal: '', realm: '' };

  constructor(context: ExchangeContext) {
    this.#context = context;
    const { keytab, service } = context.settings.gssapi;
    this.#kerberos = context.kerberos?.open({ keytab, service });
  }

  async next(input: Buffer | null): Promise<Step> {
    const step = await this.#move(input);
    if (!('challenge' in step)) this.drop();
    return step;
  }

  drop(): void {
    this.#state = 'over';
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#kerberos?.close();
  }

  async #move(input: Buffer | null): Promise<Step> {
    const kerberos = this.#kerberos;
    if (kerberos === undefined) return { fail: 'temporary', detail: 'this host has no Kerberos' };
    if (input === null && this.#state === 'token' && !this.#isAsked) {
      this.#isAsked = true;
      return { challenge: Buffer.alloc(0) };
    }
    const bytes = input ?? Buffer.alloc(0);
    switch (this.#state) {
      case 'token':
        return { ...(await this.#accept(kerberos, bytes)), heard: heardToken(bytes) };
      case 'empty':
        if (bytes.length > 0) return malformed('the context is complete, but the client sent another token');
        return { ...(await this.#offer(kerberos)), heard: said('empty response', bytes) };
      case 'layer':
        return this.#chosen(kerberos, bytes);
      case 'over':
        return malformed('the exchange is over');
    }
  }

  /** RFC 4752 section 3.2: tokens until the context is complete. */
  async #accept(kerberos: KerberosContext, token: Buffer): Promise<Step> {
    // An empty token would have the library choose a mechanism itself.
    if (token.length === 0) return malformed('the token has no octets (RFC 4752 section 3.1)');
    if (token.length > maxToken) return malformed(`the token has more than ${maxToken} octets`);
    if (++this.#tokens > maxTokens) return malformed(`the context is not complete after ${maxTokens} tokens`);
    const taken = await kerberos.accept(token);
    if ('failed' in taken) return failure(taken, 'the ticket is refused');
    const challenge = Buffer.from(taken.token);
    const asks = said('context token', challenge, { token: tokenKind(challenge), octets: challenge });
    if (!taken.done) return { challenge, asks };
    this.#accepted = { principal: taken.principal ?? '', realm: taken.realm ?? '' };
    if (challenge.length === 0) return this.#offer(kerberos);
    this.#state = 'empty';
    return { challenge, asks };
  }

  /** RFC 4752 section 3.2: the layers we have and the most octets we take in one, which are 0 without a layer. */
  async #offer(kerberos: KerberosContext): Promise<Step> {
    const wrapped = await kerberos.wrap(Uint8Array.of(noLayer, 0, 0, 0));
    if ('failed' in wrapped) return failure({ ...wrapped, ours: true }, 'the security layers could not be told');
    const challenge = Buffer.from(wrapped);
    this.#state = 'layer';
    return { challenge, asks: said('security layers offered', challenge, { layers: 'none', 'most octets': '0' }) };
  }

  async #chosen(kerberos: KerberosContext, bytes: Buffer): Promise<Step> {
    const blind = said('security layer chosen', bytes, { token: tokenKind(bytes), octets: bytes });
    if (bytes.length === 0) return { ...malformed('no security layer is chosen'), heard: blind };
    if (bytes.length > maxToken) return { ...malformed(`the response has more than ${maxToken} octets`), heard: blind };
    const unwrapped = await kerberos.unwrap(bytes);
    if ('failed' in unwrapped) return { ...failure(unwrapped, 'the response is not the client’s'), heard: blind };
    const answer = Buffer.from(unwrapped);
    if (answer.length < 4)
      return { ...malformed('fewer than the 4 octets of layer and size (RFC 4752 section 3.1)'), heard: blind };
    const layer = answer[0] ?? 0;
    const name = answer.subarray(4);
    const isName = isUtf8(name) && name.length <= maxField && !name.includes(0);
    const heard = said('security layer chosen', bytes, {
      layer: layers[layer] ?? `bits ${layer.toString(2)}`,
      'most octets': String(answer.readUIntBE(1, 3)),
      authzid: isName ? name.toString() : name,
    });
    if (layer !== noLayer)
      return {
        ...malformed(`the client chose the security layer ${layers[layer] ?? layer}, which was not offered`),
        heard,
      };
    if (!isName) return { ...malformed('the authorisation identity is no name in UTF-8'), heard };
    return { ...(await this.#identify(name.toString())), heard };
  }

  async #identify(authzid: string): Promise<Step> {
    const { users, settings } = this.#context;
    const { principal, realm } = this.#accepted;
    const user = settings.gssapi.name === 'full' ? principal : localName(principal, realm);
    if (user === undefined)
      return {
        fail: 'credentials',
        detail: `${principal} is of another realm than our key (${realm}), or no name in it: only its full name could be a user (authentication.gssapi.name)`,
      };
    const isOther = authzid !== '' && authzid !== user && authzid !== principal;
    return whenThere(users.find(user), (found): Step => {
      if (found === 'ok') return { ok: { user, principal, ...(isOther && { authzid }) } };
      const failed = denied(user, found);
      return { ...failed, detail: `${principal} has a ticket, but: ${failed.detail}` };
    });
  }
}

/** `alice` of alice@REALM in our own realm; undefined for one of another realm, who is somebody else, and for no name. */
function localName(principal: string, realm: string): string | undefined {
  const end = `@${realm}`;
  const local = principal.endsWith(end) ? principal.slice(0, -end.length) : undefined;
  // The library writes line ends, tabs, backspaces and NULs as \n, \t, \b and \0 (krb5_unparse_name): no user has any.
  if (local === undefined || local === '' || /^(?:[^\\]|\\[^ntb0])*\\[ntb0]/.test(local)) return undefined;
  return local.replace(/\\(.)/g, '$1');
}

function failure({ failed, ours }: KerberosFailure, what: string): Failure {
  return ours === true
    ? { fail: 'temporary', detail: `Kerberos cannot say: ${failed}` }
    : { fail: 'credentials', detail: `${what}: ${failed}` };
}

const heardToken = (token: Buffer): SaslSaid =>
  said('client token', token, token.length === 0 ? {} : { token: tokenKind(token), octets: token });

/** Octets stand with their length alone. */
function said(what: string, message: Buffer, fields: Readonly<Record<string, string | Buffer>> = {}): SaslSaid {
  const read = Object.entries(fields).map(([name, value]) =>
    typeof value === 'string' ? { name, value } : { name, secret: value.length },
  );
  return { what, octets: message.length, fields: read };
}
