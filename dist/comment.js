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
// EXTERNAL MODULE: ./build/node_modules/zod/minified.js
var minified = __webpack_require__(898);
// EXTERNAL MODULE: ./build/http/http-client.js + 3 modules
var http_client = __webpack_require__(2307);
// EXTERNAL MODULE: ./build/version.js
var version = __webpack_require__(8508);
// EXTERNAL MODULE: ./build/http/error-codes.js
var error_codes = __webpack_require__(1484);
// EXTERNAL MODULE: ./build/launchdarkly/backoff.js
var backoff = __webpack_require__(3633);
;// CONCATENATED MODULE: ./build/report/github-rate-limit.js

/** Without a hint of its own, a secondary rate limit lasts a minute at least. */
const SECONDARY_LIMIT_MS = 60_000;
/**
 * Reads whether GitHub refused the request because of a rate limit, and how long to wait, in milliseconds
 * (undefined when it does not say). Only then does a 403 mean that a later attempt can succeed.
 *
 * @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
function readRateLimit({ status, headers, body, receivedAt, }) {
    if (status !== 403 && status !== 429) {
        return undefined;
    }
    const { date = '', 'retry-after': retryAfter } = headers;
    if (retryAfter !== undefined) {
        return { waitMs: (0,backoff/* parseRetryAfter */.mu)({ date, 'retry-after': retryAfter }, receivedAt) };
    }
    if (headers['x-ratelimit-remaining'] === '0') {
        // In epoch seconds, by the server's own clock.
        const resetAt = Number(headers['x-ratelimit-reset']) * 1_000;
        const waitMs = resetAt - ((0,backoff/* parseServerClock */.vs)(headers) ?? receivedAt);
        return { waitMs: Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined };
    }
    if (body.kind === 'text' && /secondary rate limit/i.test(body.text)) {
        return { waitMs: SECONDARY_LIMIT_MS };
    }
    return status === 429 ? { waitMs: undefined } : undefined;
}
/** Says, in a sentence, that a rate limit leaves no time for another attempt. `waitMs` is in milliseconds. */
function describeRateLimit(status, waitMs) {
    const limit = `GitHub answered ${status}: its rate limit`;
    return waitMs === undefined
        ? `${limit} did not end in time.`
        : `${limit} lasts another ${Math.ceil(waitMs / 1_000)} s, longer than a comment may take.`;
}

;// CONCATENATED MODULE: ./build/report/github-fetch.js



