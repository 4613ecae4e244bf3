import { createRequire } from 'node:module';
export const OLDEST_NODE = '20.10.0';
export function checkNodeVersion(host, outputs) {
    const version = host.versions.node;
    if (isAtLeast(version, OLDEST_NODE)) {
        return true;
    }
    const message = `This runner starts the action with Node.js ${version}, but the action needs Node.js ${OLDEST_NODE} or later: update the runner, or the image that its Node.js comes from.`;
    host.stdout.write(`::error title=The Node.js of this runner is too old::${message}\n`);
    host.exitCode = 1;
    try {
        const all = { outcome: 'failed', 'error-code': 'unsupported-node', ...outputs };
        const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`);
        loadFileSystem().appendFileSync(host.env['GITHUB_OUTPUT'] || '', lines.join(''));
    }
    catch {
    }
    return false;
}
function loadFileSystem() {
    return createRequire(import.meta.url)('node:fs');
}
function isAtLeast(version, oldest) {
    const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => parseInt(part, 10));
    const [oldestMajor = 0, oldestMinor = 0, oldestPatch = 0] = oldest.split('.').map(Number);
    if (major !== oldestMajor) {
        return major > oldestMajor;
    }
    return minor !== oldestMinor ? minor > oldestMinor : patch >= oldestPatch;
}
