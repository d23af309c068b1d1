// Check `access`: do the allow and deny rules let this address in?
import type { Finding } from '../../contract/verdict.ts';
import { evaluateAccess } from '../access.ts';
import type { Check } from '../check.ts';

export const access: Check = {
  name: 'access',
  title: 'access rules',
  group: 'access',
  run: ({ settings, facts: { connection } }): Finding => {
    const { allowed, rule, trace, because } = evaluateAccess(
      settings,
      connection.listenerIndex,
      connection.peer.address,
    );
    const found = {
      check: 'access',
      text: `${connection.peer.address}: ${because}`,
      setting: rule.path,
      value: rule.ipSet ?? rule.action,
      rule,
      rules: trace,
    };
    if (allowed) return { ...found, action: 'record' };
    // RFC 5321 section 3.1: 554 instead of 220 leaves the connection open for QUIT; 421 closes it (section 3.8).
    const { refusal } = settings.access;
    const evidence = { refusal };
    if (connection.listener.tls === 'implicit') {
      const silence = { refusal: 'silent, because TLS is implicit' };
      return { ...found, action: 'drop', reason: 'access-denied', silent: true, evidence: silence };
    }
    switch (refusal) {
      case '421':
        return { ...found, action: 'drop', reason: 'access-denied', evidence };
      case 'silent':
        return { ...found, action: 'drop', reason: 'access-denied', silent: true, evidence };
      case '554':
        return { ...found, action: 'refuse', reason: 'access-refused', evidence };
    }
  },
};