/** GitHub gave no answer that can be used, or none that is worth waiting for. The message is a sentence. */
class GitHubRequestError extends Error {
    name = 'GitHubRequestError';
    /** False only when it is certain that GitHub did not carry the request out. */
    mayHaveBeenProcessed;
    constructor(message, mayHaveBeenProcessed, cause) {
        super(message, { cause });
        this.mayHaveBeenProcessed = mayHaveBeenProcessed;
    }
}
/**
 * Returns a `fetch` for octokit that sends by our own client, and that waits and tries again: after a rate
 * limit, after an answer that says the server has trouble, and after no answer. A request that creates
 * something is sent again only when it is certain that it was not carried out. Redirects are an error: to
 * follow one would take the token along.
 *
 * The promise rejects with a {@link GitHubRequestError}.
 */
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
    for (let waitsBefore = 0;; waitsBefore += 1) {
        const exchange = await client.send(request, signal);
        const isResponse = exchange.kind === 'response';
        const [path = ''] = request.path.split('?');
        observe({
            method: request.method,
            path,
            result: isResponse ? exchange.status : exchange.code,
            elapsedMs: exchange.receivedAt - exchange.startedAt,
        });
        const failure = isResponse
            ? judgeResponse(exchange, isRepeatable(request))
            : judgeNoResponse(exchange, isRepeatable(request));
        if (failure.kind === 'none' && isResponse) {
            return exchange;
        }
        if (failure.kind !== 'retry' || signal.aborted) {
            return giveUp(exchange, failure);
        }
        const { retryAfterMs } = failure;
        const wait = (0,backoff/* computeBackoff */.O7)({
            waitsBefore,
            retryAfterMs,
            remainingMs: remainingMs(),
            random: random(),
        });
        if (wait.kind === 'too-long') {
            return giveUp(exchange, failure);
        }
        announceWait({ ms: wait.ms, why: describeReason(exchange) });
        await sleep(wait.ms);
        if (signal.aborted) {
            return giveUp(exchange, failure);
        }
    }
}
/** Statuses of a server, or of something before it, that has trouble for the moment. */
const TRANSIENT_STATUSES = new Set([408, 500, 502, 503, 504]);
function judgeResponse(response, isRepeatable) {
    const { status, headers, body, receivedAt } = response;
    const rateLimit = readRateLimit(response);
    if (rateLimit !== undefined) {
        return { kind: 'retry', retryAfterMs: rateLimit.waitMs, isRateLimit: true };
    }
    if (TRANSIENT_STATUSES.has(status) && isRepeatable) {
        return {
            kind: 'retry',
            retryAfterMs: (0,backoff/* parseRetryAfter */.mu)(headers, receivedAt),
            isRateLimit: false,
        };
    }
    if (status >= 300 && status < 400) {
        const message = `GitHub answered ${status}, and a redirect is not followed.`;
        return { kind: 'final', message, mayHaveBeenProcessed: false };
    }
    if (status < 200 || status > 599) {
        const message = `GitHub answered ${status}, which is no status of HTTP.`;
        return { kind: 'final', message, mayHaveBeenProcessed: true };
    }
    if (body.kind === 'unreadable') {
        const message = `GitHub answered ${status}, but the answer can't be read: ${body.why}.`;
        return isRepeatable
            ? { kind: 'retry', retryAfterMs: undefined, isRateLimit: false }
            : { kind: 'final', message, mayHaveBeenProcessed: true };
    }
    return { kind: 'none' };
}
function judgeNoResponse(failure, isRepeatable) {
    const { mayHaveBeenProcessed, code } = failure;
    const isPermanent = !mayHaveBeenProcessed && (0,error_codes/* isPermanentCode */.U)(code);
    return code === 'ABORTED' || isPermanent || (mayHaveBeenProcessed && !isRepeatable)
        ? { kind: 'final', message: describeNoResponse(failure), mayHaveBeenProcessed }
        : { kind: 'retry', retryAfterMs: undefined, isRateLimit: false };
}
function describeReason(exchange) {
    return exchange.kind === 'response'
        ? `GitHub answered ${exchange.status}`
        : `GitHub gave no answer (${exchange.code})`;
}
/** Whether it does no harm to send the request twice. A query of GraphQL is a POST that only reads. */
function isRepeatable({ method, path }) {
    return method !== 'POST' || path.endsWith('/graphql');
}
/** Hands a response on as it is, where octokit can read it; throws where nothing can be made of it. */
function giveUp(exchange, failure) {
    if (failure.kind === 'final') {
        throw new GitHubRequestError(failure.message, failure.mayHaveBeenProcessed);
    }
    if (exchange.kind === 'no-response') {
        const { mayHaveBeenProcessed, cause } = exchange;
        throw new GitHubRequestError(describeNoResponse(exchange), mayHaveBeenProcessed, cause);
    }
    if (failure.kind === 'retry' && failure.isRateLimit) {
        throw new GitHubRequestError(describeRateLimit(exchange.status, failure.retryAfterMs), false);
    }
    if (exchange.body.kind === 'unreadable') {
        const message = `GitHub answered ${exchange.status}, but the answer can't be read: ${exchange.body.why}.`;
        throw new GitHubRequestError(message, true);
    }
    return exchange;
}
const CERTIFICATE = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;
function describeNoResponse({ code, proxy, cause }) {
    if (code === 'PROXY_NOT_VALID') {
        const reason = cause instanceof Error ? `: ${cause.message}` : '';
        return `The proxy on the way to GitHub is not valid${reason}.`;
    }
    const way = proxy === undefined ? '' : ` by way of the proxy ${proxy}`;
    const advice = CERTIFICATE.test(code)
        ? ' The certificate that was shown is not trusted; NODE_EXTRA_CA_CERTS names a file with further authorities. There is no switch to ignore TLS.'
        : '';
    return `GitHub could not be reached${way} (${code}).${advice}`;
}
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
function readMethod(text = 'GET') {
    const method = METHODS.find((each) => each === text);
    if (method === undefined) {
        throw new GitHubRequestError(`The method ${text} is not supported.`, false);
    }
    return method;
}
/** The headers that octokit and its caller read. Others of a server have no business here. */
const READ_HEADERS = ['content-type', 'link'];
/** A response without a body, to which none may be given. */
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




/**
 * The most comments that one page can hold.
 *
 * @see https://docs.github.com/rest/issues/comments#list-issue-comments
 */
const PAGE_SIZE = 100;
/** The longest that GitHub may take for one answer, in milliseconds, so that there is time to try again. */
const ATTEMPT_TIMEOUT_MS = 8_000;
/** Who writes with the token that GitHub gives each job, as comments name their author. */
const ACTIONS_BOT = 'github-actions[bot]';
const commentSchema = minified/* object */.Ik({
    id: minified/* int */.Wh(),
    body: minified/* nullish */.cl(minified/* string */.Yj()),
    user: minified/* nullish */.cl(minified/* object */.Ik({ login: minified/* string */.Yj() })),
    html_url: minified/* string */.Yj(),
});
/**
 * Opens the comments of a pull request.
 *
 * @throws {GitHubRequestError} when the token may not be sent to `apiUrl`
 */
