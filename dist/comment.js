export const id = 267;
export const ids = [267];
export const modules = {

/***/ 267:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  publishComment: () => (/* binding */ publishComment)
});

// UNUSED EXPORTS: markComment, renderComment

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(9473);
// EXTERNAL MODULE: ./build/http/proxies.js + 1 modules
var http_proxies = __webpack_require__(8535);
// EXTERNAL MODULE: ./build/node_modules/zod/minified.js
var minified = __webpack_require__(898);
// EXTERNAL MODULE: ./build/http/http-client.js + 3 modules
var http_client = __webpack_require__(6614);
// EXTERNAL MODULE: ./build/version.js
var version = __webpack_require__(8508);
// EXTERNAL MODULE: ./build/http/backoff.js
var backoff = __webpack_require__(5029);
// EXTERNAL MODULE: ./build/http/error-codes.js
var error_codes = __webpack_require__(1484);
// EXTERNAL MODULE: ./build/http/network-remedies.js
var network_remedies = __webpack_require__(4052);
// EXTERNAL MODULE: ./build/parse-json.js
var parse_json = __webpack_require__(7098);
;// CONCATENATED MODULE: ./build/report/github-rate-limit.js

const SECONDARY_LIMIT_MS = 60_000;
function readRateLimit({ status, headers, body, receivedAt, }) {
    if (status !== 403 && status !== 429) {
        return undefined;
    }
    if (headers['retry-after'] !== undefined) {
        return { waitMs: (0,backoff/* parseRetryAfter */.mu)(headers, receivedAt) };
    }
    if (headers['x-ratelimit-remaining'] === '0') {
        const resetAt = Number(headers['x-ratelimit-reset']) * 1_000;
        const waitMs = resetAt - ((0,backoff/* parseServerClock */.vs)(headers) ?? receivedAt);
        return { waitMs: Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined };
    }
    if (body.kind === 'text' && /secondary rate limit/i.test(body.text)) {
        return { waitMs: SECONDARY_LIMIT_MS };
    }
    return status === 429 ? { waitMs: undefined } : undefined;
}
function describeRateLimit(status, waitMs) {
    const limit = `GitHub answered ${status}: its rate limit`;
    return waitMs === undefined
        ? `${limit} did not end in time.`
        : `${limit} lasts another ${Math.ceil(waitMs / 1_000)} s, longer than a comment may take.`;
}

;// CONCATENATED MODULE: ./build/report/github-fetch.js





