export const id = 307;
export const ids = [307];
export const modules = {

/***/ 3307:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  parseGroupsFile: () => (/* binding */ parseGroupsFile)
});

// EXTERNAL MODULE: ./build/node_modules/zod/minified.js
var minified = __webpack_require__(898);
// EXTERNAL MODULE: ./build/inputs/rules.js
var rules = __webpack_require__(1671);
// EXTERNAL MODULE: ./build/inputs/selector.js
var inputs_selector = __webpack_require__(5571);
// EXTERNAL MODULE: ./build/inputs/template.js
var template = __webpack_require__(968);
;// CONCATENATED MODULE: ./build/inputs/groups-file-schema.js




const MAX_ENTRIES = 1_000;
const KEY_TEMPLATE = '^\\s*(?:[a-zA-Z0-9]|\\{(?:project|environment)\\})(?:[a-zA-Z0-9_.-]|\\{(?:project|environment)\\})*\\s*$';
const NAME_CHARACTER = '[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029{}]';
const NAME_TEMPLATE = `^\\s*(?!\\s)(?:${NAME_CHARACTER}|\\{(?:project|environment)(?:-name)?\\})+\\s*$`;
const KEY_OR_PATTERN = '!?[a-zA-Z0-9*?][a-zA-Z0-9_.*?-]*';
const APPLICATION = '[a-zA-Z0-9_.-]+';
function listOf(item) {
    return `[\\s,]*${item}(?:[^\\S\\n]*[\\n,][\\s,]*${item})*[\\s,]*`;
}
function ruledText(rule, pattern) {
    return minified/* pipe */.Fs(minified/* string */.Yj('expected text').check(minified/* meta */.mI({ pattern })), minified/* transform */.pd((text, context) => applyRule(rule(text.trim()), context)));
}
function ruledList(rule, { pattern, minItems }) {
    return minified/* pipe */.Fs(minified/* array */.YO(minified/* string */.Yj('expected text').check(minified/* meta */.mI({ pattern })), 'expected a list')
        .check(minified/* meta */.mI(minItems === undefined ? {} : { minItems })), minified/* transform */.pd((items, context) => applyRule(rule(items.map((item) => item.trim())), context)));
}
function applyRule(ruling, context) {
    if (ruling.kind === 'valid') {
        return ruling.value;
    }
    for (const { message, item } of ruling.problems) {
        context.issues.push({
            code: 'custom',
            message,
            input: undefined,
            ...(Array.isArray(context.value) && item !== undefined ? { path: [item] } : {}),
            continue: true,
        });
    }
    return minified/* NEVER */.tm;
}
function described(schema, description) {
    return minified/* optional */.lq(schema).check(minified/* describe */.q0(description));
}
const selector = minified/* union */.KC([
    ruledText(inputs_selector/* parseSelector */.Pl, `^${listOf(KEY_OR_PATTERN)}$`),
    ruledList(inputs_selector/* checkSelector */.SD, { pattern: `^\\s*${KEY_OR_PATTERN}\\s*$`, minItems: 1 }),
], 'expected text or a list');
const shared = {
    name: described(ruledText(template/* parseNameTemplate */.LV, NAME_TEMPLATE), 'The display name. May hold {project}, {environment}, {project-name} and {environment-name}.'),
    project: described(selector, 'The key of the project, or several keys and patterns: * and ? are wildcards, ! in front excludes.'),
    environment: described(selector, 'The key of the environment, or several keys and patterns: * and ? are wildcards, ! in front excludes.'),
    applications: described(minified/* union */.KC([
        ruledText(rules/* parseApplications */.r8, `^(?:${listOf(APPLICATION)}|[\\s,]*|\\s*\\[[\\s\\S]*\\]\\s*)$`),
        ruledList(rules/* checkApplications */.qs, { pattern: `^\\s*${APPLICATION}\\s*$` }),
    ], 'expected text or a list'), 'The keys of the applications to score. All applications when left out.'),
};
const defaultsSchema = minified/* strictObject */.re(shared, 'expected name, project, environment or applications');
const entrySchema = minified/* strictObject */.re({
    key: ruledText(template/* parseKeyTemplate */.lO, KEY_TEMPLATE).check(minified/* describe */.q0('The key, unique in the whole LaunchDarkly account. May hold {project} and {environment}.')),
    ...shared,
    state: described(minified/* enum */.k5(['present', 'absent'], 'expected present or absent'), 'Set to absent to delete the group. Nothing else ever deletes one.'),
}, 'expected an entry with key, name, project and environment');
const groupsFileSchema = minified/* strictObject */.re({
    defaults: minified/* nullish */.cl(defaultsSchema)
        .check(minified/* describe */.q0('What entries say unless they say something else.')),
    groups: minified/* nullish */.cl(minified/* array */.YO(entrySchema, 'expected a list of entries, each of which starts with "- "')
        .check(minified/* maxLength */.Ru(MAX_ENTRIES, `has more than ${MAX_ENTRIES} entries; split the file, one step for each part`)))
        .check(minified/* describe */.q0('The insight groups that should exist, or be absent.')),
}, 'expected a map with groups and, if need be, defaults')
    .check(minified/* meta */.mI({ title: 'LaunchDarkly insight groups' }));