async function openPullRequestComments(options) {
    const { proxies, deadline, sleep, random, observe, announceWait } = options;
    const { origin, baseUrl } = checkApiUrl(options.apiUrl);
    const { getOctokit } = await importToolkit();
    const client = (0,http_client/* openHttpClient */.S)({ origin, proxies, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS });
    const fetch = createGitHubFetch({
        origin,
        client,
        signal: deadline.signal,
        remainingMs: deadline.remainingMs,
        sleep,
        random,
        observe,
        announceWait,
    });
    // Octokit would write warnings to stderr, where nothing of a server may go.
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
            // GET /user is refused to the token of a job; this is not.
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
/** The status that GitHub answered with. Octokit gives 500 to requests without an answer too. */
function readStatus(error) {
    if (!(error instanceof Error && 'response' in error && 'status' in error)) {
        return undefined;
    }
    return typeof error.status === 'number' && error.response !== undefined
        ? error.status
        : undefined;
}
/** The error of ours that octokit has wrapped, if it is one. */
function findRequestError(error) {
    if (error instanceof GitHubRequestError) {
        return error;
    }
    return error instanceof Error && error.cause instanceof GitHubRequestError
        ? error.cause
        : undefined;
}
/** GitHub answers 403 for these too, and no permission would help. */
const OTHER_REFUSALS = /rate limit|abuse|locked|archived|SAML|blocked/i;
/**
 * Whoever is refused an identity has the token of a job. Trouble on the way is no such refusal, and to
 * guess wrong would mean a new comment with every run.
 */
function isRefusedIdentity(error) {
    const words = error instanceof Error ? error.message : '';
    if (findRequestError(error) !== undefined || OTHER_REFUSALS.test(words)) {
        return false;
    }
    const isGraphqlRefusal = error instanceof Error && error.name === 'GraphqlResponseError';
    return isGraphqlRefusal || (readStatus(error) ?? 500) < 429;
}
function readList(data) {
    if (!Array.isArray(data)) {
        throw new GitHubRequestError('What GitHub answered is not a list of comments.', false);
    }
    return data.map(readComment);
}
function readComment(data) {
    const comment = minified/* safeParse */.xL(commentSchema, data);
    if (!comment.success) {
        throw new GitHubRequestError('What GitHub answered is not a comment.', true);
    }
    const { id, body, user, html_url: url } = comment.data;
    return { id, body: body ?? '', author: user?.login, url };
}
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;
/** The token is sent over verified TLS only, as LaunchDarkly's is; plain http is for this machine, for tests. */
function checkApiUrl(apiUrl) {
    const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
    const isLoopback = url?.protocol === 'http:' && LOOPBACK.test(url.hostname);
    if (url === undefined || (url.protocol !== 'https:' && !isLoopback)) {
        throw new GitHubRequestError('GITHUB_API_URL is not an https URL.', false);
    }
    const { origin, pathname } = url;
    return { origin, baseUrl: `${origin}${pathname.replace(/\/+$/, '')}` };
}
/**
 * What `@actions/github` reads from the environment when it is imported: to make a client that is not used
 * here, and a context. It throws at values that it can't read, and writes to stdout when a file is missing.
 */
const READ_AT_IMPORT = [
    'GITHUB_API_URL',
    'GITHUB_EVENT_PATH',
    'http_proxy',
    'HTTP_PROXY',
    'https_proxy',
    'HTTPS_PROXY',
];
/** Imports `@actions/github`, and hides from it meanwhile what it would read. */
async function importToolkit() {
    const hidden = READ_AT_IMPORT.map((name) => [name, process.env[name]]);
    for (const [name] of hidden) {
        Reflect.deleteProperty(process.env, name);
    }
    try {
        // The mark makes the bundler load its file together with that of the comment, not after it.
        return await Promise.resolve(/* import() eager */).then(__webpack_require__.bind(__webpack_require__, 4108));
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

/** How long a list may lag behind a comment that was just created, in milliseconds. */
const LIST_LAG_MS = 1_000;
/** How often a comment is created when no answer says whether it was. */
const MAX_CREATES = 3;
/** How often the list is read again after a create. Each round but the last one can find new duplicates. */
const MAX_ROUNDS = 3;
/**
 * Sees to it that the pull request has exactly one comment of ours with the marker, and that it has the
 * desired body. Comments of other authors are never touched, whatever they say.
 *
 * GitHub has no create that fails when a comment exists, so two jobs may create one each in the same moment.
 * Each of them reads the list again afterwards and keeps the oldest comment, so both keep the same one.
 */
async function convergeComments(desired, deps) {
    const { comments, sleep, signal } = deps;
    for (let creates = 0;;) {
        const ours = await findOurs(desired.marker, comments);
        const kept = await updateOldest(ours, desired.body, comments);
        if (kept !== undefined) {
            // What was created without an answer is not somebody's comment that was found unchanged.
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
/** Lists our comments with the marker, oldest first. Anybody can write the marker, so the author has to be ours. */
async function findOurs(marker, comments, knownLogin) {
    const marked = (await comments.list()).filter(({ body }) => body.startsWith(marker));
    if (marked.length === 0) {
        return [];
    }
    const login = knownLogin ?? (await comments.findOurLogin());
    return marked.filter(({ author }) => author === login);
}
/** Gives the oldest comment the body and deletes the others. Undefined when there is none any more. */
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
            // Somebody deleted it since it was listed.
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
        // The comment is up to date, and the next run finds what is left over.
    }
    return { kind: isDifferent || others.length > 0 ? 'updated' : 'unchanged', url };
}
/**
 * Looks for comments that other jobs created in the same moment: keeps the oldest, with the body of the
 * newest. Never rejects: the comment is there, and what is left over is found by the next run.
 */
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
            // The newest comment's own job answers for its body: anybody else's view of it may be out of date.
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
        // Told as what it is: a comment that was created.
    }
    return { kind: kept.id === created.id ? 'created' : 'updated', url: kept.url };
}
/** Lists our comments. Directly after a create, the one that was created is among them even if the list lags. */
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
            // Another job, with the same duplicates before it, was faster.
            if (readStatus(error) !== 404) {
                throw error;
            }
        }
    }
}
/** Whether GitHub may have created the comment although there was no answer that says it. */
function mayHaveBeenCreated(error) {
    const requestError = findRequestError(error);
    const status = readStatus(error) ?? 0;
    return requestError?.mayHaveBeenProcessed ?? (status >= 500 || status === 408);
}
/** GitHub's editor writes CRLF. */
function normalize(body) {
    return body.replaceAll('\r\n', '\n').trim();
}