class GitHubRequestError extends Error {
    name = 'GitHubRequestError';
    mayHaveBeenProcessed;
    constructor(message, mayHaveBeenProcessed, cause) {
        super(message, { cause });
        this.mayHaveBeenProcessed = mayHaveBeenProcessed;
    }
}
const FOREIGN_ANSWER_ADVICE = "Check that GITHUB_API_URL names GitHub's REST API and that no proxy or login page answers in its place.";
function createGitHubFetch(options) {
    return async (url, init = {}) => {
        const target = new URL(url);
        if (target.origin !== options.origin) {
            throw new GitHubRequestError('The request was not for the GitHub API.', false);
        }
        const response = await sendWithRetries({
            method: readMethod(init.method),
            path: `${target.pathname}${target.search}`,
            headers: init.headers ?? {},
            body: typeof init.body === 'string' ? init.body : undefined,
        }, options);
        return toFetchResponse(response);
    };
}
async function sendWithRetries(request, options) {
    const { client, signal, remainingMs, sleep, random, observe, announceWait } = options;
    const [path = ''] = request.path.split('?');
    for (let waitsBefore = 0;; waitsBefore += 1) {
        const exchange = await client.send(request, signal);
        observe({
            method: request.method,
            path,
            result: exchange.kind === 'response' ? exchange.status : exchange.code,
            elapsedMs: exchange.receivedAt - exchange.startedAt,
        });
        const retry = findRetry(exchange, request);
        if (retry === undefined || signal.aborted) {
            return getResponse(exchange, request, options);
        }
        const wait = (0,backoff/* computeBackoff */.O7)({
            waitsBefore,
            retryAfterMs: retry.afterMs,
            remainingMs: remainingMs(),
            random: random(),
        });
        if (wait.kind === 'too-long') {
            return getResponse(exchange, request, options);
        }
        announceWait({ ms: wait.ms, why: describeReason(exchange) });
        await sleep(wait.ms);
        if (signal.aborted) {
            return getResponse(exchange, request, options);
        }
    }
}
const TRANSIENT_STATUSES = new Set([408, 500, 502, 503, 504]);
function findRetry(exchange, request) {
    if (exchange.kind === 'no-response') {
        const { mayHaveBeenProcessed, code } = exchange;
        const isWorthIt = mayHaveBeenProcessed ? isRepeatable(request) : !(0,error_codes/* isPermanentCode */.Uv)(code);
        return isWorthIt && code !== 'ABORTED' ? { afterMs: undefined } : undefined;
    }
    const rateLimit = readRateLimit(exchange);
    if (rateLimit !== undefined) {
        return { afterMs: rateLimit.waitMs };
    }
    const { status, headers, body, receivedAt } = exchange;
    if (!isRepeatable(request)) {
        return undefined;
    }
    if (TRANSIENT_STATUSES.has(status)) {
        return { afterMs: (0,backoff/* parseRetryAfter */.mu)(headers, receivedAt) };
    }
    return body.kind === 'unreadable' && isUsableStatus(status) ? { afterMs: undefined } : undefined;
}
function describeReason(exchange) {
    return exchange.kind === 'response'
        ? `GitHub answered ${exchange.status}`
        : `GitHub gave no answer (${exchange.code})`;
}
function isRepeatable({ method, path }) {
    return method !== 'POST' || isGraphql({ path });
}
function isGraphql({ path }) {
    return path.endsWith('/graphql');
}
function isUsableStatus(status) {
    return (status >= 200 && status < 300) || (status >= 400 && status <= 599);
}
function getResponse(exchange, request, { origin, secrets }) {
    if (exchange.kind === 'no-response') {
        const { mayHaveBeenProcessed, cause } = exchange;
        throw new GitHubRequestError(describeNoResponse(exchange, origin), mayHaveBeenProcessed, cause);
    }
    const { status, body } = exchange;
    const rateLimit = readRateLimit(exchange);
    if (rateLimit !== undefined) {
        throw new GitHubRequestError(describeRateLimit(status, rateLimit.waitMs), false);
    }
    if (status >= 300 && status < 400) {
        const message = `GitHub answered ${status}, and a redirect is not followed. If the repository was renamed or moved, run the workflow again; otherwise check GITHUB_API_URL.`;
        throw new GitHubRequestError(message, false);
    }
    if (!isUsableStatus(status)) {
        const message = `GitHub answered ${status}, which is not a valid HTTP status.`;
        throw new GitHubRequestError(message, true);
    }
    if (body.kind === 'unreadable') {
        const message = `GitHub answered ${status}, but the answer can't be read: ${body.why}.`;
        throw new GitHubRequestError(message, true);
    }
    if (status >= 400 || isGraphql(request)) {
        checkErrorBody(status, body.text, secrets);
    }
    return exchange;
}
function checkErrorBody(status, text, secrets) {
    const json = (0,parse_json/* parseJson */.q)(text);
    const mayHaveBeenProcessed = status >= 500 || status === 408;
    if (!secrets.discover(text, json)) {
        const message = `GitHub answered ${status}, and the answer holds more secrets than can be redacted.`;
        throw new GitHubRequestError(message, mayHaveBeenProcessed);
    }
    if (json === undefined && text.trim() !== '') {
        const advice = status < 500 ? ` ${FOREIGN_ANSWER_ADVICE}` : '';
        const message = `GitHub answered ${status} with a body that is not JSON.${advice}`;
        throw new GitHubRequestError(message, mayHaveBeenProcessed);
    }
}
function describeNoResponse(failure, origin) {
    const { code, proxy, isDirect, cause } = failure;
    if (code === 'PROXY_NOT_VALID') {
        const reason = cause instanceof Error ? `: ${cause.message}` : '';
        return `The proxy on the way to GitHub is not valid${reason}.`;
    }
    const invalidAnswer = (0,error_codes/* describeInvalidAnswer */.tA)(code);
    if (invalidAnswer !== undefined) {
        return `GitHub ${invalidAnswer}. ${FOREIGN_ANSWER_ADVICE}`;
    }
    const way = proxy === undefined ? '' : ` through the proxy ${proxy}`;
    const target = { origin, setting: 'GITHUB_API_URL' };
    const remedy = (0,network_remedies/* findNetworkRemedy */.G)({ causeCode: code, proxy, isDirect }, target) ?? '';
    return `GitHub could not be reached${way} (${code}). ${remedy}`.trim();
}
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
function readMethod(text = 'GET') {
    const method = METHODS.find((each) => each === text);
    if (method === undefined) {
        throw new GitHubRequestError(`The method ${text} is not supported.`, false);
    }
    return method;
}
const READ_HEADERS = ['content-type', 'link'];
const NULL_BODY_STATUSES = new Set([204, 205]);
function toFetchResponse({ status, headers, body }) {
    const known = READ_HEADERS.flatMap((name) => {
        const value = headers[name];
        return value === undefined ? [] : [[name, value]];
    });
    const text = body.kind === 'text' && !NULL_BODY_STATUSES.has(status) ? body.text : null;
    return new Response(text, { status, headers: known });
}

