import { checkNodeVersion } from './node-version.ts';

if (checkNodeVersion(process)) {
  // Not a static import: nothing else may be evaluated before an old Node.js has been told apart. Eager:
  // it stays in this file, since another one to read would slow down every start.
  const { run } = await import(/* webpackMode: "eager" */ './run.ts');
  await run();
}
