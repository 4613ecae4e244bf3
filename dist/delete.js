import { checkNodeVersion } from './node-version.js';
if (checkNodeVersion(process, { deleted: 'false' })) {
    const { run } = await import('./run.js');
    await run('delete');
}