;// CONCATENATED MODULE: ./build/report/github-comments.js





const PAGE_SIZE = 50;
const ATTEMPT_TIMEOUT_MS = 8_000;
const ACTIONS_BOT = 'github-actions[bot]';
const commentSchema = minified/* object */.Ik({
    id: minified/* int */.Wh(),
    body: minified/* nullish */.cl(minified/* string */.Yj()),
    user: minified/* nullish */.cl(minified/* object */.Ik({ login: minified/* string */.Yj() })),
    html_url: minified/* string */.Yj(),
});
async function openPullRequestComments(options) {
    const { proxies, secrets, deadline, sleep, random, observe, announceWait } = options;
    const { origin, baseUrl } = checkApiUrl(options.apiUrl);
    const { getOctokit } = await importToolkit();
    const client = (0,http_client/* openHttpClient */.S)({ origin, proxies, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS });
    const fetch = createGitHubFetch({
        origin,
        client,
        secrets,
        signal: deadline.signal,
        remainingMs: deadline.remainingMs,
        sleep,
        random,
        observe,
        announceWait,
    });
    const silence = () => { };
    const log = { debug: silence, info: silence, warn: silence, error: silence };
    const { rest, graphql } = getOctokit(options.githubToken, {
        baseUrl,
        userAgent: `${version/* ACTION_NAME */.p}/${version/* VERSION */.x}`,
        log,
        request: { fetch, log },
    });
    const { owner, repo, number: issue_number } = options.pullRequest;
    return {
        async list() {
            const comments = [];
            for (let page = 1;; page += 1) {
                const { data, headers } = await rest.issues.listComments({
                    owner,
                    repo,
                    issue_number,
                    per_page: PAGE_SIZE,
                    page,
                });
                comments.push(...readList(data));
                if (!headers.link?.includes('rel="next"')) {
                    return comments.sort((a, b) => a.id - b.id);
                }
            }
        },
        async findOurLogin() {
            try {
                const { viewer } = await graphql('{ viewer { login } }');
                return viewer.login;
            }
            catch (error) {
                if (isRefusedIdentity(error)) {
                    return ACTIONS_BOT;
                }
                throw error;
            }
        },
        async create(body) {
            const { data } = await rest.issues.createComment({ owner, repo, issue_number, body });
            return readComment(data);
        },
        async update(comment_id, body) {
            const { data } = await rest.issues.updateComment({ owner, repo, comment_id, body });
            return readComment(data);
        },
        async delete(comment_id) {
            await rest.issues.deleteComment({ owner, repo, comment_id });
        },
        close: () => client.close(),
    };
}
function readStatus(error) {
    if (!(error instanceof Error && 'response' in error && 'status' in error)) {
        return undefined;
    }
    return typeof error.status === 'number' && error.response !== undefined
        ? error.status
        : undefined;
}
function findRequestError(error) {
    if (error instanceof GitHubRequestError) {
        return error;
    }
    return error instanceof Error && error.cause instanceof GitHubRequestError
        ? error.cause
        : undefined;
}
const OTHER_REFUSALS = /rate limit|abuse|locked|archived|SAML|blocked/i;
function isRefusedIdentity(error) {
    const words = error instanceof Error ? error.message : '';
    if (OTHER_REFUSALS.test(words)) {
        return false;
    }
    const isGraphqlRefusal = error instanceof Error && error.name === 'GraphqlResponseError';
    return isGraphqlRefusal || (readStatus(error) ?? 500) < 429;
}
function readList(data) {
    if (!Array.isArray(data)) {
        throw new GitHubRequestError(`What GitHub answered is not a list of comments. ${FOREIGN_ANSWER_ADVICE}`, false);
    }
    return data.map(readComment);
}
function readComment(data) {
    const comment = minified/* safeParse */.xL(commentSchema, data);
    if (!comment.success) {
        throw new GitHubRequestError(`What GitHub answered is not a comment. ${FOREIGN_ANSWER_ADVICE}`, true);
    }
    const { id, body, user, html_url: url } = comment.data;
    return { id, body: body ?? '', author: user?.login, url };
}
function checkApiUrl(apiUrl) {
    const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
    const isLocal = url?.protocol === 'http:' && (0,http_proxies/* isLoopback */.U9)(url);
    if (url === undefined || (url.protocol !== 'https:' && !isLocal)) {
        throw new GitHubRequestError('GITHUB_API_URL is not an https URL, and the token is sent over TLS only. Correct it in env of the workflow or of the runner.', false);
    }
    const { origin, pathname } = url;
    return { origin, baseUrl: `${origin}${pathname.replace(/\/+$/, '')}` };
}
const READ_AT_IMPORT = [
    'GITHUB_API_URL',
    'GITHUB_EVENT_PATH',
    'http_proxy',
    'HTTP_PROXY',
    'https_proxy',
    'HTTPS_PROXY',
];
async function importToolkit() {
    const hidden = READ_AT_IMPORT.map((name) => [name, process.env[name]]);
    for (const [name] of hidden) {
        Reflect.deleteProperty(process.env, name);
    }
    try {
        return await __webpack_require__.e(/* import() */ 108).then(__webpack_require__.bind(__webpack_require__, 4108));
    }
    finally {
        for (const [name, value] of hidden) {
            if (value !== undefined) {
                process.env[name] = value;
            }
        }
    }
}

