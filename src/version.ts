/** The action's name, as the `User-Agent` and the log say it. */
export const ACTION_NAME = 'create-insight-group';

/** The action's version. A test keeps it equal to the one in `package.json`. */
export const VERSION = '1.0.0';
