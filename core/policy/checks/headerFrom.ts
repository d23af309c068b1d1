// Check `header-from`: is there one From field, and no other?
import { headerRule } from '../messageWork.ts';

export const headerFrom = headerRule({
  name: 'header-from',
  title: 'several From fields',
  leaf: 'from',
  reasons: { refuse: 'header-from', defer: 'header-later' },
});
