import { checkNodeVersion } from './node-version.js';
if (checkNodeVersion(process, { groups: '[]', counts: '{}' })) {
    const { run } = await import('./run.js');
    await run('sync');
}