;// CONCATENATED MODULE: ./build/report/converge-comments.js

const LIST_LAG_MS = 1_000;
const MAX_CREATES = 3;
const MAX_ROUNDS = 3;
async function convergeComments(desired, deps) {
    const { comments, sleep, signal } = deps;
    for (let creates = 0;;) {
        const ours = await findOurs(desired.marker, comments);
        const kept = await updateOldest(ours, desired.body, comments);
        if (kept !== undefined) {
            return kept.kind === 'unchanged' && creates > 0 ? { ...kept, kind: 'created' } : kept;
        }
        let created;
        try {
            creates += 1;
            created = await comments.create(desired.body);
        }
        catch (error) {
            if (!mayHaveBeenCreated(error) || creates >= MAX_CREATES || signal.aborted) {
                throw error;
            }
            await sleep(LIST_LAG_MS);
            continue;
        }
        return await removeDuplicates(created, desired.marker, deps);
    }
}
async function findOurs(marker, comments, knownLogin) {
    const marked = (await comments.list()).filter(({ body }) => body.startsWith(marker));
    if (marked.length === 0) {
        return [];
    }
    const login = knownLogin ?? (await comments.findOurLogin());
    return marked.filter(({ author }) => author === login);
}
async function updateOldest([oldest, ...others], body, comments) {
    if (oldest === undefined) {
        return undefined;
    }
    let { url } = oldest;
    const isDifferent = normalize(oldest.body) !== normalize(body);
    if (isDifferent) {
        try {
            ({ url } = await comments.update(oldest.id, body));
        }
        catch (error) {
            if (readStatus(error) === 404) {
                return updateOldest(others, body, comments);
            }
            throw error;
        }
    }
    try {
        await deleteAll(others, comments);
    }
    catch {
    }
    return { kind: isDifferent || others.length > 0 ? 'updated' : 'unchanged', url };
}
async function removeDuplicates(created, marker, deps) {
    const { comments } = deps;
    let kept = created;
    let newest = created;
    try {
        for (let round = 0; round < MAX_ROUNDS; round += 1) {
            const listed = await listAfterCreate(created, marker, { deps, isFirst: round === 0 });
            const [oldest = created, ...others] = listed;
            kept = oldest;
            newest = [newest, ...others].reduce((a, b) => (b.id > a.id ? b : a));
            const isOurs = newest.id === created.id;
            const isStale = (isOurs || others.length > 0) && normalize(kept.body) !== normalize(newest.body);
            if (!isStale && others.length === 0) {
                break;
            }
            if (isStale) {
                kept = await comments.update(kept.id, newest.body);
            }
            await deleteAll(others, comments);
        }
    }
    catch {
    }
    return { kind: kept.id === created.id ? 'created' : 'updated', url: kept.url };
}
async function listAfterCreate(created, marker, { deps, isFirst }) {
    const find = () => findOurs(marker, deps.comments, created.author);
    const listed = await find();
    const isComplete = (list) => list.some(({ id }) => id === created.id);
    if (!isFirst || isComplete(listed)) {
        return listed;
    }
    await deps.sleep(LIST_LAG_MS);
    const again = await find();
    return isComplete(again) ? again : [...again, created].sort((a, b) => a.id - b.id);
}
async function deleteAll(list, comments) {
    for (const { id } of list) {
        try {
            await comments.delete(id);
        }
        catch (error) {
            if (readStatus(error) !== 404) {
                throw error;
            }
        }
    }
}
function mayHaveBeenCreated(error) {
    const requestError = findRequestError(error);
    const status = readStatus(error) ?? 0;
    return requestError?.mayHaveBeenProcessed ?? (status >= 500 || status === 408);
}
function normalize(body) {
    return body.replaceAll('\r\n', '\n').trim();
}

