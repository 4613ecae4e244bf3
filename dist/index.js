import { checkNodeVersion } from './node-version.js';
if (checkNodeVersion(process, {
    created: 'false',
    drift: '[]',
    groups: '[]',
    counts: '{}',
    scores: '{}',
})) {
    const { run } = await import('./run.js');
    await run('create');
}