// EXTERNAL MODULE: ./build/inputs/groups-file-text.js
var groups_file_text = __webpack_require__(1845);
// EXTERNAL MODULE: ./build/inputs/key-claims.js
var key_claims = __webpack_require__(4725);
// EXTERNAL MODULE: ./build/node_modules/yaml/minified.js
var yaml_minified = __webpack_require__(4408);
;// CONCATENATED MODULE: ./build/inputs/yaml-errors.js
function describeSyntaxError({ code, message }) {
    switch (code) {
        case 'TAB_AS_INDENT':
            return 'tabs are not allowed as indentation in YAML; use spaces';
        case 'BLOCK_AS_IMPLICIT_KEY':
            return 'quote the value: a colon followed by a space starts another key in YAML';
        case 'MULTILINE_IMPLICIT_KEY':
            return 'a colon is missing after the key';
        case 'BAD_SCALAR_START':
            return `quote it: ${message.slice(-1)} cannot start a value in YAML`;
        case 'BAD_DQ_ESCAPE':
            return `${message.replace(/^I/, 'i')}; use single quotes to take a backslash as it is`;
        case 'NON_STRING_KEY':
            return 'a key must be text; if a value was meant, quote it';
        case 'RESOURCE_EXHAUSTION':
            return 'is nested too deeply';
        case 'BAD_DIRECTIVE':
            return `${message}; directives are not needed here`;
        case 'MISSING_CHAR':
            return describeMissing(message);
        case 'UNEXPECTED_TOKEN':
            return message.endsWith('at node end')
                ? 'unexpected text after the end of the value; quote the whole value'
                : message;
        case 'BAD_INDENT':
            return message.startsWith('Flow ')
                ? `a bracket is not closed, or its content is not indented: ${message.slice(-1)} is missing`
                : message;
        default:
            return message;
    }
}
function describeMissing(message) {
    if (message.startsWith('Missing closing')) {
        return 'the quote that starts here is not closed';
    }
    if (message.startsWith('Implicit map keys')) {
        return 'a colon is missing after the key';
    }
    return message === 'Sequence item without - indicator'
        ? 'the indentation fits neither the list above nor its items; align the keys of an entry'
        : message;
}

;// CONCATENATED MODULE: ./build/inputs/located-yaml.js


