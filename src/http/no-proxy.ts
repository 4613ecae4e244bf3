/**
 * Whether `noProxy` lists the target, which is then reached without a proxy. The rules are undici's:
 * entries are separated by commas or blanks; a host stands for its subdomains as well, `*.host` for these
 * alone, `*` for every host; a port narrows an entry down to that port. A test holds this against undici's
 * `EnvHttpProxyAgent`, which tells nobody what it decided.
 */
export function isBypassed({ protocol, hostname, port }: URL, noProxy: string): boolean {
  const host = hostname.replace(/^\[(.+)\]$/, '$1').replace(/(?<=.)\.$/, '');
  const targetPort = Number(port) || (protocol === 'https:' ? 443 : 80);
  return noProxy
    .split(/[,\s]/)
    .filter((entry) => entry !== '')
    .map(parseNoProxyEntry)
    .some((entry) => {
      if (entry.port !== 0 && entry.port !== targetPort) {
        return false;
      }
      return (
        entry.host === '*' ||
        (!entry.isWildcard && host === entry.host) ||
        host.endsWith(`.${entry.host}`)
      );
    });
}

function parseNoProxyEntry(entry: string) {
  // An IPv6 address has colons of its own, so its port needs brackets around the address.
  const withPort = /^\[(.+)\]:(\d+)$/.exec(entry) ?? /^([^:]+):(\d+)$/.exec(entry);
  const host = withPort?.[1] ?? entry.replace(/^\[(.+)\]$/, '$1');
  return {
    host: host
      .replace(/^\*?\./, '')
      .replace(/(?<=.)\.$/, '')
      .toLowerCase(),
    port: Number(withPort?.[2] ?? 0),
    isWildcard: entry.startsWith('*'),
  };
}
