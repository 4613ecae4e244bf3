/** One action of this repository. The paths are relative to the root. */
export interface ActionFiles {
  /** How a workflow names it, without the version. */
  readonly uses: string;
  /** Its folder, which is the root's own for the main action. */
  readonly folder: string;
  readonly manifest: string;
  readonly types: string;
  readonly readme: string;
}

/** The actions of this repository, the main one first. */
export const ACTIONS: readonly ActionFiles[] = ['', 'delete', 'sync'].map((name) => {
  const prefix = name === '' ? '' : `${name}/`;
  return {
    uses: `org/create-insight-group${name === '' ? '' : `/${name}`}`,
    folder: name === '' ? '.' : name,
    manifest: `${prefix}action.yml`,
    types: `${prefix}action-types.yml`,
    readme: `${prefix}README.md`,
  };
});