// EXTERNAL MODULE: ./build/report/group-markdown.js + 1 modules
var group_markdown = __webpack_require__(7865);
// EXTERNAL MODULE: ./build/report/summary.js + 5 modules
var summary = __webpack_require__(8946);
;// CONCATENATED MODULE: ./build/report/comment.js







async function publishComment(options) {
    const { report, identity, secrets, githubToken, deadline, sleep } = options;
    if (!/^[\x21-\x7e]+$/.test(githubToken)) {
        return { kind: 'failed', why: explainToken(githubToken) };
    }
    try {
        const marker = markComment(identity);
        const body = renderComment(marker, report, secrets);
        const comments = await openPullRequestComments(options);
        try {
            return await convergeComments({ marker, body }, { comments, sleep, signal: deadline.signal });
        }
        finally {
            await comments.close();
        }
    }
    catch (error) {
        return explain(error, options);
    }
}
function renderComment(marker, report, secrets) {
    const markdown = new group_markdown/* GroupMarkdown */.h(report, secrets);
    const facts = [markdown.file(), markdown.server(), 'Later runs keep this comment up to date.'];
    const body = (0,summary/* renderReport */.B1)(report, {
        markdown,
        smallPrint: facts.filter((fact) => fact !== undefined).join(' · '),
        maxBytes: summary/* MAX_REPORT_BYTES */.WA - Buffer.byteLength(marker) - 1,
    });
    return `${marker}\n${body}`;
}
function markComment(identity) {
    const id = (0,external_node_crypto_.createHash)('sha256').update(JSON.stringify(identity)).digest('base64url');
    return `<!-- create-insight-group:v1 ${id} -->`;
}
function explainToken(githubToken) {
    return githubToken.trim() === ''
        ? 'The input github-token is blank. Leave it out to use the token of the job.'
        : 'The input github-token has characters that no token has. Store the secret again, or leave the input out to use the token of the job.';
}
function explain(error, { secrets, deadline: { signal }, apiUrl, proxies, pullRequest }) {
    const requestError = findRequestError(error);
    if (signal.aborted) {
        const reason = signal.reason;
        const isCancelled = reason instanceof errors/* ActionError */.lZ && reason.code === 'cancelled';
        if (isCancelled) {
            return { kind: 'failed', why: 'The run was cancelled before GitHub had answered.' };
        }
        const isDirect = (0,http_proxies/* findRoute */.$6)(new URL(apiUrl).origin, proxies).kind === 'direct';
        const isUnsent = requestError?.mayHaveBeenProcessed === false;
        const advice = isDirect && isUnsent ? ` ${http_proxies/* PROXY_ADVICE */.qu}` : '';
        return { kind: 'failed', why: `GitHub did not answer in time.${advice}` };
    }
    if (requestError !== undefined) {
        return { kind: 'failed', why: secrets.redact(requestError.message) };
    }
    const words = secrets.redact(error instanceof Error ? error.message : String(error));
    const status = readStatus(error);
    if (status === 404) {
        return { kind: 'not-found', pullRequest };
    }
    if (status === 403 && !OTHER_REFUSALS.test(words)) {
        return { kind: 'forbidden' };
    }
    return {
        kind: 'failed',
        why: status === undefined
            ? `The comment failed with an unexpected error: ${words}`
            : `GitHub answered ${status}: ${words}`,
    };
}


/***/ })

};