// EXTERNAL MODULE: ./build/report/group-markdown.js + 1 modules
var group_markdown = __webpack_require__(7865);
// EXTERNAL MODULE: ./build/report/summary.js + 5 modules
var summary = __webpack_require__(8946);
;// CONCATENATED MODULE: ./build/report/comment.js






/**
 * Reports the run in its one comment on the pull request: creates it, brings it up to
 * date, or leaves it alone when it says the same already. Never rejects: a comment is not the work.
 */
async function publishComment(options) {
    const { report, identity, secrets, githubToken, deadline, sleep } = options;
    // An error about a header that can't be sent quotes it whole.
    if (!/^[\x21-\x7e]+$/.test(githubToken)) {
        return { kind: 'failed', why: 'The input github-token is blank, or no token.' };
    }
    const marker = markComment(identity);
    const body = renderComment(marker, report, secrets);
    try {
        const comments = await openPullRequestComments(options);
        try {
            return await convergeComments({ marker, body }, { comments, sleep, signal: deadline.signal });
        }
        finally {
            await comments.close();
        }
    }
    catch (error) {
        return explain(error, secrets, deadline.signal);
    }
}
/**
 * Renders the comment: the marker by which it is found again, then the same report as the summary, without
 * what differs from run to run though nothing has changed.
 */
function renderComment(marker, report, secrets) {
    const markdown = new group_markdown/* GroupMarkdown */.h(report, secrets);
    const facts = [markdown.server(), 'Later runs keep this comment up to date.'];
    const body = (0,summary/* renderReport */.B1)(report, {
        markdown,
        smallPrint: facts.filter((fact) => fact !== undefined).join(' · '),
        maxBytes: summary/* MAX_REPORT_BYTES */.WA - Buffer.byteLength(marker) - 1,
    });
    return `${marker}\n${body}`;
}
/**
 * Makes the first line of a comment, which GitHub does not show and by which later runs find the comment
 * again. The identity is hashed, so that no text in it can end the marker or look like another one.
 */
function markComment(identity) {
    const id = (0,external_node_crypto_.createHash)('sha256').update(JSON.stringify(identity)).digest('base64url');
    return `<!-- create-insight-group:v1 ${id} -->`;
}
function explain(error, secrets, signal) {
    if (signal.aborted) {
        const reason = signal.reason;
        const isCancelled = reason instanceof errors/* ActionError */.lZ && reason.code === 'cancelled';
        return {
            kind: 'failed',
            why: isCancelled
                ? 'The run was cancelled before GitHub had answered.'
                : 'GitHub did not answer in time.',
        };
    }
    const requestError = findRequestError(error);
    if (requestError !== undefined) {
        return { kind: 'failed', why: secrets.redact(requestError.message) };
    }
    const words = secrets.redact(error instanceof Error ? error.message : String(error));
    const status = readStatus(error);
    // To a token without access GitHub does not even say that the pull request exists.
    if (status === 404 || (status === 403 && !OTHER_REFUSALS.test(words))) {
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
