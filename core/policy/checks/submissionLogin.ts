// Check `submission-login`: has the client of a submission listener logged in before MAIL?
import type { Check } from '../check.ts';
import { constant } from '../constant.ts';

const found = { check: 'submission-login', setting: 'authentication.submissionLogin' } as const;

/** RFC 6409 section 4.3, RFC 4954 section 6: 530. */
export const submissionLogin: Check = {
  name: 'submission-login',
  title: 'login on submission',
  group: 'authentication',
  run: ({ settings, facts: { connection, session } }) => {
    const { role } = connection.listener;
    if (role === 'mx') return undefined;
    const value = settings.authentication.submissionLogin;
    if (session.user !== undefined) {
      const text = `logged in as ${session.user}`;
      return constant(settings, text, () => ({ ...found, action: 'record', value, text }));
    }
    if (!value) {
      const text = `a ${role} listener that does not ask for a login`;
      return constant(settings, text, () => ({ ...found, action: 'record', value, text }));
    }
    const text = `MAIL without a login on a ${role} listener`;
    return constant(settings, text, () => ({ ...found, action: 'refuse', reason: 'login-required', value, text }));
  },
};
