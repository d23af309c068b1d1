// Check `header-from`: is there exactly one From field?
import { headerRule } from '../messageWork.ts';

export const headerFrom = headerRule({
  name: 'header-from',
  title: 'number of From fields',
  rule: 'from',
  reasons: { refuse: 'header-from', defer: 'header-later' },
});
