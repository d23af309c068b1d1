// Check `look-alike`: does the author only look like a protected domain?
import { headerRule } from '../messageWork.ts';

export const lookAlike = headerRule({
  name: 'look-alike',
  title: 'look-alike authors',
  leaf: 'lookAlike',
  reasons: { refuse: 'look-alike', defer: 'look-alike-later' },
});
