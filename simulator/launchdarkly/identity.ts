import type { Call, Reply } from './exchange.ts';

const currentVersion = 20240415;

/**
 * `GET /api/v2/caller-identity`: who is calling, for access tokens and SDK keys alike. The
 * specification names the attributes but not their values; these are plausible ones.
 */
export function getCallerIdentity(call: Call): Reply {
  const { account, caller } = call;
  if (caller.kind === 'sdk-key' || caller.kind === 'mobile-key') {
    return {
      status: 200,
      body: {
        accountId: account.id,
        authKind: caller.kind === 'sdk-key' ? 'sdkKey' : 'mobileKey',
        ...(caller.project === undefined
          ? {}
          : { projectId: caller.project.id, projectName: caller.project.name }),
        ...(caller.environment === undefined
          ? {}
          : { environmentId: caller.environment.id, environmentName: caller.environment.name }),
      },
    };
  }
  return {
    status: 200,
    body: {
      accountId: account.id,
      authKind: 'token',
      // The tests of ldcli have "personal" and "server" for personal and service tokens.
      tokenKind: caller.kind === 'personal' ? 'personal' : 'server',
      serviceToken: caller.kind === 'service',
      ...(caller.name === undefined ? {} : { tokenName: caller.name }),
    },
  };
}

/** `GET /api/v2/versions`: `beta` is true when the beta header was sent. */
export function getVersions(call: Call): Reply {
  return {
    status: 200,
    body: {
      validVersions: [currentVersion],
      latestVersion: currentVersion,
      currentVersion,
      beta: call.apiVersion === 'beta',
    },
  };
}
