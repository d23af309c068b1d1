// Check `credentials`: did the login succeed?
import { assertNever } from '../../contract/never.ts';
import type { Finding } from '../../contract/verdict.ts';
import type { Check, PolicyContext } from '../check.ts';
import { allowed, ordinal } from '../wording.ts';

/** 535 for wrong credentials counts as a failed login; what is malformed or cancelled is 501 and does not (RFC 4954 section 4). */
export const credentials: Check = {
  name: 'credentials',
  title: 'login',
  group: 'authentication',
  run: ({ settings, facts: { login, session } }: PolicyContext): Finding | undefined => {
    if (login === undefined) return undefined;
    const check = 'credentials';
    const evidence: Record<string, string> = { mechanism: login.mechanism };
    if (login.user !== undefined) evidence.user = login.user;
    if (login.authzid !== undefined) evidence.authzid = login.authzid;
    if (login.principal !== undefined) evidence.principal = login.principal;
    if (login.binding !== undefined) evidence.binding = login.binding;
    if (login.detail !== undefined) evidence.private = login.detail;
    const { authzid } = login;
    const user = login.user === undefined ? '' : ` as ${login.user}${authzid === undefined ? '' : ` for ${authzid}`}`;
    switch (login.result) {
      case 'pending':
        return undefined;
      case 'ok':
        return { check, action: 'record', text: `logged in${user} with ${login.mechanism}`, evidence };
      case 'credentials': {
        const limit = settings.errors.maxAuthErrors;
        const value = session.failedLogins;
        return {
          check,
          action: 'refuse',
          reason: 'auth-failed',
          text: `${ordinal(value)} failed login${user} with ${login.mechanism}, ${allowed(limit)}`,
          setting: 'errors.maxAuthErrors',
          value: limit,
          counter: { name: 'failed logins', value, limit },
          evidence,
        };
      }
      case 'malformed':
        return {
          check,
          action: 'refuse',
          reason: 'auth-malformed',
          text: 'the exchange is malformed; this is no failed login',
          evidence,
        };
      case 'temporary':
        return {
          check,
          action: 'defer',
          reason: 'auth-unavailable',
          text: 'whoever checks the login does not answer; this is no failed login',
          evidence,
        };
      case 'cancelled':
        return {
          check,
          action: 'refuse',
          reason: 'auth-cancelled',
          text: 'the client cancelled; this is no failed login',
          evidence,
        };
      default:
        return assertNever(login.result);
    }
  },
};