function parseLocatedYaml(text) {
    const lines = new yaml_minified/* LineCounter */.HN();
    const documents = (0,yaml_minified/* parseAllDocuments */.hR)(text, {
        schema: 'failsafe',
        merge: false,
        stringKeys: true,
        uniqueKeys: false,
        prettyErrors: false,
        lineCounter: lines,
    });
    const toPosition = (offset) => {
        const { line, col } = lines.linePos(Math.min(offset, text.length));
        return line === 0 ? { line: 1, column: col + 1 } : { line, column: col };
    };
    const reader = new NodeReader(text, toPosition);
    const errors = 'empty' in documents ? documents : documents[0];
    const root = 'empty' in documents ? undefined : readRoot(documents[0], reader);
    const known = new Set(reader.problems.map(({ line }) => line));
    const syntaxProblems = [];
    for (const error of [...(errors?.errors ?? []), ...(errors?.warnings ?? [])]) {
        const position = error.message.startsWith('Missing closing')
            ? reader.lastQuoteAt
            : toPosition(error.pos[0]);
        if (!known.has(position.line)) {
            known.add(position.line);
            syntaxProblems.push({ ...position, path: '', message: describeSyntaxError(error) });
        }
    }
    const second = 'empty' in documents ? undefined : documents[1];
    if (second !== undefined) {
        const message = 'a second document starts here; the file must have only one';
        reader.problems.push({ ...toPosition(findDocumentStart(second, text)), path: '', message });
    }
    return { root, syntaxProblems, otherProblems: reader.problems };
}
function readRoot(document, reader) {
    const contents = document?.contents;
    const isTooDeep = document?.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION') === true;
    return contents == null || isTooDeep ? undefined : reader.read(contents, '');
}
function findDocumentStart(document, text) {
    const start = text.lastIndexOf('---', document.range[0]);
    return start === -1 ? document.range[0] : start;
}
class NodeReader {
    problems = [];
    lastQuoteAt = { line: 1, column: 1 };
    #text;
    #toPosition;
    constructor(text, toPosition) {
        this.#text = text;
        this.#toPosition = toPosition;
    }
    read(node, path) {
        if ((0,yaml_minified/* isAlias */.Vj)(node)) {
            const at = this.#locate(node);
            this.#report(at, path, 'quote it: * is an alias in YAML, and aliases are not supported here');
            return { kind: 'unusable', at };
        }
        if (!((0,yaml_minified/* isScalar */.jn)(node) || (0,yaml_minified/* isMap */.jh)(node) || (0,yaml_minified/* isSeq */.oP)(node))) {
            return { kind: 'blank', at: this.#toPosition(0) };
        }
        const at = this.#locate(node);
        const start = node.range?.[0] ?? 0;
        if (node.anchor !== undefined) {
            const before = this.#toPosition(this.#text.lastIndexOf(`&${node.anchor}`, start));
            const message = 'quote it: & is an anchor in YAML, and anchors are not supported here';
            this.#report(before, path, message);
            return { kind: 'unusable', at };
        }
        if (node.tag !== undefined) {
            const before = this.#toPosition(this.#findTag(start));
            this.#report(before, path, 'quote it: ! is a tag in YAML, and tags are not supported here');
            return { kind: 'unusable', at };
        }
        if ((0,yaml_minified/* isSeq */.oP)(node)) {
            const items = node.items.map((item, index) => this.read(item, `${path}[${index}]`));
            return { kind: 'list', items, isFlow: node.flow === true, at };
        }
        return (0,yaml_minified/* isMap */.jh)(node)
            ? this.#readMembers(node.items, at, path, node.flow === true)
            : this.#readScalar(node, at);
    }
    #readScalar(node, at) {
        if (node.type !== 'PLAIN') {
            this.lastQuoteAt = at;
        }
        return node.source === '' && node.type === 'PLAIN'
            ? { kind: 'blank', at }
            : { kind: 'text', text: String(node.value), at };
    }
    #readMembers(pairs, at, path, isFlow) {
        const members = new Map();
        for (const pair of pairs) {
            this.#readMember(pair, path, members);
        }
        return { kind: 'map', members, isFlow, at };
    }
    #readMember({ key, value }, path, members) {
        const located = this.read(key, path);
        if (located.kind === 'unusable') {
            return;
        }
        const name = located.kind === 'text' ? located.text : '';
        const memberPath = path === '' ? name : `${path}.${name}`;
        if (name === '<<') {
            const message = 'merge keys are not supported here; use defaults, or write the values out';
            this.#report(located.at, memberPath, message);
            return;
        }
        const first = members.get(name);
        if (first !== undefined) {
            const message = `is set twice; the first time on line ${first.keyAt.line}`;
            this.#report(located.at, memberPath, message);
            return;
        }
        const isMissing = value === null || value === undefined;
        members.set(name, {
            keyAt: located.at,
            value: isMissing ? { kind: 'blank', at: located.at } : this.read(value, memberPath),
        });
    }
    #findTag(start) {
        let at = this.#text.lastIndexOf('!', start - 1);
        while (at > 0 && /[^\s,[{]/.test(this.#text.charAt(at - 1))) {
            at -= 1;
        }
        return Math.max(at, 0);
    }
    #locate(node) {
        return this.#toPosition(node.range?.[0] ?? 0);
    }
    #report(at, path, message) {
        this.problems.push({ ...at, path, message });
    }
}

