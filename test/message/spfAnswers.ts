// Answers of SPF as other checks are given them.
import type { SpfAnswer } from '../../core/contract/senderAnswers.ts';

export function spf(
  domain: string,
  result: SpfAnswer['result'] = 'pass',
  identity: SpfAnswer['identity'] = 'mailfrom',
): SpfAnswer {
  return {
    kind: 'spf',
    result,
    identity,
    domain,
    lookups: 0,
    voids: 0,
    reading: 'strict',
    tree: { domain, result, terms: [] },
    questions: [],
    ms: 0,
  };
}
