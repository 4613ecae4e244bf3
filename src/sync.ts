import { checkNodeVersion } from './node-version.ts';

if (checkNodeVersion(process, { groups: '[]', counts: '{}' })) {
  // Not a static import: an old Node.js must not read what it can't understand.
  const { run } = await import('./run.ts');
  await run('sync');
}