// EXTERNAL MODULE: ./build/did-you-mean.js + 1 modules
var did_you_mean = __webpack_require__(3863);
// EXTERNAL MODULE: ./build/inputs/input-defaults.js
var input_defaults = __webpack_require__(3459);
;// CONCATENATED MODULE: ./build/inputs/schema-issues.js




function describeIssues(issues, root) {
    return issues.flatMap((issue) => describeIssue(issue, issue.path, root));
}
function describeIssue(issue, path, root) {
    if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => ({
            ...(find(root, path, key)?.keyAt ?? root.at),
            path: formatPath([...path, key]),
            message: describeUnknownKey(key, path),
            role: 'independent',
        }));
    }
    const found = find(root, path.slice(0, -1), path.at(-1));
    const node = found?.value;
    if (issue.code === 'invalid_union' && node?.kind === 'list') {
        const inner = issue.errors.find((errors) => errors.every((each) => each.path.length > 0)) ?? [];
        return inner.flatMap((each) => describeIssue(each, [...path, ...each.path], root));
    }
    if (node === undefined) {
        return [schema_issues_describeMissing(path, root)];
    }
    return describeValue(issue, { node, at: node.kind === 'blank' ? found?.keyAt : node.at, path });
}
function schema_issues_describeMissing(path, root, message = rules/* IS_REQUIRED */.pX) {
    const parent = find(root, path.slice(0, -2), path.at(-2))?.value ?? root;
    return { ...parent.at, path: formatPath(path), message, role: 'assumes-structure' };
}
function describeValue({ code, message }, { node, at = node.at, path }) {
    const tell = (sentence, role = 'independent') => [{ ...at, path: formatPath(path), message: sentence, role }];
    if (code === 'custom' || code === 'too_big') {
        return tell(message);
    }
    switch (node.kind) {
        case 'unusable':
            return [];
        case 'blank':
            return tell(`is blank; ${message}`);
        case 'list':
            return isTextInBrackets(node, message)
                ? tell('quote it: [ starts a list in YAML', 'explains-syntax')
                : tell(`is a list; ${message}`);
        case 'map':
            return isTextInBrackets(node, message)
                ? tell('quote it: { starts a map in YAML', 'explains-syntax')
                : tell(`is a map; ${message}`);
        case 'text':
            return tell(`"${shorten(node.text)}" is not valid; ${message}${suggest(node.text, path)}`);
    }
}
function isTextInBrackets(node, message) {
    return node.isFlow && message === 'expected text';
}
function suggest(text, path) {
    if (path.at(-1) === 'state') {
        return (0,did_you_mean/* didYouMean */.a)(text, ['present', 'absent']);
    }
    return path.length === 2 && text.includes(':') ? '. Is the space after a colon missing?' : '';
}
const MAX_QUOTED_LENGTH = 80;
function shorten(text) {
    return text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text;
}
const FILE_MEMBERS = Object.keys(groupsFileSchema.shape);
const DEFAULTS_MEMBERS = Object.keys(defaultsSchema.shape);
const ENTRY_MEMBERS = Object.keys(entrySchema.shape);
const STEP_INPUTS = Object.keys({ ...input_defaults/* SYNC_DEFAULTS */.Z4, ...input_defaults/* COMMON_DEFAULTS */.L2 });
function describeUnknownKey(key, path) {
    if (key === 'if-exists') {
        return 'has no place in a file: a group that exists is always updated to what the file says';
    }
    if (STEP_INPUTS.includes(key)) {
        return 'is an input of the step; set it under with: in the workflow';
    }
    if (path.length === 0) {
        return ENTRY_MEMBERS.includes(key)
            ? 'belongs in an entry of groups, or under defaults'
            : describeUnknownWord(key, FILE_MEMBERS);
    }
    if (path[0] === 'defaults') {
        if (key === 'key') {
            return 'has no default: each entry needs a key of its own';
        }
        return key === 'state'
            ? 'has no default: nothing is deleted unless its own entry says so'
            : describeUnknownWord(key, DEFAULTS_MEMBERS);
    }
    return describeUnknownWord(key, ENTRY_MEMBERS);
}
function describeUnknownWord(key, known) {
    const suggestion = (0,did_you_mean/* didYouMean */.a)(key, known);
    return `is not known here${suggestion || `; expected ${known.slice(0, -1).join(', ')} or ${known.at(-1)}`}`;
}
function find(root, parent, last) {
    let found = { value: root };
    for (const step of last === undefined ? [] : [...parent, last]) {
        const value = found?.value;
        if (value?.kind === 'map') {
            found = value.members.get(String(step));
        }
        else if (value?.kind === 'list' && typeof step === 'number') {
            const item = value.items[step];
            found = item && { value: item };
        }
        else {
            return undefined;
        }
    }
    return found;
}
function formatPath(path) {
    return path.reduce((text, step) => {
        if (typeof step === 'number') {
            return `${text}[${step}]`;
        }
        return text === '' ? String(step) : `${text}.${String(step)}`;
    }, '');
}

;// CONCATENATED MODULE: ./build/inputs/groups-file.js








function parseGroupsFile(bytes) {
    const decoded = (0,groups_file_text/* decodeText */.P)(bytes);
    if (decoded.kind === 'invalid') {
        return decoded;
    }
    const { root, syntaxProblems, otherProblems } = parseLocatedYaml(decoded.text);
    const { entries, problems } = root === undefined || root.kind === 'blank' ? NOTHING : checkContent(root);
    const all = [...otherProblems, ...combineProblems(syntaxProblems, problems)];
    return all.length > 0
        ? { kind: 'invalid', problems: all.map(groups_file_shorten).sort(compareByPosition) }
        : { kind: 'valid', entries };
}
function compareByPosition(a, b) {
    return a.line - b.line || a.column - b.column;
}
const MAX_SENTENCE_LENGTH = 500;
function groups_file_shorten({ path, message, ...position }) {
    const cut = (text) => text.length > MAX_SENTENCE_LENGTH ? `${text.slice(0, MAX_SENTENCE_LENGTH)}…` : text;
    return { ...position, path: cut(path), message: cut(message) };
}
const NOTHING = { entries: [], problems: [] };
function combineProblems(syntaxProblems, contentProblems) {
    const explained = new Set(contentProblems.flatMap(({ role, line }) => (role === 'explains-syntax' ? [line] : [])));
    const syntax = syntaxProblems.filter(({ line }) => !explained.has(line));
    const broken = new Set(syntax.map(({ line }) => line));
    const content = contentProblems.filter(({ role, line }) => !(broken.has(line) || (role === 'assumes-structure' && syntax.length > 0)));
    return [...syntax, ...content.map(({ role: _, ...problem }) => problem)];
}
function checkContent(root) {
    const file = minified/* safeParse */.xL(groupsFileSchema, toPlain(root));
    const problems = file.success ? [] : describeIssues(file.error.issues, root);
    const groups = getMember(root, 'groups');
    const isTooLong = file.error?.issues.some(({ code }) => code === 'too_big') === true;
    if (groups?.kind !== 'list' || isTooLong) {
        return { entries: [], problems };
    }
    const defaultsNode = getMember(root, 'defaults');
    const defaults = readPlain(defaultsSchema, defaultsNode) ?? {};
    const entries = [];
    for (const [index, node] of groups.items.entries()) {
        const path = ['groups', index];
        problems.push(...findMissing({ node, defaultsNode, path, root }));
        const members = readPlain(entrySchema, node);
        const source = { ...findKeyPosition(node), path: formatPath(path) };
        const entry = members && toEntry({ ...defaults, ...members }, source);
        if (entry === undefined) {
            continue;
        }
        if (entry.kind === 'invalid') {
            problems.push(...entry.problems);
        }
        else {
            entries.push(entry);
        }
    }
    return { entries, problems: [...problems, ...findClashes(entries)] };
}
function findMissing({ node, defaultsNode, path, root, }) {
    if (node.kind !== 'map') {
        return [];
    }
    const state = getMember(node, 'state');
    const mayBeAbsent = state?.kind === 'text' && state.text !== 'present';
    const required = mayBeAbsent ? ['project', 'environment'] : ['name', 'project', 'environment'];
    return required
        .filter((name) => !(hasMember(node, name) || hasMember(defaultsNode, name)))
        .map((name) => schema_issues_describeMissing([...path, name], root, 'is required, in the entry or under defaults'));
}
function toEntry(members, source) {
    const { key, name, project, environment, applications = [], state = 'present' } = members;
    if (project === undefined || environment === undefined) {
        return undefined;
    }
    if (state === 'present') {
        return name === undefined
            ? undefined
            : {
                kind: 'present',
                template: { key, name, project, environment, applicationKeys: applications },
                source,
            };
    }
    if (project.kind === 'exact' && environment.kind === 'exact') {
        const values = { project: project.key, environment: environment.key };
        const group = {
            key: (0,template/* renderTemplate */.Xm)(key, values),
            projectKey: project.key,
            environmentKey: environment.key,
        };
        return { kind: 'absent', group, source };
    }
    const problems = Object.entries({ project, environment }).flatMap(([input, selector]) => {
        if (selector.kind === 'exact') {
            return [];
        }
        const message = `"${(0,inputs_selector/* formatSelector */.VH)(selector)}" may mean several; state: absent needs one exact key`;
        return [{ ...source, path: `${source.path}.${input}`, message, role: 'independent' }];
    });
    return { kind: 'invalid', problems };
}
function findClashes(entries) {
    const { clashes } = (0,key_claims/* resolveKeyClaims */.P)(entries.flatMap(key_claims/* listKnownClaims */.H));
    return clashes.flatMap(({ entry: { source }, message }) => source === undefined
        ? []
        : [{ ...source, path: `${source.path}.key`, message, role: 'assumes-structure' }]);
}
function getMember(node, name) {
    return node?.kind === 'map' ? node.members.get(name)?.value : undefined;
}
function hasMember(node, name) {
    return getMember(node, name) !== undefined;
}
function findKeyPosition(node) {
    return (node.kind === 'map' ? node.members.get('key')?.keyAt : undefined) ?? node.at;
}
function readPlain(schema, node) {
    return node && minified/* safeParse */.xL(schema, toPlain(node)).data;
}
function toPlain(node) {
    switch (node.kind) {
        case 'text':
            return node.text;
        case 'blank':
            return null;
        case 'unusable':
            return undefined;
        case 'list':
            return node.items.map(toPlain);
        case 'map':
            return Object.fromEntries([...node.members].map(([name, { value }]) => [name, toPlain(value)]));
    }
}


/***/ })

};
